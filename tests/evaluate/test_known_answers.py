"""Systems whose worth is known: each metric ranks them, and the gate catches the worse ones."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from rag.article import Span
from rag.citation import Citation
from rag.evaluate import Item, Report, Rules, judge
from rag.evaluate.metrics import SHOWN
from rag.evaluate.verdict import PASS, REGRESSION

LEAD = 0  # the sentence of an article that says nothing that is asked for

World = Any  # of conftest.py, which can't be imported
Said = Any


def abstain(world: World, item: Item) -> Said:
    return replace(world.oracle(item), claims=[])


def lead(world: World, item: Item) -> Said:
    span = world.spans(world.number(item))[LEAD]
    return replace(world.oracle(item), claims=world.quoting([span]))


def eager(world: World, item: Item) -> Said:
    """Abstention off."""
    return lead(world, item) if item.kind == "unanswerable" else world.oracle(item)


def randomly(world: World, item: Item) -> Said:
    spans = random.Random(item.id).sample(world.spans(world.number(item)), 2)
    return replace(world.oracle(item), claims=world.quoting(spans))


def recited(world: World, item: Item, cite: Callable[[Citation], list[Span]]) -> Said:
    """The oracle's words with other citations."""
    said = world.oracle(item)
    claims = [
        replace(claim, citations=tuple(map(world.cite, cite(claim.citations[0]))))
        for claim in said.claims
    ]
    return replace(said, claims=claims)


def everything(world: World, item: Item) -> Said:
    return recited(world, item, lambda _: world.spans(world.number(item)))


def shifted(world: World, item: Item) -> Said:
    """By one sentence."""
    spans = world.spans(world.number(item))
    return recited(world, item, lambda one: [spans[spans.index(one.span) + 1]])


def elsewhere(world: World, item: Item) -> Said:
    """The sentence of the same place in another article; of questions."""
    if item.kind == "summary":
        return world.oracle(item)
    n = world.number(item)
    here, there = world.spans(n), world.spans(n + 1)
    return recited(world, item, lambda one: [there[here.index(one.span)]])


def uncited(world: World, item: Item) -> Said:
    return recited(world, item, lambda _: [])


def uncited_summary(world: World, item: Item) -> Said:
    return uncited(world, item) if item.kind == "summary" else world.oracle(item)


def worded(world: World, item: Item, write: Callable[[str], str]) -> Said:
    """The oracle's citations with other words."""
    said = world.oracle(item)
    return replace(said, claims=[replace(one, text=write(one.text)) for one in said.claims])


def rounded(world: World, item: Item) -> Said:
    return worded(
        world, item, lambda text: re.sub(r"\d+,\d{3}", lambda n: f"{n[0][:-4]},000", text)
    )


def late_search(world: World, item: Item) -> Said:
    """A search that finds the evidence third."""
    said = world.oracle(item)
    spans = world.spans(world.number(item))
    return replace(said, claims=[], hits=[spans[LEAD], spans[5], *world.evidence(item)])


def broken(every: int, start: int = 0) -> Callable[[World, Item], Said]:
    """The oracle, with the facts of one in so many answerable items broken."""

    def system(world: World, item: Item) -> Said:
        answerable = [one.id for one in world.gold.items if one.kind == "answerable"]
        if item.kind == "answerable" and answerable.index(item.id) % every == start:
            return worded(world, item, lambda _: "Nobody knows.")
        return world.oracle(item)

    return system


SYSTEMS: dict[str, Callable[[World, Item], Said]] = {
    "oracle": lambda world, item: world.oracle(item),
    **{one.__name__: one for one in (abstain, lead, eager, randomly, everything, shifted)},
    **{one.__name__: one for one in (elsewhere, uncited, uncited_summary, rounded)},
    "broken": broken(20),
}


@pytest.fixture(scope="module")
def reports(world: World) -> dict[str, Report]:
    return {name: world.run(system) for name, system in SYSTEMS.items()}


def test_the_oracle_is_perfect(world: World) -> None:
    report = world.run(SYSTEMS["oracle"], paired=True)
    assert report.counts() == {"pass": len(world.gold.items), "fail": 0, "error": 0, "missing": 0}
    assert set(report.values) == {metric.name for metric in SHOWN}
    described = "lead_fact_recall compression position prompt_tokens generated_tokens".split()
    found = {m.name: report.values[m.name].value for m in SHOWN if m.name not in described}
    lower = {metric.name for metric in SHOWN if metric.better == "lower"}
    assert found == pytest.approx({name: float(name not in lower) for name in found})
    assert report.values["lead_fact_recall"].value < 1.0
    assert report.values["prompt_tokens"].value == 100
    assert report.curve == [(160 / 170, 0.0)]


