"""Reads plain text."""

from __future__ import annotations

from rag.errors import LimitExceeded
from rag.read.canonical import normalise
from rag.read.draft import Draft, Source
from rag.read.encoding import decode
from rag.read.unwrap import unwrap


def read_plain(source: Source) -> list[Draft]:
    """One article; its title is the name of the file, as the first line may be anything."""
    text, warning = decode(source.data, source.content_type)
    if warning:
        source.warn(warning)
    if len(text) > 2 * source.limits.text_chars:
        raise LimitExceeded(f"it has {len(text)} characters", remedy="split it")
    return [Draft(unwrap(normalise(text)))]
