"""Which articles may be used: all, some, a source, a range of dates."""

from __future__ import annotations

import datetime
from typing import Any

import gradio as gr

from rag.errors import UsageError
from rag.library import Library
from rag.snapshot import Filter

CHOICES = 2000  # articles that can be picked one by one; more are narrowed by source and date


class Scope:
    """The fields that say it. Made inside Gradio's layout.

    Attributes:
        fields: the components, as `read` takes their values.
        changed: when one of them does, to be given to one listener. Gradio changes each when it
            first shows them, at the same time as what is typed right then, and of two listeners
            the one with the older values may be the last.
    """

    def __init__(self, library: Library, name: str) -> None:
        self._library = library
        with gr.Accordion("All articles", open=False, elem_classes="scope") as self.box:
            self.articles = gr.Dropdown(
                choices=[],
                multiselect=True,
                label="Only these articles",
                elem_id=f"{name}-articles",
            )
            with gr.Row():
                self.source = gr.Textbox("", label="Source contains", max_lines=1)
                self.since = gr.Textbox("", label="From day", placeholder="2024-01-31", max_lines=1)
                self.until = gr.Textbox("", label="To day", placeholder="2024-12-31", max_lines=1)
        self.fields: list[Any] = [self.articles, self.source, self.since, self.until]
        self.changed: list[Any] = [field.change for field in self.fields]

    def choices(self) -> gr.Dropdown:
        """The articles that can be picked now."""
        found = self._library.articles()[:CHOICES]
        return gr.Dropdown(choices=[(_named(one.title, one.date), one.id) for one in found])

    def filled(self, filter: Filter) -> dict[Any, Any]:
        """The fields as they are for a filter."""
        return {
            self.box: gr.Accordion(label=said(filter)),
            self.articles: list(filter.articles),
            self.source: filter.source or "",
            self.since: filter.since.isoformat() if filter.since else "",
            self.until: filter.until.isoformat() if filter.until else "",
        }


def read(articles: list[str] | None, source: str, since: str, until: str) -> Filter:
    """What the fields say.

    Raises:
        UsageError: a day isn't one.
    """
    return Filter(
        _day(since), _day(until), source=source.strip() or None, articles=tuple(articles or ())
    )


def said(filter: Filter) -> str:
    """A filter for people.

    >>> said(Filter(source="Post"))
    'Only articles: source “Post”'
    """
    count = len(filter.articles)
    parts = [
        f"{count} chosen" if count else "",
        f"source “{filter.source}”" if filter.source else "",
        f"from {filter.since}" if filter.since else "",
        f"to {filter.until}" if filter.until else "",
    ]
    some = ", ".join(part for part in parts if part)
    return f"Only articles: {some}" if some else "All articles"


def _day(written: str) -> datetime.date | None:
    if not written.strip():
        return None
    try:
        return datetime.date.fromisoformat(written.strip())
    except ValueError as error:
        raise UsageError("a day is written like 2024-01-31", where=written) from error


def _named(title: str, date: datetime.date | None) -> str:
    return f"{title} ({date})" if date else title
