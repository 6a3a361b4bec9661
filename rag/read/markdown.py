"""Reads Markdown: CommonMark with tables, and a front matter in YAML."""

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
from rag.read.html_text import fragment_text
from rag.read.metadata import language_code, parse_date

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_DEEPEST: Final = 100  # quotes and lists within one another; the parser drops what is deeper
_BREAK_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)


def read_markdown(source: Source) -> list[Draft]:
    """One article; its title is the one in the front matter, or else the first heading."""
    text, warning = decode(source.data, source.content_type)
    if warning:
        source.warn(warning)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    fields, body = _split_front_matter(text, source)
    rendering = _Rendering()
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST})
    rendering.run(parser.enable(["table", "strikethrough"]).parse(body))
    return [
        Draft(
            str(rendering.blocks),
            title=_string(fields.get("title")) or rendering.first_heading,
            date=parse_date(fields.get("date")),
            author=_string(fields.get("author") or fields.get("authors")),
            source=_string(fields.get("source") or fields.get("url")),
            language=language_code(fields.get("language") or fields.get("lang")),
        )
    ]


def _split_front_matter(text: str, source: Source) -> tuple[dict[str, object], str]:
    match = _FRONT_MATTER.match(text)
    if not match:
        return {}, text
    import yaml

    try:
        fields = yaml.safe_load(match[1])
    except (yaml.YAMLError, ValueError, RecursionError):
        source.warn("its front matter isn't YAML and was read as text")
        return {}, text
    if not isinstance(fields, dict):
        return {}, text
    return {str(key).lower(): value for key, value in fields.items()}, text[match.end() :]


def _string(value: object) -> str | None:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value if isinstance(item, str | int)) or None
    return str(value) if isinstance(value, str | int | float) else None


class _Rendering:
    """Walks through the tokens of a document and collects its blocks."""

    def __init__(self) -> None:
        self.blocks = Blocks()
        self.first_heading: str | None = None
        self._lists: list[int | None] = []  # the next number of each open list; None for bullets
        self._marker = ""
        self._row: list[str] | None = None
        self._group = 0
        self._in_heading = False

    def run(self, tokens: Iterable[Token]) -> None:
        for token in tokens:
            if token.level >= _DEEPEST - 1:
                raise LimitExceeded("it is nested too deeply", remedy="simplify it")
            handle = getattr(self, f"_on_{token.type}", None)
            if handle:
                handle(token)

    def _on_inline(self, token: Token) -> None:
        text = _inline_text(token.children or [])
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


def _inline_text(children: Iterable[Token]) -> str:
    """The text of a paragraph: links by their text, no emphasis, no images, no tags."""
    parts = []
    for child in children:
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type == "softbreak":
            parts.append(" ")
        elif child.type == "hardbreak" or (
            child.type == "html_inline" and _BREAK_TAG.fullmatch(child.content)
        ):
            parts.append("\n")
    return "".join(parts)
