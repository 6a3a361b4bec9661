"""Plain text and Markdown; above all: a newline ends a paragraph, nothing else does."""

from __future__ import annotations

import datetime
import textwrap
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.article import Article
from rag.errors import UnsupportedFormat
from rag.read import ReadResult
from rag.read.unwrap import Vocabulary, unwrap

STORY = (
    "The river rose over its banks during the night, and the people of the village had left "
    "their houses before the morning came. Nobody was hurt. The mayor, who had been mayor for "
    "twenty years, said that she had never seen so much water in the streets of the old town."
)
OTHER = (
    "On the next day the water went back. It left behind a layer of mud, three boats and the "
    "roof of a barn that nobody in the village could remember having seen before that night."
)


WORDS = ("a", "river", "in", "the", "night", "rose", "over", "houses")


@pytest.mark.parametrize("width", [50, 60, 72, 80, 100])
def test_wrapped_text_is_unwrapped(width: int) -> None:
    wrapped = "\n\n".join(textwrap.fill(part, width) for part in (STORY, OTHER, STORY))
    assert unwrap(wrapped) == f"{STORY}\n\n{OTHER}\n\n{STORY}"


@given(
    st.lists(st.lists(st.sampled_from(WORDS), min_size=30, max_size=60), min_size=2, max_size=4),
    st.integers(55, 90),
)
def test_unwrapping_keeps_every_word_and_every_paragraph(
    parts: list[list[str]], width: int
) -> None:
    paragraphs = [" ".join(part) + "." for part in parts]
    wrapped = "\n\n".join(textwrap.fill(part, width) for part in paragraphs)
    assert unwrap(wrapped) == "\n\n".join(paragraphs)


@given(st.text(st.sampled_from("ab .-\n>\t1"), max_size=300))
def test_unwrapping_loses_no_letter(text: str) -> None:
    letters = [char for char in text if char in "ab1"]
    assert [char for char in unwrap(text) if char in "ab1"] == letters


@pytest.mark.parametrize(
    "text",
    [
        "One paragraph a line, and this one is rather a long one, with two clauses.\n"
        "A second one follows.\nThe third isn't very long either, but it has an end.",
        "It was a dark night and the rain fell in torrents all over town.\n"
        "The wind blew over the housetops and shook the lamps in the street.\n"
        "Nobody was to be seen except for one man who walked to the harbour.",
        "Shall I compare thee to a summer's day?\nThou art more lovely and more temperate:\n"
        "Rough winds do shake the darling buds of May,\n"
        "And summer's lease hath all too short a date;",
        "Name        Place        Points of the whole season so far\n"
        "Anna        Berlin       12 in all and 3 of them at home\n"
        "Bert        London       11 in all and 9 of them at home",
        "- milk\n- bread and butter\n- a dozen eggs\n- flour",
    ],
)
def test_what_is_not_wrapped_stays(text: str) -> None:
    assert unwrap(text) == text


def test_paragraphs_marked_by_an_indent_only() -> None:
    indented = "\n".join(
        textwrap.fill(part, 72, initial_indent="    ") for part in (STORY, OTHER, STORY)
    )
    assert [line.strip() for line in unwrap(indented).split("\n")] == [STORY, OTHER, STORY]


def test_heading_above_a_wrapped_paragraph_and_list_after_it() -> None:
    text = f"CHAPTER ONE\n{textwrap.fill(STORY, 72)}\n- a boat\n- a barn"
    assert unwrap(text) == f"CHAPTER ONE\n{STORY}\n- a boat\n- a barn"


@pytest.mark.parametrize(
    "text",
    [
        "The council said in the spring of that year – on the 25th\n"
        "– that it met for the first time in the old town hall, and\n"
        "that the mayor was there. The town was glad, and so were\n"
        "all those who had come to the hall to see it.",
        "The council had not met on any day but one. It met again on April\n"
        "25. The mayor was ill, and so she did not come to the hall, and\n"
        "- it was said - nor did the baker who had sold his bread to the\n"
        "town of Lenn for thirty years.",
    ],
)
def test_a_dash_or_a_date_at_the_beginning_of_a_line_is_no_item(text: str) -> None:
    assert unwrap(text) == text.replace("\n", " ")


def test_items_without_marks_at_their_ends() -> None:
    items = [
        "- to build a bridge over the river, which is to be opened in May of the next year",
        "- to close the school at the end of the year, and to sell what is left of it to the town",
        "- to go home",
    ]
    numbered = [f"{number}. {item[2:]}" for number, item in enumerate(items, start=5)]
    for some in (items, numbered):
        lines = "\n".join(textwrap.fill(item, 60, subsequent_indent="  ") for item in some)
        text = f"The council of the town of Lenn decided on the last Monday:\n{lines}"
        assert unwrap(text).split("\n")[1:] == some
    text = f"{textwrap.fill(STORY[:120], 60)}\n- a bridge of the old town\n- a road\n- a barn"
    assert unwrap(text) == f"{STORY[:120]}\n- a bridge of the old town\n- a road\n- a barn"


def test_blank_lines_before_the_text() -> None:
    wrapped = textwrap.fill(STORY, 60)
    assert unwrap(f"\n\n{wrapped}\n").strip() == STORY


def test_quoted_mail() -> None:
    quoted = textwrap.fill(STORY, 68, initial_indent="> ", subsequent_indent="> ")
    assert unwrap(f"{quoted}\n\n{textwrap.fill(OTHER, 70)}") == f"> {STORY}\n\n{OTHER}"


def test_hyphens_at_the_end_of_a_line() -> None:
    words = Vocabulary("an example of a well-known word")
    assert words.join("an exam-", "ple") == "an example"
    assert words.join("a well-", "known", drop_hyphen=True) == "a well-known"
    assert words.join("a semi-", "colon") == "a semi-colon"
    assert words.join("Anglo-", "American", drop_hyphen=True) == "Anglo-American"


