"""Whether a pronoun means something that its own question says."""

from __future__ import annotations

from collections.abc import Sequence

from rag.conversation import lexicon as lx
from rag.conversation.antecedents import PARTS, Part, fit
from rag.conversation.empty import is_empty
from rag.conversation.mentions import Mention
from rag.conversation.tokens import Token

FITS = 0.5  # from this on something inside the question is taken for what a pronoun means

_OWNING = frozenset("his her its their".split())
_OBJECTS = frozenset("him her it them".split())
_SUBORDINATORS = frozenset(
    "that when if because after before while although though since until whether as who which "
    "where why how and or but so than".split()
)
_FRONTED = frozenset("when if because after before while although though since until as".split())


def points_out(question: str, some: Sequence[Token], at: int, inside: Sequence[Mention]) -> bool:
    """Whether a pronoun means something that the question doesn't say itself."""
    part = PARTS[some[at].low]
    if part == "it" and is_empty(question, some[at].start):
        return False
    if part == "there":
        return not _is_existential(some, at) and not any(
            fit(part, one) >= 0.9 and one.end <= some[at].start for one in inside
        )
    clause = at > 0 and some[at - 1].low in _FRONTED
    if some[at].low == "they" and clause and any(one.name for one in inside):
        return False  # "What did Parks say when they arrested her?": nobody in particular
    if part in ("he", "she") and question.islower() and _may_be_named(some, at):
        return False
    if any(_means(some, at, one, part) for one in inside):
        return False
    return not _means_who(some, at, part)


def _may_be_named(some: Sequence[Token], at: int) -> bool:
    """Whether somebody typed a name in small letters before: "who is rosaline and is she …"."""
    named = [
        place
        for place, one in enumerate(some[:at])
        if one.word and one.low not in lx.FUNCTION and not one.verb
    ]
    end = at - 1 if is_object(some, at) else at  # no clause begins with "before him"
    return bool(named) and (is_owning(some, at) or parted(some[named[0] + 1 : end], said=False))


def _means(some: Sequence[Token], at: int, mention: Mention, part: Part) -> bool:
    """Whether a pronoun can mean something in its own question."""
    if fit(part, mention) < FITS:
        return False
    if mention.start > some[at].start:
        return _is_ahead(some, at, mention)
    if mention.end > some[at].start:
        return False  # it is part of it: "her book"
    between = [one for one in some if mention.end <= one.start < some[at].start]
    after = some[at + 1] if at + 1 < len(some) else None
    subject = after is not None and (after.verb or after.low in lx.AUXILIARIES)
    if is_object(some, at):
        parts = _says(between) or parted(between[:-1], said=False)
    else:
        parts = parted(between if subject else between[:-1]) or parted(between, said=False)
    if parts:
        return True
    owner = (bool(between) and between[0].text in ("'", "’")) or _owns(some, mention)
    if at and some[at - 1].low in lx.AUXILIARIES - {"has", "have", "had"}:
        return owner  # "which speech did he": the subject is not what is asked for
    return some[at].low not in _OBJECTS or is_owning(some, at) or owner


def is_object(some: Sequence[Token], at: int) -> bool:
    """Whether a pronoun can be no subject: "Who was king before him?"."""
    after = some[at + 1] if at + 1 < len(some) else None
    ends = after is None or not after.word or after.low in lx.PREPOSITIONS
    return some[at].low in _OBJECTS and ends


def _says(between: Sequence[Token]) -> bool:
    """Whether somebody says what has a verb of its own: not in "say about it"."""
    said = next((at for at, one in enumerate(between) if one.low in lx.SAYING), len(between))
    return any(one.verb or one.low in lx.AUXILIARIES for one in between[said + 1 :])


def _owns(some: Sequence[Token], mention: Mention) -> bool:
    return any(one.owner and one.start < mention.end <= one.end for one in some)


def parted(between: Sequence[Token], *, said: bool = True) -> bool:
    """Whether a clause begins between a noun and a pronoun."""
    begins = any(one.low in _SUBORDINATORS or one.text in ",;:" for one in between)
    return begins or (said and any(one.low in lx.SAYING for one in between))


def _is_ahead(some: Sequence[Token], at: int, mention: Mention) -> bool:
    """Whether a pronoun comes before what it means: "When he was young, where did Mozart live?"."""
    subject = _before(some, mention.start)
    inverted = subject is not None and subject.low in lx.AUXILIARIES
    comma = any(one.text == "," and some[at].start < one.start < mention.start for one in some)
    first = some[0].low
    before = first in lx.PREPOSITIONS or first == "according"
    if comma and (first in _FRONTED or (before and is_owning(some, at))):
        return inverted
    asked = first in lx.WH or (first in lx.PREPOSITIONS and some[1].low in lx.WH)
    if not asked or not is_owning(some, at):
        return False
    verbs = [one for one in some[:at] if one.low in lx.AUXILIARIES or one.verb]
    return not verbs and (inverted or mention.plural)


def _before(some: Sequence[Token], start: int) -> Token | None:
    before = [one for one in some if one.start < start and one.low != "the"]
    return before[-1] if before else None


def is_owning(some: Sequence[Token], at: int) -> bool:
    if some[at].low not in _OWNING:
        return False
    after = some[at + 1] if at + 1 < len(some) else None
    return bool(after and after.word and (after.low not in lx.FUNCTION or after.low == "own"))


def _means_who(some: Sequence[Token], at: int, part: Part) -> bool:
    """Whether it means the "who" of the question: "Who said that he would resign?"."""
    if part in ("it", "there"):
        return False
    who = next((place for place, one in enumerate(some[:at]) if one.low in ("who", "whose")), None)
    if who is None:
        return False
    between = some[who + 1 : at]
    if some[at].low in _OBJECTS and not is_owning(some, at):  # "Who came after her?"
        another = any(one.proper or one.low in lx.ARTICLES - {"that"} for one in between)
        return another and parted(between)
    return parted(between) or (part == "they" and is_owning(some, at))


def _is_existential(some: Sequence[Token], at: int) -> bool:
    """The "there" of "Are there any?", which is no place."""
    near = {one.low for one in some[max(0, at - 1) : at + 2]} - {"there"}
    if near.isdisjoint(("is", "are", "was", "were", "be", "been", "has", "have")):
        return False
    last = all(not one.word for one in some[at + 1 :])
    return not last or any(one.low in ("many", "much") for one in some[:at])
