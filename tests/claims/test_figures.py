"""Figures: one form for every way of writing them, units, and rounding that is said."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rag.claims.figures import agree, figures, missing, numbers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2,700 and 2700", {"2700"}),
        ("2.7 thousand, 2.7k", {"2700"}),
        ("1,234,567.89", {"1234567.89"}),
        ("two of 2", {"2"}),
        ("Twenty-one, twenty one", {"21"}),
        ("a hundred and five thousand", {"105000"}),
        ("half a million", {"500000"}),
        ("two and a half hours, 2½ hours", {"2.5"}),
        ("3.5, and 3.6.", {"3.5", "3.6"}),
        ("It ended 2:1.", {"2", "1"}),
        ("on 4th May 2024", {"4", "2024"}),
        ("the first, the 1st", {"1"}),
        ("three million, 3 million", {"3000000"}),
        ("$40m, 40 million dollars", {"40000000"}),
        ("2.5m people, 2.5m voters", {"2500000"}),
        ("a 100m race, 2.5m long", {"100", "2.5"}),
        ("hundreds of houses", {"100"}),
        ("-5 or −5 degrees, minus 5", {"-5"}),
        ("-0", {"0"}),
        ("in 2019-20, pages 3–5", {"2019", "20", "3", "5"}),
        ("two thirds, 2 thirds", {"0.666667"}),
        ("a third of it", {"0.333333"}),
        ("a third man", {"3"}),
        ("half, a quarter", {"0.5"}),  # a quarter may be a part of a town
        ("a quarter of them", {"0.25"}),
        ("٣٠٠ قتيل", {"٣٠٠"}),
        ("12,34", {"12,34"}),
        ("1234567890123456789", {"1234567890123456789"}),
        ("PS3, a G20 summit", set()),  # part of a name
        ("no one", set()),
        ("weight and tension", set()),
        ("", set()),
    ],
)
def test_numbers_have_one_form(text: str, expected: set[str]) -> None:
    assert numbers(text) == expected


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("40%", "%"),
        ("40 percent", "%"),
        ("40 per cent", "%"),
        ("$40", "dollar"),
        ("US $40", "dollar"),
        ("40 dollars", "dollar"),
        ("$1.2bn", "dollar"),
        ("40-kilometre", "km"),
        ("40 square miles", "square mile"),
        ("the 1920s", "decade"),
        ("the 1920's", "decade"),
        ("two thirds", "part"),
        ("40 bridges", None),
        ("40", None),
    ],
)
def test_units_have_one_name(text: str, unit: str | None) -> None:
    assert [figure.unit for figure in figures(text)] == [unit]


@pytest.mark.parametrize(
    ("claim", "evidence", "agrees"),
    [
        # rounded, and said to be
        ("about 300", "298", True),
        ("nearly 300", "298", True),
        ("nearly 300", "302", False),
        ("more than 300", "302", True),
        ("more than 300", "298", False),
        ("300", "298", False),
        ("about 298", "300", False),
        ("about 300", "330", False),
        ("about 1,900", "1,912", True),
        ("about 2000", "1983", False),
        ("around 2000", "1998", True),
        ("roughly $5,000", "$4,950", True),
        # the same bound the other way round
        ("more than 300", "nearly 300", False),
        ("about 300", "nearly 300", True),
        ("300", "nearly 300", True),
        # units
        ("5 miles", "5 km", False),
        ("5 miles", "5", True),
        ("40 euros", "$40", False),
        ("40 percent", "40 million", False),
        # parts
        ("half", "50%", True),
        ("50 percent", "half", True),
        ("a third of it", "33 percent", False),
        ("about a third of it", "33 percent", True),
        ("nearly half", "47 percent", True),
        ("nearly half", "40 percent", False),
        # decades
        ("the 1920s", "1925", True),
        ("the 1920s", "1935", False),
        ("1925", "the 1920s", False),
        ("1920", "the 1920s", False),
    ],
)
def test_a_number_may_stand_for_another(claim: str, evidence: str, agrees: bool) -> None:
    [mine], [theirs] = figures(claim), figures(evidence)
    assert agree(mine, theirs) == agrees


@pytest.mark.parametrize(
    ("claim", "evidence", "found"),
    [
        ("She came second.", "She came first.", [("2", True)]),
        ("The first store opened.", "The store opened.", [("1", False)]),
        ("The first store cost 3 dollars.", "The store cost 2.", [("1", False), ("3", True)]),
        ("One of the bridges closed.", "The bridges closed.", []),
        ("One of the bridges closed.", "Two of the bridges closed.", [("1", True)]),
        ("One bridge closed.", "The bridges closed.", [("1", True)]),
    ],
)
def test_what_the_evidence_does_not_have(
    claim: str, evidence: str, found: list[tuple[str, bool]]
) -> None:
    pairs = missing(list(figures(claim)), list(figures(evidence)))
    assert [(figure.form, contrary) for figure, contrary in pairs] == found


VALUES = st.integers(0, 10**9) | st.decimals(0, 10**6, places=2, allow_nan=False)


@settings(deadline=None)
@given(VALUES)
def test_groups_of_digits_change_nothing(value: object) -> None:
    assert numbers(f"{value}") == numbers(f"{value:,}") == numbers(f"{value:,} of them")


@settings(deadline=None)
@given(st.integers(1, 999), st.sampled_from([("thousand", 3), ("million", 6), ("billion", 9)]))
def test_a_word_for_zeros_is_zeros(value: int, scale: tuple[str, int]) -> None:
    assert numbers(f"{value} {scale[0]}") == numbers(f"{value}{'0' * scale[1]}")


@settings(deadline=None)
@given(VALUES, st.sampled_from(["", "about ", "nearly ", "more than ", "$"]), st.booleans())
def test_every_number_agrees_with_itself(value: object, before: str, percent: bool) -> None:
    [figure] = figures(f"{before}{value}{' percent' if percent else ''}")
    assert agree(figure, figure)


@settings(deadline=None)
@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_only_what_says_so_is_rounded(one: int, other: int) -> None:
    assume(one != other)
    [mine], [theirs], [about] = figures(f"{one}"), figures(f"{other}"), figures(f"about {one}")
    assert not agree(mine, theirs)
    if agree(about, theirs):
        assert abs(one - other) <= 0.05 * other


@settings(deadline=None)
@given(st.text())
def test_figures_stand_in_the_text_in_order(text: str) -> None:
    places = [(figure.start, figure.end) for figure in figures(text)]
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert places == sorted(places)
    assert all(one[1] <= other[0] for one, other in pairwise(places))
