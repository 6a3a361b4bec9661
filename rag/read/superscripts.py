"""Raised digits, which would read as a part of the number or word before them."""

from __future__ import annotations

import re
from typing import Final

_RAISED: Final = str.maketrans("0123456789+-\N{MINUS SIGN}", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_MARKS = re.compile(r"(?:[+\-\N{MINUS SIGN}]?[0-9]+|[*†‡]+)(?:[,–-]?(?:[0-9]+|[*†‡]+))*,?")
_LONGEST: Final = 40  # characters; many notes at one place


def superscript(text: str) -> str | None:
    """`text` in raised characters, or None unless it is a power or marks notes.

    >>> superscript("12"), superscript("1, 3"), superscript("-6"), superscript("st")
    ('¹²', '¹,³', '⁻⁶', None)
    """
    packed = re.sub(r"[,\s]+", ",", text.strip()) if len(text) <= _LONGEST else ""
    if not _MARKS.fullmatch(packed):
        return None
    sign, rest = packed[:1], packed[1:]
    # A hyphen between two notes isn't a minus.
    return sign.translate(_RAISED) + re.sub(r"\d+", lambda found: found[0].translate(_RAISED), rest)


def is_raised(text: str) -> bool:
    """Whether `text` ends with a raised digit."""
    return text[-1:] in tuple("⁰¹²³⁴⁵⁶⁷⁸⁹")
