"""A question that asks for several things, as the questions that it is made of.

What answers "Who won, and who came last?" may stand in two places. A search for all of it at once
finds the place that is nearest to most of its words; a search for each part finds both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.answer import Answer, Trace
from rag.conversation import whole
from rag.question import ASKING, HELPERS, wants_each, wants_reason, wants_two, without_opening

MOST = 3  # parts: each costs a search

_BEFORE = "in|on|at|by|to|for|from|of|under|with|since|until|into|about|after|before|as|through"
_AND = re.compile(
    rf",?\s+(?:and|but)\s+(?=(?:(?:{_BEFORE})\s+){{0,2}}(?:{ASKING})\b)"
    rf"|,\s+(?:and|but)\s+(?=(?:{HELPERS})\b)",
    re.IGNORECASE,
)
_ASKS = re.compile(rf"(?:(?:{_BEFORE})\s+)?(?:{ASKING}|{HELPERS})\b", re.IGNORECASE)
# "In what year and on which day was she born?": what is asked for, without what is said of it
_BARE = re.compile(
    rf"(?:(?:when|where|why|how)|(?:{_BEFORE})\s+(?:what|which|whose)(?:\s+\w+){{1,2}})",
    re.IGNORECASE,
)
_LATER = re.compile(rf"(.+?),?\s+(?=(?:{HELPERS})\b)", re.IGNORECASE)
_ACCORDING = re.compile(
    r"\baccording to (?P<one>[^,?]+?),? and (?:according )?to (?P<other>[^,?]+)", re.IGNORECASE
)
_FIRST_WORD = r"(?:the|its|his|her|their|an?)\b"
_NAME = r"[A-Z][\w'’.-]*(?:\s+(?:(?:of|de|van|von)\s+)?[A-Z][\w'’.-]*)*"
_NAMES = re.compile(rf"(?<=\s){_NAME}(?:, {_NAME})*,?\s+and\s+{_NAME}")
# A name that "and" is part of rarely stands behind these: the age of A and B, when did A and B die
_OF_EACH = re.compile(rf"\b(?:{HELPERS}|of|for|(?<!\bwhat )\w+s)\s+\Z|\beach\b", re.IGNORECASE)
_OWNER = re.compile(r"\s(?:of|in|for|at|on)\s")  # the height and the width of the door
# How many were killed and hurt; the length and cost of it. Not who or what does this and that: it
# is one. Words with a capital may be one name.
_WORDS = re.compile(
    rf"\A(?:(?:(?i:{_BEFORE}) )?(?:(?i:how) (?:many|much|long|old|far|high)|(?i:when|where)"
    r"|(?i:what) (?:time|day|date|month|year)s?)\b.*?\s"
    r"|(?i:what) (?:is|are|was|were|will)(?: be)? the )"
    rf"(?P<one>(?!(?:{HELPERS})\b)[a-z][\w'’-]*) and "
    rf"(?!(?:{ASKING}|{HELPERS}|{_BEFORE})\b|{_FIRST_WORD})(?P<other>[a-z][\w'’-]*)"
    rf"(?=\s+(?:{_BEFORE})\b|[,?]|\Z)"
)
_THEIRS = re.compile(  # what is the length and the cost of it: both are asked for
    rf"(?:what|which|who) (?:is|are|was|were|will)(?: be)? {_FIRST_WORD}(?: \w+){{1,3}},? and ",
    re.IGNORECASE,
)
_END = re.compile(rf"\s+(?:{ASKING}|{HELPERS}|each|both|respectively)\b|[,?]|$", re.IGNORECASE)


def parts(question: str) -> tuple[str, ...]:
    """The questions that a question is made of, each standing on its own; itself if it is one.

    >>> parts("When did the bridge open, and who built it?")
    ('When did the bridge open?', 'Who built the bridge?')
    >>> parts("In which years did Ada Byron and Alan Turing die?")
    ('In which years did Ada Byron die?', 'In which years did Alan Turing die?')
    >>> parts("Who played Thorn on The Bold and the Beautiful?")
    ('Who played Thorn on The Bold and the Beautiful?',)
    """
    asked = without_opening(question)
    found = [one for clause in _clauses(asked) for one in _kinds(clause)]
    return tuple(map(_tidy, found[:MOST])) if len(found) > 1 else (question,)


def _tidy(question: str) -> str:
    question = " ".join(question.split()).strip(" ,?")
    return f"{question[:1].upper()}{question[1:]}?"


def _clauses(question: str) -> Iterator[str]:
    """Who won, and when did the race end: two clauses."""
    for joint in _AND.finditer(question):
        first, second = question[: joint.start()].strip(" ,"), question[joint.end() :].strip()
        if not _ASKS.match(first):
            continue
        if _BARE.fullmatch(first):
            if rest := _LATER.match(second):
                yield f"{first} {second[rest.end() :]}"
                yield f"{rest[1]} {second[rest.end() :]}"
                return
        elif len(first.split()) > 2:
            yield first
            yield _completed(second, _tidy(first))
            return
    yield question


def _completed(second: str, first: str) -> str:
    """The second clause with what it takes from the first."""
    alone = f"And {second}"
    completed = whole(alone, [Answer(first, (), True, Trace())])
    return f"{second.rstrip('?')} ({first.rstrip('?')})" if completed == alone else completed


def _kinds(question: str) -> Iterator[str]:
    """How old are A and B: the same asked of each."""
    sides = _ACCORDING.search(question)
    named = _named(question)
    if sides:
        for side in (sides["one"], sides["other"]):
            yield f"{question[: sides.start()]}according to {side}{question[sides.end() :]}"
    elif pair := _pair(question):
        yield from pair
    elif named:
        for name in re.split(r",?\s+and\s+|, ", named[0]):
            yield f"{question[: named.start()]}{name}{question[named.end() :]}"
    elif joined := _joined(question):
        for word in joined.group("one", "other"):
            yield f"{question[: joined.start('one')]}{word}{question[joined.end() :]}"
    else:
        yield question


def _named(question: str) -> re.Match[str] | None:
    """The names of those of whom the same is asked."""
    named = _NAMES.search(question) if wants_each(question) else None
    around = (question[: named.start()], question[named.end() :]) if named else ()
    return named if any(map(_OF_EACH.search, around)) else None


def _joined(question: str) -> re.Match[str] | None:
    """Two words with an "and" between them that are both asked for."""
    if wants_reason(question) or not wants_two(question):
        return None
    return _WORDS.search(question)


def _pair(question: str) -> tuple[str, str] | None:
    """The question of the one and of the other, which both begin with an article or a pronoun."""
    if not (wants_each(question) or _THEIRS.match(question)):
        return None
    for joint in re.finditer(rf",?\s+and\s+(?={_FIRST_WORD})", question):
        left, right = question[: joint.start()], question[joint.end() :]
        before = [found.start() for found in re.finditer(rf"\b{_FIRST_WORD}", left)]
        if before:
            end = _END.search(right)
            last = end.start() if end else len(right)
            names = list(re.finditer(rf"\s{_NAME}", right[:last]))
            # A name ends what it names, whatever verb comes after it.
            if names and re.search(rf"\s{_NAME}", left[before[-1] :]):
                last = names[-1].end()
            owner = _OWNER.search(right, 0, last)
            shared = right[owner.start() : last] if owner and not _OWNER.search(left) else ""
            return left + shared + right[last:], question[: before[-1]] + right
    return None