ORDERS = [  # best first; systems on one line are equal
    ("fact_recall", "oracle everything shifted elsewhere uncited eager", "broken", "rounded"),
    ("fact_recall", "oracle", "randomly", "lead abstain"),
    ("all_facts", "oracle everything shifted", "broken", "rounded", "lead abstain"),
    ("must_not", "oracle lead rounded abstain", "broken"),
    ("exact_match", "oracle everything shifted", "broken", "rounded", "lead abstain"),
    ("token_f1", "oracle", "broken", "randomly", "lead", "abstain"),
    (
        "citation_iou",
        "oracle rounded broken",
        "everything",
        "randomly",
        "shifted elsewhere uncited",
    ),
    ("citation_precision", "oracle", "randomly", "shifted elsewhere uncited"),
    ("citation_recall", "oracle everything", "randomly", "shifted elsewhere uncited"),
    ("citation_coverage", "oracle everything shifted", "uncited_summary", "uncited"),
    ("citation_necessity", "oracle lead randomly", "everything", "elsewhere", "shifted"),
    ("misattribution", "oracle everything randomly rounded", "elsewhere", "shifted uncited"),
    ("refused", "oracle abstain uncited", "eager lead randomly"),
    ("wrongly_refused", "oracle lead", "abstain"),
    ("abstention_precision", "oracle", "abstain"),
    ("abstention_f1", "oracle", "abstain", "eager"),
    ("risk_area", "oracle shifted", "broken", "eager", "rounded", "randomly", "lead"),
    ("key_fact_recall", "oracle everything shifted", "rounded", "lead abstain"),
    ("new_number_count", "oracle lead everything", "rounded", "shifted uncited_summary"),
    ("new_name_count", "oracle everything elsewhere", "uncited"),
    ("rouge_1", "oracle", "rounded", "randomly", "lead", "abstain"),
    ("citation_validity", "oracle everything randomly shifted lead"),
]


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order[0])
def test_each_metric_ranks_them(order: tuple[str, ...], reports: dict[str, Report]) -> None:
    metric, *places = order
    better = next(one for one in SHOWN if one.name == metric).better
    values = [
        {round(reports[name].values[metric].value, 9) for name in place.split()} for place in places
    ]
    assert [len(some) for some in values] == [1] * len(places), values
    falling = [value for (value,) in values]
    assert falling == sorted(set(falling), reverse=better != "lower")


def test_no_confidence_in_nothing(reports: dict[str, Report]) -> None:
    assert "risk_area" not in reports["abstain"].values
    assert reports["abstain"].curve == []


def test_retrieval_is_ranked_by_where_the_evidence_is(world: World) -> None:
    late = world.run(late_search).values
    found = world.baseline.values
    for name in ("half_hit@1", "half_mrr", "half_ndcg@5", "character_precision@5"):
        assert late[name].value < found[name].value == pytest.approx(1.0)
    assert late["half_mrr"].value == pytest.approx(1 / 3)
    same = ("article_hit@1", "half_hit@5", "whole_hit@5", "character_recall@5", "given_recall")
    assert [late[name].value for name in same] == [1.0] * 5


def test_what_is_surest_and_wrong_costs_most(world: World) -> None:
    def confident(right: float, wrong: float) -> float:
        def system(world: World, item: Item) -> Said:
            said = broken(4)(world, item)
            is_wrong = said.claims and said.claims[0].text == "Nobody knows."
            return replace(said, confidence=wrong if is_wrong else right)

        return world.run(system).values["risk_area"].value

    # a quarter is wrong: last, anywhere, or first
    assert confident(0.9, 0.1) == pytest.approx(1 / 4 * 1 / 4)
    assert confident(0.5, 0.5) == pytest.approx(1 / 4)
    assert confident(0.1, 0.9) == pytest.approx(1 / 4 + 3 / 4 * 1 / 4)


# The gate, with the oracle's run as the baseline

CAUGHT = {
    "abstain": {"fact_recall", "wrongly_refused", "key_fact_recall"},
    "lead": {"fact_recall", "citation_iou", "refused", "key_fact_recall"},
    "eager": {"refused"},
    "randomly": {"fact_recall", "citation_iou", "refused", "key_fact_recall"},
    "everything": {"citation_iou"},
    "shifted": {"citation_iou", "misattribution", "new_number_count"},
    "elsewhere": {"citation_iou", "misattribution"},
    "uncited": {"citation_iou", "citation_coverage", "misattribution", "new_number_count"},
    "uncited_summary": {"citation_coverage", "misattribution", "new_number_count"},
    "rounded": {"fact_recall", "key_fact_recall", "new_number_count"},
    "broken": {"fact_recall", "must_not"},
    "oracle": set(),
}


@pytest.mark.parametrize("name", CAUGHT)
def test_the_gate_catches_each(name: str, world: World, reports: dict[str, Report]) -> None:
    verdict = judge(reports[name], Rules(), world.baseline)
    expected = CAUGHT[name]
    assert verdict.code == (REGRESSION if expected else PASS)
    assert {one.metric for one in verdict.comparisons if one.is_regression} == expected
    assert {reason.split()[0] for reason in verdict.reasons} == expected
    # and what gets better is never one
    assert judge(world.baseline, Rules(), reports[name]).code == PASS
