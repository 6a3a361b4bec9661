"""Questions as people type them about articles that were written for this training.

A file has an article and what is asked about it:

    # Headline

    A paragraph.

    ## Questions
    q: price of the new ferry engine
    s: She said that a new one
    a: 40,000 crowns
    q: how old is ada park
    n: she is named without her age

`s:` are the first words of the sentence that answers, more than one where several do; `a:` the
answer as it stands there, empty where no phrase is one; `n:` why the article doesn't answer it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.add import PASSAGE_TOKENS
from rag.article import Article
from rag.encode import Encoder
from rag.split import passages, sentences
from training.examples import TYPED, Corpus, Example, Span, Text, add_hard

NEAR = 4  # passages of other articles that stand beside a question's own
MOST = 8  # passages of an article
NAMING = 4  # letters of a word that may name what a question is about


@dataclass(frozen=True)
class Asked:
    """A question, how the sentences that answer it begin, and the phrase that does."""

    question: str
    begins: tuple[str, ...]
    answer: str


def typed(folder: Path, encoder: Encoder) -> Corpus:
    """The articles of a folder's text files, cut into passages as a library cuts them."""
    corpus = Corpus(TYPED, [], [])
    for path in sorted(folder.rglob("*.txt")):
        try:
            title, text, asked = parsed(path.read_text("utf-8"))
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error
        article = Article.of(text, title=title)
        own = list(_passages(article, encoder))
        nearest = _nearest([one.question for one in asked], own, encoder)
        corpus.examples += [
            _example(one, own, place, len(corpus.texts))
            for one, place in zip(asked, nearest, strict=True)
        ]
        corpus.texts += own
    add_hard(corpus, encoder)
    for example in corpus.examples:
        heading = corpus.texts[example.paragraph].heading
        strange = [n for n in example.hard if corpus.texts[n].heading != heading]
        example.hard = [*_siblings(example, corpus), *strange[:NEAR]]
    return corpus


def _siblings(example: Example, corpus: Corpus) -> Iterator[int]:
    """The other passages of its article, but for those in which an answer's words stand."""
    own = corpus.texts[example.paragraph]
    forms = [own.text[a:b].casefold() for a, b in example.answers]
    for place in range(max(0, example.paragraph - MOST), example.paragraph + MOST + 1):
        text = corpus.texts[place] if place < len(corpus.texts) else None
        if place == example.paragraph or text is None or text.heading != own.heading:
            continue
        if not any(form in text.text.casefold() for form in forms):
            yield place


def strangers(example: Example, corpus: Corpus) -> list[Text]:
    """Passages of other articles that can't be what a question is about: it has a word of its own
    article that they lack. What is asked of no article in particular they might answer."""
    own = corpus.texts[example.paragraph]
    named = _words(example.question) & _words(f"{own.heading} {own.text}")
    others = [corpus.texts[n] for n in example.hard if corpus.texts[n].heading != own.heading]
    return [one for one in others if named - _words(f"{one.heading} {one.text}")]


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.casefold()) if len(word) >= NAMING}


def parsed(file: str) -> tuple[str, str, list[Asked]]:
    """Headline, text (a line a paragraph) and questions of a file."""
    head, _, below = file.partition("\n## Questions")
    title, _, body = head.strip().partition("\n")
    paragraphs = [" ".join(one.split()) for one in re.split(r"\n\s*\n", body) if one.strip()]
    return title.removeprefix("# ").strip(), "\n".join(paragraphs), list(_questions(below))


def _questions(lines: str) -> Iterator[Asked]:
    for block in re.split(r"^q:", lines, flags=re.MULTILINE)[1:]:
        question, _, rest = block.partition("\n")
        told: dict[str, list[str]] = {"s": [], "a": [], "n": []}
        for key, words in re.findall(r"^([san]):[ \t]*(.*)$", rest, re.MULTILINE):
            told[key].append(" ".join(words.split()))
        if bool(told["s"]) == bool(told["n"]):
            raise ValueError(f"{question.strip()}: needs either s: or n:")
        yield Asked(question.strip(), tuple(told["s"]), "".join(told["a"]))


def _passages(article: Article, encoder: Encoder) -> Iterator[Text]:
    found = sentences(article)
    # Without overlap: what answers a question is in one passage alone.
    for passage in passages(article, found, encoder.count_tokens, size=PASSAGE_TOKENS, overlap=0):
        spans = [
            (one.start - passage.start, one.end - passage.start)
            for one in found[passage.first : passage.last]
        ]
        yield Text(article.title, passage.quote(article), tuple(spans))


def _nearest(questions: Sequence[str], texts: Sequence[Text], encoder: Encoder) -> list[int]:
    """The place of the passage that is nearest to each question."""
    vectors = encoder.encode([one.text for one in texts])
    return [int(place) for place in (encoder.encode(questions) @ vectors.T).argmax(axis=1)]


def _example(asked: Asked, texts: Sequence[Text], nearest: int, first: int) -> Example:
    """The question with its own of the passages; where none answers, with the nearest.

    Args:
        first: the place of the first passage in the corpus.
    """
    if not asked.begins:
        return Example(asked.question, first + nearest, [], {})
    place = next(at for at, one in enumerate(texts) if asked.begins[0] in one.text)
    text = texts[place]
    starts = [text.text.index(words) for words in asked.begins if words in text.text]
    answers = list(_answers(asked, text, starts[0]))
    places = [*starts, *(start for start, _ in answers)]
    numbers = {n for at in places for n, (a, b) in enumerate(text.spans) if a <= at < b}
    return Example(asked.question, first + place, answers, dict.fromkeys(numbers, 1 / len(numbers)))


def _answers(asked: Asked, text: Text, after: int) -> Iterator[Span]:
    at = text.text.find(asked.answer, after) if asked.answer else -1
    if at >= 0:
        yield at, at + len(asked.answer)
