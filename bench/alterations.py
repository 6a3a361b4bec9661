"""True claims made from a sentence, and claims altered so that they are no longer true.

All by rule and seeded. What is altered differs in meaning from the claim that it was made of, and
is in no other way worse: the rules leave out what might stay true (a number or a name that the
evidence has elsewhere, names that change places round "met" or "and").
"""

from __future__ import annotations

import datetime
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

T = TypeVar("T")

WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = (
    "January February March April May June July August September October November December".split()
)
COUNTED = "two three four five six seven eight nine ten eleven twelve".split()
RANKED = "first second third fourth fifth sixth".split()
_SHORT = "Jan Feb Mar Apr Jun Jul Aug Sept Oct Nov Dec".split()
_PEOPLES = (
    "American British German French Russian Chinese Japanese Korean Indian Italian Spanish Dutch "
    "Swedish Afghan Iraqi Iranian Israeli Mexican Canadian Australian European African English "
    "Roman Greek Egyptian Cuban Hungarian Ukrainian Turkish Polish Syrian".split()
)
_RELATIVE = "yesterday today tomorrow".split()

_DIGITS = re.compile(r"(?<![\w.,:/-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w/:]|-\d|\.\d)")
_COUNT = re.compile(
    rf"(?<!-)\b(?:{'|'.join(COUNTED)})\b(?![- ]?(?:hundred|thousand|million|billion))"
)
_RANK = re.compile(rf"\b(?:{'|'.join(RANKED)})\b")
_CAPITAL = r"[A-Z][\w’']*[\w](?:-[A-Z]\w+)*"
_NAME = re.compile(rf"(?<![\w’'-]){_CAPITAL}(?: (?:(?:de|of the|of|van|von|al|bin) )?{_CAPITAL})*")
_ORDINARY = r"(?:The|A|An|In|On|At|It|He|She|They|This|That|But|And|For|As|When|After|Mr|Ms|Dr|I)\b"
_DAY = re.compile(rf"\b(?:{'|'.join([*WEEKDAYS, *MONTHS])})\b")
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|has|have|had|will|would|could|should|must|does|did|do|can)\b"
    r"(?! not\b|n['’]t|,| no\b| never| to )(?= [a-z])"
)
_PAST = re.compile(r"(?<=[a-z] )(?=(?:said|went|took|became|began|made|won|lost|came|gave)\b)")
_LOST: tuple[tuple[str, str], ...] = (
    (r"\b(is|are|was|were|has|have|had|will|would|could|should|must|does|did|do|can|may) not\b"
     r"(?! (?:only|just|merely|necessarily))(?: yet)?", r"\1"),
    (r"\b(is|are|was|were|has|have|had|would|could|should|does|did|do)n['’]t\b", r"\1"),
    (r"\bcannot\b", "can"),
    (r"\bcan['’]t\b", "can"),
    (r"\bwon['’]t\b", "will"),
    (r"\bnever ", ""),
    (r"\bno longer ", ""),
    (r"(?<=\w )\bno (?=[a-z]+s?\b(?! doubt))", ""),
    (r"\bno one\b|\bnobody\b", "somebody"),
    (r"\bnone of\b", "some of"),
    (r"\bwithout\b", "with"),
    (r"\bnot (?=to |a |in |the |be )", ""),
    (r"\bdenied that\b", "confirmed that"),
    (r"\brefus(?:ed|es) to\b", "agreed to"),
    (r"\bfailed to\b", "managed to"),
    (r"\bunable to\b", "able to"),
)  # fmt: skip
_FREE = r"(?<!not )(?<!n't )(?<!has )(?<!had )(?<!have )(?<!to )\b"
_HEDGED: tuple[tuple[str, str], ...] = (
    (r"\b(?:may|might|could) have been\b", "were"),
    (r"\b(?:may|might|could) have (?=\w+(?:ed|en)\b)", ""),
    (r"\b(?:may|might)\b(?! have|\W*\d|,|\.)(?! not)", "will"),
    (r"\bcould (?=be |become |also |lead |bring |mean )", "will "),
    (r"\b(?:most |very )?(?:allegedly|reportedly|apparently|possibly|perhaps|probably|presumably"
     r"|likely) (?!to\b|that\b|and\b)", ""),
    (r"\b(?:is|are|was|were) (?:expected|likely|supposed|planned|scheduled) to\b", "will"),
    (r"\b(?:is|are|was|were) (?:thought|believed|reported|alleged|said|expected) to have\b", "had"),
    (_FREE + r"(?:plans|plan|planned|hopes|hope|hoped|intends|intend|intended|wants|wanted"
     r"|threatened|tried|attempted|agreed|offered|sought) to\b", "will"),
    (r"\balleged (?=[a-z])", ""),
    (_FREE + r"(?:seems|seemed|appears|appeared) to\b", "will"),
    (_FREE + r"(?:suggests?|suggested|suspects?|suspected|believes?|believed|fears?|feared|hinted)"
     r" that\b", "proved that"),
)  # fmt: skip
_VERB = re.compile(
    r"\b(?!used\b|based\b|called\b|named\b|located\b|aged\b|united\b|related\b)(?:\w{2,}ed|is|was"
    r"|won|wrote|beat|told|led|sings?|sang|made|took|gave|sent|held|sold|bought|said|says|plays"
    r"|wants|by|became|lost|shot|saw|left)\b"
)
_SYMMETRIC = re.compile(
    r"\b(?:met|meets?|married|marri\w+|and|or|between|with|near|from|same|both|as|like|joined"
    r"|either|equals?|shares?|shared)\b|[.;:?!]|, (?!who|which)"
)
_PARENTHESES = re.compile(r" \([^()]*\)")
_INNER = re.compile(r", (?:who|which|whose|where)\b[^,;“”\"]{8,120},(?= (?!and|or)[a-z])")
_ENDING = re.compile(
    r", (?:which|who|where|while|although|though|but|as|when|after|because|since)\b[^“”\"]*(?=\.$)"
)
_LEADING = re.compile(
    r"(?:On|In|At|During|After|Before|Under|Since|By) (?:[\w’'-]+ ){0,6}[\w’'-]+, (?=[A-Za-z])"
)
_AHEAD = re.compile(
    r"\b(?:will|would|next|last|previous|week|is to|are to|was to|to be|plan\w*|schedul\w+|due"
    r"|until)\b"
)
_UNITS = (
    ("kilometers", "miles"),
    ("kilometres", "miles"),
    ("miles", "kilometers"),
    ("percent", "million"),
    ("million", "billion"),
    ("billion", "million"),
    ("dollars", "euros"),
    ("hours", "minutes"),
    ("minutes", "hours"),
    ("weeks", "months"),
    ("months", "weeks"),
    ("days", "weeks"),
    ("years", "months"),
    ("meters", "kilometers"),
    ("tons", "pounds"),
    ("$", "€"),
)


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim with the sentences that it cites.

    Attributes:
        kind: how it was made.
        origin: the text that it comes from, by which it is in one half or the other.
        written: the day of its article, where its date is told from that.
        asked: the question that it answers, with the title.
    """

    kind: str
    origin: str
    claim: str
    evidence: tuple[str, ...]
    written: datetime.date | None = None
    asked: str = ""


@dataclass(slots=True)
class Names:
    """Names by kind, to take others from. The kind is told by the form and the word before."""

    _by_kind: dict[str, list[str]] = field(default_factory=dict)

    def learn(self, text: str) -> None:
        """Takes the names of a text in."""
        for found in names(text):
            self._by_kind.setdefault(_kind(text, found), []).append(found[0])

    def other(self, text: str, found: re.Match[str], known: str, rng: random.Random) -> str | None:
        """Another name of the kind, no word of which is known."""
        low = known.casefold()
        if found[0] in _PEOPLES:
            return _choice([one for one in _PEOPLES if one.casefold()[:4] not in low], rng)
        fit = [
            one
            for one in sorted(set(self._by_kind.get(_kind(text, found), ())))
            if not any(word.casefold()[:4] in low for word in re.findall(r"\w+", one))
        ]
        return _choice(fit, rng)


def names(text: str) -> Iterator[re.Match[str]]:
    """The names of a text. Of one word only where it has not got its capital from its place."""
    for found in _NAME.finditer(text):
        starts = not re.search(r"[\w,’'-] \Z|[\w,] [“\"(]\Z", text[: found.start()])
        if found[0] in ("I", "The", "A") or _DAY.search(found[0]):
            continue
        if not starts or (" " in found[0] and not re.match(_ORDINARY, found[0])):
            yield found


def _kind(text: str, found: re.Match[str]) -> str:
    words = found[0].split()
    if len(words) == 1 and words[0].isupper():
        return "acronym"
    is_place = re.search(r"\b(?:in|at|from|near|to) \Z", text[: found.start()])
    return f"{'place' if is_place else 'other'} of {min(len(words), 3)}"


def true_claims(sentence: str) -> Iterator[tuple[str, str]]:
    """Claims that hold if the sentence does, and how they were made: clauses left out, or a
    leading phrase put last."""
    trimmed = _ENDING.sub("", _INNER.sub("", _PARENTHESES.sub("", sentence)))
    if trimmed != sentence and len(trimmed.split()) >= 5 and not _is_torn(trimmed):
        yield "trimmed", trimmed
    lead = _LEADING.match(sentence)
    if lead and sentence.endswith(".") and not re.search(r"[“”\":;]|^\w+ \w+ing\b", sentence):
        rest = sentence[lead.end() : -1]
        phrase = lead[0][:-2]
        moved = f"{rest[0].upper()}{rest[1:]} {phrase[0].lower()}{phrase[1:]}."
        if len(rest.split()) >= 4:
            yield "moved", moved


def _is_torn(text: str) -> bool:
    """Whether a trimmed text is likely no sentence: quotation marks without their partner."""
    return text.count("“") != text.count("”") or text.count('"') % 2 == 1 or "(" in text


def rewritten(claim: str, rng: random.Random) -> Iterator[str]:
    """A claim with a number written in another way, or rounded and said to be."""
    found = _pick(_DIGITS, claim, rng)
    if found and not _is_date(claim, found) and not re.search(r"[:,] \Z", claim[: found.start()]):
        value = float(found[0].replace(",", ""))
        head, tail = claim[: found.start()], claim[found.end() :]
        if value in range(2, 13) and re.match(r" [a-z]", tail):
            yield f"{head}{COUNTED[int(value) - 2]}{tail}"
        elif value >= 10_000 and value % 100 == 0 and "$" not in head[-2:]:
            yield f"{head}{value / 1000:g} thousand{tail}"
        elif value >= 100 and value % 1 == 0 and "," in found[0]:
            yield f"{head}{value:.0f}{tail}"
        if value > 40 and value % 1 == 0 and re.search(r"[a-z] \Z", head):
            rounded = _rounded(value)
            if rounded != value and abs(rounded - value) <= 0.04 * value:
                yield f"{head}about {rounded:,}{tail}"
    if found := _pick(_COUNT, claim, rng):
        number = COUNTED.index(found[0]) + 2
        yield f"{claim[: found.start()]}{number}{claim[found.end() :]}"
    if "percent" in claim or "%" in claim:
        yield (
            claim.replace(" percent", "%") if "percent" in claim else claim.replace("%", " percent")
        )


def _rounded(value: float) -> int:
    return int(round(value, 1 - len(str(int(value))) + (value >= 1000)))


def _is_date(claim: str, found: re.Match[str]) -> bool:
    near = claim[max(0, found.start() - 12) : found.end() + 12]
    return bool(
        re.search(rf"\b(?:{'|'.join([*MONTHS, *_SHORT])})\b|(?:st|nd|rd|th)\b", near)
    ) or bool(re.fullmatch(r"1[5-9]\d\d|20\d\d", found[0]))


def dated(sentence: str, written: datetime.date) -> Iterator[tuple[datetime.date, str, str]]:
    """The day that "on Monday" is in an article of a day; what stands before and after it."""
    found = re.search(rf"\bon ({'|'.join(WEEKDAYS)})\b(?! and\b| or\b|,? [A-Z\d])", sentence)
    if found and not _AHEAD.search(sentence):
        back = (written.weekday() - WEEKDAYS.index(found[1])) % 7
        day = written - datetime.timedelta(back)
        yield day, sentence[: found.start()], sentence[found.end() :]


Alter = Callable[[str, str, random.Random], str | None]


def number(claim: str, known: str, rng: random.Random) -> str | None:
    """Another number of the same size, which the evidence doesn't have."""
    pattern = re.compile(f"{_DIGITS.pattern}|{_COUNT.pattern}|{_RANK.pattern}")
    found = _pick(pattern, claim, rng)
    if not found:
        return None
    if found[0] in RANKED:
        other = rng.choice([word for word in RANKED if word not in known.lower()])
        return f"{claim[: found.start()]}{other}{claim[found.end() :]}"
    have = set(re.findall(r"\d+(?:\.\d+)?", known.replace(",", ""))) | {
        str(at) for at, word in enumerate(COUNTED, 2) if re.search(rf"\b{word}", known.lower())
    }
    for _ in range(20):
        other = _other_number(found[0], rng)
        plain = str(COUNTED.index(other) + 2) if other in COUNTED else other.replace(",", "")
        if plain not in have:
            return f"{claim[: found.start()]}{other}{claim[found.end() :]}"
    return None


