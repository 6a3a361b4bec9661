"""Reads Markdown: CommonMark with tables and footnotes, and a front matter."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from rag.errors import LimitExceeded
from rag.read.blocks import Blocks
from rag.read.draft import Draft, Source
from rag.read.encoding import decode
from rag.read.footnotes import Footnotes
from rag.read.front_matter import split_front_matter
from rag.read.html_text import fragment_text
from rag.read.superscripts import superscript

_DEEPEST: Final = 100  # quotes and lists within one another; the parser drops what is deeper
_RAISED_TAG = re.compile(r"<sup\b[^>]*>", re.IGNORECASE)
_BREAK_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)


def read_markdown(source: Source) -> list[Draft]:
    """One article; its title is the one in the front matter, or else the first heading."""
    text, warning = decode(source.data, source.content_type)
    if warning:
        source.warn(warning)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    draft, body = split_front_matter(text, source)
    notes = Footnotes(body)
    rendering = _Rendering(notes)
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST})
    parser.enable(["table", "strikethrough"])
    rendering.run(parser.parse(notes.body))
    for mark, note in notes.notes():
        rendering.run(parser.parse(note), marker=f"{mark} ")
    draft.text = str(rendering.blocks)
    draft.title = draft.title or rendering.first_heading
    return [draft]


class _Rendering:
    """Walks through the tokens of a document and collects its blocks."""

    def __init__(self, notes: Footnotes) -> None:
        self.blocks = Blocks()
        self._notes = notes
        self.first_heading: str | None = None
        self._lists: list[int | None] = []  # the next number of each open list; None for bullets
        self._marker = ""
        self._row: list[str] | None = None
        self._group = 0
        self._in_heading = False

    def run(self, tokens: Iterable[Token], *, marker: str = "") -> None:
        """Collects the blocks of a document or of a note, `marker` in front of the first."""
        self._marker = marker
        for token in tokens:
            if token.level >= _DEEPEST - 1:
                raise LimitExceeded("it is nested too deeply", remedy="simplify it")
            handle = getattr(self, f"_on_{token.type}", None)
            if handle:
                handle(token)

    def _on_inline(self, token: Token) -> None:
        text = _inline_text(token.children or [], self._notes)
        if self._row is not None:
            self._row.append(text)
            return
        if self._in_heading:
            text = " ".join(text.split())
            self.first_heading = self.first_heading or text or None
        self._add(text)

    def _add(self, text: str) -> None:
        self.blocks.add(text, group=self._group if self._lists else None, marker=self._marker)
        self._marker = ""

    def _on_heading_open(self, _token: Token) -> None:
        self._in_heading = True

    def _on_heading_close(self, _token: Token) -> None:
        self._in_heading = False

    def _on_fence(self, token: Token) -> None:
        self.blocks.add_code(token.content)

    _on_code_block = _on_fence

    def _on_html_block(self, token: Token) -> None:
        self._add(fragment_text(token.content))

    def _on_bullet_list_open(self, _token: Token) -> None:
        self._open_list(None)

    def _on_ordered_list_open(self, token: Token) -> None:
        self._open_list(int(token.attrs.get("start", 1)))

    def _open_list(self, number: int | None) -> None:
        if not self._lists:
            self._group += 1
        self._lists.append(number)

    def _on_bullet_list_close(self, _token: Token) -> None:
        self._lists.pop()

    _on_ordered_list_close = _on_bullet_list_close

    def _on_list_item_open(self, _token: Token) -> None:
        number = self._lists[-1]
        self._marker = "- " if number is None else f"{number}. "
        if number is not None:
            self._lists[-1] = number + 1

    def _on_list_item_close(self, _token: Token) -> None:
        self._marker = ""

    def _on_table_open(self, _token: Token) -> None:
        self._group += 1

    def _on_tr_open(self, _token: Token) -> None:
        self._row = []

    def _on_tr_close(self, _token: Token) -> None:
        self.blocks.add_row(self._row or [], group=self._group)
        self._row = None


def _inline_text(children: Iterable[Token], notes: Footnotes) -> str:
    """The text of a paragraph: links by their text, no emphasis, no images, no tags."""
    parts: list[str] = []
    raised: int | None = None  # where <sup> was met
    for child in children:
        if child.type == "text":
            parts.append(notes.with_marks(child.content))
        elif child.type == "code_inline":
            parts.append(child.content)
        elif child.type == "softbreak":
            parts.append(" ")
        elif child.type == "hardbreak":
            parts.append("\n")
        elif child.type == "html_inline":
            if _BREAK_TAG.fullmatch(child.content):
                parts.append("\n")
            elif _RAISED_TAG.fullmatch(child.content):
                raised = len(parts)
            elif child.content.lower() == "</sup>" and raised is not None:
                text = "".join(parts[raised:])
                parts[raised:] = [superscript(text) or text]
                raised = None
    return "".join(parts)
