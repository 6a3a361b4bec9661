"""What a model is shown: numbered sentences within a budget; and its lines back to claims."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.article import Article
from rag.evidence import LONGEST, Evidence, claim, fitting, in_reading_order, quoted, written
from rag.lines import Line
from rag.split import sentences

FLOOD = Article.of(
    "Rain fell for nine days. The river Lenn rose by four metres. About 300 people left.\n"
    "The mayor did not resign.",
    title="The flood",
    date=datetime.date(2024, 5, 1),
    source="The Harbour Post",
)
COMET = Article.of("A comet of ice was seen. It passes the sun.", title="A comet")
TEXTS = {
    article.id: [one.quote(article) for one in sentences(article)] for article in (FLOOD, COMET)
}


def evidence(article: Article, number: int, score: float = 0.5) -> Evidence:
    return Evidence(article, sentences(article)[number], number, score)


ALL = [evidence(FLOOD, n) for n in range(4)] + [evidence(COMET, n) for n in range(2)]


def best_first(scores: Sequence[float]) -> list[Evidence]:
    """All sentences with these scores, as a search gives them."""
    some = [
        evidence(one.article, one.number, score) for one, score in zip(ALL, scores, strict=True)
    ]
    return sorted(some, key=lambda one: -one.score)


# Written


def test_sentences_are_numbered_under_the_line_of_their_article() -> None:
    assert written(ALL[:2] + ALL[4:5]) == (
        'The Harbour Post, "The flood", 1 May 2024\n'
        "[1] Rain fell for nine days.\n"
        "[2] The river Lenn rose by four metres.\n"
        "\n"
        '"A comet"\n'
        "[3] A comet of ice was seen."
    )
    assert written([]) == ""


@pytest.mark.parametrize(
    ("source", "day", "expected"),
    [
        ("https://example.org/a", None, '"T"'),  # an address tells a model nothing
        ("Sky", None, 'Sky, "T"'),
        (None, datetime.date(1999, 12, 31), '"T", 31 December 1999'),
        ("", None, '"T"'),
        ("[1] Nobody died", None, '1] Nobody died, "T"'),  # only sentences begin with a number
        ("[[ [", None, '"T"'),
    ],
)
def test_the_line_of_an_article(
    source: str | None, day: datetime.date | None, expected: str
) -> None:
    article = Article.of("Rain fell.", title="T", source=source, date=day)
    assert written([evidence(article, 0)]).split("\n")[0] == expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a" * LONGEST, "a" * LONGEST),
        ("word " * 150 + "end.", "word " * 119 + "word …"),
        ("x" * 700, "x" * LONGEST + " …"),
    ],
)
def test_a_model_sees_the_beginning_of_a_long_sentence_and_the_citation_is_all_of_it(
    text: str, shown: str
) -> None:
    one = evidence(Article.of(text, title="T"), 0)
    assert written([one]) == f'"T"\n[1] {shown}'
    assert one.citation.quote == one.text == text


@given(st.lists(st.floats(0, 1), min_size=6, max_size=6), st.integers(0, 6))
def test_the_number_of_a_sentence_is_its_place_in_what_is_given(
    scores: list[float], count: int
) -> None:
    ordered = in_reading_order(best_first(scores)[:count])
    found = re.findall(r"^\[(\d+)\] (.*)$", written(ordered), re.MULTILINE)
    assert found == [(str(at), one.text) for at, one in enumerate(ordered, 1)]


# In order


@given(st.lists(st.floats(0, 1), min_size=6, max_size=6))
def test_reading_order(scores: list[float]) -> None:
    ranked = best_first(scores)
    ordered = in_reading_order(ranked)
    ids = [one.article.id for one in ordered]
    assert ids == sorted(ids, key=ids.index), "an article is in two places"
    for id in ids:
        numbers = [one.number for one in ordered if one.article.id == id]
        assert numbers == sorted(numbers)
    assert max(one.score for one in ordered if one.article.id == ids[0]) == ranked[0].score
    assert len(ordered) == len(ranked)
    assert set(ordered) == set(ranked)


def test_the_order_does_not_depend_on_how_it_was() -> None:
    assert in_reading_order(ALL) == in_reading_order(ALL[::-1])


# Within a budget


def tokens(some: Sequence[Evidence]) -> int:
    """A word is a token; headings cost as well."""
    return len(written(some).split())


@given(st.lists(st.floats(0, 1), min_size=6, max_size=6), st.integers(0, 60))
def test_as_many_of_the_best_as_fit_to_the_token(scores: list[float], budget: int) -> None:
    ranked = best_first(scores)
    packed = fitting(ranked, lambda some: tokens(some) <= budget)
    count = len(packed)
    assert packed == in_reading_order(ranked[:count]), "not the best, or one of them twice"
    assert not packed or tokens(packed) <= budget
    assert count == 6 or tokens(in_reading_order(ranked[: count + 1])) > budget


def test_a_budget_is_used_to_its_last_token() -> None:
    need = tokens(ALL[:3])
    for budget, count in ((need - 1, 2), (need, 3), (need + 1, 3)):
        packed = fitting(ALL[:4], lambda some, budget=budget: tokens(some) <= budget)  # type: ignore[misc]
        assert packed == ALL[:count]


def test_what_is_asked_for_a_fit_is_few() -> None:
    """A fit is asked of the model's tokenizer, which takes its time."""
    asked: list[int] = []
    many = [evidence(FLOOD, n % 4, -n) for n in range(64)]

    def fits(some: Sequence[Evidence]) -> bool:
        asked.append(len(some))
        return len(some) <= 11

    assert len(fitting(many, fits)) == 11
    assert len(asked) <= 7