def _other_number(written: str, rng: random.Random) -> str:
    if written in COUNTED:
        return rng.choice([word for word in COUNTED if word != written])
    value = float(written.replace(",", ""))
    decimals = len(written.partition(".")[2])
    if re.fullmatch(r"1[5-9]\d\d|20\d\d", written):
        return str(int(value) + rng.choice([-30, -11, -4, -2, -1, 1, 2, 3, 7, 10]))
    other = value * rng.choice([0.3, 0.5, 0.8, 1.25, 1.5, 2, 3]) + rng.choice([0, 1])
    if rng.random() < 0.3:  # a figure too many
        other = value * 10
    if other.is_integer() or not decimals:
        other = max(1.0, round(other))
        other += other == value
    return f"{other:,.{decimals}f}" if "," in written else f"{other:.{decimals}f}"


def rounded(claim: str, known: str, rng: random.Random) -> str | None:
    """A number rounded with no word that says so."""
    found = _pick(_DIGITS, claim, rng)
    hedged = re.compile(
        r"(?:about|around|nearly|almost|roughly|some|over|than|approximately|least|to|circa|c\.)"
        r"\W*\Z"
    )
    if not found or _is_date(claim, found) or hedged.search(claim[: found.start()].lower()):
        return None
    value = float(found[0].replace(",", ""))
    if value <= 20 or value % 1:
        return None
    other = _rounded(value)
    if other == value or re.search(rf"(?<!\d){other}(?!\d)", known.replace(",", "")):
        return None
    return f"{claim[: found.start()]}{other:,}{claim[found.end() :]}"


