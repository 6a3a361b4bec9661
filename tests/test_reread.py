"""The second look: what the model says about the best sentences changes their order and the chance
of none, and it weighs the phrases that the locator points at."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from rag.article import Article, Sentence
from rag.choose import Choice, Pointer
from rag.errors import Cancelled
from rag.evidence import Evidence
from rag.generate import Usage
from rag.prompt import load_template
from rag.reread import GIVEN, GIVEN_SEVERAL, PROMPT, reread
from rag.reread import PHRASES as MOST
from rag.testing import FakeModel

QUESTION = "How many people left?"
TEXTS = ("Heavy rain fell.", "About 300 people left.", "The river rose.", "The mayor thanked them.")


PHRASES = {"Heavy": 0.1, "300 people": 0.02, "About 300": 0.3, "people": 0.1}


def read(texts: tuple[str, ...] = TEXTS, none: float = 0.4) -> Choice:
    """Sentences of one article, the first the best, with phrases that the locator points at."""
    text = " ".join(texts)
    article = Article.of(text, title="The flood")
    evidence = []
    for number, one in enumerate(texts):
        start = text.index(one)
        sentence = Sentence(article.id, start, start + len(one))
        evidence.append(Evidence(article, sentence, number, 5.0 - number))
    pointers = [
        Pointer(one, one.text.index(words), one.text.index(words) + len(words), chance)
        for words, chance in PHRASES.items()
        for one in evidence
        if words in one.text
    ]
    pointers.sort(key=lambda one: -one.probability)
    return Choice(tuple(evidence), none, tuple(pointers))


def ignore(cost: Usage) -> None:
    pass


def again(choice: Choice, said: str) -> Choice:
    return reread(QUESTION, choice, FakeModel([said]), load_template("read"), ignore)


def test_the_sentence_that_the_model_names_comes_first_and_its_phrases_are_weighed() -> None:
    choice = read()
    found = again(choice, "[2] 300 people")
    assert found.evidence[0].text == TEXTS[1]
    assert found.none < 0.1
    assert found.located == choice.evidence
    assert [one.text for one in found.pointers] == [one.text for one in choice.pointers]
    for one in (*found.pointers, *found.weighed):
        assert one.evidence in found.evidence, "a pointer into a sentence of before"
    assert [one.text for one in found.weighed] == ["About 300", "people", "300 people"]
    likeliest = max(found.weighed, key=lambda one: one.probability)
    assert likeliest.text == "300 people"
    assert likeliest.probability == pytest.approx(PHRASES["300 people"])


def test_where_the_model_is_unsure_the_locator_decides() -> None:
    found = again(read(), "[2] nobody")
    assert max(found.weighed, key=lambda one: one.probability).text == "About 300"


def test_a_refusal_makes_none_likelier_and_keeps_the_order() -> None:
    found = again(read(), "[0]")
    assert [one.text for one in found.evidence] == list(TEXTS)
    assert found.none > 0.9


def test_what_it_cost_is_told() -> None:
    costs: list[Usage] = []
    reread(QUESTION, read(), FakeModel(["[0]"]), load_template("read"), costs.append)
    assert [bool(cost.prompt) for cost in costs] == [True]


def test_only_the_likeliest_phrases_are_weighed() -> None:
    choice = read()
    one = choice.pointers[0]
    many = tuple(replace(one, probability=chance / 100) for chance in range(20, 0, -1))
    found = again(replace(choice, pointers=many), "[2] 300")
    assert len(found.weighed) == MOST
    assert found.pointers[:MOST] == tuple(
        replace(one, probability=chance / 100, evidence=found.evidence[0])
        for chance in range(20, 20 - MOST, -1)
    )


def test_no_phrase_is_weighed_where_no_answer_will_be_given() -> None:
    model = FakeModel(["[2] 300 people"])
    found = reread(QUESTION, read(), model, load_template("read"), ignore, doubt=1e-9)
    assert (found.weighed, found.evidence[0].text) == ((), TEXTS[1])


def test_a_sentence_without_phrases_is_read_all_the_same() -> None:
    found = again(replace(read(), pointers=()), "[2] 300 people")
    assert (found.weighed, found.evidence[0].text) == ((), TEXTS[1])


def test_what_was_not_read_again_never_passes_what_was() -> None:
    found = again(read(), "[2] 300 people")
    assert [one.text for one in found.evidence[GIVEN:]] == list(TEXTS[GIVEN:])


def test_the_model_sees_the_best_sentences_in_reading_order() -> None:
    choice = read()
    model = FakeModel(["[0]"])
    turned = Choice(
        tuple(replace(one, score=-one.score) for one in reversed(choice.evidence)), 0.4, ()
    )
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
