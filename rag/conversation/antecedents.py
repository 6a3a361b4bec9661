"""What an earlier turn of a conversation leaves to be spoken of, the likeliest first.

Three things speak for an antecedent: that it fits the pronoun (a person for "she", several for
"they"), that the question before asked for it, and that it is recent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from rag.conversation import lexicon as lx
from rag.conversation.mentions import (
    LONGEST,
    Kind,
    Mention,
    determines,
    gender_of,
    kind_of,
    mentions,
)
from rag.conversation.names import named, new_names, titled
from rag.conversation.tokens import Token, tokens
from rag.conversation.turns import Exchange, content

Part = Literal["he", "she", "it", "they", "there"]

FOCUS = 3.0  # salience of what the question asked for, by the name that the answer gives it
DESCRIBED = 2.6  # the same in the question's words
COUNTED = 1.6  # of what the question only asked the number of
SPOKEN = 2.0  # of what the question spoke of
LATER = 0.15  # less for each thing that it spoke of before
INSIDE = 0.3  # less for what is only a part of a phrase
ABOUT = 0.3  # more for what was asked about
ANSWERED = 0.9  # of other names in the answer
TOLD = 0.7  # of other things in it
CALLED = 2.0  # as much likelier, if the user said "she" of somebody before
FADING = 0.6  # for each turn back
EVENTFUL = 0.35  # fit of "it" for several that are one event: "the riots"
LEAST = 0.6  # worth: what is less likely isn't meant; "they" may be nobody in particular


_FORMS: tuple[tuple[Part, frozenset[str]], ...] = (
    *(("he", lx.HE), ("she", lx.SHE), ("it", lx.IT), ("they", lx.THEY)),
    ("there", frozenset({"there"})),
)
PARTS = {word: part for part, words in _FORMS for word in words}

_COPULA = r"(?:['’]s|\s+(?:is|are|was|were))\s+"
_DEFINED = re.compile(rf"(?:who|what){_COPULA}(?P<rest>.+?)[?.!\s]*", re.IGNORECASE)
_OF_WHAT = re.compile(r"what (?:(?:has )?happened (?:to|with)|(?:has become|became) of)\b", re.I)
_QUOTED = re.compile(r"(?:^|\s)[\"“‘'](?P<quoted>[^\"“”‘]+?)[\"”’'](?=\W|$)")


@dataclass(frozen=True, slots=True)
class Antecedent:
    """Something that may be meant, and how present it is in the conversation.

    Attributes:
        noun: the common noun for it, if the question had one: "ship" for the Aurelia.
    """

    mention: Mention
    salience: float
    noun: str


class Turn(Exchange):
    """A turn, and what it leaves to be spoken of."""

    @cached_property
    def antecedents(self) -> list[Antecedent]:
        return sorted(_antecedents(self), key=lambda one: -one.salience)


def fit(part: Part, mention: Mention) -> float:
    """How well a pronoun can stand for something, from 0 to 1."""
    kind = mention.kind
    if kind == "time":
        return 0.0
    if part == "they":
        return _fit_they(mention)
    if part == "there":
        known = {"place": 1.0, "group": 0.5, "event": 0.5, "unknown": 0.4}
        return known.get(kind, 0.3 if mention.name and kind == "thing" else 0.0)
    if mention.plural:
        return EVENTFUL if part == "it" and kind == "event" else 0.0
    if part == "it":
        if kind == "person":
            return 0.25 if mention.name and not mention.sure else 0.0
        return {"place": 0.7, "unknown": 0.6}.get(kind, 0.9)
    if gender_of(mention.text) not in ("", part):
        return 0.0
    if mention.name:
        return {"person": 1.0 if mention.sure else 0.9, "unknown": 0.6}.get(kind, 0.0)
    return 0.8 if kind == "person" else 0.0


def _fit_they(mention: Mention) -> float:
    if mention.plural:
        return 1.0
    return {"group": 0.6, "person": 0.3, "place": 0.1, "unknown": 0.35}.get(mention.kind, 0.0)


def best(
    part: Part,
    turns: Sequence[Turn],
    taken: Sequence[str] = (),
    favour: Mapping[Kind, float] | None = None,
) -> Mention | None:
    """What a pronoun most likely stands for; None if nothing fits.

    Args:
        taken: the texts of what other pronouns of the question stand for.
        favour: how much likelier than usual the question makes some kinds.
    """
    favour = favour or {}
    chosen: Mention | None = None
    most = LEAST if part == "they" else 0.0
    for back, turn in enumerate(reversed(turns)):
        for one in turn.antecedents:
            worth = one.salience * fit(part, one.mention) * FADING**back
            worth *= favour.get(one.mention.kind, 1.0)
            if part in ("he", "she") and _was_called(one.mention, part, turns):
                worth *= CALLED
            if worth <= most or _is_taken(one.mention, taken):
                continue
            if part in ("he", "she") and _gender(one, turns) not in ("", part):
                continue
            chosen, most = one.mention, worth
    return _in_full(chosen, turns) if chosen else None


def _was_called(mention: Mention, part: Part, turns: Sequence[Turn]) -> bool:
    """Whether an earlier question had this pronoun for somebody."""
    return any(
        mention.text in turn.question
        and mention.text not in turn.answer.question
        and any(PARTS.get(token.low) == part for token in tokens(turn.answer.question))
        for turn in turns
    )


def _is_taken(mention: Mention, taken: Sequence[str]) -> bool:
    return any(re.search(rf"\b{re.escape(mention.head)}\b", one, re.IGNORECASE) for one in taken)


def _in_full(mention: Mention, turns: Sequence[Turn]) -> Mention:
    """A surname becomes the full name, if only one was named, and a name gets its capitals back."""
    if mention.text.islower() and " " in mention.text:
        return _with_capitals(mention, turns)
    if not mention.name or " " in mention.text or mention.kind not in ("person", "unknown"):
        return mention
    pattern = rf"(?:[A-Z][\w'’-]+ ){{1,3}}{re.escape(mention.text)}\b"
    texts = [text for turn in turns for text in (turn.question, *turn.evidence)]
    fuller = {
        one.text
        for text in texts
        if re.search(pattern, text)
        for one in mentions(text)
        if one.name and one.kind == "person" and one.text.endswith(f" {mention.text}")
    }
    return replace(mention, text=(text := fuller.pop()), core=text) if len(fuller) == 1 else mention


def _with_capitals(mention: Mention, turns: Sequence[Turn]) -> Mention:
    """What somebody typed in small letters, as a name if the evidence has it as one."""
    typed = re.compile(rf"\b{re.escape(mention.text)}\b", re.IGNORECASE)
    for text in (text for turn in turns for text in turn.evidence):
        for match in typed.finditer(text):
            if all(word[0].isupper() for word in match[0].split()):
                return replace(mention, text=match[0], core=match[0])
    return mention


def _gender(one: Antecedent, turns: Sequence[Turn]) -> str:
    """Which pronoun the evidence has for a person."""
    mention = one.mention
    if known := gender_of(one.noun) or gender_of(mention.text):
        return known
    after = re.compile(
        rf"\b{re.escape(mention.head)}\b(?: [a-z][\w-]*){{0,5}}? (he|she|his|her|him)\b",
        re.IGNORECASE,
    )
    found = [
        match[1].lower()
        for turn in turns
        for text in turn.evidence
        if mention.head in text.lower()
        for match in after.finditer(text)
    ]
    women = sum(one in lx.SHE for one in found)
    if 2 * women == len(found):
        return ""
    return "she" if 2 * women > len(found) else "he"


# What a turn leaves


def _antecedents(turn: Turn) -> Iterator[Antecedent]:
    focus = _focus(turn)
    name = named(turn, focus) if focus else titled(turn)
    noun = focus.head if focus else ""
    if name:
        yield Antecedent(name, FOCUS, noun)
    elif focus and focus.text:
        counted = turn.tokens[0].low == "how"
        yield Antecedent(focus, COUNTED if counted else DESCRIBED, noun)
    spoken = [
        owned(one, turn) for one in turn.mentions if not one.asked and (one.plural or not one.side)
    ]
    if turn.tokens[0].low in ("where", "where's"):
        spoken = [_placed(one, turn) for one in spoken]
    spoken = _defined(turn, spoken) + _quoted(turn) + spoken
    ends = place = 0
    for mention in spoken:
        inside = INSIDE if mention.end < ends else 0.0
        if mention.end > ends:
            ends, place = mention.end, place + 1
        topic = ABOUT if mention.before == "about" else 0.0
        yield Antecedent(mention, SPOKEN - LATER * place - inside + topic, mention.head)
    for mention in new_names(turn):
        yield Antecedent(mention, ANSWERED, mention.head)
    known = set(content(turn.question))
    for mention in mentions(turn.said):
        first = mention.text.split(maxsplit=1)[0].lower()
        definite = first == "the" or (mention.plural and first not in lx.POSSESSIVES)
        if definite and not mention.name and not set(content(mention.core)) <= known:
            yield Antecedent(_inside(mention), TOLD, mention.head)


def _defined(turn: Turn, spoken: Sequence[Mention]) -> list[Mention]:
    """The "X" of "What is X?", also where nothing tells that X is a name."""
    match = _DEFINED.fullmatch(turn.question)
    if not match or len(match["rest"].split()) > 4 or any(one.side for one in turn.mentions):
        return []
    start, end = match.span("rest")
    if any(one.start <= start + 4 and one.end >= end for one in spoken):
        return []
    person = turn.tokens[0].low in ("who", "who's")
    head = match["rest"].split()[-1].lower()
    kind = "person" if person else kind_of(head)
    text = match["rest"]
    some = tokens(text)
    # "Who was arrested?" names nobody, "who is rose mcgowan" does.
    if any(one.verb for one in some) and (not person or all(one.verb for one in some)):
        return []
    plural = turn.tokens[1].low in ("are", "were") and lx.is_plural(head)
    return [
        Mention(text, start, end, head, kind, True, name=person, plural=plural, core=text),
    ]


def _quoted(turn: Turn) -> list[Mention]:
    return [
        Mention(f"“{m['quoted']}”", *m.span(), m["quoted"], "thing", True, core=f"“{m['quoted']}”")
        for m in _QUOTED.finditer(turn.question)
    ]


def _inside(mention: Mention) -> Mention:
    """A phrase without the capital that it had from the beginning of a sentence."""
    low = mention.text[:1].lower()
    return replace(mention, text=low + mention.text[1:], core=low + mention.core[1:])


def _placed(mention: Mention, turn: Turn) -> Mention:
    """The "X" of "Where is X?", which is a place if it isn't a person."""
    at = next((at for at, one in enumerate(turn.tokens) if one.start >= mention.start), 0)
    copula = at in (1, 2, 3) and turn.tokens[1].low in ("is", "are", "was", "lies")
    ends = turn.question[mention.end :].strip(" ?") == ""
    place = copula and ends and mention.kind != "person"
    return replace(mention, kind="place") if place else mention


