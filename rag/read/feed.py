"""Reads saved RSS and Atom feeds: each entry is an article."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import feedparser

from rag.errors import DamagedFile
from rag.read.draft import Draft, Source
from rag.read.html_text import fragment_text
from rag.read.metadata import language_code, parse_date


def read_feed(source: Source) -> Iterator[Draft]:
    """An article for each entry: its full content where the feed has it, or else its summary."""
    # Not the bytes themselves: feedparser would try to open a file of that name.
    found = feedparser.parse(
        io.BytesIO(source.data), resolve_relative_uris=False, sanitize_html=False
    )
    if not found.entries:
        raise DamagedFile("it is a feed without readable entries", remedy="get the file again")
    feed = found.feed
    for number, entry in enumerate(found.entries, start=1):
        text = _text(entry)
        if not text:
            source.warn(f"entry {number} has no text and is missing")
            continue
        yield Draft(
            text,
            title=fragment_text(entry.get("title") or "") or None,
            date=parse_date(entry.get("published")) or parse_date(entry.get("updated")),
            author=entry.get("author") or feed.get("author"),
            source=fragment_text(feed.get("title") or "") or entry.get("link"),
            language=language_code(entry.get("language") or feed.get("language")),
            number=number,
        )


def _text(entry: Any) -> str:
    """The longest of the contents of an entry, or its summary, as plain text."""
    contents = [_plain(content) for content in entry.get("content", ())]
    longest = max(contents, key=len, default="")
    return longest or _plain(entry.get("summary_detail") or {})


def _plain(content: Any) -> str:
    value = str(content.get("value") or "")
    return (
        value if content.get("type") == "text/plain" and "<" not in value else fragment_text(value)
    )
