"""Which sentences answer a question, and whether any does: what a search found, read with it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.evidence import Evidence
from rag.locate import Located, Locator, Reading
from rag.search import Found, Hit, Match

SEARCH_WEIGHT = 8.0  # of a sentence's search score beside its log-odds of answering

_Place = tuple[str, int]
"""A sentence: its article's id and its number."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """A phrase that may be the answer: `evidence.text[start:end]`."""

    evidence: Evidence
    start: int
    end: int
    probability: float

    @property
    def text(self) -> str:
        return self.evidence.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Choice:
    """What of the articles may answer.

    Attributes:
        evidence: the sentences that were read, best first.
        none: the probability that no sentence answers.
        pointers: the likeliest phrases in them, best first.
    """

    evidence: tuple[Evidence, ...]
    none: float
    pointers: tuple[Pointer, ...]


def choose(question: str, found: Found, locator: Locator) -> Choice:
    """Reads the question with each passage that a search found."""
    matches = [sorted(hit.matches, key=lambda match: match.number) for hit in found.hits]
    readings = [_reading(hit, some) for hit, some in zip(found.hits, matches, strict=True)]
    located = locator.locate(question, readings)
    odds = _odds(found.hits, matches, located)
    every = ((hit, m, odds[hit.article.id, m.number]) for hit, m in found.best_sentences())
    best = [one for one in every if one[2] > -math.inf]  # else it wasn't read
    evidence = [
        Evidence(hit.article, match.sentence, match.number, one + SEARCH_WEIGHT * match.score)
        for hit, match, one in best
    ]
    evidence.sort(key=lambda one: -one.score)
    none = 1 / (1 + sum(math.exp(min(one, 50.0)) for _, _, one in best))
    pointers = tuple(_pointers(found.hits, matches, located, evidence))
    return Choice(tuple(evidence), none, pointers)


def _reading(hit: Hit, matches: Sequence[Match]) -> Reading:
    start = hit.passage.start
    places = tuple((m.sentence.start - start, m.sentence.end - start) for m in matches)
    return Reading(hit.article.title, hit.passage.quote(hit.article), places)


def _odds(
    hits: Sequence[Hit], matches: Sequence[Sequence[Match]], located: Located
) -> dict[_Place, float]:
    """The log-odds of each sentence; of one that is in several passages, the highest."""
    odds: dict[_Place, float] = {}
    for hit, some, values in zip(hits, matches, located.sentences, strict=True):
        for match, value in zip(some, values, strict=True):
            place = (hit.article.id, match.number)
            odds[place] = max(value, odds.get(place, -math.inf))
    return odds


def _pointers(
    hits: Sequence[Hit],
    matches: Sequence[Sequence[Match]],
    located: Located,
    evidence: Sequence[Evidence],
) -> Iterator[Pointer]:
    """The phrases in sentences that are left, each once."""
    known = {(one.article.id, one.number): one for one in evidence}
    seen: set[tuple[_Place, int, int]] = set()
    for phrase in located.phrases:
        hit, match = hits[phrase.reading], matches[phrase.reading][phrase.sentence]
        place = (hit.article.id, match.number)
        shift = hit.passage.start - match.sentence.start
        start, end = phrase.start + shift, phrase.end + shift
        if place in known and (place, start, end) not in seen:
            seen.add((place, start, end))
            yield Pointer(known[place], start, end, phrase.probability)
