"""The app: its tabs, the pane beside them, and what happens when a page comes and goes."""

from __future__ import annotations

import gradio as gr

from rag.library import Library
from rag.markup import element
from rag.ui.chat import Chat
from rag.ui.comparing import Comparing
from rag.ui.evaluating import Evaluating
from rag.ui.events import INSTANT, part
from rag.ui.history import History
from rag.ui.shelf import Shelf
from rag.ui.summaries import Summaries
from rag.ui.working import Running


def build(library: Library, *, local: bool = True) -> gr.Blocks:
    """The app over a library.

    Args:
        local: pages are on the machine of the files, so that paths can be added.
    """
    running = Running()
    blocks = gr.Blocks(
        title="Citespan", fill_width=True, analytics_enabled=False, delete_cache=(600, 3600)
    )
    with blocks:
        pane = part("source", script="citespan.pane(element, watch);", render=False)
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="work"):
                gr.HTML(element("h1", "Citespan"), elem_id="brand", apply_default_css=False)
                tabs = gr.Tabs(elem_id="tabs")
            with tabs:
                with gr.Tab("Ask", id="ask"), gr.Row(elem_id="asking"):
                    with gr.Column(elem_id="history"):
                        history = History(library)
                    chat = Chat(library, running, pane, history)
                with gr.Tab("Library", id="library"), gr.Column(elem_classes="sheet"):
                    shelf = Shelf(library, running, pane, local=local)
                with gr.Tab("Summaries", id="summaries"):
                    summaries = Summaries(library, running, pane)
                with gr.Tab("Compare", id="compare"):
                    comparing = Comparing(library, pane)
                with gr.Tab("Eval", id="eval"):
                    Evaluating(library, running)
            with gr.Column(elem_id="reading"):
                pane.render()  # type: ignore[no-untyped-call]  # Gradio's
        named = "() => citespan.chat"  # Gradio doesn't tell what the page's address asks for
        blocks.load(chat.start, [chat.address], chat.opened, js=named, **INSTANT)
        blocks.load(shelf.html, None, [shelf.table], **INSTANT)
        scopes = [chat.scope, summaries.scope, comparing.left, comparing.right]
        for scope in scopes:
            blocks.load(scope.choices, None, [scope.articles], **INSTANT)
        for change in [*shelf.changes, chat.loaded]:
            change.then(shelf.html, None, [shelf.table], **INSTANT)
            for scope in scopes:
                change.then(scope.choices, None, [scope.articles], **INSTANT)
            change.then(chat.again, [chat.conversation], [chat.past], **INSTANT)

        def left(request: gr.Request) -> None:
            running.end(request.session_hash)

        blocks.unload(left)
    return blocks
