"""The dated events of articles, in the order of their dates."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence

from rag.summarize.candidates import Candidate
from rag.summarize.choose import in_one, ways
from rag.summarize.days import Day, days, masked, opens
from rag.summarize.verbs import is_past
from rag.summary import Event

# Between commas: the bell, which was taken in 1891, left on Tuesday.
_ASIDE = re.compile(r", (?:which|who|whom|whose|where|when)\b[^,;]*(?:,|$)")
_PARTICIPLE = re.compile(r", (?:\w+ly )?(?P<word>\w+)\b[^,;]*,")
_TIMES = ("night", "morning", "afternoon", "evening", "hours")  # "the night of May 3" is that day
_FROM_OR_TO = "since|until|till|through|to|before|after|by"
_BOUND = re.compile(
    rf"\b(?:{_FROM_OR_TO}|{''.join(f'(?<!{one} )' for one in _TIMES)}of"
    rf"|(?:{_FROM_OR_TO}|of)(?: the)?(?: \w+)? (?:{'|'.join(_TIMES)}) of)\b(?: the| \w+ of)? \Z",
    re.I,
)
_OF_A_YEAR = re.compile(r"(?:of|since|until|by|from) \d", re.I)


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
    way = next(ways(one), None)
    if way is None:
        return None
    text = way[-1].form.text
    day = day_of_event(text, one.article.date)
    if day is None:
        return None
    return Event(day.date, text[day.start : day.end], day.resolved, in_one(way))


def day_of_event(text: str, written: datetime.date | None) -> Day | None:
    """The day of what a sentence tells: one of what it says by the way comes after the others, and
    one that is exact before a year.

    >>> day_of_event("The dam, built in 1931, broke on Monday.", datetime.date(2025, 1, 15)).date
    '2025-01-13'
    """
    asides = [aside.span() for aside in _ASIDE.finditer(masked(text))]
    found = [
        (_is_within(day, asides), len(day.date) < 10, day.start, day) for day in _own(text, written)
    ]
    return min(found)[-1] if found else None


def _own(text: str, written: datetime.date | None) -> Iterator[Day]:
    """The days of a text, but for those of "built in 1931, the dam" and "the war of 1950"."""
    plain = masked(text)
    past = [one.span() for one in _PARTICIPLE.finditer(plain) if is_past(one["word"])]
    if opens(plain):
        past.append((0, plain.find(",")))
    for day in days(text, written):
        bound = _BOUND.search(text[max(0, day.start - 40) : day.start]) or _OF_A_YEAR.match(
            text, day.start
        )
        if not bound and not _is_within(day, past):
            yield day


def _is_within(day: Day, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= day.start and day.end <= end for start, end in spans)
