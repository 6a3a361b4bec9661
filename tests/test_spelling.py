"""Slips of the keyboard: mended where the articles have the word that is meant, else left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import Library, fulltext
from rag.spelling import mended

ARTICLES = (
    "The library burned for one year because the government sent no water. The faces of the bakers "
    "were black. It landed in Karrholm, preceded by rain. They proceeded. They proceeded. The form "
    "from the farm is there, their firm said. A café opened."
)


def frequency(term: str) -> int:
    stems = list(fulltext.terms([*{*ARTICLES.replace(".", "").split()}]).values())
    return stems.count(term) + 5 * (term == "proceed")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("what caused the libary fire", "what caused the library fire"),  # a letter left out
        ("what caused the librrary fire", "what caused the library fire"),  # one too many
        ("what caused the linrary fire", "what caused the library fire"),  # a wrong one
        ("what did it cost per yaer", "what did it cost per year"),  # two that changed places
        ("was it becuase of the goverment?", "was it because of the government?"),
        ("what preceeded it", "what preceded it"),  # a doubled letter, not the commoner word
        ("Who burned the Libary?", "Who burned the Libary?"),  # it may be a name
        ("were there fakes", "were there fakes"),  # a word, if none of the articles'
        ("was it a lander", "was it a lander"),
        ("did carx crash", "did carx crash"),  # one that is made of a word the articles have
        ("what of karrholm", "what of karrholm"),  # a name that the articles have
        ("what of xarrholm", "what of xarrholm"),  # one that they don't
        ("a goverment's libary-card", "a goverment's libary-card"),  # left, where words are joined
        ("yae frm", "yae frm"),  # too short to be told
        ("who moved the qwzxk", "who moved the qwzxk"),
        ("why dont they Cant whats theyre", "why don't they Can't what's they're"),
        ("donts where ant", "donts where ant"),
        ("", ""),
    ],
)
def test_a_slip_is_mended_where_the_articles_have_the_word(typed: str, meant: str) -> None:
    assert mended(typed, frequency) == meant


@given(st.text())
def test_nothing_is_mended_where_the_articles_have_no_such_word(question: str) -> None:
    assert mended(question, lambda _: 0) == question


@given(st.text(alphabet="abcdefghilmnorstu -'?A"))
def test_what_is_mended_is_right_then(question: str) -> None:
    once = mended(question, frequency)
    assert mended(once, frequency) == once


def test_the_answer_is_to_what_was_meant_and_says_so(library: Library) -> None:
    answer = library.ask("By how many metres has the rivre risen?")
    assert answer.question == "By how many metres has the rivre risen?"
    assert answer.trace.asked == "By how many metres has the river risen?"
    assert library.ask("By how many metres has the river risen?").trace.asked == answer.trace.asked
