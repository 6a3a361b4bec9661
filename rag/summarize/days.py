"""The days that a sentence tells of, those without a year from the day of its article.

Which Monday is meant, the verb says: one that was, or one that will be. Where it leaves that open,
so do we: no day is better than a wrong one.
"""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from rag.claims.dates import MONTHS, Date, dates
from rag.claims.words import WORD, bare
from rag.conversation.lexicon import ARTICLES, AUXILIARIES, POSSESSIVES, PREPOSITIONS, VERBS
from rag.summarize.verbs import is_past

Tense = Literal["past", "present", "ahead", "open"]

NEAR = 92  # days up to which a day to come is meant rather than one more than twice as far back
FAR = 270  # days after which a day to come is told with its year
_BREAK = re.compile(
    r"[,;:()—–“”\"]|(?P<opener>\b(?:and|but|or|that|which|who|whom|whose|where|when|while|after|before"
    r"|because|although|though|if|unless|whether|as|until)\b)",
    re.IGNORECASE,
)
_OPENING = re.compile(  # whoever is "asked on Monday" says something on that day
    rf"(?!Asked\b)([A-Z][a-z]+)(?: (?:{'|'.join(PREPOSITIONS)}|again|to)\b|  )"
)
_BEGINS = re.compile(r"(?:In|Since|By|From|Until|During)\b(?= \d{4})")
_ANY = re.compile(  # "on a Monday" is any, and "the following Monday" one told from another day
    r"\b(?:an?|every|each|any|some|most|following|previous|preceding|same|first|last) \Z", re.I
)
_NAME = re.compile(  # "the Oct. 7 attack", "The Sunday Times", "Bloody Sunday"
    r"(?:\b(?:the|its|his|her|their|our|good|black|bloody|holy|super|easter|palm|ash|cyber|sheffield)"
    r"|['’]s|s['’]) \Z",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)\b")  # "on the 3rd of May"
_IN = re.compile(  # a month alone has one of these before it: "May" and "March" may be others
    r"\b(?:in|since|last|this|next|early|late|mid|by|until|till|from|of|during|between|through"
    rf"|throughout|around|for|(?:{'|'.join(MONTHS)})\b\.? (?:and|or|to))[ -]\Z",
    re.IGNORECASE,
)
_UNREAL = frozenset(("if", "unless", "whether"))
_SIDE = _UNREAL | frozenset("which who whom whose where when while after before as until".split())
_DENIED = re.compile(
    r"\b(?:not|never|no|nobody|none|nothing|neither|nor|without|cannot|\w+n['’]t|den(?:y|ies|ied|ying)"
    r"|refus(?:e|es|ed|ing)|fail(?:s|ed|ing)?|declin(?:e|es|ed|ing)|cancel\w*|postpone\w*|call(?:s|ed)"
    r" off)\b",
    re.IGNORECASE,
)
_WILL = frozenset("will shall may might won't".split())
_WOULD = frozenset("would could should can must can't couldn't shouldn't cannot mustn't".split())
_IS = frozenset("is are am isn't aren't".split())
_WAS = frozenset("was were wasn't weren't".split())
_HAD = frozenset("has have had did hasn't haven't hadn't didn't been".split())
_PLANNED = frozenset("set due scheduled planned expected slated likely going".split())
_INTENDING = frozenset("plans plan hopes hope intends intend aims aim wants want expects".split())
_NO_SUBJECTS = (ARTICLES | POSSESSIVES | PREPOSITIONS) - {"that", "to"}


@dataclass(frozen=True, slots=True)
class Day:
    """A day, month or year as a text tells of it in `text[start:end]`.

    Attributes:
        date: as much of an ISO date as is known: "2025", "2025-01", "2025-01-13".
        resolved: the text doesn't say all of it: the rest is from the day of the article.
    """

    date: str
    start: int
    end: int
    resolved: bool


def days(text: str, written: datetime.date | None) -> list[Day]:
    """The days of what a text says has happened or will, in the order in which they stand there.

    Args:
        written: the day of the article. Without it only what the text tells in full is known.

    >>> [one.date for one in days("Ada Low was tried on Monday.", datetime.date(2025, 1, 15))]
    ['2025-01-13']
    >>> days("Ada Low wants to be tried by Monday or not at all.", datetime.date(2025, 1, 15))
    []
    """
    clauses = _clauses(text)
    plain = sorted(_dates(text), key=lambda one: (one.start, one.end, iso(one)))
    told = {span: next(group) for span, group in groupby(plain, key=_span)}  # of a range the first
    if written:
        for date in _dates(text, written):  # "yesterday" is no date without the day of the article
            told.setdefault(_span(date), date)
    starts = {start for start, _ in told}
    found = []
    for (start, end), date in sorted(told.items()):
        if _follows(text, end, starts) or _ANY.search(text[max(0, start - 12) : start]):
            continue
        own = next(one for one in clauses if one.start <= start < one.end)
        verb = _verb(own, clauses, start)
        if own.is_unreal or (verb and verb.denied):
            continue
        of_year = [one for one in plain if one.year]
        if date.year:
            resolved = not any(_span(one) == (start, end) for one in of_year)
            nowadays = text[start:end] == "today" and verb and verb.tense == "present"
            day = None if nowadays else iso(date)
        elif not written or not verb or _is_named(text, date):
            continue
        elif not _is_of_another_year(of_year, own, clauses, written):
            resolved, day = True, _resolved(date, text[start:end], verb, written)
        else:
            continue
        if day:
            found.append(Day(day, start, end, resolved))
    return found


