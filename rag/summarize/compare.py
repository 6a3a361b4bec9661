"""Articles on one event beside each other: what all say, what only one says, where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, groupby

import numpy as np

from rag.citation import Claim, Source
from rag.claims.dates import dates
from rag.claims.figures import Figure, agree, figures
from rag.claims.words import Said
from rag.encode import Vectors
from rag.ground import check
from rag.summarize.candidates import Candidate
from rag.summarize.choose import ways
from rag.summary import Comparison, Difference

EVENT = 0.7  # cosine of the middles of two articles from which on they are taken for one event
SAME = 0.6  # of two sentences, to be taken for saying the same
OTHER = 0.45  # below it, no sentence of another article says this
NEAR = 3  # words that two figures must have in common round them, to count the same things
MOST = 3  # sentences of each kind
LARGEST = 10  # articles on one event; more are a topic
ARTICLES = 1000  # compared at most: it is quadratic in them


def compared(some: Sequence[Candidate]) -> Iterator[Comparison]:
    """The events that more than one article is on.

    Args:
        some: in reading order, what several articles say in the same words only once.
    """
    articles = [list(group) for _, group in groupby(some, key=lambda one: one.place[0])]
    for event in _events(articles[:ARTICLES]):
        if len(event) > LARGEST:
            continue
        shared = list(_shared(event))
        differing = list(_differing(event))
        single = list(_single(event))
        if shared or differing or single:
            sources = tuple(Source.of(article[0].article) for article in event)
            yield Comparison(sources, tuple(shared), tuple(single), tuple(differing))


def _events(articles: Sequence[list[Candidate]]) -> Iterator[list[list[Candidate]]]:
    """Articles that are near each other, each in one group: that of the first it is near to."""
    if len(articles) < 2:
        return
    middles = np.stack([_middle(article) for article in articles])
    near = middles @ middles.T >= EVENT
    left = list(range(len(articles)))
    while left:
        group = [at for at in left if near[left[0], at] or at == left[0]]
        left = [at for at in left if at not in group]
        if len(group) > 1:
            yield [articles[at] for at in group]


def _middle(article: Sequence[Candidate]) -> Vectors:
    weights = np.array([one.weight for one in article], np.float32)
    middle = weights @ np.stack([one.vector for one in article])
    return np.asarray(middle / (np.linalg.norm(middle) or 1.0))


def _shared(event: Sequence[Sequence[Candidate]]) -> Iterator[Claim]:
    """Sentences of the first article that each other article has a sentence for."""
    first, *others = event
    found = 0
    for one in _best(first):
        same = [_nearest(one, other) for other in others]
        if found < MOST and all(near >= SAME and _says(m, one) for near, m in same):
            found += 1
            yield Claim(one.text, "quoted", (one.citation, *(m.citation for _, m in same)))


def _says(one: Candidate, other: Candidate) -> bool:
    """Whether a sentence says what another says, as far as a check of words can tell."""
    date = one.article.date if one.article.date == other.article.date else None
    return check(other.text, [one.text], date).support in ("supported", "partly")


def _single(event: Sequence[Sequence[Candidate]]) -> Iterator[Claim]:
    """What matters in an article and no other has anything like it."""
    for number, article in enumerate(event):
        others = [other for at, other in enumerate(event) if at != number]
        alone = (one for one in _best(article) if _is_alone(one, others))
        for one, _ in zip(alone, range(MOST), strict=False):
            yield Claim(one.text, "quoted", (one.citation,))


def _is_alone(one: Candidate, others: Sequence[Sequence[Candidate]]) -> bool:
    return all(_nearest(one, other)[0] < OTHER for other in others)


def _differing(event: Sequence[Sequence[Candidate]]) -> Iterator[Difference]:
    seen: set[tuple[str, ...]] = set()
    for one, other in combinations(event, 2):
        near = np.stack([a.vector for a in one]) @ np.stack([b.vector for b in other]).T
        for at, place in np.argwhere(near >= SAME):
            a, b = one[at], other[place]
            for pair in _differ(a, b):
                said = tuple(x.text[f.start : f.end] for x, f in zip((a, b), pair, strict=True))
                if said not in seen:
                    seen.add(said)
                    claims = (Claim(x.text, "quoted", (x.citation,)) for x in (a, b))
                    yield Difference(said, tuple(claims))


def _differ(one: Candidate, other: Candidate) -> list[tuple[Figure, Figure]]:
    """Figures that count the same things and don't agree."""
    mine, theirs = _figures(one.text), _figures(other.text)
    here, there = Said(one.text), Said(other.text)
    found = []
    for a in mine:
        if any(agree(a, b) or agree(b, a) for b in theirs):
            continue
        place = here.place(a.start, a.end)
        for b in theirs:
            if a.unit != b.unit or any(agree(b, c) or agree(c, b) for c in mine):
                continue
            counted = _counted(here, a) & _counted(there, b)
            if counted and len(place.shared(there.place(b.start, b.end))) >= NEAR:
                found.append((a, b))
    return found


def _counted(said: Said, figure: Figure) -> frozenset[str]:
    """What a figure counts: the words right behind it, and its unit."""
    behind = said.place(figure.start, figure.end, near=2).after
    return behind | {figure.unit} if figure.unit else behind


def _figures(text: str) -> list[Figure]:
    """Those that count something."""
    dated = [(date.start, date.end) for date in dates(text)]
    return [
        one
        for one in figures(text)
        if not (one.year or one.rank or one.of or one.form == "1")
        and not any(a < one.end and one.start < b for a, b in dated)
    ]


def _best(article: Sequence[Candidate]) -> list[Candidate]:
    """Those that can be shown alone, the weightiest first."""
    some = [one for one in article if any(len(way) == 1 for way in ways(one))]
    return sorted(some, key=lambda one: (-one.weight, one.place))


def _nearest(one: Candidate, article: Sequence[Candidate]) -> tuple[float, Candidate]:
    cosines = np.stack([other.vector for other in article]) @ one.vector
    at = int(cosines.argmax())
    return float(cosines[at]), article[at]
