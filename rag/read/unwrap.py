"""Joins the lines of hard-wrapped text: in canonical text a newline ends a paragraph.

Text of 60 to 80 columns, as in e-mails and in the books of Project Gutenberg, has a newline where
the line was full. That is how it is recognised: the first word of the next line wouldn't have
fitted. A file with one paragraph a line, a poem, a list or a table doesn't look like that.
"""

from __future__ import annotations

import re
import statistics
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from rag.split.notes import without_notes

_NARROWEST, _WIDEST = 40, 110  # columns of wrapped text
_RAGGED = 3  # columns that a full line may lack
_SHORT_OF = 15  # columns from which on a line ends early because its paragraph ends
_ENOUGH = 4  # lines from which on a block tells its own width
_QUOTED = re.compile(r"(?:>\s?)+")
_BULLET = re.compile(
    r"\s*(?:(?P<dash>[-\u2013])|[*+•‣◦]|\(?(?P<number>\d{1,3})[.)]|[a-z][.)])\s+\S"
)
_SENTENCE_END = re.compile(r"[.!?…。\uff01\uff1f:]['\"”\u2019»)\]]*$")
_CLAUSE_END = re.compile(r"[.!?…。\uff01\uff1f:;]['\"”\u2019»)\]]*$")
_COLUMNS = re.compile(r"\S\s{3,}\S|\t\S")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BROKEN = re.compile(  # "exam-", and "ple" on the next line
    r"(?<![^\W\d_])[^\W\d_]+[-\u2010][ \t]*\n[>\s]*[^\W\d_A-Z]+"
)
_HYPHEN_END = re.compile(r"[\w.][-\u2010]")
_FAR = 100  # characters before a hyphen that are searched for its word
_SHARES_NOUN = re.compile(r"(?:and|or|nor|to|und|oder|bis)\s")  # "two- and three-year plans"
_DENSE = 0.04  # hyphens a line from which on they come from a program that breaks words
_SOME_HYPHENS = 3  # in typed text, where a few may well belong to their words
_LONG_PART = 4  # letters of a part that is a word by itself: "decision-making", not "in-form"


def unwrap(text: str) -> str:
    """`text` with the lines of its wrapped paragraphs joined. Line ends must be newlines."""
    blocks = [block.split("\n") for block in re.split(r"\n[ \t]*(?=\n)", text)]
    blocks = [block[1:] if block and not block[0].strip() else block for block in blocks]
    width = _typical_width(blocks)
    if width is None:
        return text
    words = Vocabulary(text)
    return "\n\n".join("\n".join(_unwrap_block(block, width, words)) for block in blocks)


class Vocabulary:
    """The words of a text, which tell whether a hyphen at the end of a line belongs to its word."""

    def __init__(self, text: str) -> None:
        whole, hyphens = _BROKEN.subn(" ", text)
        self._words = {word.casefold() for word in _WORD.findall(whole)}
        self._hyphens = hyphens
        self._dense = hyphens > _DENSE * sum(1 for line in text.split("\n") if line.strip())

    def join(self, first: str, second: str, *, drop_hyphen: bool = False) -> str:
        """Two neighbouring lines of one paragraph as one.

        Args:
            drop_hyphen: whether a few hyphens do for "exam-" and "ple" to lose theirs, when neither
                "example" nor "exam-ple" occurs elsewhere. Typeset text is hyphenated; typed text
                hardly ever is.
        """
        first, second = first.rstrip(), second.lstrip()
        if not first or not second:
            return first + second
        if _HYPHEN_END.fullmatch(first[-2:]) and re.match(r"\w", second):
            if _SHARES_NOUN.match(second):
                return f"{first} {second}"
            drop = self._is_broken(first[:-1], second, drop_hyphen)
            return (first[:-1] if drop else first) + second
        if _is_wide(first[-1]) and _is_wide(second[0]):
            return first + second
        return f"{first} {second}"

    def _is_broken(self, first: str, second: str, typeset: bool) -> bool:
        """Whether a line was broken within a word, so that its hyphen belongs to no word."""
        head = re.search(r"[^\W\d_]+(?:-[^\W\d_]+)*$", first[-_FAR:])
        tail = _WORD.match(second)
        if head is None or tail is None:
            return False
        parts = head[0].casefold(), tail[0].casefold()
        if "-".join(parts) in self._words:
            return False
        if "".join(parts) in self._words:
            return True
        if "-" in head[0] or not second[0].islower():
            return False
        if all(part in self._words and len(part) >= _LONG_PART for part in parts):
            return False
        return self._dense and (typeset or self._hyphens >= _SOME_HYPHENS)


def ends_sentence(line: str) -> bool:
    """Whether `line` ends with a full stop or another mark that ends a sentence."""
    return bool(_SENTENCE_END.search(without_notes(line)))


def begins_item(line: str) -> bool:
    """Whether `line` begins with a bullet or the number of a list item."""
    return bool(_BULLET.match(line))


def ends_clause(line: str) -> bool:
    """Whether `line` ends with a mark after which an item of a list may come."""
    return bool(_CLAUSE_END.search(without_notes(line)))


def _is_wide(char: str) -> bool:
    """Chinese and Japanese, which have no spaces; Korean, which has, is excluded."""
    wide = unicodedata.east_asian_width(char) in "WF"
    return wide and not unicodedata.name(char, "").startswith("HANGUL")


