"""What comes out of a question: an answer, and how it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from rag.citation import (
    NOT_FOUND,
    Citation,
    Claim,
    citation_dict,
    citation_from,
    claim_dict,
    claim_from,
    numbered,
    pieces,
)


@dataclass(slots=True)
class Trace:
    """How an answer was made: enough to make it again, and to see why it is as it is.

    Attributes:
        model, encoder, locator, prompt: fingerprints of what was used; `adapter` too, None if the
            model runs without one.
        generation: of the library.
        hits: each with its article, span, scores, and sentences.
        asked: the question made whole from the conversation before it.
        parts: the questions that it is made of, each of which was searched too; none if it is one.
        none: probability that no sentence answers, as the locator sees it, and the model if it has
            an adapter for that.
        elsewhere: ids of the articles that hardly counted, as they have none of the question's
            names, where another that was found has.
        given: spans of the sentences that the model saw, by number, from 1; without a model, those
            that might be quoted.
        left_out: how many sentences the search found beside these.
        tokens: of the prompt, those of it reused from the cache, and those generated.
        milliseconds: of each step.
        warnings: what went wrong on the way without ending it.
        raw: what the model wrote, word for word.
    """

    asked: str | None = None
    parts: list[str] = field(default_factory=list)
    model: str | None = None
    adapter: str | None = None
    prompt: str | None = None
    encoder: str | None = None
    locator: str | None = None
    generation: int | None = None
    seed: int = 0
    hits: list[dict[str, Any]] = field(default_factory=list)
    none: float | None = None
    elsewhere: list[str] = field(default_factory=list)
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
