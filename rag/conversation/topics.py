"""What a question is about: the words that tell it, and the largest things that it spoke of."""

from __future__ import annotations

from collections.abc import Sequence

from rag.conversation import lexicon as lx
from rag.conversation.antecedents import Turn, owned
from rag.conversation.mentions import LONGEST, Mention
from rag.conversation.tokens import Token
from rag.conversation.turns import content, stem

TOPICS = 3

_VAGUE = (
    lx.SIDES
    | lx.TIMES
    | frozenset(
        "people person man woman child men women children thing someone member victim winner owner "
        "author capital mayor leader evidence detail place country city point case problem way "
        "reaction response consequence difference advantage main first next last third fourth "
        "fifth final more board".split()
    )
)


def telling_words(some: Sequence[Token]) -> list[Token]:
    """The words that could say by themselves what a question is about."""
    first = some[0] if some and some[0].low in lx.VERBS else None  # "Tell me more"
    return [
        one
        for one in some
        if one.word
        and one is not first
        and not (one.low in lx.FUNCTION or _is_participle(one.low))
        and not (one.verb and (one.low in lx.VERBS or not one.main))
        and lx.singular(one.low) not in _VAGUE
    ]


def _is_participle(word: str) -> bool:
    return len(word) > 4 and word.endswith(("ed", "est", "ier"))


def topics_of(turn: Turn, question: str) -> list[Mention]:
    """The largest things that a turn spoke of, but for those that the question has itself."""
    chosen: list[Mention] = []
    ends = 0
    own = set(content(question))
    for one in turn.mentions:
        inner = one.side and any(one.start < other.start < one.end for other in turn.mentions)
        if one.end <= ends or inner or (set(content(one.text)) <= own):
            continue
        if one.asked or one.text.isdigit():
            continue
        ends = one.end
        chosen.append(owned(one, turn))
    return [
        one
        for one in chosen[:TOPICS]
        if not any(one.text in other.text for other in chosen if other is not one)
    ]


def is_untold(turn: Turn, texts: Sequence[str]) -> bool:
    """Whether a turn may have named more: "what happened in chernobyl", without its capital."""
    if len(turn.question.split()) > LONGEST:
        return False
    asked = [one.text for one in turn.mentions if one.asked]
    said = {word for text in [*texts, *asked] for word in content(text)}
    plain = [
        one for one in telling_words(turn.tokens) if not (one.proper or one.number or one.main)
    ]
    return any(stem(one.low) not in said for one in plain if not one.low.endswith(("ing", "ly")))