def test_words_are_broken_where_many_lines_end_with_a_hyphen() -> None:
    prose = "The making of a decision takes a while.\n" * 20
    broken = "It is a semi-\ncolon that exam-\nples have.\nSo it was in-\nvested.\n"
    sparse, dense = Vocabulary(prose * 5 + broken), Vocabulary(prose + broken)
    assert sparse.join("a semi-", "colon", drop_hyphen=True) == "a semi-colon"
    assert dense.join("a semi-", "colon") == "a semicolon"
    assert dense.join("of decision-", "making", drop_hyphen=True) == "of decision-making"
    assert dense.join("state-of-the-", "art", drop_hyphen=True) == "state-of-the-art"
    assert dense.join("a two-", "and a three-year plan") == "a two- and a three-year plan"
    short = Vocabulary("It is a semi-\ncolon.")
    assert short.join("a semi-", "colon") == "a semi-colon"
    assert short.join("a semi-", "colon", drop_hyphen=True) == "a semicolon"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        *(("from 1914-", "1918"), ("a 20-", "year-old"), ("of COVID-", "19"), ("an F-", "16 jet")),
        *(("the mid-", "1990s"), ("a U.S.-", "led force"), ("the 2020\u2010", "21 season")),
    ],
)
def test_hyphens_next_to_a_digit_or_a_dot_stay(first: str, second: str) -> None:
    assert Vocabulary("").join(first, second) == first + second
    assert Vocabulary("").join(first, second, drop_hyphen=True) == first + second


def test_chinese_lines_are_joined_without_a_space() -> None:
    assert Vocabulary("").join("河水", "泛滥") == "河水泛滥"


def test_title_of_plain_text_is_the_name_of_the_file(read_one: Callable[..., Article]) -> None:
    article = read_one("First line\n\nSecond.", "/home/me/My story.v2.txt")
    assert (article.title, article.path) == ("My story.v2", "/home/me/My story.v2.txt")
    assert article == Article.of(article.text, title="My story.v2", path=article.path)


def test_a_wrapped_file(read_one: Callable[..., Article]) -> None:
    wrapped = "\r\n".join([*textwrap.wrap(STORY, 70), "", *textwrap.wrap(OTHER, 70)])
    assert read_one(wrapped, "flood.txt").text == f"{STORY}\n\n{OTHER}"


@pytest.mark.parametrize("data", [b"", b" \n\t ", b"\xef\xbb\xbf", "\u200b\n".encode()])
@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_nothing_in_it(data: bytes, name: str, read: Callable[..., ReadResult]) -> None:
    with pytest.raises(UnsupportedFormat, match="holds no text"):
        read(data, name)


MARKDOWN = """\
---
title: "Flood: the night"
date: 2015-08-21
author: [Jane Roe, John Doe]
source: The Paper
lang: en-GB
---
# The *first* heading

A paragraph that is
wrapped, with a [link](https://x.org "t"), **bold** text,
`code`, an image ![alt](pixel.png) and a hard\\
break. An &amp; entity and 2 < 3.

Setext heading
--------------

* one
* two
  wrapped
    1. inner
    2. inner two

3. three
4. four

> A quote
> of two lines.

```python
x = 1

y = 2
```

| Town | Level |
|------|-------|
| Ada  | **3** m |

<div><p>Raw <b>HTML</b></p><script>alert(1)</script></div>
"""


def test_markdown(read_one: Callable[..., Article]) -> None:
    article = read_one(MARKDOWN, "flood.md")
    assert article.text == (
        "The first heading\n\n"
        "A paragraph that is wrapped, with a link, bold text, code, an image and a hard\n"
        "break. An & entity and 2 < 3.\n\n"
        "Setext heading\n\n"
        "- one\n- two wrapped\n1. inner\n2. inner two\n\n"
        "3. three\n4. four\n\n"
        "A quote of two lines.\n\n"
        "x = 1\n\ny = 2\n\n"
        "Town | Level\nAda | 3 m\n\n"
        "Raw HTML"
    )
    assert article.title == "Flood: the night"
    assert article.date == datetime.date(2015, 8, 21)
    assert article.author == "Jane Roe, John Doe"
    assert (article.source, article.language) == ("The Paper", "en")


def test_markdown_without_front_matter_takes_the_first_heading(
    read_one: Callable[..., Article],
) -> None:
    assert read_one("Text.\n\n## A `b`\n", "x.markdown").title == "A b"
    assert read_one("Text only.", "notes.md").title == "notes"
    assert (
        read_one("---\n\nA rule above.\n\n---\n\nText.", "rule.md").text == "A rule above.\n\nText."
    )


def test_what_is_no_front_matter_is_kept_as_text(read: Callable[..., ReadResult]) -> None:
    result = read("---\nNote: this: is\nprose between\ntwo rules.\n---\nBody.", "x.md")
    assert "two rules." in result.articles[0].text
    assert "front matter" in result.warnings[0]


def test_a_bomb_in_the_front_matter_is_harmless(read_one: Callable[..., Article]) -> None:
    levels = "\n".join(f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 9)}]" for i in range(1, 12))
    article = read_one(f"---\nl0: &l0 lol\n{levels}\ntitle: *l11\n---\n# Heading\n\nBody.", "x.md")
    assert article.title == "Heading"


def test_a_title_is_never_empty_and_never_long(read_one: Callable[..., Article]) -> None:
    assert read_one("---\ntitle: ' '\n---\nBody.", "x.md").title == "x"
    assert len(read_one("# " + "long " * 200, "x.md").title) <= 300
