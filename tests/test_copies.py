"""Near-identical texts are told by the runs of words that they share."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.copies import COPY, SKETCH, Wording, resemblance, runs, sketch
from rag.copies import same as same_wording

WORDS = [f"word{n}" for n in range(2000)]


def same(one: str, other: str) -> bool:
    return same_wording(Wording.of(one), Wording.of(other))


def text(seed: int, length: int = 300) -> list[str]:
    rng = random.Random(seed)
    return [rng.choice(WORDS) for _ in range(length)]


@given(st.text())
def test_a_text_is_its_own_copy(some: str) -> None:
    if runs(some):
        assert resemblance(sketch(some), sketch(some)) == 1
        assert same(some, some)
    assert sketch(some) <= runs(some)
    assert len(sketch(some)) <= SKETCH


@given(st.text(), st.text())
def test_resemblance_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    share = resemblance(sketch(one), sketch(other))
    assert 0 <= share <= 1
    assert share == resemblance(sketch(other), sketch(one))
    assert same(one, other) == same(other, one)


def test_case_punctuation_and_line_ends_do_not_matter() -> None:
    assert runs("Heavy rain fell, on Lenndorf today.") == runs(
        "HEAVY RAIN fell\non lenndorf: today"
    )


@pytest.mark.parametrize(("changed", "is_copy"), [(0, True), (3, True), (80, False), (300, False)])
def test_articles_are_copies_if_few_words_differ(changed: int, is_copy: bool) -> None:
    one, other = text(1), text(1)
    for at in random.Random(2).sample(range(300), changed):
        other[at] = "changed"
    found = resemblance(sketch(" ".join(one)), sketch(" ".join(other)))
    assert (found >= COPY) == is_copy
    whole = runs(" ".join(one)), runs(" ".join(other))
    assert found == pytest.approx(len(whole[0] & whole[1]) / len(whole[0] | whole[1]), abs=0.2)


def test_a_passage_contained_in_another_says_the_same() -> None:
    whole = text(3)
    assert same(" ".join(whole[50:200]), " ".join(whole))
    assert not same(" ".join(whole), " ".join(text(4)))


@pytest.mark.parametrize("short", ["", "!?", " "])
def test_nothing_is_no_copy_of_anything(short: str) -> None:
    assert not same(short, "Rain fell.")
    assert not same(short, short)
    assert resemblance(sketch(short), sketch(short)) == 0


def test_short_texts_are_told_apart() -> None:
    assert same("Rain fell.", "rain fell")
    assert not same("Rain fell.", "Snow fell.")


def test_a_report_with_newer_numbers_is_no_copy() -> None:
    rest = " ".join(text(5, 60))
    assert not same(f"12 people died. {rest}", f"17 people died. {rest}")
    assert not same(f"To 4.5% {rest}", f"To 4.75% {rest}")
    assert same(f"12 people died. {rest}", f"People died. {rest}")
