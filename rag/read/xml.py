"""Parses XML that may be hostile: entities stay unexpanded and nothing is fetched."""

from __future__ import annotations

import contextlib

from lxml import etree

from rag.errors import LimitExceeded


def parse_xml(data: bytes) -> etree._Element | None:
    """The root of an XML document, as much of it as is well-formed; None when nothing is."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False
    )
    root = None
    with contextlib.suppress(etree.XMLSyntaxError, ValueError):
        root = etree.fromstring(data, parser)
    check_complete(parser)
    return root


def check_complete(parser: etree.XMLParser | etree.HTMLParser) -> None:
    """Makes sure that a parser, which takes what it can get, hasn't given up on the way.

    Raises:
        LimitExceeded: elements are nested too deeply.
        MemoryError: as it says.
    """
    for entry in parser.error_log:
        if entry.type_name == "ERR_NO_MEMORY":
            raise MemoryError
        if entry.type_name == "ERR_RESOURCE_LIMIT":
            raise LimitExceeded("it is nested too deeply", remedy="save it anew, more simply")


def element_text(element: etree._Element | None) -> str | None:
    """The text in an element, or None."""
    if element is None:
        return None
    return " ".join("".join(element.itertext(etree.Element)).split()) or None
