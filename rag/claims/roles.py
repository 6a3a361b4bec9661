"""Names and figures of the evidence that a claim has in each other's place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from rag.claims.dates import dates
from rag.claims.figures import figures
from rag.claims.names import Name, runs
from rag.claims.words import Place, Said

NEXT = 2  # words on each side that tell the place of a name
BESIDE = 4  # the same of a figure
SWAPPED = 2  # words by which two fit better in each other's place than in their own
MISPLACED = 2  # words by which one fits better in another's place

_ALIKE = re.compile(
    r"\b(?:met|meets?|marr\w+|and|or|with|between|join\w*|shar\w+|equal\w*|like|as|same)\b|&",
    re.IGNORECASE,
)
_PASSIVE = re.compile(
    r"\b\w+(?:ed|en|wn|ung|ade|ld|ought|aught|ilt|ent|ost|eft|uck|hot) (?:\w+ )?by (?:[a-z]+ ){0,3}"
)
_MEASURE = re.compile(r"\d\s?\Z")  # 20 GB, US $499
_CURRENCY = re.compile(r"\s?[$€£¥]")
_ASIDE = re.compile(r"\s?\([^()]{0,200}\)|, ?[^,.;:]{1,120},(?! (?:and|or)\b)")


@dataclass(frozen=True, slots=True)
class Anchor:
    """Something that stands in one place of a text: a name or a figure.

    Attributes:
        keys: what it is known by: the words of a name, any of which may stand for it.
        aside: whether its place goes on after what is said of it in passing.
    """

    keys: frozenset[str]
    written: str
    place: Place
    said: Said
    aside: bool = False

    def own(self, some: Sequence[Anchor]) -> list[Anchor]:
        """Those of some that are the same."""
        return [one for one in some if one.keys & self.keys]

    def shared(self, some: Sequence[Anchor]) -> frozenset[str]:
        """What stands next to it, and in the same way next to the one of them most like it."""
        return max((self.place.shared(one.place) for one in some), key=len)


def swapped_names(claim: Said, evidence: Sequence[Said]) -> str | None:
    """Two names that stand the other way round: A sued B, and B sued A or A was sued by B."""
    theirs = [anchor for said in evidence for anchor in _names(said)]
    names = [one for one in _names(claim) if not one.aside]
    for one, other in combinations(names, 2):
        between = claim.text[one.place.end : other.place.start]
        if one.keys & other.keys or _ALIKE.search(between):
            continue
        mine, yours = one.own(theirs), other.own(theirs)
        if set(map(_is_passive, _between(mine, yours))) == {not _is_passive(between)}:
            mine, yours = yours, mine  # what A does is what B has done to it
        if mine and yours and _crossed(one, other, mine, yours):
            return f"{one.written} and {other.written} are the other way round in the evidence"
    return None


def _is_passive(between: str) -> bool:
    """Whether the second of two names is whom something is done by."""
    return any(found.end() == len(between) for found in _PASSIVE.finditer(between))


def _between(some: Sequence[Anchor], others: Sequence[Anchor]) -> Iterator[str]:
    """What stands between those of two names that are in one sentence."""
    for one in some:
        for other in others:
            if one.said is other.said and not one.aside and not other.aside:
                first, second = sorted((one.place, other.place), key=lambda place: place.start)
                yield one.said.text[first.end : second.start]


def _crossed(one: Anchor, other: Anchor, mine: Sequence[Anchor], yours: Sequence[Anchor]) -> bool:
    """Whether each stands where the evidence has the other, round the same verb."""
    first, second = one.shared(yours), other.shared(mine)
    straight = len(one.shared(mine)) + len(other.shared(yours))
    if not (first & second or min(len(first), len(second)) > 1):
        return False
    return len(first) + len(second) - straight >= SWAPPED


def misplaced_figure(claim: Said, evidence: Sequence[Said]) -> str | None:
    """A figure that the evidence has, but where the claim has it another one stands there."""
    return _misplaced(_figures(claim), [one for said in evidence for one in _figures(said)])


def misplaced_name(claim: Said, evidence: Sequence[Said]) -> str | None:
    """A name that the evidence has, but where the claim has it another one stands there."""
    if _PASSIVE.search(claim.text) and not any(_PASSIVE.search(one.text) for one in evidence):
        return None
    return _misplaced(_names(claim), [one for said in evidence for one in _names(said)])


def _misplaced(mine: Sequence[Anchor], theirs: Sequence[Anchor]) -> str | None:
    for one in mine:
        own = one.own(theirs)
        rest = [anchor for anchor in theirs if not anchor.keys & one.keys]
        if own and rest and len(one.shared(rest)) - len(one.shared(own)) >= MISPLACED:
            return f"{one.written} stands elsewhere in the evidence"
    return None


def _names(said: Said) -> list[Anchor]:
    found = []
    for run in runs(said.text):
        words = [name for name in run if not name.is_idle and not _measures(said.text, name)]
        if words:
            start, end = words[0].start, words[-1].end
            keys = frozenset(name.low for name in words)
            written = said.text[start:end]
            found.append(Anchor(keys, written, said.place(start, end, NEXT), said))
            if aside := _ASIDE.match(said.text, end):  # "Low, who led the party, resigned"
                found.append(
                    Anchor(keys, written, said.place(start, aside.end(), NEXT), said, True)
                )
    return found


def _measures(text: str, name: Name) -> bool:
    """Whether it is part of a figure."""
    before = text[max(0, name.start - 2) : name.start]
    return name.word.isupper() and bool(_MEASURE.search(before) or _CURRENCY.match(text, name.end))


def _figures(said: Said) -> list[Anchor]:
    days = [(date.start, date.end) for date in dates(said.text) if date.month]
    return [
        Anchor(
            frozenset([figure.form]),
            said.text[figure.start : figure.end],
            said.place(figure.start, figure.end, BESIDE),
            said,
        )
        for figure in figures(said.text)
        if not any(start <= figure.start < end for start, end in days)
    ]
