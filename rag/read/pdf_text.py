"""Makes flowing text of the lines of PDF pages: paragraphs, without headers and page numbers."""

from __future__ import annotations

import re
import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from rag.read.pdf_lines import Line
from rag.read.unwrap import Items, Vocabulary, ends_clause, ends_sentence

_EDGE_ROWS: Final = 2  # at the top and at the bottom of a page, where headers and footers stand
_REPEATED: Final = 3  # pages from which on a line at the edge is a header; 2 if there are only 2
_SAME_PLACE: Final = 6.0  # points
_PAGE_NUMBER = re.compile(
    r"[-\u2013—|\s]*(?:page|seite|p\.|s\.)?\s*(\d{1,4}|[ivxlc]{1,7})(?:\s*(?:/|of|von|sur|de)\s*\d{1,4})?[-\u2013—|\s]*",
    re.IGNORECASE,
)
_BULLETS: Final = tuple("•‣◦▪■●○*-\u2013—")
_NUMBER = re.compile(r"\d+")
_OTHER_SIZE: Final = 1.15  # ratio of sizes of type from which on a line is or isn't a heading
_PARAGRAPH_GAP: Final = 1.4  # distance of baselines, in the usual distance
_INDENT: Final = 0.8  # in the size of the type
_SMALLER: Final = 0.95  # ratio to the usual size of type from which on a footnote is set
_FOOT = re.compile(r"\s*(?:[\u2070\u00b9\u00b2\u00b3\u2074-\u2079]|\d{1,3}\b|\[\d{1,3}\]|[*†‡§])")
_EARLY: Final = 0.6  # a line shorter than this part of its column ends its paragraph
_RATHER_EARLY: Final = 0.85  # it does too when it also ends a sentence


@dataclass(frozen=True, slots=True)
class _Edge:
    """A line at the top or bottom of a page, with the numbers in it."""

    page: int
    y: float
    numbers: tuple[int, ...]

    @classmethod
    def of(cls, line: Line, page: int) -> _Edge:
        return cls(page, line.y, tuple(int(number[:9]) for number in _NUMBER.findall(line.text)))

    def is_like(self, other: _Edge) -> bool:
        """Whether both are at the same place, and their numbers the same or counting pages."""
        pages = self.page - other.page
        return abs(self.y - other.y) < _SAME_PLACE and all(
            mine - its in (0, pages) for mine, its in zip(self.numbers, other.numbers, strict=True)
        )


