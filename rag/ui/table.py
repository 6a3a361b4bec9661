"""The table of articles, and the list of what changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rag.changes import Change
from rag.citation import day
from rag.markup import Html, element, inline, undirected
from rag.snapshot import Listing
from rag.ui.render import button

ROWS = 100  # of the table at once
SORTS: dict[str, Callable[[Listing], Any]] = {
    "title": lambda one: one.title.casefold(),
    "date": lambda one: (one.date is not None, one.date),
    "source": lambda one: (one.source or "").casefold(),
    "length": lambda one: one.characters,
}
Order = tuple[str, bool]  # a key of SORTS, and whether the largest comes first


def table(listings: Sequence[Listing], order: Order, shown: int) -> Html:
    if not listings:
        return element("p", "No articles.", class_="hint")
    count = len(listings)
    left = count - shown
    columns = (("title", "Title"), ("date", "Date"), ("source", "Source"), ("length", "Length"))
    head = [_heading(key, name, order) for key, name in columns]
    head.append(element("td", element("span", "Remove", class_="hidden-label")))
    return element(
        "div",
        element("p", f"{count:,} article{'' if count == 1 else 's'}", class_="hint"),
        element(
            "table",
            element("thead", element("tr", *head)),
            element("tbody", *map(_row, listings[:shown])),
            class_="articles",
        ),
        button("more", f"Show {min(left, ROWS)} more") if left > 0 else None,
    )


def _heading(key: str, name: str, order: Order) -> Html:
    sorted_by = ("descending" if order[1] else "ascending") if order[0] == key else None
    return element(
        "th", button("sort", name, None, key=key), scope="col", aria_sort=sorted_by, class_=key
    )


def _row(one: Listing) -> Html:
    read = element(
        "button",
        inline(one.title),
        type="button",
        class_="do read",
        data_do="read",
        data_id=one.id,
    )
    path = element("span", inline(one.paths[0]), class_="path") if one.paths else None
    return element(
        "tr",
        element("th", read, path, scope="row", class_="title"),
        element("td", day(one.date) or "\N{EN DASH}", class_="date"),
        element("td", inline(one.source or "\N{EN DASH}"), class_="source"),
        element("td", f"{one.characters:,}", class_="length"),
        element(
            "td",
            button(
                "remove",
                "\N{MULTIPLICATION SIGN}",
                f"Remove {undirected(one.title)}",
                id=one.id,
                ask="Remove this article from the library? Its file stays where it is.",
            ),
        ),
    )


def changed(changes: Sequence[Change]) -> Html:
    """What was added, replaced and removed, newest first, folded."""
    if not changes:
        return Html("")
    return element(
        "details",
        element("summary", "Changes"),
        element("ol", *map(_change, changes), class_="changes"),
    )


def _change(one: Change) -> Html:
    here = one.at.astimezone()
    more = f" and {one.articles - 1:,} more" if one.articles > 1 else None
    return element(
        "li",
        element("time", f"{day(here.date())}, {here:%H:%M}", datetime=one.at.isoformat()),
        element("span", one.what, class_=f"what {one.what}"),
        element("span", inline(one.title), more),
    )
