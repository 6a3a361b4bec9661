"""What was added to a library, replaced in it and removed from it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal, get_args

from rag.snapshot import Snapshot

FORMAT = 3  # of a library, from which on it remembers its changes
KEPT = 1000  # older ones are forgotten

What = Literal["added", "replaced", "removed"]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the articles.

    Attributes:
        at: when (UTC).
        title: of the article; of the first if a file held several.
        path: of its file; empty if none was known.
        articles: how many it was.
    """

    at: datetime.datetime
    what: What
    title: str
    path: str
    articles: int


def changes(snapshot: Snapshot, limit: int) -> list[Change]:
    """The newest changes of a library, newest first."""
    if snapshot.number("format") < FORMAT:
        return []
    query = "SELECT at, what, title, path, articles FROM changes ORDER BY number DESC LIMIT ?"
    return [
        Change(datetime.datetime.fromisoformat(at), what, title, path, articles)
        for at, what, title, path, articles in snapshot.rows(query, (limit,))
        if what in get_args(What)
    ]
