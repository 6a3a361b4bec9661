"""Follow-ups that are no sentence: "Why?", "And in 2024?", "What about Germany?".

They are completed from the question before: what they ask or name takes the place of its like.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.conversation import lexicon as lx
from rag.conversation.antecedents import PARTS, Part, Turn, best, possessive
from rag.conversation.mentions import Mention, kind_of, mentions, times
from rag.conversation.pronouns import is_owning
from rag.conversation.tokens import Token, tokens

SHORT = 8  # words: without a known verb in it, a longer one is a sentence all the same
TELLING = 5  # from so many words on, a "What about …?" with a name stands on its own

_ABOUT = re.compile(r"(?:what|how) about\b\s*", re.IGNORECASE)
_WHO_IS = re.compile(r"who (?:is|was) ", re.IGNORECASE)
_ADVERBS = frozenset(("when", "where", "why", "how"))
_AFTER_WH = frozenset("not so else exactly then long often far much many old big high fast".split())
_MEANT: dict[str, Part] = {"him": "he", "her": "she", "it": "it", "them": "they", "there": "there"}


def is_fragment(text: str, connected: bool) -> bool:
    """Whether a question has no verb of its own.

    Args:
        connected: an "and" stood before it.
    """
    some = [one for one in tokens(text) if one.word]
    if _ABOUT.match(text):
        telling = len(some) - 2 >= TELLING and any(one.name for one in mentions(text))
        return not telling
    if not 0 < len(some) <= SHORT or any(_is_verb(some, at) for at in range(len(some))):
        return False
    meant = any(one.low in _MEANT and not is_owning(some, at) for at, one in enumerate(some))
    if some[0].low in lx.CONTRACTED or (len(some) > 2 and meant):
        return False
    if _asks(some):
        return True
    # Words alone, without a question mark, are a search of their own.
    few = len(some) < 4 or some[0].low in lx.ARTICLES
    begins = connected or some[0].low in lx.PREPOSITIONS or (few and text.rstrip().endswith("?"))
    return begins and not any(one.low in lx.WH for one in some)


def _is_verb(some: Sequence[Token], at: int) -> bool:
    """Whether a word is a verb where it stands: not that of "in may", nor of "last year"."""
    low = some[at].low
    if low == "may" and at and some[at - 1].low in lx.PREPOSITIONS:
        return False
    if low == "last" and at + 1 < len(some) and kind_of(some[at + 1].low) == "time":
        return False
    return some[at].verb or low in lx.AUXILIARIES


def _asks(some: Sequence[Token]) -> bool:
    """Whether it is a question word with next to nothing: "Why not?", "How many men?"."""
    rest = some[1:] if some[0].low in lx.PREPOSITIONS else some
    if not rest or rest[0].low not in lx.WH:
        return False
    if all(one.low in _AFTER_WH for one in rest[1:]):
        return True
    counts = len(rest) > 1 and rest[0].low == "how" and rest[1].low in ("many", "much")
    nouns = rest[2:] if counts else rest[1:]
    determines = counts or rest[0].low in ("which", "what", "whose")
    return determines and 0 < len(nouns) < 4 and nouns[-1].low not in lx.PREPOSITIONS


def completed(fragment: str, turns: Sequence[Turn]) -> str:
    """The question that a fragment stands for, after these turns."""
    rest = _ABOUT.sub("", fragment).strip(" ?.!")
    part = _MEANT.get(rest.lower())
    meant = best(part, turns) if part else None
    rest = meant.text if meant else rest
    turn = turns[-1]
    if owning := _owning(rest):
        return _owned(rest, owning, turns)
    some = tokens(rest)
    begin = 1 if some[0].low in lx.PREPOSITIONS else 0
    if len(some) > begin and some[begin].low in lx.WH:
        return _asked(rest, turn)
    if not any(one.name and one.start == 0 for one in mentions(rest)):
        rest = f"{rest[:1].lower()}{rest[1:]}"
    return _exchanged(rest, turn) or _joined(turn, f"what about {rest}")


def _owning(rest: str) -> Token | None:
    """The "her" of "her husband"."""
    some = tokens(rest)
    return next((one for at, one in enumerate(some) if is_owning(some, at)), None)


def _owned(rest: str, owning: Token, turns: Sequence[Turn]) -> str:
    """The question before, asked of what belongs to somebody or something in it."""
    turn, part = turns[-1], PARTS[owning.low]
    owner = best(part, turns)
    if owner is None or (part in ("he", "she") and owner.kind != "person"):
        return _joined(turn, f"what about {rest}")
    end = owning.start + len(owning.text)
    rest = f"{rest[: owning.start]}{possessive(owner)}{rest[end:]}"
    head = tokens(rest)[-1].low
    alike = owner.kind == kind_of(head) == "person" and not (owning.start or lx.is_plural(head))
    start = turn.question.find(owner.text)
    if alike and start >= 0:
        return f"{turn.question[:start]}{rest}{turn.question[start + len(owner.text) :]}"
    if alike and (who := _WHO_IS.match(turn.question)):
        return f"{who[0]}{rest}"
    return _joined(turn, f"what about {rest}")


def _joined(turn: Turn, more: str) -> str:
    return f"{turn.question.rstrip(' ?.!')}, and {more}?"


def _asked(words: str, turn: Turn) -> str:
    """The question before under another question word: "When was it built?", "Why?"."""
    some = turn.tokens
    low = f"{words[:1].lower()}{words[1:]}"
    if counted := _counted(low, turn):
        return counted
    if tokens(low)[-1].low in ("not", "so", "else", "then"):
        return _joined(turn, low)
    if low.split(maxsplit=1)[0] in _ADVERBS and some[0].low in lx.AUXILIARIES:
        return f"{low} {turn.question[:1].lower()}{turn.question[1:]}"
    verb = next((one for one in some if one.low in lx.AUXILIARIES), None)
    known = {one.low for one in some if verb and one.start < verb.start}
    if verb and some[0].low in _ADVERBS and known <= _ADVERBS | _AFTER_WH:
        return f"{low} {turn.question[verb.start :]}"
    return _joined(turn, low)


def _counted(low: str, turn: Turn) -> str:
    """ "How many women?" after "How many men were hurt?"."""
    asked = next((one for one in turn.mentions if one.asked), None)
    before = asked.text.lower().split() if asked else []
    after = low.split()
    if not asked or before[:2] != after[:2] or after[0] != "how" or len(after) < 3:
        return ""
    return f"{turn.question[: asked.start]}{low}{turn.question[asked.end :]}"


def _exchanged(rest: str, turn: Turn) -> str:
    """The question before with a time, a name or a noun put in the place of its like."""
    some = tokens(rest)
    before = some[0].low if some[0].low in lx.PREPOSITIONS else ""
    thing = rest[some[1].start :] if before and len(some) > 1 else rest
    question = turn.question
    if next(times(thing), "") == thing:
        return _timed(before, thing, question)
    found = mentions(rest)
    other = found[0] if found else None
    like = _like(other, before, turn) if other or before else None
    if like is None and before:
        return _placed(before, thing, turn) or f"{question.rstrip(' ?.!')} {rest}?"
    if like is None:
        return ""
    start = like.start - 4 if like.core.startswith("the ") and like.name else like.start
    return f"{question[:start]}{thing}{question[like.end :]}"


def _placed(before: str, thing: str, turn: Turn) -> str:
    """The question with a noun in the place of its like behind the same preposition."""
    some, kind = turn.tokens, kind_of(tokens(thing)[-1].low)
    for at, token in enumerate(some[:-1]):
        old = some[at + 1]
        if token.low == before and old.word and kind_of(old.low) == kind:
            return f"{turn.question[: old.start]}{thing}{turn.question[old.end :]}"
    return ""


def _timed(before: str, time: str, question: str) -> str:
    for known in reversed(list(times(question))):
        start = question.rindex(known)
        return f"{question[:start]}{time}{question[start + len(known) :]}"
    return f"{question.rstrip(' ?.!')} {before or 'in'} {time}?"


def _like(other: Mention | None, before: str, turn: Turn) -> Mention | None:
    """What of the question before a fragment takes the place of."""
    known = [one for one in turn.mentions if not one.asked]
    if before and (same := [one for one in known if one.before == before]):
        return same[-1]
    if other is None:
        return None
    if same := [one for one in known if one.name == other.name and one.kind == other.kind]:
        return same[-1]
    if not other.name or before:
        return None
    unsure = [
        one for one in known if one.name and ("unknown" in (one.kind, other.kind) or not one.sure)
    ]
    unsure.sort(key=lambda one: one.kind == "place")  # a name of any kind is one more seldom
    return unsure[0] if unsure else None
