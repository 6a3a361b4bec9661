"""Dates and languages as the formats write them."""

from __future__ import annotations

import contextlib
import datetime
import re

_YEAR_FIRST = (
    re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?!\d)"),
    re.compile(r"(\d{4})(?P<between>[-/.])(\d{1,2})(?P=between)(\d{1,2})(?!\d)"),
)
_LANGUAGE = re.compile(r"([A-Za-z]{2})(?:[-_].*)?", re.DOTALL)
_LONGEST_DATE = 100  # characters
_FIRST_YEAR, _LAST_YEAR = 1000, 2200


def parse_date(value: object) -> datetime.date | None:
    """The day that `value` names, or None when it names none or leaves it open.

    Takes a date, a datetime, or a string: ISO 8601, RFC 2822, "Friday, August 21, 2015" and the
    like. A wrong date is worse than none: "August 2015" has no day and "09/08/2015" is one day in
    Paris and another in Boston, so both are None; "2015/09/08" is one day everywhere.

    >>> parse_date("Friday, August 21, 2015")
    datetime.date(2015, 8, 21)
    """
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    if not isinstance(value, str) or not 6 <= len(value.strip()) <= _LONGEST_DATE:
        return None
    return _year_first(value.strip()) or _written_date(value.strip())


def _year_first(value: str) -> datetime.date | None:
    """A date such as "2024-03-05" or "2024/3/5", which is the same day everywhere."""
    for pattern in _YEAR_FIRST:
        if match := pattern.match(value):
            with contextlib.suppress(ValueError):
                return datetime.date(*(int(part) for part in match.groups() if part.isdigit()))
    return None


def _written_date(value: str) -> datetime.date | None:
    from dateutil import parser

    if not re.search(r"\d{4}", value):
        return None
    days = set()
    # What is missing is filled from the default and what is ambiguous follows `dayfirst`, so a
    # complete and unambiguous date is one that comes out the same both times.
    for default, dayfirst in (
        (datetime.datetime(2001, 1, 1), False),
        (datetime.datetime(2002, 2, 2), True),
    ):
        try:
            parsed = parser.parse(value, default=default, dayfirst=dayfirst, ignoretz=True)
        except (ValueError, OverflowError, TypeError, ArithmeticError):
            return None
        days.add(parsed.date())
    day = days.pop()
    if days or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        return None
    assert isinstance(day, datetime.date)
    return day


def language_code(value: object) -> str | None:
    """The ISO 639-1 code of a language tag, or None: "en-US" is "en".

    >>> language_code("pt_BR")
    'pt'
    """
    if isinstance(value, str) and (match := _LANGUAGE.fullmatch(value.strip())):
        return match[1].lower()
    return None
