"""What comes out of summarising: statements, and the events, facts and comparisons among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from rag.answer import Trace
from rag.citation import (
    NOT_FOUND,
    Citation,
    Claim,
    Source,
    citation_dict,
    claim_dict,
    numbered,
    pieces,
    source_dict,
)

Style = Literal["prose", "bullets", "timeline", "key-facts"]
"""How a summary is laid out."""

NO_EVENTS = "No dated events: days such as “on Monday” need the date of their article."

Asked = Literal["what", "who", "where", "when", "how many"]


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
        date: which day they mean, where the text leaves that to the article's own date; else "".
    """

    asked: Asked
    claim: Claim
    sentence: Citation
    date: str = ""


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
        uncompared: how many more are on the event: of very many only the weightiest are compared.
    """

    articles: tuple[Source, ...]
    shared: tuple[Claim, ...]
    single: tuple[Claim, ...]
    differing: tuple[Difference, ...]
    uncompared: int = 0

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
            return NO_EVENTS if self.style == "timeline" else NOT_FOUND
        if self.style == "prose":
            return "".join(pieces(self.claims))
        return "\n".join(self.rows)

    @property
    def rows(self) -> list[str]:
        """The claims with their marks, each with what stands before it: "- ", "when: "."""
        said = pieces(self.claims)
        return [f"{head}{one.strip()}" for head, one in zip(self._heads(), said, strict=True)]

    def _heads(self) -> list[str]:
        """What stands before each claim on its line."""
        if self.style == "timeline":
            return [f"{one.date}{_from(one)}: " for one in self.events]
        if self.style == "key-facts":
            return [f"{one.asked}: {_meant(one)}" for one in self.facts]
        return ["- "] * len(self.claims)

    @property
    def coverage(self) -> str:
        """What was read, for people: "412 of 412 sentences read"."""
        return f"{self.read:,} of {self.sentences:,} sentences read"

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations by their marks: mark [1] is the first.

        Those of comparisons follow, and the sentences of key facts.
        """
        compared = (claim for one in self.comparisons for claim in one.claims)
        round_facts = (Claim(one.sentence.quote, "quoted", (one.sentence,)) for one in self.facts)
        return tuple(numbered((*self.claims, *compared, *round_facts)))

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


def _meant(fact: KeyFact) -> str:
    return f"{fact.date} (from “{fact.claim.text}”): " if fact.date else ""


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
        "date": fact.date or None,
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
        "uncompared": comparison.uncompared,
    }
