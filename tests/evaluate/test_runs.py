"""Runs: what the gate can see at which size, invariants, errors, replays, repeats, and bytes."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any, NoReturn

import pytest

from rag import Library
from rag.answer import Answer, Trace
from rag.article import Article, Span
from rag.ask import DOUBT
from rag.citation import Citation, Claim, Source
from rag.errors import UsageError
from rag.evaluate import (
    Corpus,
    Item,
    Report,
    Rules,
    compare,
    judge,
    load_report,
    parse_gold,
    replay,
    run,
)
from rag.evaluate.report import STATUSES
from rag.evaluate.verdict import BROKEN, PASS, REGRESSION
from rag.summary import Summary
from rag.testing import FakeEncoder, FakeLocator, FakeModel

World = Any  # of conftest.py, which can't be imported
Said = Any
System = Callable[[World, Item], Said]


def oracle(world: World, item: Item) -> Said:
    return world.oracle(item)


def broken(which: Callable[[int], bool]) -> System:
    """The oracle, with the facts of some answerable items broken, by their number."""

    def system(world: World, item: Item) -> Said:
        said = world.oracle(item)
        answerable = [one.id for one in world.gold.items if one.kind == "answerable"]
        if item.id in answerable and which(answerable.index(item.id)):
            said.claims = [replace(claim, text="Nothing is said.") for claim in said.claims]
        return said

    return system


def test_what_rules_name_is_measured(world: World) -> None:
    rules = Rules(floors={"half_hit@10": 1.0}, compared=("article_mrr",))
    report = world.run(oracle, metrics=rules.metrics)
    assert judge(report, rules).code == PASS
    assert [one.metric for one in compare(report, report, rules)] == ["article_mrr"]
    groups = [metric.group for metric in rules.metrics]
    assert len(set(groups)) == len(list(groupby(groups)))


# Sizes


@pytest.mark.parametrize("towns", [1, 2, 5, 10, 20, 40, 80])
@pytest.mark.parametrize("every", [20, 10])
def test_the_gate_catches_what_it_says_it_can(
    towns: int, every: int, world_of: Callable[[int], World]
) -> None:
    world = world_of(towns)
    n = 4 * towns
    report = world.run(broken(lambda number: number % every == 0))
    lost = sum(one.values.get("fact_recall") == 0.0 for one in report)
    assert lost == math.ceil(n / every)  # each in a town of its own
    (found,) = (
        one for one in compare(report, world.baseline, Rules()) if one.metric == "fact_recall"
    )
    can = found.needed is not None and lost / n >= found.needed
    assert found.is_regression is can
    assert judge(report, Rules(), world.baseline).code == (REGRESSION if can else PASS)
    # 5 % are seen from 160 questions on, 10 % from 80, and nothing with less than eight towns
    assert can is (towns >= (40 if every == 20 else 20))
    assert (found.needed is None) is (towns < 8)


def test_what_is_lost_in_few_articles_may_be_chance(world: World) -> None:
    together = world.run(broken(lambda number: number < 8))  # all of two towns
    assert judge(together, Rules(), world.baseline).code == PASS


# Invariants


def first_wrong(change: Callable[[World, Any], Any], summaries: bool = False) -> System:
    """The oracle, with one citation changed."""

    def system(world: World, item: Item) -> Said:
        said = world.oracle(item)
        if item.id == ("00-s" if summaries else "00-0"):
            (claim, *rest) = said.claims
            said.hits = [*world.evidence(item)]
            said.claims = [replace(claim, citations=(change(world, claim.citations[0]),)), *rest]
        return said

    return system


INEXACT: dict[str, Callable[[World, Any], Any]] = {
    "altered": lambda _, one: replace(one, quote=one.quote.replace("wind", "rain")),
    "case": lambda _, one: replace(one, quote=one.quote.upper()),
    "shortened": lambda _, one: replace(one, quote=one.quote[:-1]),
    "moved": lambda _, one: replace(one, start=one.start + 1, end=one.end + 1),
    "outside": lambda _, one: replace(one, start=10**6, end=10**6 + 5),
    "negative": lambda _, one: replace(one, start=-5, end=-1, quote=""),
    "empty": lambda _, one: replace(one, end=one.start, quote=""),
    "unknown": lambda _, one: replace(one, article=Source("?", "Ghost", None, None, None)),
    "not retrieved": lambda world, _: world.cite(world.spans(0)[5]),
}


@pytest.mark.parametrize("kind", INEXACT)
def test_one_inexact_citation_fails_the_run(kind: str, world: World) -> None:
    report = world.run(first_wrong(INEXACT[kind]))
    (bad,) = (one for one in report if one.status != "pass")
    assert (bad.id, bad.status) == ("00-0", "fail")
    assert report.values["citation_validity"].value < 1.0
    verdict = judge(report)
    assert verdict.code == REGRESSION
    assert verdict.reasons == ("00-0: a citation is not exact, or not of what was retrieved",)


def test_a_summary_that_cites_another_article_fails_the_run(world: World) -> None:
    report = world.run(first_wrong(lambda w, _: w.cite(w.spans(1)[0]), summaries=True))
    verdict = judge(report)
    assert verdict.code == REGRESSION
    assert verdict.reasons == ("00-s: a citation is not exact, or not of what was retrieved",)


# Errors and what is missing


def raising(world: World, item: Item) -> Said:
    if item.id.endswith("5-1"):
        raise ValueError("boom")
    return world.oracle(item)


def test_an_error_is_an_error_and_the_rest_is_scored(world: World) -> None:
    report = world.run(raising)
    assert report.counts() == {
        "pass": len(world.gold.items) - 4,
        "fail": 0,
        "error": 4,
        "missing": 0,
    }
    assert report.values["fact_recall"].n == 156
    (first, *_) = (one for one in report if one.status == "error")
    assert (first.id, first.reason, first.values) == ("05-1", "ValueError: boom", {})
    verdict = judge(report, Rules(), world.baseline)
    assert verdict.code == BROKEN
    assert len(verdict.reasons) == 4


def test_who_cant_be_asked_is_missing(world: World) -> None:
    report = world.run(oracle, summarize=None)
    assert report.counts()["missing"] == 8
    assert "key_fact_recall" not in report.values
    assert judge(report).code == BROKEN
    assert judge(report).reasons[0] == "00-s: missing: no way to summarise was given"


def test_an_answer_that_is_none_is_an_error() -> None:
    gold = parse_gold('{"id": "a", "question": "Why?", "answerable": false}')
    report = run(gold, lambda _: None, corpus=Corpus([]))  # type: ignore[arg-type, return-value]
    assert [one.status for one in report] == ["error"]


def test_a_conversation_goes_to_those_who_can_follow() -> None:
    turns = [{"question": "Who?"}, {"question": "Why?", "answerable": False}]
    gold = parse_gold(json.dumps({"id": "a", "turns": turns}))
    asked: list[Any] = []

    def follows(question: str, history: list[Answer]) -> Answer:
        asked.append((question, [answer.question for answer in history]))
        return Answer(question, (), True, Trace())

    assert run(gold, follows, corpus=Corpus([])).counts()["pass"] == 1
    assert asked == [("Who?", []), ("Why?", ["Who?"])]
    (other,) = run(gold, lambda q: Answer(q, (), True, Trace()), corpus=Corpus([]))
    assert (other.status, other.reason) == (
        "missing",
        "a conversation, which this system can't follow",
    )


def test_without_articles_or_a_filter_it_is_wrong_use(world: World) -> None:
    with pytest.raises(UsageError, match="articles aren't known"):
        run(world.gold, lambda q: Answer(q, (), True, Trace()))
    with pytest.raises(UsageError, match="takes a filter"):
        run(world.gold, lambda q: Answer(q, (), True, Trace()), corpus=world.corpus, paired=True)


def test_who_answers_without_the_evidence_is_seen(world: World) -> None:
    assert world.run(oracle, paired=True).values["refused_withheld"].value == 1.0
    spans = world.spans(1)

    def stubborn(question: str, filter: Any = None) -> Answer:
        return Answer(question, tuple(world.quoting(spans[:1])), False, Trace())

    report = run(world.gold, stubborn, corpus=world.corpus, paired=True)
    assert report.values["refused_withheld"].value == 0.0


# One status each, and no number that is none


def doubtful(world: World, item: Item) -> Said:
    """Unsure beyond numbers."""
    said = world.oracle(item)
    said.confidence = float("nan") if item.id < "20" else float("inf")
    return said


def crazy(world: World, item: Item) -> Said:
    said = world.oracle(item)
    said.hits = [Span("?", 5, 2), Span("?", 3, 3), Span("", -4, -1)]
    return said


def vague(world: World, item: Item) -> Said:
    """It cites whole articles, which gives values of many digits."""
    said = world.oracle(item)
    article = world.article(item)
    whole = world.cite(Span(article.id, 0, len(article.text)))
    said.claims = [replace(claim, citations=(whole,)) for claim in said.claims]
    return said


SYSTEMS: dict[str, System] = {
    "oracle": oracle,
    "silent": lambda world, item: replace(world.oracle(item), claims=[]),
    "blind": lambda world, item: replace(world.oracle(item), claims=[], hits=[]),
    "inexact": first_wrong(INEXACT["empty"]),
    **{one.__name__: one for one in (raising, doubtful, crazy, vague)},
}


def refuse(constant: str) -> NoReturn:
    raise AssertionError(constant)


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_item_ends_once_and_reports_come_back(
    name: str, world: World, tmp_path: Path
) -> None:
    report = world.run(SYSTEMS[name], paired=True)
    assert [one.id for one in report] == [item.id for item in world.gold.items]
    assert all(one.status in STATUSES for one in report)
    assert all((one.reason == "") is (one.status == "pass") for one in report)
    assert sum(report.counts().values()) == len(world.gold.items)
    text = report.to_json()
    json.loads(text, parse_constant=refuse)  # NaN, Infinity
    # the same again, to the byte
    assert world.run(SYSTEMS[name], paired=True).to_json() == text
    # from a file, and scored anew without the system
    (tmp_path / "report.json").write_text(text, "utf-8")
    loaded = load_report(tmp_path / "report.json")
    assert loaded.to_json() == text
    assert replay(world.gold, loaded, world.corpus).to_json() == text
    # nothing changed: no comparison sees a difference that rounding made
    assert {(one.worse, one.p) for one in compare(report, loaded)} <= {(0.0, 1.0)}
    expected = {"raising": BROKEN, "inexact": REGRESSION, "crazy": REGRESSION}.get(name, PASS)
    assert judge(report, Rules(), loaded).code == expected


def test_times_are_in_no_report(world: World) -> None:
    report = world.run(oracle)
    assert report.milliseconds == {"search_ms": 1.0}
    assert (report.seconds > 0, report.peak_memory > 0) == (True, True)
    assert set(report.times()) == {"seconds", "peak_memory_mb", "milliseconds"}
    report.seconds, report.milliseconds, report.peak_memory = 9e9, {"x": 1.0}, 9e9
    assert report.to_json() == world.baseline.to_json()


def test_a_replay_has_the_recorded_answers_and_todays_gold(world: World) -> None:
    recorded = world.run(oracle)
    gold = replace(world.gold, items=world.gold.items[:2], fingerprint="new")
    shorter = replay(gold, recorded, world.corpus)
    assert (shorter.system["gold"], len(shorter.outcomes)) == ("new", 2)
    recorded.outcomes = recorded.outcomes[1:]
    again = replay(gold, recorded, world.corpus)
    assert [(one.status, one.reason) for one in again] == [
        ("missing", "not in the recording"),
        ("pass", ""),
    ]


def test_fingerprints_name_the_system(world: World) -> None:
    system = world.baseline.system
    assert (system["model"], system["encoder"], system["adapter"]) == ("m1", "e1", None)
    assert (system["gold"], system["articles"]) == (
        world.gold.fingerprint,
        world.corpus.fingerprint,
    )


# Repeats


def test_what_changes_from_time_to_time_is_shown(world: World) -> None:
    turns: Iterator[bool] = iter([False, True] * 10)

    def moody(world: World, item: Item) -> Said:
        said = world.oracle(item)
        return replace(said, claims=[]) if item.id == "07-0" and next(turns) else said

    report = world.run(moody, repeats=2)
    assert (report.unstable, report.repeats) == (["07-0"], 2)
    assert report.counts()["pass"] == len(world.gold.items)  # the first answer is scored
    verdict = judge(report, Rules(), world.baseline)
    assert (verdict.code, verdict.reasons) == (
        REGRESSION,
        ("07-0: doesn't say the same each time",),
    )
    again = replay(world.gold, Report.from_dict(report.to_dict()), world.corpus)
    assert again.to_json() == report.to_json()
    stable = world.run(raising, repeats=3)
    assert (stable.unstable, stable.repeats) == ([], 3)


# Why an item doesn't pass


SUMMARY = {"id": "s", "summarize": "Storm", "facts": [{"any": ["wind"]}, {"any": ["rain"]}]}
STORM = Article.of("The wind blew. The rain fell on 5 towns.", title="Storm")


@pytest.mark.parametrize(
    ("text", "cited", "fields", "reason"),
    [
        ("The wind blew.", True, {}, ""),  # half of the key facts
        ("The rain and the wind.", True, {"must_not": ["snow"]}, ""),
        ("The rain and the wind.", True, {"facts": []}, ""),
        ("The rain and snow.", True, {"must_not": ["snow", "hail"]}, "says what it mustn't: snow"),
        ("The snow fell.", True, {}, "says 0% of the key facts"),
        ("The wind blew in 6 towns.", True, {}, "a number that is not in the cited spans"),
        ("The wind blew.", False, {}, "a statement without a citation"),
        ("", True, {}, "says nothing"),
    ],
)
def test_a_summary_passes_or_says_why_not(
    text: str, cited: bool, fields: dict[str, Any], reason: str
) -> None:
    gold = parse_gold(json.dumps(SUMMARY | fields))
    whole = Citation.of(STORM, Span(STORM.id, 0, len(STORM.text)))
    claims = (Claim(text, "supported", (whole,) if cited else ()),) if text else ()

    def summarize(ids: list[str], length: str | int) -> Summary:
        assert (ids, length) == ([STORM.id], "short")
        return Summary((), claims, not claims, 2, 2, Trace())

    corpus = Corpus([(STORM, [])])
    (found,) = run(gold, lambda q: None, corpus=corpus, summarize=summarize)  # type: ignore[arg-type, return-value]
    assert (found.status, found.reason) == ("fail" if reason else "pass", reason)


# A library


def test_a_library_is_asked_as_it_is(stock: Path, encoder: FakeEncoder) -> None:
    said = "The river Lenn rose by four metres."
    given = re.compile(rf"\[\d+\] {said}")
    model = FakeModel(lambda prompt: found[0] if (found := given.search(prompt)) else "[0]")
    library = Library(stock, encoder=encoder, locator=FakeLocator(), model=model)
    quote = {"article": "flood.md", "quote": "The river Lenn rose by four metres."}
    question = "The river Lenn rose by how many metres?"
    facts = [{"number": 4, "unit": "metre"}]
    lines: list[dict[str, Any]] = [
        {"id": "rise", "question": question, "facts": facts, "evidence": [[quote]]},
        {"id": "far", "question": "Who sells zebras?", "answerable": False},
    ]
    gold = parse_gold("\n".join(map(json.dumps, lines)))
    report = run(gold, library.ask)
    assert [(one.id, one.status, one.reason) for one in report] == [
        ("rise", "pass", ""),
        ("far", "pass", ""),
    ]
    assert report.values["citation_iou"].value == 1.0
    assert report.system["model"] == "fake-model"
    assert run(gold, library.ask).to_json() == report.to_json()
    (rise, far) = report
    assert rise.response and far.response
    # What refusing goes by is what the risk is drawn over.
    assert (rise.response.confidence or 0) > 1 - DOUBT > (far.response.confidence or 0)
    assert [cited.article.path for cited in rise.response.citations] == ["flood.md"]
    assert str(stock) not in report.to_json(), "a report names nobody's folders"
