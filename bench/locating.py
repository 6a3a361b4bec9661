"""What locator and reader find for the questions of a gold file, beside the search alone.

    python -m bench.locating GOLD [--articles FOLDER]

Prints how often the best sentences hold all facts: in the search's order, in the locator's, in the
reader's, and in that of the locator reading only the passages that hold the evidence, which shows
what finding them costs. Then how right their likeliest phrases are, and what refusing at each
chance of none would do.
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
from rag.choose import Choice, Pointer, choose
from rag.evaluate.case import Corpus, located
from rag.evaluate.gold import Item, load_gold
from rag.evaluate.metrics.answers import squad_words, word_f1
from rag.evaluate.metrics.spans import shared
from rag.evaluate.stats import auc
from rag.generate import LlamaModel, Usage
from rag.prompt import load_template
from rag.reread import reread
from rag.search import Found

BEST = (1, 2, 3)
DOUBTS = (0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.96)


@dataclass(frozen=True, slots=True)
class Look:
    """A question, and what was found for it.

    Attributes:
        searched: the sentences in the search's order.
        located: what the locator made of them.
        read: what the reader made of that.
        proven: what the locator made of the passages with the evidence alone; None if the search
            has none.
        withheld: both choices with the articles of the evidence kept from the search.
    """

    item: Item
    searched: list[str]
    located: Choice
    read: Choice
    proven: Choice | None
    withheld: tuple[Choice, Choice] | None


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
    locator, reader = models.locator(), LlamaModel(models.model_file())
    template = load_template("read")

    def both(question: str, found: Found) -> tuple[Choice, Choice]:
        located = choose(question, found, locator)
        if not located.evidence:
            return located, located
        return located, reread(question, located, reader, template, _ignore)

    items = load_gold(gold)
    corpus = Corpus.of(library)
    evidence = located(items, corpus)
    every = set(corpus.articles)
    for item in items.items:
        if item.kind == "summary" or item.before:
            continue
        question = item.question
        found = library.search(question, k=PASSAGES)
        spans = [span for spans in evidence[item.id] for span in spans]
        hits = [hit for hit in found.hits if shared([hit.passage], spans)]
        own = {span.article for span in spans}
        rest = Filter(articles=tuple(sorted(every - own)))
        yield Look(
            item,
            [match.sentence.quote(hit.article) for hit, match in found.best_sentences()],
            *both(question, found),
            choose(question, replace(found, hits=hits), locator) if hits else None,
            both(question, library.search(question, k=PASSAGES, filter=rest)) if own else None,
        )


def _ignore(cost: Usage) -> None:
    """Time is measured elsewhere."""


def _sentences(looks: Sequence[Look]) -> str:
    lines = [f"| all facts in the best of {len(looks)} | {' | '.join(map(str, BEST))} |"]
    lines.append("|---" * (len(BEST) + 1) + "|")
    orders = {
        "search": [look.searched for look in looks],
        "locator": [[one.text for one in look.located.evidence] for look in looks],
        "reader": [[one.text for one in look.read.evidence] for look in looks],
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
    def likeliest(pointers: Sequence[Pointer]) -> Pointer | None:
        return max(pointers, key=lambda one: one.probability, default=None)

    told = (
        ("locator", [likeliest(look.located.pointers) for look in looks]),
        ("locator and reader", [likeliest(look.read.weighed) for look in looks]),
    )
    return "\n\n".join(_phrase(name, looks, pointers) for name, pointers in told)


def _phrase(name: str, looks: Sequence[Look], pointers: Sequence[Pointer | None]) -> str:
    said = [pointer.text if pointer else "" for pointer in pointers]
    share = sum(map(_says_all, looks, said)) / len(looks)
    line = f"Likeliest phrase by {name}: all facts {share:.3f}"
    short = [(look, text) for look, text in zip(looks, said, strict=True) if look.item.answers]
    if short:
        f1 = sum(_f1(look.item, text) for look, text in short) / len(short)
        line += f", token F1 {f1:.3f} of {len(short)}"
    return line


def _f1(item: Item, text: str) -> float:
    return max(word_f1(squad_words(text), squad_words(answer)) for answer in item.answers)


def _doubts(looks: Sequence[Look]) -> str:
    """Shares refused at each doubt, in percent, and how well each tells questions apart."""
    chances = _chances([(look, look.read, (look.withheld or (None, None))[1]) for look in looks])
    alone = _chances([(look, look.located, (look.withheld or (None, None))[0]) for look in looks])
    lines = [f"| doubt | {' | '.join(chances)} |", "|---" * (len(chances) + 1) + "|"]
    for doubt in DOUBTS:
        lines.append(
            f"| {doubt} | {' | '.join(_above(doubt, some) for some in chances.values())} |"
        )
    for name in ("unanswerable", "evidence withheld"):
        if chances[name]:
            locator, both = (auc(some["answerable"], some[name]) for some in (alone, chances))
            lines.append(f"\nAUC, {name}: locator {locator:.3f}, with the reader {both:.3f}")
    return "\n".join(lines)


def _chances(
    looks: Sequence[tuple[Look, Choice, Choice | None]],
) -> dict[str, list[float]]:
    """The chances of none by what should be done with the question."""
    return {
        "answerable": [choice.none for look, choice, _ in looks if look.item.answerable],
        "unanswerable": [choice.none for look, choice, _ in looks if not look.item.answerable],
        "evidence withheld": [withheld.none for _, _, withheld in looks if withheld],
    }


def _above(doubt: float, chances: Sequence[float]) -> str:
    return f"{100 * sum(one > doubt for one in chances) / len(chances):.0f}" if chances else "–"


if __name__ == "__main__":
    main()
