"""Does the evidence say what the claim says? Numbers, names and negation first, words after.

A check of words, not of meaning: it can't know that a claim is true, but it finds what small
models do wrong most: another number, another name, a "not" or a "may" lost, two names or numbers
in each other's place, or words from nowhere.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.citation import Support
from rag.claims import dates, figures, names, opposites, roles, stance
from rag.claims.figures import NUMBER_WORDS, numbers
from rag.claims.names import new_names
from rag.claims.words import COMMON, NOT, bare, lower_words, stem

__all__ = ["Verdict", "check", "new_names", "numbers"]

SUPPORTED = 0.8  # share of a claim's words that the evidence must have
PARTLY = 0.5


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found; `reason` says what doesn't hold."""

    support: Support
    reason: str | None = None


def check(
    claim: str,
    evidence: Sequence[str],
    date: datetime.date | None = None,
    asked: str = "",
) -> Verdict:
    """How a claim stands to the sentences that it cites.

    Args:
        date: the day on which the article is written, for "on Monday" and "last year".
        asked: the question, or the title of the article. A claim may take its subject from there
            where the evidence says "she" or "the bridge"; it is partly supported then.

    >>> check("Nearly 400 died.", ["The agency said that nearly 300 died."]).reason
    'the number 400 is not in the evidence'
    >>> check("Ada Low resigned.", ["Ada Low may resign."])
    Verdict(support='partly', reason='it leaves out "may"')
    """
    words = claim.split()
    if words and any(words == sentence.split() for sentence in evidence):
        return Verdict("supported")  # it is one of them, whatever the others say
    undated, denied = dates.explained(claim, evidence, date)
    if denied:
        return Verdict("unsupported", f"the date {denied} is not in the evidence")
    known = [figure for sentence in evidence for figure in figures.figures(sentence)]
    missing = list(_missing(undated, evidence, asked, known))
    mine, theirs = stance.Stance(undated), [stance.Stance(sentence) for sentence in evidence]
    said = [one.said for one in theirs]
    reason = (
        next((reason for reason, contrary in missing if contrary), None)
        or _repetition(undated, evidence, known)
        or stance.moved_negation(mine, theirs)
        or _opposite(undated, evidence)
        or roles.swapped_names(mine.said, said)
    )
    only_dates = undated != claim and not _stems(undated) and not numbers(undated)
    share = 1.0 if only_dates else _shared_words(undated, evidence) if words else 0.0
    if share < PARTLY:
        reason = reason or "most of its words are not in the evidence"
    if reason:
        return Verdict("unsupported", reason)
    reason = (
        next((reason for reason, _ in missing), None)
        or roles.misplaced_figure(mine.said, said)
        or roles.misplaced_name(mine.said, said)
        or stance.dropped_doubt(mine, theirs)
        or _dropped_bound(undated, known)
    )
    if share < SUPPORTED:
        reason = reason or "some of its words are not in the evidence"
    return Verdict("partly", reason) if reason else Verdict("supported")


def _missing(
    claim: str, evidence: Sequence[str], asked: str, known: Sequence[figures.Figure]
) -> Iterator[tuple[str, bool]]:
    """What doesn't hold of its numbers and names, and whether the evidence speaks against it."""
    given = list(figures.figures(asked))
    for figure, contrary in figures.missing(list(figures.figures(claim)), known):
        is_given = any(figures.agree(figure, one) for one in given)
        yield _no_number(figure, known), contrary and not is_given
    question = set(lower_words(asked))
    for name in names.strange(claim, evidence):
        reason = f"the name {name.word} is not in the evidence"
        if name.instead_of:
            reason = f"the evidence has {name.instead_of} without the name {name.word}"
        yield reason, name.contrary and bare(name.word) not in question


def _no_number(figure: figures.Figure, known: Sequence[figures.Figure]) -> str:
    same = [one for one in known if one.form == figure.form]
    if any(one.bound != figure.bound and one.unit == figure.unit for one in same):
        return f"the evidence is on the other side of {figure.form}"
    if same:
        return f"the evidence has {figure.form} in another unit"
    return f"the number {figure.form} is not in the evidence"


def _dropped_bound(claim: str, known: Sequence[figures.Figure]) -> str | None:
    one = figures.unbounded(list(figures.figures(claim)), known)
    return f"it leaves out what bounds the number {one.form}" if one else None


def _opposite(claim: str, evidence: Sequence[str]) -> str | None:
    word = opposites.reversed_word(lower_words(claim), lower_words(" ".join(evidence)))
    return f'the evidence says the opposite of "{word}"' if word else None


def _repetition(claim: str, evidence: Sequence[str], known: Sequence[figures.Figure]) -> str | None:
    """Small models fall into saying the same over and over."""
    together = " ".join(evidence)
    said, there = Counter(_content_words(claim)), Counter(_content_words(together))
    for word, times in said.items():
        if times > max(2, there[word] + 1):
            return f"it says {word} {times} times"
    # The same number for two things is one too many where the evidence has it once.
    counted = Counter(figure.form for figure in figures.figures(claim) if not figure.of)
    found = Counter(figure.form for figure in known)
    for number, times in counted.items():
        if times > found[number] > 0:
            return f"it says {number} {times} times"
    return None


def _shared_words(claim: str, evidence: Sequence[str]) -> float:
    words = _stems(claim)
    if not words:
        return 1.0 if numbers(claim) else 0.0
    known = {one for sentence in evidence for one in _stems(sentence)}
    return sum(word in known for word in words) / len(words)


def _content_words(text: str) -> list[str]:
    """The words but for those that are everywhere and those that are numbers."""
    return [
        word
        for word in lower_words(text)
        if word not in COMMON and word not in NUMBER_WORDS and not NOT.search(word)
    ]


def _stems(text: str) -> list[str]:
    return [stem(word) for word in _content_words(text)]
