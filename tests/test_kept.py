"""Conversations that a library keeps: to the character, found again, in old libraries too."""

from __future__ import annotations

import datetime
import json
import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag import Conversation, Filter, Library
from rag.answer import Answer, Trace
from rag.citation import Citation, Claim, Source
from rag.conversation.kept import Turn
from rag.errors import LibraryDamaged, NotFound
from rag.store import FORMAT, SCHEMA

DAY = datetime.date(2024, 5, 1)


def asked(library: Library, *questions: str) -> Conversation:
    conversation = Conversation.new()
    for question in questions:
        answer = library.ask(question, history=conversation.answers, filter=conversation.filter)
        conversation = conversation.with_answer(answer)
    return conversation


def test_a_conversation_comes_back_as_it_was(library: Library) -> None:
    conversation = asked(library, "How much did the Lenn rise?", "Who is the mayor?")
    library.conversations.save(conversation)
    again = Library(library.directory).conversations.load(conversation.id)
    assert again.to_dict() == conversation.to_dict()
    assert again.title == "How much did the Lenn rise?"
    for citation in again.turns[0].answer.citations:
        assert citation.holds(library.article(citation.article.id))


def test_only_what_it_has_now_is_kept(library: Library) -> None:
    conversation = asked(library, "How much did the Lenn rise?", "Who is the mayor?", "And who?")
    library.conversations.save(conversation)
    shorter = conversation.until(1).with_answer(library.ask("What did the union ask for?"))
    library.conversations.save(shorter)
    assert library.conversations.load(conversation.id).to_dict() == shorter.to_dict()
    [kept] = library.conversations.list()
    assert (kept.id, kept.title, kept.turns) == (conversation.id, conversation.title, 2)


