"""Arithmetic of spans: how many characters some cover together, and share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.article import Span


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same characters as non-overlapping spans, in order.

    >>> merged([Span("a", 0, 5), Span("a", 3, 8), Span("b", 0, 1)])
    [Span(article='a', start=0, end=8), Span(article='b', start=0, end=1)]
    """
    found: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.article, span.start, span.end)):
        last = found[-1] if found else None
        if last and last.article == span.article and span.start <= last.end:
            found[-1] = Span(span.article, last.start, max(last.end, span.end))
        elif span.start < span.end:  # any system's spans come here, reversed ones too
            found.append(Span(span.article, span.start, span.end))
    return found


def size(spans: Iterable[Span]) -> int:
    """The number of characters that some spans cover together."""
    return sum(span.end - span.start for span in merged(spans))


def shared(one: Sequence[Span], other: Sequence[Span]) -> int:
    """The number of characters that both cover."""
    return size(one) + size(other) - size([*one, *other])


def recall(found: Sequence[Span], gold: Sequence[Span]) -> float:
    """Share of the gold characters that are found."""
    return shared(found, gold) / size(gold)


def precision(found: Sequence[Span], gold: Sequence[Span]) -> float:
    """Share of the found characters that are gold; 0 if nothing is found."""
    covered = size(found)
    return shared(found, gold) / covered if covered else 0.0


def iou(found: Sequence[Span], gold: Sequence[Span]) -> float:
    """Characters that both cover over characters that either covers (Jaccard's index)."""
    return shared(found, gold) / size([*found, *gold])


def is_inside(span: Span, others: Iterable[Span]) -> bool:
    """Whether every character of a span is in one of the others."""
    return shared([span], list(others)) == span.end - span.start
