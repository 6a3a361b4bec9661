"""`rag ui`."""

from __future__ import annotations

import os
import webbrowser

import click

from rag.cli.command import Explained
from rag.cli.settings import Settings, everywhere, passed
from rag.cli.terminal import say


@click.command(
    cls=Explained,
    prints="The address, when the page can be loaded.",
    examples=("rag ui", "rag ui --library ~/news --port 8080 --no-open"),
)
@click.option(
    "--port", type=click.IntRange(1, 65535), help="The port; 7860 or the next one that is free."
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Another address than this machine's own lets others in: that takes a password in the "
    "environment, RAG_UI_PASSWORD, and shows them all articles of the library.",
)
@click.option("--no-open", is_flag=True, help="Don't open a browser.")
@everywhere(model=True)
@passed
def ui(settings: Settings, /, port: int | None, host: str, no_open: bool) -> None:
    """Open the chat in a browser.

    Ask, read each cited sentence in its article, add articles and summarise them. The page is
    served on this machine alone and loads nothing from anywhere else. Ctrl-C ends it.
    """
    from rag.ui.server import serve

    def ready(address: str) -> None:
        say(address)
        if not no_open:
            webbrowser.open(address)

    serve(
        settings.made(),
        host=host,
        port=port,
        password=os.environ.get("RAG_UI_PASSWORD") or None,
        ready=ready,
    )
