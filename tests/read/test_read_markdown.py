"""What Markdown has beyond CommonMark: front matter, footnotes, raised digits."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest

from rag.article import Article

DAY = datetime.date(2015, 8, 21)


@pytest.mark.parametrize(
    ("block", "title"),
    [
        ("---\ntitle: Storm at sea: two dead\ndate: 2015-08-21\n---\n", "Storm at sea: two dead"),
        ("---\ntitle: \"Storm\"\nnote: a: b\ndate: 2015-08-21\n---\n", "Storm"),
        ("---\ntitle: @coast\ndate: 2015-08-21\n---\n", "@coast"),
        ("\n \n---\ntitle: Storm\ndate: 2015-08-21\n---\n", "Storm"),
        ("+++\ntitle = \"Storm: two dead\"\ndate = 2015-08-21T10:00:00Z\n+++\n", "Storm: two dead"),
        ("+++\ntitle = Storm: two dead\ndate = 2015-08-21\n+++\n", "Storm: two dead"),
    ],
)  # fmt: skip
def test_front_matter(block: str, title: str, read_one: Callable[..., Article]) -> None:
    article = read_one(f"{block}Body.", "x.md")
    assert (article.text, article.title, article.date) == ("Body.", title, DAY)


@pytest.mark.parametrize(
    "field",
    ["published: 2015-08-21", "published_at: 2015-08-21 10:00:00", "publishedAt: 2015/8/21",
     "created: 21 August 2015", "published: true\npubDate: 2015-08-21"],
)  # fmt: skip
def test_dates_under_other_names(field: str, read_one: Callable[..., Article]) -> None:
    assert read_one(f"---\n{field}\n---\nBody.", "x.md").date == DAY


@pytest.mark.parametrize(
    ("field", "author"),
    [
        ("author: [[Ada Low]]", "Ada Low"),
        ('author: "[[people/Ada Low|Ada]]"', "Ada"),
        ('author:\n  - "[[Ada Low]]"\n  - Bo', "Ada Low, Bo"),
        ("authors: [{name: Ada Low}, {name: Bo}]", "Ada Low, Bo"),
        ("author: {name: Ada Low, url: x.org}", "Ada Low"),
        ("title: a: b\nauthors:\n- Ada Low\n- Bo", "Ada Low, Bo"),
    ],
)
def test_authors(field: str, author: str, read_one: Callable[..., Article]) -> None:
    assert read_one(f"---\n{field}\n---\nBody.", "x.md").author == author


def test_footnotes(read_one: Callable[..., Article]) -> None:
    text = (
        "It rose.[^1] It fell[^2]; see `[^1]` and [^a-z].\n\n[^1]: https://x.org\n"
        "[^2]: A *note* that\ngoes on.\n\n    And on.\n\nThe end.\n"
    )
    assert read_one(text, "x.md").text == (
        "It rose.¹ It fell²; see [^1] and [^a-z].\n\nThe end.\n\n"
        "¹ https://x.org\n\n² A note that goes on.\n\nAnd on."
    )


def test_a_footnote_goes_on_where_it_is_indented(read_one: Callable[..., Article]) -> None:
    for indent in ("\t", "    "):
        text = f"It rose.[^1]\n\n[^1]: A note.\n\n{indent}- Its item.\n\nThe end."
        assert read_one(text, "x.md").text.startswith("It rose.¹\n\nThe end.\n\n¹ A note.")


def test_footnotes_with_names_are_numbered_as_they_are_met(
    read_one: Callable[..., Article],
) -> None:
    text = "One[^b] and two[^a].\n\n[^a]: Note a.\n[^b]: Note b.\n[^unused]: Note c."
    assert read_one(text, "x.md").text == ("One¹ and two².\n\n¹ Note b.\n\n² Note a.\n\n³ Note c.")


def test_a_footnote_in_code_is_code(read_one: Callable[..., Article]) -> None:
    assert read_one("```\n[^x]: code\n```\n\nText[^7].", "x.md").text == "[^x]: code\n\nText⁷."


def test_raised_digits(read_one: Callable[..., Article]) -> None:
    text = "In 2015<sup>3</sup>, 10<sup>6</sup> on the 1<sup>st</sup>."
    assert read_one(text, "x.md").text == "In 2015³, 10⁶ on the 1st."
