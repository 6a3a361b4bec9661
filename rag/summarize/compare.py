"""Articles on one event beside each other: what all say, what only one says, where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, groupby, islice

import numpy as np

from rag.citation import Claim, Source
from rag.claims.dates import Date, dates
from rag.claims.figures import Figure, agree, bound_start, figures
from rag.claims.words import WORD, Said, bare, stem
from rag.conversation.lexicon import AUXILIARIES
from rag.encode import Vectors
from rag.ground import check
from rag.summarize.candidates import Candidate
from rag.summarize.choose import ways
from rag.summarize.verbs import is_verb
from rag.summary import Comparison, Difference

EVENT = 0.7  # cosine of the middles of two articles from which on they are taken for one event
SAME = 0.6  # of two sentences, to be taken for saying the same
OTHER = 0.45  # below it, no sentence of another article says this
NEAR = 3  # words that two figures must have in common round them, to count the same things
MOST = 3  # sentences of each kind
EVENTS = 5  # compared at most
LARGEST = 10  # articles on one event that are compared; of more, the weightiest
ARTICLES = 1000  # looked at for events: it is quadratic in them


def compared(some: Sequence[Candidate], every: Sequence[Candidate]) -> Iterator[Comparison]:
    """The events that more than one article is on, at most `EVENTS` of them.

    Args:
        some: what is of interest, in reading order; also what several articles say alike.
        every: all that the articles say, which may say what only one seems to.
    """
    whole: dict[int, list[Candidate]] = {}
    for one in every:
        whole.setdefault(one.place[0], []).append(one)
    articles = [list(group) for _, group in groupby(some, key=_article)]
    found = (_comparison(event, whole) for event in _events(articles[:ARTICLES]))
    yield from islice((one for one in found if one.claims), EVENTS)


def _comparison(
    event: Sequence[list[Candidate]], whole: Mapping[int, list[Candidate]]
) -> Comparison:
    weightiest = sorted(event, key=lambda article: -sum(one.weight for one in article))[:LARGEST]
    articles = sorted(weightiest, key=lambda article: _article(article[0]))
    return Comparison(
        articles=tuple(Source.of(article[0].article) for article in articles),
        shared=tuple(islice(_shared(articles), MOST)),
        single=tuple(_single(articles, [whole[_article(article[0])] for article in event])),
        differing=tuple(islice(_differing(articles), MOST)),
        uncompared=len(event) - len(articles),
    )


def _article(one: Candidate) -> int:
    return one.place[0]


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
    for one in _best(first):
        same = [_nearest(one, other) for other in others]
        if all(near >= SAME and _says(m, one) for near, m in same):
            yield Claim(one.text, "quoted", (one.citation, *(m.citation for _, m in same)))


def _says(one: Candidate, other: Candidate) -> bool:
    """Whether a sentence says what another says, as far as a check of words can tell."""
    date = one.article.date if one.article.date == other.article.date else None
    return check(other.text, [one.text], date).support == "supported"


def _single(
    event: Sequence[Sequence[Candidate]], whole: Sequence[Sequence[Candidate]]
) -> Iterator[Claim]:
    """What matters in an article and no other has anything like it.

    Args:
        whole: all that each article on the event says, also those that aren't compared.
    """
    for article in event:
        others = [other for other in whole if _article(other[0]) != _article(article[0])]
        alone = (one for one in _best(article) if _is_alone(one, others))
        for one in islice(alone, MOST):
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
                said = tuple(_figure(x.text, f) for x, f in zip((a, b), pair, strict=True))
                if said not in seen:
                    seen.add(said)
                    claims = (Claim(x.text, "quoted", (x.citation,)) for x in (a, b))
                    yield Difference(said, tuple(claims))


def _differ(one: Candidate, other: Candidate) -> list[tuple[Figure, Figure]]:
    """Figures that count the same things, of which the same is told, and don't agree."""
    if not _may_be_one_day(one, other):
        return []
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
            if _may_be(a, b) or _may_be(b, a):
                continue
            counted = _counted(here, a) & _counted(there, b)
            counted = counted if _told(one.text, a) & _told(other.text, b) else frozenset()
            if counted and len(place.shared(there.place(b.start, b.end))) >= NEAR:
                found.append((a, b))
    return found


def _figure(text: str, figure: Figure) -> str:
    """With the words that bound it: "more than 10"."""
    return text[bound_start(text, figure.start) : figure.end]


def _may_be(least: Figure, figure: Figure) -> bool:
    """Whether a figure that is only bounded from below may be the other: more than 10 are 15."""
    if least.value is None or figure.value is None:
        return False
    return least.bound == "up" and figure.value >= least.value


def _counted(said: Said, figure: Figure) -> frozenset[str]:
    """What a figure counts: the words right behind it, and its unit."""
    behind = said.place(figure.start, figure.end, near=2).after
    return behind | {figure.unit} if figure.unit else behind


def _told(text: str, figure: Figure) -> frozenset[str]:
    """The stem of the verb next to a figure: "killed 12 people", "12 people were killed"."""
    before = [word[0] for word in WORD.finditer(text, 0, figure.start) if _tells(word[0])]
    after = (word[0] for word in WORD.finditer(text, figure.end) if _tells(word[0]))
    nearest = before[-1:] or list(islice(after, 1))
    return frozenset(stem(bare(word)) for word in nearest)


def _tells(word: str) -> bool:
    return is_verb(word) and bare(word) not in AUXILIARIES


def _may_be_one_day(one: Candidate, other: Candidate) -> bool:
    """Whether two sentences may tell of the same day: one of "the flood of 1931" doesn't."""
    mine, theirs = (_days(x) for x in (one, other))
    if mine and theirs and not any(a.fits(b) for a in mine for b in theirs):
        return False
    written = {x.article.date.year for x in (one, other) if x.article.date}
    years, others = ({day.year for day in some if day.year} for some in (mine, theirs))
    return not (years ^ others) - written


def _days(one: Candidate) -> list[Date]:
    return dates(one.text, one.article.date)


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
