"""The words of a larger model: groups of sentences -> generate -> ground -> statements.

Every sentence is read. A group of neighbouring sentences is condensed to a few statements, each
resting on some of them; statements are condensed again, groups of them at a time, until they are
few enough. A statement made from others carries their citations along: nothing is cited anew.
"""

from __future__ import annotations

import hashlib
import math
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from rag.answer import Trace
from rag.article import Article
from rag.ask import record
from rag.citation import Citation, Claim, Support
from rag.errors import Cancelled
from rag.evidence import written
from rag.generate import Model, Usage
from rag.ground import check
from rag.lines import Rules, parse
from rag.prompt import Prompt, Template
from rag.summarize.candidates import Candidate
from rag.summarize.choose import choose, in_one, ways
from rag.summarize.choose import headline as best
from rag.summarize.lean import leans
from rag.summarize.memory import Memory
from rag.summarize.once import once
from rag.summarize.sift import SHORTEST

WORDS_A_LINE = 22  # what a sentence of a summary comes to
GROUP_TOKENS = 700  # of the prompt of one group: a small model loses the thread in more
LINE_TOKENS = 60
CITATIONS = 4  # of one statement


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

    @classmethod
    def of(cls, one: Candidate) -> Statement:
        return cls(one.article, one.text, "quoted", (one.citation,), one.place, one.weight)

    @property
    def claim(self) -> Claim:
        return Claim(self.text, self.support, self.citations)

    @property
    def words(self) -> int:
        return len(self.text.split())


def write(
    some: Sequence[Candidate],
    words: int,
    model: Model,
    template: Template,
    trace: Trace,
    memory: Memory,
    *,
    headline: bool = False,
    about: str | None = None,
    report: Callable[[int, int], None] | None = None,
    stop: threading.Event | None = None,
) -> list[Claim]:
    """Claims of about `words` words in the model's words, never much longer, in reading order.

    Args:
        headline: one statement, and only one.
        report: called with how many of how many sentences the model has read.

    Raises:
        Cancelled: `stop` was set.
    """
    trace.model = model.fingerprint
    writer = _Writer(model, template, trace, memory, about, stop)
    statements = [Statement.of(one) for one in some]
    lines = max(1, round(words / WORDS_A_LINE))
    condensed: list[Statement] = []
    read = 0
    for group in writer.groups(statements):
        condensed += writer.condense(group, _share(lines, len(group), len(statements)))
        read += len(group)
        if report:
            report(read, len(statements))
    while len(condensed) > 2 * lines:
        shorter = [
            one
            for group in writer.groups(condensed)
            for one in writer.condense(group, max(1, len(group) // 2))
        ]
        if len(shorter) >= len(condensed):
            break
        condensed = shorter
    known = once(condensed)
    if headline:
        written = [one for one in known if one.support == "supported"]
        if written:
            return [max(written, key=lambda one: one.score).claim]
        return [said.claim for said in best(some)]
    standing = list(_standing(known, some))
    if not standing:  # all that matters leans: then as without a model
        return [said.claim for said in choose(some, words, stop)]
    return [one.claim for one in _within(standing, words)]


def _standing(statements: Sequence[Statement], some: Sequence[Candidate]) -> Iterator[Statement]:
    """The statements; a quote that leans together with what it leans on, or not at all."""
    candidates = {one.place: one for one in some}
    leaning = [one.place for one in statements if one.support == "quoted" and leans(one.text)]
    found = {place: next(ways(candidates[place]), None) for place in leaning}
    before = {said.candidate.place for way in found.values() if way for said in way[:-1]}
    for one in statements:
        if one.support != "quoted":
            yield one
        elif one.place in before:
            continue  # it is said with what leans on it
        elif one.place not in found:
            yield one
        elif (way := found[one.place]) and all(_is_new(said.candidate, candidates) for said in way):
            claim = in_one(way)
            yield replace(one, text=claim.text, support=claim.support, citations=claim.citations)


def _is_new(one: Candidate, candidates: Mapping[tuple[int, int], Candidate]) -> bool:
    """Whether nothing before it says the same; what is brief is no candidate in any case."""
    return one.place in candidates or len(one.text.split()) < SHORTEST


def _share(lines: int, part: int, whole: int) -> int:
    """How many statements a group gives: twice its share, so that there is a choice."""
    return max(1, min(4, math.ceil(2 * lines * part / whole)))


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
        memory: Memory,
        about: str | None,
        stop: threading.Event | None,
    ) -> None:
        self._model = model
        self._template = template
        self._trace = trace
        self._memory = memory
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
        """What the model writes, which is the same whenever it is asked the same."""
        if self._stop and self._stop.is_set():
            raise Cancelled
        prompt = self._prompt(group, lines)
        asked = "\0".join([*(part.text for part in prompt), self._model.fingerprint, str(lines)])
        key = f"written {hashlib.sha256(asked.encode()).hexdigest()}"
        if (known := self._memory.get(key)) is not None:
            text = known.decode()
        else:
            text = self._generated(prompt, len(group), lines)
            self._memory.keep(key, text.encode())
        self._trace.raw += f"{text}\n"
        return text

    def _generated(self, prompt: Prompt, sentences: int, lines: int) -> str:
        usage = Usage()
        rules = Rules(sentences, lines, refusal=False)
        stream = self._model.generate(
            prompt, limit=LINE_TOKENS * lines, allow=rules.allow, stop=self._stop, usage=usage
        )
        text = "".join(stream)
        record(usage, self._trace)
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
    dates = {citation.article.date for citation in citations}
    date = dates.pop() if len(dates) == 1 else None
    quotes = [citation.quote for citation in citations]
    verdict = check(line.text, quotes, date, first.article.title)
    # What leans could lose what it leans on when the best statements are chosen.
    if verdict.support != "supported" or leans(line.text):
        return None
    score = max(one.score for one in named)
    return Statement(first.article, line.text, "supported", citations, first.place, score)
