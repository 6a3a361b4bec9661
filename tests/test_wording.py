"""Training samples in other words: what answers stays, at its new place."""

from __future__ import annotations

import random
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from training.examples import Example, Text
from training.synonyms import WordNet
from training.wording import asked_otherwise, at_random, reworded, shortened

SYNONYMS = {
    "built": ["constructed"],
    "bridge": ["crossing"],
    "engineer": ["designer"],
    "river": ["stream"],
    "wide": ["broad"],
}
TEXT = Text.of(
    "Ada Park",
    "Ada Park was an engineer. The river is wide. "
    "Ada Park built the bridge over the river in 1911.",
)
ANSWER = "in 1911"
ASKED = Example(
    "When was the bridge of Ada Park built?",
    0,
    [(TEXT.text.index(ANSWER), TEXT.text.index(ANSWER) + len(ANSWER))],
    {2: 1.0},
)


@given(st.integers())
def test_what_answers_is_kept_and_every_sentence_has_its_place(seed: int) -> None:
    example, text = reworded(ASKED, TEXT, SYNONYMS, random.Random(seed))
    assert [text.text[slice(*answer)] for answer in example.answers] == [ANSWER]
    assert example.gold == ASKED.gold
    said = [text.text[slice(*span)] for span in text.spans]
    assert len(said) == 3
    assert " ".join(said) == text.text
    assert all(one[0].isupper() and one.endswith(".") for one in said)


def test_words_shared_with_the_answering_sentence_are_put_otherwise_in_either() -> None:
    asked, told = set(), set()
    for seed in range(200):
        example, text = reworded(ASKED, TEXT, SYNONYMS, random.Random(seed))
        asked.add(example.question)
        told.add(text.sentence(2))
    assert ASKED.question in asked
    assert "When was the crossing of Ada Park constructed?" in asked
    assert "Ada Park constructed the crossing over the river in 1911." in told
    assert "She constructed the crossing over the river in 1911." in told


def test_a_question_keeps_the_words_that_its_answer_does_not_share() -> None:
    example = Example("Which engineer built it?", 0, [], {2: 1.0})
    asked = {asked_otherwise(example, TEXT, SYNONYMS, random.Random(seed)) for seed in range(100)}
    changed = sum("designer" in one for one in asked)
    assert "Which engineer constructed it?" in asked
    assert changed <= len(asked) / 2


@given(st.integers())
def test_other_passages_are_reworded_too(seed: int) -> None:
    text = at_random(TEXT, SYNONYMS, random.Random(seed))
    assert len(text.spans) == len(TEXT.spans)
    assert "Ada Park was a" in text.text


def test_synonyms_are_those_of_a_word_and_of_the_synsets_next_to_it(tmp_path: Path) -> None:
    for part in ("noun", "adj"):
        (tmp_path / f"index.{part}").write_text("  1 A licence.\n")
        (tmp_path / f"data.{part}").write_text("  1 A licence.\n")
    (tmp_path / "index.verb").write_text("  1 A licence.\nbuy v 1 3 @ ~ + 1 1 00000010  \n")
    (tmp_path / "data.verb").write_text(
        "00000010 40 v 02 buy 0 purchase 0 003 @ 00000020 v 0000 ~ 00000030 v 0000 "
        "+ 00000040 n 0101 02 + 08 00 + 09 00 | obtain by paying\n"
        "00000020 40 v 03 get 0 acquire 0 find 1 000 02 + 08 00 + 11 00 | come into possession\n"
        "00000030 40 v 02 take_over 0 buy_out 0 000 | take over ownership\n"
    )
    wordnet = WordNet(tmp_path)
    assert wordnet.synonyms("buy", "verb") == ["buy", "purchase", "get", "acquire"]
    assert wordnet.synonyms("sell", "verb") == []


@given(st.integers())
def test_a_shortened_question_keeps_what_is_asked_for_names_and_numbers(seed: int) -> None:
    question = "How many workers of the Ada Park plant did strike in winter of 1911 near the river"
    short = shortened(question, random.Random(seed)).split()
    left = iter(question.split())
    assert all(word in left for word in short)  # in order, none new
    assert {"How", "many", "workers", "Ada", "Park", "1911"} <= set(short)


def test_shortened_questions_lose_little_words_and_one_ordinary_one_at_most() -> None:
    question = "When was the bridge of Ada Park closed because of rusty cables?"
    some = {shortened(question, random.Random(seed)) for seed in range(100)}
    assert "When bridge of Ada Park closed because of cables?" in some
    gone = [set(question.split()) - set(one.split()) - {"was", "the"} for one in some]
    assert max(map(len, gone)) <= 1
