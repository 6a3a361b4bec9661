"""The dated events of articles, in the order of their dates."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from rag.citation import Claim
from rag.claims.dates import Date, dates
from rag.summarize.candidates import Candidate
from rag.summarize.choose import Way, ways
from rag.summary import Event

_AHEAD = re.compile(
    r"\b(?:will|next|coming|set to|to take place|to be held"
    r"|(?:is|are) (?:to|due|scheduled|planned|expected))\b"
)
# Between commas: the bell, which was taken in 1891, left on Tuesday.
_ASIDE = re.compile(r", (?:which|who|whom|whose|where|when)\b[^,;]*(?:,|$)")


def timeline(some: Sequence[Candidate], words: int) -> list[Event]:
    """The events that matter most, of about `words` words; at least one, if there is a date."""
    chosen: list[tuple[Candidate, Event]] = []
    room = words
    for one in sorted(some, key=lambda one: (-one.weight, one.place)):
        event = _event(one)
        if event is None:
            continue
        length = len(event.claim.text.split())
        if not chosen or length <= room:
            chosen.append((one, event))
            room -= length
    chosen.sort(key=lambda pair: (pair[1].date, pair[0].place))
    return [event for _, event in chosen]


def _event(one: Candidate) -> Event | None:
    """A sentence as an event, by the first date in it that is known to the year; a date of what is
    said by the way comes after the others."""
    way = next(ways(one), None)
    if way is None:
        return None
    text = way[-1].form.text
    written = one.article.date
    asides = [aside.span() for aside in _ASIDE.finditer(text)]
    readings = _first_readings(text, written)
    for date in sorted(readings, key=lambda one: _is_within(one, asides)):
        said = text[date.start : date.end]
        if date.year is None or said.startswith("of "):  # "the war of 1950" isn't when it is told
            continue
        plain = [known for known in dates(text) if (known.start, known.end) == _span(date)]
        resolved = not any(_written(known) == _written(date) for known in plain)
        return Event(_written(date), said, resolved, _claim(way))
    return None


def _is_within(date: Date, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= date.start and date.end <= end for start, end in spans)


def _first_readings(text: str, written: datetime.date | None) -> Iterator[Date]:
    """Each date of a text once, in order; where two days may be meant, the likelier one."""
    ahead = bool(_AHEAD.search(text))
    found = sorted(dates(text, written), key=lambda date: (date.start, date.end))
    for _, group in groupby(found, key=_span):
        readings = sorted(group, key=_written)
        if ahead:
            yield _coming(text, readings[-1], written)
        else:
            yield _past(readings, written)


def _coming(text: str, date: Date, written: datetime.date | None) -> Date:
    """Where a text that looks ahead leaves the year out, a day that is past comes next year."""
    plain = any(one.year for one in dates(text) if _span(one) == _span(date))
    if written is None or plain or date.weekday is not None or not (date.year and date.month):
        return date
    is_past = (date.month, date.day or 31) < (written.month, written.day)
    return replace(date, year=written.year + is_past)


def _past(readings: Sequence[Date], written: datetime.date | None) -> Date:
    """The last that isn't after the day of the article; of a span of days the first."""
    if written is None or any(date.weekday is None for date in readings):
        return readings[0]
    before = [date for date in readings if _written(date) <= written.isoformat()]
    return before[-1] if before else readings[0]


def _claim(way: Way) -> Claim:
    """A sentence with those that it leans on, as one claim with the spans of all."""
    claims = [said.claim for said in way]
    if len(claims) == 1:
        return claims[0]
    citations = tuple(citation for claim in claims for citation in claim.citations)
    return Claim(" ".join(claim.text for claim in claims), "supported", citations)


def _written(date: Date) -> str:
    """As much of an ISO date as is known."""
    year = f"{date.year:04d}" if date.year else ""
    if not date.month:
        return year
    return f"{year}-{date.month:02d}" + (f"-{date.day:02d}" if date.day else "")


def _span(date: Date) -> tuple[int, int]:
    return date.start, date.end
