"""Near-identical texts: the same agency report in two files, the same paragraph twice.

Both are told by shared runs of words. A whole article is represented by the smallest of its run
hashes (bottom-k sketch: Broder, "On the resemblance and containment of documents", 1997), so that
two articles are compared without reading either.
"""

from __future__ import annotations

import heapq
import re
from hashlib import blake2b

RUN = 5  # words; long enough that sharing one is no accident
SKETCH = 64  # hashes kept of an article: standard error of a resemblance of 0.8 is 0.05
COPY = 0.6  # from this resemblance on, two articles are reported as near-identical
SAME = 0.8  # from this share of the shorter one's runs on, two passages say the same thing

_WORD = re.compile(r"\w+")


def runs(text: str) -> frozenset[int]:
    """Hashes of all runs of `RUN` words, whatever their case and punctuation; 63 bits each."""
    words = _WORD.findall(text.casefold())
    starts = range(max(1, len(words) - RUN + 1))
    return (
        frozenset(_hash(" ".join(words[at : at + RUN])) for at in starts) if words else frozenset()
    )


def sketch(text: str) -> frozenset[int]:
    """The `SKETCH` smallest run hashes of a text."""
    return frozenset(heapq.nsmallest(SKETCH, runs(text)))


def resemblance(one: frozenset[int], other: frozenset[int]) -> float:
    """Estimate, from two sketches, of the share of runs that two texts have in common, 0 to 1."""
    union = heapq.nsmallest(SKETCH, one | other)
    return len(one & other & frozenset(union)) / len(union) if union else 0.0


def same(one: frozenset[int], other: frozenset[int]) -> bool:
    """Whether one of two texts, given as `runs`, is in the other but for small changes."""
    smaller = min(len(one), len(other))
    return smaller > 0 and len(one & other) >= SAME * smaller


def _hash(words: str) -> int:
    return int.from_bytes(blake2b(words.encode(), digest_size=8).digest(), "big") >> 1
