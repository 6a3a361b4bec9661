"""What a chat shows before anything was asked."""

from __future__ import annotations

from rag import examples
from rag.library import Library
from rag.markup import Html, element
from rag.ui.render import button


def welcome(library: Library) -> Html:
    """One sentence, and what to do first: load the examples, or ask."""
    listings = library.articles()
    lead = element(
        "p",
        "Ask your own articles. Every statement carries the exact sentence it rests on, one click "
        "away, and nothing leaves this machine.",
        class_="lead",
    )
    if not listings:
        body = element(
            "div",
            button("examples", "Load the example articles"),
            button("tab", "Add your own", tab="Library"),
            class_="choices",
        )
    elif any(path.startswith("examples/") for one in listings for path in one.paths):
        asks = [button("ask", question, question=question) for question in examples.QUESTIONS]
        body = element("div", *asks, class_="choices column")
    else:
        count = len(listings)
        body = element("p", f"{count:,} article{'' if count == 1 else 's'} to ask.", class_="hint")
    return element(
        "section",
        element("h2", "What do your articles say?", class_="hello"),
        lead,
        body,
        class_="welcome",
    )
