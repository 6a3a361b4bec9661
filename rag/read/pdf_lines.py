"""Finds the lines of a PDF page and the order in which they are read.

A PDF places pieces of text on a page and knows neither lines nor columns. Widths aren't given
either; they are estimated from the size of the type, which is enough to tell words from columns.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pypdf import PageObject

from rag.read.superscripts import superscript

_LOWER, _UPPER = 0.47, 0.66  # mean width of small and capital letters, in the size of the type
_SAME_ROW: Final = 0.5  # how far baselines of one line lie apart, in the size of the type
_ENOUGH_ROWS: Final = 3  # rows that columns must have side by side
_SAME_START: Final = 4.0  # points; lines of a column begin within
_COLUMN_CHARS: Final = 15  # mean length of a line in a column of text; cells of tables are shorter
_RAISED_SIZE: Final = 0.9  # of the size of raised digits to that of the type around them
_RAISED_BY: Final = (0.15, 0.6)  # how far they stand above its baseline, in its size
_RAISED_NUMBER = re.compile(r"\d{4}|[^\d\s,*†‡+\N{MINUS SIGN}–-]")  # a year or a word isn't a mark
_MARK = re.compile(r"[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹][⁰¹²³⁴⁵⁶⁷⁸⁹,–-]*")
_CLOSING: Final = tuple(".,;:!?)]}’”»")
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
    rows = [_with_superscripts(row) for row in _rows(_placed_pieces(page))]
    starts = _column_starts(rows)
    lines = [line for row in rows for line in _split(row, starts)]
    if starts:
        lines = _by_columns(lines, starts)
    for line in lines:
        line.text = line.text.translate(_LIGATURES).strip()
    return lines


def _placed_pieces(page: PageObject) -> list[Line]:
    pieces: list[Line] = []
    rise = _Rise()

    def visit(text: str, cm: list[float], tm: list[float], _font: Any, size: float) -> None:
        if text.strip():
            pieces.extend(_pieces(text, cm, tm, size, rise.shown / size if size else 0.0))

    page.extract_text(visitor_operand_before=rise.follow, visitor_text=visit)
    return pieces


class _Rise:
    """How far text is raised, which pypdf leaves out of the places it gives.

    Attributes:
        shown: what it was for the text that was shown last, which is given only afterwards.
    """

    def __init__(self) -> None:
        self.shown = 0.0
        self._now = 0.0
        self._saved: list[float] = []

    def follow(self, operator: bytes, operands: Sequence[Any], _cm: Any, _tm: Any) -> None:
        """Takes note of an operator on a page."""
        if operator == b"Ts" and operands and isinstance(operands[0], int | float):
            self._now = float(operands[0])
        elif operator in (b"Tj", b"TJ", b"'", b'"'):
            self.shown = self._now
        elif operator == b"q":
            self._saved.append(self._now)
        elif operator == b"Q" and self._saved:
            self._now = self._saved.pop()


def _pieces(
    text: str, cm: list[float], tm: list[float], size: float, rise: float
) -> Iterable[Line]:
    """The lines of a piece of text, placed as if the page were turned so that they are level.

    Args:
        rise: how far it is raised above the place that is given, in its size.
    """
    a, b = tm[0] * cm[0] + tm[1] * cm[2], tm[0] * cm[1] + tm[1] * cm[3]
    x, y = (tm[4] * cm[0] + tm[5] * cm[2] + cm[4], tm[4] * cm[1] + tm[5] * cm[3] + cm[5])
    scale = math.hypot(a, b) or 1.0
    cos, sin = a / scale, b / scale
    size = abs(size * scale) or 1.0
    x, y = x * cos + y * sin, y * cos - x * sin
    for number, line in enumerate(text.rstrip("\n").split("\n")):
        if line.strip():
            yield Line(line, x, y + size * (rise - 1.2 * number), round(size, 1))


def _rows(pieces: Iterable[Line]) -> list[list[Line]]:
    """Neighbouring pieces on one baseline, from left to right, put together."""
    rows: list[list[Line]] = []
    for piece in pieces:
        if rows and piece.is_beside(rows[-1][-1]) and piece.x >= rows[-1][-1].x:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return rows


def _with_superscripts(row: list[Line]) -> list[Line]:
    """A row in which digits in smaller type above its baseline are superscripts on it."""
    kept: list[Line] = []
    base = row[0]
    for number, piece in enumerate(row):
        # The mark of a footnote stands in front of its text.
        beside = row[1] if number == 0 and len(row) > 1 else base
        near = _is_near(*((piece, beside) if number == 0 else (row[number - 1], piece)))
        raised = _superscript(piece, beside) if near else None
        if raised is None:
            base = piece
            kept.append(piece)
        else:
            base = beside
            kept.append(Line(raised, piece.x, beside.y, piece.size))
    return kept


def _is_near(left: Line, right: Line) -> bool:
    """Whether no more than a space is between two pieces, as far as their widths are known."""
    return right.x - left.end < left.size * (0.6 + 0.12 * len(left.text))


def _superscript(piece: Line, beside: Line) -> str | None:
    """What is in `piece` as a superscript to the text beside it, if it is one."""
    text = piece.text.strip()
    least, most = _RAISED_BY
    raised_by = (piece.y - beside.y) / beside.size
    if piece.size > _RAISED_SIZE * beside.size or not least < raised_by < most:
        return None
    return None if _RAISED_NUMBER.search(text) else superscript(text)


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
    last = row[0]
    for piece in row:
        begins = any(start <= piece.x < start + _SAME_START for start in starts)
        if lines and (not begins or _is_mark(piece)):
            lines[-1] = _together(lines[-1], last, piece)
        else:
            lines.append(piece)
        last = piece
    return lines


def _together(line: Line, last: Line, piece: Line) -> Line:
    """A line, of which `last` is the last piece so far, and the next one."""
    text = piece.text
    attached = _is_attached(line, last, piece)
    if text[0].isspace():  # one of two spaces, or one before a full stop, is pypdf's guess
        text = text.lstrip() if attached or line.text[-1].isspace() else " " + text.lstrip()
    elif not attached and not line.text[-1].isspace():
        text = " " + text
    return Line(line.text + text, line.x, line.y, max(line.size, piece.size))


def _is_attached(line: Line, last: Line, piece: Line) -> bool:
    """Whether `piece` is raised or lowered within a word, or ends the sentence after it."""
    is_end = last.size < piece.size and piece.text.lstrip().startswith(_CLOSING)
    if is_end or _is_mark(piece):
        return True
    return not piece.text[0].isspace() and piece.size < line.size and piece.x < line.end


def _is_mark(piece: Line) -> bool:
    return _MARK.fullmatch(piece.text) is not None


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
