"""Timelines, tables of key facts, and articles on one event beside each other."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rag import Library
from rag.add import Document
from rag.errors import UsageError
from rag.summary import Summary
from rag.testing import FakeEncoder, FakeLocator, FakeModel

Make = Callable[..., Library]


@pytest.fixture
def of(tmp_path: Path) -> Make:
    """A library of these (date, text), whose model isn't to be trusted with words."""

    def library(*articles: tuple[str, str]) -> Library:
        model = FakeModel(reliable=False)
        made = Library.open(tmp_path, encoder=FakeEncoder(), locator=FakeLocator(), model=model)
        rows = [
            {"title": f"Title {n}", "date": date, "text": text}
            for n, (date, text) in enumerate(articles)
        ]
        lines = "\n".join(map(json.dumps, rows))
        assert made.add_documents([Document("texts.jsonl", lines.encode())]).failed == []
        return made

    return library


def assert_exact(library: Library, summary: Summary) -> None:
    assert summary.citations
    for cited in summary.citations:
        assert cited.holds(library.article(cited.article.id))
    assert json.dumps(summary.to_dict())


STORY = (
    "The dam of Orrin broke on Monday and 12 people died. Ada Low, the mayor of Orrin, resigned "
    "yesterday. The dam was built in 1931 by the town of Orrin. The court will hear the engineers "
    "on March 3. Nobody in the valley knows who opened the gates of the dam."
)


def test_a_timeline_resolves_dates_and_says_so(of: Make) -> None:
    library = of(("2025-01-15", STORY))
    summary = library.summarize(style="timeline", length="long")
    assert [(one.date, one.words, one.resolved) for one in summary.events] == [
        ("1931", "in 1931", False),
        ("2025-01-13", "Monday", True),
        ("2025-01-14", "yesterday", True),
        ("2025-03-03", "March 3", True),
    ]
    assert summary.text.startswith("1931: The dam was built in 1931 by the town of Orrin. [1]\n")
    assert "2025-01-14 (from “yesterday”): Ada Low" in summary.text
    assert_exact(library, summary)


def test_a_date_by_the_way_is_not_that_of_the_event(of: Make) -> None:
    text = "The bell, which an officer took in 1891, left the museum on Tuesday."
    [event] = of(("2025-01-15", text)).summarize(style="timeline").events
    assert (event.date, event.words) == ("2025-01-14", "Tuesday")


def test_a_timeline_goes_across_articles(of: Make) -> None:
    library = of(
        ("2025-02-02", "The bridge over the Lenn was closed yesterday after cracks were found."),
        ("2025-01-20", "The bridge over the Lenn was painted on Sunday by forty volunteers."),
    )
    summary = library.summarize(style="timeline")
    assert [one.date for one in summary.events] == ["2025-01-19", "2025-02-01"]
    assert_exact(library, summary)


def test_without_a_date_of_its_article_nothing_is_resolved(of: Make) -> None:
    summary = of(("", STORY)).summarize(style="timeline", length="long")
    assert [one.date for one in summary.events] == ["1931"]


def test_a_sentence_that_leans_comes_with_the_one_before_it(of: Make) -> None:
    library = of(("2025-01-15", "Ada Low was mayor of Orrin for ten years. She resigned in 2024."))
    (event,) = library.summarize(style="timeline").events
    assert event.claim.text == "Ada Low was mayor of Orrin for ten years. She resigned in 2024."
    assert len(event.claim.citations) == 2


def test_key_facts_are_words_of_the_text(of: Make) -> None:
    library = of(("2025-01-15", STORY))
    summary = library.summarize(style="key-facts")
    rows = {(fact.asked, fact.claim.text) for fact in summary.facts}
    assert {("who", "Ada Low"), ("how many", "12 people"), ("when", "Monday")} <= rows
    assert summary.facts[0].asked == "what"
    for fact in summary.facts[1:]:
        (cited,) = fact.claim.citations
        assert cited.quote == fact.claim.text
        assert fact.sentence.start <= cited.start < cited.end <= fact.sentence.end
    assert_exact(library, summary)


HERE = (
    "The dam of Orrin broke on Monday at noon. The flood in the valley killed 12 people of the "
    "village. The mayor of Orrin asked for help from the army."
)
THERE = (
    "The dam of Orrin broke on Monday, said the police. The flood in the valley killed 19 people "
    "of the village. A farmer saved forty sheep with a boat."
)


def test_articles_on_one_event_are_compared(of: Make) -> None:
    library = of(("2025-01-15", HERE), ("2025-01-15", THERE))
    summary = library.summarize(length="long")
    (comparison,) = summary.comparisons
    assert [one.figures for one in comparison.differing] == [("12", "19")]
    (difference,) = comparison.differing
    assert {cited.article.title for claim in difference.claims for cited in claim.citations} == {
        "Title 0",
        "Title 1",
    }
    assert any("sheep" in claim.text for claim in comparison.single)
    assert any("broke" in claim.text for claim in comparison.shared)
    assert_exact(library, summary)


def test_articles_on_other_things_are_not(of: Make) -> None:
    library = of(("2025-01-15", HERE), ("2025-01-15", "Bees like the clover in quiet gardens."))
    assert library.summarize().comparisons == ()


def test_the_same_agency_text_counts_once(of: Make) -> None:
    library = of(("2025-01-15", HERE), ("2025-01-16", f"{HERE} The water is falling at last."))
    summary = library.summarize(length="long")
    assert [source.title for source in summary.copies] == ["Title 0"]
    assert summary.text.count("killed 12 people") == 1


def test_bullets_have_a_line_each(of: Make) -> None:
    summary = of(("2025-01-15", STORY)).summarize(style="bullets", length="long")
    lines = summary.text.split("\n")
    assert len(lines) == len(summary.claims) > 2
    assert all(line.startswith("- ") and line.endswith("]") for line in lines)


def test_coverage_is_told(of: Make) -> None:
    summary = of(("2025-01-15", STORY)).summarize()
    assert summary.coverage == "5 of 5 sentences read"


def test_what_is_no_style(of: Make) -> None:
    with pytest.raises(UsageError, match="prose, bullets, timeline, key-facts"):
        of(("2025-01-15", STORY)).summarize(style="limerick")  # type: ignore[arg-type]
