"""How `rag summarize` shows a summary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rag.cli.terminal import clean, counted, heading, line

if TYPE_CHECKING:
    from rag.article import Span
    from rag.citation import Claim
    from rag.summary import Comparison, Summary


def shown(summary: Summary) -> str:
    """The summary, and below it what its articles on one event say beside each other."""
    text = "\n".join(_facts(summary)) if summary.facts else summary.text
    return clean("\n".join([text, *_compared(summary)]))


def _facts(summary: Summary) -> Iterator[str]:
    """Each key fact, and below it the sentence in which it stands, where that says more."""
    marks = _marks(summary)
    for row, fact in zip(summary.rows, summary.facts, strict=True):
        yield row
        if fact.sentence not in fact.claim.citations:
            yield f"  in: {line(fact.sentence.quote)} [{marks[fact.sentence.span]}]"


def _marks(summary: Summary) -> dict[Span, int]:
    return {cited.span: at for at, cited in enumerate(summary.citations, 1)}


def coverage(summary: Summary) -> str:
    """What was read of how many articles, and what counted once."""
    copies = len(summary.copies)
    once = f"; {copies} near-identical, counted once" if copies else ""
    return f"{summary.coverage} of {counted(len(summary.articles), 'article')}{once}"


def _compared(summary: Summary) -> Iterator[str]:
    marks = _marks(summary)

    def said(claims: Sequence[Claim]) -> list[str]:
        return [
            f"- {line(one.text)} {''.join(f'[{marks[cited.span]}]' for cited in one.citations)}"
            for one in claims
        ]

    for one in summary.comparisons:
        yield from ("", f"{_number(one)} on one event:", *_titles(one))
        if one.shared:
            yield from ("All say:", *said(one.shared))
        for other in one.differing:
            figures = " / ".join(map(line, other.figures))
            yield from (f"They differ, {figures}:", *said(other.claims))
        if one.single:
            yield from ("Only one says:", *said(one.single))


def _number(comparison: Comparison) -> str:
    """How many articles are compared: "2 articles", "the 10 weightiest of 14 articles"."""
    compared = len(comparison.articles)
    if not comparison.uncompared:
        return counted(compared, "article")
    return f"the {compared} weightiest of {compared + comparison.uncompared} articles"


def _titles(comparison: Comparison) -> Iterator[str]:
    return (f"  {heading(source)}" for source in comparison.articles)
