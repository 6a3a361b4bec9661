"""Answers and articles as HTML: nothing of others is interpreted, everything reads back."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from rag.answer import Answer, Trace
from rag.article import Article
from rag.citation import Citation, Claim, Source
from rag.conversation.export import to_html, to_json, to_markdown
from rag.conversation.kept import Conversation, Turn
from rag.errors import UsageError
from rag.snapshot import Filter
from rag.summary import NO_EVENTS, Comparison, Difference, Event, KeyFact, Style, Summary
from rag.ui import filters, render, source
from rag.ui.source import Spot
from rag.ui.summary import shown
from rag.ui.why import why

PAYLOADS = json.loads(Path(__file__).with_name("hostile.json").read_text("utf-8"))
NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
# What lxml can read back: XML's characters. A carriage return is none of an article's.
characters = st.characters(
    exclude_categories=["Cs", "Cc"],
    exclude_characters="\ufffe\uffff",
    include_characters="\n\t",
)
texts = st.text(characters, min_size=1, max_size=200) | st.sampled_from(PAYLOADS)


def parsed(markup: str) -> html.HtmlElement:
    return html.fragment_fromstring(markup, create_parent="div")


@st.composite
def spotted(draw: st.DrawFn) -> tuple[Article, list[Spot]]:
    """An article, and spans of it that may overlap and cross its paragraphs."""
    text = "\n".join(draw(st.lists(texts, min_size=1, max_size=5)))
    article = Article.of(text, title=draw(texts), source=draw(st.none() | texts))
    spots = []
    for mark in range(1, draw(st.integers(0, 5)) + 1):
        start = draw(st.integers(0, len(text) - 1))
        spots.append(Spot(mark, start, draw(st.integers(start + 1, len(text)))))
    return article, spots


@given(spotted())
def test_an_article_reads_back_to_the_character(case: tuple[Article, list[Spot]]) -> None:
    article, spots = case
    body = parsed(source.page(article, spots, owner="turn-0")).find_class("text")[0]
    assert "".join(body.itertext()) == article.text
    for spot in spots:
        assert marked(body, spot.mark) == article.text[spot.start : spot.end]


def marked(body: html.HtmlElement, mark: int) -> str:
    return "".join(
        "".join(one.itertext())
        for one in body.iter("mark")
        if str(mark) in one.get("data-marks").split()
    )


def said(text: str) -> Answer:
    """An answer in which everything that can be is this text."""
    place = Source("0123456789ab", text, datetime.date(2024, 5, 1), text, text)
    citation = Citation(place, 3, 9, text)
    claims = [Claim(text, "unsupported", (citation,), text), Claim(text, "partly", ())]
    hit = {
        "article": {"id": text, "title": text},
        "sentences": [],
        **{"start": 0, "end": 4},
        "scores": {"dense_rank": 1, "dense": 0.5, "words_rank": None, "words": None, "total": 1.0},
    }
    trace = Trace(asked=text, model=text, hits=[hit], warnings=[text], tokens={"prompt": 3})
    return Answer(text, tuple(claims), False, trace)


ALLOWED = set("bdi blockquote button dd details div dl dt h3 h4 li ol p section span".split())
ALLOWED |= set("strong summary table tbody td th thead tr".split())


def elements(markup: str) -> list[tuple[str, tuple[str, ...]]]:
    """Names and attributes' names of all elements, in order."""
    return [(str(one.tag), tuple(one.attrib)) for one in parsed(markup).iter()]


@given(texts)
def test_no_text_adds_an_element_or_an_attribute(text: str) -> None:
    plain = elements(render.turn(Turn(NOW, said("plain")), 0, last=True))
    assert elements(render.turn(Turn(NOW, said(text)), 0, last=True)) == plain
    assert {name for name, _ in plain} <= ALLOWED
    assert not [name for _, names in plain for name in names if name.startswith("on")]


