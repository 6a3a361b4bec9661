"""Which sentences answer a question, and whether any does: what a search found, read with it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.evidence import Evidence, Place
from rag.locate import Located, Locator, Reading
from rag.named import elsewhere
from rag.question import wants_several
from rag.search import Found, Hit, Match

SEARCH_WEIGHT = 8.0  # of a sentence's search score beside its log-odds of answering
ISOLATED = 8  # of the best sentences are read once more, without what stands round them
UNENDED = 2.0  # off this where it has no full stop: a caption or a headline seldom answers
# Off the log-odds that none answers, where several facts or a reason are asked for: the networks
# were trained on questions that a phrase answers, and others seem less answered to them.
EASE = 2.0
# Off a sentence whose article has none of the names in the question: it is about something else.
ELSEWHERE = 6.0
_ENDED = re.compile(r"[.!?:;…][\"”’'»)\]]*\s*\Z")


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

    def overlaps(self, other: Pointer) -> bool:
        """Whether two phrases of one sentence share some of it."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Choice:
    """What of the articles may answer.

    Attributes:
        evidence: the sentences that were read, best first.
        none: the probability that no sentence answers.
        pointers: the likeliest phrases in them, best first.
        weighed: the likeliest of those in the best sentence, as a model weighs them; see
            `rag.reread`.
        parts: where the question has several, the sentence that answers each best, of those that
            one answers; see `rag.parts`.
        rivals: sentences of other articles that answer with another number; see `rag.rivals`.
        located: the sentences as the locator sees them, where a model has weighed them since.
        elsewhere: ids of the articles that hardly count, as they have none of the question's names.
    """

    evidence: tuple[Evidence, ...]
    none: float
    pointers: tuple[Pointer, ...]
    weighed: tuple[Pointer, ...] = ()
    parts: tuple[Evidence, ...] = ()
    rivals: tuple[Evidence, ...] = ()
    located: tuple[Evidence, ...] = ()
    elsewhere: frozenset[str] = frozenset()

    @property
    def ranked(self) -> list[Evidence]:
        """The sentences, each once: those that answer the parts, then the others, best first."""
        by_place = {one.place: one for one in (*self.parts, *self.evidence)}
        return list(by_place.values())


def choose(question: str, found: Found, locator: Locator) -> Choice:
    """Reads the question with each passage that a search found, then with the best sentences alone.

    Beside a sentence that answers others seem to, too, and beside one that nearly does: whether
    any answers is told by the sentences alone.
    """
    matches = [sorted(hit.matches, key=lambda match: match.number) for hit in found.hits]
    readings = [_reading(hit, some) for hit, some in zip(found.hits, matches, strict=True)]
    located = locator.locate(question, readings)
    odds = _odds(found.hits, matches, located)
    strange = elsewhere(question, found.hits)
    odds = {place: one - ELSEWHERE * (place[0] in strange) for place, one in odds.items()}
    every = ((hit, m, odds[hit.article.id, m.number]) for hit, m in found.best_sentences())
    # Else it wasn't read, or is a line of dashes.
    best = [one for one in every if one[2] > -math.inf and _says_anything(*one[:2])]
    evidence = [
        Evidence(hit.article, match.sentence, match.number, _score(hit, match, one))
        for hit, match, one in best
    ]
    evidence.sort(key=lambda one: -one.score)
    isolated = _isolated(question, evidence[:ISOLATED], locator)
    odds = {place: one - ELSEWHERE * (place[0] in strange) for place, one in isolated.items()}
    some = sum(math.exp(min(one, 50.0)) for one in odds.values())
    none = 1 / (1 + some * math.exp(EASE * wants_several(question)))
    pointers = tuple(_pointers(found.hits, matches, located, evidence))
    return Choice(tuple(evidence), none, pointers, elsewhere=strange)


def _isolated(question: str, evidence: Sequence[Evidence], locator: Locator) -> dict[Place, float]:
    """The log-odds of sentences that are read each without what stands round it."""
    readings = [Reading(one.article.title, one.text, ((0, len(one.text)),)) for one in evidence]
    located = locator.locate(question, readings)
    return {one.place: odds[0] for one, odds in zip(evidence, located.sentences, strict=True)}


def _score(hit: Hit, match: Match, odds: float) -> float:
    unended = not _ENDED.search(match.sentence.quote(hit.article))
    return odds + SEARCH_WEIGHT * match.score - UNENDED * unended


def _says_anything(hit: Hit, match: Match) -> bool:
    return any(map(str.isalnum, match.sentence.quote(hit.article)))


def _reading(hit: Hit, matches: Sequence[Match]) -> Reading:
    start = hit.passage.start
    places = tuple((m.sentence.start - start, m.sentence.end - start) for m in matches)
    return Reading(hit.article.title, hit.passage.quote(hit.article), places)


def _odds(
    hits: Sequence[Hit], matches: Sequence[Sequence[Match]], located: Located
) -> dict[Place, float]:
    """The log-odds of each sentence; of one that is in several passages, the highest."""
    odds: dict[Place, float] = {}
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
    known = {one.place: one for one in evidence}
    seen: set[tuple[Place, int, int]] = set()
    for phrase in located.phrases:
        hit, match = hits[phrase.reading], matches[phrase.reading][phrase.sentence]
        place = (hit.article.id, match.number)
        shift = hit.passage.start - match.sentence.start
        start, end = phrase.start + shift, phrase.end + shift
        if place in known and (place, start, end) not in seen:
            seen.add((place, start, end))
            yield Pointer(known[place], start, end, phrase.probability)
