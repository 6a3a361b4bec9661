"""Settles in the tree of a page what would vanish from its text or stick to its neighbours."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

from lxml import etree

from rag.read.html_names import HEADINGS
from rag.read.html_prose import block_of, is_prose
from rag.read.superscripts import is_raised, superscript

# Elements that are renamed so go afterwards: with what is in them, or without.
_DROPPED: Final = "citespan-dropped"
_FLATTENED: Final = "citespan-flattened"

_PERMALINKS: Final = ("¶", "§", "#", "🔗")
_PERMALINK_CLASS = re.compile(r"anchor|headerlink|permalink|hash-?link", re.IGNORECASE)
_WITH_PERMALINKS: Final = HEADINGS | {"dt", "caption", "figcaption"}
_QUOTES: Final = "\"'“”‘’„‚«»‹›"
_WITH_DATES: Final = ("p", "li", "blockquote", "td")
_CONTROLS: Final = ("label", "button", "output")
_SIBLINGS: Final = 5  # in front of a button, in search of words


def settle_marks(root: etree._Element) -> None:
    """Makes plain text of elements that mean something but aren't text to every reader.

    Raised digits become superscripts, quotes get their quotation marks, dates and buttons within
    sentences become words of them, and links of a heading to itself and its buttons go, but for one
    that is the whole heading.
    """
    _drop_permalinks(root)
    _raise_digits(root)
    _quote(root)
    _keep_words(root)
    etree.strip_elements(root, _DROPPED, with_tail=False)
    etree.strip_tags(root, _FLATTENED)


def _drop_permalinks(root: etree._Element) -> None:
    for heading in root.iter(*_WITH_PERMALINKS):
        for element in heading.iter("a", "button"):
            if element.tag == "button" and _is_all_of(heading, element):
                element.tag = _FLATTENED  # it unfolds what stands below
            elif element.tag == "button" or _is_permalink(element):
                element.tag = _DROPPED
    for link in root.iter("a"):
        if _PERMALINK_CLASS.search(link.get("class") or "") and _is_permalink(link):
            link.tag = _DROPPED


def _is_all_of(heading: etree._Element, button: etree._Element) -> bool:
    is_title = heading.tag in HEADINGS or heading.tag == "dt"  # a caption may be "Enlarge"
    return is_title and _text(button).strip() == _text(heading).strip()


def _is_permalink(link: etree._Element) -> bool:
    text = _text(link).replace("\N{VARIATION SELECTOR-16}", "").strip()
    return text in _PERMALINKS and "#" in (link.get("href") or "")


def _raise_digits(root: etree._Element) -> None:
    for element in root.iter("sup"):
        raised = superscript(_text(element))
        if raised is None:
            continue
        before = element.getprevious()
        if before is not None and before.tag == _FLATTENED and not before.tail:
            # Two notes, or they would read as one with two digits.
            raised = ("," if is_raised(before.text or "") else "") + raised
        for child in list(element):
            element.remove(child)
        element.text = raised
        element.tag = _FLATTENED


def _quote(root: etree._Element) -> None:
    for element in root.iter("q"):
        inner = any(outer.tag == _FLATTENED for outer in element.iterancestors())
        opening, closing = "‘’" if inner else "“”"
        # Some pages hide the marks that a browser sets and type their own.
        if _text(element).strip()[:1] not in tuple(_QUOTES):
            element.text = opening + (element.text or "").lstrip()
            if len(element):
                element[-1].tail = (element[-1].tail or "").rstrip() + closing
            else:
                element.text = element.text.rstrip() + closing
        element.tag = _FLATTENED


def _keep_words(root: etree._Element) -> None:
    """Makes words of what would be left out as a part of the page: dates, keys to press."""
    for block, times in _dates_by_block(root).items():
        if is_prose(block):
            for element in times:
                element.tag = _FLATTENED
    for element in root.iter(*_CONTROLS):
        if _is_within_sentence(element):
            element.tag = _FLATTENED


def keep_dates(root: etree._Element) -> None:
    """Makes words of the dates in bylines too, once they are no longer needed as dates."""
    for block, times in _dates_by_block(root).items():
        if block.tag in _WITH_DATES and _text(block).strip() != _text(times[0]).strip():
            for element in times:
                element.tag = _FLATTENED
    etree.strip_tags(root, _FLATTENED)


def _dates_by_block(root: etree._Element) -> dict[etree._Element, list[etree._Element]]:
    found: dict[etree._Element, list[etree._Element]] = {}
    for element in root.iter("time"):
        if (block := block_of(element)) is not None:
            found.setdefault(block, []).append(element)
    return found


def _is_within_sentence(element: etree._Element) -> bool:
    """Whether there are words right before and right after `element` in its paragraph."""
    parent = element.getparent()
    if parent is None or parent.tag != "p" or not _has_words(element.tail):
        return False
    before = islice(element.itersiblings(preceding=True), _SIBLINGS)
    return _has_words(parent.text) or any(
        _has_words(sibling.tail) or (sibling.tag not in _CONTROLS and _has_words(_text(sibling)))
        for sibling in before
    )


def _has_words(text: str | None) -> bool:
    return any(map(str.isalnum, text or ""))


def _text(element: etree._Element) -> str:
    return "".join(element.itertext())
