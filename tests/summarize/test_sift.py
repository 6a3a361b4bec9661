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
        ("Ada Low resigned.", "brief"),
        ("The hikers dug a deep hole.", "said"),
        ("Source: AP", "frame"),
        ("Police had one source: the mayor of Orrin.", "said"),
        ("The scouts sold cookies at the door of the church.", "said"),
        ("The union paid for an advertisement in the paper.", "said"),
        ("The party will sign up new members in the autumn.", "said"),
        ("The firm changed its terms of service in May.", "said"),
        ("Please subscribe to stay informed.", "frame"),
        ("Sign up for more.", "frame"),
        ("Civic Union: 31 seats, 38.4 percent", "said"),
        ("- Green List: 9 percent of the votes", "said"),
        ("Updated: 3 hours ago by the editors", "frame"),
        ("The river rose over its banks in May.[1]", "said"),
        ("The river rose over its banks in May.[citation needed]", "said"),
        ("The river rose over its banks in May.¹", "said"),
        ("The river rose over its banks in May.1", "said"),
        ("“The river rose over its banks in May.*”", "said"),
        ("The river rose over its banks in May. (AP)", "said"),
        ("The river rose over its banks in May. 🎉", "said"),
        ("Why did you resign?[1]", "asked"),
        ("Ada Low in the old town of Lenn [1]", "frame"),
        ("Lenn Corp. employs 500 people.", "said"),
        ("The river flows into the sea.", "said"),
        ("The law bans smoking in bars.", "said"),
        ("Workers face cuts at the plant.", "said"),
        ("Many people dislike the new road.", "said"),
        ("It’s the largest bridge in the town.", "said"),
        ("The crew rebuilt the bridge.", "said"),
        ("The town's tourism plans.", "frame"),
        ("Two years of cuts.", "frame"),
        ("Published: 12 May 2020", "frame"),
    ],
)
def test_kinds_of_sentences(text: str, wanted: Kind) -> None:
    assert kind(text) == wanted


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("The mayor opens the bridge on Monday. Image: Anna Holm.", ["frame", "frame"]),
        ("The bridge was shut on Monday. Source: AP", ["said", "frame"]),
        (
            "The bridge was shut on Monday. Nobody was hurt there. Photo: Anna Holm.",
            ["said", "said", "frame"],
        ),
    ],
)
def test_a_credit_speaks_for_its_own_sentence(line: str, wanted: list[Kind]) -> None:
    article = Article.of(f"{line}\nThe bridge was opened again in May.", title="Bridge")
    assert kinds(article, sentences(article)) == [*wanted, "said"]


def test_a_sentence_among_others_is_hardly_a_caption() -> None:
    assert kind("Music soothes Ada Low.", alone=True) == "frame"
    assert kind("Music soothes Ada Low.", alone=False) == "said"


def test_a_title_says_nothing_new() -> None:
    assert kind("The bridge was opened on Monday.", "The bridge was opened on Monday") == "frame"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Ada Low in May 2010, after having left the council called the Board.", "frame"),
        ("Ada Low spoke in May 2010, after having left the council of the town.", "said"),
        ("Ada Low in May 2010, after having left, spoke to the council of the town.", "said"),
    ],
)
def test_who_is_shown_when_without_a_main_clause_is_a_caption(text: str, what: str) -> None:
    assert kind(text) == what
