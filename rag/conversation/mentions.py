"""Whom and what an English sentence speaks of: its names and noun phrases, by rules.

No tagger: lists of the words that end a phrase, of the nouns that tell a person from a place, and
of what stands before and after. Good enough to say what "she", "it" or "there" may mean; wrong now
and then, so that nothing but the wording of a search may rest on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.conversation import lexicon as lx
from rag.conversation.tokens import OWNER, Token, tokens

Kind = Literal["person", "place", "group", "event", "thing", "time", "unknown"]

LONGEST = 14  # words of a phrase: a longer one makes an unreadable question

_LINKS = frozenset(
    "of in on at during for against between near with from by over under about".split()
)


@dataclass(frozen=True, slots=True)
class Mention:
    """Something that a text speaks of.

    Attributes:
        text: its words; `start` and `end` are their places in the text.
        head: the noun, or the last word of the name, in lower case.
        sure: whether more than its form speaks for its kind.
        name: it is a name and nothing else.
        asked: it is a "which …" or "how many …".
        before: the preposition before it.
        core: its words without those that hang on its noun.
    """

    text: str
    start: int
    end: int
    head: str
    kind: Kind
    sure: bool = False
    name: bool = False
    plural: bool = False
    asked: bool = False
    before: str = ""
    core: str = ""

    @property
    def side(self) -> bool:
        """Whether it is but a side of what stands behind its "of"."""
        return not self.name and lx.singular(self.head) in lx.SIDES and " of " in self.text


def mentions(text: str) -> list[Mention]:
    """What a text speaks of, in its order; a phrase stands before the names inside it."""
    some = tokens(text)
    found: list[Mention] = []
    at = 0
    while at < len(some):
        name = _name(text, some, at)
        phrase = _phrase(text, some, at)
        inner = phrase and any(phrase.end == one.end and phrase.head == one.head for one in found)
        if phrase and not inner:
            found.append(phrase)
        if name:
            found.append(name)
        at += 1
        while name and at < len(some) and some[at].start < name.end:
            at += 1
    return found


def kind_of(noun: str) -> Kind:
    """What a common noun names."""
    several = noun.casefold()
    noun = several if several in lx.EVENTS else lx.singular(several)
    if noun in lx.TIMES or noun in lx.MONTHS:
        return "time"
    if noun in lx.EVENTS:
        return "event"
    if noun in lx.PLACES:
        return "place"
    if noun in lx.GROUPS:
        return "group"
    return "person" if lx.is_person(noun) else "thing"


def gender_of(text: str) -> str:
    """ "he" or "she" where a name or a phrase says it by itself, else nothing."""
    low = [token.low for token in tokens(text)]
    if not low:
        return ""
    if low[0] in lx.SHE_NAMES or not lx.SHE_NOUNS.isdisjoint(low):
        return "she"
    return "he" if low[0] in lx.HE_NAMES or not lx.HE_NOUNS.isdisjoint(low) else ""


def times(text: str) -> Iterator[str]:
    """The years and dates of a text, as they are written after a preposition."""
    some = tokens(text)
    at = 0
    while at < len(some):
        end = _dated(some, at)
        if any(one.year or (one.low in lx.MONTHS and one.proper) for one in some[at:end]):
            yield text[some[at].start : some[end - 1].end]
        at = max(at + 1, end)


# Names


def _name(text: str, some: Sequence[Token], at: int) -> Mention | None:
    end = name_end(some, at)
    if end == at or _is_adjective(some, end):
        return None
    last = some[end - 1]
    stop = last.start + len(OWNER.sub("", last.text))
    kind, sure = _name_kind(some, at, end)
    article = at > 0 and some[at - 1].low == "the" and not _before_noun(some, end)
    people = last.low.endswith("s") and lx.is_people(last.low)
    plural = people or (article and kind not in ("place", "event") and lx.is_plural(last.low))
    start = some[at].start
    before = _preposition(some, at)
    called = f"the {text[start:stop]}" if article else text[start:stop]
    return Mention(
        *(called, start, stop, last.low, kind, sure),
        name=True,
        plural=plural,
        before=before,
        core=called,
    )


def _before_noun(some: Sequence[Token], end: int) -> bool:
    """Whether a noun follows a name, so that what stands before belongs to the noun."""
    return end < len(some) and not (some[end - 1].owner or _ends_phrase(some[end]))


def _is_adjective(some: Sequence[Token], end: int) -> bool:
    """Whether it only says of which people: "Dutch farmers", but not "Holland's farmers"."""
    return _before_noun(some, end) and lx.is_people(some[end - 1].low)


def name_end(some: Sequence[Token], at: int) -> int:
    """Where the name that begins here ends; `at` if none does."""
    if not _begins_name(some, at):
        return at
    end = at + 1
    while end < len(some) and not some[end - 1].owner:
        token = some[end]
        if (token.proper and not token.number) or (token.number and len(token.text) < 4):
            end += 1
        elif step := _joined(some, end):
            end += step
        else:
            break
    return end


def _joined(some: Sequence[Token], at: int) -> int:
    """How many tokens from here on join a name to its next capital: "of", "of the", "van der"."""
    if some[at].text == "the":
        return 0
    for width in (1, 2):
        if at + width >= len(some):
            return 0
        if not all(token.text in lx.NAME_JOINERS for token in some[at : at + width]):
            return 0
        after = some[at + width]
        if after.proper and after.low not in lx.MONTHS:
            return width + 1
    return 0


def _begins_name(some: Sequence[Token], at: int) -> bool:
    token = some[at]
    if not token.proper or token.low in lx.MONTHS:
        return False
    next_proper = at + 1 < len(some) and some[at + 1].proper
    if at and some[at - 1].text not in (".", "?", "!", ":", ";", "“", '"'):
        return token.text != "The" or next_proper
    if token.low in lx.FUNCTION or token.low in lx.VERBS or token.low.endswith("ly"):
        return False
    # The first word of a sentence has its capital from its place alone.
    return next_proper or not (lx.is_plural(token.low) or kind_of(token.low) != "thing")


def _name_kind(some: Sequence[Token], at: int, end: int) -> tuple[Kind, bool]:
    words = [token.low for token in some[at:end]]
    before = some[at - 1].low if at else ""
    if _is_person(some, at, end):
        return "person", True
    if kind := _kind_by_words(words, some[at].text):
        return kind, True
    if before in ("in", "near", "outside", "throughout", "across", "inside"):
        return "place", len(words) < 3
    if (before == "the" and not _before_noun(some, end)) or words[0] == "the":
        return "thing", False
    if before in ("at", "on"):
        return "place", False
    return ("person" if 1 < len(words) < 4 else "unknown"), False


def _kind_by_words(words: Sequence[str], first: str) -> Kind | None:
    if any(re.search(r"\w[@&/]\w|\d", word) for word in words):
        return "thing"
    for word in (words[0] if "of" in words else words[-1], words[0]):
        if (kind := kind_of(word)) in ("place", "group", "event") and len(words) > 1:
            return kind
    if words[-1] in lx.COUNTRIES and (len(words) == 1 or words[0] in lx.PLACE_STARTS):
        return "place"
    if words[0] in lx.PLACE_STARTS and len(words) > 1:
        return "place"
    if len(words) == 1 and kind_of(words[0]) in ("group", "event"):
        return kind_of(words[0])
    return "group" if re.match(r"(?:[A-Z]{2,}s?$|(?:[A-Z]\.){2})", first) else None


def _is_person(some: Sequence[Token], at: int, end: int) -> bool:
    first, several = some[at].low, end - at > 1
    before = some[at - 1].low if at else ""
    after = [token.low for token in some[end : end + 2]]
    if first in lx.TITLES and several:
        return True
    if before == "the" and not _before_noun(some, end):
        return False
    if first in lx.HE_NAMES | lx.SHE_NAMES:
        return True
    if before in ("is", "was", "whom") and at > 1 and some[at - 2].low == "who":
        return True
    if before and before not in lx.FUNCTION and lx.is_person(before):
        return True
    return after == [",", "who"] or (several and after[:1] != [] and after[0] in lx.SAYING)


def _preposition(some: Sequence[Token], at: int) -> str:
    if at and some[at - 1].low == "the":
        at -= 1
    return some[at - 1].low if at and some[at - 1].low in lx.PREPOSITIONS else ""


# Phrases


def _phrase(text: str, some: Sequence[Token], at: int) -> Mention | None:
    """The noun phrase that begins here, with all that hangs on its noun."""
    counts = some[at].low == "how" and at + 1 < len(some) and some[at + 1].low in ("many", "much")
    asked = counts or some[at].low in ("which", "what", "whose")
    if not asked and not determines(some, at):
        return _bare(text, some, at)
    begin = at + (2 if counts else 1)
    verb = begin < len(some) and some[begin].verb and not some[begin].low.endswith("ing")
    if some[at].low == "what" and verb:
        return None  # "what caused"
    noun = some[at].low in ("which", "the", "a", "an") or some[at].low in lx.POSSESSIVES
    end = _without_adjectives(some, begin, _noun_end(some, begin, noun=noun, determined=True))
    end = _without_predicate(some, at, end)
    if end == begin or (not asked and name_end(some, begin) == end and not some[at].owner):
        return None  # nothing, or a name: "the Louvre"
    return _made(text, some, at, end, asked=asked)


def determines(some: Sequence[Token], at: int) -> bool:
    """Whether a noun phrase begins with this word."""
    token = some[at]
    if token.low in lx.NUMERALS or token.low in ("each", "every", "another", "both"):
        return True
    if token.low == "that":  # most often it begins a clause
        last = at + 2 < len(some) and some[at + 2].text == "?" and not some[at + 1].verb
        return last or (at > 0 and some[at - 1].low in lx.PREPOSITIONS | lx.AUXILIARIES)
    owner = token.owner and (not at or not some[at - 1].owner)
    return token.low in lx.ARTICLES | lx.POSSESSIVES or owner


def _bare(text: str, some: Sequence[Token], at: int) -> Mention | None:
    """A noun without an article, or a name that a noun follows: "Vermeer letters"."""
    before = some[at - 1] if at else None
    if before and ((before.word and not _ends_phrase(before)) or before.low in lx.PRONOUNS):
        return None
    if before and before.low in lx.ARTICLES:
        return None
    if (end := name_end(some, at)) > at:
        stop = end if end < len(some) and some[end].verb else _noun_end(some, end)
        stop = _without_predicate(some, at, stop)
        return None if stop == end else _made(text, some, at, stop)
    if at > 1 and some[at - 1].low in lx.HELPERS and some[at - 2].low in lx.PRONOUNS:
        return None  # "it would ground its planes"
    end = _without_adjectives(some, at, _noun_end(some, at))
    end = _without_predicate(some, at, end)
    several = [place for place in range(at, end) if lx.is_plural(some[place].low)]
    if several and before and before.low in ("are", "were"):
        end = several[-1] + 1  # "Are electric cars cheaper?"
    if end == at or some[end - 1].proper:
        return None
    if end == at + 1 and some[at].verb:
        return None  # "Who was arrested?"
    # A single one may be an adjective, but not between these: "does photosynthesis work".
    single = before is not None and (
        (before.verb and before.low not in lx.SEEMING)
        or before.low in lx.HELPERS
        or before.low in ("is", "was", "of", "about")
    )
    single = single and not some[at].low.endswith("ing")
    if not (single or lx.is_plural(some[end - 1].low)):
        return None
    made = _made(text, some, at, end)
    alone = before is not None and before.low in ("is", "was") and end == at + 1
    return replace(made, plural=False) if alone else made  # "What is mars?"


def _noun_end(
    some: Sequence[Token], begin: int, *, noun: bool = False, determined: bool = False
) -> int:
    """Where the words of a phrase end.

    Args:
        noun: the first word is no verb: "the claim".
        determined: an article or the like stands before, so that a noun must follow an adjective.
    """
    end = begin
    if noun and begin < len(some) and some[begin].verb and not some[begin].main:
        end += 1
    while end < len(some):
        of_it = end + 1 < len(some) and some[end + 1].low == "of"  # "the two causes of"
        noun = of_it and some[end].verb and some[end].low.endswith("s")
        noun = noun or (determined and end > begin and _is_noun_after(some[end - 1], some[end]))
        if _ends_phrase(some[end], first=end == begin) and not noun:
            break
        end += 1
    return end


def _is_noun_after(adjective: Token, token: Token) -> bool:
    """Whether what may be a verb is a noun here: "the new building", "the last offer"."""
    if adjective.main or not token.verb or token.main:
        return False
    first = lx.is_adjective(adjective.low) or bool(re.search(r"[^e]ed$", adjective.low))
    past = token.low.endswith("ed") or token.low in lx.IRREGULAR_PAST
    return first and not past


def _without_adjectives(some: Sequence[Token], begin: int, end: int) -> int:
    """Where a phrase ends without what is said of it: "Is the bridge safe?"."""
    while end > begin and lx.is_adjective(some[end - 1].low) and not some[end - 1].proper:
        end -= 1
    return end


def _without_predicate(some: Sequence[Token], at: int, end: int) -> int:
    """Where a phrase ends in "Is the bridge safe?", which must say something of it."""
    if end < at + 2 or any(one.word for one in some[end:]):
        return end
    verb = [one.low for one in some[:at]]
    yes_no = len(verb) == 1 or verb[:1] == ["why"]
    return end - 1 if yes_no and verb[-1] in ("is", "are", "was", "were") else end


def _ends_phrase(token: Token, first: bool = False) -> bool:
    if not token.word:
        return True
    if token.low in lx.FUNCTION:
        return not (first and token.low in ("first", "second", "old", "same", "other", "two"))
    if token.proper or token.owner:
        return False
    if token.main:
        return True
    if token.verb:
        return not (first and token.low.endswith(("ed", "ing")))
    return token.low.endswith("ly") and token.low not in ("family", "assembly", "elderly", "early")


def _made(text: str, some: Sequence[Token], at: int, end: int, *, asked: bool = False) -> Mention:
    whole = end if some[end - 1].owner else _extended(some, end, only_of=asked)
    head = _head(some, at, end)
    kind = "time" if all(one.number for one in some[at:end]) else kind_of(head)
    start = some[at].start
    core_stop = some[end - 1].start + len(OWNER.sub("", some[end - 1].text))
    stop = core_stop if whole == end else some[whole - 1].end
    plural = lx.is_plural(head) and some[at].low not in ("a", "an", "this", "that", "each", "every")
    plural = plural and head not in lx.EITHER_NUMBER
    before = _preposition(some, at)
    return Mention(
        *(text[start:stop], start, stop, head, kind, kind != "thing"),
        plural=plural,
        asked=asked,
        before=before,
        core=text[start:core_stop],
    )


def _head(some: Sequence[Token], at: int, end: int) -> str:
    """The last noun; before a name, if one ends the phrase: "the Mars rover Perseverance"."""
    plain = [one.low for one in some[at:end] if not (one.proper or one.low in lx.FUNCTION)]
    return plain[-1] if some[end - 1].proper and plain else some[end - 1].low


def _extended(some: Sequence[Token], end: int, *, only_of: bool) -> int:
    """The end of the phrase with those that hang on it: "the fire in the port of Beirut"."""
    limit = end + LONGEST
    while end + 1 < len(some) and some[end].low in (("of",) if only_of else _LINKS):
        begin = end + 1
        if determines(some, begin) or some[begin].low == "the":
            begin += 1
        elif some[begin].low.endswith("ing") and some[end].low != "of":
            break  # a clause: "from running away"
        determined = begin > end + 1
        nouns = _noun_end(some, begin, noun=determined, determined=determined)
        stop = max(_dated(some, begin), _without_adjectives(some, begin, nouns))
        if stop == begin or stop > limit:
            break
        end = stop
    return end


def _dated(some: Sequence[Token], at: int) -> int:
    """The end of a date such as "January 2006" or "4 May 2019"."""
    while at < len(some) and ((some[at].low in lx.MONTHS and some[at].proper) or some[at].number):
        at += 1
    return at
