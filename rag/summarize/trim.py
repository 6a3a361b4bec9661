"""Shorter forms of a sentence that say nothing it doesn't say.

Words are only ever left out. Each operation leaves out one kind of thing; what is left has to pass
`rag.ground.check` against the whole sentence. How often each applies, what it saves and what it
loses is in `docs/summaries.md`. Who said something is never left out: that would make a fact of a
claim, and a check of words doesn't see it.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rag.claims.dates import dates
from rag.claims.words import COMMON, bare
from rag.ground import check
from rag.summarize.lean import LINKS, open_quotes, unquoted

DATE_LINE = "date line"
LEAST = 6  # words that are left; fewer are no sentence
_DASH = r"(?:—|–|--)"
_PLACE = re.compile(
    r"(?:[A-Z][\w.’'-]*(?:,? (?:of |de |la )?(?=[A-Z]))?){1,6},?(?: \([A-Z][\w .]*\))?"
    rf" ?(?:{_DASH}| -) ?"
    r"(?=[A-Z“\"])"
)
_LINK = re.compile(rf"(?:{LINKS})(?:,|(?<=[Aa]nd)|(?<=[Bb]ut)|(?<=[Ss]o)|(?<=[Ww]ell)) ", re.I)
_BRACKETS = re.compile(r" ?\([^()]*\)| ?\[(?:\d{1,3}|[a-z]|citation needed|sic)\]")
_ASIDE = re.compile(rf"\s?{_DASH}\s?[^—–;:]+?\s?{_DASH}\s?|\s-\s[^;:]+?\s-\s")
_VERB = (
    r"(?= (?:is|are|was|were|has|have|had|will|would|can|could|may|might|must|should|does|did|do"
    r"|says|said|told|added|announced|\w{2,}[^e\W]ed)\b(?! (?:by|in|on|at|after|from)\b))"
)
_NAME = r"[A-Z][\w.’'-]*(?: [A-Z][\w.’'-]*){0,4}"
_APPOSITION = re.compile(rf"(?<=\w)(?:, \d\d)?, (?:an?|the) [^;:—–]{{3,100}}?,{_VERB}")
_SUBJECT = re.compile(rf"{_NAME}(?:, \d\d)?\Z")
_RELATIVE = re.compile(
    rf", (?:which|who|whose|whom|where) (?![^,]* and then )[^,;:—–]+(?:,{_VERB}|(?=[.!]$))"
)
_PARTICIPLE = re.compile(
    r"(?<!,), (?!according|during|including|excluding|nothing|anything|everything|something|being)"
    r"(?:[a-z]+ly )?[a-z]{2,}ing (?:[^,;:—–]|, )*(?=[.!]$)"
)
_BINDING = re.compile(  # every word of a rule, a definition or a condition counts
    r"\b(?:shall|must|means?|unless|provided|except|if|may|only|required|permitted)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Form:
    """A sentence as it may be shown.

    Attributes:
        left_out: names of the operations that made it; none if it is the sentence itself.
    """

    text: str
    left_out: tuple[str, ...] = ()

    @property
    def words(self) -> int:
        return len(self.text.split())


def forms(text: str, date: datetime.date | None = None) -> Iterator[Form]:
    """The sentence, then shorter and shorter forms of it.

    Args:
        date: of the article.

    >>> [form.text for form in forms("However, the bridge (built in 1902), which leaks, is shut.")]
    ['However, the bridge (built in 1902), which leaks, is shut.', 'The bridge (built in 1902), which leaks, is shut.', 'The bridge, which leaks, is shut.', 'The bridge is shut.']
    """  # noqa: E501  # a result stands on one line
    yield Form(text)
    known = {text}
    shorter = text
    done: tuple[str, ...] = ()
    for name, operation in OPERATIONS.items():
        cut = operation(shorter)
        if cut == shorter:
            continue
        tried = _whole(cut)
        if tried in known or not holds(tried, text, date):
            continue
        known.add(tried)
        shorter, done = tried, (*done, name)
        yield Form(shorter, done)


def holds(shorter: str, text: str, date: datetime.date | None = None) -> bool:
    """Whether a shorter form is a sentence still, and its words stand by the whole one."""
    if len(shorter.split()) < LEAST or open_quotes(shorter) != open_quotes(text):
        return False
    return check(shorter, [text], date).support == "supported"


def _whole(text: str) -> str:
    """With a capital, and without what a gap leaves."""
    text = re.sub(r"\s+([,.;:!?])", r"\1", re.sub(r"\s{2,}", " ", text)).strip(" ,")
    text = re.sub(r",(?=[.;:!?])", "", text)
    return text[:1].upper() + text[1:]


def _without(pattern: re.Pattern[str], gap: str = "") -> Callable[[str], str]:
    """An operation that leaves out what a pattern finds, but nothing of what is quoted or binds."""

    def operation(text: str) -> str:
        if _BINDING.search(text):
            return text
        for found in reversed(list(pattern.finditer(unquoted(text)))):
            text = text[: found.start()] + gap + text[found.end() :]
        return text

    return operation


def _without_date_line(text: str) -> str:
    """ "SEOUL, South Korea — On Monday, …", "Thursday, May 7, 2015 On Tuesday, …"."""
    if found := _PLACE.match(text):
        text = text[found.end() :]
    end = 0
    for date in sorted(dates(text), key=lambda one: one.start):
        if date.start <= end + 2 and not text[end : date.start].strip(" ,—–-"):
            end = date.end
    rest = text[end:].lstrip(" —–-:")
    exact = end > 8 and not text[end : end + 1].startswith(",")
    return rest if exact and rest[:1].isupper() and text[end : end + 1].isspace() else text


def _without_link(text: str) -> str:
    found = _LINK.match(text)
    return text[found.end() :] if found else text


def _without_apposition(text: str) -> str:
    """Of the name that the sentence begins with: "Ada Low, a baker from Lenn, said …"."""
    found = _APPOSITION.search(unquoted(text))
    subject = found and _SUBJECT.fullmatch(text, 0, found.start())
    if found and subject and bare(text.split(maxsplit=1)[0]) not in COMMON:
        return text[: found.start()] + text[found.end() :]
    return text


OPERATIONS: dict[str, Callable[[str], str]] = {
    DATE_LINE: _without_date_line,
    "link": _without_link,
    "brackets": _without(_BRACKETS),
    "aside": _without(_ASIDE, " "),
    "apposition": _without_apposition,
    "relative clause": _without(_RELATIVE),
    "participle": _without(_PARTICIPLE),
}
"""What may be left out, in the order in which it is tried: each works on what those before left."""
