"""Asking for several things at once: each is searched, and what answers each is quoted."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import Library
from rag.testing import FakeEncoder, FakeLocator, FakeModel

FERRY = (
    "The ferry Marguerite sank on Sunday off the island. Its crew of nine left in two boats. "
    "Many people watched the ferry from the island."
)
BANK = "The seed bank in Halden opened a new vault. Its director Mirela Anton cut the ribbon."
TWO = "When sank the ferry Marguerite, and which director cut the ribbon?"
SANK, RIBBON = FERRY[: FERRY.index(" Its crew")], BANK[BANK.index("Its") :]


def stocked(folder: Path, model: FakeModel) -> Library:
    articles = folder / "articles"
    articles.mkdir()
    (articles / "ferry.txt").write_text(FERRY, "utf-8")
    (articles / "bank.txt").write_text(BANK, "utf-8")
    made = Library.open(
        folder / "library", encoder=FakeEncoder(), locator=FakeLocator(), model=model
    )
    made.add(articles)
    return made


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return stocked(tmp_path, FakeModel(reliable=False))


def test_each_part_is_answered_in_its_order(library: Library) -> None:
    answer = library.ask(TWO)
    assert [claim.text for claim in answer.claims[:2]] == [SANK, RIBBON]
    first, second = answer.trace.parts
    assert first == "When sank the ferry Marguerite?"
    assert second.startswith("Which director cut the ribbon")
    turned = library.ask("Which director cut the ribbon, and when sank the ferry Marguerite?")
    assert [claim.text for claim in turned.claims[:2]] == [RIBBON, SANK]


def test_a_part_that_nothing_answers_quotes_nothing(library: Library) -> None:
    answer = library.ask("When sank the ferry Marguerite, and which queen wore amber earrings?")
    assert not answer.abstained
    assert answer.claims[0].text == SANK
    assert RIBBON not in [claim.text for claim in answer.claims]


def test_what_answers_both_parts_is_quoted_once(library: Library) -> None:
    answer = library.ask("When sank the ferry Marguerite, and who was off the island on Sunday?")
    assert [claim.text for claim in answer.claims].count(SANK) == 1


def test_what_the_parts_found_is_in_the_trace_each_passage_once(library: Library) -> None:
    trace = library.ask(TWO).trace
    places = [(hit["article"]["id"], hit["start"]) for hit in trace.hits]
    assert len(set(places)) == len(places)
    assert trace.left_out >= 0
    assert "parts_ms" in trace.milliseconds


def test_one_question_has_no_parts(library: Library) -> None:
    trace = library.ask("When sank the ferry Marguerite?").trace
    assert trace.parts == []
    assert "parts_ms" not in trace.milliseconds


def test_a_model_that_words_its_answers_is_given_what_answers_each_part(tmp_path: Path) -> None:
    model = FakeModel(["[1] The ferry sank on Sunday."])
    stocked(tmp_path, model).ask(TWO)
    assert SANK in model.prompts[-1]
    assert RIBBON in model.prompts[-1]
