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

_NARROWEST, _WIDEST = 40, 110  # columns of wrapped text
_RAGGED = 3  # columns that a full line may lack
_SHORT_OF = 15  # columns from which on a line ends early because its paragraph ends
_ENOUGH = 4  # lines from which on a block tells its own width
_QUOTED = re.compile(r"(?:>\s?)+")
_BULLET = re.compile(r"\s*(?:[-*+•‣◦\u2013]|\(?\d{1,3}[.)]|[a-z][.)])\s+\S")
_SENTENCE_END = re.compile(r"[.!?…。\uff01\uff1f:]['\"”\u2019»)\]]*$")
_COLUMNS = re.compile(r"\S\s{3,}\S|\t\S")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


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
        self._words = {word.casefold() for word in _WORD.findall(text)}

    def join(self, first: str, second: str, *, drop_hyphen: bool = False) -> str:
        """Two neighbouring lines of one paragraph as one.

        Args:
            drop_hyphen: what to do with "exam-" and "ple" when neither "example" nor "exam-ple"
                occurs elsewhere. Typeset text is hyphenated; typed text hardly ever is.
        """
        first, second = first.rstrip(), second.lstrip()
        if not first or not second:
            return first + second
        if first[-1] in "-\u2010" and first[-2:-1].isalpha() and second[0].isalpha():
            return self._join_hyphenated(first, second, drop_hyphen)
        if _is_wide(first[-1]) and _is_wide(second[0]):
            return first + second
        return f"{first} {second}"

    def _join_hyphenated(self, first: str, second: str, drop_hyphen: bool) -> str:
        head = re.search(r"[^\W\d_]+(?:-[^\W\d_]+)*$", first[:-1])
        tail = _WORD.match(second)
        if head is None or tail is None:
            return f"{first}{second}"
        together = (head[0] + tail[0]).casefold()
        hyphenated = f"{head[0]}-{tail[0]}".casefold()
        if together in self._words and hyphenated not in self._words:
            drop = True
        elif hyphenated in self._words:
            drop = False
        else:
            drop = drop_hyphen and second[0].islower()
        return (first[:-1] if drop else first) + second


def ends_sentence(line: str) -> bool:
    """Whether `line` ends with a full stop or another mark that ends a sentence."""
    return bool(_SENTENCE_END.search(line.rstrip()))


def begins_item(line: str) -> bool:
    """Whether `line` begins with a bullet or the number of a list item."""
    return bool(_BULLET.match(line))


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
    own = max(len(line.rstrip()) for line in block)
    width = own if len(block) >= _ENOUGH else max(own, typical)
    if not _is_wrapped(block, width):
        yield from block
        return
    paragraph = block[0]
    for line, following in pairwise(block):
        if _breaks(line, following, width):
            yield paragraph
            paragraph = following
        else:
            paragraph = words.join(paragraph, following[len(_quote_mark(following)) :])
    yield paragraph


def _is_wrapped(block: list[str], width: int) -> bool:
    if len(block) < 2 or not _NARROWEST <= width <= _WIDEST or _has_columns(block):
        return False
    pairs = list(pairwise(block))
    full = [line for line, following in pairs if _room(line, following, width) <= _RAGGED]
    if not full:
        return False
    ended = sum(map(ends_sentence, full))
    enough = len(full) * 2 >= sum(not _is_start(line, next_) for line, next_ in pairs)
    return enough and ended * 5 < len(full) * 3


def _room(line: str, following: str, width: int) -> int:
    """Columns that were free after `line` and the first word of the next."""
    words = following[len(_quote_mark(following)) :].split(maxsplit=1)
    return width - len(line.rstrip()) - 1 - len(words[0] if words else "")


def _breaks(line: str, following: str, width: int) -> bool:
    room = _room(line, following, width)
    if _is_start(line, following) or room > _SHORT_OF:
        return True
    return room > _RAGGED and ends_sentence(line)


def _is_start(line: str, following: str) -> bool:
    """Whether a paragraph begins with `following`, to judge by how it begins."""
    if _quote_mark(line).count(">") != _quote_mark(following).count(">"):
        return True
    deeper = _indent(following) > _indent(line) + 1
    return begins_item(following) or (deeper and not begins_item(line))


def _quote_mark(line: str) -> str:
    match = _QUOTED.match(line)
    return match[0] if match else ""


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _has_columns(block: list[str]) -> bool:
    """Whether this is rather a table or a drawing."""
    return sum(bool(_COLUMNS.search(line)) for line in block) * 3 > len(block)