def swapped_numbers(claim: str, _: str, rng: random.Random) -> str | None:
    """Two numbers that change places: both are in the evidence, of other things."""
    found = [one for one in _DIGITS.finditer(claim) if not _is_date(claim, one)]
    pairs = [
        (one, other)
        for at, one in enumerate(found)
        for other in found[at + 1 :]
        if one[0] != other[0] and len(claim[one.end() : other.start()].split()) >= 3
    ]
    return _swapped(claim, *rng.choice(pairs)) if pairs else None


def number_of_another(claim: str, known: str, rng: random.Random) -> str | None:
    """A number that the evidence has of something else."""
    found = _pick(_DIGITS, claim, rng)
    if not found or _is_date(claim, found):
        return None
    fit = [
        one[0]
        for one in _DIGITS.finditer(known)
        if one[0] not in claim and not _is_date(known, one)
    ]
    other = _choice(fit, rng)
    return other and f"{claim[: found.start()]}{other}{claim[found.end() :]}"


def name_of_another(claim: str, known: str, rng: random.Random) -> str | None:
    """A name that the evidence has of someone or something else."""
    every = [one for one in names(claim) if one[0] in known]
    fit = sorted({one[0] for one in names(known)} - {one[0] for one in every})
    found = _choice(every, rng)
    if found is None:
        return None
    mine = set(found[0].split())
    other = _choice([one for one in fit if one not in claim and not mine & set(one.split())], rng)
    return other and f"{claim[: found.start()]}{other}{claim[found.end() :]}"


