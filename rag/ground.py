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
from rag.split.english import STARTERS

SUPPORTED = 0.8  # share of a claim's words that the evidence must have
PARTLY = 0.5
REACH = 3  # content words after a "not" that it may deny

_NUMBER = re.compile(r"(?:(?<![\w.,])[-−])?\d+(?:[.,]\d+)*|[¼-¾⅐-⅞]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_POSSESSIVE = re.compile(r"['’]s$", re.IGNORECASE)
_NEGATION = re.compile(
    r"\b(?:not(?: yet)?|no(?: longer)?|never|none|nobody|nothing|neither|nor|without|cannot|"
    r"\w+n['’]t|den(?:y|ies|ied)|refus(?:e|es|ed))\b",
    re.IGNORECASE,
)
_COUNTED = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_RANKED = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_ROUND = {
    "half": "0.5",
    "dozen": "12",
    "twenty": "20",
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "sixty": "60",
    "seventy": "70",
    "eighty": "80",
    "ninety": "90",
    "hundred": "100",
    "thousand": "1000",
    "million": "1000000",
    "billion": "1000000000",
    "trillion": "1000000000000",
}
_NUMBER_WORDS = (
    {word: str(value) for value, word in enumerate(_COUNTED)}
    | {word: str(value) for value, word in enumerate(_RANKED, 1)}
    | _ROUND
    | {f"{word}s": value for word, value in _ROUND.items()}
)
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
    words = claim.split()
    if words and any(words == sentence.split() for sentence in evidence):
        return Verdict("supported")  # it is one of them, whatever the others say
    together = " ".join(evidence)
    reason = (
        _strange_number(claim, together)
        or _strange_name(claim, together)
        or _repetition(claim, together)
        or _moved_negation(claim, evidence)
    )
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
    number = number.replace("−", "-")
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", number):
        number = number.replace(",", "")
    return number


def _strange_number(claim: str, evidence: str) -> str | None:
    for number in sorted(numbers(claim) - numbers(evidence)):
        return f"the number {number} is not in the evidence"
    return None


def _strange_name(claim: str, evidence: str) -> str | None:
    for name in new_names(claim, evidence):
        return f"the name {name} is not in the evidence"
    return None


def new_names(claim: str, evidence: str) -> list[str]:
    """The names of a claim that the evidence doesn't have; every word with a capital is one."""
    known = set(_lower_words(evidence))
    stems = set(map(_stem, known))
    found = []
    # The first word of a sentence may have its capital from its place alone.
    for sentence in re.split(r"(?<=[.!?])\s+", claim):
        for place, word in enumerate(_WORD.findall(sentence)):
            if not word[0].isupper() or _bare(word) in known:
                continue
            if place or not (_is_plain(word) or _stem(_bare(word)) in stems):
                found.append(_POSSESSIVE.sub("", word))
    return found


def _is_plain(word: str) -> bool:
    """Whether a sentence often begins with this word, so that it is no name."""
    known = word in STARTERS or word.lower() in _COMMON or word.lower() in _NUMBER_WORDS
    return known or bool(_NEGATION.fullmatch(word))


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


def _moved_negation(claim: str, evidence: Sequence[str]) -> str | None:
    """A "not" lost or won. One of other words, in a long sentence or in another, does no harm."""
    mine, theirs = _denied([claim]), _denied(evidence)
    deniable = {word for words in theirs for word in words}
    if any(deniable.isdisjoint(words) if words else not theirs for words in mine):
        return "it denies what the evidence does not deny"
    affirmed = set(_stems(claim)).difference(*mine)
    known = Counter(word for sentence in evidence for word in _stems(sentence))
    denied = Counter(words[0] for words in theirs if words)
    if any(word in affirmed and times == known[word] for word, times in denied.items()):
        return "it leaves out a negation of the evidence"
    if not mine and any(_is_near_negation(affirmed, sentence) for sentence in evidence):
        return "it leaves out a negation of the evidence"
    return None


def _denied(texts: Sequence[str]) -> list[list[str]]:
    """For each negation, the stems of the words that follow it."""
    return [
        _stems(text[match.end() : match.end() + 100])[:REACH]
        for text in texts
        for match in _NEGATION.finditer(text)
    ]


def _is_near_negation(words: set[str], sentence: str) -> bool:
    """Whether most of some words stand close to a negation."""
    return any(
        2 * len(words.intersection(_stems(sentence[max(0, at.start() - 40) : at.end() + 40])))
        > len(words)
        for at in _NEGATION.finditer(sentence)
    )


def _shared_words(claim: str, evidence: str) -> float:
    words = _stems(claim)
    if not words:
        return 1.0 if numbers(claim) else 0.0
    known = set(_stems(evidence))
    return sum(word in known for word in words) / len(words)


def _lower_words(text: str) -> list[str]:
    return [_bare(word) for word in _WORD.findall(text)]


def _bare(word: str) -> str:
    """In lower case and without the ending of a possessive."""
    return _POSSESSIVE.sub("", word.casefold())


def _content_words(text: str) -> list[str]:
    """The words but for those that are everywhere and those that are numbers."""
    return [w for w in _lower_words(text) if w not in _COMMON and w not in _NUMBER_WORDS]


def _stems(text: str) -> list[str]:
    return [_stem(word) for word in _content_words(text)]


def _stem(word: str) -> str:
    """Good enough to let "wounded" stand for "wound": the endings of regular English forms."""
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)].rstrip("e")
    return word.rstrip("e")
