"""What of an article says something, and what only frames it."""

from __future__ import annotations

import pytest

from rag.article import Article
from rag.split import sentences
from rag.summarize.sift import Kind, kind, kinds


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The river Lenn rose by four metres.", "said"),
        ("“The river rose by four metres,” said Ada Park.", "said"),
        ("Friday, May 8, 2009", "frame"),
        ("How it began", "frame"),
        ("The current flag of Lenndorf.", "frame"),
        ("By accident, and a slightly embarrassing one.", "frame"),
        ("Portrait shot of the mayor at the bridge in May.", "frame"),
        ("Click here to subscribe to our newsletter.", "frame"),
        ("Why did you resign?", "asked"),
        ("Yes.", "frame"),
        ("", "frame"),
    ],
)
def test_kinds_of_sentences(text: str, wanted: Kind) -> None:
    assert kind(text) == wanted


def test_a_line_with_a_credit_is_a_caption() -> None:
    article = Article.of(
        "The mayor opens the bridge on Monday. Image: Anna Holm.\nThe bridge was opened on Monday.",
        title="Bridge",
    )
    assert kinds(article, sentences(article)) == ["frame", "frame", "said"]


def test_a_title_says_nothing_new() -> None:
    assert kind("The bridge was opened on Monday.", "The bridge was opened on Monday") == "frame"