def iso(date: Date) -> str:
    """As much of an ISO date as is known."""
    year = f"{date.year:04d}" if date.year else ""
    if not date.month:
        return year
    return f"{year}-{date.month:02d}" + (f"-{date.day:02d}" if date.day else "")


def _dates(text: str, written: datetime.date | None = None) -> list[Date]:
    """Also the year that a sentence begins with: "In 1931"."""
    return dates(_BEGINS.sub(lambda found: found[0].lower(), text), written)


def _span(date: Date) -> tuple[int, int]:
    return date.start, date.end


def _follows(text: str, end: int, told: Set[int]) -> bool:
    """Whether the date of a weekday comes right behind it: "Monday, January 13"."""
    return any(start in told and text[end:start] in (" ", ", ") for start in (end + 1, end + 2))


def _is_named(text: str, date: Date) -> bool:
    """Whether its words rather are part of a name: of an attack, a newspaper, Mr May."""
    before = text[max(0, date.start - 20) : date.start]
    if date.month and not date.day:
        return not _IN.search(before)
    return bool(_NAME.search(before)) and not _ORDINAL.match(text, date.start)


# Which verb tells when


@dataclass(frozen=True, slots=True)
class _Verb:
    """The words of a verb: "will be tried".

    Attributes:
        denied: its clause says no.
        birth: it is one that was long ago, in whatever tense.
    """

    tense: Tense
    start: int
    denied: bool
    birth: bool = False


@dataclass(frozen=True, slots=True)
class _Clause:
    """A stretch of a sentence with at most one subject; its dates are blanked."""

    text: str
    start: int
    end: int
    opener: str
    verbs: Sequence[_Verb]

    @property
    def is_unreal(self) -> bool:
        return self.opener in _UNREAL


def _clauses(text: str) -> list[_Clause]:
    plain = masked(text)
    breaks = [*_BREAK.finditer(plain)]
    starts = [0, *(one.start() for one in breaks), len(plain) + 1]
    openers = ["", *((one["opener"] or "").lower() for one in breaks)]
    found = []
    for at, opener in enumerate(openers):
        start, end = starts[at], starts[at + 1]
        words = plain[start:end]
        verbs = list(_verbs(words, start))
        found.append(_Clause(words, start, end, opener, verbs))
    return found


def masked(text: str) -> str:
    """A text of the same length without its dates, whose commas and months mislead."""
    for date in _dates(text):
        text = text[: date.start] + " " * (date.end - date.start) + text[date.end :]
    return text


def _verbs(clause: str, start: int) -> Iterator[_Verb]:
    denied = bool(_DENIED.search(clause))
    words = [
        (bare(one[0]).replace("’", "'") if _may_be_verb(one, start) else "", start + one.start())
        for one in WORD.finditer(clause)
    ]
    known: set[Tense] = set()
    at = 0
    while at < len(words):
        low, place = words[at]
        before = words[at - 1][0] if at else ""
        after = [word for word, _ in words[at + 1 : at + 4]]
        tense = _tense(low, before, after)
        at += 1
        if tense is None:
            continue
        group = [low]
        while at < len(words) and low in AUXILIARIES and _goes_on(words[at][0]):
            group.append(words[at][0])
            at += 1
        # "will hear the baker arrested on Monday": a participle of somebody, or a verb of its own
        if low not in AUXILIARIES and tense == "past" and known - {"past"}:
            tense = "open"
        known.add(tense)
        yield _Verb(tense, place, denied, "born" in group)


def _may_be_verb(word: re.Match[str], start: int) -> bool:
    """Whether it is no name, such as Mohamed; "Arrested on Monday, Low …" begins with a verb."""
    return word[0][0].islower() or (start + word.start() == 0 and opens(word.string))


