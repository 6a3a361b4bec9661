"""Names of HTML elements, by what they do to the text in them."""

from __future__ import annotations

from typing import Final

HEADINGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
BLOCKS: Final = HEADINGS | frozenset(
    (
        *("html", "body", "main", "article", "section", "header", "footer", "nav", "aside"),
        *("div", "p", "blockquote", "center", "figure", "figcaption", "address", "details"),
        *("summary", "fieldset", "form", "dl", "dt", "dd", "ul", "ol", "menu", "li", "hr", "pre"),
        *("table", "thead", "tbody", "tfoot", "caption", "tr"),
    )
)
CELLS: Final = ("td", "th")
