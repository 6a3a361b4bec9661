"""Answers against gold facts: retrieval, facts, citations, abstention, and a verdict.

>>> from rag import Library
>>> from rag.evaluate import load_gold, run, judge
>>> library = Library.open("indexes/news")                  # doctest: +SKIP
>>> report = run(load_gold("gold.jsonl"), library.ask)      # doctest: +SKIP
>>> judge(report).banner                                    # doctest: +SKIP
'PASS'
"""

from rag.evaluate.case import Case, Corpus, Response
from rag.evaluate.gold import Gold, GoldError, Item, load_gold, parse_gold
from rag.evaluate.metrics import Metric, parse
from rag.evaluate.report import Outcome, Report, load_report
from rag.evaluate.running import replay, run
from rag.evaluate.verdict import Comparison, Rules, Verdict, compare, judge

__all__ = [
    "Case",
    "Comparison",
    "Corpus",
    "Gold",
    "GoldError",
    "Item",
    "Metric",
    "Outcome",
    "Report",
    "Response",
    "Rules",
    "Verdict",
    "compare",
    "judge",
    "load_gold",
    "load_report",
    "parse",
    "parse_gold",
    "replay",
    "run",
]
