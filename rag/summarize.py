"""Article(s) -> groups of sentences -> generate -> ground -> Summary.

Every sentence is read. A group of neighbouring sentences is condensed to a few statements, each
resting on some of them; statements are condensed again, groups of them at a time, until they are
few enough. A statement made from others carries their citations along: nothing is cited anew.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, get_args

import numpy as np

from rag import copies
from rag.answer import Citation, Claim, Source, Summary, Support, Trace
from rag.article import Article
from rag.ask import record
from rag.encode import Encoder, Vectors
from rag.errors import UsageError
from rag.evidence import written
from rag.generate import Model, Usage
from rag.ground import check
from rag.lines import Rules, parse
from rag.prompt import Prompt, Template
from rag.snapshot import StoredArticle

Length = Literal["headline", "short", "long"]
WORDS: dict[Length, int] = {"headline": 25, "short": 80, "long": 250}
WORDS_A_LINE = 22  # what a sentence of a summary comes to
GROUP_TOKENS = 700  # of the prompt of one group: a small model loses the thread in more
LINE_TOKENS = 60
SHORTEST = 5  # words: what has fewer is a heading, a date line or a caption
EARLY = 0.15  # what the first sentence of an article is worth beside a cosine; news says it first
ABOUT = 0.25  # cosine with the topic from which on a sentence concerns it
CITATIONS = 4  # of one statement

Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of an article, or what a model made of some; in both cases with its spans.

    Attributes:
        place: where it belongs in reading order: number of the article, number of the sentence.
        score: how much it matters.
    """

    article: Article
    text: str
    support: Support
    citations: tuple[Citation, ...]
    place: tuple[int, int]
    score: float

    @property
    def claim(self) -> Claim:
        return Claim(self.text, self.support, self.citations)

    @property
    def words(self) -> int:
        return len(self.text.split())


def words_of(length: str | int) -> int:
    """The number of words that a length stands for.

    Raises:
        UsageError: it isn't one.
    """
    if length in WORDS:
        return WORDS[length]
    try:
        words = int(length)
    except ValueError:
        words = 0
    if words < 1:
        names = ", ".join(get_args(Length))
        raise UsageError("not a length", where=str(length), remedy=f"{names}, or a number of words")
    return words


