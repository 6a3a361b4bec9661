"""Slips of the keyboard in a question, mended by what the articles write.

A search by words finds nothing of "libary", and small networks make little of it. One slip of four
kinds makes most misspelt words: a letter left out, one too many, a wrong one, or two that changed
places (Damerau, "A technique for computer detection and correction of spelling errors", 1964).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from string import ascii_lowercase

from rag import fulltext, models

_ENDINGS = ("s", "es", "d", "ed", "r", "er", "rs", "ers", "ing", "ly", "y", "ness", "able", "ish")
SHORT = 4  # letters of a word that is too short to be told by one that is left out or wrong
LIKELY, SURE = 1, 3
_VOWELS = frozenset("aeiouy")
_ROWS = "qwertyuiop", "asdfghjkl", "zxcvbnm"
# Of small letters alone: a capital may begin a name, which nobody knows how to write.
_WORD = re.compile(r"(?<![\w'’-])[a-z]{4,}(?![\w'’-])")
_SHORTENED = re.compile(  # without their apostrophe: dont, whats
    r"\b((?:do|does|did|is|are|was|were|has|have|had|ca|wo|could|would|should)n)(t)\b"
    r"|\b(wh(?:o|at|en|ere|y)|how|that|there)(s)\b|\b(they|you)(re)\b",
    re.IGNORECASE,
)


def _beside() -> dict[str, str]:
    """The letters whose keys touch that of a letter, each row half a key to the right."""
    places = {
        key: (at + 0.5 * row, row) for row, keys in enumerate(_ROWS) for at, key in enumerate(keys)
    }
    return {
        key: "".join(
            other
            for other, (x, y) in places.items()
            if other != key and abs(x - at) <= 1 and abs(y - row) <= 1
        )
        for key, (at, row) in places.items()
    }


_BESIDE = _beside()


def mended(question: str, frequency: Callable[[str], int]) -> str:
    """The question with each slip turned into the word that is meant.

    Shortened words get their apostrophe. Another is mended if neither the articles nor the
    dictionary have it, and one likely slip makes it of a word of the dictionary that the articles
    have, with the same first letter; of several, the one likeliest to be slipped so, then the one
    that the articles have most often. An unlikely slip is a word that nobody here knows: "spacex"
    isn't "space", and what the articles don't have shall not be answered from others.

    Args:
        frequency: in how many passages a term of the full-text index occurs.
    """
    whole = _SHORTENED.sub(lambda found: "'".join(filter(None, found.groups())), question)
    return _WORD.sub(lambda found: _meant(found[0], frequency), whole)


def _meant(word: str, frequency: Callable[[str], int]) -> str:
    if _is_word(word) or _frequencies([word], frequency)[0]:
        return word
    near = sorted(one for one in {*_slips(word)} & _dictionary() if one[0] == word[0])
    counted = zip(_frequencies(near, frequency), near, strict=True)
    ranked = [(_likeness(word, one), count, one) for count, one in counted if count]
    likeness, _, meant = max(ranked, default=(0, 0, word))
    return meant if likeness >= (SURE if len(word) <= SHORT else LIKELY) else word


def _is_word(word: str) -> bool:
    """Whether the dictionary has a word, or what it is derived from: lander, fakes."""
    known, stems = _dictionary(), [word.removesuffix(one) for one in _ENDINGS]
    return word in known or any(
        one in known or f"{one}e" in known for one in stems if one != word and len(one) > 2
    )


def _likeness(word: str, other: str) -> int:
    """Letters that changed places or were doubled are likelier than one left out or too many, and
    that than a wrong one. A letter too many is mostly that of a key beside its neighbour's, or a
    silent e; a wrong one that of the key beside, or another vowel."""
    if set(word) == set(other):
        return SURE
    if len(word) < len(other):
        return LIKELY + 1
    at = next(n for n, letter in enumerate(word) if other[n : n + 1] != letter)
    if len(word) > len(other):
        beside = word[at - 1 : at] + word[at + 1 : at + 2]
        return LIKELY + 1 if word[at] == "e" or any(map(_BESIDE[word[at]].count, beside)) else 0
    if at == len(word) - 1 and word[:at] in _dictionary():
        return 0  # a name that is made of a word
    vowels = word[at] in _VOWELS and other[at] in _VOWELS
    return LIKELY if vowels or other[at] in _BESIDE[word[at]] else 0


def _frequencies(words: Sequence[str], frequency: Callable[[str], int]) -> list[int]:
    terms = fulltext.terms(words)
    return [frequency(terms[word]) if word in terms else 0 for word in words]


def _slips(word: str) -> Iterator[str]:
    """All that one slip makes of a word, in either direction."""
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        yield before + after[1:]
        yield before + after[1:2] + after[:1] + after[2:]
        for letter in ascii_lowercase:
            yield before + letter + after
            yield before + letter + after[1:]


@cache
def _dictionary() -> frozenset[str]:
    """The whole words among the pieces that the embedded encoder reads: 21,000 English ones."""
    lines = Path(models.embedded_encoder(), "vocab.txt").read_text("utf-8").split()
    return frozenset(line for line in lines if len(line) > 2 and line.isascii() and line.isalpha())
