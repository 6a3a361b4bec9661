"""A question to the passages and sentences that may answer it.

Dense vectors and full text each rank the passages; reciprocal rank fusion (Cormack, Clarke and
Büttcher, SIGIR 2009) joins the two lists; the sentences inside the best passages are then scored
by themselves, and a passage is worth as much as its best sentence and its place in the lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from rag import copies, fulltext
from rag.article import Article, Passage, Sentence
from rag.encode import Encoder, Recent, Vectors
from rag.errors import LibraryDamaged, NotFound
from rag.snapshot import Filter, Snapshot, StoredArticle
from rag.vectors import Index

POOL = 50  # passages taken from each list, or twice as many as are wanted
RRF = 60  # the constant of the paper
WORDS_WEIGHT = 0.015  # of a sentence's BM25 beside its cosine; from 0 to .03 all do as well
RANK_WEIGHT = 4.0  # of a passage's fused score (at most 2/61) beside its best sentence's


@dataclass(frozen=True, slots=True)
class Scores:
    """How a passage came to its place.

    Attributes:
        dense: cosine of passage and question, None if it wasn't among the best `POOL`.
        words: BM25 of passage and question, likewise.
        dense_rank, words_rank: places in the two lists, from 1.
        fused: sum of 1 / (60 + rank) over the lists.
        total: what the hits are sorted by.
    """

    dense: float | None
    dense_rank: int | None
    words: float | None
    words_rank: int | None
    fused: float
    total: float


@dataclass(frozen=True, slots=True)
class Match:
    """A sentence of a hit and how well it fits the question by itself.

    Attributes:
        number: place of the sentence in its article, from 0.
        score: cosine with the question plus a part of BM25 among the sentences looked at.
    """

    sentence: Sentence
    number: int
    cosine: float
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that may answer, with its sentences, best first.

    Attributes:
        copies: ids of other articles that say the same there, left out for that.
    """

    article: Article
    passage: Passage
    matches: tuple[Match, ...]
    scores: Scores
    copies: tuple[str, ...] = ()


@dataclass(slots=True)
class Found:
    """The outcome of a search.

    Attributes:
        generation: of the library that was searched.
        hits: best first.
        milliseconds: of each step.
        warnings: what went wrong on the way.
    """

    generation: int
    hits: list[Hit] = field(default_factory=list)
    milliseconds: dict[str, float] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def best_sentences(self) -> list[tuple[Hit, Match]]:
        """All sentences of the hits that may answer, best first, each once.

        Near-identical ones are dropped, and those that can't answer although they are near to any
        question about it: titles, and questions of an interview.
        """
        every = [(hit, match) for hit in self.hits for match in hit.matches]
        every.sort(key=lambda pair: -pair[1].score)
        chosen: list[tuple[Hit, Match]] = []
        seen: set[tuple[str, int]] = set()
        told: list[copies.Wording] = []
        for hit, match in every:
            place = (hit.article.id, match.number)
            text = match.sentence.quote(hit.article)
            wording = copies.Wording.of(text)
            if (
                place in seen
                or not _may_answer(text, hit.article)
                or any(copies.same(wording, other) for other in told)
            ):
                continue
            seen.add(place)
            told.append(wording)
            chosen.append((hit, match))
        return chosen


def _may_answer(text: str, article: Article) -> bool:
    return text != article.title and not text.rstrip("\"'\u2019\u201d\u00bb)").endswith("?")


def search(
    snapshot: Snapshot,
    index: Index,
    encoder: Encoder,
    question: str,
    *,
    k: int = 8,
    filter: Filter = Filter(),
    recent: Recent | None = None,
) -> Found:
    """The `k` passages that fit a question best, none of them a near-copy of another.

    Args:
        filter: which articles may be used.
        recent: what this encoder made of the sentences of earlier searches.
    """
    found = Found(snapshot.generation)
    clock = _Clock(found.milliseconds)
    query = encoder.encode_query(question)
    clock.lap("encode_ms")
    pool = max(POOL, 2 * k)
    admitted = snapshot.admitted(filter) if filter else None
    dense = index.search(query, pool, admitted)
    clock.lap("dense_ms")
    words = fulltext.words(question)
    affordable = fulltext.affordable(words, snapshot.document_frequency)
    text = snapshot.text_search(fulltext.match(affordable), pool, admitted) if affordable else []
    clock.lap("words_ms")
    candidates = _candidates(snapshot, dense, text, k, found)
    clock.lap("load_ms")
    _score_sentences(candidates, encoder, recent or Recent(), query, words, clock)
    best_first = sorted(candidates, key=lambda candidate: -candidate.total)
    found.hits = [candidate.hit() for candidate in best_first]
    clock.lap("rank_ms")
    return found


