"""What a metric is, and the list of them by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.errors import UsageError
from rag.evaluate.case import Case

Better = Literal["higher", "lower", "neither"]
OfCase = Callable[[Case, int], float | None]
OfRun = Callable[[Sequence[tuple[Case, bool]]], float | None]  # of questions, with: did it pass

_NAME = re.compile(r"(?P<base>[a-z_0-9]+?)(?:@(?P<k>[1-9][0-9]{0,3}))?")


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric by its full name, such as `half_hit@5`.

    Exactly one of `of_case` and `of_run` is there. A value of None means that the metric doesn't
    apply: to this item, or to no item of the run.

    Attributes:
        is_share: its values can't be more than 1.
        better: where good values lie; neither for those that only describe.
        of_case: the value of one item; the run's value is the mean over those it applies to.
        of_run: the value of a run: all cases, each with whether it passed.
        k: how many of the things retrieved count, 0 if the metric has no such number.
    """

    name: str
    group: str
    better: Better
    definition: str
    of_case: OfCase | None = None
    of_run: OfRun | None = None
    k: int = 0

    @property
    def is_share(self) -> bool:
        return not self.name.endswith(("_count", "_tokens"))

    def value(self, case: Case) -> float | None:
        """The value of one item, None if the metric doesn't apply to it or is one of runs."""
        return self.of_case(case, self.k) if self.of_case else None


@dataclass(frozen=True, slots=True)
class _Known:
    group: str
    better: Better
    definition: str
    at_k: bool
    of_case: OfCase | None = None
    of_run: OfRun | None = None


_KNOWN: dict[str, _Known] = {}


def of_case(
    group: str, better: Better = "higher", *, at_k: bool = False
) -> Callable[[OfCase], OfCase]:
    """Registers the function as a metric of items, under its own name."""

    def register(function: OfCase) -> OfCase:
        known = _Known(group, better, _definition(function), at_k, of_case=function)
        _KNOWN[function.__name__] = known
        return function

    return register


def of_run(group: str, better: Better = "higher") -> Callable[[OfRun], OfRun]:
    """Registers the function as a metric of whole runs, under its own name."""

    def register(function: OfRun) -> OfRun:
        known = _Known(group, better, _definition(function), False, of_run=function)
        _KNOWN[function.__name__] = known
        return function

    return register


def _definition(function: object) -> str:
    return " ".join((function.__doc__ or "").split())


def parse(name: str) -> Metric:
    """The metric of a name as it stands in a report.

    Raises:
        UsageError: there is none.
    """
    found = _NAME.fullmatch(name)
    known = _KNOWN.get(found["base"]) if found else None
    if found is None or known is None:
        raise UsageError("no such metric", where=name, remedy=f"one of: {', '.join(names())}")
    if known.at_k != bool(found["k"]):
        remedy = f"write {found['base']}@5" if known.at_k else f"write {found['base']}"
        raise UsageError("no such metric", where=name, remedy=remedy)
    k = int(found["k"] or 0)
    return Metric(name, known.group, known.better, known.definition, known.of_case, known.of_run, k)


def names() -> list[str]:
    """The names of all metrics; those that count the first k end in "@k"."""
    return [f"{name}@k" if known.at_k else name for name, known in _KNOWN.items()]
