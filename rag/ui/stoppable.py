"""A part of the page with work that takes a while: a button begins it, another one stops it.

Which of the two is seen is the style's to say: work waits or goes on as long as `said` shows its
place in the line or a bar of progress.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from rag.errors import Cancelled, RagError
from rag.markup import Html, element
from rag.ui.events import FAULT, INSTANT, Update
from rag.ui.render import failure
from rag.ui.working import Kind, Running


class Stoppable:
    """What such parts share.

    Attributes:
        kind: of work.
        said: says how far it is.
        halt: the button that stops it.
    """

    kind: Kind
    said: gr.HTML
    halt: gr.Button
    _running: Running

    def _stops(self, *started: Any) -> Any:
        """Lets the button stop what these events began, in the line as well: the event of it."""
        return self.halt.click(self._halt, None, [self.said], cancels=[*started], **INSTANT)

    def _halt(self, request: gr.Request) -> Html:
        self._running.end(request.session_hash, self.kind)
        return element("p", "Stopped.", role="status")

    def _ended(self, steps: Iterator[Update]) -> Iterator[Update]:
        """Steps of work to their end, whatever it is."""
        try:
            yield from steps
        except Cancelled:
            yield {self.said: element("p", "Stopped.", role="status")}
        except RagError as error:
            yield {self.said: failure(str(error))}
        except Exception:  # a fault: told on the page, raised again for the terminal
            yield {self.said: failure(FAULT)}
            raise
