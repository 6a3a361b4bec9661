"""The day on which a page was published, as far as the page says so itself."""

from __future__ import annotations

import datetime
import re
from copy import copy
from typing import Any, Final

from lxml import etree
from trafilatura.metadata import extract_metadata

from rag.read.html_prose import blocks_of, is_byline, own_slots
from rag.read.metadata import parse_date

# The extensive search takes the year of a copyright line for a date.
DATE_OPTIONS: Final[dict[str, Any]] = {"extensive_search": False, "original_date": True}
_DAY_AND_MONTH = re.compile(r"(?<![\d/-])(\d{1,2})([/-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/-])")
_DATED_ATTRIBUTES: Final = ("content", "datetime", "title")


def page_date(tree: etree._Element, address: str | None) -> datetime.date | None:
    """The date in the metadata of a page, its address, a `<time>` or a byline.

    What the page tells names other days, so its sentences and headings don't count. Nor do dates
    that are one day in Paris and another in Boston.

    Args:
        tree: a page with settled marks, of lxml's class for HTML; it stays as it is.
    """
    page = copy(tree)
    for block in list(blocks_of(page)):
        if not is_byline(block):
            for element, name in list(own_slots(block)):
                if (element.tag, name) != ("time", "text"):  # what is left of those isn't in prose
                    setattr(element, name, None)
    for title in page.iter("title"):
        title.text = None
    for element in page.iter(etree.Element):
        _drop_ambiguous(element)
    return parse_date(extract_metadata(page, address, DATE_OPTIONS).date)


def _drop_ambiguous(element: etree._Element) -> None:
    if element.text:
        element.text = _unambiguous(element.text)
    if element.tail:
        element.tail = _unambiguous(element.tail)
    for name in _DATED_ATTRIBUTES:
        if value := element.get(name):
            element.set(name, _unambiguous(value))


def _unambiguous(text: str) -> str:
    return _DAY_AND_MONTH.sub(_kept, text)


def _kept(match: re.Match[str]) -> str:
    first, second = int(match[1]), int(match[3])
    # Of 25/05/24 the year could be either end.
    told = len(match[4]) == 4 and (first == second or max(first, second) > 12)
    return match[0] if told else ""
