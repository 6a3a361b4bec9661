"""Turns HTML into plain text."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Final

from lxml import etree

from rag.read.blocks import Blocks
from rag.read.html_marks import settle_marks
from rag.read.html_names import BLOCKS, CELLS, HEADINGS
from rag.read.xml import check_complete

_SKIPPED: Final = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "head",
        "svg",
        "iframe",
        "object",
        "embed",
        "audio",
        "video",
        "canvas",
        "math",
        "select",
        "option",
        "textarea",
        "input",
        "datalist",
        "img",
        "picture",
        "map",
        "link",
        "meta",
    ]
)
_NAVIGATION: Final = frozenset(["nav", "aside", "footer", "form", "button", "menu", "dialog"])
_LISTS: Final = ("ul", "ol", "menu")
_NOT_IN_DATA: Final = ("table", "ul", "ol", *HEADINGS)
_PARAGRAPHS: Final = ("p", "div")


def parse_html(text: str) -> etree._Element | None:
    """The root of an HTML document or fragment, however broken; None when nothing is in it.

    Raised digits, quotation marks and the like are settled in it: see `settle_marks`.

    Raises:
        LimitExceeded: more than 2,000 elements are nested; the parser leaves out what is deeper.
    """
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    root = None
    with contextlib.suppress(etree.XMLSyntaxError):
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    check_complete(parser)
    if root is not None:
        settle_marks(root)
    return root


def fragment_text(html: str) -> str:
    """The visible text of a piece of HTML, such as the content of a feed's entry."""
    root = parse_html(html)
    return tree_text(root) if root is not None else ""


def tree_text(root: etree._Element, *, skip_navigation: bool = False) -> str:
    """The visible text of a tree: a line for each heading, paragraph, list item and table row.

    Args:
        skip_navigation: leaves out menus, side bars, footers and forms.
    """
    return str(_Walk(root, skip_navigation).blocks)


def first_heading(root: etree._Element) -> str | None:
    """The text of the first heading of an HTML tree."""
    for element in root.iter("h1", "h2", "h3"):
        if text := " ".join("".join(element.itertext()).split()):
            return text
    return None


class _Walk:
    """One walk through a tree; without recursion, as trees can be deeper than Python's stack."""

    def __init__(self, root: etree._Element, skip_navigation: bool) -> None:
        self.blocks = Blocks()
        self._skipped = _SKIPPED | _NAVIGATION if skip_navigation else _SKIPPED
        self._text: list[str] = []
        self._lists: list[int | None] = []  # the next number of each open list; None for bullets
        self._marker = ""
        self._cells: list[str] | None = None
        self._group = 0
        self._pre = 0
        self._run(root)

    def _run(self, root: etree._Element) -> None:
        walk = etree.iterwalk(root, events=("start", "end"))
        hidden = None
        for event, element in walk:
            if event == "start":
                if not isinstance(element.tag, str) or self._is_hidden(element):
                    hidden = element
                    walk.skip_subtree()
                    continue
                self._start(element)
                self._text.append(self._inner(element.text))
            else:
                if element is not hidden:
                    self._end(element)
                hidden = None
                if element is not root:
                    self._text.append(self._inner(element.tail))
        self._flush()

    def _is_hidden(self, element: etree._Element) -> bool:
        if _local(element) in self._skipped or element.get("hidden") is not None:
            return True
        style = (element.get("style") or "").replace(" ", "").lower()
        return "display:none" in style or "visibility:hidden" in style

    def _inner(self, text: str | None) -> str:
        """Text of an element: outside <pre> a newline in the source is only white space."""
        if not text:
            return ""
        return text if self._pre else text.replace("\n", " ").replace("\r", " ")

    def _start(self, element: etree._Element) -> None:
        tag = _local(element)
        if tag == "br":
            self._text.append("\n")
        elif tag in CELLS and self._cells is None:
            self._flush()
        elif tag in BLOCKS:
            self._flush()
            opened: Callable[[etree._Element], None] | None = getattr(self, f"_open_{tag}", None)
            if opened:
                opened(element)

    def _open_ul(self, _element: etree._Element) -> None:
        self._open_list(None)

    def _open_ol(self, element: etree._Element) -> None:
        start = element.get("start", "1")
        self._open_list(int(start) if start.isascii() and start.isdigit() else 1)

    _open_menu = _open_ul

    def _open_list(self, number: int | None) -> None:
        if not self._lists:
            self._group += 1
        self._lists.append(number)

    def _open_li(self, _element: etree._Element) -> None:
        number = self._lists[-1] if self._lists else None
        self._marker = "- " if number is None else f"{number}. "
        if number is not None:
            self._lists[-1] = number + 1

    def _open_table(self, _element: etree._Element) -> None:
        self._group += 1

    def _open_tr(self, element: etree._Element) -> None:
        self._cells = [] if self._cells is None and _is_data_row(element) else self._cells

    def _open_pre(self, _element: etree._Element) -> None:
        self._pre += 1

    def _end(self, element: etree._Element) -> None:
        tag = _local(element)
        if tag in CELLS and self._cells is not None:
            self._cells.append("".join(self._text))
            self._text.clear()
        elif tag in CELLS:
            self._flush()
        elif tag == "tr" and self._cells is not None:
            self.blocks.add_row(self._cells, group=self._group)
            self._cells = None
            self._text.clear()
        elif tag == "pre":
            self._end_pre()
        elif tag in BLOCKS:
            self._flush()
            if tag in _LISTS and self._lists:
                self._lists.pop()
            if tag == "li":
                self._marker = ""

    def _end_pre(self) -> None:
        self._pre -= 1
        if self._cells is None:
            self.blocks.add_code("".join(self._text))
            self._text.clear()

    def _flush(self) -> None:
        """Ends the block that is being collected."""
        if self._cells is not None:
            self._text.append(" ")
            return
        text = "".join(self._text)
        self._text.clear()
        if text.strip():
            self.blocks.add(text, group=self._group if self._lists else None, marker=self._marker)
            self._marker = ""


def _local(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    tag: str = element.tag
    return tag.rpartition("}")[2].lower()


def _is_data_row(row: etree._Element) -> bool:
    """Whether a row holds data, rather than the layout of a page with paragraphs in its cells."""
    for cell in row:
        if next(cell.iter(*_NOT_IN_DATA), None) is not None:
            return False
        paragraphs = sum(1 for _ in cell.iter(*_PARAGRAPHS))
        if paragraphs > 3:
            return False
    return True
