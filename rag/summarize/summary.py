"""From stored articles to a summary of a style and length."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from rag.answer import Trace
from rag.citation import Source
from rag.encode import Encoder, Vectors
from rag.errors import Cancelled
from rag.generate import Model
from rag.prompt import Template
from rag.search import Found
from rag.snapshot import StoredArticle
from rag.summarize.candidates import Candidate, candidates
from rag.summarize.choose import choose, headline
from rag.summarize.compare import compared
from rag.summarize.key_facts import key_facts
from rag.summarize.lengths import check_style, words_of
from rag.summarize.memory import Memory, sentence_vectors
from rag.summarize.once import once
from rag.summarize.timeline import timeline
from rag.summarize.write import write
from rag.summary import Style, Summary

ABOUT = 0.25  # cosine with the topic from which on a sentence concerns it
COPIED = 0.8  # share of an article's sentences that others had before, which makes it a copy

SEARCHED = 50  # passages that a search for articles to summarise gives; many are of one article
RELEVANT = 0.5  # share of the best sentence's score below which an article only has words in common

Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What is wanted.

    Attributes:
        words: about so many, never much more.
        headline: one sentence, and only one.
        about: only what concerns this topic.
        report: called with how many of how many sentences are read.
        stop: ends it at once when it is set.
    """

    words: int
    headline: bool = False
    style: Style = "prose"
    about: str | None = None
    report: Report | None = None
    stop: threading.Event | None = None

    @classmethod
    def of(
        cls,
        length: str | int,
        style: Style,
        about: str | None,
        report: Report | None,
        stop: threading.Event | None,
    ) -> Request:
        """As a user says it.

        Raises:
            UsageError: the length or the style isn't one.
        """
        check_style(style)
        return cls(words_of(length), length == "headline", style, about, report, stop)

    @property
    def worded(self) -> bool:
        """Whether a model may word it: tables and timelines are quoted in any case."""
        return self.style in ("prose", "bullets")


def summarize(
    stored: Sequence[StoredArticle],
    encoder: Encoder,
    model: Model | None,
    template: Template,
    trace: Trace,
    memory: Memory,
    request: Request,
) -> Summary:
    """A summary of some articles.

    Args:
        model: words it; without one it is in the articles' own words.

    Raises:
        Cancelled: `request.stop` was set.
    """
    total = sum(len(one.sentences) for one in stored)
    # A model that words it takes far longer than reading does, so its progress is told instead.
    every = list(_read(stored, encoder, memory, request, None if model else request.report))
    own = once(every)
    concerning = _concerning(every, encoder, request.about)
    new = {one.place for one in own}
    some = [one for one in concerning if one.place in new]
    summary = Summary(
        articles=tuple(Source.of(one.article) for one in stored),
        claims=(),
        abstained=True,
        read=total,
        sentences=total,
        trace=trace,
        style=request.style,
        copies=tuple(_copies(stored, every, own)),
    )
    if request.style == "timeline":
        events = timeline(some, request.words)
        return replace(
            summary,
            claims=tuple(one.claim for one in events),
            events=tuple(events),
            abstained=not events,
        )
    if request.style == "key-facts":
        facts = key_facts(some)
        return replace(
            summary,
            claims=tuple(one.claim for one in facts),
            facts=tuple(facts),
            abstained=not facts,
        )
    if model is None:
        said = headline(some) if request.headline else choose(some, request.words, request.stop)
        claims = [one.claim for one in said]
    else:
        claims = write(
            *(some, request.words, model, template, trace, memory),
            headline=request.headline,
            about=request.about,
            report=_scaled(request.report, total),
            stop=request.stop,
        )
    return replace(
        summary,
        claims=tuple(claims),
        abstained=not claims,
        comparisons=()
        if request.headline or len(stored) < 2
        else tuple(compared(concerning, every)),
    )


def articles_found(found: Found) -> list[str]:
    """Ids of the articles that a search finds, best first, without those that hardly fit."""
    scores = [max((match.score for match in hit.matches), default=0.0) for hit in found.hits]
    least = RELEVANT * max(scores, default=0.0)
    fitting = (hit for hit, score in zip(found.hits, scores, strict=True) if score >= least)
    return list(dict.fromkeys(hit.article.id for hit in fitting))


def _scaled(report: Report | None, total: int) -> Report | None:
    """Tells of all sentences, where what is counted are those that say something."""
    return report and (lambda read, parts: report(total * read // parts, total))


def _read(
    stored: Sequence[StoredArticle],
    encoder: Encoder,
    memory: Memory,
    request: Request,
    report: Report | None,
) -> Iterator[Candidate]:
    """What all articles say; each block of sentences is kept in memory when it is read."""
    total = sum(len(one.sentences) for one in stored)
    read = 0

    def advance(sentences: int) -> None:
        nonlocal read
        read += sentences
        if report and sentences:
            report(read, total)
        if read < total and request.stop and request.stop.is_set():
            raise Cancelled

    advance(0)
    for number, one in enumerate(stored):
        if one.sentences:
            vectors = sentence_vectors(one, encoder, memory, advance)
            yield from candidates(one, number, vectors[1:], vectors[0])


def _concerning(every: Sequence[Candidate], encoder: Encoder, about: str | None) -> list[Candidate]:
    """What concerns a topic, the nearer the weightier; all of it without one."""
    if about is None:
        return list(every)
    topic: Vectors = encoder.encode_query(about)
    found: list[Candidate] = []
    for one in every:
        near = float(one.vector @ topic)
        if near >= ABOUT:
            found.append(one.weighing(near))
    return found


def _copies(
    stored: Sequence[StoredArticle], every: Sequence[Candidate], once_said: Sequence[Candidate]
) -> Iterator[Source]:
    """The articles that say little but what others before them say in the same words."""
    if len(stored) < 2:
        return
    own = Counter(one.place[0] for one in once_said)
    said = Counter(one.place[0] for one in every)
    for number, one in enumerate(stored):
        if said[number] and own[number] <= (1 - COPIED) * said[number]:
            yield Source.of(one.article)
