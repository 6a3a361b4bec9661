"""Evidence of gold items: articles by their names, quotes and offsets in them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rag.article import Article, Span
from rag.evaluate import Corpus, GoldError, parse_gold
from rag.evaluate.case import located
from rag.evaluate.gold import Quote

FLOOD = Article.of("Rain fell. The river rose. Rain fell.\n\nAnanas.", title="Flood")
BEES = Article.of("Bees fell. Rain stopped.", title="Bees")
TWICE = Article.of("Another one.", title="Bees")
CORPUS = Corpus([(FLOOD, ["/news/2025/flood.txt"]), (BEES, ["all.txt#0"]), (TWICE, ["all.txt#1"])])


@pytest.mark.parametrize("name", [FLOOD.id, "Flood", "/news/2025/flood.txt", "2025/flood.txt"])
def test_an_article_is_known_by_id_title_path_and_the_ends_of_it(name: str) -> None:
    assert CORPUS.named(name) == [FLOOD]
    assert CORPUS.locate(Quote(name, "The river rose.")) == Span(FLOOD.id, 11, 26)


def test_articles_of_one_file_share_its_name() -> None:
    assert CORPUS.named("all.txt") == CORPUS.named("Bees") == [BEES, TWICE]
    assert CORPUS.named("all.txt#1") == [TWICE]
    assert Corpus([(FLOOD, ["/news/C# a.md"])]).named("C# a.md") == [FLOOD]
    assert CORPUS.locate(Quote("all.txt", "one.")) == Span(TWICE.id, 8, 12)
    with pytest.raises(GoldError, match="holds 2 articles"):
        CORPUS.locate(Quote("all.txt", start=0, end=3))


def test_quotes_are_normalised_as_articles_are() -> None:
    assert CORPUS.locate(Quote("flood.txt", " The\u00a0river ro\u00adse.\r\n")) == Span(
        FLOOD.id, 11, 26
    )


def test_offsets_locate() -> None:
    span = CORPUS.locate(Quote("flood.txt", start=11, end=26))
    assert span.quote(FLOOD) == "The river rose."
    end = len(FLOOD.text)
    assert CORPUS.locate(Quote("flood.txt", start=0, end=end)).quote(FLOOD) == FLOOD.text
    with pytest.raises(GoldError, match=f"has only {end} characters, not {end + 1}"):
        CORPUS.locate(Quote("flood.txt", start=0, end=end + 1))


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        (Quote("flood.txt", "Rain fell."), "is 2 times in flood.txt"),
        (Quote("flood.txt", "rain"), "isn't in"),  # case counts
        (Quote("flood.txt", "nan"), None),
        (Quote("flood.txt", "an"), None),
        (Quote("flood.txt", "na"), "is 2 times"),
        (Quote("flood.txt", "snow"), "the quote 'snow' isn't in flood.txt"),
        (Quote("flood.txt", "\u200b"), "isn't in"),
        (Quote("flood.txt", "."), "is 4 times"),  # itself, no pattern
        (Quote("all.txt", "n"), "is 3 times"),
        (Quote("snow.txt", "snow"), "there is no article 'snow.txt'"),
    ],
)
def test_a_quote_is_there_exactly_once(quote: Quote, expected: str | None) -> None:
    if expected is None:
        assert CORPUS.locate(quote).quote(FLOOD) == quote.quote
        return
    with pytest.raises(GoldError) as raised:
        CORPUS.locate(quote)
    assert expected in str(raised.value)


def test_places_that_overlap_are_two() -> None:
    article = Article.of("aaa", title="a")
    with pytest.raises(GoldError, match="is 2 times"):
        Corpus([(article, [])]).locate(Quote("a", "aa"))


NEEDED: dict[str, Any] = {"id": "a", "question": "How many?", "facts": [{"any": ["two"]}]}


def test_evidence_that_is_not_there_is_named_by_line_and_item() -> None:
    quote = [[{"article": "Flood", "quote": "snow"}]]
    lines: list[dict[str, Any]] = [
        {**NEEDED, "evidence": [[{"article": "Flood", "quote": "rose"}]]},
        {**NEEDED, "id": "b", "evidence": quote},
        {"id": "s", "summarize": ["Snow"]},
    ]
    gold = parse_gold("\n".join(map(json.dumps, lines)), "my.jsonl")
    with pytest.raises(GoldError) as raised:
        located(gold, CORPUS)
    assert str(raised.value).splitlines()[1:3] == [
        "line 2, item b: the quote 'snow' isn't in Flood",
        "line 3, item s: there is no article 'Snow' (`rag eval check` says more; is it the right "
        "library?)",
    ]
    sound = parse_gold(json.dumps(lines[0]))
    assert located(sound, CORPUS) == {"a": ((Span(FLOOD.id, 21, 25),),)}
