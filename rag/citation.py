"""Claims and the exact spans that they rest on."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rag.article import Article, Span

Support = Literal["supported", "partly", "unsupported", "quoted"]
"""How a claim stands to its citations.

- supported: all that could be checked holds.
- partly: numbers, names and negation hold, but not all of its words are in the evidence.
- unsupported: something in it contradicts the evidence or is missing from it.
- quoted: the claim is the text of its citation itself.
"""

NOT_FOUND = "Not in the articles."

_MARK = re.compile(r"\[(\d+(?:\s*,\s*\d+)*)\]")


def day(value: datetime.date | None) -> str:
    """A date for people; empty if there is none.

    >>> day(datetime.date(2024, 5, 1))
    '1 May 2024'
    """
    return f"{value.day} {value:%B %Y}" if value else ""


@dataclass(frozen=True, slots=True)
class Source:
    """The article of a citation, as far as a reader wants to see it."""

    id: str
    title: str
    date: datetime.date | None
    source: str | None
    path: str | None

    @classmethod
    def of(cls, article: Article) -> Source:
        return cls(article.id, article.title, article.date, article.source, article.path)

    @property
    def publication(self) -> str:
        """Where the article appeared, as a name; nothing where only an address is known."""
        return "" if not self.source or "://" in self.source else self.source

    @property
    def day(self) -> str:
        """Its date for people: 5 March 2024."""
        return day(self.date)


@dataclass(frozen=True, slots=True)
class Citation:
    """A span of an article and its text: code points `start` to `end` (exclusive)."""

    article: Source
    start: int
    end: int
    quote: str

    @classmethod
    def of(cls, article: Article, span: Span) -> Citation:
        """The only way a citation is made: its quote is cut out of the article's own text."""
        return cls(Source.of(article), span.start, span.end, span.quote(article))

    @property
    def span(self) -> Span:
        return Span(self.article.id, self.start, self.end)

    def holds(self, article: Article) -> bool:
        """Whether the quote is what stands there in `article`, character by character."""
        return article.id == self.article.id and self.quote == article.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement and what it rests on.

    Attributes:
        reason: what was found wrong with the model's words, where they were replaced or doubted.
        differs: another claim of the answer gives another number, so that its text is shown with
            the source and the date.
    """

    text: str
    support: Support
    citations: tuple[Citation, ...]
    reason: str | None = None
    differs: bool = False


def numbered(claims: Iterable[Claim]) -> list[Citation]:
    """All citations of some claims in the order of their marks, each span once."""
    return list({c.span: c for claim in claims for c in claim.citations}.values())


def pieces(claims: Sequence[Claim]) -> list[str]:
    """The text of each claim with its marks; joined, they are the text of an answer."""
    places = {citation.span: at for at, citation in enumerate(numbered(claims), 1)}
    written = []
    for at, claim in enumerate(claims):
        marks = "".join(f"[{places[citation.span]}]" for citation in claim.citations)
        doubt = " (unsupported)" if claim.support == "unsupported" else ""
        text = f"{said_by(claim)}: {claim.text}" if claim.differs else claim.text
        text = _MARK.sub(r"(\1)", text)  # else a quoted footnote looks like a mark of ours
        written.append(f"{' ' if at else ''}{text}{doubt} {marks}".rstrip())
    return written


def said_by(claim: Claim) -> str:
    """Who says so, and when: the publication of its first citation or the title, and the date."""
    article = claim.citations[0].article
    return ", ".join(filter(None, [article.publication or f'"{article.title}"', article.day]))


def source_dict(source: Source) -> dict[str, str | None]:
    return {
        "id": source.id,
        "title": source.title,
        "date": source.date.isoformat() if source.date else None,
        "source": source.source,
        "path": source.path,
    }


def source_from(written: Mapping[str, Any]) -> Source:
    """The source that `source_dict` wrote."""
    date = written["date"]
    return Source(**{**written, "date": datetime.date.fromisoformat(date) if date else None})


def citation_dict(citation: Citation) -> dict[str, Any]:
    return {
        "article": source_dict(citation.article),
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
    }


def citation_from(written: Mapping[str, Any]) -> Citation:
    """The citation that `citation_dict` wrote; its quote is as it was cut then."""
    return Citation(
        source_from(written["article"]), written["start"], written["end"], written["quote"]
    )


def claim_dict(claim: Claim) -> Mapping[str, Any]:
    return {
        "text": claim.text,
        "support": claim.support,
        "reason": claim.reason,
        "differs": claim.differs,
        "citations": [citation_dict(citation) for citation in claim.citations],
    }


def claim_from(written: Mapping[str, Any]) -> Claim:
    """The claim that `claim_dict` wrote."""
    citations = tuple(map(citation_from, written["citations"]))
    differs = bool(written.get("differs"))  # what was written before there was any has none
    return Claim(written["text"], written["support"], citations, written["reason"], differs)
