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
from rag.encode import Encoder
from rag.errors import LibraryDamaged, NotFound
from rag.snapshot import Filter, Snapshot, StoredArticle
from rag.vectors import Index

POOL = 50  # passages taken from each list
READ = 6  # passages of the fused list whose sentences are scored; more cost time and find no more
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
    """The outcome of a search: hits, best first, the steps' milliseconds, and warnings."""

    hits: list[Hit] = field(default_factory=list)
    milliseconds: dict[str, float] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def best_sentences(self) -> list[tuple[Hit, Match]]:
        """All sentences of the hits, best first, each once; near-identical ones are dropped."""
        every = [(hit, match) for hit in self.hits for match in hit.matches]
        every.sort(key=lambda pair: -pair[1].score)
        chosen: list[tuple[Hit, Match]] = []
        seen: set[tuple[str, int]] = set()
        texts: list[frozenset[int]] = []
        for hit, match in every:
            place = (hit.article.id, match.number)
            runs = copies.runs(match.sentence.quote(hit.article))
            if place in seen or any(copies.same(runs, other) for other in texts):
                continue
            seen.add(place)
            texts.append(runs)
            chosen.append((hit, match))
        return chosen


def search(
    snapshot: Snapshot,
    index: Index,
    encoder: Encoder,
    question: str,
    *,
    k: int = 8,
    filter: Filter = Filter(),
) -> Found:
    """The `k` passages that fit a question best, none of them a near-copy of another.

    Args:
        filter: which articles may be used.
    """
    found = Found()
    clock = _Clock(found.milliseconds)
    query = encoder.encode_query(question)
    clock.lap("encode_ms")
    admitted = snapshot.admitted(filter) if filter else None
    dense = index.search(query, POOL, admitted)
    clock.lap("dense_ms")
    words = fulltext.words(question)
    affordable = fulltext.affordable(words, snapshot.document_frequency)
    text = snapshot.text_search(fulltext.match(affordable), POOL, admitted) if affordable else []
    clock.lap("words_ms")
    candidates = _candidates(snapshot, dense, text, found)
    clock.lap("load_ms")
    pairs = [
        (candidate, number) for candidate in candidates for number in candidate.sentence_numbers()
    ]
    texts = [candidate.sentence(number).quote(candidate.article) for candidate, number in pairs]
    titled = [f"{c.article.title}. {text}" for (c, _), text in zip(pairs, texts, strict=True)]
    clock.lap("load_ms")
    cosines = encoder.encode(titled) @ query if titled else np.zeros(0, np.float32)
    clock.lap("encode_ms")
    scores = cosines + WORDS_WEIGHT * np.array(fulltext.bm25(words, texts))
    for (candidate, number), cosine, score in zip(pairs, cosines, scores, strict=True):
        sentence = candidate.sentence(number)
        candidate.matches.append(Match(sentence, number, float(cosine), float(score)))
    found.hits = _without_copies(sorted(candidates, key=lambda c: -c.total))[:k]
    clock.lap("rank_ms")
    return found


@dataclass(slots=True)
class _Candidate:
    """A passage on its way to becoming a hit."""

    stored: StoredArticle
    passage: Passage
    dense: tuple[int, float] | None  # rank and score
    words: tuple[int, float] | None
    fused: float
    matches: list[Match] = field(default_factory=list)

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

    def hit(self, copies: Sequence[str]) -> Hit:
        dense_rank, dense = self.dense or (None, None)
        words_rank, words = self.words or (None, None)
        scores = Scores(dense, dense_rank, words, words_rank, self.fused, self.total)
        best_first = tuple(sorted(self.matches, key=lambda match: -match.score))
        return Hit(self.article, self.passage, best_first, scores, tuple(copies))


def _candidates(
    snapshot: Snapshot,
    dense: Sequence[tuple[int, float]],
    text: Sequence[tuple[int, float]],
    found: Found,
) -> list[_Candidate]:
    """The best passages of the fused list, with their articles; damaged articles are left out."""
    by_dense = {key: (rank, score) for rank, (key, score) in enumerate(dense, 1)}
    by_words = {key: (rank, score) for rank, (key, score) in enumerate(text, 1)}
    fused = {
        key: sum(1 / (RRF + ranks[key][0]) for ranks in (by_dense, by_words) if key in ranks)
        for key in by_dense | by_words
    }
    best = sorted(fused, key=lambda key: (-fused[key], key))[:READ]
    passages = snapshot.passages(best)
    articles: dict[str, StoredArticle | None] = {}
    candidates = []
    for key in best:
        passage = passages.get(key)
        if passage is None:
            found.warnings.append(f"passage {key} is damaged and left out; see `rag verify`")
            continue
        if passage.article not in articles:
            articles[passage.article] = _article(snapshot, passage.article, found)
        if stored := articles[passage.article]:
            candidates.append(
                _Candidate(stored, passage, by_dense.get(key), by_words.get(key), fused[key])
            )
    return candidates


def _article(snapshot: Snapshot, id: str, found: Found) -> StoredArticle | None:
    try:
        return snapshot.article(id)
    except (LibraryDamaged, NotFound) as error:  # not found: its id is damaged
        found.warnings.append(str(error))
        return None


def _without_copies(candidates: Sequence[_Candidate]) -> list[Hit]:
    """Hits, each with the articles whose passage says the same; of such a group the best stays."""
    groups: list[tuple[_Candidate, frozenset[int], list[str]]] = []
    for candidate in candidates:
        runs = copies.runs(candidate.passage.quote(candidate.article))
        original = next((group for group in groups if copies.same(runs, group[1])), None)
        if original is None:
            groups.append((candidate, runs, []))
        elif candidate.article.id not in (original[0].article.id, *original[2]):
            original[2].append(candidate.article.id)
    return [candidate.hit(others) for candidate, _, others in groups]


class _Clock:
    """Adds up the milliseconds of named steps."""

    def __init__(self, milliseconds: dict[str, float]) -> None:
        self._milliseconds = milliseconds
        self._last = perf_counter()

    def lap(self, step: str) -> None:
        now = perf_counter()
        self._milliseconds[step] = self._milliseconds.get(step, 0.0) + 1000 * (now - self._last)
        self._last = now
