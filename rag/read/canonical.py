"""The one place where text becomes canonical.

Spans are offsets into canonical text, so everything that could change a text later (Unicode forms,
line ends, invisible characters) is settled here, once, before the text is hashed and stored.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST_LINE = 300  # characters of a title or an author

_NEWLINES = "\r\x0b\x0c\x85\u2028\u2029"
_SPACES = "\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
# Invisible where text is shown, but in the way of search and of the model.
_INVISIBLE = "\u00ad\u200b\u2060\ufeff"
# Embeddings, overrides and isolates can show text in another order than the one it is stored in.
# The plain marks (U+200E, U+200F) and the joiners (U+200C, U+200D) carry meaning and stay.
_DISGUISES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

_TABLE: dict[int, str | None] = {
    **{code: None for code in range(0x20) if chr(code) not in "\t\n"},
    **dict.fromkeys(range(0x7F, 0xA0)),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
    **{ord(char): None for char in _INVISIBLE + _DISGUISES},
    **{ord(char): " " for char in _SPACES},
    **{ord(char): "\n" for char in _NEWLINES},
}
_BLANK_LINES = re.compile(r"\n{3,}")


def normalise(text: str) -> str:
    r"""The canonical form of `text`; normalising that again changes nothing.

    Unicode form C; line ends are "\n"; no trailing spaces, no two blank lines in a row, no white
    space at either end; every space is a plain one; no control characters but tab and newline; no
    byte order marks, soft hyphens, zero-width spaces or characters that reorder text on screen;
    lone surrogates are replaced by U+FFFD.

    >>> normalise("Cafe\u0301\u00a0au lait \r\n\r\n\r\n\r\nco\u00adoperate")
    'Café au lait\n\ncooperate'
    """
    text = text.replace("\r\n", "\n").translate(_TABLE)
    # After the removals: what they bring together may compose.
    text = unicodedata.normalize("NFC", text)
    # Not a regular expression: " +\n" takes quadratic time on a long run of spaces.
    text = "\n".join(line.rstrip(" \t") for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", text).strip(" \t\n")


def one_line(text: str) -> str:
    """`text` as a title or a name: canonical, on one line, at most 300 characters."""
    return " ".join(normalise(text[: 20 * LONGEST_LINE]).split())[:LONGEST_LINE].rstrip()
