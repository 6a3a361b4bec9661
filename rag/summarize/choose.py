"""Which sentences make a summary: those that say most of what matters in few words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from rag.answer import Claim
from rag.ground import check
from rag.summarize.candidates import Candidate, Place, concept_weights, concepts
from rag.summarize.lean import leans
from rag.summarize.trim import Form

BACK = 2  # sentences taken along at most because one leans on them
COST = 0.6  # power of the words: 1 would favour the shortest sentences, 0 the longest
OWN = 0.3  # share of a sentence's own weight in its worth, beside what it adds
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


def choose(some: Sequence[Candidate], words: int) -> list[Said]:
    """Sentences of about `words` words at most, in reading order; at least one.

    Each step takes what adds most: the concepts that are not yet said, by their weight, for as few
    words as possible (a budgeted cover, as in Lin and Bilmes, ACL 2011).
    """
    pool = sorted(some, key=lambda one: (-one.weight, one.place))[: max(POOL, words // 4)]
    options = [way for one in pool for way in ways(one)]
    if not options:  # nobody knows who speaks in any of them
        options = [(Said(one, one.forms[0]),) for one in pool]
    cover = _Cover(concept_weights(some))
    chosen: dict[Place, Said] = {}
    room = words
    while True:
        affordable = [_new(way, chosen) for way in options]
        best = max(
            (way for way in affordable if way and (_words(way) <= room or not chosen)),
            key=cover.worth,
            default=None,
        )
        if best is None or cover.worth(best) <= 0:
            break
        for said in best:
            chosen[said.candidate.place] = said
            room -= said.form.words
        cover.add(best)
    return [said for _, said in sorted(chosen.items())]


def ways(one: Candidate) -> Iterator[Way]:
    """The ways to say it that leave nothing dangling; none if there is no such way."""
    if not one.fit:
        return
    alone = [form for form in one.forms if not leans(form.text)]
    yield from ((Said(one, form),) for form in alone)
    chain = [one]
    while not alone and len(chain) <= BACK:
        before = chain[0].before
        if before is None or not before.fit:
            return
        if first := next((form for form in before.forms if not leans(form.text)), None):
            yield (Said(before, first), *(Said(later, later.forms[0]) for later in chain))
            return
        chain.insert(0, before)


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
