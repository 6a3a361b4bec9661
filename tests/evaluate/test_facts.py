"""What an answer says: forms, numbers and dates, however they are written."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.evaluate.facts import Date, Forms, Number, all_in, dates, numbers, plain

# Forms: lower case, punctuation stripped, from a word's start on


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("wound", "About 2,700 were WOUNDED.", True),
        ("wounded", "a wound", False),
        ("ounded", "They were wounded.", False),
        ("34,000", "some 34000 people", True),
        ("34000", "some 34,000 people", True),
        ("don't wish", "They don’t wish to.", True),
        ("dont wish", "They don't wish to.", True),
        ("moon", "the Moon's far side", True),
        ("moon's", "the Moon’s far side", True),
        ("moons", "the Moon's far side", True),
        ("U.S.", "the US Army", True),
        ("us army", "the U.S. Army", True),
        ("twenty-one", "a twenty-one-year-old", True),
        ("one-year", "a twenty-one-year-old", False),
        ("year-old", "a 21-year-old", False),  # a hyphen leaves no trace
        ("state of the art", "state-of-the-art", False),
        ("which", "the Moon\u2014which is far", True),  # a dash parts words
        ("which", "the Moon -- which is far", True),
        ("which", "the Moon--which is far", True),
        ("then", "waited\u2026then left", True),
        ("3-5", "pages 3\u20135", True),
        ("two  words", "two\n\twords", True),
        ("two words", "two other words", False),
        ("snake_case", "a snakecase", True),
        ("café", "the cafe\u0301s", True),
        ("straße", "STRASSE", True),
        ("हिन्दी", "वह हिन्दी है", True),
        ("हन", "वह हिन्दी है", False),
        ("soft", "so\u00adft", True),
        ("anything", "", False),
        ("!?", "What!?", False),  # no word: in nothing, not in everything
    ],
)
def test_a_form_is_compared_by_its_words(form: str, text: str, expected: bool) -> None:
    assert Forms((form,)).is_in(text) is expected


def test_one_of_the_forms_is_enough_and_all_facts_are_needed() -> None:
    swap, freed = Forms(("exchange", "swap")), Forms(("freed",))
    assert swap.is_in("a swap")
    assert all_in([swap, freed], "freed in a swap")
    assert not all_in([swap, freed], "a swap")
    assert all_in([], "")
    assert str(swap) == "exchange / swap"


# Numbers


def values(text: str) -> list[float]:
    return [value for value, _, _ in numbers(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2,700 and 2700 and 2.7 thousand", [2700, 2700, 2700]),
        ("two, Twenty-one, twenty two, NINETEEN", [2, 21, 22, 19]),
        ("twenty-one-year-old", [21]),
        ("the twenty-first and the 20th", [21, 20]),
        ("$4.2 million, US$4.2 million, £1.5bn, €2 tn", [4.2e6, 4.2e6, 1.5e9, 2e12]),
        ("$3m and 3m", [3e6, 3]),  # of money a million, else it may be metres
        ("50k people", [50_000]),
        ("a 3-year plan", [3]),
        ("1,234,567.89", [1_234_567.89]),
        ("1,5 and 12,34", [1.5, 12.34]),  # a decimal comma: neither 1 nor 5
        ("1.000.000 and 1.234,5", [1_000_000, 1234.5]),
        ("1.000", [1.0]),  # English
        ("1,500,00 and 3.5.2 and 1,2,3", []),  # not one number
        ("-5, −5 and minus five, minus 5", [-5, -5, -5, -5]),
        ("10-20, pages 3–5, 2019-20, (3)-4", [10, 20, 3, 5, 2019, 20, 3, 4]),
        ("0.5 and .5 and ½", [0.5, 0.5, 0.5]),
        ("2½ or two and a half or 2-and-a-half", [2.5, 2.5, 2.5]),
        ("two and a half million", [2_500_000]),
        ("5% or 5 percent", [5, 5]),
        ("300, (300), 300.", [300, 300, 300]),
        ("two hundred and fifty, two hundred fifty", [250, 250]),
        ("three hundred thousand; five thousand two hundred", [300_000, 5200]),
        ("one million and two thousand and three", [1_002_003]),
        ("a hundred, a million, half a million, a dozen, two dozen", [100, 1e6, 5e5, 12, 24]),
        ("two and three, four or five", [2, 3, 4, 5]),
        ("hundreds, millions, tens, weight, often, someone", []),
        ("G20, A4, no.1, covid-19", [20, 4, 1, 19]),
        ("2:1 at 12:30", [2, 1, 12, 30]),
        ("٣٠٠", [300]),
        ("²", []),
        ("2 thouſand ſix", [2]),  # re.IGNORECASE would find these, and no value for them
        ("twenty-\u017fix", [20]),
        ("", []),
    ],
)
def test_numbers_have_their_value(text: str, expected: list[float]) -> None:
    assert values(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("fact", "text", "expected"),
    [
        (Number(300), "nearly 300 died", True),
        (Number(300), "nearly 3,000 died", False),
        (Number(300), "nearly 300,5 died", False),
        (Number(5), "-5 degrees", False),
        (Number(-5), "−5 degrees", True),
        (Number(0), "zero", True),
        # units
        (Number(300, ("soldiers",)), "300 soldiers", True),
        (Number(300, ("soldier",)), "300 Soldiers", True),
        (Number(300, ("soldiers",)), "300 of the soldiers", True),
        (Number(300, ("soldiers",)), "300, of the dead soldiers", False),  # the fourth word
        (Number(300, ("soldiers",)), "300 - of the soldiers", True),  # a dash is no word
        (Number(300, ("soldiers",)), "300 civilians", False),
        (Number(300, ("soldiers",)), "soldiers: 300", True),
        (Number(300, ("soldiers",)), "dead soldiers (300)", True),
        (Number(300, ("soldiers",)), "soldiers and 300 others", False),
        (Number(300, ("soldiers",)), "The toll is 300. Soldiers fled.", False),
        (Number(20, ("century",)), "the 20th century", True),
        (Number(3, ("year",)), "a 3-year plan", True),
        (Number(21, ("year old",)), "21 year old", True),
        (Number(21, ("dead soldiers",)), "dead 21 soldiers", False),  # not around the number
        (Number(500, ("US$", "dollar")), "US$500", True),
        (Number(500, ("US$", "dollar")), "500 dollars", True),
        (Number(500, ("dollars",)), "5000 dollars", False),
        (Number(5, ("%", "percent")), "5% of it", True),
        (Number(5, ("%", "percent")), "5 % of it", True),
        (Number(5, ("%", "percent")), "5 percent of it", True),
        (Number(5, ("%",)), "5 euros", False),  # a sign alone isn't in everything
        (Number(5, ("$",)), "5 euros, 6%", False),
        (Number(5, ("$",)), "$5 or", True),
        (Number(5, ("$",)), "$ 5 or", True),
        (Number(25, ("°C",)), "25 °C", True),
        (Number(2700, ("wounded",)), "300 died and 2.7 thousand were wounded", True),
        (Number(300, ("wounded",)), "300 died and about 2,700 were wounded", False),
        # tolerance
        (Number(100, tolerance=5), "95", True),
        (Number(100, tolerance=5), "105", True),
        (Number(100, tolerance=5), "105.1", False),
        (Number(-100, tolerance=5), "-96", True),
        (Number(0.3), "0.3", True),
        (Number(4.2e6), "4.2 million", True),
        (Number(4.2e6), "4.2 thousand", False),
    ],
)
def test_a_number_counts_by_value_unit_and_tolerance(
    fact: Number, text: str, expected: bool
) -> None:
    assert fact.is_in(text) is expected


def test_any_number_that_fits_is_enough() -> None:
    assert Number(7, ("dogs",)).is_in("7 cats, 8 dogs and 7 dogs")
    assert not Number(7, ("dogs",)).is_in("7 cats and then 8 dogs")


# Dates

DAY, MONTH, YEAR = Date(2025, 1, 13), Date(2025, 1), Date(2025)


@pytest.mark.parametrize(
    "text",
    [
        *("2025-01-13", "2025-01-13T10:00Z", "2025/01/13", "13/01/2025", "01/13/2025"),
        *("13.01.2025", "13.1.2025", "13 January 2025", "13 Jan 2025", "13 Jan. 2025"),
        *("13-Jan-2025", "13th January, 2025", "the 13th of January 2025", "13 JANUARY 2025"),
        *("January 13, 2025", "January 13 2025", "Jan. 13, 2025", "Jan 13th, 2025"),
        *("January the 13th, 2025", "Monday, January 13, 2025.", "(January 13, 2025)"),
    ],
)
def test_a_day_is_found_in_all_usual_forms(text: str) -> None:
    assert [fact.is_in(text) for fact in (DAY, YEAR)] == [True, True]
    assert [fact.is_in(text) for fact in (Date(2025, 1, 14), Date(2024, 1, 13), Date(2024))] == [
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("fact", "text", "expected"),
    [
        (DAY, "on January 13", True),  # articles leave the year out
        (DAY, "on the 13th of January", True),
        (DAY, "on January 13, 2024", False),
        (DAY, "in January 2025", False),
        (DAY, "on January 3", False),
        (DAY, "on January 130", False),
        (MONTH, "January 2025", True),
        (MONTH, "January of 2025", True),
        (MONTH, "Jan., 2025", True),
        (MONTH, "2025-01", True),
        (MONTH, "January 13, 2025", True),
        (MONTH, "in January", False),  # of any year
        (MONTH, "February 2025", False),
        (YEAR, "in 2025", True),
        (YEAR, "2025", True),
        (YEAR, "in the 2025s", False),
        (YEAR, "12025", False),
        (YEAR, "2,025", False),
        (Date(2024, 9, 5), "Sept. 5", True),
        (Date(2024, 5, 5), "5 May", True),
        (Date(2024, 5, 5), "May 5,000 people come", False),
        (Date(2024, 5, 5), "May 5.", True),
        (Date(2024, 5, 5), "May 5, 300 people came", True),
        (Date(2024, 3, 1), "marching 1 mile", False),
        (Date(2024, 8, 3), "Auguſt 3", False),
    ],
)
def test_a_date_agrees_as_far_as_it_is_said(fact: Date, text: str, expected: bool) -> None:
    assert fact.is_in(text) is expected


def test_facts_are_shown_as_people_write_them() -> None:
    shown = [Number(2700, ("wounded", "hurt"), 5), Number(1.5), DAY, MONTH, YEAR]
    expected = ["2,700 ± 5 wounded", "1.5", "2025-01-13", "2025-01", "2025"]
    assert list(map(str, shown)) == expected


# Laws

ODD = st.text(alphabet="0123456789.,-−–$%½⅞ kmbn\u0130\u017f\u212atwoanhdredmiljuy:/°", max_size=40)


@given(st.one_of(st.text(max_size=60), ODD))
@example("9" * 400)
@example("1" + ",000" * 200)
@example("twenty-\u017feven thou\u017fand \u212a m\u0130llion Augu\u017ft 3")
@example("half half a a hundred")
def test_no_text_makes_it_raise(text: str) -> None:
    for fact in (Forms((text,)), Forms(("a",)), Number(1, (text, "%")), Date(2025, 1, 1)):
        assert fact.is_in(text) in (True, False)
    assert all(isinstance(value, float) for value in values(text))
    list(dates(text))


@given(st.integers(-(10**9), 10**9))
def test_every_whole_number_is_found_however_it_is_written(value: int) -> None:
    for written in (f"{value}", f"{value:,}", f"about {value:,}.", f"({value})", f"{value} dogs"):
        assert Number(float(value)).is_in(written)
        assert not Number(float(value + 1), tolerance=0.5).is_in(written)


@given(st.text(max_size=60))
def test_plain_text_is_plain_already(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(st.lists(st.sampled_from("the moon's far side U.S. 2,700 — so-called".split()), min_size=1))
def test_a_text_says_each_of_its_own_words(words: list[str]) -> None:
    text = " ".join(words)
    assert all(Forms((word,)).is_in(text) for word in words if plain(word))
