"""Timelines, tables of key facts, and articles on one event beside each other."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from rag import Library
from rag.add import Document
from rag.cli import summarizing
from rag.errors import UsageError
from rag.summarize.compare import LARGEST
from rag.summary import NO_EVENTS, Comparison, Summary
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


def test_a_timeline_without_events_says_why(of: Make) -> None:
    summary = of(("", "The dam of Orrin broke on Monday.")).summarize(style="timeline")
    assert (summary.abstained, summary.text) == (True, NO_EVENTS)


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


def test_key_facts_keep_their_sentence_and_their_day(of: Make) -> None:
    library = of(("2025-01-15", STORY))
    summary = library.summarize(style="key-facts")
    assert "when: 2025-01-13 (from “Monday”): Monday [" in summary.text
    printed = summarizing.shown(summary)
    quotes = {at: cited.quote for at, cited in enumerate(summary.citations, 1)}
    rows = printed.split("\n")
    for row, below in pairwise(rows):
        if below.startswith("  in: "):
            sentence, mark = below.removeprefix("  in: ").rsplit(" ", 1)
            assert sentence == quotes[int(mark.strip("[]"))]
            assert row.split(": ")[-1].rsplit(" ", 1)[0] in sentence
    assert sum(row.startswith("  in: ") for row in rows) == len(summary.facts) - 1


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Up to 300 soldiers came to the valley.", ["Up to 300 soldiers"]),
        ("Fewer than 12 people died in the flood.", ["Fewer than 12 people"]),
        ("No more than 5 sheep were saved.", ["No more than 5 sheep"]),
        ("The dam of Orrin cost nearly $40 million.", ["nearly $40 million"]),
        ("Between 20 and 30 houses burnt down.", ["Between 20 and 30 houses"]),
        ("The prices rose by 3 to 5 percent in the valley.", ["3 to 5 percent"]),
        ("The fire burnt 12 houses and killed 12 people.", ["12 houses", "12 people"]),
        ("About 40 people fled to the hills.", ["About 40 people"]),
        ("The dam of Orrin broke at 7:52 p.m. and killed 12 people.", ["12 people"]),
        ("The last train left Lenn at 5 p.m. with 12 people.", ["12 people"]),
        ("The dam of Orrin broke at 10:17 local time.", []),
        ("Up to 300 soldiers may have died in Lenn.", ["Up to 300 soldiers"]),
        ("The bridge of Lenn cost A$3 billion.", ["A$3 billion"]),
        ("A $3 million bridge was built in Lenn.", ["$3 million"]),
    ],
)
def test_key_facts_keep_what_bounds_a_number(of: Make, text: str, wanted: list[str]) -> None:
    facts = of(("2025-01-15", text)).summarize(style="key-facts").facts
    assert [fact.claim.text for fact in facts if fact.asked == "how many"] == wanted


def test_organisations_are_among_who(of: Make) -> None:
    text = "Lenn University and Orrin University closed on Monday, said KCNA and Ada Low."
    facts = of(("2025-01-15", text)).summarize(style="key-facts").facts
    assert {fact.claim.text for fact in facts if fact.asked == "who"} == {
        "Lenn University",
        "Orrin University",
        "KCNA",
        "Ada Low",
    }


HERE = (
    "The dam of Orrin broke on Monday at noon. The flood in the valley killed 12 people of the "
    "village. The mayor of Orrin asked for help from the army."
)
THERE = (
    "The dam of Orrin broke on Monday at noon, said the police. The flood in the valley killed 19 "
    "people of the village. A farmer saved forty sheep with a boat."
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


def compared(library: Library) -> Comparison:
    (found,) = library.summarize(length="long").comparisons
    return found


def test_what_both_say_in_the_same_words_is_not_what_only_one_says(of: Make) -> None:
    same = "The dam of Orrin broke on Monday at noon and the river flooded the valley of the Lenn."
    comparison = compared(
        of(
            ("2025-01-15", f"{same} A farmer saved forty sheep with a boat."),
            ("2025-01-15", f"{same} The army sent three helicopters to the hospital."),
        )
    )
    assert same not in {claim.text for claim in comparison.single}
    assert comparison.single
    assert [claim.text for claim in comparison.shared] == [same]


def test_what_may_be_is_not_what_all_say(of: Make) -> None:
    sure = "The flood in the valley killed 12 people of the village of Lenn."
    open_yet = sure.replace("killed", "may have killed")
    for here, there, shared in ((sure, open_yet, []), (open_yet, sure, [open_yet])):
        said = ("2025-01-15", f"{here} Farmers saved forty sheep."), ("2025-01-15", there)
        assert [claim.text for claim in compared(of(*said)).shared] == shared


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (
            "The flood in the valley killed 12 people of the village.",
            "The flood in the valley hurt 19 people of the village.",
        ),
        (
            "The flood in the valley on Monday killed 12 people of the village.",
            "The flood in the valley of 1931 killed 19 people of the village.",
        ),
        (
            "The flood in the valley on Monday killed 12 people of the village.",
            "The flood in the valley on Sunday killed 19 people of the village.",
        ),
        (
            "The flood in the valley killed more than 10 people of the village.",
            "The flood in the valley killed 19 people of the village.",
        ),
        (
            "The flood in the valley killed 19 people of the village.",
            "The flood in the valley killed at least 12 people of the village.",
        ),
    ],
)
def test_figures_of_other_things_do_not_differ(of: Make, here: str, there: str) -> None:
    common = "The dam of Orrin in the valley broke at noon and the flood came to the village."
    library = of(("2025-01-15", f"{here} {common}"), ("2025-01-15", f"{there} {common}"))
    assert compared(library).differing == ()


def test_figures_that_differ_keep_what_bounds_them(of: Make) -> None:
    more = HERE.replace("killed 12", "killed more than 20")
    (difference,) = compared(of(("2025-01-15", more), ("2025-01-15", THERE))).differing
    assert difference.figures == ("more than 20", "19")


def test_of_many_articles_on_one_event_the_weightiest_are_compared(of: Make) -> None:
    library = of(*[("2025-01-15", f"{HERE} House {n} is safe.") for n in range(12)])
    comparison = compared(library)
    assert len(comparison.articles) == LARGEST
    assert comparison.uncompared == 2
    printed = summarizing.shown(library.summarize(length="long"))
    assert "the 10 weightiest of 12 articles on one event:" in printed


def test_a_headline_compares_nothing(of: Make) -> None:
    library = of(("2025-01-15", HERE), ("2025-01-15", THERE))
    assert library.summarize(length="headline").comparisons == ()


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
