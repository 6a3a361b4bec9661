"""The parts that our own HTML is shown in, and how a page's events are run."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from html import escape
from typing import Any, ParamSpec, TypeVar

import gradio as gr

from rag.errors import RagError

Update = dict[Any, Any]
"""Components and what they become."""

Given = ParamSpec("Given")
Result = TypeVar("Result")

FAULT = "That is a fault in Citespan; the terminal says more. Try it again."

INSTANT: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
"""For what needs no model: it never waits."""

LATEST: dict[str, Any] = {"trigger_mode": "always_last", **INSTANT}
"""For what shows how things are now: asked for while it runs, it runs once more. Gradio would leave
that out."""


def queued(status: object) -> dict[str, Any]:
    """For what needs the models: one at a time, the others wait and see their place in `status`."""
    return {
        "concurrency_id": "models",
        "concurrency_limit": 1,
        "show_progress": "minimal",
        "show_progress_on": status,
        "api_visibility": "private",
    }


def told(handler: Callable[Given, Result]) -> Callable[Given, Result]:
    """A handler whose errors are told on the page: Gradio says of others no more than "Error"."""

    @wraps(handler)
    def telling(*given: Given.args, **named: Given.kwargs) -> Result:
        try:
            return handler(*given, **named)
        except RagError as error:  # what Gradio shows is read as HTML
            raise gr.Error(escape(str(error)), print_exception=False) from error

    return telling


def part(id: str, *events: str, script: str | None = None, render: bool = True) -> gr.HTML:
    """A place for HTML of `rag.markup`, which the browser shows as it is.

    Args:
        events: what a click in it can be: the `data-do` of the elements that it may have.
        script: runs when it is first shown, instead of what makes clicks to events.
        render: where it is made; else where its `render` is called.
    """
    # Gradio lets a component have the events whose names are strings in its script.
    names = " ".join(f"'{event}'" for event in events)
    return gr.HTML(
        "",
        elem_id=id,
        padding=False,
        apply_default_css=False,
        js_on_load=f"{script or 'citespan.bind(element, trigger);'} // {names}" if events else None,
        render=render,
    )
