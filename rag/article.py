"""Articles and the ranges of them that everything else points at.

An article has one text, fixed when it is read. A sentence, a passage and a citation are half-open
ranges of code points into that text, never copies of it:

>>> article = Article.of("Rain fell. The river rose.", title="Flood")
>>> Span(article.id, 11, 26).quote(article)
'The river rose.'
"""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass

ID_LENGTH = (
    12  # hex digits: 48 bits, one accidental clash in a library of 1e6 articles at p = 0.002
)


@dataclass(frozen=True, slots=True)
class Article:
    """One article as it was read.

    Attributes:
        id: first 12 hex digits of the SHA-256 of `text` in UTF-8: the same text has the same id.
        text: the canonical text; see `rag.read.normalise`. A newline ends a paragraph, nothing else
            does; there are no other control characters but the tab.
        title: never empty; the file's name where the format has no title.
        date: when it was published.
        author, source: as the format gives them; `source` is a publication or an address.
        language: an ISO 639-1 code ("en").
        path: where it was read from: a file, an address, or one of these with "#" and a number when
            one file holds several articles.
    """

    id: str
    text: str
    title: str
    date: datetime.date | None = None
    author: str | None = None
    source: str | None = None
    language: str | None = None
    path: str | None = None

    @classmethod
    def of(
        cls,
        text: str,
        *,
        title: str,
        date: datetime.date | None = None,
        author: str | None = None,
        source: str | None = None,
        language: str | None = None,
        path: str | None = None,
    ) -> Article:
        """An article whose id is derived from its canonical `text`."""
        return cls(content_id(text), text, title, date, author, source, language, path)


@dataclass(frozen=True, slots=True)
class Span:
    """The code points `start` to `end` (exclusive) of the text of the article with id `article`."""

    article: str
    start: int
    end: int

    def quote(self, article: Article) -> str:
        """The text of this span. `article` must be the one it points into."""
        if article.id != self.article:
            raise ValueError(f"span of article {self.article} used on article {article.id}")
        return article.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Sentence(Span):
    """One sentence, headline or list item, without the white space around it."""


@dataclass(frozen=True, slots=True)
class Passage(Span):
    """Neighbouring whole sentences of an article: those numbered `first` to `last` (exclusive)."""

    first: int
    last: int


def content_id(text: str) -> str:
    """The id of an article with this canonical text."""
    return hashlib.sha256(text.encode()).hexdigest()[:ID_LENGTH]
