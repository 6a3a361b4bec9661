"""What a noun stands for that was spoken of before: "the alliance", "that ship"."""

from __future__ import annotations

from collections.abc import Sequence

from rag.conversation import lexicon as lx
from rag.conversation.antecedents import Antecedent, Turn
from rag.conversation.mentions import Mention, gender_of

UNIQUE = frozenset(
    "sun moon earth world internet sky universe weather future past sea pope web".split()
)
_ANYBODY = frozenset("person man woman boy girl author leader politician".split())
_ALIKE = tuple(
    frozenset(words.split())
    for words in (
        "law bill act legislation rule ban measure decree reform treaty",
        "ship boat vessel ferry yacht tanker cruiser freighter submarine liner",
        "plane aircraft jet airliner helicopter flight",
        "book novel story work biography memoir",
        "film movie documentary",
        "car vehicle truck bus train",
        "animal species bird insect fish",
        "picture painting photo photograph image portrait",
    )
)


def is_bare(mention: Mention) -> bool:
    """Whether it is a "the alliance", which says not which one."""
    words = mention.text.lower().split()
    few = len(words) in (2, 3) and mention.text == mention.core
    return few and words[0] == "the" and words[-1] not in UNIQUE and not mention.name


def alike(noun: Mention, turns: Sequence[Turn]) -> Mention | None:
    """What was spoken of under this noun, one like it, or at least one of its kind."""
    return same_noun(noun, turns) or same_kind(noun, turns)


def same_noun(noun: Mention, turns: Sequence[Turn]) -> Mention | None:
    """What was last spoken of under this noun or one that is used for it."""
    wanted = lx.singular(noun.head)
    for turn in reversed(turns):
        for one in turn.antecedents:
            head = lx.singular(one.noun)
            if head == wanted or any({head, wanted} <= words for words in _ALIKE):
                return one.mention
    return None


def same_kind(noun: Mention, turns: Sequence[Turn]) -> Mention | None:
    """What was last spoken of that is of its kind, where that is one that tells."""
    if noun.kind in ("thing", "unknown"):
        return None
    known = [one for turn in reversed(turns) for one in turn.antecedents]
    every = [
        one.mention
        for one in known
        if noun.kind != "person" or _may_be_called(one.mention, noun, known)
    ]
    some = [one for one in every if one.plural == noun.plural]
    same = [one for one in some if one.kind == noun.kind]
    unsure = [one for one in some if one.name and one.kind in ("unknown", "thing")]
    return next(iter(same or (unsure if noun.kind == "group" else [])), None)


def _may_be_called(person: Mention, noun: Mention, known: Sequence[Antecedent]) -> bool:
    """Whether the same person may go by this noun: a king is no prime minister."""
    old = {lx.singular(one.noun) for one in known if one.mention.text == person.text}
    if person.name:
        old.discard(lx.singular(person.head))
        if {gender_of(person.text), gender_of(noun.text)} == {"he", "she"}:
            return False
        if not old.difference(_ANYBODY):
            return True
    new = lx.singular(noun.head)
    return new in old or new in _ANYBODY
