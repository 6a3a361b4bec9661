"""How `rag summarize` shows a summary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rag.cli.terminal import clean, counted, heading, line

if TYPE_CHECKING:
    from rag.citation import Claim
    from rag.summary import Comparison, Summary


def shown(summary: Summary) -> str:
    """The summary, and below it what its articles on one event say beside each other."""
    return clean("\n".join([summary.text, *_compared(summary)]))


def coverage(summary: Summary) -> str:
    """What was read of how many articles, and what counted once."""
    copies = len(summary.copies)
    once = f"; {copies} near-identical, counted once" if copies else ""
    return f"{summary.coverage} of {counted(len(summary.articles), 'article')}{once}"


def _compared(summary: Summary) -> Iterator[str]:
    marks = {cited.span: at for at, cited in enumerate(summary.citations, 1)}

    def said(claims: Sequence[Claim]) -> list[str]:
        return [
            f"- {line(one.text)} {''.join(f'[{marks[cited.span]}]' for cited in one.citations)}"
            for one in claims
        ]

    for one in summary.comparisons:
        yield from ("", f"{len(one.articles)} articles on one event:", *_titles(one))
        if one.shared:
            yield from ("All say:", *said(one.shared))
        for other in one.differing:
            figures = " / ".join(map(line, other.figures))
            yield from (f"They differ, {figures}:", *said(other.claims))
        if one.single:
            yield from ("Only one says:", *said(one.single))


def _titles(comparison: Comparison) -> Iterator[str]:
    return (f"  {heading(source)}" for source in comparison.articles)
