"""What comes out: claims with their citations, answers and summaries."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from rag.article import Article, Span

Support = Literal["supported", "partly", "unsupported", "quoted"]
"""How a claim stands to its citations.

- supported: all that could be checked holds.
- partly: numbers, names and negation hold, but not all of its words are in the evidence.
- unsupported: something in it contradicts the evidence or is missing from it.
- quoted: the claim is the text of its citation itself.
"""

Style = Literal["prose", "bullets", "timeline", "key-facts"]
"""How a summary is laid out."""

Asked = Literal["what", "who", "where", "when", "how many"]

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


@dataclass(slots=True)
class Trace:
    """How an answer was made: enough to make it again, and to see why it is as it is.

    Attributes:
        model, encoder, locator, prompt: fingerprints; `adapter` too, None if the model runs without
            one.
        generation: of the library.
        hits: each with its article, span, scores, and sentences.
        asked: the question made whole from the conversation before it.
        none: probability that no sentence answers, as the locator sees it.
        given: spans of the sentences that the model saw, by number, from 1; without a model, those
            that might be quoted.
        left_out: how many sentences the search found beside these.
        tokens: of the prompt, those of it reused from the cache, and those generated.
        milliseconds: of each step.
        warnings: what went wrong on the way without ending it.
        raw: what the model wrote, word for word.
    """

    asked: str | None = None
    model: str | None = None
    adapter: str | None = None
    prompt: str | None = None
    encoder: str | None = None
    locator: str | None = None
    generation: int | None = None
    seed: int = 0
    hits: list[dict[str, Any]] = field(default_factory=list)
    none: float | None = None
    given: list[dict[str, Any]] = field(default_factory=list)
    left_out: int = 0
    tokens: dict[str, int] = field(default_factory=dict)
    milliseconds: dict[str, float] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    raw: str = ""

    def to_dict(self) -> dict[str, Any]:
        plain = asdict(self)
        plain["milliseconds"] = {k: round(v, 2) for k, v in self.milliseconds.items()}
        return plain


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question. `text` is derived from the claims, never the other way round.

    Attributes:
        abstained: the articles don't say; there are no claims.
        nearest: the passages that came nearest, where the articles don't say.
    """

    question: str
    claims: tuple[Claim, ...]
    abstained: bool
    trace: Trace
    nearest: tuple[Citation, ...] = ()

    @property
    def text(self) -> str:
        """The claims with marks such as [1], which count the citations as they appear."""
        return "".join(pieces(self.claims)) if self.claims else NOT_FOUND

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations by their marks: mark [1] is the first."""
        return tuple(numbered(self.claims))

    @classmethod
    def from_dict(cls, written: Mapping[str, Any]) -> Answer:
        """The answer that `to_dict` wrote."""
        return cls(
            question=written["question"],
            claims=tuple(map(claim_from, written["claims"])),
            abstained=written["abstained"],
            trace=Trace(**written["trace"]),
            nearest=tuple(map(citation_from, written["nearest"])),
        )

    def to_dict(self) -> dict[str, Any]:
        """As `rag ask --json` prints it."""
        return {
            "question": self.question,
            "text": self.text,
            "abstained": self.abstained,
            "claims": [claim_dict(claim) for claim in self.claims],
            "nearest": [citation_dict(citation) for citation in self.nearest],
            "trace": self.trace.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened or is to happen, and when.

    Attributes:
        date: a year, a month or a day: "2025", "2025-01", "2025-01-13".
        words: how the text says it: "on Monday".
        resolved: the text doesn't say all of the date: the rest is from the article's own date.
    """

    date: str
    words: str
    resolved: bool
    claim: Claim


@dataclass(frozen=True, slots=True)
class KeyFact:
    """A row of a table of key facts.

    Attributes:
        claim: the words of the text; its citation is of these words and no more.
        sentence: the sentence in which they stand.
    """

    asked: Asked
    claim: Claim
    sentence: Citation


