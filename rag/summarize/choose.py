"""Which sentences make a summary: those that say most of what matters in few words."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from rag.citation import Claim
from rag.errors import Cancelled
from rag.ground import check
from rag.summarize.candidates import Candidate, Place, concept_weights, concepts
from rag.summarize.lean import is_definite, leans
from rag.summarize.trim import DATE_LINE, Form

BACK = 2  # sentences taken along at most because one leans on them
COST = 0.6  # power of the words: 1 would favour the shortest sentences, 0 the longest
OWN = 0.3  # share of a sentence's own weight in its worth, beside what it adds
LEAST = 5  # concepts: what speaks of fewer says too little to be said alone
HEADLINE = 40  # words of a headline at most; fewer are better
POOL = 400  # candidates that are compared, or one for every four words wanted


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence in the form in which it is said."""

    candidate: Candidate
    form: Form

    @property
    def claim(self) -> Claim:
        """With its citation; where a shorter form doesn't hold, the sentence itself."""
        candidate, form = self.candidate, self.form
        if form.left_out:
            verdict = check(form.text, [candidate.text], candidate.article.date)
            if verdict.support == "supported":
                return Claim(form.text, verdict.support, (candidate.citation,))
        return Claim(candidate.text, "quoted", (candidate.citation,))


Way = tuple[Said, ...]
"""A way to say a sentence: alone, or after those that it leans on."""


def in_one(way: Way) -> Claim:
    """A sentence with those that it leans on, as one claim with the spans of all."""
    claims = [said.claim for said in way]
    if len(claims) == 1:
        return claims[0]
    citations = tuple(citation for claim in claims for citation in claim.citations)
    return Claim(" ".join(claim.text for claim in claims), "supported", citations)


def choose(
    some: Sequence[Candidate], words: int, stop: threading.Event | None = None
) -> list[Said]:
    """Sentences of about `words` words at most, in reading order; at least one.

    Each step takes what adds most: the concepts that are not yet said, by their weight, for as few
    words as possible (a budgeted cover, as in Lin and Bilmes, ACL 2011).

    Raises:
        Cancelled: `stop` was set.
    """
    pool = sorted(some, key=lambda one: (-one.weight, one.place))[: max(POOL, words // 4)]
    options = _options(pool)
    cover = _Cover(concept_weights(some))
    chosen: dict[Place, Said] = {}
    room = words
    while options:
        if stop and stop.is_set():
            raise Cancelled
        left: list[Way] = [new for new in (_new(way, chosen) for way in options) if new]
        fitting = [way for way in left if _words(way) <= room]
        if not fitting and not chosen:  # even the shortest is too long
            fitting = [min(left, key=_words)]
        best = max(fitting, key=cover.worth, default=None)
        if best is None or cover.worth(best) <= 0:
            break
        for said in best:
            chosen[said.candidate.place] = said
            room -= said.form.words
        cover.add(best)
    return [said for _, said in sorted(chosen.items())]


def headline(some: Sequence[Candidate]) -> list[Said]:
    """The one sentence that says most of what matters; none if there is nothing to say."""
    pool = sorted(some, key=lambda one: (-one.weight, one.place))[:POOL]
    cover = _Cover(concept_weights(some))
    single = [way for way in _options(pool) if len(way) == 1]
    # Where nothing stands alone, what matters most has to.
    single = single or [(Said(one, one.forms[0]),) for one in pool if one.fit]
    single = single or [(Said(one, one.forms[0]),) for one in pool]
    good = [way for way in single if _words(way) <= HEADLINE and not is_definite(way[0].form.text)]

    def worth(way: Way) -> float:
        return cover.worth(way) * way[0].candidate.weight ** 2

    best = max(good or single, key=worth, default=())
    return list(best) if best and cover.worth(best) > 0 else []


def _options(pool: Sequence[Candidate]) -> list[Way]:
    options = [way for one in pool for way in ways(one)]
    telling = [way for way in options if len(concepts(way[-1].form.text)) >= LEAST]
    # Where nobody knows who speaks, anybody may.
    return telling or options or [(Said(one, one.forms[0]),) for one in pool]


def ways(one: Candidate) -> Iterator[Way]:
    """The ways to say it that leave nothing dangling; none if there is no such way."""
    if not one.fit:
        return
    alone = [form for form in _shown(one) if not leans(form.text)]
    yield from ((Said(one, form),) for form in alone)
    chain = [one]
    while not alone and len(chain) <= BACK:
        before = chain[0].before
        if before is None or not before.fit:
            return
        if first := next((form for form in _shown(before) if not leans(form.text)), None):
            yield (Said(before, first), *(Said(later, _shown(later)[0]) for later in chain))
            return
        chain.insert(0, before)


def _shown(one: Candidate) -> Sequence[Form]:
    """Its forms; those with a date line only if there is no other."""
    return [form for form in one.forms if DATE_LINE in form.left_out] or one.forms


def _new(way: Way, chosen: Mapping[Place, Said]) -> Way:
    """What of it isn't said yet; nothing if it is said in whatever form."""
    if way[-1].candidate.place in chosen:
        return ()
    return tuple(said for said in way if said.candidate.place not in chosen)


def _words(way: Way) -> int:
    return sum(said.form.words for said in way)


class _Cover:
    """What is said already of what matters."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = weights
        self._total = sum(weights.values()) or 1.0
        self._said: set[str] = set()
        self._known: dict[str, Set[str]] = {}

    def add(self, way: Way) -> None:
        for said in way:
            self._said |= self._concepts(said.form.text)

    def worth(self, way: Way) -> float:
        """How much it adds for its words."""
        added = {concept for said in way for concept in self._concepts(said.form.text)}
        gain = sum(self._weights.get(one, 0.0) for one in added - self._said) / self._total
        own = way[-1].candidate.weight
        return gain * (OWN * own + 1 - OWN) / float(max(1, _words(way)) ** COST)

    def _concepts(self, text: str) -> Set[str]:
        if text not in self._known:
            self._known[text] = concepts(text)
        return self._known[text]
