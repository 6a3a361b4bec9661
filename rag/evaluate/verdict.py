"""Is it as good as it was? Invariants, floors, items that must pass, then the baseline.

The exit codes of `rag eval` mean one thing each:

    0  pass
    1  regression: an invariant, a floor, an item that must pass, or a drop from the baseline
    2  wrong use, or a gold file that isn't one
    3  items ended in errors, or were not asked: nothing can be said
    4  the baseline can't be compared: it is of another gold file, model, prompt or encoder
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rag.errors import UsageError
from rag.evaluate import stats
from rag.evaluate.metrics import SHOWN, Metric, parse
from rag.evaluate.report import Outcome, Report

PASS, REGRESSION, WRONG_USE, BROKEN, NOT_COMPARABLE = range(5)
BANNERS = {
    PASS: "PASS",
    REGRESSION: "REGRESSION",
    BROKEN: "BROKEN: items ended in errors or were not asked",
    NOT_COMPARABLE: "NOT COMPARABLE with the baseline",
}
TOLERANCE = 0.03
ALPHA = 0.05
LEAST_ALPHA = 0.001  # what `stats.RESAMPLES` can still tell from nothing, in ten comparisons
COMPARED = (
    *("half_hit@5", "given_recall", "fact_recall", "must_not", "citation_iou"),
    *("citation_coverage", "misattribution", "refused", "wrongly_refused"),
    *("key_fact_recall", "new_number_count"),
)


@dataclass(frozen=True, slots=True)
class Rules:
    """When a run isn't good enough.

    Attributes:
        floors, ceilings: by metric, the least and the most that it may be.
        compared: metrics that mustn't drop from the baseline.
        tolerance: a drop up to this is none.
        alpha: how likely all comparisons together may call chance a regression.
        allowed: what of the system may differ from that of the baseline.
    """

    floors: Mapping[str, float] = field(default_factory=dict)
    ceilings: Mapping[str, float] = field(default_factory=dict)
    compared: tuple[str, ...] = COMPARED
    tolerance: float = TOLERANCE
    alpha: float = ALPHA
    allowed: frozenset[str] = frozenset()

    @property
    def metrics(self) -> list[Metric]:
        """Those of every report and what else these rules name, group by group."""
        named = map(parse, (*self.floors, *self.ceilings, *self.compared))
        groups = [metric.group for metric in SHOWN]
        return sorted(dict.fromkeys([*SHOWN, *named]), key=lambda one: groups.index(one.group))


SYSTEM = ("gold", "articles", "model", "adapter", "encoder", "locator", "prompt", "summary_prompt")


def read_rules(table: Mapping[str, Any], where: str = "[tool.rag.eval]") -> Rules:
    """The rules of a table of `pyproject.toml`.

    Raises:
        UsageError: something in it isn't one.
    """
    compared = table.get("compared", list(COMPARED))
    if not isinstance(compared, list) or not all(isinstance(name, str) for name in compared):
        raise UsageError(f"compared is {compared!r}, not a list of metrics", where=where)
    for metric in compared:
        if parse(metric).of_case is None or parse(metric).better == "neither":
            raise UsageError("this metric can't be compared", where=f"{where} {metric}")
    return Rules(
        floors=_bounds(table, "floors", where),
        ceilings=_bounds(table, "ceilings", where),
        compared=tuple(dict.fromkeys(compared)),
        tolerance=_share(table, "tolerance", where, TOLERANCE),
        alpha=_share(table, "alpha", where, ALPHA, least=LEAST_ALPHA),
    )


def _bounds(table: Mapping[str, Any], name: str, where: str) -> dict[str, float]:
    found: dict[str, float] = {}
    bounds = table.get(name, {})
    if not isinstance(bounds, dict):
        raise UsageError(f"{name} is {bounds!r}, not a table of metrics", where=where)
    for metric, bound in bounds.items():
        parse(metric)
        is_number = isinstance(bound, int | float) and not isinstance(bound, bool)
        if not is_number or not math.isfinite(bound):
            raise UsageError(f"{name}.{metric} is {bound!r}, no number", where=where)
        found[metric] = float(bound)
    return found


def _share(
    table: Mapping[str, Any], name: str, where: str, usual: float, least: float = 0.0
) -> float:
    value = table.get(name, usual)
    if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value < 1:
        raise UsageError(
            f"{name} is {value!r}, not a share such as 0.05",
            where=where,
            remedy=f"least: {least:g}",
        )
    return float(value)


def settings(folder: Path) -> tuple[Path | None, dict[str, Any]]:
    """The nearest `pyproject.toml` from a folder upwards that has `[tool.rag.eval]`, and that
    table."""
    for place in (folder, *folder.resolve().parents):
        file = place / "pyproject.toml"
        if file.is_file():
            try:
                tool = tomllib.loads(file.read_text("utf-8")).get("tool", {})
            except ValueError as error:
                raise UsageError(f"not TOML: {error}", where=str(file)) from error
            rag = tool.get("rag") if isinstance(tool, dict) else None
            table = rag.get("eval") if isinstance(rag, dict) else None
            if isinstance(table, dict):
                return file, table
    return None, {}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One metric, now and in the baseline, over the items that have it in both.

    Attributes:
        worse: how much worse it is now, negative if better.
        p: chance of that if nothing changed, corrected for the number of comparisons (Holm).
        needed: the smallest drop that could have been told from chance, if each of the fewest
            clusters that can show one lost one item; None if there are too few clusters for any.
    """

    metric: str
    then: float
    now: float
    n: int
    clusters: int
    worse: float
    p: float
    needed: float | None
    is_regression: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of it all: the exit code and why, a line for each reason."""

    code: int
    reasons: tuple[str, ...] = ()
    comparisons: tuple[Comparison, ...] = ()

    @property
    def banner(self) -> str:
        return BANNERS[self.code]


def judge(report: Report, rules: Rules = Rules(), baseline: Report | None = None) -> Verdict:
    """The verdict on a run; the first of these that has something to say decides.

    Items without an answer (3), what is wrong with the run itself (1), a baseline that can't be
    compared (4), a drop from the baseline (1).
    """
    if broken := list(_broken(report)):
        return Verdict(BROKEN, tuple(broken))
    if wrong := [*_invariants(report), *_limits(report, rules), *_must_pass(report)]:
        return Verdict(REGRESSION, tuple(wrong), _compared(report, rules, baseline))
    if baseline is None:
        return Verdict(PASS)
    if differences := list(_differences(report, baseline, rules.allowed)):
        return Verdict(NOT_COMPARABLE, tuple(differences))
    comparisons = _compared(report, rules, baseline)
    dropped = [
        f"{one.metric} fell from {one.then:.3f} to {one.now:.3f} (p = {one.p:.4f})"
        for one in comparisons
        if one.is_regression
    ]
    return Verdict(REGRESSION if dropped else PASS, tuple(dropped), comparisons)


def _broken(report: Report) -> Iterator[str]:
    if not report.outcomes:
        yield "no item was asked"
    for outcome in report:
        if outcome.status in ("error", "missing"):
            yield f"{outcome.id}: {outcome.status}: {outcome.reason}"


def _invariants(report: Report) -> Iterator[str]:
    for outcome in report:
        if outcome.values.get("citation_validity", 1.0) < 1.0:
            yield f"{outcome.id}: a citation is not exact, or not of what was retrieved"
    for id in report.unstable:
        yield f"{id}: doesn't say the same each time"


def _limits(report: Report, rules: Rules) -> Iterator[str]:
    # As the report's JSON has them.
    values = {name: round(found.value, 6) for name, found in report.values.items()}
    for name in dict.fromkeys([*rules.floors, *rules.ceilings]):
        if name not in values:
            yield f"{name} has a bound but no value: nothing that was said can be measured by it"
    for name, bound in rules.floors.items():
        if values.get(name, bound) < bound:
            yield f"{name} is {values[name]:.3f}, below its floor of {bound:g}"
    for name, bound in rules.ceilings.items():
        if values.get(name, bound) > bound:
            yield f"{name} is {values[name]:.3f}, above its ceiling of {bound:g}"


def _must_pass(report: Report) -> Iterator[str]:
    for outcome in report:
        if outcome.must_pass and outcome.status != "pass":
            yield f"{outcome.id} must pass: {outcome.reason}"


def _differences(report: Report, baseline: Report, allowed: Collection[str]) -> Iterator[str]:
    for name in SYSTEM:
        now, then = report.system.get(name), baseline.system.get(name)
        if name.endswith("prompt") and None in (now, then):
            continue  # one of the runs had no item for it
        if now != then and name not in allowed:
            yield (
                f"the {name} is {now or 'none'}, that of the baseline {then or 'none'} "
                f"(--allow {name} compares all the same, --bless makes this run the baseline)"
            )


def compare(report: Report, baseline: Report, rules: Rules = Rules()) -> tuple[Comparison, ...]:
    """Each of the rules' metrics, now and in the baseline, over the items that have it in both."""
    pairs = {name: _pairs(name, report, baseline) for name in rules.compared}
    pairs = {name: found for name, found in pairs.items() if found}
    losses = {
        name: [_sign(name) * (b.values[name] - a.values[name]) for a, b in found]
        for name, found in pairs.items()
    }
    clusters = {name: [a.cluster for a, _ in found] for name, found in pairs.items()}
    p_values = stats.holm([stats.chance(losses[name], clusters[name]) for name in pairs])
    fewest = stats.clusters_needed(rules.alpha, len(pairs)) if pairs else 0
    found = []
    for (name, both), p in zip(pairs.items(), p_values, strict=True):
        n, distinct = len(both), len(set(clusters[name]))
        worse = sum(losses[name]) / n
        beyond = math.floor(rules.tolerance * n + 1e-9) + 1  # items, to pass the tolerance
        found.append(
            Comparison(
                metric=name,
                then=sum(b.values[name] for _, b in both) / n,
                now=sum(a.values[name] for a, _ in both) / n,
                n=n,
                clusters=distinct,
                worse=worse,
                p=p,
                needed=max(fewest, beyond) / n if distinct >= fewest else None,
                is_regression=worse > rules.tolerance + 1e-9 and p <= rules.alpha,
            )
        )
    return tuple(found)


def _compared(report: Report, rules: Rules, baseline: Report | None) -> tuple[Comparison, ...]:
    return compare(report, baseline, rules) if baseline else ()


def _pairs(name: str, report: Report, baseline: Report) -> Sequence[tuple[Outcome, Outcome]]:
    """Items now and then, where both have a metric."""
    then = {outcome.id: outcome for outcome in baseline}
    return [
        (outcome, then[outcome.id])
        for outcome in report
        if name in outcome.values and name in then.get(outcome.id, outcome).values
        if outcome.id in then
    ]


def _sign(name: str) -> float:
    """What turns a difference then minus now into a loss."""
    return -1.0 if parse(name).better == "lower" else 1.0
