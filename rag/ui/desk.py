"""Gradio's app, with what a page may send it narrowed to what its user gave."""

from __future__ import annotations

from typing import Any

import gradio as gr


class Desk(gr.Blocks):
    """Takes no address for a file: Gradio would fetch it from here and keep it."""

    async def preprocess_data(
        self, block_fn: Any, inputs: list[Any], state: Any, explicit_call: bool = False
    ) -> Any:
        if names_address(inputs):
            raise gr.Error("A file is uploaded, not fetched.", print_exception=False)
        return await super().preprocess_data(block_fn, inputs, state, explicit_call)


def names_address(value: object) -> bool:
    """Whether an address stands where a file's place should, however deep.

    >>> names_address([{"path": "https://example.org/", "meta": {}}])
    True
    """
    if isinstance(value, dict):
        path = value.get("path")
        remote = isinstance(path, str) and "://" in path
        return remote or any(map(names_address, value.values()))
    return isinstance(value, list) and any(map(names_address, value))
