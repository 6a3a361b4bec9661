"""Verdicts: every exit code, what comes before what, rules, and comparison with a baseline."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.errors import UsageError
from rag.evaluate import Outcome, Report, Rules, Verdict, compare, judge, parse, parse_gold
from rag.evaluate.measurable import check_bounds
from rag.evaluate.report import Status, summed_up
from rag.evaluate.verdict import (
    BANNERS,
    BROKEN,
    COMPARED,
    NOT_COMPARABLE,
    PASS,
    REGRESSION,
    SYSTEM,
    WRONG_USE,
    read_rules,
    settings,
)

N = 20


def outcome(
    n: int,
    status: Status = "pass",
    *,
    cluster: str = "",
    must_pass: bool = False,
    reason: str = "",
    **values: float,
) -> Outcome:
    return Outcome(
        id=f"q{n}",
        kind="answerable",
        question="q?",
        cluster=cluster or f"c{n}",
        must_pass=must_pass,
        facts=(),
        status=status,
        reason=reason,
        values={name.replace("_at_", "@"): value for name, value in values.items()},
    )


def report(outcomes: Sequence[Outcome], **system: str) -> Report:
    names = dict.fromkeys(name for one in outcomes for name in one.values)
    values = summed_up([parse(name) for name in names], outcomes, [])
    return Report(dict.fromkeys(SYSTEM, "0") | system, list(outcomes), values)


def right(n: int = N, **values: float) -> list[Outcome]:
    return [outcome(at, **({"fact_recall": 1.0} | values)) for at in range(n)]


def with_lost(lost: int, n: int = N, name: str = "fact_recall", value: float = 0.0) -> Report:
    """The first `lost` of `n` items have another value."""
    outcomes = [
        replace(one, values={**one.values, name: value}) if at < lost else one
        for at, one in enumerate(right(n))
    ]
    return report(outcomes)


ERROR = outcome(90, "error", reason="ValueError: boom")
MISSING = outcome(91, "missing", reason="no way to summarise was given")
INEXACT = outcome(92, "fail", citation_validity=0.5)
NEEDED = outcome(93, "fail", must_pass=True, reason="doesn't say: two")
FLOOR = Rules(floors={"fact_recall": 0.9})
LOW = [*right(4), outcome(94, "fail", fact_recall=0.0)]  # 0.8
BASE = report(right())
OTHER = report(right(), model="1")
WORSE = with_lost(10)


def unstable(of: Report) -> Report:
    of.unstable = ["q0"]
    return of


CASES: list[tuple[Report, Rules, Report | None, int, list[str]]] = [
    (BASE, Rules(), None, PASS, []),
    (BASE, Rules(), BASE, PASS, []),
    (report(LOW), Rules(), None, PASS, []),  # failing items alone are no regression
    (report([]), Rules(), None, BROKEN, ["no item was asked"]),
    (report([ERROR, *right()]), Rules(), BASE, BROKEN, ["q90: error: ValueError: boom"]),
    (
        report([ERROR, MISSING]),
        Rules(),
        None,
        BROKEN,
        ["q90: error: ValueError: boom", "q91: missing: no way to summarise was given"],
    ),
    (
        report([INEXACT, *right()]),
        Rules(),
        None,
        REGRESSION,
        ["q92: a citation is not exact, or not of what was retrieved"],
    ),
    (unstable(report(right())), Rules(), None, REGRESSION, ["q0: doesn't say the same each time"]),
    (report(LOW), FLOOR, None, REGRESSION, ["fact_recall is 0.800, below its floor of 0.9"]),
    (report(LOW), Rules(floors={"fact_recall": 0.8}), None, PASS, []),
    (
        report(right(misattribution=0.2)),
        Rules(ceilings={"misattribution": 0.1}),
        None,
        REGRESSION,
        ["misattribution is 0.200, above its ceiling of 0.1"],
    ),
    (report(right(misattribution=0.2)), Rules(ceilings={"misattribution": 0.2}), None, PASS, []),
    (
        report([NEEDED, *right()]),
        Rules(),
        None,
        REGRESSION,
        ["q93 must pass: doesn't say: two"],
    ),
    (report([outcome(0, must_pass=True)]), Rules(), None, PASS, []),
    (
        BASE,
        Rules(),
        OTHER,
        NOT_COMPARABLE,
        [
            "the model is 0, that of the baseline 1 (--allow model compares all the same, --bless "
            "makes this run the baseline)"
        ],
    ),
    (BASE, Rules(allowed=frozenset({"model"})), OTHER, PASS, []),
    (
        WORSE,
        Rules(),
        BASE,
        REGRESSION,
        ["fact_recall fell from 1.000 to 0.500 (p = 0.0010)"],
    ),
    (BASE, Rules(), WORSE, PASS, []),  # better
    # precedence: broken, the run itself, not comparable, worse
    (report([ERROR, INEXACT, *LOW]), FLOOR, OTHER, BROKEN, ["q90: error: ValueError: boom"]),
    (report([ERROR]), Rules(floors={"refused": 1}), None, BROKEN, ["q90: error: ValueError: boom"]),
    (
        unstable(report([INEXACT, NEEDED, *LOW])),
        FLOOR,
        OTHER,
        REGRESSION,
        [
            "q92: a citation is not exact, or not of what was retrieved",
            "q0: doesn't say the same each time",
            "fact_recall is 0.800, below its floor of 0.9",
            "q93 must pass: doesn't say: two",
        ],
    ),
    (WORSE, Rules(), OTHER, NOT_COMPARABLE, ["the model is 0, that of the baseline 1"]),
]


@pytest.mark.parametrize(("run", "rules", "baseline", "code", "reasons"), CASES)
def test_a_verdict_has_its_code_and_reasons(
    run: Report, rules: Rules, baseline: Report | None, code: int, reasons: list[str]
) -> None:
    verdict = judge(run, rules, baseline)
    assert verdict.code == code
    assert verdict.banner == BANNERS[code]
    assert len(verdict.reasons) == len(reasons)
    for said, expected in zip(verdict.reasons, reasons, strict=True):
        assert said.startswith(expected)


def test_the_codes_are_those_documented() -> None:
    assert (PASS, REGRESSION, WRONG_USE, BROKEN, NOT_COMPARABLE) == (0, 1, 2, 3, 4)


def test_a_bound_that_nothing_said_can_be_measured_by_is_a_regression() -> None:
    for rules in (Rules(floors={"citation_iou": 0.9}), Rules(ceilings={"citation_iou": 0.9})):
        verdict = judge(BASE, rules)
        assert verdict.code == REGRESSION
        assert verdict.reasons[0].startswith("citation_iou has a bound but no value")


ANSWERABLE = {
    "id": "a",
    "question": "How many?",
    "facts": [{"number": 2}],
    "evidence": [[{"article": "x", "quote": "y"}]],
}
UNANSWERABLE = {"id": "u", "question": "Who?", "answerable": False}
SUMMARY = {"id": "s", "summarize": ["x"], "facts": [{"any": ["f"]}], "answer": "f"}


@pytest.mark.parametrize(
    ("item", "has", "has_not"),
    [
        (
            ANSWERABLE,
            ["fact_recall", "citation_iou", "misattribution", "half_hit@10", "risk_area"],
            ["refused", "must_not", "exact_match", "refused_withheld", "rouge_l"],
        ),
        (UNANSWERABLE, ["refused", "abstention_f1"], ["fact_recall", "misattribution"]),
        (SUMMARY, ["key_fact_recall", "new_number_count", "rouge_l"], ["refused", "risk_area"]),
    ],
)
def test_a_bound_on_what_no_item_can_have_is_wrong_use(
    item: dict[str, Any], has: list[str], has_not: list[str]
) -> None:
    (only_item,) = parse_gold(json.dumps(item)).items
    check_bounds(Rules(floors=dict.fromkeys(has, 0.5)), [only_item], paired=False)
    for name in has_not:
        with pytest.raises(UsageError, match="no item of this gold file can have") as raised:
            check_bounds(Rules(ceilings={name: 0.5}), [only_item], paired=False)
        assert str(raised.value).startswith(f"{name}: ")
    withheld = Rules(floors={"refused_withheld": 0.5})
    (answerable,) = parse_gold(json.dumps(ANSWERABLE)).items
    check_bounds(withheld, [only_item, answerable], paired=True)


@pytest.mark.parametrize("name", SYSTEM)
def test_anything_else_of_the_system_has_to_be_allowed_by_name(name: str) -> None:
    other = report(right(), **{name: "1"})
    assert judge(BASE, Rules(), other).code == NOT_COMPARABLE
    rest = frozenset(SYSTEM) - {name}
    assert judge(BASE, Rules(allowed=rest), other).code == NOT_COMPARABLE
    assert judge(BASE, Rules(allowed=frozenset({name})), other).code == PASS
    none = report(right(), **{one: "1" for one in SYSTEM if one != name})
    assert len(judge(none, Rules(), other).reasons) == len(SYSTEM)


# Comparison


def only(verdict: Verdict | Sequence[Any], metric: str = "fact_recall") -> Any:
    some = verdict.comparisons if isinstance(verdict, Verdict) else verdict
    return next(one for one in some if one.metric == metric)


def test_only_items_of_both_runs_are_compared() -> None:
    now = report([*right(6), outcome(50, fact_recall=0.0), outcome(7)])
    then = report([*right(5), outcome(60, fact_recall=0.0), outcome(7, fact_recall=0.0)])
    found = only(compare(now, then))
    assert (found.n, found.clusters, found.now, found.then, found.worse) == (5, 5, 1.0, 1.0, 0.0)
    assert compare(now, report([outcome(99, fact_recall=1.0)])) == ()
    assert compare(report(right(refused=1.0)), BASE, Rules(compared=("refused",))) == ()


@pytest.mark.parametrize(
    ("metric", "then", "now", "worse"),
    [
        ("fact_recall", 1.0, 0.0, 1.0),
        ("fact_recall", 0.0, 1.0, -1.0),
        ("misattribution", 0.0, 1.0, 1.0),  # lower is better
        ("misattribution", 1.0, 0.0, -1.0),
    ],
)
def test_worse_is_worse_whichever_way_is_better(
    metric: str, then: float, now: float, worse: float
) -> None:
    rules = Rules(compared=(metric,))
    verdict = judge(report(right(**{metric: now})), rules, report(right(**{metric: then})))
    found = only(verdict, metric)
    assert (found.then, found.now, found.worse) == (then, now, worse)
    assert found.is_regression is (worse > 0)
    assert verdict.code == (REGRESSION if worse > 0 else PASS)


@pytest.mark.parametrize(
    ("lost", "tolerance", "expected"),
    [
        (5, 0.03, REGRESSION),  # 2 ** -5 = 0.031
        (4, 0.03, PASS),  # 2 ** -4 = 0.063
        (5, 0.25, PASS),  # 5 of 20 are a quarter, not more
        (6, 0.25, REGRESSION),
        (20, 0.0, REGRESSION),
    ],
)
def test_a_drop_counts_beyond_the_tolerance_and_beyond_chance(
    lost: int, tolerance: float, expected: int
) -> None:
    rules = Rules(compared=("fact_recall",), tolerance=tolerance)
    verdict = judge(with_lost(lost), rules, BASE)
    assert verdict.code == expected
    assert (only(verdict).worse, only(verdict).p) == pytest.approx((lost / N, 2.0**-lost), abs=1e-3)


def test_clusters_and_the_number_of_metrics_make_it_harder() -> None:
    def in_twos(of: Report) -> Report:
        return report([replace(one, cluster=f"c{n // 2}") for n, one in enumerate(of)])

    rules = Rules(compared=("fact_recall",))
    assert judge(with_lost(6), rules, BASE).code == REGRESSION
    assert judge(in_twos(with_lost(6)), rules, in_twos(BASE)).code == PASS  # three clusters
    # with one metric more, 2 ** -5 isn't enough any longer
    then = report(right(refused=1.0))
    now = report([replace(o, values={**o.values, "refused": 1.0}) for o in with_lost(5)])
    assert judge(now, rules, then).code == REGRESSION
    assert judge(now, Rules(compared=("fact_recall", "refused")), then).code == PASS


@pytest.mark.parametrize("tolerance", [0.0, 0.03, 0.07, 0.25, 0.29])
@pytest.mark.parametrize("n", [4, 5, 20, 100])
def test_the_smallest_drop_it_says_it_can_show_is_just_that(n: int, tolerance: float) -> None:
    rules = Rules(compared=("fact_recall",), tolerance=tolerance)
    base = report(right(n))
    needed = only(compare(base, base, rules)).needed
    if n < 5:
        assert needed is None
        assert judge(with_lost(n, n), rules, base).code == PASS
        return
    lost = round(needed * n)
    assert needed * n == pytest.approx(lost)
    assert judge(with_lost(lost, n), rules, base).code == REGRESSION
    assert judge(with_lost(lost - 1, n), rules, base).code == PASS


# Rules of a table


def rules(text: str) -> Rules:
    return read_rules(tomllib.loads(text))


def test_a_table_gives_the_rules() -> None:
    assert rules("") == Rules()
    found = rules(
        """
        compared = ["fact_recall", "half_hit@3", "fact_recall"]
        tolerance = 0
        alpha = 0.01
        [floors]
        "half_hit@5" = 0.9
        abstention_f1 = 1
        [ceilings]
        misattribution = 0.1
        """
    )
    assert found == Rules(
        floors={"half_hit@5": 0.9, "abstention_f1": 1.0},
        ceilings={"misattribution": 0.1},
        compared=("fact_recall", "half_hit@3"),
        tolerance=0.0,
        alpha=0.01,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('compared = ["fact"]', "fact: no such metric"),
        ('compared = ["half_hit"]', "write half_hit@5"),
        ('compared = ["rouge_1"]', "can't be compared"),
        ('compared = ["risk_area"]', "can't be compared"),
        ('compared = "fact_recall"', "compared is 'fact_recall', not a list"),
        ("compared = [1]", "not a list of metrics"),
        ("floors = 0.9", "floors is 0.9, not a table"),
        ("floors = {fact = 0.9}", "fact: no such metric"),
        ('floors = {fact_recall = "0.9"}', "floors.fact_recall is '0.9', no number"),
        ("floors = {fact_recall = true}", "floors.fact_recall is True, no number"),
        ("floors = {fact_recall = nan}", "floors.fact_recall is nan, no number"),
        ("ceilings = {must_not = inf}", "ceilings.must_not is inf, no number"),
        ("tolerance = 3", "tolerance is 3, not a share"),
        ("tolerance = -0.1", "tolerance is -0.1, not a share"),
        ("tolerance = nan", "tolerance is nan, not a share"),
        ('tolerance = "3%"', "tolerance is '3%', not a share"),
        ("alpha = 0", "alpha is 0, not a share"),
        ("alpha = 0.0001", "alpha is 0.0001, not a share"),
        ("alpha = 1", "alpha is 1, not a share"),
        ("alpha = true", "alpha is True, not a share"),
    ],
)
def test_a_wrong_table_is_wrong_use(text: str, expected: str) -> None:
    with pytest.raises(UsageError) as raised:
        rules(text)
    assert expected in str(raised.value)


def test_what_is_compared_by_default_can_be() -> None:
    assert rules(f"compared = {list(COMPARED)}").compared == COMPARED


def test_the_nearest_table_is_taken(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text("[tool.rag.eval]\nalpha = 0.1\n")
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.rag]\neval = 5\n")
    (inner / "pyproject.toml").write_text("tool = 5\n")
    found: tuple[Path | None, Mapping[str, Any]] = settings(inner)
    assert found == (tmp_path / "pyproject.toml", {"alpha": 0.1})
    (inner / "pyproject.toml").write_text("[tool")
    with pytest.raises(UsageError, match="not TOML"):
        settings(inner)
