"""What the reader is trained on: which sentences stand beside the one that answers."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from rag.locate import Located, Reading
from training.contexts import COUNTS, WITHHELD, Nearness, by_locator, by_words, context
from training.examples import Corpus, Example, Text

ANSWERS = "She built the bridge in 1911."
SAME = "It was opened in the year 1911."
OWN = Text.of("Ada Park", f"Ada Park was born in Hull. {ANSWERS} {SAME} A flood took it.")
OTHER = Text.of("Bridges", "When the bridge was built is known. Tolls were taken.")
START = OWN.text.index("1911")
ASKED = Example("When was the bridge built?", 0, [(START, START + 4)], {1: 1.0}, [1])
CORPUS = Corpus("new_wiki", [OWN, OTHER], [ASKED])


class FloodLocator:
    """Takes what speaks of a flood for the answer."""

    fingerprint = "flood"

    def locate(self, question: str, readings: list[Reading]) -> Located:
        said = [[one.text[slice(*span)] for span in one.sentences] for one in readings]
        return Located(tuple(tuple(9.0 * ("flood" in one) for one in some) for some in said), ())


def contexts(near: Nearness) -> list[list[str]]:
    made = (
        context(ASKED, ASKED.question, CORPUS, near, random.Random(seed)) for seed in range(100)
    )
    return [[text.sentence(n) for text, n in some] for some in made]


@pytest.mark.parametrize(
    ("near", "nearest"),
    [
        (by_words, "When the bridge was built is known."),
        (by_locator(FloodLocator()), "A flood took it."),
    ],
)
def test_what_looks_most_like_the_answer_stands_beside_it(near: Nearness, nearest: str) -> None:
    both = [some for some in contexts(near) if len(some) == 2 and ANSWERS in some]
    assert both
    assert all(set(some) == {ANSWERS, nearest} for some in both)


def test_some_contexts_lack_what_answers_and_none_has_its_words_elsewhere() -> None:
    made = contexts(by_words)
    assert {ANSWERS in some for some in made} == {True, False}
    assert not any(SAME in some for some in made)
    assert {len(some) for some in made} == set(COUNTS)


def test_some_contexts_are_of_articles_alone_that_cannot_be_meant() -> None:
    strange = Text.of("Ferries", "The ferry was painted. It sails at noon.")
    asked = replace(ASKED, hard=[1, 2])
    corpus = Corpus("typed", [OWN, OTHER, strange], [asked])
    made = [
        context(asked, asked.question, corpus, by_words, random.Random(seed)) for seed in range(100)
    ]
    alone = [some for some in made if all(text is strange for text, _ in some)]
    assert abs(len(alone) / len(made) - WITHHELD) < 0.15
    assert not any(text is OTHER for some in alone for text, _ in some)
