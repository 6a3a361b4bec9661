"""The dates of a text, also those that are told from the day it was written: "on Monday"."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import groupby

_MONTH_NAMES = (
    "January February March April May June July August September October November December".split()
)
MONTHS = {
    name[:length]: at for at, name in enumerate(_MONTH_NAMES, 1) for length in (3, len(name))
} | {"Sept": 9}
_WEEKDAYS = {
    name: at
    for at, name in enumerate("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())
}
CALENDAR = frozenset([*MONTHS, *_WEEKDAYS])
_SMALL = "zero one two three four five six seven eight nine ten".split()

_MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>1\d{3}|20\d{2})(?![^\W⁰¹²³⁴-⁹])"  # a footnote may follow
_UNTIL = r"(?:\s?[-–]\s?|,? (?:to|and|or|until|through) )"
_WEEKDAY = rf"(?P<weekday>{'|'.join(_WEEKDAYS)})"
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<![\w.,-])(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?![\w-])",
        rf"(?<![\w.,])(?:(?P<first>\d{{1,2}}){_UNTIL})?{_DAY}(?: of)? {_MONTH}(?:,? {_YEAR})?",
        rf"\b{_MONTH} (?:(?P<first>\d{{1,2}}){_UNTIL})?{_DAY}(?!\w|[.,]\d|:)(?:,? {_YEAR})?",
        rf"\b{_MONTH}(?:,?(?: of)? {_YEAR})",
        rf"\b{_MONTH}",
        rf"\b(?:in|since|by|from|until|during|of) {_YEAR}(?![,.–-]?\d|\w)",
        rf"\b(?:(?P<which>last|next|this) )?{_WEEKDAY}\b",
        r"\b(?P<near>yesterday|today|tonight|tomorrow)\b",
        r"\b(?P<which>last|this|next) (?P<span>month|year)\b",
        r"\b(?P<count>\d+|an?|" + "|".join(_SMALL[1:]) + r") (?P<unit>day|year)s? ago\b",
    )
)
_COMING = re.compile(
    r"\b(?:will|would|next|coming|is to|are to|was to|were to|to be|set to|set for|to take place|"
    r"expected|plan\w*|schedul\w+|due)\b"
)
Day = datetime.date


@dataclass(frozen=True, slots=True)
class Date:
    """What a text says of a day: some of its parts, from `start` to `end` of the text."""

    year: int | None
    month: int | None
    day: int | None
    weekday: int | None
    start: int
    end: int

    @property
    def parts(self) -> tuple[int | None, ...]:
        """Year, month, day and weekday, the last of which follows from the others."""
        weekday = self.weekday
        if self.year and self.month and self.day and weekday is None:
            with suppress(ValueError):
                weekday = datetime.date(self.year, self.month, self.day).weekday()
        return self.year, self.month, self.day, weekday

    def says(self, other: Date) -> bool:
        """Whether all that the other says follows from this."""
        return all(o in (None, m) for m, o in zip(self.parts, other.parts, strict=True))

    def fits(self, other: Date) -> bool:
        """Whether both can be the same day."""
        return all(
            m == o or m is None or o is None for m, o in zip(self.parts, other.parts, strict=True)
        )

    @property
    def is_exact(self) -> bool:
        """Whether it is a day or month, and not a weekday or year alone."""
        return self.month is not None and (self.day is not None or self.year is not None)


def dates(text: str, written: Day | None = None) -> list[Date]:
    """The dates of a text, in the order of their forms.

    Args:
        written: the day of the article. Without it "on Monday" is just a Monday.

    >>> [found] = dates("It was closed on Monday.", datetime.date(2025, 1, 15))
    >>> found.year, found.month, found.day
    (2025, 1, 13)
    """
    found: list[Date] = []
    for pattern in _DATES:
        for match in pattern.finditer(text):
            if not any(one.start < match.end() and match.start() < one.end for one in found):
                found += _read(match, written)
    return found


def _read(match: re.Match[str], written: Day | None) -> Iterator[Date]:
    parts = match.groupdict()
    if parts.get("near") or parts.get("which") or parts.get("count"):
        yield from _relative(match, parts, written)
        return
    date = Date(
        _number(parts.get("year")),
        _month(parts.get("month")),
        _number(parts.get("day")),
        _WEEKDAYS.get(parts.get("weekday") or ""),
        match.start(),
        match.end(),
    )
    if date.weekday is not None:
        yield from _weekday(match, date, written)
        return
    yield _dated(date, match, written)
    if first := _number(parts.get("first")):
        yield _dated(replace(date, day=first), match, written)


def _number(written: str | None) -> int | None:
    return int(written) if written else None


def _month(written: str | None) -> int | None:
    if not written:
        return None
    return int(written) if written.isdecimal() else MONTHS[written]


def _dated(date: Date, match: re.Match[str], written: Day | None) -> Date:
    """With the year that the article leaves out: the last such day, or the next."""
    if written is None or date.year is not None or date.month is None:
        return date
    this = (date.month, date.day or 1) <= (written.month, written.day if date.day else 31)
    if _is_coming(match):
        return replace(date, year=written.year + (date.month < written.month))
    return replace(date, year=written.year - (not this))


def _is_coming(match: re.Match[str]) -> bool:
    """Whether the sentence speaks of what is ahead."""
    return bool(_COMING.search(match.string[max(0, match.start() - 120) : match.end() + 40]))


def _weekday(match: re.Match[str], date: Date, written: Day | None) -> Iterator[Date]:
    if written is None or date.weekday is None:
        yield date
        return
    back = (written.weekday() - date.weekday) % 7
    if _is_coming(match):  # then either may be meant
        yield _on(written + datetime.timedelta(7 - back), match)
    yield _on(written - datetime.timedelta(back), match)


def _on(day: Day, match: re.Match[str]) -> Date:
    return Date(day.year, day.month, day.day, day.weekday(), match.start(), match.end())


def _relative(
    match: re.Match[str], parts: dict[str, str | None], written: Day | None
) -> Iterator[Date]:
    if parts.get("weekday"):
        date = Date(None, None, None, _WEEKDAYS[parts["weekday"] or ""], match.start(), match.end())
        for one in _weekday(match, date, written):
            yield one
            if written and parts["which"] == "last":  # said of this week's or of the one before
                yield _on(_day(one) - datetime.timedelta(7), match)
    elif written is None:
        return
    elif near := parts.get("near"):
        days = {"yesterday": -1, "tomorrow": 1}.get(near, 0)
        yield _on(written + datetime.timedelta(days), match)
    elif span := parts.get("span"):
        step = {"last": -1, "this": 0, "next": 1}[parts["which"] or ""]
        month = written.month - 1 + step
        year = written.year + (step if span == "year" else month // 12)
        yield Date(year, month % 12 + 1 if span == "month" else None, None, None, *match.span())
    elif count := _count(parts.get("count") or ""):
        if parts["unit"] == "day" and count < 400:
            yield _on(written - datetime.timedelta(count), match)
        elif parts["unit"] == "year":
            yield Date(written.year - count, None, None, None, *match.span())


def _count(written: str) -> int:
    if written.isdecimal():
        return int(written[:4])
    return _SMALL.index(written) if written in _SMALL else 1


def _day(date: Date) -> Day:
    return datetime.date(date.year or 1, date.month or 1, date.day or 1)


def explained(claim: str, evidence: Sequence[str], written: Day | None) -> tuple[str, str | None]:
    """The claim without the dates that the evidence has in some form, and a date that it denies.

    Args:
        written: as in `dates`.
    """
    known = [one for text in evidence for one in _readings(text, written)]
    exact = [one for one in known if one.is_exact]
    plain, denied = claim, None
    for span, readings in groupby(sorted(_readings(claim, written), key=_span), key=_span):
        some = list(readings)
        start, end = span
        if any(one.says(date) for one in known for date in some):
            plain = plain[:start] + " " * (end - start) + plain[end:]
        elif exact and not denied and not any(one.fits(date) for one in known for date in some):
            denied = claim[start:end] if any(date.is_exact for date in some) else None
    return plain, denied


def _readings(text: str, written: Day | None) -> list[Date]:
    """Also without the day of the article: "on Monday" is on Monday."""
    found = dates(text)
    return [*found, *dates(text, written)] if written else found


def _span(date: Date) -> tuple[int, int]:
    return date.start, date.end