def owned(mention: Mention, turn: Turn) -> Mention:
    """ "its sales" in the question's own words: "the firm's sales"."""
    first, _, rest = mention.text.partition(" ")
    part = PARTS.get(first.lower())
    if mention.name or part is None:
        return mention
    fitting = (one for one in turn.mentions if one.end < mention.start and fit(part, one) >= 0.5)
    owner = next(fitting, None)
    if owner is None:
        return mention
    core = mention.core.partition(" ")[2]
    ending = "’" if owner.plural else "'s"
    return replace(
        mention, text=f"{owner.core}{ending} {rest}", core=f"{owner.core}{ending} {core}"
    )


def possessive(mention: Mention) -> str:
    """ "the mayor of Lenndorf's" and "the trial's", without what else hangs on its noun."""
    named = re.search(r" of (?:the )?[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*$", mention.text)
    text = mention.text if named else mention.core or mention.text
    return f"{text}’" if mention.plural and text.endswith("s") else f"{text}'s"


def _focus(turn: Turn) -> Mention | None:
    """What the question asked for, in its own words: "the ship", "the person who wrote …"."""
    some = turn.tokens
    first = next((one for one in turn.mentions if one.asked), None)
    if first and some and first.start <= some[min(1, len(some) - 1)].start:
        return _chosen(turn, first)
    if some and some[0].low in ("who", "who's") and len(some) > 2:
        return _person(turn)
    return _what(turn)


