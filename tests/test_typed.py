"""Articles with typed questions as they are read for the training."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from rag import models
from training.examples import Corpus
from training.samples import Tokens, group
from training.typed import typed

FERRY = """# Ferry stops for the winter

Lenn, 3 March. The ferry to Low Lenn won't sail before May,
the council said on Monday. "We have no engine," said Ada Park.

She said that a new one would cost 40,000 crowns. It is to come
from Hull in April.

## Questions
q: price of the new ferry engine
s: She said that
a: 40,000 crowns
q: can i take the ferry now
s: The ferry to Low Lenn
a:
q: how old is ada park
n: her age isn't told
"""
BEES = (
    "# Bees\n\nBees make honey. It is sweet.\n\n## Questions\nq: who makes it\ns: Bees\na: Bees\n"
)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    (tmp_path / "a.txt").write_text(FERRY, "utf-8")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "bees.txt").write_text(BEES, "utf-8")
    return typed(tmp_path, models.encoder())


def test_what_answers_is_where_the_file_says(corpus: Corpus) -> None:
    price, now, age, honey = corpus.examples
    text = corpus.texts[price.paragraph]
    assert text.heading == "Ferry stops for the winter"
    assert [text.text[a:b] for a, b in price.answers] == ["40,000 crowns"]
    assert [text.sentence(n) for n in price.gold] == [
        "She said that a new one would cost 40,000 crowns."
    ]
    assert (now.answers, age.answers, age.gold) == ([], [], {})
    assert [text.sentence(n).startswith("The ferry") for n in now.gold] == [True]
    assert corpus.texts[age.paragraph] is text
    assert corpus.texts[honey.paragraph].heading == "Bees"


def test_typed_questions_are_asked_as_they_are(corpus: Corpus) -> None:
    tokens = Tokens(str(models.embedded_encoder()))
    for example in corpus.examples:
        for seed in range(9):
            some = group(example, corpus, tokens, random.Random(seed), 2, {"price": ["cost"]})
            assert some[0].question == example.question
            assert some[0].gold == example.gold
