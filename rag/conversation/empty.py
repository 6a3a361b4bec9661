"""The "it" that means nothing: "Is it raining?", "What time is it?", "Is it safe to fly?"."""

from __future__ import annotations

import re
from functools import lru_cache

_GAPPED = "safe unsafe dangerous legal illegal difficult hard easy impossible cheap cheaper " + (
    "expensive good bad better worse best healthy unhealthy fun nice"
)  # "Is it easy to make?": what is made is "it"
_FULL = "true false possible likely unlikely known unknown necessary important essential clear " + (
    "certain worth wrong right wise ok okay fair normal common rare rude unusual polite sensible"
)
_TOLD = "said believed thought claimed reported proven"
_ALONE = (
    "swim fly travel go live walk drive breathe sleep wait die rest work sail dive run talk speak "
    "deal play concentrate"
)


def _any(words: str) -> str:
    return f"(?:{'|'.join(words.split())})"


_CLAUSE = r"(?:that|if|when|whether|because)\b"
# with an object, or a verb that has none: "take with alcohol" lacks one
_TO = rf"(?:for\b.+? )?to (?:\w+ (?!(?:with|while|when|during)\b)\w|{_any(_ALONE)}\b)"
_ANY_TO = r"(?:for\b.+? )?to \w"
_VERY = r"(?:(?:not|still|always|ever|really|also|very|too|so|more|most|\w+ly) )*"
_IT = r"\b(?P<it>it)\b"
_BE = r"(?:(?:is|was|be) )?"
_PLACE = r"(?:outside|here|there|in (?!the (?:morning|evening|night|spring)\b|\d))"
_SEASON = r"(?:winter|summer|spring|autumn|january|february|march|april|may|june|july|august)"

_EMPTY = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # the weather, the time of day, how far it is
        rf"{_IT} {_BE}{_VERY}(?:(?:often|going to|likely to|supposed to|about to) )*"
        r"(?:rain|snow)(?:s|ed|ing)?\b",
        rf"{_IT} {_BE}{_VERY}(?:cold|hot|warm|dark|light) {_PLACE}(?!{_SEASON}\b)",
        rf"\bis {_IT} {_VERY}(?:late|early)(?=\W*$| (?:in|at|now|here|there)\b)",
        rf"\bhow (?:late|early) is {_IT}",
        rf"\bhow (?:cold|hot|warm|dark) is {_IT} {_PLACE}(?!{_SEASON}\b)",
        rf"\bwh(?:at|ich) (?:time|day|date|month|year) is {_IT}"
        r"(?=\W*$| (?:in|at|now|right|here|there|today)\b)",
        rf"\bhow (?:far|long) (?:is|was) {_IT} (?:from .+ )?to \w",
        # what comes behind is what it stands for
        rf"{_IT} {_BE}{_VERY}{_any(f'{_GAPPED} {_FULL} {_TOLD}')} {_CLAUSE}",
        rf"{_IT} {_BE}{_VERY}{_any(_FULL)} {_ANY_TO}",
        rf"{_IT} {_BE}{_VERY}{_any(_GAPPED)} {_TO}",
        rf"\bhow {_VERY}{_any(f'much {_FULL}')} (?:is|was|would) {_IT} (?:be )?{_ANY_TO}",
        rf"\bhow {_VERY}{_any(_GAPPED)} (?:is|was|would) {_IT} (?:be )?{_TO}",
        rf"{_IT} {_BE}worth \w+ing \w",
        rf"{_IT} {_BE}an? (?:\w+ (?:that|to|when|if)|\w+ \w+ to)\b",
        rf"{_IT} (?:like to|feel like to|(?:mean|matter)s? (?:when|if|to|that))\b",
        rf"{_IT} (?:take|cost|mean|matter|feel|help|hurt|pay)s?\b(?=.* to \w+ \w)",
        rf"{_IT} (?:seem|appear|turn out|happen)(?:s|ed)? that\b",
    )
)


def is_empty(question: str, start: int) -> bool:
    """Whether the "it" that begins here means nothing."""
    return start in _empty(question)


@lru_cache(maxsize=16)  # a question asks it of each of its words
def _empty(question: str) -> frozenset[int]:
    return frozenset(
        match.start("it") for pattern in _EMPTY for match in pattern.finditer(question)
    )
