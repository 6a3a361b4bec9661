"""Fills what a follow-up leaves open: pronouns, bare nouns, and what it doesn't say at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.answer import Answer
from rag.conversation import lexicon as lx
from rag.conversation.antecedents import PARTS, Part, Turn, best, possessive
from rag.conversation.fragments import completed, is_fragment
from rag.conversation.incomplete import is_incomplete
from rag.conversation.mentions import Kind, Mention, kind_of, mentions
from rag.conversation.nouns import alike, is_bare
from rag.conversation.pronouns import is_object, is_owning, parted, points_out
from rag.conversation.tokens import Token, tokens
from rag.conversation.topics import is_untold, telling_words, topics_of
from rag.conversation.turns import cased, content, stem

REMEMBERED = 6  # turns: what was said earlier is seldom meant any more

_AND = re.compile(r"(?:and|but|so|or|ok(?:ay)?|also)\b,?\s+(?:then\b,?\s+)?", re.IGNORECASE)
_CONTRACTED = re.compile(r"\b(he|she|it|that|there|who|what|where|when|how)['’]s\b", re.IGNORECASE)
_HAPPENED = re.compile(
    r"(?P<how>when|where|why|how often) (?:(?:did|does) (?:that|this) (?:happen|occur|take place)|"
    r"(?:was|is) (?:that|this))\W*",
    re.IGNORECASE,
)
_ADVERBS = frozenset(("when", "where", "why", "how"))
_HAPPENING = frozenset(
    "happen happened happens occur occurred cause caused causes place begin began start started "
    "end ended last lasted trigger triggered break broke".split()
)
_HANDLED = frozenset(
    "kept stored moved displayed stolen delivered painted written published shown carried "
    "transported worn signed".split()
)


@dataclass(frozen=True, slots=True)
class _Change:
    """New words for a stretch of a question."""

    start: int
    end: int
    text: str


def whole(question: str, history: Sequence[Answer]) -> str:
    """The question with what it leaves unsaid; unchanged if it stands on its own.

    Args:
        history: the answers before it, the last one last. The questions that they were asked with
            may have been follow-ups themselves.

    >>> from rag.answer import Trace
    >>> whole("Who wrote it?", [Answer("What is Dune?", (), True, Trace())])
    'Who wrote Dune?'
    """
    turns: list[Turn] = []
    for answer in history[-REMEMBERED:]:
        asked = cased(answer.trace.asked or _whole(answer.question, turns), answer)
        if tokens(asked):
            turns.append(Turn(asked, answer))
    return _whole(question, turns)


def _whole(question: str, turns: Sequence[Turn]) -> str:
    plain = " ".join(question.split())
    if not turns or not any(one.isalnum() for one in plain):
        return question
    connected = _AND.match(plain)
    bare = _CONTRACTED.sub(r"\1 is", plain[connected.end() :] if connected else plain)
    if is_fragment(bare, connected is not None):
        return _tidy(_asking(completed(bare, turns)))
    if (again := _HAPPENED.fullmatch(bare)) and turns[-1].tokens[0].low in _ADVERBS:
        return _tidy(completed(again["how"], turns))
    changes = _changes(bare, turns)
    if changes is not None:
        changes = changes or [_context(bare, turns)]
        return _tidy(_applied(bare, [*changes, *_linked(bare, turns, changes)]))
    if is_incomplete(bare, turns, connected is not None):
        return _tidy(_applied(bare, _linked(bare, turns, []) or [_context(bare, turns)]))
    return question


def _tidy(text: str) -> str:
    text = re.sub(r"\s+([,?])", r"\1", " ".join(text.split()))
    return text[:1].upper() + text[1:]


def _applied(question: str, changes: Sequence[_Change]) -> str:
    for one in sorted(changes, key=lambda change: -change.start):
        question = f"{question[: one.start]}{one.text}{question[one.end :]}"
    return _asking(question)


def _asking(question: str) -> str:
    question = question.rstrip(" .!")
    asks = tokens(question)[0].low in lx.WH | lx.AUXILIARIES
    return f"{question}?" if asks and not question.endswith("?") else question


# Pronouns


def _changes(question: str, turns: Sequence[Turn]) -> list[_Change] | None:
    """What stands for the pronouns that mean nothing in the question; None if there is none.

    An empty list: there are some, and nothing is known that they could stand for.
    """
    some, inside = tokens(question), mentions(question)
    places: dict[Part, int] = {}
    for at, token in enumerate(some):
        part = PARTS.get(token.low)
        if part and part not in places and points_out(question, some, at, inside):
            places[part] = at
    changes: list[_Change] = []
    taken: list[str] = []
    for part, at in sorted(places.items(), key=lambda item: item[1]):
        elsewhere = [] if part == "there" else list(taken)
        if is_object(some, at):  # "What did the king say to him?"
            before = (one for one in inside if one.end <= some[at].start)
            elsewhere += [one.text for one in before if one.name or one.text.startswith("the ")]
        found = best(part, turns, elsewhere, _favour(some, at))
        if found:
            if part == "there":
                found = replace(found, text=_dated(found, turns))
            taken.append(found.text)
            changes.append(_Change(some[at].start, some[at].end, _instead(some, at, found)))
    if places and not changes and (any(one.name for one in inside) or len(telling_words(some)) > 1):
        return None  # it says enough: "When do they throw fish at the market?"
    shown = list(_demonstratives(some, inside, turns))
    then = None if any(one.name for one in inside) and not changes else _then(some, turns)
    if not (places or shown or then):
        return None
    changes += [one for one in shown if one.text]
    if then and not changes:
        changes.append(_context(question, turns, known=then.text))
    return [*changes, then] if then else changes


def _favour(some: Sequence[Token], at: int) -> dict[Kind, float]:
    """What the verbs of a question make likelier: events happen, companies are not written."""
    low = {one.low for one in some}
    if not _HAPPENING.isdisjoint(low):
        return {"event": 1.6, "place": 0.5}
    if not _HANDLED.isdisjoint(low) and not low.isdisjoint(lx.AUXILIARIES):
        return {"group": 0.5, "place": 0.5}
    before = some[at - 1] if at else None
    is_object = before is not None and (before.verb or before.low in lx.PREPOSITIONS)
    return {"group": 0.8, "place": 0.9} if is_object and some[at].low == "it" else {}


def _instead(some: Sequence[Token], at: int, found: Mention) -> str:
    token = some[at]
    if token.low == "there":
        return _at_place(some, at, found)
    if is_owning(some, at) or token.low in ("his", "hers", "theirs", "its"):
        return possessive(found)
    return found.text


def _at_place(some: Sequence[Token], at: int, found: Mention) -> str:
    if at and some[at - 1].low in ("from", "to", "over", "near", "around", "through", "of"):
        return found.text
    usual = "at" if found.kind in ("group", "event", "thing") else "in"
    before = found.before if found.before in ("in", "on", "at", "near", "aboard") else usual
    return f"{before} {found.text}"


def _dated(found: Mention, turns: Sequence[Turn]) -> str:
    """The time that stood right behind a place: "on the island in 2016"."""
    for turn in turns:
        if turn.time and (
            place := re.search(rf"{re.escape(found.text)} in {turn.time}", turn.question)
        ):
            return place[0]
    return found.text


def _then(some: Sequence[Token], turns: Sequence[Turn]) -> _Change | None:
    """The "then" that is a time: "until then", "Who was president then?"."""
    at = next((place for place, one in enumerate(some) if place and one.low == "then"), None)
    time = next((turn.time for turn in reversed(turns) if turn.time), "")
    if at is None or not time:
        return None
    if some[at - 1].low in lx.PREPOSITIONS:
        return _Change(some[at].start, some[at].end, time)
    if any(one.word for one in some[at + 1 :]):
        return None
    return _Change(some[at].start, some[at].end, _at_time(time))


def _at_time(time: str) -> str:
    day = re.search(r"\b\d{1,2}(?:st|nd|rd|th)?\b", time)
    return f"{'on' if day else 'in'} {time}"


# "that ship", "this", "those"


def _demonstratives(
    some: Sequence[Token], inside: Sequence[Mention], turns: Sequence[Turn]
) -> Iterator[_Change]:
    """What "that ship" and "this" mean; a change to nothing where it is not known."""
    for at, token in enumerate(some):
        if token.low not in ("that", "this", "these", "those"):
            continue
        noun = next((one for one in inside if one.start == token.start), None)
        ours = token.low != "that" and at + 1 < len(some) and kind_of(some[at + 1].low) == "time"
        if ours:  # "these days", "this year's harvest"
            continue
        if noun and noun.kind == "time":
            time, before = turns[-1].time, some[at - 1] if at else token
            if time and before.low in ("at", "in", "on"):
                yield _Change(before.start, noun.end, _at_time(time))
            elif time:
                yield _Change(token.start, noun.end, time)
        elif noun:
            found = alike(noun, turns)
            yield _Change(token.start, noun.end, found.text if found else "")
        elif _is_alone(some, at) and not parted(some[:at], said=False):
            event = best("it", turns) if token.low in ("that", "this") else best("they", turns)
            known = event if event and (event.kind == "event" or event.plural) else None
            yield _Change(token.start, token.end, known.text if known else "")


def _is_alone(some: Sequence[Token], at: int) -> bool:
    """Whether a demonstrative is a pronoun: "Why did that happen?", not "say that prices rose"."""
    before = some[at - 1] if at else None
    after = some[at + 1] if at + 1 < len(some) else None
    ends = after is None or not after.word or after.verb or after.low in lx.AUXILIARIES
    if before is None or not ends:
        return False
    if before.low in ("do", "done", "be", "been"):
        return False  # "What did she do that made her famous?"
    return before.low in lx.AUXILIARIES | lx.PREPOSITIONS or before.verb


def _linked(question: str, turns: Sequence[Turn], changes: Sequence[_Change]) -> list[_Change]:
    """Names for the bare nouns of a question, in brackets: "the company (Volkswagen)"."""
    said = " ".join([question, *(one.text for one in changes)]).lower()
    found: list[_Change] = []
    for noun in mentions(question):
        if not is_bare(noun) or noun.kind == "time":
            continue
        meant = alike(noun, turns)
        if meant is None:
            continue
        words = set(content(meant.text)) - {stem(noun.head)}
        if words <= set(content(said)):
            continue
        if noun.head in meant.text.lower().split():
            found.append(_Change(noun.start, noun.end, meant.text))
        else:
            found.append(_Change(noun.end, noun.end, f" ({meant.text})"))
    return found


def _context(question: str, turns: Sequence[Turn], known: str = "") -> _Change:
    """What the question before was about, put behind this one.

    Args:
        known: what the question is to say anyway.
    """
    end = len(question.rstrip(" ?.!"))
    turn = turns[-1]
    topics = topics_of(turn, question)
    texts = [one.text for one in topics]
    if turn.time and not any(turn.time in text for text in [*texts, question, known]):
        texts.append(turn.time)
    last = tokens(question[:end])[-1]
    if len(texts) == 1 and topics and topics[0].kind in ("event", "place", "group"):
        before = topics[0].before
        if before in ("in", "at", "on", "during") and last.low not in lx.PREPOSITIONS:
            return _Change(end, end, f" {before} {texts[0]}")
    words = ", ".join(texts)
    if not topics or is_untold(turn, [*texts, question]):
        words = turn.question.rstrip(" ?.!")
    return _Change(end, end, f" ({words})")
