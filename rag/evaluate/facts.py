"""What an answer must say, and whether it says it: forms of words, numbers, dates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.claims.dates import MONTHS
from rag.claims.figures import BELOW_100, SCALES, spelt

NEARBY = 3  # words between a number and its unit

# All patterns but `_DASHES` are for texts in lower case.
_MONTHS = {name.lower(): at for name, at in MONTHS.items()}
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4})"
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<![\w.,]){_YEAR}-(?P<month>\d{{1,2}})(?:-(?P<day>\d{{1,2}}))?(?!\d)",
        rf"(?<![\w.,]){_YEAR}/(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})(?!\d)",
        # Day or month first: nobody can know, so both are said.
        rf"(?<![\w.,])(?P<day>\d{{1,2}})([/.])(?P<month>\d{{1,2}})\2{_YEAR}(?!\d)",
        rf"(?<![\w.,])(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})/{_YEAR}(?!\d)",
        rf"(?<![\w.,]){_DAY}(?: of)?[ -]{_MONTH}(?:,?[ -]{_YEAR}\b)?",
        rf"\b{_MONTH}[ -](?:the )?{_DAY}(?!\w|[.,]\d)(?:,? {_YEAR}\b)?",
        rf"\b{_MONTH},?(?: of)? {_YEAR}\b",
        r"\b(?P<year>1\d{3}|20\d{2})(?![^\W⁰¹²³⁴-⁹])",
    )
)

_LARGE = r"(?:thousand|million|billion|trillion)\b"
_ONE = r"(?:half )?an?"
_BELOW_1000 = (
    rf"(?:(?:{BELOW_100}\b|{_ONE})[ -](?:dozen|hundred)\b(?:[ -](?:and[ -])?{BELOW_100}\b)?"
    rf"|{BELOW_100}\b|{_ONE}(?=[ -]{_LARGE}))"
)
_FRACTION = r"[\u00bc-\u00be\u2150-\u215e]"
_NUMBER = re.compile(
    r"(?P<minus>(?<![\w.,)\u2212-])[\u2212-]|\bminus )?(?:"
    rf"(?P<digits>\d+(?:[.,]\d+)*|(?<![\w.,])\.\d+)(?P<part>{_FRACTION})?(?:(?:st|nd|rd|th)\b)?"
    rf"|(?P<fraction>{_FRACTION})"
    rf"|\b(?P<words>(?:{_BELOW_1000}[ -]{_LARGE}[ -](?:and[ -])?)*{_BELOW_1000}(?:[ -]{_LARGE})?))"
)
_HALF = re.compile(r"[ -]and[ -]a[ -]half\b")
_SCALE = re.compile(r"[ -]?(dozen|hundred|thousand|million|billion|trillion|bn|tn)\b|(k)\b")
_MONEY = re.compile(r"(m)\b")  # a million of money only: 3m alone may be metres
_END = re.compile(r"[.!?][\"'\u201d\u2019)]*\s")
_DASHES = re.compile(r"[\u2014\u2015\u2026]|--+|\.\.\.+")  # they part words, as spaces do


class Fact(Protocol):
    """Something that a right answer says."""

    def is_in(self, text: str) -> bool:
        """Whether `text` says it."""
        ...

    def __str__(self) -> str:
        """For people."""
        ...


@dataclass(frozen=True, slots=True)
class Forms:
    """One of some forms of words.

    Case, punctuation and the amount of white space don't count; see `plain`. A form begins where a
    word begins and may end inside one, so that "wound" is in "was wounded".
    """

    any: tuple[str, ...]

    def is_in(self, text: str) -> bool:
        said = f" {plain(text)} "
        return any(f" {form}" in said for form in map(plain, self.any) if form)

    def __str__(self) -> str:
        return " / ".join(self.any)


@dataclass(frozen=True, slots=True)
class Number:
    """A number by its value, however it is written: 2,700, 2.7 thousand, two.

    Attributes:
        units: forms of which one must stand within `NEARBY` words after the number or directly
            before it, if there are any; a sign such as % or $ must touch it.
        tolerance: the most that the value may be off, absolute.
    """

    value: float
    units: tuple[str, ...] = ()
    tolerance: float = 0.0

    def is_in(self, text: str) -> bool:
        for value, before, after in numbers(text):
            if abs(value - self.value) > self.tolerance + 1e-12 * abs(self.value):
                continue
            if not self.units or any(_is_unit(unit, before, after) for unit in self.units):
                return True
        return False

    def __str__(self) -> str:
        unit = f" {self.units[0]}" if self.units else ""
        margin = f" \u00b1 {self.tolerance:g}" if self.tolerance else ""
        return f"{self.value:,.10g}{margin}{unit}"


@dataclass(frozen=True, slots=True)
class Date:
    """A day, a month or a year, however it is written; the year may be left out of a day."""

    year: int
    month: int | None = None
    day: int | None = None

    def is_in(self, text: str) -> bool:
        return any(self._is(*found) for found in dates(text))

    def _is(self, year: int | None, month: int | None, day: int | None) -> bool:
        if self.day is not None:
            return (month, day) == (self.month, self.day) and year in (None, self.year)
        return year == self.year and (self.month is None or month == self.month)

    def __str__(self) -> str:
        return "-".join(f"{part:02}" for part in (self.year, self.month, self.day) if part)


def plain(text: str) -> str:
    """Lower case, without punctuation and symbols, one space between words: how forms are compared.

    Hyphens and apostrophes go without a trace, dashes between words leave a space.

    >>> plain("It's  2,700 \u2014 nearly; the twenty-one-year-old.")
    'its 2700 nearly the twentyoneyearold'
    """
    spaced = _DASHES.sub(" ", text.casefold())
    kept = (c for c in spaced if c.isspace() or unicodedata.category(c)[0] not in "PSC")
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))


def _is_unit(unit: str, before: str, after: str) -> bool:
    if plain(unit):
        return Forms((unit,)).is_in(before) or Forms((unit,)).is_in(after)
    sign = unit.strip()
    return before.rstrip().endswith(sign) or after.startswith(sign)


def numbers(text: str) -> Iterator[tuple[float, str, str]]:
    """The numbers of a text: value, the word directly before, and the next words after.

    What is written in digits is read as English writes it where it can be (2,700 and 1,5 are 2700
    and 1.5); what isn't one number (3.5.2) is none.

    >>> [found[0] for found in numbers("Nearly 2.7 thousand of two hundred and twenty-one.")]
    [2700.0, 221.0]
    """
    text = text.lower()
    for found in _NUMBER.finditer(text):
        value = _value(found)
        if value is None:
            continue
        before, end = text[max(0, found.start() - 40) : found.start()], found.end()
        if half := _HALF.match(text, end):
            value, end = value + 0.5, half.end()
        if (
            before
            and unicodedata.category(before[-1]) == "Sc"
            and (money := _MONEY.match(text, end))
        ):
            value, end = value * SCALES[money[1]], money.end()
        while scale := _SCALE.match(text, end):
            value, end = value * SCALES[scale[1] or scale[2]], scale.end()
        yield value, _last_word(before), _next_words(text[end : end + 120])


def _value(found: re.Match[str]) -> float | None:
    if found["words"]:
        value: float | None = spelt(found["words"])
    else:
        value = _digits(found["digits"]) if found["digits"] else 0.0
    if value is None:
        return None
    part = found["part"] or found["fraction"]
    value += unicodedata.numeric(part) if part else 0.0
    return -value if found["minus"] else value


def _digits(written: str) -> float | None:
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*(?:\.?\d+)", written):
        return float(written.replace(",", ""))
    if re.fullmatch(r"\d+,\d\d?|\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}", written):
        return float(written.replace(".", "").replace(",", "."))
    return None


def _last_word(text: str) -> str:
    found = re.search(r"\w*\W*\Z", text)
    return found[0] if found else ""


def _next_words(text: str) -> str:
    """The next `NEARBY` words, none of the next sentence if that begins here."""
    if _END.match(text):
        return ""
    found = re.match(rf"(?:[^\w]*[\w'\u2019.-]+){{0,{NEARBY}}}[^\w\s]*", text)
    return found[0].strip() if found else ""


def dates(text: str) -> Iterator[tuple[int | None, int | None, int | None]]:
    """The dates of a text as year, month and day, None for what isn't said.

    >>> list(dates("On Jan. 13, 2025, and again on 2 May."))
    [(None, 5, 2), (2025, 1, 13), (2025, None, None)]
    """
    text = text.lower()
    for pattern in _DATES:
        for found in pattern.finditer(text):
            parts = found.groupdict()
            yield _number(parts.get("year")), _month(parts.get("month")), _number(parts.get("day"))


def _number(written: str | None) -> int | None:
    return int(written) if written else None


def _month(written: str | None) -> int | None:
    if not written:
        return None
    return int(written) if written.isdigit() else _MONTHS[written]


def all_in(facts: Sequence[Fact], text: str) -> bool:
    """Whether a text says all of some facts."""
    return all(fact.is_in(text) for fact in facts)