def unit(claim: str, known: str, rng: random.Random) -> str | None:
    """Another unit of the same number."""
    fit = [
        (one, other)
        for one, other in _UNITS
        if re.search(rf"\d[\d.,]*[ -]{re.escape(one)}\b|{re.escape(one)}\d", claim)
        and other not in known
    ]
    if not fit:
        return None
    one, other = rng.choice(fit)
    return claim.replace(one, other, 1)


def date(claim: str, known: str, rng: random.Random) -> str | None:
    """Another weekday or month."""
    found = _pick(_DAY, claim, rng)
    if not found or re.match(r"\W*\b(?:not|be)\b", claim[found.end() :]):
        return None
    kin = WEEKDAYS if found[0] in WEEKDAYS else MONTHS
    other = _choice([one for one in kin if one[:3] not in known], rng)
    return other and f"{claim[: found.start()]}{other}{claim[found.end() :]}"


def name_from(pool: Names) -> Alter:
    """Another name of the same kind, which the evidence doesn't have; or a part of one."""

    def name(claim: str, known: str, rng: random.Random) -> str | None:
        every = list(names(claim))
        if not every:
            return None
        found = rng.choice(every)
        other = pool.other(claim, found, f"{known} {claim}", rng)
        if other is None:
            return None
        words, others = found[0].split(), other.split()
        if len(words) == len(others) == 2 and rng.random() < 0.5:
            other = f"{words[0]} {others[1]}" if rng.random() < 0.5 else f"{others[0]} {words[1]}"
        return f"{claim[: found.start()]}{other}{claim[found.end() :]}"

    return name


