"""A part of the page with work that takes a while: a button begins it, another one stops it."""

from __future__ import annotations

import gradio as gr

from rag.markup import element
from rag.ui.events import Update
from rag.ui.working import Running


class Stoppable:
    """What such parts share.

    Attributes:
        said: says how far it is.
        start, halt: the buttons, of which one is seen.
    """

    said: gr.HTML
    start: gr.Button
    halt: gr.Button
    _running: Running

    def _busy(self, said: str) -> Update:
        return self._showing(said, busy=True)

    def _idle(self, said: str) -> Update:
        return self._showing(said, busy=False)

    def _showing(self, said: str, *, busy: bool) -> Update:
        return {
            self.said: said,
            self.start: gr.Button(visible=not busy),
            self.halt: gr.Button(visible=busy),
        }

    def _halt(self, request: gr.Request) -> Update:
        self._running.end(request.session_hash)
        return self._idle(element("p", "Stopped.", role="status"))
