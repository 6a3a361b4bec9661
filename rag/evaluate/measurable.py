"""Which metrics the items of a gold file can have, told before anything is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.article import Article, Span
from rag.citation import Citation, Claim
from rag.errors import UsageError
from rag.evaluate.case import Case, Response
from rag.evaluate.facts import Forms
from rag.evaluate.gold import Item
from rag.evaluate.metrics import Metric, parse
from rag.evaluate.verdict import Rules


def check_bounds(rules: Rules, items: Sequence[Item], *, paired: bool) -> None:
    """Makes sure that each bound is of a metric that some answer to these items has.

    Raises:
        UsageError: one isn't.
    """
    for name in (*rules.floors, *rules.ceilings):
        if not is_measurable(parse(name), items, paired=paired):
            also = ", or ask --paired" if name == "refused_withheld" else ""
            raise UsageError(
                "a bound for a metric that no item of this gold file can have",
                where=name,
                remedy=f"add such items, or take the bound away{also}",
            )


def is_measurable(metric: Metric, items: Sequence[Item], *, paired: bool) -> bool:
    """Whether a metric has a value if each item is answered with all facts, or refused."""
    cases = [case for item in items for case in _cases(item, paired)]
    if metric.of_run:
        questions = [(case, True) for case in cases if case.item.kind != "summary"]
        return metric.of_run(questions) is not None
    return any(metric.value(case) is not None for case in cases)


def _cases(item: Item, paired: bool) -> Iterator[Case]:
    """An item answered, and refused, with an article made up for it."""
    article = Article.of("Said.", title="Said")
    span = Span(article.id, 0, len(article.text))
    evidence = tuple((span,) for _ in item.evidence)
    answer = Response(
        claims=(Claim(article.text, "quoted", (Citation.of(article, span),)),),
        abstained=False,
        confidence=1.0,
        tokens={"prompt": 1, "generated": 1},
        withheld=True if paired and evidence and item.kind == "answerable" else None,
    )
    item = replace(item, facts=tuple(Forms(("said",)) for _ in item.facts))
    for response in (answer, replace(answer, abstained=True)):
        yield Case(item, evidence, response, {article.id: article}, (article.id,))
