"""A phrase of a sentence as an answer: which words it is, and whether they will do alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rag.choose import Pointer
from rag.claims.dates import CALENDAR
from rag.claims.figures import NUMBER_WORDS, bound_start
from rag.claims.stance import left_open
from rag.claims.words import lower_words, stems

# Chosen on questions about held-back Wikipedia, the news and ours; see docs/quality.md.
MOST = 0.6  # share of their probability that phrases in one place must have: else there are two
ENOUGH = 0.5  # share of these that must lie in the phrase that is shown

Stretch = tuple[int, int]
"""A half-open range of code points of a sentence."""

_AROUND = " \t\n,.;:!?…¿¡\"'“”„‘’‚«»‹›()[]{}—–-"
_BORDER = re.compile(r"[\s—]")  # of words
_SIGN = re.compile(r"(?<![^\s(\[\"“‘—])[-–.]\d")  # of a number, or its point
_INITIALS = re.compile(r"(?:\b[^\W\d_]\.)+[^\W\d_]\Z")  # which end with a point
_COUNT = rf"(?:\d[\d.,]*|\b(?:{'|'.join(sorted(NUMBER_WORDS))})\b)"
_POINTS_BACK = re.compile(  # twice as much; the same; her brother; 12 more people; the next day
    r"\bas (?:much|many)\Z|\b(?:more|less|fewer|others?|older|younger|later|earlier)\Z|\bthe same\b"
    r"|\A(?:it|they|he|she|this|that|these|those|there|then|them|him|her|his|its|their|both|here"
    r"|i|me|my|we|(?-i:us)|our|another|the (?:other|former\Z|latter))\b"
    rf"|\b{_COUNT} (?:more|others?|additional|further|extra)\b(?! than\b)"
    r"|\b(?:next|following|previous|preceding) (?:day|night|morning|evening|week|month|year)\b",
    re.IGNORECASE,
)
_ANOTHER = re.compile(r"\b(?:another|(?:a )?further|(?:an )?additional)\s+\Z", re.IGNORECASE)
_LIMIT = re.compile(  # the day or year that follows isn't the one
    r"\b(before|after|until|till|since|by|prior to)\s+\Z", re.IGNORECASE
)
_LATEST = re.compile(r"\b(?:latest|earliest|deadline)\b", re.IGNORECASE)
_DAYS = "|".join(sorted(map(str.capitalize, CALENDAR)))
_DAY = re.compile(rf"(?:[12]\d{{3}}\b|\d{{1,2}} (?:{_DAYS})\b|(?:early |late )?(?:{_DAYS})\b)")
_OR_SO = re.compile(r"(?<=\w) or (?:more|less|fewer|so)\b")


def agreed(pointers: Sequence[Pointer], enough: float = ENOUGH) -> Stretch | None:
    """The stretch that some pointers into one sentence agree on; None if they don't.

    Likely phrases often differ in their ends alone: those that overlap the likeliest are taken
    together, and the shortest stretch that has enough of their probability is the phrase.

    Args:
        enough: of what they have together, the share that the phrase must have.
    """
    likeliest = max(pointers, key=lambda one: one.probability)
    near = [one for one in pointers if one.overlaps(likeliest)]
    together = sum(one.probability for one in near)
    if together < MOST * sum(one.probability for one in pointers):
        return None
    stretches = [
        (end - start, start, end)
        for start in {one.start for one in near}
        for end in {one.end for one in near}
        if start < end and _within(near, start, end) >= enough * together
    ]
    _, start, end = min(stretches)
    return start, end


def _within(pointers: Iterable[Pointer], start: int, end: int) -> float:
    return sum(one.probability for one in pointers if start <= one.start and one.end <= end)


def alone(question: str, text: str, stretch: Stretch) -> str | None:
    """The words of a stretch as an answer without their sentence; None if they need it.

    They do where they point back, or where the sentence denies or doubts them and the question
    doesn't ask for that: what a bridge was meant to cost isn't what it cost.

    >>> alone("What does it cost?", "It costs less than three euros.", (19, 30))
    'less than three euros'
    >>> alone("What did it cost?", "It was meant to cost three euros.", (21, 32)) is None
    True
    """
    start, end = bounded(question, text, whole_words(text, stretch))
    words = text[start:end]
    back = _POINTS_BACK.search(words) or _ANOTHER.search(text[:start])
    if not words or back or _is_asked(question, words) or left_open(question, text, (start, end)):
        return None
    return words


def _is_asked(question: str, words: str) -> bool:
    """Whether the question has all of the words, so that they tell nothing: who runs the Old Mill?
    The Old Mill. One that offers them to choose from is answered by them."""
    known, said = stems(question), stems(words)
    chosen = re.search(r"\w,? or\b", question, re.IGNORECASE)
    return bool(said) and said <= known and not chosen and not re.search(_COUNT, words)


def bounded(question: str, text: str, stretch: Stretch) -> Stretch:
    """With the words round it that bound a number or a day, unless the question has them.

    >>> text = "It cost up to 300 crowns or so, and was built before 1900."
    >>> [text[slice(*bounded("When?", text, one))] for one in ((14, 24), (53, 57))]
    ['up to 300 crowns or so', 'before 1900']
    """
    start, end = stretch
    limit = _LIMIT.search(text[:start]) if _DAY.match(text, start) else None
    if limit and not (limit[1].lower() in lower_words(question) or _LATEST.search(question)):
        start = limit.start()
    more = _OR_SO.match(text, end)
    if more and re.search(_COUNT, text[start:end]):
        end = more.end()
    return bound_start(text, start), end


def whole_words(text: str, stretch: Stretch) -> Stretch:
    """The words that a stretch of a text touches, without punctuation round them; may be empty.

    >>> "He is a 14-year-old boy."[slice(*whole_words("He is a 14-year-old boy.", (8, 15)))]
    '14-year-old'
    """
    start, end = stretch
    while start > 0 and not _BORDER.match(text, start - 1):
        start -= 1
    while end < len(text) and not _BORDER.match(text, end):
        end += 1
    while start < end and text[start] in _AROUND and not _SIGN.match(text, start):
        start += 1
    words = text[start:end].rstrip(_AROUND)
    end = start + len(words)
    return start, end + bool(text.startswith(".", end) and _INITIALS.search(words))
