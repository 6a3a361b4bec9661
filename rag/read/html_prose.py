"""Tells sentences of a page from the lines that say who wrote it, and when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, Literal

from lxml import etree

from rag.read.html_names import BLOCKS, CELLS, HEADINGS

_BLOCKS: Final = BLOCKS.union(CELLS)
_PARAGRAPHS: Final = frozenset(("p", "blockquote", "dd", "figcaption"))
_ENTRIES: Final = HEADINGS.union(CELLS, ("li", "dt", "caption"))
_LONGEST_BYLINE: Final = 150  # characters
_SENTENCE_END = re.compile(r"(?<![ap]\.m)[.!?…][\"'”’)\]]*$", re.IGNORECASE)
_BEGINS_BYLINE = re.compile(
    r"\W*(?:by|published|posted|updated|last|written|created|date|von|veröffentlicht|datum|stand|"
    r"aktualisiert|par|publié|mis|por|publicado|actualizado|di|pubblicato|door|gepubliceerd)\b",
    re.IGNORECASE,
)
# In a class or the like. Not "update", "timeline" or "dates": those are on what is told.
_BYLINE_NAME = re.compile(
    r"(?<![a-z])(?:post|pub|entry)?[-_]?(?:date(?!s|base)|datum|byline|author|autor|publish|posted|"
    r"meta|time(?!line|table)|credit)",
    re.IGNORECASE,
)
_NAMING: Final = ("class", "id", "itemprop", "pubdate")
_ANCESTORS: Final = 2  # around a block whose names say what it is
_DESCENDANTS: Final = 20

Slot = tuple[etree._Element, Literal["text", "tail"]]


def block_of(element: etree._Element) -> etree._Element | None:
    """The paragraph, list item, cell or other block that `element` is in."""
    for outer in element.iterancestors():
        if outer.tag in _BLOCKS:
            return outer
    return None


def blocks_of(root: etree._Element) -> Iterator[etree._Element]:
    """All blocks of a tree."""
    yield from root.iter(*_BLOCKS)


def own_slots(block: etree._Element) -> Iterator[Slot]:
    """Where the text of a block stands, without that of the blocks in it."""
    walk = etree.iterwalk(block, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            if element is not block:
                yield element, "tail"
        elif element is not block and element.tag in _BLOCKS:
            walk.skip_subtree()
        elif element.tag not in ("script", "style"):
            yield element, "text"


def is_prose(block: etree._Element) -> bool:
    """Whether what a block says belongs to what the page tells, so that no word of it may go."""
    text = _joined(own_slots(block))
    if not any(map(str.isalnum, text)) or is_byline(block):
        return False
    return block.tag in _PARAGRAPHS or block.tag in _ENTRIES or _is_sentence(text)


def is_byline(block: etree._Element) -> bool:
    """Whether a block says who wrote the page or when, or is nothing but a date."""
    slots = list(own_slots(block))
    text = _joined(slots)
    is_entry = block.tag in _ENTRIES
    if not is_entry and _is_only_dates(slots):
        return True
    if _is_sentence(text):
        return False
    if _is_named_byline(block):
        return True
    if is_entry:
        return block.tag == "li" and _is_in_header(block)
    return _BEGINS_BYLINE.match(text) is not None or _is_in_header(block)


def _is_sentence(text: str) -> bool:
    return len(text) > _LONGEST_BYLINE or _SENTENCE_END.search(text) is not None


def _joined(slots: Iterable[Slot]) -> str:
    return " ".join("".join(getattr(element, name) or "" for element, name in slots).split())


def _is_only_dates(slots: list[Slot]) -> bool:
    outside = [slot for slot in slots if slot[1] == "tail" or slot[0].tag != "time"]
    return not any(map(str.isalpha, _joined(outside)))


def _is_named_byline(block: etree._Element) -> bool:
    inside = (element for element in islice(block.iter(etree.Element), _DESCENDANTS))
    around = (
        element
        for element in islice(block.iterancestors(), _ANCESTORS)
        if element.tag not in ("html", "body", "main", "article")
    )
    return any(_has_byline_name(element) for group in (inside, around) for element in group)


def _has_byline_name(element: etree._Element) -> bool:
    return any(_BYLINE_NAME.search(f"{element.get(name)}") for name in _NAMING if element.get(name))


def _is_in_header(block: etree._Element) -> bool:
    return any(outer.tag == "header" for outer in block.iterancestors())