def summarize(
    stored: Sequence[StoredArticle],
    encoder: Encoder,
    model: Model,
    template: Template,
    trace: Trace,
    *,
    words: int,
    about: str | None = None,
    report: Report | None = None,
    stop: threading.Event | None = None,
) -> Summary:
    """A summary of about `words` words, never much longer.

    Args:
        about: only what concerns this topic.
        report: called with how many of how many sentences are read.
        stop: ends it at once when it is set.

    Raises:
        Cancelled: `stop` was set.
    """
    trace.model = model.fingerprint
    writer = _Writer(model, template, trace, about, stop)
    statements = _statements(stored, encoder, about)
    total = sum(len(one.sentences) for one in stored)
    lines = max(1, round(words / WORDS_A_LINE))
    condensed: list[Statement] = []
    read = 0
    for group in writer.groups(statements):
        condensed += writer.condense(group, _share(lines, len(group), len(statements)))
        read += len(group)
        if report:
            report(total * read // len(statements), total)
    while len(condensed) > 2 * lines:
        shorter = [
            one
            for group in writer.groups(condensed)
            for one in writer.condense(group, max(1, len(group) // 2))
        ]
        if len(shorter) >= len(condensed):
            break
        condensed = shorter
    chosen = _within(_distinct(condensed), words)
    sources = tuple(Source.of(one.article) for one in stored)
    claims = tuple(one.claim for one in chosen)
    return Summary(sources, claims, not claims, total, total, trace)


def _share(lines: int, part: int, whole: int) -> int:
    """How many statements a group gives: twice its share, so that there is a choice."""
    return max(1, min(4, math.ceil(2 * lines * part / whole)))


def _statements(
    stored: Sequence[StoredArticle], encoder: Encoder, about: str | None
) -> list[Statement]:
    """All sentences that say something, scored, in reading order; of near-copies the first."""
    found: list[Statement] = []
    topic = encoder.encode_query(about) if about else None
    for at, one in enumerate(stored):
        texts = [sentence.quote(one.article) for sentence in one.sentences]
        numbers = [n for n, text in enumerate(texts) if len(text.split()) >= SHORTEST]
        numbers = numbers or list(range(len(texts)))
        vectors = encoder.encode([texts[n] for n in numbers])
        for n, score in zip(numbers, _scores(vectors, topic), strict=True):
            citation = Citation.of(one.article, one.sentences[n])
            found.append(
                Statement(one.article, texts[n], "quoted", (citation,), (at, n), float(score))
            )
    concerned = [one for one in found if topic is None or one.score >= ABOUT]
    return _distinct(concerned)


def _scores(vectors: Vectors, topic: Vectors | None) -> Vectors:
    """Nearness to the topic; without one, to the middle of the article, and to its beginning."""
    if topic is not None:
        return np.asarray(vectors @ topic)
    middle = vectors.mean(axis=0)
    middle /= np.linalg.norm(middle) or 1.0
    return np.asarray(vectors @ middle + EARLY / np.sqrt(np.arange(1, len(vectors) + 1)))


def _distinct(statements: Sequence[Statement]) -> list[Statement]:
    """Those that say something which none before them says."""
    chosen: list[Statement] = []
    known: list[frozenset[int]] = []  # their runs of words
    having: dict[int, list[int]] = {}  # by run, the places of those that have it
    for one in statements:
        runs = copies.runs(one.text)
        sharing = {at for run in runs for at in having.get(run, ())}
        if not runs or any(
            copies.resemblance(runs, known[at]) >= copies.COPY and _says(chosen[at], one)
            for at in sharing
        ):
            continue
        for run in runs:
            having.setdefault(run, []).append(len(chosen))
        chosen.append(one)
        known.append(runs)
    return chosen


def _says(one: Statement, other: Statement) -> bool:
    """Whether one has the numbers and names of the other: two counts of the dead are no copies."""
    return check(other.text, [one.text]).support != "unsupported"


def _within(statements: Sequence[Statement], words: int) -> list[Statement]:
    """The statements that matter most, within a number of words, in reading order; at least one."""
    chosen: list[Statement] = []
    room = words
    for one in sorted(statements, key=lambda one: (-one.score, one.place)):
        if not chosen or one.words <= room:
            chosen.append(one)
            room -= one.words
    return sorted(chosen, key=lambda one: one.place)


class _Writer:
    """Puts groups of statements before the model, and makes statements of what it writes."""

    def __init__(
        self,
        model: Model,
        template: Template,
        trace: Trace,
        about: str | None,
        stop: threading.Event | None,
    ) -> None:
        self._model = model
        self._template = template
        self._trace = trace
        self._about = about
        self._stop = stop

    def groups(self, statements: Sequence[Statement]) -> Iterator[list[Statement]]:
        """Neighbours that fit a prompt together; articles aren't mixed unless they are many."""
        articles = {one.place[0] for one in statements}
        several = len(articles) > len(statements) / 2
        room = min(GROUP_TOKENS, self._model.context - 4 * LINE_TOKENS)
        room -= self._model.count_tokens(self._prompt([], 4))
        for _, some in groupby(statements, key=lambda one: 0 if several else one.place[0]):
            yield from self._packed(list(some), room)

    def _packed(self, some: Sequence[Statement], room: int) -> Iterator[list[Statement]]:
        group: list[Statement] = []
        used = 0
        for one in some:
            # The line of its article and its number come with it.
            cost = self._cost(one) + 12
            if group and used + cost > room:
                yield group
                group, used = [], 0
            group.append(one)
            used += cost
        if group:
            yield group

    def _cost(self, one: Statement) -> int:
        alone = self._model.count_tokens(self._prompt([one], 4))
        return alone - self._model.count_tokens(self._prompt([], 4))

    def _prompt(self, group: Sequence[Statement], lines: int) -> Prompt:
        task = f"The most important in {lines} lines."
        if self._about:
            task = f"The most important about {self._about} in {lines} lines."
        return self._model.chat.render(self._template.turns(sentences=written(group), task=task))

    def condense(self, group: Sequence[Statement], lines: int) -> list[Statement]:
        """At most `lines` statements for those of a group, in reading order.

        Where the model's words don't hold, the statements that matter most stand for themselves.
        """
        if len(group) <= lines:
            return list(group)
        made: dict[str, Statement] = {}
        for raw in self._written(group, lines).split("\n"):
            if one := _grounded(raw, group):
                made.setdefault(one.text, one)
        covered = {citation.span for one in made.values() for citation in one.citations}
        for one in sorted(group, key=lambda one: (-one.score, one.place)):
            if len(made) >= lines:
                break
            if not covered.intersection(citation.span for citation in one.citations):
                made.setdefault(one.text, one)
        return sorted(made.values(), key=lambda one: one.place)

    def _written(self, group: Sequence[Statement], lines: int) -> str:
        usage = Usage()
        rules = Rules(len(group), lines, refusal=False)
        stream = self._model.generate(
            self._prompt(group, lines),
            limit=LINE_TOKENS * lines,
            allow=rules.allow,
            stop=self._stop,
            usage=usage,
        )
        text = "".join(stream)
        record(usage, self._trace)
        self._trace.raw += f"{text}\n"
        return text


def _grounded(raw: str, group: Sequence[Statement]) -> Statement | None:
    """A model's line as a statement with the citations of those it names, if its words hold."""
    line = parse(raw, len(group))
    if line is None or not line.text:
        return None
    named = [group[number - 1] for number in line.numbers if number > 0]
    citations = tuple(dict.fromkeys(citation for one in named for citation in one.citations))
    if not citations or len(citations) > CITATIONS:
        return None
    first = min(named, key=lambda one: one.place)
    quotes = [citation.quote for citation in citations]
    verdict = check(line.text, quotes, first.article.date, first.article.title)
    if verdict.support not in ("supported", "partly"):
        return None
    score = max(one.score for one in named)
    return Statement(first.article, line.text, verdict.support, citations, first.place, score)