@given(texts)
def test_an_abstention_shows_the_nearest_as_such(text: str) -> None:
    nearest = said(text).citations
    answer = Answer(text, (), True, Trace(hits=said(text).trace.hits), nearest)
    page = parsed(render.turn(Turn(NOW, answer), 0, last=True))
    assert page.find_class("none")[0].text == "Not in the articles."
    assert len(page.find_class("nearest")[0].find_class("mark")) == 1
    assert not page.find_class("claim")


def test_a_doubtful_claim_looks_different_and_says_why() -> None:
    page = parsed(render.turn(Turn(NOW, said("It is said.")), 0, last=True))
    first, second = page.find_class("claim")
    assert "unsupported" in first.get("class")
    assert first.find_class("doubt")[0].text_content() == "Not supported: It is said."
    assert "partly" in second.get("class")
    assert second.find_class("doubt")[0].text_content() == "Partly supported by what it cites"


def test_an_abstention_says_what_was_searched() -> None:
    nothing = Answer("Who?", (), True, Trace())
    filter = Filter(since=datetime.date(2024, 5, 1))
    few = parsed(render.turn(Turn(NOW, nothing, filter, 1), 0, last=True))
    assert "Searched 1 article (from 2024-05-01) by" in few.find_class("searched")[0].text_content()
    every = parsed(render.turn(Turn(NOW, nothing, Filter(), 1200), 0, last=True))
    assert "Searched all 1,200 articles by" in every.find_class("searched")[0].text_content()


def test_marks_of_another_answer_are_never_those_of_this() -> None:
    later = NOW + datetime.timedelta(seconds=1)
    owners = {render.owner(Turn(at, said("a")), 0) for at in (NOW, later)}
    assert len(owners) == 2


def test_marks_of_an_answer_on_its_way_lead_nowhere_yet() -> None:
    page = parsed(render.pending("Who?", said("a").claims, "Checking"))
    assert [one.tag for one in page.find_class("mark")] == ["span"]


def test_why_shows_the_sentences_that_were_read_and_those_left_out() -> None:
    sentences = [{"start": at, "end": at + 4, "text": f"No {at}."} for at in (0, 5)]
    hit = said("a").trace.hits[0] | {"sentences": sentences}
    given = [{"article": "a", "start": 5, "end": 9, "score": 1.0}]
    page = parsed(why(Trace(hits=[hit], given=given, left_out=1)))
    lists = [one.text_content() for one in page.iter("details")][-2:]
    assert lists == ["Read (1)No 5.a", "Left out (1)No 0.a"]


def test_why_says_which_articles_hardly_counted() -> None:
    hits = said("a").trace.hits
    shown = [
        parsed(why(Trace(hits=hits, elsewhere=some))).find(".//tbody//th").text_content()
        for some in ([], [hits[0]["article"]["id"]])
    ]
    assert ["none of the question's names" in one for one in shown] == [False, True]


def test_a_mark_in_a_text_is_no_mark() -> None:
    page = parsed(render.turn(Turn(NOW, said("It says so [1][2].")), 0, last=True))
    assert [one.text for one in page.find_class("claim")[0].find_class("mark")] == ["1"]
    assert "[1][2]" in page.find_class("claim")[0].text_content()


def test_several_spans_have_their_own_tint_and_number() -> None:
    article = Article.of("One. Two. Three.", title="Three")
    spots = [Spot(1, 0, 4), Spot(2, 5, 9)]
    marks = parsed(source.page(article, spots)).findall(".//mark")
    assert [one.get("data-number") for one in marks] == ["1", "2"]
    assert len({one.get("class") for one in marks}) == 2


def summed(text: str, style: Style) -> Summary:
    """A summary in which everything that can be is this text."""
    (claim, *_), place = said(text).claims, said(text).citations[0].article
    event = Event("2024-05", text, True, claim)
    fact = KeyFact("who", claim, claim.citations[0])
    compared = Comparison(
        (place, place), (claim,), (claim,), (Difference((text, text), (claim, claim)),)
    )
    return Summary(
        *((place,), (claim,), False, 3, 3, Trace(), style),
        events=(event,),
        facts=(fact,),
        comparisons=(compared,),
        copies=(place,),
    )


