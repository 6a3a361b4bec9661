"""The pieces of an article around gold and cited spans, cut exactly where each begins and ends."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

CONTEXT = 200  # characters on either side of a span
_STRAY = 30  # how much further a piece may go, not to begin or end inside a word
_GAP = 60  # characters between two pieces that aren't worth leaving out


@dataclass(frozen=True, slots=True)
class Segment:
    """Characters that are all alike: gold or not, cited or not.

    Attributes:
        ends: the marks of the citations that end where it ends.
    """

    text: str
    is_gold: bool
    is_cited: bool
    ends: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The code points `start` to `end` of an article, in segments."""

    start: int
    end: int
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Cited:
    """A span that the citation of this mark points at."""

    start: int
    end: int
    mark: int


def excerpts(
    text: str, gold: Sequence[tuple[int, int]], cited: Sequence[Cited], context: int = CONTEXT
) -> list[Excerpt]:
    """What to show of an article. Spans that aren't inside its text are left out.

    >>> [found] = excerpts("It rained. It froze.", [(0, 10)], [Cited(3, 10, 1)])
    >>> [(segment.text, segment.is_gold, segment.is_cited) for segment in found.segments]
    [('It ', True, False), ('rained.', True, True), (' It froze.', False, False)]
    """
    gold = [span for span in gold if 0 <= span[0] < span[1] <= len(text)]
    cited = [one for one in cited if 0 <= one.start < one.end <= len(text)]
    spans = sorted([*gold, *((one.start, one.end) for one in cited)])
    return [
        Excerpt(start, end, tuple(_segments(text, start, end, gold, cited)))
        for start, end in _windows(text, spans, context)
    ]


def _windows(text: str, spans: Sequence[tuple[int, int]], context: int) -> list[tuple[int, int]]:
    """The ranges around some spans, in order; those that nearly touch are one."""
    found: list[tuple[int, int]] = []
    for start, end in spans:
        begin, stop = _word_start(text, start - context), _word_end(text, end + context)
        if found and begin <= found[-1][1] + _GAP:
            found[-1] = (found[-1][0], max(found[-1][1], stop))
        else:
            found.append((begin, stop))
    return found


def _word_start(text: str, at: int) -> int:
    if at <= _STRAY:
        return 0
    for place in range(at, at - _STRAY, -1):
        if text[place - 1].isspace():
            return place
    return at


def _word_end(text: str, at: int) -> int:
    if at >= len(text) - _STRAY:
        return len(text)
    for place in range(at, at + _STRAY):
        if text[place].isspace():
            return place
    return at


def _segments(
    text: str, start: int, end: int, gold: Sequence[tuple[int, int]], cited: Sequence[Cited]
) -> list[Segment]:
    bounds = {start, end, *(at for span in gold for at in span)}
    bounds |= {at for one in cited for at in (one.start, one.end)}
    cuts = sorted(at for at in bounds if start <= at <= end)
    return [
        Segment(
            text[left:right],
            any(a <= left and right <= b for a, b in gold),
            any(one.start <= left and right <= one.end for one in cited),
            tuple(sorted({one.mark for one in cited if one.end == right})),
        )
        for left, right in itertools.pairwise(cuts)
    ]
