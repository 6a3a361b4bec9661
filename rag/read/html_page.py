"""Reads web pages: the article in them, without menus and the like."""

from __future__ import annotations

import datetime
import re
from typing import Final

import trafilatura
from lxml import etree
from trafilatura.settings import Document
from trafilatura.utils import load_html

from rag.errors import ReadError
from rag.read.draft import Draft, Source
from rag.read.encoding import decode
from rag.read.html_date import DATE_OPTIONS, page_date
from rag.read.html_marks import keep_dates, settle_marks
from rag.read.html_text import first_heading, parse_html, tree_text
from rag.read.metadata import language_code

# trafilatura's own names for elements.
_TO_HTML: Final = {"head": "h2", "item": "li", "row": "tr", "cell": "td", "lb": "br",
                   "quote": "blockquote", "graphic": "img", "ref": "a", "hi": "em"}  # fmt: skip
_DEEPEST: Final = 250
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")


def read_html(source: Source) -> list[Draft]:
    """One article with its metadata.

    Where no article is recognised the whole visible text is taken, without navigation as far as
    it is marked as such.
    """
    text, warning = decode(source.data, source.content_type, markup=True)
    if warning:
        source.warn(warning)
    text = _DECLARATION.sub("", text, count=1)
    root = parse_html(text)
    if root is None:
        return [Draft("")]
    # What is deeper than that trafilatura's parser leaves out.
    found = _extract(text, source) if _depth(root) < _DEEPEST else None
    draft = found or Draft("")
    visible = tree_text(root, skip_navigation=True) or tree_text(root)
    if _is_flattened(draft.text, visible):
        draft.text = visible
    draft.title = draft.title or first_heading(root) or _title_of(root)
    draft.language = _language_of(root)
    return [draft]


def _depth(root: etree._Element) -> int:
    """How many elements are nested at most."""
    depth = deepest = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def _extract(text: str, source: Source) -> Draft | None:
    """The article that trafilatura finds in a page."""
    address = source.name if source.is_address else None
    try:
        tree = load_html(text)
        if tree is None:
            return None
        settle_marks(tree)
        date = page_date(tree, address)
        keep_dates(tree)
        found = trafilatura.bare_extraction(
            tree,
            url=address,
            with_metadata=True,
            include_comments=False,
            date_extraction_params=DATE_OPTIONS,
        )
        return _draft_of(found, date) if isinstance(found, Document) else None
    except (MemoryError, ReadError):
        raise
    except Exception:  # it names no errors of its own; whatever it stumbles over, the text is there
        return None


def _draft_of(found: Document, date: datetime.date | None) -> Draft:
    body: etree._Element | None = found.body
    return Draft(
        tree_text(_to_html(body)) if body is not None else "",
        title=found.title,
        date=date,
        author=found.author,
        source=found.sitename or found.url,
    )


def _is_flattened(text: str, visible: str) -> bool:
    """Whether trafilatura found no article, or gave a short page as one line."""
    return not text or ("\n" not in text and "\n" in visible and len(visible) < 1.3 * len(text))


def _to_html(body: etree._Element) -> etree._Element:
    for element in body.iter(etree.Element):
        if element.tag == "list":
            element.tag = "ol" if element.get("rend") == "ol" else "ul"
        elif element.tag == "code" and "\n" in (element.text or ""):
            element.tag = "pre"
        else:
            element.tag = _TO_HTML.get(element.tag, element.tag)
    return body


def _title_of(root: etree._Element) -> str | None:
    title: str | None = root.findtext(".//title")
    return title


def _language_of(root: etree._Element) -> str | None:
    for name in ("lang", "{http://www.w3.org/XML/1998/namespace}lang", "xml:lang"):
        if code := language_code(root.get(name)):
            return code
    return None
