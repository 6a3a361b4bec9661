"""Does the evidence say what the claim says? Numbers, names and negation first, words after.

A check of words, not of meaning: it can't know that a claim is true, but it finds what small
models do wrong most: another number, another name, a "not" lost or won, or words from nowhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer import Support

SUPPORTED = 0.8  # share of a claim's words that the evidence must have
PARTLY = 0.5

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|\w+n['’]t|"
    r"den(?:y|ies|ied)|refus(?:e|es|ed))\b",
    re.IGNORECASE,
)
_SMALL_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
).split()
_NUMBER_WORDS = {word: str(value) for value, word in enumerate(_SMALL_NUMBERS)} | {
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "sixty": "60",
    "seventy": "70",
    "eighty": "80",
    "ninety": "90",
}
_COMMON = frozenset(
    "a an the and or but of in on at to for from by with as is are was were be been it its he she "
    "they them his her their this that these those which who whom has have had do does did will "
    "would can could may might about than then there so also into over under after before".split()
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found; `reason` says what doesn't hold."""

    support: Support
    reason: str | None = None


def check(claim: str, evidence: Sequence[str]) -> Verdict:
    """How a claim stands to the sentences that it cites.

    >>> check("Nearly 400 died.", ["The agency said that nearly 300 died."]).reason
    'the number 400 is not in the evidence'
    """
    together = " ".join(evidence)
    reason = _strange_number(claim, together) or _strange_name(claim, together)
    reason = reason or _repetition(claim, together)
    if reason is None and _negated(claim) != _negated(together):
        reason = _lost_negation(claim, evidence)
    if reason:
        return Verdict("unsupported", reason)
    share = _shared_words(claim, together)
    if share < PARTLY:
        return Verdict("unsupported", "most of its words are not in the evidence")
    if share < SUPPORTED:
        return Verdict("partly", "some of its words are not in the evidence")
    return Verdict("supported")


def numbers(text: str) -> frozenset[str]:
    """The numbers of a text in one form: 2,700 and 2700 are the same, and so are two and 2."""
    return frozenset(_figures(text))


def _figures(text: str) -> list[str]:
    digits = [_plain(number) for number in _NUMBER.findall(text)]
    return digits + [_NUMBER_WORDS[w] for w in _lower_words(text) if w in _NUMBER_WORDS]


def _plain(number: str) -> str:
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", number):
        number = number.replace(",", "")
    return number.rstrip(".,")


def _strange_number(claim: str, evidence: str) -> str | None:
    for number in sorted(numbers(claim) - numbers(evidence)):
        return f"the number {number} is not in the evidence"
    return None


def _strange_name(claim: str, evidence: str) -> str | None:
    known = set(_lower_words(evidence))
    # The first word of a sentence has a capital for another reason.
    for sentence in re.split(r"(?<=[.!?])\s+", claim):
        for word in _WORD.findall(sentence)[1:]:
            base = re.sub(r"['’]s$", "", word)
            if word[0].isupper() and base.casefold() not in known:
                return f"the name {base} is not in the evidence"
    return None


def _repetition(claim: str, evidence: str) -> str | None:
    """Small models fall into saying the same over and over."""
    said, known = Counter(_content_words(claim)), Counter(_content_words(evidence))
    for word, times in said.items():
        if times > max(2, known[word]):
            return f"it says {word} {times} times"
    # The same number for two things is one too many where the evidence has it once.
    figures, found = Counter(_figures(claim)), Counter(_figures(evidence))
    for number, times in figures.items():
        if times > found[number]:
            return f"it says {number} {times} times"
    return None


def _negated(text: str) -> bool:
    return bool(_NEGATION.search(text))


def _lost_negation(claim: str, evidence: Sequence[str]) -> str | None:
    if _negated(claim):
        return "it denies what the evidence does not deny"
    # A "not" elsewhere in a long sentence does no harm; one close to the claim's words does.
    words = set(_content_words(claim))
    for sentence in evidence:
        for match in _NEGATION.finditer(sentence):
            nearby = sentence[max(0, match.start() - 40) : match.end() + 40]
            if len(words & set(_content_words(nearby))) > len(words) / 2:
                return "it leaves out a negation of the evidence"
    return None


def _shared_words(claim: str, evidence: str) -> float:
    words = _content_words(claim)
    if not words:
        return 1.0 if numbers(claim) else 0.0
    known = {_stem(word) for word in _content_words(evidence)}
    return sum(_stem(word) in known for word in words) / len(words)


def _lower_words(text: str) -> list[str]:
    return [re.sub(r"['’]s$", "", word.casefold()) for word in _WORD.findall(text)]


def _content_words(text: str) -> list[str]:
    return [word for word in _lower_words(text) if word not in _COMMON]


def _stem(word: str) -> str:
    """Good enough to let "wounded" stand for "wound": the endings of regular English forms."""
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)].rstrip("e")
    return word.rstrip("e")
