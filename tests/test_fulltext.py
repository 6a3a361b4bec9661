"""Words of a question: whatever a user types is never read as the syntax of a query."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag import Library, fulltext
from rag.errors import UsageError
from rag.fulltext import POSTINGS, affordable, bm25, match, terms, words
from rag.read import normalise


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who is the mayor of Lenndorf?", ["mayor", "Lenndorf"]),
        ("Who is it?", ["Who", "is", "it"]),
        ("rain Rain RAIN", ["RAIN"]),
        ("", []),
        ("?!", []),
        ("Cafe\u0301 au lait", ["Café", "au", "lait"]),
        ("C++ or C#", ["C"]),
    ],
)
def test_words_that_say_what_a_question_is_about(question: str, expected: list[str]) -> None:
    assert words(question) == expected


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Straße", "Die Straße ist leer"),
        ("STRASSE", "Die Strasse ist leer"),
        ("İstanbul", "istanbul"),
        ("cafe", "Un café"),
        ("Cafe\u0301", "un cafe"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("wounded", "it wounds"),
        ("foo_bar", "the foo bar"),
        ("نص", "هذا نص"),
        ("東京", "東京 は"),
    ],
)
def test_a_word_is_found_as_the_index_writes_it(question: str, text: str) -> None:
    (score, other) = bm25(words(question), [text, "something else"])
    assert score > 0 == other


SYNTAX = '" \' ( ) * : ^ + - , { } NEAR AND OR NOT title:x "a b" a* ^a \\ % _ ; -- \0 👩‍👩‍👧'


@settings(max_examples=60, deadline=None)
@given(st.text())
@example(SYNTAX)
@example('"')
@example("NEAR(a b, 3)")
def test_no_question_is_syntax(question: str) -> None:
    found = words(question)
    scores = bm25(found, ["NEAR a b title", "x", ""])
    assert len(scores) == 3
    assert all(score >= 0 for score in scores)
    assert set(terms(found)) <= set(found)
    affordable(found, lambda term: 1)


@settings(max_examples=60, deadline=None)
@given(st.text())
@example(SYNTAX)
@example("\ud800")
def test_any_question_can_be_searched(question: str) -> None:
    library = LIBRARY[0]
    try:
        found = library.search(question)
    except UsageError:
        assert not normalise(question).split()
    else:
        assert found.warnings == []
        assert len(found.hits) >= 1


LIBRARY: list[Library] = []


@pytest.fixture(scope="module", autouse=True)
def _library(stock: object) -> None:
    from rag.testing import FakeEncoder

    LIBRARY[:] = [Library(str(stock), encoder=FakeEncoder())]


def test_bm25_of_nothing_is_nothing() -> None:
    assert bm25([], ["a"]) == [0.0]
    assert bm25(["a"], []) == []
    assert bm25([], []) == []
    assert bm25(["zzz"], ["a", "b"]) == [0.0, 0.0]
    assert match([]) == ""
    assert terms([]) == {}


def test_the_text_with_more_and_rarer_words_comes_first() -> None:
    texts = ["rain in Spain", "rain rain go away", "the plain", "rain in Spain and the plain"]
    scores = bm25(["rain", "plain"], texts)
    assert max(scores) == scores[3]
    assert scores[2] > scores[0], "the rarer word counts more"


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"rain": 10, "mayor": 5}, ["mayor", "rain"]),
        ({"rain": POSTINGS, "mayor": 1}, ["mayor"]),
        ({"rain": POSTINGS - 1, "mayor": 1}, ["mayor", "rain"]),
        ({"rain": POSTINGS}, ["rain"]),
        ({"rain": POSTINGS + 1}, []),
        ({"rain": 10 * POSTINGS, "mayor": 10 * POSTINGS}, []),
        ({"rain": 0, "mayor": 0}, []),
        ({"rain": 0, "mayor": 3}, ["mayor"]),
        ({}, []),
    ],
)
def test_the_rarest_words_that_are_affordable(counts: dict[str, int], expected: list[str]) -> None:
    assert affordable(list(counts), lambda term: counts.get(term, 0)) == expected


def test_frequencies_are_asked_for_the_terms_of_the_index() -> None:
    asked: list[str] = []

    def frequency(term: str) -> int:
        asked.append(term)
        return 1

    affordable(["Wounded", "Köln"], frequency)
    assert sorted(asked) == ["koln", "wound"]
    assert fulltext.terms(["Köln"]) == {"Köln": "koln"}
