"""Dates in any form, and days told from the date of the article."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.claims.dates import dates, explained

WEDNESDAY = datetime.date(2025, 1, 15)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("On Jan. 13, 2025, it closed.", [(2025, 1, 13, 0)]),
        ("on 13 January 2025", [(2025, 1, 13, 0)]),
        ("the 13th of January", [(None, 1, 13, None)]),
        ("2025-01-13", [(2025, 1, 13, 0)]),
        ("in January 2025", [(2025, 1, None, None)]),
        ("since 2025", [(2025, None, None, None)]),
        ("on Monday", [(None, None, None, 0)]),
        ("May 3 to 5, 2020", [(2020, 5, 5, 1), (2020, 5, 3, 6)]),
        ("from 3 to 5 May", [(None, 5, 5, None), (None, 5, 3, None)]),
        ("45 May 2020", [(2020, 5, 45, None)]),  # no such day, but no error either
        ("yesterday, two years ago", []),
        ("it may march on", []),
    ],
)
def test_dates_are_read(text: str, expected: list[tuple[int | None, ...]]) -> None:
    assert [date.parts for date in dates(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on Monday", [(2025, 1, 13, 0)]),
        ("on Wednesday", [(2025, 1, 15, 2)]),
        ("on Thursday", [(2025, 1, 9, 3)]),
        ("they will meet on Friday", [(2025, 1, 17, 4), (2025, 1, 10, 4)]),
        ("last Monday", [(2025, 1, 13, 0), (2025, 1, 6, 0)]),
        ("yesterday", [(2025, 1, 14, 1)]),
        ("tomorrow", [(2025, 1, 16, 3)]),
        ("last year", [(2024, None, None, None)]),
        ("last month", [(2024, 12, None, None)]),
        ("next month", [(2025, 2, None, None)]),
        ("two years ago", [(2023, None, None, None)]),
        ("3 days ago", [(2025, 1, 12, 6)]),
        ("on Jan. 13", [(2025, 1, 13, 0)]),
        ("in August", [(2024, 8, None, None)]),
        ("due in August", [(2025, 8, None, None)]),
        ("set to take place on 16 May", [(2025, 5, 16, 4)]),
    ],
)
def test_the_day_of_the_article_tells_others(
    text: str, expected: list[tuple[int | None, ...]]
) -> None:
    assert [date.parts for date in dates(text, WEDNESDAY)] == expected


@pytest.mark.parametrize(
    ("claim", "evidence", "left", "denied"),
    [
        ("It closed on 13 January 2025.", "It closed on Monday.", "It closed on .", None),
        ("It closed on Monday.", "It closed on 13 January.", "It closed on .", None),
        ("It closed yesterday.", "It closed on Tuesday.", "It closed .", None),
        ("It closed in 2024.", "It closed last year.", "It closed .", None),
        ("It closed on 14 January 2025.", "It closed on Monday.", None, "14 January 2025"),
        # Each part is there, but not together.
        ("It closed on 3 May 2024.", "Open from 2 May 2024 to 3 June.", None, "3 May 2024"),
        ("It closed on May 3.", "It was open from May 3 to 5.", "It closed on .", None),
        # What the evidence has no date for is left to the numbers and names.
        ("It closed on 3 May.", "It closed.", "It closed on 3 May.", None),
        ("It closed on Monday.", "It closed.", "It closed on Monday.", None),
    ],
)
def test_dates_of_a_claim(claim: str, evidence: str, left: str | None, denied: str | None) -> None:
    found, contrary = explained(claim, [evidence], WEDNESDAY)
    assert contrary == denied
    if left is not None:
        assert " ".join(found.split()) == left


def test_without_the_day_of_the_article_monday_is_a_word() -> None:
    claim = "It closed on 13 January 2025."
    assert explained(claim, ["It closed on Monday."], None) == (claim, None)
    assert explained("It closed on Monday.", ["On Monday it closed."], None)[1] is None


DAYS = st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31))
FORMS = st.sampled_from(
    [
        "{0.day} {0:%B} {0.year}",
        "{0:%B} {0.day}, {0.year}",
        "{0:%Y-%m-%d}",
        "{0:%b} {0.day}, {0.year}",
    ]
)


@settings(deadline=None)
@given(DAYS, FORMS, FORMS)
def test_one_day_is_the_same_in_every_form(day: datetime.date, one: str, other: str) -> None:
    claim, evidence = f"It closed on {one.format(day)}.", f"On {other.format(day)} it closed."
    assert " ".join(explained(claim, [evidence], None)[0].split()) == "It closed on ."


@settings(deadline=None)
@given(DAYS, DAYS, FORMS, FORMS)
def test_another_day_is_denied(
    day: datetime.date, another: datetime.date, one: str, other: str
) -> None:
    claim, evidence = f"It closed on {one.format(day)}.", f"On {other.format(another)} it closed."
    assert (explained(claim, [evidence], None)[1] is None) == (day == another)


@settings(deadline=None)
@given(DAYS, st.integers(0, 6))
def test_a_weekday_told_as_a_date_is_that_weekday(written: datetime.date, back: int) -> None:
    day = written - datetime.timedelta(back)
    claim, evidence = f"It closed on {day:%d %B %Y}.", f"It closed on {day:%A}."
    assert "20" not in explained(claim, [evidence], written)[0]
    assert explained(claim, [evidence], written)[1] is None


@settings(deadline=None)
@given(st.text(), st.none() | st.dates())
def test_it_reads_any_text(text: str, written: datetime.date | None) -> None:
    explained(text, [text], written)
