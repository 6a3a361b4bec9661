"""Answers: quotes are cut out of the article, marks count the citations, the text is the claims."""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer import Answer, Trace
from rag.article import Article, Span
from rag.citation import NOT_FOUND, Citation, Claim, Support, numbered, pieces
from rag.summary import Summary

ARTICLE = Article.of(
    "Rain fell. The river rose. 👩‍👩‍👧 wurde nass. Ende.", title="Flood", path="a.txt"
)
OTHER = Article.of("A comet was seen.", title="Comet")


@given(st.text(min_size=1), st.data())
def test_a_citation_is_what_stands_there(text: str, data: st.DataObject) -> None:
    text = text.encode(errors="replace").decode()
    article = Article.of(text, title="t")
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    citation = Citation.of(article, Span(article.id, start, end))
    assert citation.quote == text[start:end]
    assert citation.holds(article)
    assert citation.span == Span(article.id, start, end)
    assert not replace(citation, quote=citation.quote + "x").holds(article)
    assert not citation.holds(OTHER)


def test_a_span_of_another_article_can_not_be_cited() -> None:
    with pytest.raises(ValueError, match="used on article"):
        Citation.of(OTHER, Span(ARTICLE.id, 0, 4))


SPANS = st.tuples(st.integers(0, 8), st.integers(9, 16))
CLAIMS = st.lists(
    st.builds(
        Claim,
        st.sampled_from(["Rain fell.", "The river rose."]),
        st.sampled_from(["supported", "partly", "unsupported", "quoted"]),
        st.lists(
            SPANS.map(lambda at: Citation.of(ARTICLE, Span(ARTICLE.id, *at))),
            max_size=3,
            unique=True,
        ).map(tuple),
    ),
    max_size=5,
).map(tuple)


@given(CLAIMS)
def test_marks_count_the_citations_as_they_appear(claims: tuple[Claim, ...]) -> None:
    answer = Answer("?", claims, not claims, Trace())
    marks = [int(mark) for mark in re.findall(r"\[(\d+)\]", answer.text)]
    assert sorted(set(marks)) == list(range(1, len(answer.citations) + 1))
    assert list(dict.fromkeys(marks)) == sorted(set(marks)), "a mark came before a lower one"
    assert [answer.citations[mark - 1] for mark in marks] == [
        citation for claim in claims for citation in claim.citations
    ]
    assert answer.text == ("".join(pieces(claims)) if claims else NOT_FOUND)
    assert len(numbered(claims)) == len({one.span for one in numbered(claims)})


@given(CLAIMS)
def test_pieces_written_one_by_one_are_those_of_the_whole(claims: tuple[Claim, ...]) -> None:
    """What was streamed is never taken back."""
    assert [pieces(claims[: at + 1])[-1] for at in range(len(claims))] == pieces(claims)


@pytest.mark.parametrize(
    ("support", "expected"),
    [
        ("supported", "Rain fell. [1]"),
        ("quoted", "Rain fell. [1]"),
        ("partly", "Rain fell. [1]"),
        ("unsupported", "Rain fell. (unsupported) [1]"),
    ],
)
def test_doubt_is_shown(support: Support, expected: str) -> None:
    claim = Claim("Rain fell.", support, (Citation.of(ARTICLE, Span(ARTICLE.id, 0, 10)),))
    assert pieces([claim]) == [expected]


@pytest.mark.parametrize(
    ("source", "date", "expected"),
    [
        ("Lenn Post", datetime.date(2024, 3, 5), "Lenn Post, 5 March 2024: Rain fell. [1]"),
        (None, None, '"Flood [(2)]": Rain fell. [1]'),
        ("https://lenn.example/flood", None, '"Flood [(2)]": Rain fell. [1]'),
    ],
)
def test_who_says_so_is_named_where_articles_differ(
    source: str | None, date: datetime.date | None, expected: str
) -> None:
    article = replace(ARTICLE, title="Flood [[2]]", source=source, date=date)
    cited = Citation.of(article, Span(article.id, 0, 10))
    assert pieces([Claim("Rain fell.", "quoted", (cited,), differs=True)]) == [expected]


def test_an_answer_is_json_of_the_promised_form() -> None:
    claim = Claim("Rain fell.", "quoted", (Citation.of(ARTICLE, Span(ARTICLE.id, 0, 10)),))
    answer = Answer("What fell?", (claim,), False, Trace(seed=1, milliseconds={"a_ms": 1.23456}))
    plain = json.loads(json.dumps(answer.to_dict()))
    assert set(plain) == {"question", "text", "abstained", "claims", "nearest", "trace"}
    (cited,) = plain["claims"][0]["citations"]
    assert cited == {
        "article": {
            "id": ARTICLE.id, "title": "Flood", "date": None, "source": None, "path": "a.txt",
        },
        "start": 0,
        "end": 10,
        "quote": "Rain fell.",
    }  # fmt: skip
    assert plain["trace"]["milliseconds"] == {"a_ms": 1.23}
    assert {"model", "adapter", "prompt", "encoder", "generation", "seed", "hits", "tokens"} <= set(
        plain["trace"]
    )


def test_what_is_not_in_the_articles_is_said() -> None:
    assert Answer("?", (), True, Trace()).text == NOT_FOUND
    assert Summary((), (), True, 0, 0, Trace()).text == NOT_FOUND
    assert json.dumps(Summary((), (), True, 0, 0, Trace()).to_dict())