def opens(text: str) -> bool:
    """Whether a text without its dates begins with a participle: "Born in Lenn, Low …".

    >>> [opens(f"{words}, Low fled.") for words in ("Held by us", "Armed men", "Ahmed, in Lenn")]
    [True, False, False]
    """
    found = _OPENING.match(text)
    return found is not None and is_past(found[1])


def _tense(low: str, before: str, after: Sequence[str]) -> Tense | None:
    """Of a word that may be a verb's first; None if it is none."""
    if low in _WILL:
        return "ahead"
    if low in _WOULD:
        return "open"
    planned = bool(_PLANNED.intersection(after[:2]) or after[:1] == ["to"])
    if low in _IS:
        return "ahead" if planned else "present"
    if low in _WAS:
        return "open" if planned else "past"
    if low in _HAD:
        return "past"
    if low in _INTENDING and after[:1] == ["to"]:
        return "ahead"
    if low == "due":
        return "ahead"
    if before in _NO_SUBJECTS:
        return None  # a noun or an adjective: "the report", "a wounded man"
    if low in _PLANNED and not low.startswith(("likely", "going")):
        return "open"
    if is_past(low):
        return "past"
    if low in VERBS and not low.endswith("ing"):
        return "open" if before == "to" else "present"
    return None


def _goes_on(low: str) -> bool:
    """Whether a word goes on with a verb that an auxiliary has begun: "will not be tried"."""
    verb = low in AUXILIARIES or is_past(low) or low in VERBS or low.endswith(("ly", "ing"))
    return verb or low in _PLANNED or low in ("not", "to", "also", "now", "never", "soon", "again")


def _verb(own: _Clause, clauses: Sequence[_Clause], place: int) -> _Verb | None:
    """The verb that says whether a date is past: the one before it, or else the next."""
    before = [one for one in own.verbs if one.start < place]
    if before:
        return before[-1]
    if own.verbs:
        return own.verbs[0]
    at = clauses.index(own)
    around = [*reversed(clauses[:at]), *clauses[at + 1 :]]
    main = [one for one in around if one.verbs and one.opener not in _SIDE]
    some = main or [one for one in around if one.verbs]
    if not some:
        return None
    return some[0].verbs[-1] if some[0].start < place else some[0].verbs[0]


def _is_of_another_year(
    of_year: Sequence[Date], own: _Clause, clauses: Sequence[_Clause], written: datetime.date
) -> bool:
    """Whether a year is told for it elsewhere: "In 2010, the dam broke on May 3"."""
    scope = [one for one in clauses if one is own or not one.verbs]
    years = [one for one in of_year if one.year != written.year]
    return any(one.start <= date.start < one.end for date in years for one in scope)


# Which of several days it is


def _resolved(date: Date, words: str, verb: _Verb, written: datetime.date) -> str | None:
    """The day that is meant; None if it may be another."""
    tense = verb.tense
    if verb.birth:
        return None
    if date.weekday is not None and date.month is None:
        day = _weekday(date.weekday, words.split(maxsplit=1)[0], tense, written)
        return day.isoformat() if day else None
    if date.month is None:
        return None
    last, coming = _last(date, written), _coming(date, written)
    if tense == "past" or not coming:
        return last if tense == "past" else None
    ahead = _first(coming) - written
    if tense == "ahead":
        return coming if ahead.days <= FAR else None
    if tense == "present" and last and date.day:
        back = written - _first(last)
        return coming if ahead.days <= NEAR and back.days > 2 * NEAR else None
    return None


def _first(day: str) -> datetime.date:
    """The first day of a month, or a day itself."""
    return datetime.date.fromisoformat(f"{day}-01"[:10])


def _weekday(
    weekday: int, which: str, tense: Tense, written: datetime.date
) -> datetime.date | None:
    back = (written.weekday() - weekday) % 7
    if which == "next":  # in the next week: "next Friday" of this week is said of either
        return None if written.weekday() < weekday else written + datetime.timedelta(7 - back)
    if which == "last" or tense not in ("past", "ahead"):
        return None
    if tense == "past":
        return written - datetime.timedelta(back)
    return written + datetime.timedelta(7 - back) if back else None


def _last(date: Date, written: datetime.date) -> str | None:
    """The last such day or month that isn't after the article."""
    here = (date.month or 1, date.day or 1) <= (written.month, written.day if date.day else 31)
    return _in(date, written.year - (not here))


def _coming(date: Date, written: datetime.date) -> str | None:
    gone = (date.month or 1, date.day or 31) < (written.month, written.day if date.day else 1)
    return _in(date, written.year + gone)


def _in(date: Date, year: int) -> str | None:
    month = date.month or 1
    if date.day and not 1 <= date.day <= calendar.monthrange(year, month)[1]:
        return None
    return f"{year:04d}-{month:02d}" + (f"-{date.day:02d}" if date.day else "")
