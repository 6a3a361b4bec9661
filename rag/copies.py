"""Near-identical texts: the same agency report in two files, the same paragraph twice.

Both are told by shared runs of words. A whole article is represented by the smallest of its run
hashes (bottom-k sketch: Broder, "On the resemblance and containment of documents", 1997), so that
two articles are compared without reading either.
"""

from __future__ import annotations

import functools
import heapq
import re
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

RUN = 5  # words; long enough that sharing one is no accident
SKETCH = 64  # hashes kept of an article: standard error of a resemblance of 0.8 is 0.05
COPY = 0.6  # from this resemblance on, two articles are reported as near-identical
SAME = 0.8  # from this share of the shorter one's runs on, two passages say the same thing

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no bit of a word's hash is lost


def runs(text: str) -> frozenset[int]:
    """Hashes of all runs of `RUN` words, whatever their case and punctuation; 63 bits each.

    A run's hash is a polynomial in those of its words (Karp and Rabin, 1987), which are computed
    once for each word of a language, not for each run.
    """
    words = _WORD.findall(text.casefold())
    if not words:
        return frozenset()
    hashes = np.array([_hash(word) for word in words], np.uint64)
    count = max(1, len(words) - RUN + 1)
    total = np.zeros(count, np.uint64)
    for at in range(min(RUN, len(words))):
        total = total * _BASE + hashes[at : at + count]
    return frozenset((total >> np.uint64(1)).tolist())


def sketch(text: str) -> frozenset[int]:
    """The `SKETCH` smallest run hashes of a text."""
    return frozenset(heapq.nsmallest(SKETCH, runs(text)))


def resemblance(one: frozenset[int], other: frozenset[int]) -> float:
    """Estimate, from two sketches, of the share of runs that two texts have in common, 0 to 1."""
    union = heapq.nsmallest(SKETCH, one | other)
    return len(one & other & frozenset(union)) / len(union) if union else 0.0


@dataclass(frozen=True, slots=True)
class Wording:
    """What tells whether two texts say the same: their runs of words, and the numbers in them."""

    runs: frozenset[int]
    numbers: frozenset[str]

    @classmethod
    def of(cls, text: str) -> Wording:
        return cls(runs(text), frozenset(_NUMBER.findall(text)))


def same(one: Wording, other: Wording) -> bool:
    """Whether one of two texts is in the other but for small changes.

    A number in the place of another is no small one: 12 people died; 17 did.
    """
    smaller = min(len(one.runs), len(other.runs))
    updated = one.numbers - other.numbers and other.numbers - one.numbers
    return not updated and smaller > 0 and len(one.runs & other.runs) >= SAME * smaller


@functools.lru_cache(100_000)
def _hash(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "big")
