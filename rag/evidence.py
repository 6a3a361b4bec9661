"""Numbered sentences for a prompt, within a budget of tokens, and lines back to claims."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

from rag.article import Article, Sentence
from rag.citation import Citation, Claim, Source
from rag.ground import check
from rag.lines import Line

Place = tuple[str, int]
"""A sentence: its article's id and its number."""

LONGEST = 600  # characters of a sentence that a model is shown; a citation always has all of it


class Numbered(Protocol):
    """What a model can be shown under a number: a text that belongs to an article."""

    @property
    def article(self) -> Article: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that can be put before a model and cited.

    Attributes:
        number: place of the sentence in its article.
        score: the higher, the likelier it is what is wanted.
    """

    article: Article
    sentence: Sentence
    number: int
    score: float

    @property
    def place(self) -> Place:
        return self.article.id, self.number

    @property
    def text(self) -> str:
        return self.sentence.quote(self.article)

    @property
    def citation(self) -> Citation:
        return Citation.of(self.article, self.sentence)


def in_reading_order(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Grouped by article, the article of the best sentence first, as they stand in the text."""
    best: dict[str, float] = {}
    for one in evidence:
        best[one.article.id] = max(best.get(one.article.id, one.score), one.score)
    return sorted(evidence, key=lambda e: (-best[e.article.id], e.article.id, e.number))


def written(evidence: Sequence[Numbered]) -> str:
    """Sentences as a model reads them: numbered from 1 under the line of their article."""
    blocks = []
    numbers = iter(range(1, len(evidence) + 1))
    for _, group in groupby(evidence, key=lambda one: one.article.id):
        some = list(group)
        sentences = [f"[{next(numbers)}] {_shown(one.text)}" for one in some]
        blocks.append("\n".join([_heading(some[0].article), *sentences]))
    return "\n\n".join(blocks)


def _heading(article: Article) -> str:
    source = Source.of(article)
    # Only a sentence begins with a bracket, whatever a publication calls itself.
    publication = source.publication.lstrip("[ ")
    return ", ".join(part for part in (publication, f'"{article.title}"', source.day) if part)


def _shown(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " …"


def fitting(
    evidence: Sequence[Evidence], fits: Callable[[Sequence[Evidence]], bool]
) -> list[Evidence]:
    """As many of the best as fit, in reading order; `evidence` is sorted, best first."""
    low, high = 0, len(evidence)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(in_reading_order(evidence[:middle])):
            low = middle
        else:
            high = middle - 1
    return in_reading_order(evidence[:low])


def claim(line: Line, evidence: Sequence[Evidence], asked: str = "") -> Claim | None:
    """A model's line as a claim, checked; its words are replaced by the quote if they don't hold.

    Args:
        evidence: by the numbers that the model saw, from 1.
        asked: the question, from which a claim may take its subject.
    """
    cited = [evidence[number - 1] for number in line.numbers if number > 0]
    if not cited:
        return None
    dates = {one.article.date for one in cited}
    date = dates.pop() if len(dates) == 1 else None
    texts = [one.text for one in cited]
    verdict = check(line.text, texts, date, asked) if line.text else None
    if verdict and verdict.support in ("supported", "partly"):
        citations = tuple(one.citation for one in cited)
        return Claim(line.text, verdict.support, citations, verdict.reason)
    best = max(cited, key=lambda one: one.score)
    return quoted(best, verdict.reason if verdict else "the model wrote nothing")


def quoted(evidence: Evidence, reason: str | None = None) -> Claim:
    """A claim that is the sentence itself."""
    return Claim(evidence.text, "quoted", (evidence.citation,), reason)
