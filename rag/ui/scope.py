"""Which articles may be used: all, some, a source, a range of dates."""

from __future__ import annotations

import datetime
from typing import Any

import gradio as gr

from rag.errors import RagError
from rag.library import Library
from rag.markup import undirected
from rag.snapshot import Filter
from rag.ui.events import LATEST, told
from rag.ui.filters import read, said

RAW: dict[str, Any] = {"preprocess": False}
"""For what reads the fields: Gradio would refuse articles that were removed since."""

CHOICES = 2000  # articles that can be picked one by one; more are narrowed by source and date


class Scope:
    """The fields that say it. Made inside Gradio's layout.

    Attributes:
        fields: the components, as `read` takes their values. Their listeners need `RAW`.
    """

    def __init__(self, library: Library, name: str, *, unfolded: bool = False) -> None:
        self._library = library
        with gr.Accordion("All articles", open=unfolded, elem_classes="scope") as self.box:
            self.articles = gr.Dropdown(
                choices=[],
                multiselect=True,
                label="Only these articles",
                elem_id=f"{name}-articles",
            )
            with gr.Row():
                self.source = gr.Textbox("", label="Source contains", max_lines=1, min_width=120)
                self.since = gr.Textbox(
                    "", label="From day", placeholder="2024-01-31", max_lines=1, min_width=120
                )
                self.until = gr.Textbox(
                    "", label="To day", placeholder="2024-12-31", max_lines=1, min_width=120
                )
        self.fields: list[Any] = [self.articles, self.source, self.since, self.until]
        # One listener: Gradio changes each field when it first shows them, at the same time as
        # what is typed right then, and of two listeners the one with the older values may be last.
        gr.on(
            [field.change for field in self.fields],
            _labelled,
            self.fields,
            [self.box],
            **RAW,
            **LATEST,
        )

    @told
    def choices(self, chosen: list[str] | None = None) -> gr.Dropdown:
        """The articles that can be picked now, and those that are though they can't any more."""
        found = self._library.articles()[:CHOICES]
        named = [(_named(one.title, one.date), one.id) for one in found]
        there = {id for _, id in named}
        gone = [(f"No longer listed: {id}", id) for id in chosen or () if id not in there]
        return gr.Dropdown(choices=[*named, *gone], value=list(chosen or ()))

    def filled(self, filter: Filter) -> dict[Any, Any]:
        """The fields as they are for a filter."""
        return {
            self.box: gr.Accordion(label=said(filter)),
            self.articles: self.choices(list(filter.articles)),
            self.source: filter.source or "",
            self.since: filter.since.isoformat() if filter.since else "",
            self.until: filter.until.isoformat() if filter.until else "",
        }


def _labelled(*fields: Any) -> gr.Accordion:
    try:
        return gr.Accordion(label=said(read(*fields)))
    except RagError as error:
        return gr.Accordion(label=str(error))


def _named(title: str, date: datetime.date | None) -> str:
    return undirected(f"{title} ({date})" if date else title)
