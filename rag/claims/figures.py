"""The figures of a text: value, unit, and the words that round or bound them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.claims.dates import dates

NEAR = 0.05  # how far "about" reaches, as a share of the value
NEAR_PART = 0.1  # the same for "about a third"
NEAR_YEAR = 5
MOST_DIGITS = 15  # that a float tells apart

SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_RANKS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_WORDS = (
    {word: value for value, word in enumerate(SMALL)}
    | {word: 10 * value for value, word in enumerate(TENS, 2)}
    | {word: value for value, word in enumerate(_RANKS, 1)}
    | {"a": 1, "an": 1}
)
SCALES = {"dozen": 12.0, "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9}
SCALES |= {"trillion": 1e12, "k": 1e3, "m": 1e6, "bn": 1e9, "tn": 1e12}
_PARTS = {"half": 2, "halve": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6}
_PARTS |= {"seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10}
NUMBER_WORDS = frozenset([*_WORDS, *SCALES, *_PARTS, *(f"{word}s" for word in [*SCALES, *TENS])])
NUMBER_WORDS -= {"a", "an", "k", "m", "bn", "tn", "quarter"}

_UNITS = {
    form: line.split()[0]
    for line in (
        "% percent percentage|dollar dollars $|euro euros €|pound pounds £ lb lbs|yen ¥|ruble "
        "rubles roubles|rupee rupees ₹|crown crowns|mark marks|franc francs|km kilometer "
        "kilometers kilometre kilometres|mile miles mi|meter meters metre metres m|foot feet "
        "ft|inch inches|yard yards|cm centimeter centimeters centimetre centimetres|mm millimeter "
        "millimeters millimetre millimetres|acre acres|hectare hectares ha|kg kilogram kilograms "
        "kilo kilos|gram grams|ton tons tonne tonnes|ounce ounces oz|liter liters litre "
        "litres|gallon gallons|barrel barrels|second seconds|minute minutes min|hour hours|day "
        "days|night nights|week weeks|month months|year years|decade decades|century "
        "centuries|degree degrees °|watt watts|megawatt megawatts MW|GB gigabyte gigabytes|MB "
        "megabyte megabytes|TB terabyte terabytes|mph|seat seats|vote votes|point points"
    ).split("|")
    for form in line.split()
}
_BASES = {  # of units that measure the same
    "km": ("meter", 1000.0),
    "cm": ("meter", 0.01),
    "mm": ("meter", 0.001),
    "kg": ("gram", 1000.0),
    "ton": ("gram", 1e6),
    "minute": ("second", 60.0),
    "hour": ("second", 3600.0),
    "megawatt": ("watt", 1e6),
}
_UP = (
    "over|above|more than|at least|a minimum of|as few as|exceed(?:s|ed|ing)?|upwards of"
    "|no fewer than|no less than"
)
_DOWN = (
    "under|below|less than|fewer than|nearly|almost|up to|at most|a maximum of|as (?:many|much) as"
    "|no(?:t)? more than|close to"
)
_ROUND = "about|around|roughly|approximately|approx\\.?|circa|ca\\.?|c\\.|some|an estimated"
_HEDGE = re.compile(
    rf"\b(?:(?P<up>{_UP})|(?P<down>{_DOWN})|(?P<round>{_ROUND}))\s+"
    rf"(?:the |a |an )?(?:[A-Z]{{0,3}}[$€£¥]\s?)?\Z",
    re.IGNORECASE,
)

_WORD_ONES = "|".join([*SMALL[1:10], *_RANKS[:9]])
BELOW_100 = rf"(?:(?:{'|'.join(TENS)})(?:[ -](?:{_WORD_ONES}))?|{'|'.join(SMALL)})"
_LARGE = r"(?:thousand|million|billion|trillion)"
_HUNDREDS = (
    rf"(?:(?:{BELOW_100}|an?)[ -](?:dozen|hundred)(?:[ -](?:and[ -])?{BELOW_100})?|{BELOW_100}"
    rf"|(?:half )?an?(?=[ -]{_LARGE}))"
)
_SPELT = rf"(?:{_HUNDREDS}[ -]{_LARGE}[ -](?:and[ -])?)*{_HUNDREDS}(?:[ -]{_LARGE})?"
_FRACTION = "[¼-¾⅐-⅞]"
_PART = (
    rf"(?:(?P<half>half)(?!-\w| an?[ -]{_LARGE})"
    rf"|(?P<count>an?|[1-9]|{'|'.join(SMALL[1:10])})[ -](?P<part>third|quarter|fourth|fifth|sixth"
    rf"|seventh|eighth|ninth|tenth)(?:s\b|(?= of\b)))"
)
_NUMBER = re.compile(
    rf"(?P<sign>(?<![\w.,)−-])[−-]|\bminus )?(?<![^\W_])(?:\b(?:{_PART})\b|"
    rf"(?P<digits>\d+(?:[.,]\d+)*)(?:\s?(?P<extra>{_FRACTION}))?(?:(?:st|nd|rd|th)\b)?"
    rf"(?P<decade>['’]?s\b)?"
    rf"|(?P<fraction>{_FRACTION})"
    rf"|\b(?<!no )(?P<words>{_SPELT})\b"
    rf"|\b(?P<ordinal>{'|'.join(_RANKS)})\b"
    rf"|\b(?P<vague>dozen|hundred|thousand|million|billion|trillion|{'|'.join(TENS)})s?\b)",
    re.IGNORECASE,
)
_SCALE = re.compile(r"[ -]?(dozen|hundred|thousand|million|billion|trillion|bn|tn)\b|(k)\b", re.I)
_MONEY = re.compile(r"(m)\b", re.IGNORECASE)
_MANY = re.compile(  # 2.5m people, not metres
    r"(m) (?=(?:people|men|women|children|jobs|homes|households|cars|copies|deaths|"
    r"\w+(?:ers|ors|ees|ants|ents|ians))\b)"
)
_OLD = re.compile(r"[- ]years?[- ]old\b|[- ]years of age\b", re.IGNORECASE)
_VAGUE = re.compile(r"(?:dozen|hundred|thousand|million|billion|trillion)s", re.IGNORECASE)
_HALF = re.compile(r"[ -]and[ -]a[ -]half\b", re.IGNORECASE)
_UNIT = re.compile(
    r"[ -]?(?:(?P<area>square|cubic|sq\.?)[ -])?(?P<unit>per ?cent(?:age)?\b|[^\W\d_]+|[%$€£°])"
)
_SIGN = re.compile(r"(?:[A-Z]{0,3}\s?)?([$€£¥₹])\s?\Z")
_CURRENCY = re.compile(r"(?:[A-Z]{0,3}[$€£¥₹]\s?)?")
_YEAR = re.compile("1[0-9]{3}|20[0-9]{2}")
_OF = re.compile(r" (?:of|another)\b")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as a text has it.

    Attributes:
        form: how its value is written for comparing; its digits where English can't read them.
        value: None where it can't be read.
        unit: in one spelling; "part" for a third.
        rank: whether it counts places ("second") and not things.
        year: whether it may be the number of a year.
        of: whether "of" or "another" follows.
        bound: "up" after "more than", "down" after "nearly", "round" after "about".
    """

    form: str
    value: float | None
    unit: str | None
    rank: bool
    bound: str | None
    start: int
    end: int
    year: bool
    of: bool