def test_turns_that_stay_are_not_written_out_again(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = asked(library, "How much did the Lenn rise?", "Who is the mayor?")
    library.conversations.save(conversation)
    longer = conversation.with_answer(library.ask("What did the union ask for?"))
    written: list[Turn] = []
    stored = Turn.stored
    monkeypatch.setattr(Turn, "stored", lambda turn: (written.append(turn), stored(turn))[1])
    library.conversations.save(longer)
    assert written == [longer.turns[2]]
    assert library.conversations.load(conversation.id).to_dict() == longer.to_dict()


def test_saving_changes_no_article(library: Library) -> None:
    generation = library.stats()["generation"]
    library.conversations.save(asked(library, "How much did the Lenn rise?"))
    assert library.stats()["generation"] == generation
    assert library.verify() == []


def test_the_filter_is_kept(library: Library) -> None:
    filter = Filter(since=DAY, source="Post", articles=("abc",))
    conversation = Conversation.new(filter)
    library.conversations.save(conversation)
    assert library.conversations.load(conversation.id).filter == filter


def test_search_finds_what_was_said_whatever_the_case(library: Library) -> None:
    first = asked(library, "How much did the Lenn rise?")
    second = asked(library, "Who saw the comet?")
    for one in (first, second):
        library.conversations.save(one)
    found = library.conversations.list
    assert [one.id for one in found("LENN rise")] == [first.id]
    assert first.id in [one.id for one in found(first.answers[0].text.upper())]
    assert [one.id for one in found()] == [second.id, first.id]
    assert found("lenn comet") == []
    assert found("question") == []  # a key of the JSON is nothing that was said


def test_no_more_are_listed_than_are_asked_for(library: Library) -> None:
    kept = [asked(library, "Who saw the comet?") for _ in range(3)]
    for one in kept:
        library.conversations.save(one)
    newest = [one.id for one in reversed(kept)]
    assert [one.id for one in library.conversations.list(limit=2)] == newest[:2]
    assert [one.id for one in library.conversations.list("comet", limit=2)] == newest[:2]


def test_turns_of_others_are_never_written_over(library: Library) -> None:
    save, load = library.conversations.save, library.conversations.load
    known = asked(library, "How much did the Lenn rise?")
    assert save(known, over=Conversation.new()) == known
    theirs = known.with_answer(library.ask("Who is the mayor?"))
    assert save(theirs, over=known) == theirs
    mine = known.with_answer(library.ask("Who saw the comet?"))
    kept = save(mine, over=known)
    assert kept.id != mine.id
    assert load(mine.id).to_dict() == theirs.to_dict()
    assert load(kept.id).turns[1].answer.question == "Who saw the comet?"
    # What was taken back, or couldn't be stored before, is nobody else's.
    shorter = kept.until(1)
    assert save(shorter, over=kept).id == kept.id
    assert save(kept.with_answer(mine.answers[1]), over=kept).id == kept.id
    library.conversations.remove(kept.id)
    assert save(kept, over=kept).id == kept.id


def test_a_turn_keeps_what_was_searched(library: Library) -> None:
    filter = Filter(since=DAY, source="Post")
    kept = Conversation.new(filter).with_answer(library.ask("Who won?", filter=filter), 0)
    library.conversations.save(kept)
    [turn] = library.conversations.load(kept.id).turns
    assert (turn.filter, turn.searched) == (filter, 0)


def test_a_removed_one_is_gone(library: Library) -> None:
    conversation = asked(library, "How much did the Lenn rise?")
    library.conversations.save(conversation)
    library.conversations.remove(conversation.id)
    library.conversations.remove(conversation.id)
    assert library.conversations.list() == []
    with pytest.raises(NotFound):
        library.conversations.load(conversation.id)
    with sqlite3.connect(library.directory / "library.db") as database:
        assert database.execute("SELECT count(*) FROM turns").fetchone() == (0,)


def test_damage_is_told(library: Library) -> None:
    conversation = asked(library, "How much did the Lenn rise?")
    library.conversations.save(conversation)
    with sqlite3.connect(library.directory / "library.db") as database:
        database.execute("UPDATE turns SET answer = replace(answer, 'metres', 'meters')")
    with pytest.raises(LibraryDamaged):
        library.conversations.load(conversation.id)
    assert [damage.what for damage in library.verify()] == [
        f"turn 1 of conversation {conversation.id} doesn't match its checksum"
    ]


def test_a_library_of_format_1_is_read_and_brought_along(tmp_path: Path) -> None:
    directory = tmp_path / "old"
    directory.mkdir()
    with sqlite3.connect(directory / "library.db") as database:
        for statement in SCHEMA.split(";\n"):
            database.execute(statement)
        database.execute("INSERT INTO meta VALUES ('format', '1'), ('generation', '0')")
    library = Library.open(directory)
    assert library.stats()["format"] == 1
    assert library.conversations.list() == []
    assert library.verify() == []
    with pytest.raises(NotFound):
        library.conversations.load("abc")
    conversation = Conversation.new()
    library.conversations.save(conversation)
    assert library.stats()["format"] == FORMAT
    assert library.conversations.load(conversation.id) == conversation


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
sources = st.builds(
    Source, texts, texts, st.none() | st.dates(), st.none() | texts, st.none() | texts
)
citations = st.builds(Citation, sources, st.integers(0, 9), st.integers(10, 99), texts)
claims = st.builds(
    Claim,
    texts,
    st.sampled_from(["supported", "partly", "unsupported", "quoted"]),
    st.lists(citations, max_size=3).map(tuple),
    st.none() | texts,
)
answers = st.builds(
    Answer,
    texts,
    st.lists(claims, max_size=3).map(tuple),
    st.booleans(),
    st.builds(Trace, asked=st.none() | texts, raw=texts),
    st.lists(citations, max_size=2).map(tuple),
)


@given(answers)
def test_an_answer_is_read_back_from_what_it_writes(answer: Answer) -> None:
    assert Answer.from_dict(json.loads(json.dumps(answer.to_dict()))) == answer


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answer=answers)
def test_any_answer_can_be_kept(library: Library, answer: Answer) -> None:
    conversation = Conversation.new()
    conversation = conversation.with_answer(answer)
    library.conversations.save(conversation)
    assert library.conversations.load(conversation.id) == conversation
    assert isinstance(conversation.turns[0], Turn)
    library.conversations.remove(conversation.id)
