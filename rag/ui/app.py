"""The app: its tabs, the pane beside them, and what happens when a page comes and goes."""

from __future__ import annotations

import gradio as gr

from rag.library import Library
from rag.markup import element
from rag.ui.chat import Chat
from rag.ui.comparing import Comparing
from rag.ui.desk import Desk
from rag.ui.evaluating import Evaluating
from rag.ui.events import INSTANT, LATEST, part
from rag.ui.history import History
from rag.ui.scope import RAW
from rag.ui.shelf import Shelf
from rag.ui.summaries import Summaries
from rag.ui.working import Running

SESSIONS = 200  # pages whose chat is remembered here; older ones are loaded anew


def build(library: Library, *, local: bool = True) -> gr.Blocks:
    """The app over a library.

    Args:
        local: pages are on the machine of the files, so that paths can be added.
    """
    running = Running()
    blocks = Desk(
        title="Citespan", fill_width=True, analytics_enabled=False, delete_cache=(600, 3600)
    )
    blocks.state_session_capacity = SESSIONS
    with blocks:
        script = "citespan.pane(element, watch, trigger);"
        pane = part("source", "ask", "summarise", script=script, render=False)
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
                    comparing = Comparing(library, running, pane)
                with gr.Tab("Eval", id="eval"):
                    Evaluating(library, running)
            with gr.Column(elem_id="reading"):
                pane.render()  # type: ignore[no-untyped-call]  # Gradio's
        named = "() => citespan.chat"  # Gradio doesn't tell what the page's address asks for
        blocks.load(chat.start, [chat.address], chat.opened, js=named, **INSTANT)
        blocks.load(shelf.html, None, [shelf.table], **INSTANT)
        blocks.load(shelf.log, None, [shelf.changed], **INSTANT)
        others = [summaries.scope, comparing.left, comparing.right]
        for scope in others:
            blocks.load(scope.choices, None, [scope.articles], **INSTANT)
        # Two changes may end at the same time: what is shown is asked for again after the second.
        for change in [*shelf.changes, chat.loaded]:
            change.then(shelf.html, shelf.view, [shelf.table], **LATEST)
            change.then(shelf.log, None, [shelf.changed], **LATEST)
            for scope in [chat.scope, *others]:
                picked = [scope.articles]
                change.then(scope.choices, picked, picked, **RAW, **LATEST)
            change.then(chat.again, [chat.conversation, chat.current], [chat.past], **LATEST)

        def left(request: gr.Request) -> None:
            running.end(request.session_hash)

        blocks.unload(left)
    return blocks