STYLES: tuple[Style, ...] = get_args(Style)


@given(text=texts, style=st.sampled_from(STYLES))
def test_no_text_adds_an_element_to_a_summary(text: str, style: Style) -> None:
    plain = elements(shown(summed("plain", style), "summary"))
    assert elements(shown(summed(text, style), "summary")) == plain
    assert {name for name, _ in plain} <= ALLOWED | {"h5", "time", "ul"}


@pytest.mark.parametrize(
    ("style", "kind", "told"),
    [
        ("prose", "claim", "It rained."),
        ("bullets", "statements", "It rained."),
        ("timeline", "timeline", "2024-05from “It rained.” and the article’s date"),
        ("key-facts", "facts", "who"),
    ],
)
def test_a_summary_is_laid_out_as_its_style_asks(style: Style, kind: str, told: str) -> None:
    page = parsed(shown(summed("It rained.", style), "summary"))
    answer = page.find_class("answer")[0]
    assert told in answer.find_class(kind)[0].text_content()
    assert [one.text for one in answer.find_class("mark")] == ["1"]
    assert "3 of 3 sentences read; 1 near-identical, counted once" in page.text_content()


def test_a_timeline_without_events_says_why() -> None:
    page = parsed(shown(Summary((), (), True, 3, 3, Trace(), "timeline"), "summary"))
    assert page.find_class("none")[0].text == NO_EVENTS


def test_a_filter_that_admits_no_day_is_refused() -> None:
    with pytest.raises(UsageError, match="2024-05-02, 2024-05-01: no day lies between these"):
        filters.read(None, "", "2024-05-02", "2024-05-01")
    day = datetime.date(2024, 5, 1)
    assert filters.read(None, "", "2024-05-01", "2024-05-01") == Filter(day, day)


def test_articles_on_one_event_stand_beside_each_other() -> None:
    page = parsed(shown(summed("It rained.", "prose"), "summary"))
    compared = page.find_class("compared")[0]
    assert [one.text_content() for one in compared.iter("h5")] == [
        "All say",
        "They differ: It rained. / It rained.",
        "Only one says",
    ]
    assert {one.text for one in compared.find_class("mark")} == {"1"}


@given(texts)
def test_exports_hold_every_quote_and_interpret_nothing(text: str) -> None:
    conversation = Conversation("0" * 16, NOW, turns=(Turn(NOW, said(text)),))
    plain = Conversation("0" * 16, NOW, turns=(Turn(NOW, said("plain")),))
    page, usual = (html.document_fromstring(to_html(one)) for one in (conversation, plain))
    assert [one.tag for one in page.iter()] == [one.tag for one in usual.iter()]
    assert "characters 3-9" in to_markdown(conversation)
    assert "<" not in to_markdown(conversation)
    assert '"start": 3' in to_json(conversation)


def test_an_exported_page_says_when_why_and_what_is_only_near() -> None:
    sure, near = said("It is said."), Answer("Who?", (), True, Trace(), said("Near.").citations)
    page = to_html(Conversation("0" * 16, NOW, turns=(Turn(NOW, sure), Turn(NOW, near))))
    told = html.document_fromstring(page).text_content()
    assert "Asked 2026-01-01T00:00+00:00." in told
    assert "“It is said.”: It is said." in told
    assert "The nearest passages, which may not answer it:" in told


def test_a_turn_is_rendered_once_and_anew_where_it_is_another() -> None:
    first = Turn(NOW, Answer("Who?", (), True, Trace()))
    shown_first = render.turn(first, 0, last=True)
    assert render.turn(first, 0, last=True) is shown_first
    again = Turn(NOW + datetime.timedelta(seconds=1), first.answer)  # retried
    assert render.turn(again, 0, last=True) != shown_first
    edited = Turn(NOW, Answer("When?", (), True, Trace()))
    assert "When?" in render.turn(edited, 0, last=True)
    assert render.turn(first, 1, last=False) != shown_first