def _what(turn: Turn) -> Mention | None:
    """ "What was stolen in 1911?": just that. Of "What did he steal?" only a name can be known."""
    some = turn.tokens
    if len(some) < 3 or some[0].low not in ("what", "what's"):
        return None
    match = _DEFINED.fullmatch(turn.question)
    if match:
        whole = next((m for m in turn.mentions if m.start == match.start("rest")), None)
        if whole and not (whole.name or whole.side) and whole.text != whole.core:
            return whole
    rest = turn.question.strip(" ?")
    if _OF_WHAT.match(rest):
        return None
    subject = some[1].verb or (some[1].low in ("is", "was") and some[2].verb)
    if subject and len(rest.split()) <= LONGEST:
        text = f"{rest[:1].lower()}{rest[1:]}"
        return Mention(text, 0, len(rest), "what", "thing", True, core=text)
    if some[1].low in ("did", "does", "do") and any(
        one.start > some[1].end for one in turn.mentions
    ):
        return Mention("", 0, 0, "what", "thing")
    return None


def _chosen(turn: Turn, asked: Mention) -> Mention | None:
    """ "Which bank was robbed in 1990?": the bank that was robbed in 1990."""
    words = re.sub(r"^(?:which|what|whose|how many|how much)\s+", "", asked.text, flags=re.I)
    if asked.kind == "time" or words == asked.text or asked.text.lower().startswith("how much"):
        return None
    after = [one for one in turn.tokens if one.start >= asked.end]
    rest = _main_clause(turn.question[asked.end :].strip(" ?"))
    relative = "who" if asked.kind == "person" else "that"
    text = f"the {words}"
    if after and not _inverted(after) and len(rest.split()) <= LONGEST:
        text = f"{text} {relative} {rest}"
    return replace(asked, text=text, core=f"the {words}", asked=False)


