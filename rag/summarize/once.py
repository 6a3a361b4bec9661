"""What several articles have from the same agency is said once and counts once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol, TypeVar

from rag import copies
from rag.ground import check

COMPARED = 8  # texts that one is compared with: else what a thousand have in common costs a million


class Text(Protocol):
    """Anything that says something."""

    @property
    def text(self) -> str: ...


T = TypeVar("T", bound=Text)


def once(some: Sequence[T]) -> list[T]:
    """Those that say something which none before them says, in their order."""
    chosen: list[T] = []
    known: list[frozenset[int]] = []  # their runs of words
    having: dict[int, list[int]] = {}  # by run, the places of those that have it
    for one in some:
        runs = copies.runs(one.text)
        shared = Counter(at for run in runs for at in having.get(run, ())[:COMPARED])
        sharing = [at for at, _ in shared.most_common(COMPARED)]
        if not runs or any(
            copies.resemblance(runs, known[at]) >= copies.COPY and says(chosen[at], one)
            for at in sharing
        ):
            continue
        for run in runs:
            having.setdefault(run, []).append(len(chosen))
        chosen.append(one)
        known.append(runs)
    return chosen


def says(one: Text, other: Text) -> bool:
    """Whether one has the numbers and names of the other: two counts of the dead are no copies."""
    return check(other.text, [one.text]).support != "unsupported"
