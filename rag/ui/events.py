"""The parts that our own HTML is shown in, and how a page's events are run."""

from __future__ import annotations

from typing import Any

import gradio as gr

Update = dict[Any, Any]
"""Components and what they become."""

INSTANT: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
"""For what needs no model: it never waits."""


def queued(status: object) -> dict[str, Any]:
    """For what needs the models: one at a time, the others wait and see their place in `status`."""
    return {
        "concurrency_id": "models",
        "concurrency_limit": 1,
        "show_progress": "minimal",
        "show_progress_on": status,
        "api_visibility": "private",
    }


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
        js_on_load=script or (f"citespan.bind(element, trigger); // {names}" if events else None),
        render=render,
    )
