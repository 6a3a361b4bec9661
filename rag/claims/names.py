"""The names of a claim, and whether the evidence has them in some form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from rag.claims.dates import CALENDAR
from rag.claims.figures import NUMBER_WORDS
from rag.claims.words import COMMON, POSSESSIVE, bare, lower_words, stem, stems
from rag.split.english import STARTERS

SAME = 0.8  # share of its words in a sentence that says the same
LEAST = 3  # so many words must be the same
LONGEST = 6  # letters of an acronym

_TOKEN = re.compile(r"[^\W\d_](?:[^\W_]|['’](?=[^\W\d_]))*")
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}(?=\W|$)")
_LINK = re.compile(r"\.?[\s-]+(?:(?:of|the|de|von|van|al)\s+){0,2}")
_LONG_LINK = re.compile(r"\.?[\s-]+(?:(?:of|the|and|for|in|on|de)\s+){0,2}")  # FDA: Food and Drug …
_PRONOUN = re.compile(
    r"\W*(?:\w+,? ){0,1}(?:[^,.;]{0,100}, )?(?P<word>he|she|it|they|his|her|its|their)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"(?<=[.!?])(?<!\b[A-Z]\.)(?<!\b(?:Mr|Ms|Dr|St)\.)(?<!\b(?:Mrs|Gen|Col|Sgt|Rev|Gov|Sen|Rep)\.)"
    r"(?<!\b(?:Capt|Prof|Supt)\.)\s+"
)
_NEGATION = re.compile(r"(?:none|nobody|nothing|neither)|.*n['’]t", re.IGNORECASE)
_NOUN = re.compile(
    r"[^\W\d_]{2,}(?:(?:tion|ment|ness|ity|ance|ence)s?|ies|tors|ers|ists|ials|ees|ents|ants)"
    r"|People|Men|Women|Children"
)
_TITLES = frozenset("mr mrs ms mx dr prof sir".split())
_ENDINGS = frozenset(
    ["", *"n an ian ean ese ish i is s ns ans ians ers y a e o ey en istan".split()]
)
_PEOPLES = {
    word: line.split()[0]
    for line in (
        "france french frenchman|spain spanish spaniard|britain british briton uk|netherlands "
        "dutch|switzerland swiss|denmark danish dane|ireland irish|wales welsh|scotland scottish "
        "scots|greece greek|poland polish|finland finnish|england english|iceland icelandic|norway "
        "norwegian|america american us usa|thailand thai|peru peruvian"
    ).split("|")
    for word in line.split()
}


@dataclass(frozen=True, slots=True)
class Name:
    """One word of a name, and whether it stands where its sentence gives it a capital."""

    word: str
    start: int
    end: int
    first: bool

    @property
    def low(self) -> str:
        return bare(self.word)

    @property
    def is_idle(self) -> bool:
        """Whether it names nothing: "The" at the start of a sentence, or a month."""
        plain = self.first and (_is_plain(self.word) or self.word.endswith("ly"))
        return plain or self.word in CALENDAR


@dataclass(frozen=True, slots=True)
class Strange:
    """A word of a name that the evidence doesn't have.

    Attributes:
        instead_of: what the evidence has and doesn't contradict it: a surname without a first name,
            or "she" at the start of a sentence that is otherwise the claim.
        doubtful: whether it may be a common noun that begins its sentence: "Prosecutors".
    """

    word: str
    instead_of: str | None
    doubtful: bool

    @property
    def contrary(self) -> bool:
        """Whether the evidence speaks against it."""
        return not self.instead_of and not self.doubtful


def new_names(claim: str, evidence: str) -> list[str]:
    """The names of a claim that the evidence doesn't have; every word with a capital is one."""
    return [one.word for one in strange(claim, [evidence])]


def strange(claim: str, evidence: Sequence[str]) -> Iterator[Strange]:
    """The words of names that the evidence doesn't have in any form."""
    known = _Known(evidence)
    for run in runs(claim):
        for at, name in enumerate(run):
            if name.first and (_is_plain(name.word) or stem(name.low) in known.stems):
                continue
            if name.low in known.words or known.has_form(name) or _is_joined(run, at, known.words):
                continue
            if at + 1 < len(run) and known.has_titled(name, run[at + 1]):
                continue
            alone = None
            if name.word not in CALENDAR:
                alone = known.completed(run, at) or known.pronoun(claim, run)
            noun = name.first and len(run) == 1 and bool(_NOUN.fullmatch(name.word))
            yield Strange(POSSESSIVE.sub("", name.word), alone, noun)


def _is_joined(run: Sequence[Name], at: int, known: set[str]) -> bool:
    """Whether it is one word with its neighbour: Wal-Mart and WalMart."""
    pairs = pairwise(name.low for name in run[max(0, at - 1) : at + 2])
    return any(one + other in known for one, other in pairs)


