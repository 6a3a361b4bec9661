"""What all reports show, whatever their format: rows of metrics, what changed, facts said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rag.errors import UsageError
from rag.evaluate.metrics import parse
from rag.evaluate.metrics.registry import Better
from rag.evaluate.report import Outcome, Report, Value
from rag.evaluate.verdict import BROKEN, NOT_COMPARABLE, PASS, REGRESSION, Verdict
from rag.markup import printable, undirected

NONE = "\u2013"
"""Stands where there is no value."""

MEANINGS = {
    PASS: "No invariant, floor or must-pass item is broken, and no drop from a baseline was shown. "
    "Items that fail are known misses.",
    REGRESSION: "An invariant, a floor or a must-pass item is broken, or a metric fell from the "
    "baseline by more than chance makes.",
    BROKEN: "Nothing can be said about quality before every item has an answer.",
    NOT_COMPARABLE: "The baseline is of another system, so differences from it are not judged.",
}


def line(text: str, limit: int = 300) -> str:
    """A text as one line of at most `limit` characters that can't turn the text after it around.

    >>> line("one\\ntwo \u202ethree", 8)
    'one two\u2026'
    """
    flat = undirected(" ".join(printable(text).split()))
    return flat if len(flat) <= limit else f"{flat[: limit - 1].rstrip()}\u2026"


def number(value: float | None) -> str:
    """A value as all reports write it.

    >>> number(0.98765), number(520.36), number(None)
    ('0.988', '520.4', '\u2013')
    """
    if value is None:
        return NONE
    return f"{value:,.1f}" if abs(value) >= 10 else f"{value + 0.0:.3f}"


def signed(value: float | None) -> str:
    """A difference; one that rounds to nothing has no sign.

    >>> signed(0.02), signed(-0.5), signed(-0.00001)
    ('+0.020', '\u22120.500', '0.000')
    """
    if value is None:
        return NONE
    size = number(abs(value))
    if size == "0.000":
        return size
    return f"+{size}" if value > 0 else f"\u2212{size}"


def spread(value: Value | None) -> str:
    """The interval of a value."""
    if value is None or value.low is None or value.high is None:
        return NONE
    return f"{number(value.low)} to {number(value.high)}"


def chance(p: float) -> str:
    """A p-value, which is never nought."""
    return "< 0.0001" if p < 0.0001 else f"{p:.4f}"


@dataclass(frozen=True, slots=True)
class Row:
    """A metric, now and then; `value` is None if only the baseline has it."""

    name: str
    group: str
    better: Better
    definition: str
    value: Value | None
    then: float | None

    @property
    def difference(self) -> float | None:
        if self.value is None or self.then is None:
            return None
        return self.value.value - self.then

    @property
    def trend(self) -> str:
        """Whether it is better or worse than in the baseline; nothing if neither."""
        difference = self.difference
        if not difference or self.better == "neither" or signed(difference) == "0.000":
            return ""
        return "better" if (difference > 0) == (self.better == "higher") else "worse"


def grouped(report: Report, baseline: Report | None) -> dict[str, list[Row]]:
    """The rows of all metrics by their groups, in the order of the report."""
    then = baseline.values if baseline else {}
    groups: dict[str, list[Row]] = {}
    for name in dict.fromkeys([*report.values, *then]):
        before = then[name].value if name in then else None
        row = _row(name, report.values.get(name), before)
        groups.setdefault(row.group, []).append(row)
    return groups


def _row(name: str, value: Value | None, then: float | None) -> Row:
    try:
        metric = parse(name)
    except UsageError:  # of a report by another version: still worth to be seen
        return Row(name, "other", "neither", "", value, then)
    return Row(name, metric.group, metric.better, metric.definition, value, then)


@dataclass(frozen=True, slots=True)
class Pair:
    """An outcome and that of the same item in the baseline, if there is one."""

    now: Outcome
    then: Outcome | None

    @property
    def is_other_status(self) -> bool:
        return self.then is not None and self.then.status != self.now.status

    @property
    def is_other_answer(self) -> bool:
        return self.then is not None and _said(self.then) != _said(self.now)


def _said(outcome: Outcome) -> object:
    response = outcome.response
    return response and (response.abstained, response.claims)


def pairs(report: Report, baseline: Report | None) -> list[Pair]:
    """All outcomes of a run with those of the baseline."""
    then = {outcome.id: outcome for outcome in baseline or ()}
    return [Pair(outcome, then.get(outcome.id)) for outcome in report]


def about(reasons: tuple[str, ...], report: Report) -> Iterator[tuple[str, Outcome | None]]:
    """The reasons of a verdict, each with the item that it names, if it names one."""
    for reason in reasons:
        named = [one for one in report if reason.startswith((f"{one.id}: ", f"{one.id} must pass"))]
        yield reason, max(named, key=lambda one: len(one.id), default=None)


def counted(report: Report) -> str:
    """How many items ended how, in words; errors and missing ones only if there are any."""
    counts = report.counts()
    shown = [f"{counts['pass']} of {len(report.outcomes)} items pass", f"{counts['fail']} fail"]
    if counts["error"]:
        shown.append(f"{counts['error']} ended in errors")
    if counts["missing"]:
        shown.append(f"{counts['missing']} were not asked")
    return ", ".join(shown)


def without_baseline(verdict: Verdict, baseline: Report | None) -> str:
    """What to say where there is no comparison."""
    if baseline is None:
        return "No baseline was given."
    return "" if verdict.comparisons else "The baseline was not compared."
