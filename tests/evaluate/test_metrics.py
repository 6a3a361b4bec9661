"""Metrics of answers, citations, abstention, summaries and cost on cases counted by hand."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.article import Article, Span
from rag.citation import Citation, Claim, Source
from rag.errors import UsageError
from rag.evaluate import Case, Item, Response, parse
from rag.evaluate.facts import Fact, Forms, Number
from rag.evaluate.metrics import SHOWN, names
from rag.evaluate.metrics.abstention import coverage_risk
from rag.evaluate.metrics.answers import squad_words, word_f1

FLOOD = Article.of(
    "Rain fell for nine days. The river rose by four metres. Some 300 people fled. Ada Park spoke.",
    title="Flood",
)
BEES = Article.of("Bees died. A mite spread to 300 hives.", title="Bees")
RAIN, RIVER, PEOPLE, PARK = (0, 24), (25, 55), (56, 77), (78, 93)


def cite(span: tuple[int, int], article: Article = FLOOD) -> Citation:
    return Citation.of(article, Span(article.id, *span))


def claim(text: str, *citations: Citation) -> Claim:
    return Claim(text, "supported", citations)


def case(
    *claims: Claim,
    facts: Sequence[Fact] = (Forms(("four",)),),
    evidence: Sequence[Sequence[tuple[int, int]]] = ((RIVER,),),
    kind: str = "answerable",
    must_not: Sequence[str] = (),
    answers: Sequence[str] = (),
    **response: Any,
) -> Case:
    item = Item(
        id="x",
        line=1,
        question="" if kind == "summary" else "q",
        answerable=kind != "unanswerable",
        facts=() if kind == "unanswerable" else tuple(facts),
        must_not=tuple(Forms((form,)) for form in must_not),
        answers=tuple(answers),
        summarize=("Flood",) if kind == "summary" else (),
    )
    gold = () if kind == "unanswerable" else evidence
    return Case(
        item,
        tuple(tuple(Span(FLOOD.id, *span) for span in spans) for spans in gold),
        Response(claims, response.pop("abstained", not claims), **response),
        {FLOOD.id: FLOOD, BEES.id: BEES},
        (FLOOD.id,) if kind == "summary" else (),
    )


def check(expected: dict[str, float | None], scored: Case) -> None:
    assert {name: parse(name).value(scored) for name in expected} == pytest.approx(expected)


# Answers

FOUR = claim("The river rose by four metres.", cite(RIVER))


def test_facts_are_counted_over_all_claims() -> None:
    facts = (Number(4), Number(300), Forms(("snow",)))
    people = claim("300 people fled.", cite(PEOPLE))
    check({"fact_recall": 2 / 3, "all_facts": 0.0}, case(FOUR, people, facts=facts))
    check({"fact_recall": 1.0, "all_facts": 1.0}, case(FOUR, people, facts=facts[:2]))
    check({"fact_recall": 0.0, "all_facts": 0.0}, case(facts=facts))
    none = {"fact_recall": None, "all_facts": None}
    check(none, case(FOUR, kind="unanswerable"))
    check(none, case(FOUR, kind="summary"))


def test_what_mustnt_be_said_counts_where_it_is_named() -> None:
    check({"must_not": None}, case(FOUR))
    check({"must_not": 0.0}, case(FOUR, must_not=["five"]))
    check({"must_not": 1.0}, case(FOUR, must_not=["five", "four"]))
    check({"must_not": 0.0}, case(must_not=["four"]))
    check({"must_not": 1.0}, case(FOUR, must_not=["four"], kind="unanswerable"))


@pytest.mark.parametrize(
    ("said", "gold", "exact", "f1"),
    [  # by the definitions of SQuAD's evaluate-v2.0.py
        ("The cat", "cat", 1, 1),
        ("a an the", "", 1, 1),
        ("", "", 1, 1),
        ("cat", "", 0, 0),
        ("", "cat", 0, 0),
        ("the black cat", "black cat!", 1, 1),
        ("the black cat sat", "black cat", 0, 2 * (2 / 3) * 1 / (2 / 3 + 1)),
        ("cat cat", "cat", 0, 2 / 3),  # counted as often as it is there
        ("cat cat dog", "cat dog dog", 0, 2 / 3),
        ("U.S.", "US", 1, 1),
        ("twenty-one", "twenty one", 0, 0),  # punctuation goes without a trace
        ("dog cat", "cat dog", 0, 1),  # in any order
        ("another", "other", 0, 0),  # "an" is a word of its own only
        ("the Theatre", "theatre", 1, 1),
        ("1,000", "1000", 1, 1),
        ("don’t", "dont", 0, 0),  # the published list of punctuation is that of ASCII
    ],
)
def test_short_answers_are_compared_as_squad_does(
    said: str, gold: str, exact: float, f1: float
) -> None:
    mine, right = squad_words(said), squad_words(gold)
    assert (float(mine == right), word_f1(mine, right)) == pytest.approx((exact, f1))
    assert word_f1(mine, right) == word_f1(right, mine)
    if gold.strip() and said.strip():
        scored = case(claim(said), answers=["zebra", gold])  # the best of the answers
        check({"exact_match": exact, "token_f1": f1}, scored)


def test_short_answers_are_those_of_answerable_questions() -> None:
    none = {"exact_match": None, "token_f1": None}
    check(none, case(FOUR))
    check(none, case(FOUR, answers=["four"], kind="summary"))
    check({"exact_match": 0.0, "token_f1": 0.0}, case(answers=["four"]))


# Citations


def altered(citation: Citation, **changes: Any) -> Citation:
    return replace(citation, **changes)


GHOST = Source("0" * 12, "Ghost", None, None, None)
GIVEN = {"retrieved": (Span(FLOOD.id, *RAIN), Span(FLOOD.id, *RIVER))}


@pytest.mark.parametrize(
    ("citation", "expected"),
    [
        (cite(RIVER), 1.0),
        (cite((2, 50)), 0.0),  # the white space between the two isn't retrieved
        (cite((30, 40)), 1.0),
        (cite((30, 60)), 0.0),
        (cite(PEOPLE), 0.0),
        (cite((0, 10), BEES), 0.0),
        (altered(cite(RIVER), quote="The river rose by five metres."), 0.0),
        (altered(cite(RIVER), quote=""), 0.0),
        (altered(cite(RIVER), start=26), 0.0),
        (altered(cite(RIVER), start=-68, end=-38), 0.0),  # which Python would find
        (altered(cite(RIVER), start=55, end=25, quote=""), 0.0),
        (altered(cite(RIVER), start=25, end=25, quote=""), 0.0),
        (altered(cite(PARK), end=94), 0.0),
        (altered(cite(RIVER), article=GHOST), 0.0),
    ],
)
def test_a_citation_is_exact_and_of_what_was_retrieved(citation: Citation, expected: float) -> None:
    scored = case(claim("x", citation), **GIVEN)
    check({"citation_validity": expected}, scored)
    check({"citation_validity": (1 + expected) / 2}, case(FOUR, claim("x", citation), **GIVEN))


def test_where_nothing_is_known_of_the_search_exactness_is_enough() -> None:
    check({"citation_validity": 1.0}, case(claim("x", cite(PEOPLE))))
    check({"citation_validity": None}, case(claim("x")))
    check(
        {"citation_validity": 1.0},
        case(claim("x", cite(PEOPLE)), given=GIVEN["retrieved"] + (Span(FLOOD.id, *PEOPLE),)),
    )


def test_a_summary_cites_its_own_articles() -> None:
    check({"citation_validity": 1.0}, case(claim("x", cite(PEOPLE)), kind="summary", **GIVEN))
    check({"citation_validity": 0.0}, case(claim("x", cite((0, 10), BEES)), kind="summary"))


@pytest.mark.parametrize(
    ("cited", "evidence", "precision", "recall", "iou"),
    [
        ([RIVER], [[RIVER]], 1, 1, 1),
        ([(25, 40)], [[RIVER]], 1, 0.5, 0.5),
        ([RIVER, PEOPLE], [[RIVER]], 30 / 51, 1, 30 / 51),
        ([RIVER], [[RIVER, PEOPLE]], 1, 30 / 51, 30 / 51),
        ([RIVER], [[PEOPLE], [RIVER]], 1, 1, 1),  # the alternative that is nearest
        ([RIVER, RIVER], [[RIVER]], 1, 1, 1),
        ([PEOPLE], [[RIVER]], 0, 0, 0),
        ([], [[RIVER]], 0, 0, 0),  # an answer without a citation isn't left out
    ],
)
def test_cited_spans_are_compared_with_the_evidence(
    cited: list[tuple[int, int]],
    evidence: list[list[tuple[int, int]]],
    precision: float,
    recall: float,
    iou: float,
) -> None:
    scored = case(claim("x", *map(cite, cited)), evidence=evidence)
    expected = {"citation_precision": precision, "citation_recall": recall, "citation_iou": iou}
    check(expected, scored)


def test_without_an_answer_or_evidence_there_is_nothing_to_compare() -> None:
    none = {"citation_precision": None, "citation_recall": None, "citation_iou": None}
    check(none, case())
    check(none, case(FOUR, evidence=()))
    check(none, case(FOUR, kind="unanswerable"))
    empty = claim("x", altered(cite(RIVER), start=25, end=25, quote=""))
    check(dict.fromkeys(none, 0.0), case(empty))  # and doesn't raise


def test_coverage_is_of_claims() -> None:
    check({"citation_coverage": 0.5}, case(FOUR, claim("x")))
    check({"citation_coverage": 1.0}, case(FOUR, kind="unanswerable"))
    check({"citation_coverage": None}, case())


BOTH = "The river rose by four metres and some 300 people fled."


@pytest.mark.parametrize(
    ("text", "cited", "expected"),
    [
        ("The river rose by four metres.", [RIVER], 1),
        ("The river rose by four metres.", [RIVER, PARK], 1 / 2),  # the second adds nothing
        ("The river rose by four metres.", [PARK], 0),  # it doesn't hold at all
        (BOTH, [RIVER, PEOPLE], 1),  # neither holds it alone
        (BOTH, [RIVER, PEOPLE, PARK], 2 / 3),
        (BOTH, [RIVER], 0),
        ("x", [], None),
    ],
)
def test_a_citation_is_needed_or_not(
    text: str, cited: list[tuple[int, int]], expected: float | None
) -> None:
    check({"citation_necessity": expected}, case(claim(text, *map(cite, cited))))


def test_misattribution_is_a_fact_said_that_no_cited_span_holds() -> None:
    facts = (Number(4), Number(300))
    right = claim("300 people fled.", cite(PEOPLE))
    wrong = claim("300 people fled.", cite(PARK))
    other = claim("300 people fled.", cite((0, 38), BEES))  # 300 hives: words can't tell
    check({"misattribution": 0.0}, case(FOUR, right, facts=facts))
    check({"misattribution": 0.5}, case(FOUR, wrong, facts=facts))
    check({"misattribution": 0.5}, case(FOUR, claim("300 people fled."), facts=facts))
    check({"misattribution": 0.0}, case(FOUR, wrong, right, facts=facts))  # one is enough
    check({"misattribution": 0.0}, case(FOUR, other, facts=facts))
    check({"misattribution": 1.0}, case(wrong, facts=facts))  # of the facts said
    check({"misattribution": None}, case(claim("Snow.", cite(PARK)), facts=facts))
    check({"misattribution": None}, case(wrong, kind="unanswerable"))


# Abstention


def refusal(kind: str = "answerable") -> Case:
    return case(kind=kind)


def surely(confidence: float | None, kind: str = "answerable") -> Case:
    return case(FOUR, kind=kind, confidence=confidence)


def test_refusals_are_right_or_wrong_by_kind() -> None:
    check({"refused": None, "wrongly_refused": 1.0}, refusal())
    check({"refused": None, "wrongly_refused": 0.0}, case(FOUR))
    check({"refused": 1.0, "wrongly_refused": None}, refusal("unanswerable"))
    check({"refused": 0.0, "wrongly_refused": None}, case(FOUR, kind="unanswerable"))
    check({"refused": None, "wrongly_refused": None}, refusal("summary"))
    check({"refused_withheld": None}, refusal())
    check({"refused_withheld": 1.0}, case(FOUR, withheld=True))
    check({"refused_withheld": 0.0}, case(FOUR, withheld=False))


def of_run(name: str, *cases: Case) -> float | None:
    function = parse(name).of_run
    assert function
    return function([(one, one.response.confidence != 0.5) for one in cases])


@pytest.mark.parametrize(
    ("kinds", "precision", "f1"),
    [  # of what is refused and answered, each answerable (a), unanswerable (u) or a summary (s)
        (("u", "a"), 1, 1),
        (("uua", "aaaau"), 2 / 3, 2 / 3),
        (("a", "u"), 0, 0),
        (("", "au"), None, 0),
        (("a", "a"), 0, None),
        (("us", "as"), 1, 1),  # summaries are no questions
        (("u", "uuu"), 1, 2 * 0.25 / 1.25),
    ],
)
def test_abstention_has_precision_and_f1(
    kinds: tuple[str, str], precision: float | None, f1: float | None
) -> None:
    kind = {"a": "answerable", "u": "unanswerable", "s": "summary"}
    cases = [refusal(kind[one]) for one in kinds[0]]
    cases += [case(FOUR, kind=kind[one]) for one in kinds[1]]
    assert of_run("abstention_precision", *cases) == pytest.approx(precision)
    assert of_run("abstention_f1", *cases) == pytest.approx(f1)


CURVES: list[tuple[list[tuple[float, bool]], int, list[tuple[float, float]], float | None]] = [
    ([], 2, [], None),
    ([(0.9, True)], 0, [(1.0, 0.0)], 0.0),
    ([(0.9, False)], 1, [(0.5, 1.0)], 1.0),
    ([(0.9, True), (0.8, False)], 0, [(0.5, 0.0), (1.0, 0.5)], 0.25),
    ([(0.8, True), (0.9, False)], 0, [(0.5, 1.0), (1.0, 0.5)], 0.75),
    ([(0.9, True), (0.8, False), (0.7, True)], 1, [(0.25, 0), (0.5, 0.5), (0.75, 1 / 3)], 5 / 18),
    # equal confidences enter together, and weigh as many as they are
    ([(0.9, True), (0.8, False), (0.8, True)], 0, [(1 / 3, 0), (1, 1 / 3)], 2 / 9),
    ([(0.8, True), (0.9, True), (0.8, False)], 0, [(1 / 3, 0), (1, 1 / 3)], 2 / 9),
]


@pytest.mark.parametrize(("answered", "refused", "curve", "area"), CURVES)
def test_risk_grows_with_coverage(
    answered: list[tuple[float, bool]],
    refused: int,
    curve: list[tuple[float, float]],
    area: float | None,
) -> None:
    cases = [(surely(confidence), passed) for confidence, passed in answered]
    cases += [(refusal(), False)] * refused
    cases.append((case(FOUR, kind="summary", confidence=1.0), False))  # is no question
    assert coverage_risk(cases) == [pytest.approx(point) for point in curve]
    function = parse("risk_area").of_run
    assert function
    assert function(cases) == pytest.approx(area)


def test_without_confidence_there_is_no_curve() -> None:
    assert of_run("risk_area", surely(None), refusal()) is None


# Names


def test_every_name_parses_back() -> None:
    every = [parse(name.replace("@k", f"@{k}")) for name in names() for k in (1, 10)]
    for metric in [*SHOWN, *every]:
        assert parse(metric.name) == metric
        assert (metric.of_case is None) is not (metric.of_run is None)
        assert metric.better in ("higher", "lower", "neither")
        assert metric.definition.endswith(".")
    assert len({metric.name for metric in SHOWN}) == len(SHOWN)
    assert {metric.k for metric in every if metric.name.endswith("@10")} == {10}


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("half_hit", "write half_hit@5"),
        ("fact_recall@5", "write fact_recall"),
        ("half_hit@0", "one of: "),
        ("half_hit@05", "one of: "),
        ("half_hit@-1", "one of: "),
        ("half_hit@٣", "one of: "),
        ("half_hit@k", "one of: "),
        ("half_hit@5 ", "one of: "),
        ("half_hit@" + "9" * 5000, "one of: "),
        ("Half_hit@5", "one of: "),
        ("span_recall@5", "one of: "),
        ("", "one of: "),
        ("__class__", "one of: "),
    ],
)
def test_a_wrong_name_says_what_to_write(name: str, remedy: str) -> None:
    with pytest.raises(UsageError, match="no such metric") as raised:
        parse(name)
    assert remedy in str(raised.value)


@given(st.text(max_size=20))
def test_no_name_raises_anything_else(name: str) -> None:
    with suppress(UsageError):
        assert parse(name).name == name