def negated(claim: str, _: str, rng: random.Random) -> str | None:
    """With a "not" or "never" won."""
    if found := _pick(_AUXILIARY, claim, rng):
        word = found[0]
        forms = [f"{word} not", f"{word} not", f"{word} never", f"{word} no longer"]
        if word not in ("can", "will"):
            forms.append(f"{word}n't")
        if word in ("does", "did", "do"):
            forms = [f"{word} not", f"{word}n't"]
        return f"{claim[: found.start()]}{rng.choice(forms)}{claim[found.end() :]}"
    if found := _pick(_PAST, claim, rng):
        return f"{claim[: found.start()]}never {claim[found.start() :]}"
    return None


def affirmed(claim: str, _: str, rng: random.Random) -> str | None:
    """With a negation lost."""
    return _changed(claim, _LOST, rng)


def certain(claim: str, _: str, rng: random.Random) -> str | None:
    """With a "may", "reportedly" or "planned to" lost."""
    return _changed(claim, _HEDGED, rng)


def swapped_names(claim: str, _: str, rng: random.Random) -> str | None:
    """Two names that change places round a verb."""
    found = [one for one in names(claim) if one[0] not in _PEOPLES]
    pairs = [
        (one, other)
        for one, other in pairwise(found)
        if one[0] != other[0]
        and not set(one[0].split()) & set(other[0].split())
        and _VERB.search(between := claim[one.end() : other.start()])
        and not _SYMMETRIC.search(between)
        and not between.startswith(("’s", "'s"))
        and not re.match(r"['’]s|,? and\b", claim[other.end() :])
        and not re.search(r"\band \Z", claim[: one.start()])
    ]
    return _swapped(claim, *rng.choice(pairs)) if pairs else None


def _changed(claim: str, rules: Sequence[tuple[str, str]], rng: random.Random) -> str | None:
    fit = [(found, new) for old, new in rules for found in re.finditer(old, claim, re.IGNORECASE)]
    if not fit:
        return None
    found, new = rng.choice(fit)
    new = found.expand(new)
    if found[0][0].isupper() and new:
        new = new[0].upper() + new[1:]
    changed = f"{claim[: found.start()]}{new}{claim[found.end() :]}"
    return changed[0].upper() + changed[1:]


def _swapped(text: str, one: re.Match[str], other: re.Match[str]) -> str:
    middle = text[one.end() : other.start()]
    return f"{text[: one.start()]}{other[0]}{middle}{one[0]}{text[other.end() :]}"


def _pick(pattern: re.Pattern[str], text: str, rng: random.Random) -> re.Match[str] | None:
    return _choice(list(pattern.finditer(text)), rng)


def _choice(some: Sequence[T], rng: random.Random) -> T | None:
    return rng.choice(some) if some else None


def alterations(pool: Names) -> Mapping[str, Alter]:
    """Every kind of alteration by its name."""
    return {
        "number replaced": number,
        "number rounded, unsaid": rounded,
        "unit replaced": unit,
        "date replaced": date,
        "name replaced": name_from(pool),
        "negation inserted": negated,
        "negation removed": affirmed,
        "modality dropped": certain,
        "names swapped": swapped_names,
        "numbers swapped": swapped_numbers,
        "number of another": number_of_another,
        "name of another": name_of_another,
    }
