"""Text has one canonical form, which everything that points into it relies on."""

from __future__ import annotations

import datetime
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.read import normalise
from rag.read.canonical import one_line
from rag.read.metadata import language_code, parse_date

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)
NASTY = st.text(
    st.sampled_from(
        " \t\n\r\x0b\x0c\x85\u2028\u2029\u00a0\u00ad\u200b\u200d\ufeff\u0301\u0327e\u1100\u1161a."
        "\ud800\udc00\u202e\u2066\u3000\x00"
    ),
    max_size=40,
)


@given(ANY_TEXT | NASTY)
@example("e\u200b\u0301")
@example("\r\u00ad\n")
@example("a \u00ad\n")
@example("\u2000\u0301")
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(ANY_TEXT | NASTY)
def test_canonical_text_has_only_what_it_promises(text: str) -> None:
    canonical = normalise(text)
    assert unicodedata.is_normalized("NFC", canonical)
    assert canonical == canonical.strip()
    assert "\n\n\n" not in canonical
    assert not any(line.endswith((" ", "\t")) for line in canonical.split("\n"))
    for char in canonical:
        category = unicodedata.category(char)
        assert category not in ("Cs", "Zl", "Zp")
        assert category != "Zs" or char == " "
        assert category != "Cc" or char in "\t\n"
    canonical.encode()


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        ("Cafe\u0301", "Café"),
        ("co\u00adoperate", "cooperate"),
        ("10\u00a0000\u202f€", "10 000 €"),
        ("a\r\nb\rc\x0bd\x0ce\x85f\u2028g\u2029h", "a\nb\nc\nd\ne\nf\ng\nh"),
        ("a  \n\n\n\n\nb\t\n", "a\n\nb"),
        ("\ufeffzero\u200bwidth\u2060joiner", "zerowidthjoiner"),
        ("👩\u200d🚀 می\u200cخواهم", "👩\u200d🚀 می\u200cخواهم"),
        ("pay \u202eeno\u202c to \u2066me\u2069", "pay eno to me"),
        ("shalom\u200f!", "shalom\u200f!"),
        ("half \ud83d", "half \ufffd"),
        ("bell\x07 del\x7f c1\x9b", "bell del c1"),
        (" \n\t ", ""),
    ],
)
def test_examples(raw: str, canonical: str) -> None:
    assert normalise(raw) == canonical


def test_long_runs_of_blanks_take_linear_time() -> None:
    assert normalise("a" + " " * 2_000_000 + "b")[-1] == "b"


def test_titles_are_short_and_on_one_line() -> None:
    assert one_line(" A\n title\u00a0 of two\tlines ") == "A title of two lines"
    assert len(one_line("word " * 1000)) <= 300


@pytest.mark.parametrize(
    "written",
    ["2015-08-21", "20150821", "2015-08-21T23:30:00-05:00", "2015-08-21 10:00", "21 August 2015",
     "Fri, 21 Aug 2015 10:00:00 +0200", "Friday, August 21, 2015", "Aug 21, 2015 5:14 PM EST",
     "August 21st, 2015", "21/08/2015", "21.08.2015", "2015/08/21", "2015/8/21 10:00"],
)  # fmt: skip
def test_dates(written: str) -> None:
    day = parse_date(written)
    assert day is not None
    assert day.isoformat() == "2015-08-21"


@pytest.mark.parametrize("written", ["2024/03/05", "2024-3-5", "2024.03.05", "2024/3/5 10:00"])
def test_a_date_that_begins_with_the_year_is_never_ambiguous(written: str) -> None:
    assert parse_date(written) == datetime.date(2024, 3, 5)


@pytest.mark.parametrize(
    "written",
    ["", "2015", "August 2015", "09/08/2015", "2015-13-40", "soon", "Friday", "12:30", None, 7,
     "1" * 5000, "21/21/2015", "99999999999999999999 2015"],
)  # fmt: skip
def test_what_names_no_day_is_no_date(written: object) -> None:
    assert parse_date(written) is None


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("en", "en"),
        ("en-US", "en"),
        ("PT_br", "pt"),
        ("eng", None),
        ("English", None),
        (None, None),
    ],
)
def test_language_tags(tag: object, code: str | None) -> None:
    assert language_code(tag) == code