@dataclass(frozen=True, slots=True)
class Difference:
    """Articles that say the same with other figures.

    Attributes:
        figures: what each says, as it stands there.
        claims: the sentences, one an article, each quoted.
    """

    figures: tuple[str, ...]
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Articles on one event beside each other.

    Attributes:
        shared: what all say, with a citation from each.
        single: what only one says.
        differing: where their figures differ.
    """

    articles: tuple[Source, ...]
    shared: tuple[Claim, ...]
    single: tuple[Claim, ...]
    differing: tuple[Difference, ...]

    @property
    def claims(self) -> tuple[Claim, ...]:
        differing = (claim for one in self.differing for claim in one.claims)
        return (*self.shared, *differing, *self.single)


@dataclass(frozen=True, slots=True)
class Summary:
    """What matters in some articles, each statement with its spans.

    Attributes:
        abstained: there was nothing to summarise.
        read, sentences: how many sentences were read, and how many there are.
        events: of a timeline, in the order of their dates; their claims are those of the summary.
        facts: of a table of key facts, likewise.
        comparisons: of articles among them that are on one event.
        copies: the articles that say what others of them say in the same words, and count once.
    """

    articles: tuple[Source, ...]
    claims: tuple[Claim, ...]
    abstained: bool
    read: int
    sentences: int
    trace: Trace
    style: Style = "prose"
    events: tuple[Event, ...] = ()
    facts: tuple[KeyFact, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    copies: tuple[Source, ...] = ()

    @property
    def text(self) -> str:
        """The claims with marks such as [1], which count the citations as they appear.

        Prose on one line, everything else with a line for each claim.
        """
        if not self.claims:
            return NOT_FOUND
        said = pieces(self.claims)
        if self.style == "prose":
            return "".join(said)
        heads = self._heads()
        return "\n".join(f"{head}{one.strip()}" for head, one in zip(heads, said, strict=True))

    def _heads(self) -> list[str]:
        """What stands before each claim on its line."""
        if self.style == "timeline":
            return [f"{one.date}{_from(one)}: " for one in self.events]
        if self.style == "key-facts":
            return [f"{one.asked}: " for one in self.facts]
        return ["- "] * len(self.claims)

    @property
    def coverage(self) -> str:
        """What was read, for people: "412 of 412 sentences read"."""
        return f"{self.read:,} of {self.sentences:,} sentences read"

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations by their marks: mark [1] is the first. Those of comparisons follow."""
        compared = (claim for one in self.comparisons for claim in one.claims)
        return tuple(numbered((*self.claims, *compared)))

    def to_dict(self) -> dict[str, Any]:
        """As `rag summarize --json` prints it."""
        return {
            "articles": [source_dict(source) for source in self.articles],
            "text": self.text,
            "abstained": self.abstained,
            "read": self.read,
            "sentences": self.sentences,
            "style": self.style,
            "coverage": self.coverage,
            "copies": [source_dict(source) for source in self.copies],
            "claims": [claim_dict(claim) for claim in self.claims],
            "events": [event_dict(event) for event in self.events],
            "facts": [fact_dict(fact) for fact in self.facts],
            "comparisons": [comparison_dict(one) for one in self.comparisons],
            "trace": self.trace.to_dict(),
        }


def _from(event: Event) -> str:
    return f" (from “{event.words}”)" if event.resolved else ""


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


def event_dict(event: Event) -> dict[str, Any]:
    return {
        "date": event.date,
        "words": event.words,
        "resolved": event.resolved,
        "claim": claim_dict(event.claim),
    }


def fact_dict(fact: KeyFact) -> dict[str, Any]:
    return {
        "asked": fact.asked,
        "claim": claim_dict(fact.claim),
        "sentence": citation_dict(fact.sentence),
    }


def comparison_dict(comparison: Comparison) -> dict[str, Any]:
    return {
        "articles": [source_dict(source) for source in comparison.articles],
        "shared": [claim_dict(claim) for claim in comparison.shared],
        "differing": [
            {"figures": list(one.figures), "claims": [claim_dict(claim) for claim in one.claims]}
            for one in comparison.differing
        ],
        "single": [claim_dict(claim) for claim in comparison.single],
    }


def claim_from(written: Mapping[str, Any]) -> Claim:
    """The claim that `claim_dict` wrote."""
    citations = tuple(map(citation_from, written["citations"]))
    differs = bool(written.get("differs"))  # what was written before there was any has none
    return Claim(written["text"], written["support"], citations, written["reason"], differs)
