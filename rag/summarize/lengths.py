"""How long a summary is to be, and how it is laid out."""

from __future__ import annotations

from typing import Literal, get_args

from rag.errors import UsageError
from rag.summary import Style

Length = Literal["headline", "short", "long"]
WORDS: dict[Length, int] = {"headline": 25, "short": 80, "long": 250}


def words_of(length: str | int) -> int:
    """The number of words that a length stands for.

    Raises:
        UsageError: it isn't one.
    """
    if length in WORDS:
        return WORDS[length]
    try:
        words = int(length)
    except ValueError:
        words = 0
    if words < 1:
        names = ", ".join(get_args(Length))
        raise UsageError("not a length", where=str(length), remedy=f"{names}, or a number of words")
    return words


def check_style(style: str) -> None:
    """
    Raises:
        UsageError: it isn't one.
    """
    if style not in get_args(Style):
        names = ", ".join(get_args(Style))
        raise UsageError("not a style", where=style, remedy=names)
