"""What the locator finds for the questions of a gold file, beside the search alone.

    python -m bench.locating GOLD [--articles FOLDER]

Prints how often the best sentences hold all facts: in the search's order, in the locator's, and in
that of the locator reading only the passages that hold the evidence, which shows what finding them
costs. Then how right its likeliest phrase is, and what refusing at each chance of none would do.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.measure import ARTICLES
from rag import Filter, Library, models
from rag.ask import PASSAGES
from rag.choose import Choice, choose
from rag.evaluate.case import Corpus, located
from rag.evaluate.gold import Item, load_gold
from rag.evaluate.metrics.answers import squad_words, word_f1
from rag.evaluate.metrics.spans import shared
from rag.evaluate.stats import auc
from rag.locate import Locator

BEST = (1, 2, 3)
DOUBTS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class Look:
    """A question, and what was found for it.

    Attributes:
        searched: the sentences in the search's order.
        choice: what the locator made of them.
        proven: the same of the passages with the evidence alone; None if the search has none.
        withheld: the chance of none with the articles of the evidence kept from the search.
    """

    item: Item
    searched: list[str]
    choice: Choice
    proven: Choice | None
    withheld: float | None


def main() -> None:
    """Prints Markdown tables."""
    options = argparse.ArgumentParser(prog="python -m bench.locating")
    options.add_argument("gold", type=Path)
    options.add_argument("--articles", type=Path, default=ARTICLES)
    given = options.parse_args()
    with TemporaryDirectory() as folder:
        library = Library.open(folder)
        library.add(given.articles)
        looks = list(_looks(library, given.gold))
    answerable = [look for look in looks if look.item.answerable]
    print(_sentences(answerable))
    print(f"\n{_phrases(answerable)}")
    print(f"\n{_doubts(looks)}")


def _looks(library: Library, gold: Path) -> Iterable[Look]:
    locator = models.locator()
    items = load_gold(gold)
    corpus = Corpus.of(library)
    evidence = located(items, corpus)
    every = set(corpus.articles)
    for item in items.items:
        if item.kind == "summary" or item.before:
            continue
        found = library.search(item.question, k=PASSAGES)
        spans = [span for spans in evidence[item.id] for span in spans]
        hits = [hit for hit in found.hits if shared([hit.passage], spans)]
        own = {span.article for span in spans}
        yield Look(
            item,
            [match.sentence.quote(hit.article) for hit, match in found.best_sentences()],
            choose(item.question, found, locator),
            choose(item.question, replace(found, hits=hits), locator) if hits else None,
            _without(library, item.question, locator, every - own) if own else None,
        )


def _without(library: Library, question: str, locator: Locator, rest: set[str]) -> float:
    filter = Filter(articles=tuple(sorted(rest)))
    return choose(question, library.search(question, k=PASSAGES, filter=filter), locator).none


def _sentences(looks: Sequence[Look]) -> str:
    lines = [f"| all facts in the best of {len(looks)} | {' | '.join(map(str, BEST))} |"]
    lines.append("|---" * (len(BEST) + 1) + "|")
    orders = {
        "search": [look.searched for look in looks],
        "locator": [[one.text for one in look.choice.evidence] for look in looks],
        "locator, evidence alone": [
            [one.text for one in look.proven.evidence] if look.proven else [] for look in looks
        ],
    }
    for name, texts in orders.items():
        shares = [
            sum(map(_says_all, looks, (" ".join(some[:k]) for some in texts))) / len(looks)
            for k in BEST
        ]
        lines.append(f"| {name} | {' | '.join(f'{share:.3f}' for share in shares)} |")
    return "\n".join(lines)


def _says_all(look: Look, text: str) -> bool:
    return all(fact.is_in(text) for fact in look.item.facts)


def _phrases(looks: Sequence[Look]) -> str:
    likeliest = [
        max(look.choice.pointers, key=lambda one: one.probability, default=None) for look in looks
    ]
    said = [pointer.text if pointer else "" for pointer in likeliest]
    share = sum(map(_says_all, looks, said)) / len(looks)
    line = f"Likeliest phrase: all facts {share:.3f}"
    short = [(look, text) for look, text in zip(looks, said, strict=True) if look.item.answers]
    if short:
        f1 = sum(_f1(look.item, text) for look, text in short) / len(short)
        line += f", token F1 {f1:.3f} of {len(short)}"
    return line


def _f1(item: Item, text: str) -> float:
    return max(word_f1(squad_words(text), squad_words(answer)) for answer in item.answers)


def _doubts(looks: Sequence[Look]) -> str:
    """Shares refused at each doubt, in percent."""
    chances = {
        "answerable": [look.choice.none for look in looks if look.item.answerable],
        "unanswerable": [look.choice.none for look in looks if not look.item.answerable],
        "evidence withheld": [look.withheld for look in looks if look.withheld is not None],
    }
    lines = [f"| doubt | {' | '.join(chances)} |", "|---" * (len(chances) + 1) + "|"]
    for doubt in DOUBTS:
        lines.append(
            f"| {doubt} | {' | '.join(_above(doubt, some) for some in chances.values())} |"
        )
    for name in ("unanswerable", "evidence withheld"):
        if chances[name]:
            lines.append(f"\nAUC, {name}: {auc(chances['answerable'], chances[name]):.3f}")
    return "\n".join(lines)


def _above(doubt: float, chances: Sequence[float]) -> str:
    return f"{100 * sum(one > doubt for one in chances) / len(chances):.0f}" if chances else "–"


if __name__ == "__main__":
    main()
