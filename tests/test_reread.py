"""The second look: what the model says about the best sentences changes their order and the chance
of none, and its words count where they are the articles' own."""

from __future__ import annotations

import threading

import pytest

from rag.article import Article, Sentence
from rag.choose import Choice, Pointer
from rag.errors import Cancelled
from rag.evidence import Evidence
from rag.generate import Usage
from rag.prompt import load_template
from rag.reread import GIVEN, GIVEN_SEVERAL, PROMPT, reread
from rag.testing import FakeModel

QUESTION = "How many people left?"
TEXTS = ("Heavy rain fell.", "About 300 people left.", "The river rose.", "The mayor thanked them.")


def read(texts: tuple[str, ...] = TEXTS, none: float = 0.4) -> Choice:
    """Sentences of one article, the first the best."""
    text = " ".join(texts)
    article = Article.of(text, title="The flood")
    evidence = []
    for number, one in enumerate(texts):
        start = text.index(one)
        sentence = Sentence(article.id, start, start + len(one))
        evidence.append(Evidence(article, sentence, number, 5.0 - number))
    return Choice(tuple(evidence), none, (Pointer(evidence[0], 0, 5, 0.1),))


def ignore(cost: Usage) -> None:
    pass


def again(choice: Choice, *script: str, doubt: float = 0.0) -> Choice:
    model = FakeModel(script)
    return reread(QUESTION, choice, model, load_template("read"), ignore, doubt=doubt)


def test_the_sentence_that_the_model_names_comes_first_with_its_words() -> None:
    found = again(read(), "[2] 300 people")
    assert found.evidence[0].text == TEXTS[1]
    assert found.said
    assert (found.said.text, found.said.evidence) == ("300 people", found.evidence[0])
    assert found.none < 0.1
    assert [one.text for one in found.pointers] == ["Heavy"]
    assert found.pointers[0].evidence in found.evidence, "a pointer into a sentence of before"


def test_a_refusal_makes_none_likelier_and_keeps_the_order() -> None:
    found = again(read(), "[0]")
    assert [one.text for one in found.evidence] == list(TEXTS)
    assert found.none > 0.9
    assert found.said is None


def test_what_refuses_says_the_likeliest_words_where_an_answer_is_given_all_the_same() -> None:
    choice = read(none=1e-6)
    found = again(choice, "[0]", "[2] 300 people", doubt=0.9)
    assert found.said
    assert (found.said.text, found.said.evidence.text) == ("300 people", TEXTS[1])
    assert found.none == again(choice, "[0]").none, "its words have changed the chance of none"
    assert [one.text for one in found.evidence] == list(TEXTS)
    assert found.said.probability < 0.1, "it is as sure as if it hadn't refused"
    assert again(choice, "[0]", "[2] 300 people", doubt=0.1).said is None


def test_each_generation_is_told_with_what_it_cost() -> None:
    costs: list[Usage] = []
    model = FakeModel(["[0]", "[2] 300 people"])
    reread(QUESTION, read(), model, load_template("read"), costs.append)
    assert [cost.generated for cost in costs] == [1, 3]
    assert all(cost.prompt for cost in costs)


@pytest.mark.parametrize(
    ("text", "said", "place"),
    [
        ("Of the 15 hurt, 5 left.", "5", 16),
        ("In 2017 it had 7 rooms.", "7", 15),
        ("At 2.5, then at 5.", "5", 16),
        ("Of 1,500 men, 500 left.", "500", 14),
        ("It cost US$5.", "$5", 10),
    ],
)
def test_what_the_model_says_stands_by_itself(text: str, said: str, place: int) -> None:
    found = again(read((text, *TEXTS[1:])), f"[1] {said}")
    assert found.said
    assert (found.said.start, found.said.text) == (place, said)


@pytest.mark.parametrize("said", ["[2] three hundred", "[1] 300 people", "[2] ."])
def test_words_that_do_not_stand_in_the_sentence_are_not_used(said: str) -> None:
    assert again(read(), said).said is None


def test_what_was_not_read_again_never_passes_what_was() -> None:
    found = again(read(), "[2] 300 people")
    assert [one.text for one in found.evidence[GIVEN:]] == list(TEXTS[GIVEN:])


def test_the_model_sees_the_best_sentences_in_reading_order() -> None:
    choice = read()
    model = FakeModel(["[0]"])
    turned = Choice(tuple(reversed(choice.evidence)), choice.none, ())
    reread(QUESTION, turned, model, load_template("read"), ignore)
    assert "[1] The river rose.\n[2] The mayor thanked them.\n" in model.prompts[0]
    assert "About 300" not in model.prompts[0]
    assert QUESTION in model.prompts[0]


def test_where_a_phrase_will_not_do_more_sentences_are_read_again() -> None:
    choice = read((*TEXTS, "Nobody was hurt.", "The rain has stopped."))
    model = FakeModel(["[0]"])
    reread("Who left, and who thanked them?", choice, model, load_template("read"), ignore)
    assert f"[{GIVEN_SEVERAL}] " in model.prompts[0]
    assert f"[{GIVEN_SEVERAL + 1}] " not in model.prompts[0]


def test_a_question_longer_than_what_was_trained_on_is_not_read_again() -> None:
    choice = read()
    model = FakeModel(["[0]"])
    question = "Why? " * PROMPT
    assert reread(question, choice, model, load_template("read"), ignore) is choice
    assert not model.prompts


def test_it_can_be_stopped() -> None:
    stop = threading.Event()
    stop.set()
    model = FakeModel(["[0]"])
    with pytest.raises(Cancelled):
        reread(QUESTION, read(), model, load_template("read"), ignore, stop)