def runs(text: str, link: re.Pattern[str] = _LINK) -> list[list[Name]]:
    """The words with a capital, those together that make up one name."""
    text = undotted(text)
    found: list[list[Name]] = []
    for name in _capitals(text):
        last = found[-1][-1] if found else None
        if last and not name.first and _is_linked(text, last, name, link):
            found[-1].append(name)
        else:
            found.append([name])
    return found


def _is_linked(text: str, one: Name, other: Name, link: re.Pattern[str]) -> bool:
    linked = bool(link.fullmatch(text, one.end, other.start))
    return linked and one.word not in CALENDAR and not POSSESSIVE.search(one.word)


def undotted(text: str) -> str:
    """U.S. as US, of the same length. A sentence may end there."""
    return _DOTTED.sub(_undotted, text)


def _undotted(found: re.Match[str]) -> str:
    return found[0].replace(".", "").ljust(len(found[0]) - 1) + "."


def _capitals(text: str) -> Iterator[Name]:
    start = 0
    for gap in [*(found.span() for found in _SENTENCE.finditer(text)), (len(text), len(text))]:
        for place, found in enumerate(_TOKEN.finditer(text, start, gap[0])):
            if found[0][0].isupper() and found[0] != "I":
                yield Name(found[0], found.start(), found.end(), not place)
        start = gap[1]


def _is_plain(word: str) -> bool:
    """Whether a sentence often begins with this word, so that it is no name."""
    low = word.lower()
    known = word in STARTERS or low in COMMON or low in NUMBER_WORDS
    return known or bool(_NEGATION.fullmatch(word))


class _Known:
    """The words of the evidence, and the forms in which a claim may have its names."""

    def __init__(self, evidence: Sequence[str]) -> None:
        self.texts = texts = [undotted(text) for text in evidence]
        self.lists = [[bare(word) for word in _TOKEN.findall(text)] for text in texts]
        self.words = {word for some in self.lists for word in some}
        self.words.update(word for text in evidence for word in lower_words(text))
        self.words.update(a + b for some in self.lists for a, b in pairwise(some))
        self.stems = set(map(stem, self.words))
        self.runs = [run for text in texts for run in runs(text)]
        self.capitals = {name.low for run in self.runs for name in run}
        self.acronyms = {
            letters
            for text in texts
            for run in runs(text, _LONG_LINK)
            for letters in _initials(run)
        }

    def has_form(self, name: Name) -> bool:
        """Whether it is an initial, an acronym or the people of a name, or a name run together."""
        low = name.low
        if len(low) == 1 and any(one.startswith(low) for one in self.capitals):
            return True
        if name.word.isupper() and low in self.acronyms:
            return True
        return any(_are_kin(low, one) for one in self.capitals)

    def has_titled(self, title: Name, name: Name) -> bool:
        """Whether a "Mr." only goes before a name that is known, in whatever form."""
        return title.low in _TITLES and name.low in self.words

    def completed(self, run: Sequence[Name], at: int) -> str | None:
        """The neighbour that the evidence has alone, so that it doesn't deny this word."""
        for step in (1, -1):
            place = at + step
            while 0 <= place < len(run) and run[place].low not in self.capitals:
                place += step
            if 0 <= place < len(run) and self._is_alone(run[place].low, -step):
                return run[place].word
        return None

    def pronoun(self, claim: str, run: Sequence[Name]) -> str | None:
        """The "she" of a sentence that says the same, where the claim begins with a name."""
        if stems(claim[: run[0].start]):
            return None
        rest = stems(claim[run[-1].end :])
        for text in self.texts:
            found = _PRONOUN.match(text)
            if found and len(rest) >= LEAST and len(rest & stems(text)) >= SAME * len(rest):
                return found["word"].lower()
        return None

    def _is_alone(self, low: str, side: int) -> bool:
        """Whether no word of a name stands on one side of this one, wherever it stands."""
        if low in _TITLES:
            return False
        return not any(
            name.low == low
            and 0 <= at + side < len(run)
            and not (run[at + side].first and _is_plain(run[at + side].word))
            and run[at + side].low not in _TITLES
            for run in self.runs
            for at, name in enumerate(run)
        )


def _initials(run: Sequence[Name]) -> Iterator[str]:
    """The acronyms of a name, and of the parts of it."""
    letters = [name.low[0] for name in run]
    for start, end in combinations(range(len(letters) + 1), 2):
        if 2 <= end - start <= LONGEST:
            yield "".join(letters[start:end])


def _are_kin(one: str, other: str) -> bool:
    """Whether one is the land of the other, or its people: Ukraine and Ukrainians."""
    if _PEOPLES.get(one, one) == _PEOPLES.get(other, other):
        return True
    same = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        same += 1
    return same >= 4 and one[same:] in _ENDINGS and other[same:] in _ENDINGS