def numbers(text: str) -> frozenset[str]:
    """The numbers of a text in one form: 2,700, 2700 and 2.7 thousand are the same."""
    return frozenset(figure.form for figure in figures(text))


def figures(text: str) -> Iterator[Figure]:
    """The figures of a text, in order.

    >>> [(one.form, one.unit) for one in figures("Nearly 2.7 thousand, half of it, $40m, 5 km")]
    [('2700', None), ('0.5', 'part'), ('40000000', 'dollar'), ('5', 'km')]
    """
    end = 0
    while found := _NUMBER.search(text, end):
        value, unit = _read(found)
        end = found.end()
        before = text[max(0, found.start() - 24) : found.start()]
        sign = _SIGN.search(before)
        if value is not None and unit is None:
            value, end = _scaled(text, value, end, money=bool(sign))
            unit = _UNITS[sign[1]] if sign else _unit_at(text, end)
        if found["decade"]:
            unit = "decade"
        form = _form(value) if value is not None else found[0].replace("−", "-")
        hedge = _HEDGE.search(before)
        yield Figure(
            form,
            value,
            unit,
            bool(found["ordinal"]),
            hedge.lastgroup if hedge else None,
            found.start(),
            end,
            unit is None and bool(_YEAR.fullmatch(found[0])),
            bool(_OF.match(text, end)),
        )