def without_margins(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The pages without running headers and footers and without bare page numbers."""
    places: dict[str, list[_Edge]] = defaultdict(list)
    for index, page in enumerate(pages):
        for line in _edges(page):
            places[_key(line)].append(_Edge.of(line, index))
    needed = min(_REPEATED, len(pages))

    def is_margin(line: Line, index: int) -> bool:
        if _is_own_page_number(line, index):
            return True
        edge = _Edge.of(line, index)
        alike = {other.page for other in places[_key(line)] if edge.is_like(other)}
        return len(pages) > 1 and len(alike) >= needed

    kept = []
    for index, page in enumerate(pages):
        margins = {id(line) for line in _edges(page) if is_margin(line, index)}
        kept.append([line for line in page if id(line) not in margins])
    return [list(page) for page in pages] if _are_forms(pages, kept) else kept


def _are_forms(pages: Sequence[Sequence[Line]], kept: Sequence[Sequence[Line]]) -> bool:
    """Whether most of what pages hold would go as margins: short pages of one pattern, such as
    invoices. Those of which nothing is left are scans with a stamp."""
    both = [(left, page) for left, page in zip(kept, pages, strict=True) if left]
    return 2 * sum(len(left) for left, _ in both) < sum(len(page) for _, page in both)


def _edges(page: Sequence[Line]) -> list[Line]:
    rows = sorted({round(line.y) for line in page})
    edge = {*rows[:_EDGE_ROWS], *rows[-_EDGE_ROWS:]}
    return [line for line in page if round(line.y) in edge]


def _key(line: Line) -> str:
    """What a header has in common on all pages: its text but for the numbers."""
    match = _PAGE_NUMBER.fullmatch(line.text)
    if match and not match[1].isdigit():
        return "roman"
    return _NUMBER.sub("#", line.text.casefold())


def _is_own_page_number(line: Line, index: int) -> bool:
    match = _PAGE_NUMBER.fullmatch(line.text)
    return bool(match and match[1].isdigit() and int(match[1]) == index + 1)


def flowing_text(pages: Sequence[Sequence[Line]]) -> str:
    """The paragraphs of all pages, a blank line between them; words hyphenated at the end of a
    line and paragraphs that go on in the next column or on the next page are put together, over
    the footnotes at the end of a page, too."""
    every = [line for page in pages for line in page]
    usual = statistics.median(line.size for line in every) if every else 0.0
    cuts = [_above_feet(page, usual) for page in pages]
    bodies = [page[:cut] for page, cut in zip(pages, cuts, strict=True)]
    feet = [page[cut:] for page, cut in zip(pages, cuts, strict=True)]
    measures = Vocabulary("\n".join(line.text for line in every)), _leading(pages), _edges_of(every)
    text, notes = _Paragraphs(bodies, *measures), _Paragraphs(feet, *measures)
    for body, foot in zip(bodies, feet, strict=True):
        for number in range(len(body)):
            if text.add(first=number == 0):  # what the page before ended with has ended, too
                text.put_before_last(notes.taken())
        for number in range(len(foot)):
            notes.add(first=number == 0)
    return "\n\n".join([*text.taken(), *notes.taken()])


class _Paragraphs:
    """Paragraphs that lines are put together to, one after the other.

    Args:
        leading: the usual distance of two baselines, in the size of the type.
        edges: how far lines reach, by their place.
    """

    def __init__(
        self,
        pages: Sequence[Sequence[Line]],
        words: Vocabulary,
        leading: float,
        edges: dict[int, float],
    ) -> None:
        self._lines = [line for page in pages for line in page]
        self._items = Items([line.text for line in self._lines])
        self._words, self._leading, self._edges = words, leading, edges
        self._done: list[str] = []
        self._at = -1

    def add(self, *, first: bool) -> bool:
        """Add the next line, the first of its page or not; whether it begins a paragraph."""
        self._at += 1
        line = self._lines[self._at]
        begins = not self._at or self._begins(self._lines[self._at - 1], line, first)
        if begins or not self._done:
            self._done.append(line.text)
        else:
            self._done[-1] = self._words.join(self._done[-1], line.text, drop_hyphen=True)
        return begins

    def put_before_last(self, paragraphs: Sequence[str]) -> None:
        self._done[-1:-1] = paragraphs

    def taken(self) -> list[str]:
        """The paragraphs, which are then no longer here."""
        taken, self._done = self._done, []
        return taken

    def _begins(self, last: Line, line: Line, first: bool) -> bool:
        jumped = first or line.y >= last.y  # to the next page or column
        full = _fills(last, self._edges, _RATHER_EARLY)
        right = not jumped and line.x - last.x > _INDENT * line.size
        free = right or not full or ends_clause(last.text)
        self._items.move(line.text, self._at, free, not _fills(last, self._edges, _EARLY))
        if last.text in _BULLETS:
            return False
        if _other_size(last, line) or self._items.begun:
            return True
        ended = ends_sentence(last.text)
        if jumped:
            goes_on = line.text[:1].islower() or last.text.endswith("-")
            return ended or not (goes_on or full)
        apart = last.y - line.y > _PARAGRAPH_GAP * self._leading * line.size
        early = _RATHER_EARLY if ended else _EARLY
        return apart or (ended and right) or not _fills(last, self._edges, early)


def _above_feet(page: Sequence[Line], usual: float) -> int:
    """How many lines of a page are above its footnotes: the last ones, in smaller type than usual,
    if one of them begins with a mark. Those below the first of two columns aren't seen."""
    count = len(page)
    while count and page[count - 1].size < _SMALLER * usual:
        if count < len(page) and page[count - 1].y <= page[count].y:
            break
        count -= 1
    return count if any(_FOOT.match(line.text) for line in page[count:]) else len(page)


def _leading(pages: Sequence[Sequence[Line]]) -> float:
    """The usual distance of two baselines, in the size of the type."""
    distances = [
        (a.y - b.y) / a.size
        for page in pages
        for a, b in pairwise(page)
        if a.size == b.size and 0.8 < (a.y - b.y) / a.size < 3
    ]
    return statistics.median_low(distances) if distances else 1.2


def _edges_of(lines: Sequence[Line]) -> dict[int, float]:
    """How far the lines that begin at about the same place reach, by that place."""
    ends: dict[int, list[float]] = defaultdict(list)
    for line in lines:
        ends[_place(line)].append(line.end)
    return {place: sorted(found)[len(found) * 9 // 10] for place, found in ends.items()}


def _place(line: Line) -> int:
    return round(line.x / 40)


def _other_size(last: Line, line: Line) -> bool:
    return max(last.size, line.size) > _OTHER_SIZE * min(last.size, line.size)


def _fills(line: Line, edges: dict[int, float], part: float) -> bool:
    """Whether `line` reaches over that part of the column it is in."""
    width = edges[_place(line)] - line.x
    return line.end - line.x >= part * width
