"""Tables and JSON Lines: one article a row."""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Callable

import pytest

from rag.article import Article
from rag.errors import LimitExceeded, UnsupportedFormat
from rag.read import Limits, Reader, ReadResult


def as_csv(rows: list[list[str]], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


ROWS = [
    ["Title", "Date", "Author", "Text", "Language", "url"],
    [
        "Flood",
        "2015-08-21",
        "Jane Roe",
        'She said: "Run, now!"\n\nWe ran; fast.',
        "en-GB",
        "https://x.org/1",
    ],
    ["", "", "", "Second text.", "", ""],
]


@pytest.mark.parametrize(
    ("delimiter", "name"), [(",", "a.csv"), (";", "a.csv"), ("\t", "a.tsv"), ("\t", "a.csv")]
)
def test_a_table(delimiter: str, name: str, read: Callable[..., ReadResult]) -> None:
    result = read("\ufeff" + as_csv(ROWS, delimiter), name)
    assert result.warnings == ()
    assert result.articles == (
        Article.of(
            'She said: "Run, now!"\n\nWe ran; fast.',
            title="Flood", date=datetime.date(2015, 8, 21), author="Jane Roe",
            source="https://x.org/1", language="en", path=f"{name}#1",
        ),
        Article.of("Second text.", title="a 2", path=f"{name}#2"),
    )  # fmt: skip


def test_rows_without_text_are_warned_about(read: Callable[..., ReadResult]) -> None:
    result = read("title,body\na,One.\nb,\nc,  \n\nd,Four.\n", "a.csv")
    assert [(article.title, article.path) for article in result.articles] == [
        ("a", "a.csv#1"),
        ("d", "a.csv#5"),
    ]
    assert result.warnings == ("rows 2, 3 have no text and are missing",)


def test_the_numbers_of_the_rows_are_no_titles(read: Callable[..., ReadResult]) -> None:
    result = read(",text,date\n0,Rain fell.,2024-01-02\n1,Snow fell.,2024-01-03\n", "a.csv")
    assert [article.title for article in result.articles] == ["a 1", "a 2"]


def test_cells_that_no_column_is_for_are_warned_about(read: Callable[..., ReadResult]) -> None:
    result = read("title,text\nA,Rain fell, and hail.\nB,Snow.,,\nC,Ice, then\n", "a.csv")
    assert [article.text for article in result.articles] == ["Rain fell", "Snow.", "Ice"]
    assert result.warnings == ("rows 1, 3 have more cells than there are columns and are cut off",)


@pytest.mark.parametrize("name", ["a.tsv", "a.csv"])
def test_a_quotation_mark_between_tabs_swallows_nothing(
    name: str, read: Callable[..., ReadResult]
) -> None:
    rows = ['"Never again, he said.', 'It "rained".', "Ice."]
    result = read("text\tdate\n" + "".join(f"{row}\t2020-01-01\n" for row in rows), name)
    assert [article.text for article in result.articles] == rows


def test_a_table_without_a_text_column_lists_its_columns(read: Callable[..., ReadResult]) -> None:
    with pytest.raises(UnsupportedFormat, match="its columns are: id, headline, story"):
        read("id,headline,story\n1,a,b\n", "a.csv")


def test_the_text_column_can_be_chosen() -> None:
    with Reader(text_column="Story") as reader:
        result = reader.read(b"text;story\nwrong;right\n", "a.csv")
        assert [article.text for article in result.articles] == ["right"]
        with pytest.raises(UnsupportedFormat, match='no column "Story"; its columns are: text'):
            reader.read(b"text\nwrong\n", "b.csv")


def test_json_lines_with_a_broken_line(read: Callable[..., ReadResult]) -> None:
    lines = [
        json.dumps(
            {"title": "A", "content": "Line\u2028separator.", "date": "Aug 21, 2015"},
            ensure_ascii=False,
        ),
        '{"content": "cut off',
        "[" * 100_000,
        "17",
        json.dumps({"content": None}),
        json.dumps({"content": "Half an emoji: \ud83d", "authors": ["Jane", "John"]}),
    ]
    result = read("\r\n".join(lines), "a.jsonl")
    assert [article.text for article in result.articles] == [
        "Line\nseparator.",
        "Half an emoji: \ufffd",
    ]
    assert result.articles[0].date == datetime.date(2015, 8, 21)
    assert result.articles[1].author == "Jane, John"
    assert result.warnings == (
        "lines 2, 3, 4 aren't JSON objects and are missing",
        "line 5 has no text and is missing",
    )


def test_a_row_too_long_is_left_out_and_too_many_rows_are_refused() -> None:
    with Reader(Limits(text_chars=50, articles=3)) as reader:
        result = reader.read(b"text\nshort\n" + b"x" * 60 + b"\n", "a.csv")
        assert [article.text for article in result.articles] == ["short"]
        assert "60 characters" in result.warnings[0]
        with pytest.raises(LimitExceeded, match="more than 3 articles"):
            reader.read(b"text\na\nb\nc\nd\n", "b.csv")
        with pytest.raises(LimitExceeded, match="60 characters"):
            reader.read(b"x" * 60, "c.txt")


def test_warnings_are_counted_not_poured_out(read: Callable[..., ReadResult]) -> None:
    result = read("title,text\n" + "a,\n" * 3000 + "b,last\n", "a.csv")
    assert len(result.articles) == 1
    assert "2990 more" in result.warnings[0]