def _main_clause(text: str) -> str:
    """Without "when …" and the like, if enough is left to know the thing by."""
    main = re.split(r",? (?:when|while|after|before|because|although) ", text, maxsplit=1)[0]
    return main if len(content(main)) > 1 else text


def _inverted(after: Sequence[Token]) -> bool:
    """Whether a verb stands before its subject: "which ship did she …"."""
    if after[0].low in lx.HELPERS - {"will", "would", "can", "could", "may", "might", "must"}:
        return True
    if after[0].low not in lx.AUXILIARIES or len(after) < 2:
        return False
    if after[0].low in ("has", "have", "had"):  # "which firm had the boss left", "had a loss"
        return any(one.verb for one in after[2:])
    return determines(after, 1) or after[1].proper or after[1].low in lx.PRONOUNS


def _person(turn: Turn) -> Mention | None:
    """ "Who wrote the letter?": the person who wrote the letter."""
    some = turn.tokens
    copula = some[1].low in ("is", "was") or some[0].low == "who's"
    start = some[2 if some[0].low == "who" else 1].start
    if copula:
        whole = next((one for one in turn.mentions if one.start <= start + 4 < one.end), None)
        if whole and whole.name:
            return None  # it is known
        if whole:
            return replace(whole, kind="person", sure=True, plural=False)
    if some[1].low in lx.HELPERS or (some[1].low in ("are", "were") and _inverted(some[1:])):
        return None
    rest = _main_clause(turn.question[some[1].start :].strip(" ?"))
    if len(rest.split()) > LONGEST:
        return None
    text = f"the person who {rest}"
    return Mention(text, 0, len(turn.question), "person", "person", True, core=text)
