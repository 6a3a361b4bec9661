"""The words of a question, and which of them are verbs.

Lists know the commonest verbs. Where an auxiliary stands before its subject, one must follow the
subject, and its place tells it even if no list has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.conversation import lexicon as lx

OWNER = re.compile(r"(?:['’]s|(?<=s)['’])$")
_TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}|(?:Mr|Mrs|Ms|Dr|St|Prof|Gen|Sen|Gov|[A-Z])\.(?=\s)"
    r"|\d+(?:[.,:]\d+)*(?:st|nd|rd|th|s)?(?:[-–][^\W_]+)*"
    r"|[^\W_]+(?:[-'’.@&/–][^\W_]+)*(?:(?<=s)['’](?=\s))?|\S"
)
_SELVES = frozenset(("I", "I'm", "I'd", "I've", "I'll"))
_STOPS = lx.WH | frozenset(("and", "or", "but", "that", "if", "because", "while"))
_NOUNS = lx.PLACES | lx.EVENTS | lx.GROUPS  # "building" and "meeting" are no verbs


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a mark of punctuation, and where it stands.

    Attributes:
        main: its place tells that it is a verb: the "close" of "did the mayor close the bridge".
    """

    text: str
    start: int
    end: int
    main: bool = False

    @property
    def low(self) -> str:
        """In lower case, without the ending of a possessive or an abbreviation."""
        plain = self.text.casefold().replace("’", "'")
        return plain if plain in lx.CONTRACTED else re.sub(r"(?<=\w)(?:'s|'|\.)$", "", plain)

    @property
    def owner(self) -> bool:
        return bool(OWNER.search(self.text)) and self.low not in lx.CONTRACTED

    @property
    def word(self) -> bool:
        return self.text[0].isalnum()

    @property
    def number(self) -> bool:
        return self.text[0].isdigit()

    @property
    def year(self) -> bool:
        return bool(re.fullmatch(r"(?:1\d|20)\d\ds?", self.text))

    @property
    def proper(self) -> bool:
        """Whether it has its capital of its own: "iPhone" too, "anti-German" not."""
        return any(one.isupper() for one in self.text[:2]) and self.text not in _SELVES

    @property
    def verb(self) -> bool:
        """Whether it is one, as far as its form or a list tells."""
        if self.main:
            return True
        past = bool(re.search(r"\w{2}[^e]ed$", self.low))
        return (past or self.low in lx.VERBS) and not self.proper


def tokens(text: str) -> list[Token]:
    some = [Token(match[0], match.start(), match.end()) for match in _TOKEN.finditer(text)]
    for at in list(_main_verbs(some)):
        some[at] = replace(some[at], main=True)
    return some


def _main_verbs(some: Sequence[Token]) -> Iterator[int]:
    for at, token in enumerate(some):
        if token.low in lx.HELPERS:
            verb = _after_helper(some, at + 1)
        elif token.low in ("is", "are", "was", "were"):
            verb = _after_be(some, at + 1)
        else:
            continue
        if verb is not None:
            yield verb


def _after_helper(some: Sequence[Token], at: int) -> int | None:
    """The verb that belongs to a "did" before its subject, if no list knows it."""
    while at < len(some) and some[at].word and some[at].low not in _STOPS:
        end = _run_end(some, at)
        if end == at:
            if some[at].low in lx.AUXILIARIES:
                return None
            at += 1
            continue
        if any(one.verb for one in some[at + 1 : end]) or _follows(some, end):
            return None
        # The first word of a phrase is a noun; after "he" or "often" it may be the verb.
        begins = lx.ARTICLES.union(lx.POSSESSIVES, lx.PREPOSITIONS, lx.NUMERALS, lx.AUXILIARIES)
        first = at + 1 if some[at - 1].low in begins else at
        plain = [k for k in range(first, end) if _is_plain(some[k])]
        if plain and all(one.proper for one in some[plain[-1] + 1 : end]):
            return plain[-1]
        at = end
    return None


def _after_be(some: Sequence[Token], at: int) -> int | None:
    """The verb of "Is the ozone hole shrinking?"."""
    if at < len(some) and some[at].low in lx.ARTICLES | lx.POSSESSIVES:
        at += 1
    last = _run_end(some, at) - 1
    if last <= at or some[last].low in _NOUNS or _follows(some, last + 1):
        return None
    if lx.is_adjective(some[last - 1].low):
        return None  # "the last king", "the new hearing"
    return last if re.search(r"[aeiouy]\w*ing$", some[last].low) else None


def _run_end(some: Sequence[Token], at: int) -> int:
    """The end of the nouns, names and verbs that follow one another from here on."""
    while at < len(some) and some[at].word and not some[at].low.endswith("ly"):
        if some[at].low in lx.FUNCTION and not some[at].proper:
            break
        at += 1
    return at


def _follows(some: Sequence[Token], at: int) -> bool:
    return at < len(some) and (some[at].low in lx.AUXILIARIES or some[at].verb)


def _is_plain(token: Token) -> bool:
    return not (token.proper or token.owner or token.number)
