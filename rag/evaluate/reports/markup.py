"""HTML by elements: text is escaped unless it is HTML already, so nothing can be forgotten."""

from __future__ import annotations

from html import escape

from rag.evaluate.reports.shown import printable, undirected

_EMPTY = {"meta", "input", "br", "hr", "wbr"}


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


Child = str | Html | None
Attribute = str | int | float | bool | None


def element(name: str, /, *children: Child, **attributes: Attribute) -> Html:
    """An element. Attributes that are None or False are left out, those that are True are bare.

    >>> element("a", "<", element("br"), href="#x", class_="y", aria_label=None, hidden=True)
    '<a href="#x" class="y" hidden>&lt;<br></a>'
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _EMPTY:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{joined(*children)}</{name}>")


def inline(text: str, **attributes: Attribute) -> Html:
    """A text of others in a line of ours, which keeps its direction whatever the text holds."""
    return element("bdi", undirected(text), **attributes)


def joined(*children: Child) -> Html:
    """Elements and texts one after another."""
    return Html("".join(map(_child, children)))


def _child(child: Child) -> str:
    if child is None:
        return ""
    return child if isinstance(child, Html) else escape(printable(child))


def _attribute(key: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"
    shown = f"{value:g}" if isinstance(value, float) else str(value)
    return f' {name}="{escape(printable(shown))}"'
