"""Which name an answer gives to what its question asked for.

An answer may be one to something else, and it names many: so a name counts that stands beside the
noun of the question, or in an answer that has most of the question's words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from rag.conversation import lexicon as lx
from rag.conversation.mentions import Mention, mentions
from rag.conversation.tokens import tokens
from rag.conversation.turns import Exchange, content, stem

HELD = 0.4  # share of a question's words that an answer and its evidence have, if it is one to it
SHORT = 6  # words of an answer that is nothing but a name

_LINKS = frozenset(', : the is was called named titled entitled " “ ‘ -'.split())


def new_names(turn: Exchange, text: str | None = None) -> list[Mention]:
    """Names of the answer, or of its evidence, that are not in the question."""
    said = turn.said if text is None else text
    known = {token.low for token in turn.tokens}
    called = {token.low for token in turn.tokens[1:] if token.proper}
    found: dict[str, Mention] = {}
    for one in mentions(said):
        old = one.head in called or all(word in known for word in one.text.lower().split())
        if one.name and one.kind != "time" and not old and not _is_doubtful(one, said, turn):
            found.setdefault(one.text, one)
    return list(found.values())


def _is_doubtful(name: Mention, said: str, turn: Exchange) -> bool:
    """Whether it may be a common noun at the beginning of a sentence: "Fever and a rash"."""
    begins = said[: name.start].rstrip(' "“')[-1:] in ("", ".")
    if " " in name.text or name.sure or not begins:
        return False
    rest = tokens(said[name.end :])
    if not any(one.word for one in rest) or rest[0].verb:
        return False
    elsewhere = rf"\w,? {re.escape(name.text)}\b"
    return not any(re.search(elsewhere, text) for text in (turn.question, *turn.evidence))


def named(turn: Exchange, focus: Mention) -> Mention | None:
    """The name of what was asked for; none if the answer speaks of something else."""
    beside = _beside(lx.singular(focus.head), turn)
    if beside and not focus.plural and _may_be(beside, focus):
        return replace(beside, kind=focus.kind, sure=True, plural=False)
    if not _holds(turn):
        return None
    names = [one for one in new_names(turn) if _may_be(one, focus)]
    if not names:
        return None
    if focus.plural:
        return _several(turn, names, focus)
    if focus.head == "what" and names[0].kind in ("place", "time"):
        return None
    names.sort(key=lambda one: -(one.kind == focus.kind) - (one.sure and one.kind == focus.kind))
    return replace(names[0], kind=focus.kind, sure=True, plural=False)


def titled(turn: Exchange) -> Mention | None:
    """What a name was asked of, with this name: "the novel Dune"."""
    side = next((one for one in turn.mentions if one.head in lx.NAMED_BY and one.side), None)
    thing = next((one for one in turn.mentions if side and one.start > side.start), None)
    if thing is None or thing.name:
        return None
    name = _beside(lx.singular(thing.head), turn)
    if name is None and len(turn.said.split()) <= SHORT and _holds(turn):
        name = next(iter(new_names(turn)), None)
    text = f"{thing.core} {name.text}" if name else ""
    return replace(thing, text=text, core=text) if name else None


def _beside(noun: str, turn: Exchange) -> Mention | None:
    """The name next to a noun: "the cruise ship, Aurelia", "Dune is a novel"."""
    for text in turn.evidence:
        some = tokens(text)
        for name in new_names(turn, text):
            before = [one for one in some if one.end <= name.start][-4:]
            while before and before[-1].low in _LINKS:
                before.pop()
            after = [one.low for one in some if one.start >= name.end][:6]
            if before and lx.singular(before[-1].low) == noun:
                return name
            article = after[1] if len(after) > 2 and after[0] in (",", "is", "was") else ""
            if article in ("a", "an", "the") and noun in after[2:]:
                return name
    return None


def _several(turn: Exchange, names: Sequence[Mention], focus: Mention) -> Mention | None:
    for one, other in pairwise(names):
        if turn.said[one.end : other.start].strip() in ("and", "and the"):
            text = f"{one.text} and {other.text}"
            return replace(focus, text=text, core=text, name=True, head=other.head)
    return None


def _may_be(name: Mention, focus: Mention) -> bool:
    if focus.kind == "person":
        return name.kind in ("person", "unknown")
    if name.kind == "person":
        return not name.sure
    if focus.kind in ("place", "group", "event"):
        return name.kind in (focus.kind, "unknown", "thing") or focus.kind != "event"
    return not (name.sure and name.kind in ("place", "group", "event"))


def _holds(turn: Exchange) -> bool:
    """Whether the answer seems to be one to this question."""
    if turn.answer.abstained or not turn.said:
        return False
    if _does_the_same(turn) or all(len(text.split()) <= SHORT for text in turn.evidence):
        return True
    asked = content(turn.question)
    said = {stem(token.low) for text in turn.evidence[:3] for token in tokens(text)}
    return sum(word in said for word in asked) >= HELD * len(asked)


def _does_the_same(turn: Exchange) -> bool:
    """Whether the answer begins with a name and the question's verb: "Diab resigned in …"."""
    first = next(iter(mentions(turn.said)), None)
    if first is None or first.start > 4:
        return False
    verbs = {stem(one.low) for one in turn.tokens if one.verb}
    after = next((one for one in tokens(turn.said) if one.start >= first.end), None)
    return after is not None and stem(after.low) in verbs
