"""How a page's events are run: at once, or in the one queue for the models."""

from __future__ import annotations

from typing import Any

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