def _typical_width(blocks: list[list[str]]) -> int | None:
    """The column at which the lines of this text were broken; None when they weren't."""
    widths = [
        max(len(line.rstrip()) for line in block)
        for block in blocks
        if len(block) >= _ENOUGH and not _has_columns(block)
    ]
    widths = [width for width in widths if _NARROWEST <= width <= _WIDEST]
    if widths:
        return int(statistics.median(widths))
    longest = [max(len(line.rstrip()) for line in block) for block in blocks if len(block) > 1]
    longest = [width for width in longest if _NARROWEST <= width <= _WIDEST]
    return max(longest, default=None)


def _unwrap_block(block: list[str], typical: int, words: Vocabulary) -> Iterator[str]:
    own = max((len(line.rstrip()) for line in block), default=0)
    width = own if len(block) >= _ENOUGH else max(own, typical)
    if not _is_wrapped(block, width):
        yield from block
        return
    paragraph = block[0]
    for line, following, start in _pairs(block, width):
        if start or _ends_early(line, following, width):
            yield paragraph
            paragraph = following
        else:
            paragraph = words.join(paragraph, following[len(_quote_mark(following)) :])
    yield paragraph


def _is_wrapped(block: list[str], width: int) -> bool:
    if len(block) < 2 or not _NARROWEST <= width <= _WIDEST or _has_columns(block):
        return False
    pairs = list(_pairs(block, width))
    full = [line for line, following, _ in pairs if _room(line, following, width) <= _RAGGED]
    if not full:
        return False
    ended = sum(map(ends_sentence, full))
    enough = len(full) * 2 >= sum(not start for _, _, start in pairs)
    return enough and ended * 5 < len(full) * 3


def _room(line: str, following: str, width: int) -> int:
    """Columns that were free after `line` and the first word of the next."""
    words = following[len(_quote_mark(following)) :].split(maxsplit=1)
    return width - len(line.rstrip()) - 1 - len(words[0] if words else "")


def _ends_early(line: str, following: str, width: int) -> bool:
    """Whether `line` is the last of its paragraph, to judge by how it ends."""
    room = _room(line, following, width)
    return room > _SHORT_OF or (room > _RAGGED and ends_sentence(line))


def _pairs(block: list[str], width: int) -> Iterator[tuple[str, str, bool]]:
    """Neighbouring lines, and whether the second begins a paragraph, as its beginning tells."""
    items = Items(block)
    for at, (line, following) in enumerate(pairwise(block)):
        early = _ends_early(line, following, width)
        free = ends_clause(line) or _room(line, following, width) > _RAGGED
        deeper = _indent(following) - _indent(line)
        indented = deeper > 1 and not items.begun
        quoted = _quote_mark(line).count(">") != _quote_mark(following).count(">")
        items.move(following, at + 1, free or deeper < 0, early)
        yield line, following, items.begun or quoted or indented


class Items:
    """Goes through lines and tells which begin an item of a list.

    A line that begins with a dash or with "25." may go on with a sentence, as may "25." that
    follows "April". It begins an item if the line before ended early or with a mark, or if it is
    one more of a list. A number must be the first of its list, or follow another. A dash is that
    of an item, too, where the next line begins with the same; a number, with the next.

    Attributes:
        begun: whether the line that was reached begins an item.
    """

    def __init__(self, block: list[str]) -> None:
        self._numbers = [*map(_number, block), None]
        self._last_at = {number: at for at, number in enumerate(self._numbers)}
        self._all_dashes = [*map(_dash, block), ""]
        first = block[0] if block else ""
        self._dashes = {_dash(first)}
        self._number = _number(first)
        self.begun = self._inside = begins_item(first)
        self._ruled = not re.search(r"\w", first)  # the line before has no word: "* * *"

    def move(self, line: str, at: int, free: bool, early: bool) -> None:
        """Go on to a line.

        Args:
            at: its number.
            free: the line before ended early or with a mark, or was indented further.
            early: the line before was the last of its paragraph.
        """
        dash, number = _dash(line), _number(line)
        self.begun = begins_item(line)
        if dash:
            again = dash == self._all_dashes[at + 1]
            self.begun = free or again or (self._inside and dash in self._dashes)
        elif number is not None and not self._ruled:
            again = number + 1 == self._numbers[at + 1]
            self.begun = self._is_listed(number, at, free) and (free or again or self._inside)
        self._ruled = not re.search(r"\w", line)
        self._inside = self.begun or (self._inside and not early)
        if self.begun:
            self._dashes.add(dash)
            self._number = self._number if number is None else number

    def _is_listed(self, number: int, at: int, free: bool) -> bool:
        if self._number is not None and number > self._number:
            return free or number == self._number + 1
        return number == 1 or self._last_at.get(number + 1, 0) > at


def _dash(line: str) -> str:
    found = _BULLET.match(line)
    return (found["dash"] or "") if found else ""


def _number(line: str) -> int | None:
    found = _BULLET.match(line)
    return int(found["number"]) if found and found["number"] else None


def _quote_mark(line: str) -> str:
    match = _QUOTED.match(line)
    return match[0] if match else ""


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _has_columns(block: list[str]) -> bool:
    """Whether this is rather a table or a drawing."""
    return sum(bool(_COLUMNS.search(line)) for line in block) * 3 > len(block)
