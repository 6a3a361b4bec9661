"""A conversation on the page, and as a file."""

from __future__ import annotations

from rag.conversation.export import to_html, to_json, to_markdown
from rag.conversation.kept import Conversation
from rag.library import Library
from rag.markup import Html, element
from rag.ui import render
from rag.ui.welcome import welcome

_KINDS = {
    "md": (to_markdown, "text/markdown"),
    "html": (to_html, "text/html"),
    "json": (to_json, "application/json"),
}


def exported(conversation: Conversation, kind: str) -> list[str]:
    """Name, type and text of a file."""
    write, media = _KINDS[kind]
    name = f"chat-{conversation.started:%Y-%m-%d}-{conversation.id[:6]}.{kind}"
    return [name, media, write(conversation)]


def shown(library: Library, conversation: Conversation, *, welcomes: bool = True) -> Html:
    """A conversation's turns, or the welcome.

    Args:
        welcomes: says what to do where there are no turns.
    """
    turns = conversation.turns
    body = [render.turn(turn, at, last=at == len(turns) - 1) for at, turn in enumerate(turns)]
    if not body and welcomes:
        body = [welcome(library)]
    return element(
        "div",
        _top(bool(turns)),
        *body,
        class_="thread",
        data_chat=conversation.id if turns else None,
    )


def _top(has_turns: bool) -> Html:
    """What can be done with the whole chat."""
    names = (("md", "Markdown"), ("html", "HTML"), ("json", "JSON"))
    kinds = [render.button("export", name, kind=kind) for kind, name in names]
    export = element("details", element("summary", "Export"), *kinds, class_="menu")
    chats = render.button("list", "Chats", "Show the chats")
    return element("div", chats, export if has_turns else None, class_="thread-top")