# Back to claims

SUPPORTED = "The river rose by four metres."


@pytest.mark.parametrize(
    ("numbers", "text", "expected"),
    [
        ((2,), SUPPORTED, ("supported", SUPPORTED, [1], None)),
        ((2, 1), SUPPORTED, ("supported", SUPPORTED, [1, 0], None)),
        (
            (2,),
            "The wild river rose by four quick metres.",
            ("partly", "The wild river rose by four quick metres.", [1], "some of its words"),
        ),
        ((2,), "The river rose by five metres.", ("quoted", TEXTS[FLOOD.id][1], [1], "number 5")),
        ((4,), "The mayor resigned.", ("quoted", TEXTS[FLOOD.id][3], [3], "leaves out")),
        ((3,), "", ("quoted", TEXTS[FLOOD.id][2], [2], "wrote nothing")),
        # Of several, the best is quoted.
        ((4, 2, 3), "Nobody knows.", ("quoted", TEXTS[FLOOD.id][1], [1], "denies")),
        # What isn't said there isn't supported by what is said elsewhere.
        ((1,), SUPPORTED, ("quoted", TEXTS[FLOOD.id][0], [0], "number 4")),
    ],
)
def test_a_line_becomes_a_claim(
    numbers: tuple[int, ...], text: str, expected: tuple[str, str, list[int], str | None]
) -> None:
    given = [evidence(FLOOD, n, score=0.9 if n == 1 else 0.5) for n in range(4)]
    made = claim(Line(numbers, text), given)
    assert made is not None
    support, shown, cited, reason = expected
    assert (made.support, made.text) == (support, shown)
    assert made.citations == tuple(given[n].citation for n in cited)
    assert (made.reason is None) == (reason is None)
    assert (reason or "") in (made.reason or "")


@pytest.mark.parametrize("text", ["", "The river rose."])
def test_a_refusal_is_no_claim(text: str) -> None:
    assert claim(Line((0,), text), ALL) is None


@given(st.lists(st.integers(0, 6), min_size=1, max_size=4, unique=True), st.text())
def test_whatever_a_line_says_its_claim_stands_on_what_it_names(
    numbers: list[int], text: str
) -> None:
    made = claim(Line(tuple(numbers), text), ALL)
    named = [ALL[number - 1] for number in numbers if number]
    assert (made is None) == (not named)
    if made:
        assert made.support != "unsupported"
        assert made.text.strip()
        assert set(made.citations) <= {one.citation for one in named}
        assert made.citations
        assert all(cited.holds(FLOOD) or cited.holds(COMET) for cited in made.citations)
        if made.support == "quoted":
            assert made.text == made.citations[0].quote


def test_a_sentence_quoted_is_its_own_citation() -> None:
    made = quoted(ALL[0], "why")
    assert (made.text, made.support, made.reason) == (TEXTS[FLOOD.id][0], "quoted", "why")
    assert [citation.quote for citation in made.citations] == [made.text]
