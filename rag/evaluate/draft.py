"""Gold items as a draft, for a person to correct: a sentence with a fact, and the fact blanked.

A model that drafts questions would ask what it finds easy. A blank at least says which fact is
wanted and where it stands; the person writes the question.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from rag.article import Article, Sentence
from rag.evaluate.case import file_of
from rag.evaluate.facts import Number, dates
from rag.evaluate.lint import DRAFT
from rag.split import sentences

BLANK = "_____"
SHORT, LONG = 50, 300  # characters of a sentence that can carry a question

_NUMBER = re.compile(
    r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![\w.,])\d+(?:\.\d+)?(?![\w.,]?\d)"
)
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w'\u2019.-]+(?: [A-Z][\w'\u2019.-]+)+")


def drafts(articles: Iterable[Article], each: int = 5) -> Iterator[dict[str, Any]]:
    """At most `each` items of every article, spread over its length."""
    written: Counter[str] = Counter()  # for a file of several articles
    for article in articles:
        name = Path(file_of(article.path or article.id)).name
        stem = re.sub(r"\W+", "-", Path(name).stem).strip("-") or article.id
        for sentence, fact, blanked in _spread(article, each):
            written[stem] += 1
            yield {
                "id": f"{stem}-{written[stem]:02}",
                "question": blanked,
                "answerable": True,
                "facts": [fact],
                "evidence": [[{"article": name, "quote": sentence.quote(article)}]],
                "tags": [DRAFT],
                "cluster": name,
            }


_Candidate = tuple[Sentence, dict[str, Any], str]


def _spread(article: Article, each: int) -> list[_Candidate]:
    """Candidates from all over an article, in reading order."""
    found = list(_candidates(article))
    step = max(1.0, len(found) / each)
    return [found[int(at * step)] for at in range(min(each, len(found)))]


def _candidates(article: Article) -> Iterator[_Candidate]:
    for sentence in sentences(article):
        text = sentence.quote(article)
        if SHORT <= len(text) <= LONG and article.text.count(text) == 1:
            blanked = _blanked(text)
            if blanked:
                yield (sentence, *blanked)


def _blanked(text: str) -> tuple[dict[str, Any], str] | None:
    """A fact of a sentence, and the sentence without it."""
    if found := _NUMBER.search(text):
        value = float(found[0].replace(",", ""))
        if value not in {part for date in dates(text) for part in date}:
            number = int(value) if value.is_integer() else value
            is_whole = Number(value).is_in(text)  # of "41 million", 41 isn't the number
            return {"number": number} if is_whole else {"any": [found[0]]}, _without(text, found)
    if found := _NAME.search(text):
        return {"any": [found[0].rstrip(".")]}, _without(text, found)
    return None


def _without(text: str, found: re.Match[str]) -> str:
    return text[: found.start()] + BLANK + text[found.end() :]
