"""What a run found: an outcome for each item, a value for each metric, and how it was made."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from rag.errors import UsageError
from rag.evaluate import stats
from rag.evaluate.case import Case, Response
from rag.evaluate.gold import Item, Kind
from rag.evaluate.metrics import Metric

SCHEMA = 1  # of a report's JSON; a newer one is refused

Status = Literal["pass", "fail", "error", "missing"]
STATUSES: tuple[Status, ...] = ("pass", "fail", "error", "missing")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one item ended.

    Attributes:
        status: pass and fail judge what was said; error: nothing was said, as something broke;
            missing: nothing was said, as nobody was asked.
        reason: why not pass.
        response: None with error and missing.
        before: the questions before it in a conversation.
        said: of each fact, whether the answer says it; nothing without an answer.
        evidence: spans as (article id, start, end), by alternatives.
        values: by metric; one that doesn't apply isn't there.
    """

    id: str
    kind: str
    question: str
    cluster: str
    must_pass: bool
    facts: tuple[str, ...]
    status: Status
    reason: str = ""
    response: Response | None = None
    evidence: tuple[tuple[tuple[str, int, int], ...], ...] = ()
    values: Mapping[str, float] = field(default_factory=dict)
    before: tuple[str, ...] = ()
    said: tuple[bool, ...] = ()

    @classmethod
    def of(
        cls, item: Item, status: Status, reason: str = "", case: Case | None = None, **more: Any
    ) -> Outcome:
        return cls(
            id=item.id,
            kind=item.kind,
            question=item.question or f"summary of {', '.join(item.summarize)}",
            cluster=item.cluster,
            must_pass=item.must_pass,
            facts=tuple(map(str, item.facts)),
            status=status,
            reason=reason,
            response=case.response if case else None,
            evidence=tuple(
                tuple((span.article, span.start, span.end) for span in spans)
                for spans in (case.evidence if case else ())
            ),
            before=item.before,
            said=tuple(fact.is_in(case.response.text) for fact in item.facts) if case else (),
            **more,
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "question": self.question,
            "before": list(self.before),
            "cluster": self.cluster,
            "must_pass": self.must_pass,
            "facts": list(self.facts),
            "said": list(self.said),
            "status": self.status,
            "reason": self.reason,
            "response": self.response.to_dict() if self.response else None,
            "evidence": [[list(span) for span in spans] for spans in self.evidence],
            "values": {name: round(value, 6) for name, value in self.values.items()},
        }

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> Outcome:
        """What `to_dict` gave; raises KeyError, TypeError or ValueError for anything else."""
        if found["status"] not in STATUSES or found["kind"] not in get_args(Kind):
            raise ValueError("an item of no known kind or status")
        return cls(
            *(found["id"], found["kind"], found["question"], found["cluster"]),
            *(found["must_pass"], tuple(found["facts"])),
            *(STATUSES[STATUSES.index(found["status"])], found["reason"]),
            response=Response.from_dict(found["response"]) if found["response"] else None,
            evidence=tuple(
                tuple((article, start, end) for article, start, end in spans)
                for spans in found["evidence"]
            ),
            values=dict(found["values"]),
            before=tuple(found["before"]),
            said=tuple(found["said"]),
        )


@dataclass(frozen=True, slots=True)
class Value:
    """A metric of a run: its value, over how many items, with a 95 % interval if it is a mean."""

    value: float
    n: int
    low: float | None = None
    high: float | None = None


@dataclass(slots=True)
class Report:
    """A run.

    Attributes:
        system: fingerprints of gold, articles, model, adapter, prompt and encoder: what has to be
            the same for two runs to be compared.
        values: by metric, in the order they are shown; one that applied to no item isn't there.
        curve: coverage and risk; see `rag.evaluate.metrics.abstention`.
        unstable: ids of items that didn't say the same each time they were asked.
        milliseconds: of the steps, a mean item's; seconds: of the whole run. Neither is in the
            JSON, nor is the peak memory in megabytes: so that the same run gives the same bytes.
    """

    system: dict[str, str | None]
    outcomes: list[Outcome]
    values: dict[str, Value]
    curve: list[tuple[float, float]] = field(default_factory=list)
    unstable: list[str] = field(default_factory=list)
    repeats: int = 1
    milliseconds: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    peak_memory: float = 0.0

    def __iter__(self) -> Iterator[Outcome]:
        return iter(self.outcomes)

    def counts(self) -> dict[Status, int]:
        """How many items ended how."""
        counted = Counter(outcome.status for outcome in self.outcomes)
        return {status: counted[status] for status in STATUSES}

    def to_dict(self) -> dict[str, Any]:
        """As JSON holds it; see `SCHEMA`."""
        return {
            "schema": SCHEMA,
            "system": self.system,
            "counts": dict(self.counts()),
            "metrics": {
                name: {
                    "value": round(found.value, 6),
                    "n": found.n,
                    "low": None if found.low is None else round(found.low, 6),
                    "high": None if found.high is None else round(found.high, 6),
                }
                for name, found in self.values.items()
            },
            "curve": [[round(coverage, 6), round(risk, 6)] for coverage, risk in self.curve],
            "repeats": self.repeats,
            "unstable": self.unstable,
            "items": [outcome.to_dict() for outcome in self.outcomes],
        }

    def times(self) -> dict[str, Any]:
        """What is another at each run."""
        return {
            "seconds": round(self.seconds, 2),
            "peak_memory_mb": round(self.peak_memory),
            "milliseconds": {step: round(spent, 1) for step, spent in self.milliseconds.items()},
        }

    def to_json(self) -> str:
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> Report:
        return cls(
            system=dict(found["system"]),
            outcomes=[Outcome.from_dict(one) for one in found["items"]],
            values={name: Value(**value) for name, value in found["metrics"].items()},
            curve=[(coverage, risk) for coverage, risk in found["curve"]],
            unstable=list(found["unstable"]),
            repeats=found["repeats"],
        )


def load_report(path: str | Path) -> Report:
    """A report that was saved as JSON.

    Raises:
        UsageError: it isn't one, or one of a newer Citespan.
    """
    remedy = "name a report.json or a baseline that `rag eval` wrote"
    try:
        found = json.loads(Path(path).read_text("utf-8"))
        schema = found["schema"]
        if schema <= SCHEMA:
            return Report.from_dict(found)
    except OSError as error:
        raise UsageError(f"can't be read: {error.strerror}", where=str(path)) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError("not a report of `rag eval`", where=str(path), remedy=remedy) from error
    raise UsageError(f"a report of a newer Citespan (schema {schema})", where=str(path))


def summed_up(
    wanted: Sequence[Metric], outcomes: Sequence[Outcome], cases: Sequence[tuple[Case, bool]]
) -> dict[str, Value]:
    """The values of a run's metrics, those of items from what the outcomes hold."""
    found: dict[str, Value] = {}
    questions = [(case, passed) for case, passed in cases if case.item.kind != "summary"]
    for metric in wanted:
        if metric.of_run:
            value = metric.of_run(questions)
            if value is not None:
                found[metric.name] = Value(value, len(questions))
            continue
        having = [one for one in outcomes if metric.name in one.values]
        if having:
            values = [one.values[metric.name] for one in having]
            clusters = [one.cluster for one in having]
            bounds = stats.interval(values, clusters, is_share=metric.is_share)
            found[metric.name] = Value(sum(values) / len(values), len(values), *(bounds or ()))
    return found
