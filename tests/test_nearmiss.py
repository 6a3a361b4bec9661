"""Near misses for the training: questions and sentences that lack the answer, and little else."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from training.examples import Example, Text
from training.nearmiss import led, misnamed, unasked, unsaid

TEXT = Text.of(
    "The bridge",
    "It was planned in 1899. Ada Park built the bridge in 1911. Then came Ben Holt from Hull.",
)
START = TEXT.text.index("1911")
ASKED = Example("When did Ada Park build the bridge?", 0, [(START, START + 4)], {1: 1.0})


def test_what_answers_is_said_no_more() -> None:
    assert unsaid(ASKED, TEXT, random.Random(1)) == (1, "Ada Park built the bridge.")


def test_another_name_of_the_paragraph_is_asked_for() -> None:
    example = Example("Who is Ben Holt?", 0, [(START, START + 4)], {0: 1.0})
    text = Text.of("", "He met Ada Park there. Then came Ben Holt and the engineer Eve Lund.")
    assert misnamed(example, text, random.Random(1)) in ("Who is Eve Lund?",)


@given(st.integers())
def test_what_is_not_asked_of_it_the_paragraph_does_not_answer(seed: int) -> None:
    question = unasked(TEXT, "", random.Random(seed))
    assert question is not None
    assert any(name in question for name in ("Park", "Ben Holt", "Hull"))
    assert not question.startswith(("when was", "who designed"))  # it has years, and built
    assert not (unasked(TEXT, "She was aged four.", random.Random(seed)) or "").startswith(
        "how old"
    )


@given(st.integers())
def test_a_sentence_without_the_answer_leads_to_the_one_that_has_it(seed: int) -> None:
    cut = unsaid(ASKED, TEXT, random.Random(seed))
    assert cut is not None
    example, text = led(ASKED, TEXT, cut[1], random.Random(seed))
    assert [text.text[a:b] for a, b in example.answers] == ["1911"]
    assert example.gold == {2: 1.0}
    said = [text.sentence(number) for number in range(len(text.spans))]
    assert said.index(cut[1]) in (0, 1)
    assert said[2] == "Ada Park built the bridge in 1911."
    assert " ".join(said) == text.text
