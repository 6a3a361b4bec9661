"""An answer in the articles' own words: when a phrase will do, and which sentences are quoted."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.article import Article, Sentence
from rag.choose import Choice, Pointer
from rag.evidence import Evidence
from rag.point import BOTH, CERTAIN, LEAN, NEAR, PARTED, SURE, pointed, quotable
from tests.pointing import RIVER, evidence, pointers


def answered(question: str, chances: dict[str, float], *others: Evidence) -> Sequence[str]:
    some = pointers(RIVER, chances)
    choice = Choice((some[0].evidence, *others), 0.1, tuple(some))
    claims = list(pointed(question, choice))
    assert all(claim.support == "quoted" for claim in claims)
    assert [claim.citations for claim in claims] == [
        (one.citation,) for one in choice.evidence[: len(claims)]
    ]
    return [claim.text for claim in claims]


def test_a_sure_phrase_answers_and_else_the_sentence_does() -> None:
    question = "How far did the river rise?"
    assert answered(question, {"four metres": SURE + 0.01}) == ["four metres"]
    assert answered(question, {"four metres": SURE - 0.01}) == [RIVER]
    assert answered("Why did it rise?", {"four metres": 0.9}) == [RIVER]
    assert answered(question, {"four metres": 0.4, "Monday": 0.4}) == [RIVER]
    assert answered("Did it rise by four metres?", {"four metres": 0.9}) == [RIVER]
    assert answered("Was it on Monday or later?", {"Monday": 0.9}) == ["Monday"]


def test_phrases_of_other_sentences_do_not_count() -> None:
    best, other = evidence(RIVER), evidence("It fell on Friday.")
    choice = Choice((best, other), 0.1, (Pointer(other, 11, 17, 0.9),))
    assert next(pointed("When did it fall?", choice)).text == RIVER


@pytest.mark.parametrize(("behind", "count"), [(NEAR - 0.1, 2), (NEAR + 0.1, 1)])
def test_a_second_sentence_is_quoted_if_it_is_near(behind: float, count: int) -> None:
    others = [evidence("It fell on Friday.", score=-behind), evidence("Rain fell.", score=-behind)]
    assert len(answered("How far did it rise?", {"four metres": 0.0}, *others)) == count


@pytest.mark.parametrize(
    ("question", "count"),
    [("When did it fall?", 2), ("Why did it fall?", 2), ("When and where did it fall?", 3)],
)
def test_three_are_quoted_where_more_than_one_fact_is_wanted(question: str, count: int) -> None:
    others = [evidence(f"It fell on day {n}.", score=-1.0) for n in range(4)]
    said = answered(question, {"four metres": 0.0}, *others)
    assert len(said) == count
    choice = Choice((evidence(RIVER), *others), 0.1, ())
    assert [one.text for one in quotable(question, choice)] == list(said)


@pytest.mark.parametrize(
    ("answering", "expected"),
    [
        ("", [RIVER]),
        ("01", [RIVER, "A"]),
        ("00", [RIVER]),
        ("0", [RIVER, "A"]),
        ("1", ["A", RIVER]),
    ],
)
def test_what_answers_every_part_needs_none_that_is_less_near(
    answering: str, expected: list[str]
) -> None:
    every = (evidence(RIVER), evidence("A", score=-(NEAR + PARTED) / 2))
    choice = Choice(every, 0.1, (), parts=tuple(every[int(one)] for one in answering))
    quotes = [claim.text for claim in pointed("When and where did the river rise?", choice)]
    assert quotes == expected


@pytest.mark.parametrize(
    ("chances", "expected"),
    [
        ({"four metres": BOTH * 1.1}, "four metres"),
        ({"four metres": BOTH * 0.9}, RIVER),
        ({"four metres": BOTH * 0.7, "Monday": BOTH * 0.4}, "four metres"),
        ({"four metres": BOTH * 1.1, "Monday": BOTH}, RIVER),  # there are two
        ({"four metres": BOTH * 0.9, "four": BOTH * 0.2}, "four metres"),
        ({"four metres": BOTH * 0.6, "four": BOTH * 0.5}, "four metres"),  # what both are in
    ],
)
def test_the_phrase_that_locator_and_model_hold_likeliest(
    chances: dict[str, float], expected: str
) -> None:
    [mine, *_] = weighed = pointers(RIVER, chances)
    located = tuple(pointers(RIVER, {"rose": 0.9}))
    choice = Choice((mine.evidence,), 0.1, located, tuple(weighed))
    assert [one.text for one in pointed("How far did it rise?", choice)] == [expected]
    assert [one.text for one in pointed("Why did it rise?", choice)] == [RIVER]


# A sentence that begins with a pronoun


@pytest.mark.parametrize(
    ("text", "leans"),
    [
        ("She fell ill on Friday.", True),
        ("“But then, they fell ill.", True),
        ("Its mayor fell ill.", True),
        ("Item three fell.", False),
        ("The mayor said she fell ill.", False),
        ("It is not known why she fell ill.", False),  # it stands for nobody
        ("It was in bed with a fever.", True),
    ],
)
@pytest.mark.parametrize("number", [0, 3])
def test_a_pronoun_is_quoted_with_the_sentence_before(text: str, leans: bool, number: int) -> None:
    said = "Ada Park is the mayor."
    article = Article.of(f"{said} {text} Rain fell.", title="T")
    first, second, third = (
        Evidence(article, Sentence(article.id, start, start + len(one)), number + at, score)
        for at, (one, start, score) in enumerate(
            [
                (said, 0, -NEAR - 1),
                (text, len(said) + 1, 0.0),
                ("Rain fell.", len(said) + len(text) + 2, -1.0),
            ]
        )
    )
    choice = Choice((second, third, first), 0.1, ())
    quotes = [claim.text for claim in pointed("Why did the mayor fall ill?", choice)]
    assert quotes == ([said, text] if leans else [text, "Rain fell."])
    assert first in quotable("Why did the mayor fall ill?", choice) or not leans
    alone = Choice((second,), 0.1, ())
    assert [claim.text for claim in pointed("Why?", alone)] == [text]


@pytest.mark.parametrize(
    ("after", "second"),
    [("He fell ill on Friday.", "after"), ("Hence he fell ill.", "other")],
)
def test_what_goes_on_with_a_pronoun_is_likelier_to_be_quoted_too(after: str, second: str) -> None:
    said, other = "Tom Reed is the mayor.", "Rain fell."
    article = Article.of(f"{said} {after} {other}", title="T")
    starts = (0, len(said) + 1, len(said) + len(after) + 2)
    scores = (0.0, -NEAR - LEAN / 2, -NEAR + LEAN / 4)
    first, next_, third = (
        Evidence(article, Sentence(article.id, start, start + len(one)), number, score)
        for number, (one, start, score) in enumerate(
            zip((said, after, other), starts, scores, strict=True)
        )
    )
    quotes = [claim.text for claim in pointed("Why?", Choice((first, third, next_), 0.1, ()))]
    assert quotes == [said, after if second == "after" else other]


@pytest.mark.parametrize(
    ("question", "said", "least"),
    [
        ("On which day did they stop?", "Monday", BOTH),
        ("Which towns had no power?", "Lenn and Ost", BOTH),  # a list
        ("On which day did Smith and Sons stop?", "Monday", BOTH),  # a name
        ("Which towns had no power?", "Ost", CERTAIN),
        ("Why had the towns no power?", "storm", CERTAIN),
        ("On which day did the storm and the flood come?", "Monday", 1.0),  # two facts
        ("Which towns had no power, and when?", "Lenn and Ost", 1.0),
        ("How old were Lenn and Ost?", "Monday", 1.0),  # each has its part
        ("Did Lenn lose power on Monday?", "Monday", 1.0),
    ],
)
def test_how_sure_a_phrase_has_to_be(question: str, said: str, least: float) -> None:
    text = "Lenn and Ost lost power in the storm on Monday."
    one = evidence(text)
    start = text.index(said)
    for sure, expected in ((least * 0.9, text), (least * 1.1, text if least == 1.0 else said)):
        pointer = Pointer(one, start, start + len(said), min(sure, 1.0))
        choice = Choice((one,), 0.1, (pointer,), weighed=(pointer,))
        assert [claim.text for claim in pointed(question, choice)] == [expected]


# Articles that differ


def test_articles_that_differ_are_quoted_each() -> None:
    best, mine = evidence(RIVER), pointers(RIVER, {"four metres": 0.9})
    rival, far = evidence("It rose by six metres.", score=-9.0), evidence("Rain fell.", score=-9.0)
    choice = Choice((best, far, rival), 0.1, tuple(mine), rivals=(rival,))
    claims = list(pointed("How far did it rise?", choice))
    assert [(claim.text, claim.differs) for claim in claims] == [
        (RIVER, True),
        (rival.text, True),
    ]
    assert set(quotable("How far did it rise?", choice)) >= {best, rival}
