"""Articles about somebody else: those that have none of a question's names, where others have."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.article import Article, Passage
from rag.named import elsewhere
from rag.search import Hit, Scores

LENNDORF = Article.of(
    "In May the mayor of Lenndorf, Ada Park, opened a bridge. The Lenn runs under it.",
    title="A bridge opens",
)
HARWICK = Article.of(
    "May was dry, and the market of Harwick moved to the park. Rain fell at last.",
    title="The market moves",
)
BOTH = (LENNDORF, HARWICK)


ARMY = Article.of("A camp is moved. Then the Harwicks left it.", title="Moving on")
TITLED = Article.of("Nobody spoke for long.", title="Mayor of Harwick")


def hits(*articles: Article) -> list[Hit]:
    """Each article as one passage."""
    scores = Scores(None, None, None, None, 0.0, 0.0)
    return [
        Hit(one, Passage(one.id, 0, len(one.text), first=0, last=1), (), scores) for one in articles
    ]


@pytest.mark.parametrize(
    ("question", "articles", "strange"),
    [
        ("who is the mayor of harwick", BOTH, {LENNDORF}),
        ("Who is Harwick’s mayor?", BOTH, {LENNDORF}),
        ("Who is the mayor?", BOTH, set()),
        ("Who went from Lenndorf to Harwick?", BOTH, set()),  # each has one of them
        ("Who is the mayor of Harwick?", (LENNDORF,), set()),  # nobody writes of Harwick
        ("Who is the mayor of Harwick?", (*BOTH, TITLED), {LENNDORF}),
        ("Did rain fall at last?", BOTH, set()),  # it only begins a sentence
        ("What happened in May?", BOTH, set()),
        ("Was it dry in the park?", BOTH, set()),  # a surname in one, a place in the other
        ("Who opened a bridge, and who is the mayor of Harwick?", BOTH, set()),
        ("Who opened a bridge (and who is the mayor of Harwick)?", BOTH, set()),
        ("Why are the Harwicks moving?", (*BOTH, ARMY), {LENNDORF}),  # of a plural, its singular
        ("", BOTH, set()),
        ("(?", BOTH, set()),
    ],
)
def test_articles_without_the_names_of_a_question(
    question: str, articles: Sequence[Article], strange: set[Article]
) -> None:
    assert elsewhere(question, hits(*articles)) == {one.id for one in strange}
