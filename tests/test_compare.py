"""Two answers to one question: where they agree, and what differs."""

from __future__ import annotations

import pytest

from rag import Filter, Library
from rag.answer import Answer, Trace
from rag.ask import AnswerStream
from rag.citation import Citation, Claim, Source
from rag.compare import compare, compared
from rag.errors import Cancelled, UsageError


def answer(*said: str) -> Answer:
    place = Source("0123456789ab", "Fire", None, None, None)
    claims = [Claim(text, "quoted", (Citation(place, 0, len(text), text),)) for text in said]
    return Answer("How many were hurt?", tuple(claims), not claims, Trace())


def test_the_same_said_by_both() -> None:
    found = compared(answer("14 people were hurt."), answer("In all 14 people were hurt."))
    assert found.agrees is True
    assert [stand.reason for stand in found.left_stands] == [None]


def test_another_number_differs_and_is_named() -> None:
    found = compared(answer("14 people were hurt."), answer("31 people were hurt."))
    assert found.agrees is False
    assert "14" in (found.left_stands[0].reason or "")
    assert "31" in (found.right_stands[0].reason or "")


def test_a_side_that_says_nothing_neither_agrees_nor_differs() -> None:
    found = compared(answer("14 people were hurt."), answer())
    assert found.agrees is None
    assert not found.left_stands[0].agrees
    assert found.left_stands[0].reason is None


def test_each_side_is_asked_of_its_own_articles(library: Library) -> None:
    flood, bees = library.find(["flood.md"])[0], library.find(["bees.md"])[0]
    found = compare(library, "What rose?", Filter(articles=(flood,)), Filter(articles=(bees,)))
    assert {one.article.id for one in found.left.citations} <= {flood}
    assert {one.article.id for one in found.right.citations} <= {bees}


def test_a_side_that_is_cancelled_ends_it(library: Library) -> None:
    flood, bees = library.find(["flood.md"])[0], library.find(["bees.md"])[0]
    sides = Filter(articles=(flood,)), Filter(articles=(bees,))
    began: list[AnswerStream] = []
    compare(library, "What rose?", *sides, began=began.append)
    assert len(began) == 2

    def cancel(stream: AnswerStream) -> None:
        began.append(stream)
        stream.close()

    with pytest.raises(Cancelled):
        compare(library, "What rose?", *sides, began=cancel)
    assert len(began) == 3


def test_sides_that_are_the_same_are_refused(library: Library) -> None:
    with pytest.raises(UsageError, match="the same articles"):
        compare(library, "What rose?", Filter(source="Post"), Filter(source="Post"))
