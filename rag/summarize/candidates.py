"""The sentences that a summary may be made of, and how much each matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from rag.article import Article, Sentence
from rag.citation import Citation
from rag.claims.figures import figures
from rag.claims.words import content
from rag.encode import Vectors
from rag.snapshot import StoredArticle
from rag.summarize.lean import OPENERS, is_first_person, open_quotes, unquoted
from rag.summarize.sift import kinds
from rag.summarize.trim import Form, forms

Place = tuple[int, int]
"""Where a sentence stands in reading order: number of its article, number in it."""

FIRST_PERSON = 0.25  # share of such sentences from which on an article is an interview or a letter
REPORT = (0.7, 0.15, 0.15)  # what its place, its nearness to the middle and to the title weigh
INTERVIEW = (0.3, 0.4, 0.3)  # the same where questions are asked: what matters comes anywhere
QUESTIONS = 0.08  # share of the sentences from which on it is an interview
FADING = 0.5  # power of the place: the fourth sentence has half the position of the first


@dataclass(eq=False, slots=True)
class Candidate:
    """A sentence that says something.

    Attributes:
        before: the sentence before it, if that says something too, in however few words.
        fit: whether it is known who speaks in it: it isn't the middle of somebody's words.
        weight: how much it matters in its article, from 0 to 1.
        vector: of unit length, shape (dimension,).
    """

    article: Article
    sentence: Sentence
    place: Place
    before: Candidate | None
    fit: bool
    weight: float
    vector: Vectors
    _forms: tuple[Form, ...] = field(default=())

    @property
    def text(self) -> str:
        return self.sentence.quote(self.article)

    @property
    def citation(self) -> Citation:
        return Citation.of(self.article, self.sentence)

    def weighing(self, weight: float) -> Candidate:
        """The same, mattering so much."""
        return replace(self, weight=weight)

    @property
    def forms(self) -> tuple[Form, ...]:
        """The sentence and its shorter forms."""
        if not self._forms:
            self._forms = tuple(
                forms(self.text, self.article.date, leads=leads(self.article, self.sentence))
            )
        return self._forms


def leads(article: Article, sentence: Sentence) -> bool:
    """Whether nothing stands before a sentence on its line."""
    line = article.text.rfind("\n", 0, sentence.start) + 1
    return not article.text[line : sentence.start].strip()


def candidates(
    stored: StoredArticle, number: int, vectors: Vectors, title: Vectors
) -> list[Candidate]:
    """What an article says, in reading order.

    Args:
        number: of the article.
        vectors: of all its sentences, shape (sentences, dimension).
        title: the vector of its title.
    """
    article, sentences = stored.article, stored.sentences
    of = kinds(article, sentences)
    telling = [n for n, kind in enumerate(of) if kind in ("said", "brief")]
    said = {n for n in telling if of[n] == "said"}
    if not said:
        telling = list(range(len(sentences)))
        said = set(telling)
    fit = dict(zip(telling, _fit(_lines(article, [sentences[n] for n in telling])), strict=True))
    shares = INTERVIEW if of.count("asked") >= QUESTIONS * len(of) else REPORT
    places = sorted(said)
    weights = dict(
        zip(places, _weights(vectors[places], title, [fit[n] for n in places], shares), strict=True)
    )
    made: dict[int, Candidate] = {}
    for n in telling:
        weight = float(weights.get(n, 0.0))
        made[n] = Candidate(
            article, sentences[n], (number, n), made.get(n - 1), fit[n], weight, vectors[n]
        )
    return [made[n] for n in places]


def _lines(article: Article, some: Sequence[Sentence]) -> list[list[str]]:
    """The texts of sentences, those of one line together."""
    lines: list[list[str]] = []
    end = 0
    for one in some:
        if not lines or "\n" in article.text[end : one.start]:
            lines.append([])
        lines[-1].append(one.quote(article))
        end = one.end
    return lines


def _fit(lines: Sequence[Sequence[str]]) -> list[bool]:
    """Which sentences of some lines have a speaker: the article, or somebody that they name."""
    personal = [[is_first_person(text) for text in line] for line in lines]
    interview = sum(map(sum, personal)) >= FIRST_PERSON * sum(map(len, lines))
    found: list[bool] = []
    goes_on = False
    for at, (line, firsts) in enumerate(zip(lines, personal, strict=True)):
        went_on, goes_on = goes_on, _goes_on(lines, at)
        # A mark that nothing closes is a mistake, and opens nothing.
        stray = bool(open_quotes(" ".join(line))) and not (went_on or goes_on)
        inside = False
        for text, first in zip(line, firsts, strict=True):
            opened = 0 if stray else open_quotes(text)
            quoted = len(unquoted(text).split()) < 2
            found.append(not (inside or opened or quoted or (first and not interview)))
            if opened:
                inside = opened > 0 and not inside
    return found


def _goes_on(lines: Sequence[Sequence[str]], at: int) -> bool:
    """Whether somebody speaks on in the next line: only the last of his paragraphs is closed."""
    following = lines[at + 1][0] if at + 1 < len(lines) else ""
    return open_quotes(" ".join(lines[at])) > 0 and following.startswith(OPENERS)


def _weights(
    vectors: Vectors, title: Vectors, fit: Sequence[bool], shares: tuple[float, float, float]
) -> Vectors:
    middle = vectors.mean(axis=0)
    central = _scaled(vectors @ (middle / (np.linalg.norm(middle) or 1.0)))
    titled = _scaled(vectors @ title)
    places = np.cumsum([0, *fit])[:-1]
    early = (1.0 + places) ** -FADING
    position, middling, titling = shares
    return np.asarray(position * early + middling * central + titling * titled, np.float32)


def _scaled(values: Vectors) -> Vectors:
    low, high = float(values.min()), float(values.max())
    return (values - low) / (high - low or 1.0)


def concepts(text: str) -> frozenset[str]:
    """What a text speaks of, as far as words tell: the stems of its content words, its figures."""
    return frozenset(
        {word.stem for word in content(text)} | {figure.form for figure in figures(text)}
    )


def concept_weights(some: Sequence[Candidate]) -> Mapping[str, float]:
    """How much it matters that a summary speaks of something: what the sentences that do weigh."""
    total: dict[str, float] = {}
    for one in some:
        for concept in concepts(one.text):
            total[concept] = total.get(concept, 0.0) + one.weight
    return total
