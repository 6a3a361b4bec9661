"""Which articles may be used, read from the fields of a page and said for people."""

from __future__ import annotations

import datetime

from rag.errors import UsageError
from rag.snapshot import Filter


def read(articles: list[str] | None, source: str, since: str, until: str) -> Filter:
    """What the fields say.

    Raises:
        UsageError: a day isn't one, or the last comes before the first.
    """
    first, last = _day(since), _day(until)
    if first and last and first > last:
        raise UsageError("no day lies between these", where=f"{first}, {last}")
    return Filter(
        first,
        last,
        source=source.strip() or None,
        articles=tuple(map(str, articles or ())),
    )


def said(filter: Filter) -> str:
    """A filter for people.

    >>> said(Filter(source="Post"))
    'Only articles: source “Post”'
    """
    return f"Only articles: {narrowed(filter)}" if filter else "All articles"


def narrowed(filter: Filter) -> str:
    """What a filter admits."""
    count = len(filter.articles)
    parts = [
        f"{count} chosen" if count else "",
        f"source “{filter.source}”" if filter.source else "",
        f"from {filter.since}" if filter.since else "",
        f"to {filter.until}" if filter.until else "",
    ]
    return ", ".join(part for part in parts if part)


def _day(written: str) -> datetime.date | None:
    if not written.strip():
        return None
    try:
        return datetime.date.fromisoformat(written.strip())
    except ValueError as error:
        raise UsageError("a day is written like 2024-01-31", where=written) from error