def bound_start(text: str, start: int) -> int:
    """Where the words begin that bound or round the number that starts there; else `start`.

    >>> bound_start("It cost less than $5 million.", 18)
    8
    """
    number = _CURRENCY.match(text, start)
    if number and _NUMBER.match(text, number.end()):
        hedge = _HEDGE.search(text[:start])
        return hedge.start() if hedge else start
    return start


def _form(value: float) -> str:
    return f"{value + 0.0:.6f}".rstrip("0").rstrip(".")


def _read(found: re.Match[str]) -> tuple[float | None, str | None]:
    """The value as far as the match goes, and a unit that is part of it."""
    value: float | None
    unit = None
    if found["digits"]:
        value = _digits(found["digits"])
        if value is not None and found["extra"]:
            value += unicodedata.numeric(found["extra"])
    elif found["fraction"]:
        value = unicodedata.numeric(found["fraction"])
    elif found["half"]:
        value, unit = 0.5, "part"
    elif found["part"]:
        value, unit = _count(found["count"].lower()) / _PARTS[found["part"].lower()], "part"
    elif found["ordinal"]:
        value = float(_WORDS[found["ordinal"].lower()])
    elif found["vague"]:
        word = found["vague"].lower()
        value = SCALES.get(word) or float(_WORDS[word])
    else:
        value = spelt(found["words"].lower())
    if value is not None and found["sign"]:
        value = -value
    return value, unit


def _count(written: str) -> int:
    return int(written) if written.isdecimal() else _WORDS[written]


