"""Whether a question without a pronoun says too little to be asked on its own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.conversation import lexicon as lx
from rag.conversation.antecedents import Turn
from rag.conversation.empty import is_empty
from rag.conversation.mentions import Mention, kind_of, mentions
from rag.conversation.nouns import UNIQUE, is_bare, same_kind, same_noun
from rag.conversation.tokens import Token, tokens
from rag.conversation.topics import is_untold, telling_words
from rag.conversation.turns import stem

_WEAK = frozenset(
    "else other others another one ones same also too then again latter former".split()
)
_TIMELESS = frozenset("invent invented discover discovered invention".split())


def is_incomplete(question: str, turns: Sequence[Turn], connected: bool) -> bool:
    """Whether a question speaks of nothing by name, and of something that was named before."""
    some, inside = tokens(question), mentions(question)
    if any(one.name for one in inside):
        return False
    if any(one.number or one.low in lx.COUNTRIES for one in some):
        return False
    if any(one.low == "it" and is_empty(question, one.start) for one in some):
        return False
    telling = telling_words(some)
    if not telling or (_counts_nothing(some) and len(telling) < 2):
        return True
    if _asks_of_what(some, turns[-1]):
        return True
    # "How many cars were hurt?" is about a certain event, "How many planets exist?" is not.
    past = any(one.low in ("was", "were", "had", "did") or _is_past(one) for one in some)
    if connected and (past or any(is_bare(one) for one in inside)):
        return True
    asked = next((one for one in inside if one.asked), None)
    if asked and all(asked.start <= one.start < asked.end for one in telling):
        return past or asked.kind in ("person", "group", "place")
    rest = [one for one in telling if not asked or one.start > asked.end]
    if len(rest) < 2 and past and any(is_bare(one) for one in inside):
        return _TIMELESS.isdisjoint(one.low for one in some)
    return len(telling) < 3 and _speaks_of_known(some, inside, turns, len(telling))


def _speaks_of_known(
    some: Sequence[Token],
    inside: Sequence[Mention],
    turns: Sequence[Turn],
    telling: int,
) -> bool:
    """Whether it has a word such as "else", or a "the trial" that was spoken of.

    Args:
        telling: how many words say what it is about.
    """
    if telling < 2 and any(one.low in _WEAK for one in some):
        return True
    bare = [one for one in inside if is_bare(one)]
    said = {stem(one.low) for text in turns[-1].evidence for one in tokens(text)}
    if any(stem(one.head) in said or same_noun(one, turns) for one in bare):
        return True
    return telling < 2 and any(same_kind(one, turns) for one in bare)


def _asks_of_what(some: Sequence[Token], turn: Turn) -> bool:
    """ "Who was the captain?": of what was said before."""
    words = [one for one in some if one.word]
    low = [one.low for one in words]
    copula = len(low) in (4, 5) and low[1] in ("is", "was", "are", "were") and low[2] == "the"
    if not copula or words[-1].verb or low[-1] in UNIQUE:
        return False
    if lx.is_superlative(low[3]) and kind_of(low[-1]) == "place" and not _has_places(turn):
        return False  # "What is the largest ocean?": penicillin has none
    return low[0] in ("who", "what", "where", "when")


def _has_places(turn: Turn) -> bool:
    """Whether a turn may have spoken of a place, or of what has places."""
    known = [*turn.mentions, *(one.mention for one in turn.antecedents)]
    if any(one.name or one.kind not in ("thing", "time") for one in known):
        return True
    countries = any(one.low in lx.COUNTRIES for one in turn.tokens)
    named = any(
        re.search(rf"\w,? {re.escape(one.text.title())}\b", text)
        for one in known
        for text in turn.evidence
    )
    return countries or named or is_untold(turn, [one.text for one in known])


def _counts_nothing(some: Sequence[Token]) -> bool:
    """ "How many were hurt?": how many of whom was said before."""
    words = [one.low for one in some[:3]]
    return (
        words[:1] == ["how"]
        and words[1:2] in (["many"], ["much"])
        and (words[2:] != [] and (words[2] in lx.AUXILIARIES or words[2] in lx.VERBS))
    )


def _is_past(token: Token) -> bool:
    return token.verb and (token.low.endswith("ed") or token.low in lx.IRREGULAR_PAST)
