"""The turns of a conversation, and what words they share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from rag.answer import Answer
from rag.conversation import lexicon as lx
from rag.conversation.mentions import Mention, mentions, times
from rag.conversation.tokens import Token, tokens

_NAME = re.compile(r"(?<=[\w,;] )[A-Z][\w-]*|\b[A-Z][\w-]*(?= [A-Z])")  # or a part of one
_SMALL = re.compile(r"\b[a-z][\w-]*")
_AFTER_FIRST = re.compile(r"(?<=\s)[\w-]+")


@dataclass(frozen=True)
class Exchange:
    """A question, made whole, and its answer."""

    question: str
    answer: Answer

    @cached_property
    def mentions(self) -> list[Mention]:
        """What the question speaks of."""
        return mentions(self.question)

    @cached_property
    def tokens(self) -> list[Token]:
        return tokens(self.question)

    @cached_property
    def said(self) -> str:
        """The first claim, which is the one that answers most often."""
        return self.answer.claims[0].text if self.answer.claims else ""

    @cached_property
    def evidence(self) -> list[str]:
        claims = self.answer.claims
        return [one.text for one in claims] + [c.quote for one in claims for c in one.citations]

    @cached_property
    def time(self) -> str:
        """The time that it is about: the question's own, or the one that it asked for."""
        for found in times(self.question):
            return found
        asks = re.match(r"when\b|.*\bwh(?:at|ich) (?:year|day|month|date)\b", self.question, re.I)
        return next(times(self.said), "") if asks else ""


def cased(question: str, answer: Answer) -> str:
    """A question typed in small letters, its names with the capitals that its evidence gives them:
    what is a name and what isn't decides what a pronoun may mean."""
    if not question[1:].islower():
        return question
    quotes = " ".join(c.quote for claim in answer.claims for c in claim.citations)
    names = {name.lower(): name for name in _NAME.findall(quotes)}
    for word in _SMALL.findall(quotes):
        names.pop(word, None)
    return _AFTER_FIRST.sub(lambda found: names.get(found[0], found[0]), question)


def content(text: str) -> list[str]:
    """The stems of the words that say what a text is about."""
    return [stem(one.low) for one in tokens(text) if one.word and one.low not in lx.FUNCTION]


def stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)].rstrip("e")
    return word.rstrip("e")