def _digits(written: str) -> float | None:
    """None for what English doesn't write: 12,34 and 3.5.2."""
    if not re.fullmatch(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?", written):
        return None
    return float(written.replace(",", "")) if len(written) <= MOST_DIGITS else None


def spelt(written: str) -> float:
    """The value of a number in words: "two hundred and five thousand" is 205,000."""
    total = value = 0.0
    halved = False
    for word in re.split(r"[ -]", written):
        if word == "half":
            halved = True
        elif word in ("dozen", "hundred"):
            value *= SCALES[word]
        elif word in SCALES:
            total, value = total + value * SCALES[word], 0.0
        elif word != "and":
            value += _WORDS[word] * (0.5 if halved else 1.0)
            halved = False
    return total + value


def _scaled(text: str, value: float, end: int, money: bool) -> tuple[float, int]:
    if half := _HALF.match(text, end):
        value, end = value + 0.5, half.end()
    if found := (_MONEY if money else _MANY).match(text, end):
        return value * SCALES["m"], found.end(1)
    while scale := _SCALE.match(text, end):
        value, end = value * SCALES[(scale[1] or scale[2]).lower()], scale.end()
    return value, end


def _unit_at(text: str, at: int) -> str | None:
    found = _UNIT.match(text, at)
    if found is None:
        return None
    word = found["unit"]
    if re.match(r"per ?cent", word, re.IGNORECASE):
        word = "percent"
    unit = _UNITS.get(word) or _UNITS.get(word.lower())
    return f"square {unit}" if unit and found["area"] else unit


def missing(claim: Sequence[Figure], evidence: Sequence[Figure]) -> Iterator[tuple[Figure, bool]]:
    """The figures of a claim that the evidence doesn't have, and whether it speaks against them.

    A rank speaks for or against nothing where the evidence ranks nothing: "first" is often
    added to what it says.
    """
    for figure in claim:
        if any(agree(figure, other) for other in evidence):
            continue
        if figure.form == "1" and figure.of and not any(other.of for other in evidence):
            continue  # "one of the bridges" counts nothing
        yield figure, not figure.rank or any(other.rank for other in evidence)


def agree(claim: Figure, evidence: Figure) -> bool:
    """Whether a figure of a claim may stand for one of the evidence."""
    if claim.value is None or evidence.value is None:
        return claim.form == evidence.form
    mine, theirs = _comparable(claim, evidence)
    if "decade" in (claim.unit, evidence.unit):
        return claim.unit == "decade" and mine <= theirs < mine + 10
    units = {_BASES.get(one or "", (one,))[0] for one in (claim.unit, evidence.unit)}
    if len(units) == 2 and None not in units and units != {"part", "%"}:
        return False
    if abs(mine - theirs) <= 1e-9 * abs(theirs):
        return {claim.bound, evidence.bound} != {"up", "down"}
    return claim.bound is not None and _rounds(claim, evidence, mine, theirs)


def unbounded(claim: Sequence[Figure], evidence: Sequence[Figure]) -> Figure | None:
    """A figure that a claim gives as it is, where the evidence only has more or less than it."""
    for figure in claim:
        same = [one for one in evidence if agree(figure, one)]
        if same and figure.bound is None and all(one.bound in ("up", "down") for one in same):
            return figure
    return None


def differ(one: str, other: str) -> bool:
    """Whether two phrases give different numbers of what may be the same thing.

    >>> [differ("At least 12", other) for other in ("Seventeen people", "twelve", "12 km", "May")]
    [True, False, False, False]
    >>> differ("5 May 2023", "6 May"), differ("5 May 2023", "May 5"), differ("dozens", "36")
    (True, False, False)
    >>> differ("88", "87 years old"), differ("aged 88", "88-year-old"), differ("88", "87 years")
    (True, False, False)
    """
    days, others = ([day for day in dates(text) if day.is_exact] for text in (one, other))
    if days and others and not any(mine.fits(theirs) for mine in days for theirs in others):
        return True
    pairs = [(mine, theirs) for mine in _counts(one) for theirs in _counts(other)]
    comparable = any(
        mine.unit == theirs.unit and (mine.year, mine.rank) == (theirs.year, theirs.rank)
        for mine, theirs in pairs
    )
    return comparable and not any(agree(*pair) or agree(*pair[::-1]) for pair in pairs)


def _counts(text: str) -> list[Figure]:
    """The figures of a text but for those, such as "dozens", that give no number; an age has no
    unit."""
    text = _OLD.sub("", text)
    return [one for one in figures(text) if not _VAGUE.fullmatch(text, one.start, one.end)]


def _comparable(claim: Figure, evidence: Figure) -> tuple[float, float]:
    """A part and a percentage in percent, kilometres and metres in metres."""
    mine, theirs = claim.value or 0.0, evidence.value or 0.0
    if claim.unit and evidence.unit and claim.unit != evidence.unit:
        mine, theirs = (
            value * _BASES.get(unit, (unit, 1.0))[1]
            for value, unit in ((mine, claim.unit), (theirs, evidence.unit))
        )
    if (claim.unit, evidence.unit) == ("part", "%"):
        return 100 * mine, theirs
    if (claim.unit, evidence.unit) == ("%", "part"):
        return mine, 100 * theirs
    return mine, theirs


def _rounds(claim: Figure, evidence: Figure, mine: float, theirs: float) -> bool:
    """Whether it is the rounder number, near enough, on the side that its word says."""
    off = mine - theirs
    if (claim.bound == "up" and off > 0) or (claim.bound == "down" and off < 0):
        return False
    if "part" in (claim.unit, evidence.unit):
        return abs(off) <= NEAR_PART * abs(theirs)
    if claim.year and evidence.year:
        return abs(off) <= NEAR_YEAR
    return abs(off) <= NEAR * abs(theirs) and _places(mine) < _places(theirs)


def _places(value: float) -> int:
    """How many digits of it say something."""
    return len(f"{abs(value):.10f}".rstrip("0").rstrip(".").replace(".", "").strip("0")) or 1
