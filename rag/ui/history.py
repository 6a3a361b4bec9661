"""The chats of before: listed, searched, and exported."""

from __future__ import annotations

import datetime

import gradio as gr

from rag.citation import day
from rag.conversation.kept import Kept
from rag.library import Library
from rag.markup import Html, element, inline, undirected
from rag.ui.events import part
from rag.ui.render import button

LISTED = 200


class History:
    """The list of chats and its search. Made inside Gradio's layout."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self.new = gr.Button("New chat", elem_id="new-chat", size="sm")
        self.find = gr.Textbox(
            "",
            label="Search in chats",
            show_label=False,
            placeholder="Search in chats",
            elem_id="find",
            max_lines=1,
            max_length=200,
        )
        self.list = part("chats", "open", "forget")

    def html(self, search: str = "", current: str = "") -> Html:
        """The chats in which something was said, newest first, by day."""
        found = self._library.conversations.list(search, limit=LISTED + 1)
        if not found:
            return element("p", "Nothing found." if search else "No chats yet.", class_="hint")
        parts: list[Html] = []
        heading = ""
        for one in found[:LISTED]:
            if (when := _when(one.changed)) != heading:
                heading = when
                parts.append(element("h3", heading))
            parts.append(_entry(one, current))
        if len(found) > LISTED:
            parts.append(element("p", "There are more: search for them.", class_="hint"))
        return element("nav", *parts, aria_label="Chats")


def _entry(kept: Kept, current: str) -> Html:
    return element(
        "div",
        element(
            "button",
            inline(kept.title),
            type="button",
            class_="chat",
            data_do="open",
            data_id=kept.id,
            aria_current="true" if kept.id == current else None,
        ),
        button(
            "forget",
            "\N{MULTIPLICATION SIGN}",
            f"Remove the chat: {undirected(kept.title)}",
            id=kept.id,
            ask="Remove this chat and its answers?",
        ),
        class_="entry",
    )


def _when(changed: datetime.datetime) -> str:
    here = changed.astimezone().date()
    days = (datetime.datetime.now().astimezone().date() - here).days
    return {0: "Today", 1: "Yesterday"}.get(days, day(here))