def _score_sentences(
    candidates: Sequence[_Candidate],
    encoder: Encoder,
    recent: Recent,
    query: Vectors,
    words: Sequence[str],
    clock: _Clock,
) -> None:
    """Gives each candidate its sentences with their scores, as if each stood under its title."""
    pairs = [(one, number) for one in candidates for number in one.sentence_numbers()]
    texts = [one.sentence(number).quote(one.article) for one, number in pairs]
    titled = [f"{one.article.title}. {text}" for (one, _), text in zip(pairs, texts, strict=True)]
    clock.lap("rank_ms")
    cosines = recent.encode(titled, encoder) @ query
    clock.lap("encode_ms")
    scores = cosines + WORDS_WEIGHT * np.array(fulltext.bm25(words, texts))
    for (one, number), cosine, score in zip(pairs, cosines, scores, strict=True):
        one.matches.append(Match(one.sentence(number), number, float(cosine), float(score)))


@dataclass(slots=True)
class _Candidate:
    """A passage on its way to becoming a hit."""

    stored: StoredArticle
    passage: Passage
    dense: tuple[int, float] | None  # rank and score
    words: tuple[int, float] | None
    fused: float
    wording: copies.Wording
    matches: list[Match] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)

    @property
    def article(self) -> Article:
        return self.stored.article

    @property
    def total(self) -> float:
        best = max((match.score for match in self.matches), default=0.0)
        return best + RANK_WEIGHT * self.fused

    def sentence_numbers(self) -> range:
        return range(self.passage.first, self.passage.last)

    def sentence(self, number: int) -> Sentence:
        return self.stored.sentences[number]

    def hit(self) -> Hit:
        dense_rank, dense = self.dense or (None, None)
        words_rank, words = self.words or (None, None)
        scores = Scores(dense, dense_rank, words, words_rank, self.fused, self.total)
        best_first = tuple(sorted(self.matches, key=lambda match: -match.score))
        return Hit(self.article, self.passage, best_first, scores, tuple(self.copies))


def _candidates(
    snapshot: Snapshot,
    dense: Sequence[tuple[int, float]],
    text: Sequence[tuple[int, float]],
    k: int,
    found: Found,
) -> list[_Candidate]:
    """The `k` best passages of the fused list, with their articles.

    Of passages that say the same the first stays, and knows of the others; those of damaged
    articles are left out with a warning.
    """
    by_dense = {key: (rank, score) for rank, (key, score) in enumerate(dense, 1)}
    by_words = {key: (rank, score) for rank, (key, score) in enumerate(text, 1)}
    fused = {
        key: sum(1 / (RRF + ranks[key][0]) for ranks in (by_dense, by_words) if key in ranks)
        for key in by_dense | by_words
    }
    passages = snapshot.passages(list(fused))
    articles: dict[str, StoredArticle | None] = {}
    candidates: list[_Candidate] = []
    for key in sorted(fused, key=lambda key: (-fused[key], key)):
        if len(candidates) == k:
            break
        passage = passages.get(key)
        if passage is None:
            found.warnings.append(f"passage {key} is damaged and left out; see `rag verify`")
            continue
        if passage.article not in articles:
            articles[passage.article] = _article(snapshot, passage.article, found)
        stored = articles[passage.article]
        if stored is None:
            continue
        wording = copies.Wording.of(passage.quote(stored.article))
        ranks = (by_dense.get(key), by_words.get(key))
        candidate = _Candidate(stored, passage, *ranks, fused[key], wording)
        if not _is_copy(candidate, candidates):
            candidates.append(candidate)
    return candidates


def _is_copy(candidate: _Candidate, others: Sequence[_Candidate]) -> bool:
    """Whether one of the others says the same; it is told so."""
    for other in others:
        if copies.same(candidate.wording, other.wording):
            id = candidate.article.id
            if id not in (other.article.id, *other.copies):
                other.copies.append(id)
            return True
    return False


def _article(snapshot: Snapshot, id: str, found: Found) -> StoredArticle | None:
    try:
        return snapshot.article(id)
    except (LibraryDamaged, NotFound) as error:  # not found: its id is damaged
        found.warnings.append(str(error))
        return None


class _Clock:
    """Adds up the milliseconds of named steps."""

    def __init__(self, milliseconds: dict[str, float]) -> None:
        self._milliseconds = milliseconds
        self._last = perf_counter()

    def lap(self, step: str) -> None:
        now = perf_counter()
        self._milliseconds[step] = self._milliseconds.get(step, 0.0) + 1000 * (now - self._last)
        self._last = now
