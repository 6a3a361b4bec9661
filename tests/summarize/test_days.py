"""Which day a sentence tells of, and where that is open."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.summarize.days import days, masked
from rag.summarize.timeline import day_of_event

WRITTEN = datetime.date(2025, 1, 15)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "written", "wanted"),
    [
        ("Ada Low, who was arrested on May 2, will be tried.", "2025-06-01", "2025-05-02"),
        ("Ada Low stood next to the king on January 3.", "2025-01-15", "2025-01-03"),
        ("The judge will hear the baker arrested on Monday.", "2025-01-15", None),
        ("The trial opens on January 8.", "2025-12-20", "2026-01-08"),
        ("The mayor may resign in May.", "2025-01-15", "2025-05"),
        ("The mayor did not resign on Monday.", "2025-01-15", None),
        ("The dam of Orrin, built in 1931, broke on Monday.", "2025-01-15", "2025-01-13"),
        ("Ada Low, born on May 2, 1970, was elected on Monday.", "2025-01-15", "2025-01-13"),
        ("The court will hear the engineers on March 3.", "2025-01-15", "2025-03-03"),
        ("The police said the bridge will be closed on Monday.", "2025-01-15", "2025-01-20"),
        ("He said on Monday that the bridge will be closed.", "2025-01-15", "2025-01-13"),
        ("On Monday, the court will hear the engineers.", "2025-01-15", "2025-01-20"),
        ("On Monday two fighters were taken prisoner.", "2025-01-15", "2025-01-13"),
        ("The council agreed to meet on Monday.", "2025-01-15", None),
        ("The bridge was to open on Monday.", "2025-01-15", None),
        ("The dam was built in 1931 by the town of Orrin.", "2025-01-15", "1931"),
        ("Ada Low was born on May 2.", "2025-01-15", None),
        ("In 2010, the dam broke on May 3.", "2025-01-15", "2010"),
        ("The court heard it on Monday, January 6.", "2025-01-15", "2025-01-06"),
        ("The bridge has been closed since Monday.", "2025-01-15", None),
        ("If he resigns on Monday, the party will split.", "2025-01-15", None),
        ("The trial is set for Monday.", "2025-01-15", "2025-01-20"),
        ("The trial is due to open on Monday.", "2025-01-15", "2025-01-20"),
        ("The fair begins next Monday.", "2025-01-15", "2025-01-20"),
        ("The fair begins next Friday.", "2025-01-15", None),
        ("Ada Low, the mayor of Orrin, resigned yesterday.", "2025-01-15", "2025-01-14"),
        ("Twelve people died in the flood on Sunday.", "2025-01-15", "2025-01-12"),
        ("In the flood on Sunday twelve people died.", "2025-01-15", "2025-01-12"),
        (
            "The bridge over the Lenn was painted on Sunday by forty volunteers.",
            "2025-01-20",
            "2025-01-19",
        ),
        ("The museum will open on Wednesday.", "2025-01-15", None),
        ("The army fired on the town on May 2 and 3.", "2025-06-01", "2025-05-02"),
        ("The vote was held on 29 February.", "2025-06-01", None),
        ("The report on Monday was wrong.", "2025-01-15", "2025-01-13"),
        ("The exhibition is to run from January 10 to 20.", "2025-01-15", None),
        ("On Thursday, Mohamed and his father are to travel.", "2025-01-15", "2025-01-16"),
        ("The council came together on a Monday.", "2025-01-15", None),
        ("The council came together the following Monday.", "2025-01-15", None),
        ("The army has not been in a war since that of 1950.", "2025-01-15", None),
        ("The cult of stars is as strong today as ever.", "2025-01-15", None),
        ("The Oct. 7 attack killed many people.", "2025-01-15", None),
        ("The Sept. 11 attacks changed the law.", "2025-01-15", None),
        ("The mob joined the January 6 attack.", "2025-01-15", None),
        ("The film told of what happened on Bloody Sunday.", "2025-01-15", None),
        ("The Sunday Times reported the deal.", "2025-01-15", None),
        ("The Monday meeting was cut short.", "2025-01-15", None),
        ("Prime Minister May resigned.", "2025-01-15", None),
        ("Mr May and Mr March resigned.", "2025-01-15", None),
        ("Corbyn and May met in Lenn.", "2025-01-15", None),
        ("April Jones was killed.", "2025-01-15", None),
        ("The March on Washington drew thousands.", "2025-01-15", None),
        ("Mr May resigned on Monday.", "2025-01-15", "2025-01-13"),
        ("The bridge was closed in December.", "2025-01-15", "2024-12"),
        ("The bridge was closed in November and December.", "2025-01-15", "2024-11"),
        ("The bridge was closed in mid-December.", "2025-01-15", "2024-12"),
        ("The bridge was closed Jan. 3.", "2025-01-15", "2025-01-03"),
        ("The bridge was closed on the 3rd of January.", "2025-01-15", "2025-01-03"),
        ("The bridge was closed in April 2024.", "2025-01-15", "2024-04"),
        ("Born in 1931, Low died on Monday.", "2025-01-15", "2025-01-13"),
        ("Elected in 2019, Low resigned on Monday.", "2025-01-15", "2025-01-13"),
        ("Founded in 1931, the firm was sold on Friday.", "2025-01-15", "2025-01-10"),
        ("Masked men fled on Monday, the police said.", "2025-01-15", "2025-01-13"),
        ("Mohamed Low was elected in 2019, the party said.", "2025-01-15", "2019"),
        ("Ada Low, the mayor, resigned on Monday, she said.", "2025-01-15", "2025-01-13"),
        ("Since 2020, Low has led the party.", "2025-01-15", None),
        ("On the night of January 3, police found the body.", "2025-01-15", "2025-01-03"),
        ("The dam broke in the early hours of Sunday.", "2025-01-15", "2025-01-12"),
        ("It was closed until the early hours of Sunday.", "2025-01-15", None),
    ],
)
def test_the_day_of_an_event(text: str, written: str, wanted: str | None) -> None:
    found = day_of_event(text, datetime.date.fromisoformat(written))
    assert (found and found.date) == wanted


def test_without_a_day_of_the_article_only_what_is_told_in_full_is_known() -> None:
    text = "The dam was built in 1931 and broke on Monday, May 5."
    assert [day.date for day in days(text, None)] == ["1931"]


def test_what_a_sentence_begins_with_has_its_own_tense() -> None:
    found = days("Arrested on Friday, Low will be tried on Monday.", WRITTEN)
    assert [day.date for day in found] == ["2025-01-10", "2025-01-20"]


@given(st.text(max_size=60), st.sampled_from([None, WRITTEN]))
def test_any_text_can_be_asked(text: str, written: datetime.date | None) -> None:
    assert len(masked(text)) == len(text)
    for day in days(text, written):
        assert 0 <= day.start < day.end <= len(text)
