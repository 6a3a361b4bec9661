"""HTML by elements: text is escaped unless it is HTML already, so nothing can be forgotten."""

from __future__ import annotations

import re
from html import escape

_EMPTY = {"meta", "input", "br", "hr", "wbr"}
_UNWRITABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")
_CONTROLS = str.maketrans(
    {at: 0x2400 + at for at in range(32) if chr(at) not in "\t\n"}
    | {0x7F: 0x2421}
    | dict.fromkeys(range(0x80, 0xA0), 0xFFFD)
)
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")


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


def printable(text: str) -> str:
    """A text without the characters that XML, HTML or UTF-8 can't carry, of the same length.

    >>> printable("a\\x00b\\ud800")
    'a\u2400b\ufffd'
    """
    return _UNWRITABLE.sub("\ufffd", text).translate(_CONTROLS)


def undirected(text: str) -> str:
    """A text that can't turn the line it stands in around: that would hide what is said, and an
    isolate that a text leaves open even breaks out of its element."""
    return _DIRECTIONS.sub("\ufffd", text)
