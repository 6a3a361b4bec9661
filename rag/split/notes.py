"""The marks of footnotes, which stand behind the stop of a sentence and belong to it."""

from __future__ import annotations

import re
from typing import Final

# "[1]", "[^a]", "[2, 3]", "[citation needed]", and "[1]:45" with a page
_BRACKETS = r"\[\^?[\w ,–-]{1,20}\](?::\d{1,4}(?:[–-]\d{1,4})?)?(?!\w)"
_SIGNS = r"[*†‡⁰¹²³⁴-⁹](?:[,–-]?[*†‡⁰¹²³⁴-⁹])*+(?!\w)"
# "1" in "It rose.1 Then"; not in "v2.1 Then". `takes_number` knows "No.10 Downing Street".
_NUMBERS = (
    r"(?:(?<=[a-zß-öø-ÿ][.!?])|(?<=[a-zß-öø-ÿ][.!?][”\"’']))\d{1,3}(?:[,–-]\d{1,3}){0,4}(?!\w)"
)
EMOJI: Final = r"[\u2600-\u27bf\ufe0f\u200d\U0001f000-\U0001faff]"
NOTE: Final = rf"{_BRACKETS}|{_SIGNS}|{_NUMBERS}(?=\s+[\"'“‘(]?[^\W\d_a-z])"
"""A pattern for one mark within a line. A number is one only before a space and a capital."""

_LAST = re.compile(
    rf"(?: ?(?:{_BRACKETS}|{_SIGNS}|{_NUMBERS}|{EMOJI}++)"
    r"|(?<=[.!?…”\"’'] )\([A-Z][\w ./-]{1,30}\))+\Z"
)
_FAR = 100  # characters from the end within which marks are looked for


def without_notes(text: str) -> str:
    """A sentence without what follows its stop: marks of footnotes, pictures, an agency.

    >>> without_notes("The river rose.[1]"), without_notes("It fell. (AP)"), without_notes("So! 🎉")
    ('The river rose.', 'It fell.', 'So!')
    """
    found = _LAST.search(text, max(0, len(text) - _FAR))
    return text[: found.start()].rstrip() if found else text.rstrip()
