"""Metrics of summaries and cost on cases counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from rag.article import Article, Span
from rag.citation import Citation, Claim
from rag.evaluate import Case, Item, Response, parse
from rag.evaluate.facts import Forms, Number

FLOOD = Article.of(
    "Rain fell for nine days. The river rose by four metres. Some 300 people fled. Ada Park spoke.",
    title="Flood",
)
RAIN, RIVER, PEOPLE, PARK = (0, 24), (25, 55), (56, 77), (78, 93)


def claim(text: str, *cited: tuple[int, int]) -> Claim:
    citations = tuple(Citation.of(FLOOD, Span(FLOOD.id, *span)) for span in cited)
    return Claim(text, "supported", citations)


def value(name: str, *claims: Claim, question: str = "", **fields: Any) -> float | None:
    tokens = fields.pop("tokens", {})
    item = Item(
        id="s", line=1, question=question, summarize=() if question else ("Flood",), **fields
    )
    response = Response(claims, not claims, tokens=tokens)
    summarised = () if question else (FLOOD.id,)
    return parse(name).value(Case(item, (), response, {FLOOD.id: FLOOD}, summarised))


FACTS = (Number(4), Number(300), Forms(("park",)), Forms(("snow",)))


def test_key_facts_are_counted_in_summary_and_lead() -> None:
    rose = claim("The river rose by four metres.", RIVER)
    assert value("key_fact_recall", rose, facts=FACTS) == 0.25
    assert value("key_fact_recall", facts=FACTS) == 0.0
    assert value("key_fact_recall", rose) is None
    assert value("key_fact_recall", rose, question="q", facts=FACTS) is None
    # the first three sentences: all but the fourth, of Park
    assert value("lead_fact_recall", rose, facts=FACTS) == 0.5
    assert value("lead_fact_recall", rose, question="q", facts=FACTS) is None


@pytest.mark.parametrize(
    ("claims", "numbers", "names"),
    [
        ([claim("The river rose by four metres.", RIVER)], 0, 0),
        ([claim("The river rose by 4 metres.", RIVER)], 0, 0),
        ([claim("The river rose by five metres.", RIVER)], 1, 0),
        ([claim("The river rose by five metres.")], 1, 0),
        ([claim("In 3 days 5 people and 300 others fled.", PEOPLE)], 2, 0),
        ([claim("The mayor Ada Park fled.", PEOPLE)], 0, 2),
        ([claim("Some 300 people fled.", PARK), claim("The mayor Park spoke.", PARK)], 1, 0),
        ([claim("Some 300 people fled.", PARK, PEOPLE)], 0, 0),
    ],
)
def test_new_numbers_and_names_are_those_the_cited_spans_lack(
    claims: list[Claim], numbers: float, names: float
) -> None:
    assert value("new_number_count", *claims) == numbers
    assert value("new_name_count", *claims) == names


def test_only_summaries_that_say_something_are_counted() -> None:
    for name in ("new_number_count", "new_name_count"):
        assert value(name) is None
        assert value(name, claim("5"), question="q") is None


def test_compression_is_in_words() -> None:
    assert value("compression", claim("Rain fell."), claim("People fled.")) == 4 / 18
    assert value("compression") == 0.0
    assert value("compression", claim("Rain fell."), question="q") is None


@pytest.mark.parametrize(
    ("cited", "expected"),
    [
        ([(0, 93)], 0.5),
        ([RAIN], 12 / 93),
        ([RAIN, PARK], (12 + 85.5) / 2 / 93),
        ([(92, 93)], 92.5 / 93),
        ([], None),
    ],
)
def test_position_is_the_mean_place_of_what_is_cited(
    cited: list[tuple[int, int]], expected: float | None
) -> None:
    assert value("position", claim("x", *cited)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("said", "gold", "one", "two", "longest"),
    [  # of words and pairs of words: 2 * shared / (said + gold)
        ("the cat sat", "the cat sat", 1, 1, 1),
        ("the cat sat", "The cat, sat!", 1, 1, 1),
        ("the cat", "a cat", 1 / 2, 0, 1 / 2),  # articles are words here
        ("the cat sat", "the cat ran", 2 / 3, 1 / 2, 2 / 3),
        ("sat cat the", "the cat sat", 1, 0, 1 / 3),  # order
        ("the the the", "the", 1 / 2, 0, 1 / 2),  # clipped
        ("police killed the gunman", "police kill the gunman", 3 / 4, 1 / 3, 3 / 4),
        ("the gunman kill police", "police kill the gunman", 1, 1 / 3, 1 / 2),  # Lin's own
        ("twenty-one", "twenty one", 1, 1, 1),
        ("dog", "cat", 0, 0, 0),
        ("dog", "!", 0, 0, 0),
        ("cat", "cat", 1, 0, 1),  # no pair in either
    ],
)
def test_rouge_counts_shared_runs(
    said: str, gold: str, one: float, two: float, longest: float
) -> None:
    for name, expected in (("rouge_1", one), ("rouge_2", two), ("rouge_l", longest)):
        found = value(name, claim(said), answers=("zebra zebu", gold))
        assert found == pytest.approx(expected)


def test_rouge_needs_a_gold_summary() -> None:
    for name in ("rouge_1", "rouge_2", "rouge_l"):
        assert value(name, claim("cat")) is None
        assert value(name, claim("cat"), question="q", answers=("cat",)) is None
        assert value(name, answers=("cat",)) == 0.0


def test_cost_is_what_the_system_says_it_is() -> None:
    tokens = {"prompt": 200, "generated": 30}
    assert value("prompt_tokens", tokens=tokens) == 200
    assert value("generated_tokens", tokens=tokens) == 30
    assert value("generated_tokens") is None
