"""Citespan's answers to the questions of a gold file, beside simpler systems and an ideal search.

    python -m bench.answers GOLD [--articles FOLDER]

Prints a Markdown table: Citespan; the best sentence by search alone; Citespan reading only the
passages that hold the evidence, which shows what finding them costs; and the embedded language
model as it comes, wording the answers from the same sentences (seconds a question).
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.measure import ARTICLES
from rag import Answer, Library, models
from rag.answer import Trace
from rag.article import Span
from rag.ask import PASSAGES, Means, start
from rag.conversation import whole
from rag.evaluate import Corpus, Gold, Report, load_gold, run
from rag.evaluate.case import located
from rag.evaluate.metrics.spans import shared
from rag.evaluate.stats import wilson
from rag.evidence import Evidence, quoted
from rag.generate import LlamaModel
from rag.prompt import load_template
from rag.search import Found

METRICS = ("all_facts", "token_f1", "refused", "wrongly_refused", "citation_validity")
Task = Callable[..., Answer]
Systems = Callable[[Library, Gold, Corpus], Iterator[tuple[str, Task]]]


def options(prog: str) -> argparse.ArgumentParser:
    """What a comparison is told: the gold file and its articles."""
    parser = argparse.ArgumentParser(prog=prog)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--articles", type=Path, default=ARTICLES)
    return parser


def compare(given: argparse.Namespace, systems: Systems) -> None:
    """Prints the table of some systems for a gold file, a line as soon as it is measured.

    Args:
        given: what `options` parsed.
    """
    gold = load_gold(given.gold)
    gold = replace(gold, items=tuple(one for one in gold.items if one.kind != "summary"))
    print(f"| system | {' | '.join(METRICS)} | cited span has the facts | words |")
    print("|---" * (len(METRICS) + 3) + "|")
    with TemporaryDirectory() as folder:
        library = Library.open(folder)
        library.add(given.articles)
        corpus = Corpus.of(library)
        for name, task in systems(library, gold, corpus):
            report = run(gold, task, corpus=corpus)
            shown = [_value(report, metric) for metric in METRICS]
            row = [name, *shown, _spans_hold(gold, report), _words(report)]
            print(f"| {' | '.join(row)} |", flush=True)


def _systems(library: Library, gold: Gold, corpus: Corpus) -> Iterator[tuple[str, Task]]:
    yield "Citespan", library.ask
    yield "best sentence by search", _best_by_search(library)
    yield "Citespan, evidence alone", _on_evidence(library, gold, corpus)
    as_it_comes = LlamaModel(models.ModelFile("as it comes", models.embedded_gguf(), ""))
    yield "embedded model as it comes", Library.open(library.directory, model=as_it_comes).ask


def _best_by_search(library: Library) -> Task:
    def ask(question: str, *, history: Sequence[Answer] = ()) -> Answer:
        found = library.search(whole(question, history), k=PASSAGES)
        hit, match = found.best_sentences()[0]
        best = Evidence(hit.article, match.sentence, match.number, match.score)
        return Answer(question, (quoted(best),), False, Trace())

    return ask


def _on_evidence(library: Library, gold: Gold, corpus: Corpus) -> Task:
    """As Citespan asks, had its search found nothing but the evidence; of an unanswerable question
    everything it finds."""
    evidence = located(gold, corpus)
    spans = {
        item.question: [span for some in evidence[item.id] for span in some] for item in gold.items
    }
    locator, model = models.locator(), LlamaModel(models.model_file())
    templates = load_template("answer"), load_template("read")

    def search(question: str, own: Sequence[Span]) -> Found:
        found = library.search(question, k=PASSAGES)
        hits = [hit for hit in found.hits if not own or shared([hit.passage], own)]
        return replace(found, hits=hits)

    def ask(question: str, *, history: Sequence[Answer] = ()) -> Answer:
        asked, own = whole(question, history), spans[question]
        means = Means(
            lambda part: search(part, own),
            lambda: locator,
            lambda: model,
            *templates,
            lambda _: None,
        )
        return start(question, search(asked, own), means, Trace(asked=asked)).answer

    return ask


def _value(report: Report, metric: str) -> str:
    value = report.values.get(metric)
    if value is None:
        return "–"
    interval = "" if value.low is None else f" ({value.low:.2f}–{value.high:.2f})"
    return f"{value.value:.3f}{interval}"


def _spans_hold(gold: Gold, report: Report) -> str:
    """Of the answers given to answerable questions, those whose quotes hold all facts."""
    held = []
    for item, outcome in zip(gold.items, report, strict=True):
        if item.kind == "answerable" and outcome.response and not outcome.response.abstained:
            quotes = " ".join(cited.quote for cited in outcome.response.citations)
            held.append(all(fact.is_in(quotes) for fact in item.facts))
    low, high = wilson(sum(held), len(held))
    return f"{sum(held) / len(held):.3f} ({low:.2f}–{high:.2f})"


def _words(report: Report) -> str:
    """Median words of an answer that is given."""
    given = [one.response for one in report if one.response and not one.response.abstained]
    return f"{statistics.median(len(said.text.split()) for said in given):.0f}"


if __name__ == "__main__":
    compare(options("python -m bench.answers").parse_args(), _systems)
