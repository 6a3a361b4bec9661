"""Sentences of other articles that answer with another number."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.article import Sentence
from rag.choose import Choice, Pointer
from rag.evidence import Evidence
from rag.point import BOTH
from rag.rivals import ALONE, READ, RIVAL, Reader, differing, rivals
from tests.pointing import evidence

ASKED = "How many people were hurt?"
NOW = "At least 12 people were hurt, the guard said."
LATER = "Seventeen people were hurt when the ship ran aground."


def told(text: str, part: str, score: float = 0.0) -> tuple[Evidence, Pointer]:
    one = evidence(text, score=score)
    at = text.index(part)
    return one, Pointer(one, at, at + len(part), 0.4 + score / 10)


@pytest.mark.parametrize(
    ("text", "part", "behind", "differs"),
    [
        (LATER, "Seventeen", RIVAL - 0.1, True),
        (LATER, "Seventeen people", RIVAL - 0.1, True),
        (LATER, "Seventeen", RIVAL + 0.1, False),
        (LATER, "the ship", 0.1, False),
        ("Twelve people were hurt.", "Twelve", 0.1, False),
        ("It happened 12 km from the port.", "12 km", 0.1, False),
        ("It happened 17 km from the port.", "17 km", 0.1, False),
        ("It sailed since 1998.", "1998", 0.1, False),
    ],
)
def test_a_rival_is_as_near_and_gives_another_number(
    text: str, part: str, behind: float, differs: bool
) -> None:
    (best, mine), (other, theirs) = told(NOW, "12"), told(text, part, -behind)
    choice = Choice((best, other), 0.1, (mine, theirs))
    assert differing(ASKED, choice, RIVAL) == ([other] if differs else [])


@pytest.mark.parametrize("behind", [RIVAL - 0.1, RIVAL + 0.1])
def test_how_far_articles_are_apart_the_locator_says(behind: float) -> None:
    (best, mine), (other, theirs) = told(NOW, "12"), told(LATER, "Seventeen", -9.0)
    located = (best, replace(other, score=-behind))
    choice = Choice((best, other), 0.1, (mine, theirs), located=located)
    assert differing(ASKED, choice, RIVAL) == ([other] if behind < RIVAL else [])


def test_an_article_does_not_differ_from_itself() -> None:
    (best, mine) = told(f"{NOW} {LATER}", "12")
    article = best.article
    later = Sentence(article.id, len(NOW) + 1, len(article.text))
    other = Evidence(article, later, 1, 0.0)
    choice = Choice((best, other), 0.1, (mine, Pointer(other, 0, 9, 0.3)))
    assert differing(ASKED, choice, RIVAL) == []


def test_of_an_article_the_best_sentence_is_the_rival() -> None:
    (best, mine) = told(NOW, "12")
    others = [told(LATER, "Seventeen", -at / 10) for at in range(1, 4)]
    choice = Choice((best, *(o for o, _ in others)), 0.1, (mine, *(p for _, p in others)))
    assert differing(ASKED, choice, RIVAL) == [others[0][0]]


@pytest.mark.parametrize(
    ("asked", "differs"),
    [
        (ASKED, True),
        ("How many people were hurt in Port Ellis?", False),
        ("How many people did the ship hurt in Lenndorf?", True),
        ("How many people were hurt by Ada Park?", False),
    ],
)
def test_an_article_that_lacks_a_name_of_the_question_speaks_of_something_else(
    asked: str, differs: bool
) -> None:
    (best, mine), (other, theirs) = told(NOW, "12"), told(LATER, "Seventeen", -0.1)
    (there, again) = told(f"{LATER} It was on its way to Lenndorf.", "Seventeen", -0.1)
    far = Choice((best, other), 0.1, (mine, theirs))
    assert bool(differing(asked, far, RIVAL)) == (asked == ASKED)
    near = Choice((best, there), 0.1, (mine, again))
    assert bool(differing(asked, near, RIVAL)) == differs


def test_an_article_that_lacks_what_the_best_sentence_answers_by_is_on_something_else() -> None:
    best, mine = told("In the riot 12 people were hurt.", "12")
    other, theirs = told("Seventeen people were hurt.", "Seventeen", -0.1)
    choice = Choice((best, other), 0.1, (mine, theirs))
    assert differing(ASKED, choice, RIVAL) == [other]
    assert differing("How many were there in the riot?", choice, RIVAL) == []


def test_articles_may_differ_in_other_words() -> None:
    best, mine = told("At least 12 people were injured.", "12")
    other, theirs = told("Seventeen people were hurt.", "Seventeen", -0.1)
    choice = Choice((best, other), 0.1, (mine, theirs))
    assert differing("How many people were injured?", choice, RIVAL) == [other]


def test_a_best_sentence_that_shares_no_word_with_the_question_has_no_rival() -> None:
    best, mine = told("About 12 went to the clinic.", "12")
    other, theirs = told("Seventeen people were hurt.", "Seventeen", -0.1)
    choice = Choice((best, other), 0.1, (mine, theirs))
    assert differing(ASKED, choice, RIVAL) == []


# With a model that reads


def read_as(likely: float, none: float, seen: list[Choice]) -> Reader:
    """A model that holds so of whatever sentence it reads."""

    def read(choice: Choice) -> Choice:
        seen.append(choice)
        weighed = tuple(replace(one, probability=likely) for one in choice.pointers)
        return replace(choice, none=none, weighed=weighed)

    return read


@pytest.mark.parametrize(
    ("best_likely", "likely", "none", "differs"),
    [
        (BOTH * 1.1, ALONE * 1.1, 0.5, True),
        (BOTH * 0.9, ALONE * 1.1, 0.5, False),
        (BOTH * 1.1, ALONE * 0.9, 0.5, False),
        (BOTH * 1.1, ALONE * 4.4, 0.8, True),  # at odds of one to four
        (BOTH * 1.1, ALONE * 3.6, 0.8, False),
    ],
)
def test_a_model_that_reads_holds_likely_what_each_says(
    best_likely: float, likely: float, none: float, differs: bool
) -> None:
    (best, mine), (other, theirs) = told(NOW, "12"), told(LATER, "Seventeen", -0.1)
    weighed = (replace(mine, probability=best_likely),)
    choice = Choice((best, other), 0.1, (mine, theirs), weighed)
    seen: list[Choice] = []
    found = rivals(ASKED, choice, read_as(likely, none, seen))
    assert found == ([other] if differs else [])
    assert all(one.evidence == (other,) and one.pointers == (theirs,) for one in seen)
    assert rivals(ASKED, choice, None) == [other]


@pytest.mark.parametrize(("behind", "reads"), [(READ - 0.1, True), (READ + 0.1, False)])
def test_where_a_model_reads_a_rival_may_be_less_likely(behind: float, reads: bool) -> None:
    (best, mine), (other, theirs) = told(NOW, "12"), told(LATER, "Seventeen", -behind)
    choice = Choice((best, other), 0.1, (mine, theirs), (mine,))
    assert rivals(ASKED, choice, read_as(0.9, 0.1, [])) == ([other] if reads else [])
    assert rivals(ASKED, choice, None) == []


def test_nothing_is_read_where_no_number_differs() -> None:
    (best, mine), (other, theirs) = told(NOW, "12"), told("Twelve were hurt.", "Twelve", -0.1)
    choice = Choice((best, other), 0.1, (mine, theirs), (mine,))
    seen: list[Choice] = []
    assert rivals(ASKED, choice, read_as(0.9, 0.1, seen)) == seen == []
