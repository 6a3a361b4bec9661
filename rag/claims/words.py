"""The words of a text in a form in which they can be compared, and where two texts say the same."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

NEAR = 4  # content words on each side that tell which of two places is meant

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
POSSESSIVE = re.compile(r"['’]s$", re.IGNORECASE)
NOT = re.compile(r"n['’]t\Z")
COMMON = frozenset(
    "a an the and or but of in on at to for from by with as is are was were be been it its he she "
    "they them his her their this that these those which who whom has have had do does did will "
    "would can could may might about than then there so also into over under after before i me my "
    "we us our you your him himself herself itself themselves being having if when while where "
    "whose because during between among through within upon via such both each however yes no not "
    "nor never".split()
)
_IRREGULAR = {
    form: line.split()[0]
    for line in (
        "become became|begin began begun|break broke broken|bring brought|build built|buy bought|"
        "catch caught|choose chose chosen|come came|draw drew drawn|drive drove driven|eat ate "
        "eaten|fall fell fallen|feel felt|fight fought|find found|fly flew flown|forget forgot "
        "forgotten|get got gotten|give gave given|go went gone|grow grew grown|hear heard|hide hid "
        "hidden|hold held|keep kept|know knew known|lead led|leave left|lend lent|lose lost|make "
        "made|mean meant|meet met|pay paid|ride rode ridden|rise rose risen|run ran|say said|see "
        "saw seen|seek sought|sell sold|send sent|shoot shot|sing sang sung|sink sank sunk|sit sat|"
        "sleep slept|speak spoke spoken|spend spent|stand stood|steal stole stolen|strike struck|"
        "swim swam|take took taken|teach taught|tell told|think thought|throw threw thrown|wear "
        "wore worn|win won|write wrote written|man men|woman women|child children|foot feet|person "
        "people"
    ).split("|")
    for form in line.split()
}


@dataclass(frozen=True, slots=True)
class Word:
    """A content word: its stem, and where it stands."""

    stem: str
    start: int
    end: int


def bare(word: str) -> str:
    """In lower case, without the ending of a possessive and the accents of Latin letters."""
    word = POSSESSIVE.sub("", word.casefold())
    if word.isascii():
        return word
    parts = unicodedata.normalize("NFKD", word)
    if not any("a" <= part <= "z" for part in parts):
        return word  # in other scripts the marks make other letters
    return "".join(part for part in parts if not unicodedata.combining(part))


def lower_words(text: str) -> list[str]:
    """All words, bare."""
    return [bare(word) for word in WORD.findall(text)]


def stem(word: str) -> str:
    """Good enough to let "wounded" stand for "wound" and "sold" for "sell"."""
    word = _IRREGULAR.get(word, word)
    if len(word) > 4 and word.endswith(("ies", "ied")):
        return f"{word[:-3]}y"
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return _undoubled(word[: -len(ending)], ending).rstrip("e")
    return word.rstrip("e")


def _undoubled(word: str, ending: str) -> str:
    """plann(ed) is a form of plan."""
    doubled = ending in ("ing", "ed") and len(word) > 3 and word[-1] == word[-2] not in "ls"
    return word[:-1] if doubled else word


def content(text: str) -> list[Word]:
    """The words but for those that are everywhere, as they stand in the text."""
    return [
        Word(stem(low), found.start(), found.end())
        for found in WORD.finditer(text)
        if (low := bare(found[0])) not in COMMON and not NOT.search(low)
    ]


def stems(text: str) -> set[str]:
    """What the content words of a text come from, each once."""
    return {word.stem for word in content(text)}


class Place:
    """A point or stretch of a text, known by the content words on both sides of it."""

    __slots__ = ("after", "before", "end", "start")

    def __init__(self, said: Said, start: int, end: int, near: int = NEAR) -> None:
        self.start, self.end = start, end
        until = bisect_right(said.words, start, key=lambda one: one.end)
        since = bisect_left(said.words, end, key=lambda one: one.start)
        self.before = frozenset(one.stem for one in said.words[max(0, until - near) : until])
        self.after = frozenset(one.stem for one in said.words[since : since + near])

    def shared(self, other: Place) -> frozenset[str]:
        """The words that the two have near them on the same side."""
        return (self.before & other.before) | (self.after & other.after)

    def nearness(self, other: Place) -> int:
        """How many words the two have near them, on whichever side."""
        return len((self.before | self.after) & (other.before | other.after))


class Said:
    """A sentence with its content words."""

    __slots__ = ("text", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = content(text)

    def place(self, start: int, end: int, near: int = NEAR) -> Place:
        """A stretch of this sentence, with so many words on each side."""
        return Place(self, start, end, near)

    def after(self, end: int) -> Iterator[Word]:
        """The words that begin at or after a point."""
        return iter(self.words[bisect_left(self.words, end, key=lambda one: one.start) :])

    def having(self, wanted: str) -> Iterator[Word]:
        """The words with a stem."""
        return (word for word in self.words if word.stem == wanted)


def counterparts(claim: Said, word: Word, evidence: Sequence[Said]) -> list[tuple[Said, Word]]:
    """Where the evidence says a word of the claim: the places with the most words in common."""
    place = claim.place(word.start, word.end)
    found = []
    for one in evidence:
        for other in one.having(word.stem):
            there = one.place(other.start, other.end)
            found.append(((place.nearness(there), len(place.shared(there))), one, other))
    most = max((near for near, _, _ in found), default=(0, 0))
    return [(one, other) for near, one, other in found if near == most]
