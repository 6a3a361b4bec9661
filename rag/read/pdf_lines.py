"""Finds the lines of a PDF page and the order in which they are read.

A PDF places pieces of text on a page and knows neither lines nor columns. Widths aren't given
either; they are estimated from the size of the type, which is enough to tell words from columns.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pypdf import PageObject

_LOWER, _UPPER = 0.47, 0.66  # mean width of small and capital letters, in the size of the type
_SAME_ROW: Final = 0.5  # how far baselines of one line lie apart, in the size of the type
_ENOUGH_ROWS: Final = 3  # rows that columns must have side by side
_SAME_START: Final = 4.0  # points; lines of a column begin within
_COLUMN_CHARS: Final = 15  # mean length of a line in a column of text; cells of tables are shorter
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
)


@dataclass(slots=True)
class Line:
    """A line of text on a page.

    Attributes:
        x, y: where its baseline begins, in points from the lower left corner.
        size: the size of its type in points.
    """

    text: str
    x: float
    y: float
    size: float

    @property
    def end(self) -> float:
        """Where it ends, estimated."""
        wide = sum(char.isupper() or char >= "\u2e80" for char in self.text)
        return self.x + self.size * (_LOWER * (len(self.text) - wide) + _UPPER * wide)

    def is_beside(self, other: Line) -> bool:
        """Whether both have the same baseline, but for superscripts and the like."""
        return abs(self.y - other.y) <= _SAME_ROW * max(self.size, other.size)


def page_lines(page: PageObject) -> list[Line]:
    """The lines of a page in reading order."""
    pieces: list[Line] = []

    def visit(text: str, cm: list[float], tm: list[float], _font: Any, size: float) -> None:
        if text.strip():
            pieces.extend(_pieces(text, cm, tm, size))

    page.extract_text(visitor_text=visit)
    rows = _rows(pieces)
    starts = _column_starts(rows)
    lines = [line for row in rows for line in _split(row, starts)]
    if starts:
        lines = _by_columns(lines, starts)
    for line in lines:
        line.text = line.text.translate(_LIGATURES).strip()
    return lines


def _pieces(text: str, cm: list[float], tm: list[float], size: float) -> Iterable[Line]:
    """The lines of a piece of text, placed as if the page were turned so that they are level."""
    a, b = tm[0] * cm[0] + tm[1] * cm[2], tm[0] * cm[1] + tm[1] * cm[3]
    x, y = (tm[4] * cm[0] + tm[5] * cm[2] + cm[4], tm[4] * cm[1] + tm[5] * cm[3] + cm[5])
    scale = math.hypot(a, b) or 1.0
    cos, sin = a / scale, b / scale
    size = abs(size * scale) or 1.0
    x, y = x * cos + y * sin, y * cos - x * sin
    for number, line in enumerate(text.rstrip("\n").split("\n")):
        if line.strip():
            yield Line(line, x, y - 1.2 * size * number, round(size, 1))


def _rows(pieces: Iterable[Line]) -> list[list[Line]]:
    """Neighbouring pieces on one baseline, from left to right, put together."""
    rows: list[list[Line]] = []
    for piece in pieces:
        if rows and piece.is_beside(rows[-1][-1]) and piece.x >= rows[-1][-1].x:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return rows


def _column_starts(rows: Sequence[Sequence[Line]]) -> list[float]:
    """Where columns begin if the page goes through them row by row; empty if it doesn't.

    Most programs write one column after the other, so that the order is right as it is.
    """
    parted = [row for row in rows if len(row) > 1]
    places = Counter(place for row in parted for place in {_place(piece) for piece in row[1:]})
    common = [
        place for place, count in places.items() if count >= max(_ENOUGH_ROWS, len(parted) / 2)
    ]
    if not common or len(parted) * 3 < len(rows):
        return []
    left = min(row[0].x for row in parted)
    starts = [left, *(place * _SAME_START - _SAME_START / 2 for place in sorted(common))]
    lines = [_split(row, starts) for row in parted]
    for column in range(len(starts)):
        lengths = [len(row[column].text) for row in lines if len(row) > column]
        if sum(lengths) < _COLUMN_CHARS * len(lengths):
            return []
    return starts


def _place(piece: Line) -> int:
    return round(piece.x / _SAME_START)


def _split(row: Sequence[Line], starts: Sequence[float]) -> list[Line]:
    """The pieces of a row as one line, or one for each column that begins with a piece of it."""
    lines: list[Line] = []
    for piece in row:
        begins = any(start <= piece.x < start + _SAME_START for start in starts)
        if lines and not begins:
            lines[-1] = _together(lines[-1], piece)
        else:
            lines.append(piece)
    return lines


def _together(first: Line, second: Line) -> Line:
    apart = not first.text[-1].isspace() and not second.text[0].isspace()
    superscript = second.size < first.size and second.x < first.end
    text = first.text + (" " if apart and not superscript else "") + second.text
    return Line(text, first.x, first.y, max(first.size, second.size))


def _by_columns(lines: Sequence[Line], starts: list[float]) -> list[Line]:
    """Column after column; a line across all of them comes between what is above and below."""
    ordered: list[Line] = []
    band: list[Line] = []

    def column(line: Line) -> int:
        return max((i for i, start in enumerate(starts) if line.x >= start - line.size), default=0)

    def flush() -> None:
        ordered.extend(sorted(band, key=lambda line: (column(line), -line.y)))
        band.clear()

    for i, line in enumerate(lines):
        alone = not any(
            line.is_beside(near) for near in (*lines[max(i - 1, 0) : i], *lines[i + 1 : i + 2])
        )
        following = column(line) + 1
        if alone and following < len(starts) and line.end > starts[following] + 2 * line.size:
            flush()
            ordered.append(line)
        else:
            band.append(line)
    flush()
    return ordered
