"""Articles with typed questions as they are read for the training."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from rag import models
from training.examples import Corpus, Example
from training.samples import Sample, Tokens, group
from training.typed import parsed, strangers, typed

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
            whole = some[0].text == corpus.texts[example.paragraph]
            assert some[0].gold == (example.gold if whole else {})


def test_passages_of_the_same_article_stand_beside_a_question(tmp_path: Path) -> None:
    long = " ".join(f"Ada Park counted {n} boats on day {n} and wrote it down." for n in range(60))
    ferry = FERRY.replace("It is to come", f"{long} It is to come")
    (tmp_path / "a.txt").write_text(ferry, "utf-8")
    (tmp_path / "b.txt").write_text(BEES, "utf-8")
    corpus = typed(tmp_path, models.encoder())
    for example in corpus.examples[:-1]:
        own = corpus.texts[example.paragraph].heading
        assert example.paragraph not in example.hard
        assert [corpus.texts[place].heading for place in example.hard[:2]] == [own, own]


def test_some_typed_questions_are_asked_where_what_answers_is_taken_away(corpus: Corpus) -> None:
    price, now, *_ = corpus.examples
    tokens = Tokens(str(models.embedded_encoder()))

    def first(example: Example) -> list[Sample]:
        made = [group(example, corpus, tokens, random.Random(seed), 2) for seed in range(90)]
        own = corpus.texts[example.paragraph]
        return [some[0] for some in made if some[0].text != own]

    taken = first(price)
    assert 0 < len(taken) < 30
    for one in taken:
        assert "40,000" not in one.text.text
        assert "from Hull" in one.text.text
        assert not (one.gold or one.starts)
    assert first(now) == []  # without a phrase nothing shows that the rest doesn't answer


def test_several_sentences_may_answer() -> None:
    _, text, asked = parsed(FERRY.replace("a: 40,000", "s: It is to come\na: 40,000"))
    assert asked[0].begins == ("She said that", "It is to come")
    assert text.count("\n") == 1


@pytest.mark.parametrize("fault", ["q: what\n", "q: what\ns: It\nn: not told\n"])
def test_a_question_without_its_sentence_is_named(tmp_path: Path, fault: str) -> None:
    (tmp_path / "bad.txt").write_text(FERRY + fault, "utf-8")
    with pytest.raises(ValueError, match=r"bad\.txt: what: needs either s: or n:"):
        typed(tmp_path, models.encoder())


def test_some_typed_questions_are_asked_of_other_articles_alone(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(FERRY, "utf-8")
    for name in ("hens", "cows"):
        (tmp_path / f"{name}.txt").write_text(BEES.replace("Bees", name.title()), "utf-8")
    corpus = typed(tmp_path, models.encoder())
    price, *_, honey = corpus.examples
    assert {one.heading for one in strangers(price, corpus)} == {"Cows", "Hens"}
    assert strangers(honey, corpus) == []  # "who makes it" may be asked of anybody
    tokens = Tokens(str(models.embedded_encoder()))
    made = [group(price, corpus, tokens, random.Random(seed), 2) for seed in range(60)]
    withheld = [some for some in made if {one.text.heading for one in some} == {"Cows", "Hens"}]
    assert 0 < len(withheld) < 30
    assert not any(one.gold or one.starts for some in withheld for one in some)
