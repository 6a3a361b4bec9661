"""`rag eval check` and `rag eval new`: gold files before anything is measured."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rag.article import Article
from rag.evaluate import Corpus, parse_gold
from rag.evaluate.draft import drafts
from rag.evaluate.lint import check

FLOOD = Article.of(
    "The river rose by two metres on Tuesday.\nMayor Ada Holm closed the old bridge.\n"
    "Some 300 people left their homes \u2013 \u201cjust in time,\u201d she said.\n"
    "The water fell on Friday. The water fell on Friday.\nAbout 40 cars were lost, "
    "and 300 sheep.",
    title="Flood",
    path="/news/flood.txt",
)
CORPUS = Corpus([(FLOOD, ["/news/flood.txt"])])
RIGHT: dict[str, Any] = {
    "id": "flood-01",
    "question": "Who shut the crossing?",
    "facts": [{"any": ["ada holm"]}],
    "evidence": [[{"article": "flood.txt", "quote": "Mayor Ada Holm closed the old bridge."}]],
}
LEFT = "Some 300 people left their homes \u2013 \u201cjust in time,\u201d she said."


def found(*items: dict[str, Any]) -> list[tuple[str, str]]:
    gold = parse_gold("\n".join(json.dumps(item) for item in items))
    return [(one.severity, one.what) for one in check(gold, CORPUS)]


def quoted(quote: str, article: str = "flood.txt") -> dict[str, Any]:
    return {"evidence": [[{"article": article, "quote": quote}]]}


def test_nothing_is_wrong_with_what_is_right() -> None:
    assert found(RIGHT, {"id": "far", "question": "Who sang?", "answerable": False}) == []


WRONG = [
    (quoted("Nobody said this."), "error", "isn't in flood.txt"),
    (quoted("The water fell on Friday."), "error", "is 2 times in flood.txt"),
    (quoted("Mayor Ada Holm closed", "fire.txt"), "error", "there is no article 'fire.txt'"),
    (
        quoted('Some 300 people left their homes - "just in time," she said.'),
        "error",
        f"the article writes {LEFT!r}",
    ),
    (quoted("The river rose by two metres on Tuesday."), "error", "doesn't say: ada holm"),
    ({"question": "What did Ada Holm close?"}, "warning", "the question itself says: ada holm"),
    ({"must_not": ["old bridge"]}, "warning", "says what an answer mustn't: old bridge"),
    ({"evidence": []}, "warning", "no evidence"),
    ({"tags": ["draft"]}, "warning", "nobody has corrected"),
    (
        {**quoted(LEFT), "facts": [{"number": 300}]},
        "warning",
        "would pass as well: 'About 40 cars were lost, and 300 sheep.'",
    ),
    (
        {"question": "", "summarize": ["flood.txt"], "evidence": [], "facts": [{"number": 7}]},
        "error",
        "the articles don't say: 7",
    ),
    (
        {"question": "", "summarize": ["a.txt"], "evidence": [], "facts": []},
        "error",
        "there is no article 'a.txt'",
    ),
]


@pytest.mark.parametrize(("change", "severity", "what"), WRONG, ids=[w[2][:30] for w in WRONG])
def test_what_is_wrong_is_said(change: dict[str, Any], severity: str, what: str) -> None:
    findings = found({**RIGHT, **change})
    assert [(kind, said) for kind, said in findings if kind == severity and what in said], findings


def test_a_unit_tells_people_from_sheep() -> None:
    fact = {"number": 300, "unit": ["people"]}
    assert found({**RIGHT, **quoted(LEFT), "facts": [fact]}) == []


def test_the_same_question_twice_is_an_error() -> None:
    again = {**RIGHT, "id": "flood-02", "question": "Who shut  the crossing"}
    assert found(RIGHT, again) == [("error", "asks the same as item flood-01")]


def test_drafts_are_gold_items_whose_evidence_holds() -> None:
    items = list(drafts([FLOOD], each=3))
    assert 1 <= len(items) <= 3
    for item in items:
        assert "_____" in item["question"]
        assert set(found(item)) <= {
            ("warning", "a draft that nobody has corrected"),
            ("warning", WRONG[9][2]),
        } | {one for one in found(item) if "would pass as well" in one[1]}


def test_drafts_of_one_file_have_names_of_their_own() -> None:
    rows = [
        Article.of(f"{town} has {n} houses by the old river.", title=town, path=f"C# a.csv#{n}")
        for n, town in ((12, "The town of Old Pirna"), (13, "The village of Wehlen"))
    ]
    items = list(drafts(rows))
    assert [item["id"] for item in items] == ["C-a-01", "C-a-02"]
    assert {item["cluster"] for item in items} == {"C# a.csv"}


def test_drafts_are_spread_over_an_article() -> None:
    text = "\n".join(
        f"In the village number {n} there stood some {100 + n} old houses." for n in range(40)
    )
    places = [
        text.index(item["evidence"][0][0]["quote"])
        for item in drafts([Article.of(text, title="Villages")], each=4)
    ]
    assert len(places) == 4
    assert places == sorted(places)
    assert places[-1] > len(text) / 2
