"""What a question that asks for several things is made of."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.parts import MOST, parts

TWO = {
    "Who won the race, and who came last?": ["Who won the race?", "Who came last"],
    "When did the bridge open, and who built it?": [
        "When did the bridge open?",
        "Who built the bridge?",
    ],
    "who bought the old bridge and where is it now": [
        "Who bought the old bridge?",
        "Where is the old bridge now?",
    ],
    "When did the ferry sink, and where?": [
        "When did the ferry sink?",
        "Where did the ferry sink?",
    ],
    "How many seats did the Greens win, and was that a gain?": [
        "How many seats did the Greens win?",
        "Was that a gain",
    ],
    "When and where was the captain born?": [
        "When was the captain born?",
        "Where was the captain born?",
    ],
    "In what year and in which town was Ada Park born?": [
        "In what year was Ada Park born?",
        "In which town was Ada Park born?",
    ],
    "For what price, and to whom, was it sold?": [
        "For what price was it sold?",
        "To whom was it sold?",
    ],
    "What caused the fire, according to the owner and according to the police?": [
        "What caused the fire, according to the owner?",
        "What caused the fire, according to the police?",
    ],
    "How many were hurt according to the police and to the union in Lenn?": [
        "How many were hurt according to the police?",
        "How many were hurt according to the union in Lenn?",
    ],
    "How old were Ada Park and Tom Reed when they met?": [
        "How old were Ada Park when they met?",
        "How old were Tom Reed when they met?",
    ],
    "Where will the ships Argo, Beagle and Cutty each be shown?": [
        "Where will the ships Argo each be shown?",
        "Where will the ships Beagle each be shown?",
        "Where will the ships Cutty each be shown?",
    ],
    "how many were killed and hurt in the fire": [
        "How many were killed in the fire?",
        "How many were hurt in the fire?",
    ],
    "On what dates did the Salt Museum open and close?": [
        "On what dates did the Salt Museum open?",
        "On what dates did the Salt Museum close?",
    ],
    "What will be the length and the cost of the tunnel?": [
        "What will be the length of the tunnel?",
        "What will be the cost of the tunnel?",
    ],
    "What is the length and cost of the tunnel?": [
        "What is the length of the tunnel?",
        "What is the cost of the tunnel?",
    ],
    "do you know when the bridge opened and who built it": [
        "When the bridge opened?",
        "Who built the bridge",
    ],
    "What are the ages of Ada Park and Tom Reed?": [
        "What are the ages of Ada Park?",
        "What are the ages of Tom Reed?",
    ],
    "In which years did the mayor Ada Park and the painter Tom Reed die?": [
        "In which years did the mayor Ada Park die?",
        "In which years did the painter Tom Reed die?",
    ],
    "what were the height and the width of the door": [
        "What were the height of the door?",
        "What were the width of the door?",
    ],
    "In which years did it open its first mine and its last mill?": [
        "In which years did it open its first mine?",
        "In which years did it open its last mill?",
    ],
}


@pytest.mark.parametrize("question", TWO)
def test_a_question_has_these_parts(question: str) -> None:
    found = parts(question)
    assert len(found) == len(TWO[question])
    for one, expected in zip(found, TWO[question], strict=True):
        assert one.startswith(expected)


@pytest.mark.parametrize(
    "question",
    [
        "Who won?",
        "Who built the bridge over the Lenn?",
        "Who played Thorn on The Bold and the Beautiful?",
        "Where did Ada Park and Tom Reed meet?",
        "How far is it from the harbour and the mill to the church?",
        "What do the mayor and the captain have in common?",
        "Why does it freeze and thaw?",
        "The second volume holds letters and what?",
        "What is the distance between the church and the mill?",
        "Which drum and bass tracks were the first?",
        "Who founded and edited the paper?",
        "How much did tax rises and budget cuts bring?",
        "When did Smith and Sons close?",
        "What are the differences between China and Europe?",
        "Which film stars Tom Hanks and Meg Ryan?",
        "What links Ada Park and Tom Reed?",
        "Which islands make up Trinidad and Tobago?",
        "What are the powers of the Food and Drug Administration?",
        "Can you tell me who built the bridge over the Lenn?",
        "And when?",
        "?",
        "",
    ],
)
def test_a_question_that_asks_for_one_thing_stays_as_it_is(question: str) -> None:
    assert parts(question) == (question,)


@pytest.mark.parametrize("word", ["A ", "A, ", "the A and the A ", "each A and A ", "who and who "])
def test_a_long_question_takes_no_long_time(word: str) -> None:
    began = process_time()
    parts(f"How old were {word * 1000}")
    assert process_time() - began < 2


WORDS = st.sampled_from(
    "who what when where and , ? according to the his Ada Park each both in which was were did "
    "how old years it built bridge".split()
)


@given(st.one_of(st.text(), st.lists(WORDS, max_size=20).map(" ".join)))
def test_whatever_is_asked_has_parts_that_can_be_asked(question: str) -> None:
    found = parts(question)
    assert 1 <= len(found) <= MOST
    if len(found) > 1:
        assert all(any(map(str.isalnum, one)) for one in found)
    else:
        assert found == (question,)
