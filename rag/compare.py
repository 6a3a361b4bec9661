"""One question to two sides of a library: two articles, two sources, two ranges of dates.

Whether the sides agree is found by the check that claims are proved with: what one side says is
held against what the other cites, numbers, dates, names and negation first.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from rag.answer import Answer
from rag.ask import AnswerStream
from rag.citation import Claim
from rag.errors import UsageError
from rag.ground import check
from rag.library import Library
from rag.snapshot import Filter


@dataclass(frozen=True, slots=True)
class Stand:
    """How a claim of one side stands to the other side.

    Attributes:
        agrees: the other side says it too, as far as words can tell.
        reason: what differs; None if it agrees, or the other side says nothing.
    """

    claim: Claim
    agrees: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class Sides:
    """The answers of both sides, and how each claim of one stands to the other."""

    left: Answer
    right: Answer
    left_stands: tuple[Stand, ...]
    right_stands: tuple[Stand, ...]

    @property
    def agrees(self) -> bool | None:
        """Whether both say the same; None if a side says nothing."""
        if not (self.left_stands and self.right_stands):
            return None
        return all(one.agrees for one in (*self.left_stands, *self.right_stands))


def compare(
    library: Library,
    question: str,
    left: Filter,
    right: Filter,
    *,
    began: Callable[[AnswerStream], None] = lambda _: None,
) -> Sides:
    """Asks both sides, one after the other.

    Args:
        began: gets each side's answer before it is written, so that it can be cancelled.

    Raises:
        UsageError: both sides are the same.
        Cancelled: a side was.
        RagError: as `Library.ask`.
    """
    if left == right:
        raise UsageError(
            "both sides are the same articles",
            remedy="choose other articles, another source or other days for one of them",
        )
    return compared(*(_asked(library, question, side, began) for side in (left, right)))


def _asked(
    library: Library, question: str, filter: Filter, began: Callable[[AnswerStream], None]
) -> Answer:
    with closing(library.ask(question, filter=filter, stream=True)) as stream:
        began(stream)
        return stream.answer


def compared(left: Answer, right: Answer) -> Sides:
    """Two answers to one question, claim by claim."""
    return Sides(left, right, _stands(left, right), _stands(right, left))


def _stands(mine: Answer, theirs: Answer) -> tuple[Stand, ...]:
    evidence = [claim.text for claim in theirs.claims]
    evidence += [citation.quote for citation in theirs.citations]
    stands = []
    for claim in mine.claims:
        verdict = check(claim.text, evidence, asked=mine.question) if evidence else None
        agrees = verdict is not None and verdict.support != "unsupported"
        reason = verdict.reason if verdict and not agrees else None
        stands.append(Stand(claim, agrees, reason))
    return tuple(stands)
