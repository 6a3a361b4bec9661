"""What a text denies, and what it holds to be only possible, planned or said."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.claims.dates import CALENDAR
from rag.claims.words import Said, Word, counterparts, stems

REACH = 3  # content words after a "not" that it may deny

_NEGATION = re.compile(
    r"\b(?:not(?: yet)?(?! (?:only|just|merely|above|more|less)\b)(?!(?: \w+){1,3} until\b)"
    r"|no(?: longer\b|[ -]one\b)?(?!\s*,|[”\"'’]|\. ?\d|-)|never|none|nobody|nothing|neither|nor"
    r"|without|cannot|\w+n['’]t|den(?:y|ies|ied|ying)|refus(?:e|es|ed|ing)"
    r"|declin(?:e|es|ed|ing) to|fail(?:s|ed|ing|ure)? to|unable|rarely|hardly|barely|scarcely"
    r"|seldom|rul(?:e|es|ed|ing) out|(?:acquitted|cleared) of|myth that)\b",
    re.IGNORECASE,
)
_WIDE = re.compile(  # they deny what follows as a whole and not its first word
    r"(?:no|none|nobody|nothing|neither|nor|without|den(?:y|ies|ied|ying))\b", re.IGNORECASE
)
_TO = "plan intend hope want threaten try attempt seek propose promise offer agree aim vow".split()
_TO += "pledge claim seem appear".split()
_THAT = "suspect suggest believe fear hint allege claim estimate speculate think".split()


def _forms(verb: str) -> str:
    """A verb with its regular endings."""
    if verb.endswith("y"):
        return f"{verb[:-1]}(?:y|ies|ied|ying)"
    doubled = "n" if verb == "plan" else ""
    return f"{verb.removesuffix('e')}(?:e?s?|{doubled}ed|{doubled}ing)"


_DOUBT = (
    r"(?-i:may)|might|could|perhaps|possibly|probably|likely|reportedly|allegedly|apparently"
    r"|presumably|supposedly|purportedly|alleged|suspected|expected|scheduled|supposed"
    r"|(?:believed|thought)(?! (?:in|of|about)\b)|rumou?red|said to|sought to|meant to|seems?"
    r"|seemed|possible|potential|(?:would|should) have|ought to|plan(?:s|ned)? for"
    r"|(?:ask|call|order|press|urg)ed to|calls? (?:for|on)"
    rf"|(?:{'|'.join(map(_forms, _TO))}) to"
    rf"|(?:{'|'.join(map(_forms, _THAT))})(?: that|(?= (?-i:[A-Z])))"  # they believe Ann did it
    r"|(?:accus|suspect|charg)ed (?:of|with|over)|on suspicion of|on trial"
)
_DOUBTS = re.compile(rf"\b(?:{_DOUBT})\b(?! not\b)", re.IGNORECASE)
_SOFT = re.compile(  # what leaves it open in any way
    rf"\b(?:{_DOUBT}|can|would|should|able|possib\w+|potential\w*|plans?|intentions?|intent|hopes?"
    r"|hopefully|attempts?|efforts?|suspicions?|alleg\w+|claim(?:s|ed|ing)?|belie(?:f|fs|ve\w*)"
    r"|fears?|suggest\w*|risk(?:s|ed)?|threats?|accus\w+|charg\w+|propos\w+|expect(?:s|ing|ations?)?"
    r"|estimate\w*|hints?|promises?|appear(?:s|ed)?|legend|rumou?r\w*)\b",
    re.IGNORECASE,
)
_COMING = re.compile(r"\b(?:will|going to)\b|['’]ll\b", re.IGNORECASE)
_PREFIXES = ("un", "in", "im", "il", "ir", "dis", "non")
_DAYS = frozenset(day.lower() for day in CALENDAR)
_ADVERB = re.compile(r"ly\Z|\A(?:well|already|still|soon|now|again|often|even)\Z")
_ASIDE = re.compile(  # of the subject: Ann Low (34), Ann Low, 34, Ann Low, who lives in Hull,
    r"\s?\([^()]{0,200}\)|,(?! (?:and|but|or)\b)[^,.;:]{1,120},(?! (?:and|but|or)\b)"
)
_STOP = re.compile(
    r"[,;:.!?()—–“”\"]|--|\b(?:and|but|or|who|which|because|although|while|when|where)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Scope:
    """A word such as "not", and the content words that it speaks of.

    Attributes:
        clause: where the clause that it stands in begins and ends.
        near: where the first words behind it begin and end, those that it speaks of for sure.
    """

    cue: str
    words: tuple[Word, ...]
    clause: tuple[int, int]
    near: tuple[int, int]

    @property
    def head(self) -> Word | None:
        """What is denied or doubted first of all: the verb, or what stands for it."""
        return next((one for one in self.words if not _ADVERB.search(one.stem)), None)


def _scopes(said: Said, cues: re.Pattern[str]) -> list[Scope]:
    found = []
    stops = [stop.span() for stop in _STOP.finditer(said.text)]
    asides = [aside.span() for aside in _ASIDE.finditer(said.text)]
    main = [stop for stop in stops if not _is_in(stop[0], asides)]
    for cue in cues.finditer(said.text):
        words: list[Word] = []
        end = cue.end()
        around = stops if _is_in(cue.start(), asides) else main
        begin, until = _clause(around, cue.start(), cue.end(), len(said.text))
        near = until
        for word in said.after(end):
            if _is_aside(said.text, cue.end(), word) or word.stem in _DAYS:
                end = word.end
                continue
            if len(words) == REACH or (words and _STOP.search(said.text, end, word.start)):
                near = min(near, word.start)
                break
            if not cues.fullmatch(said.text, word.start, word.end):
                words.append(word)
            end = word.end
        near = max(near, end)  # "not, however, on Monday": beyond a comma
        found.append(Scope(cue[0], tuple(words), (begin, max(until, near)), (cue.end(), near)))
    return found


def _clause(stops: Sequence[tuple[int, int]], start: int, end: int, length: int) -> tuple[int, int]:
    """Where the clause round a stretch begins and ends, between two of the stops of its text."""
    before = bisect_right(stops, start, key=lambda stop: stop[1])
    after = bisect_left(stops, end, key=lambda stop: stop[0])
    return (
        stops[before - 1][1] if before else 0,
        stops[after][0] if after < len(stops) else length,
    )


def _is_in(place: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a place lies in one of some spans, which are in order and apart."""
    before = bisect_right(spans, place, key=lambda span: span[0])
    return before > 0 and place < spans[before - 1][1]


def _is_aside(text: str, cue: int, word: Word) -> bool:
    """Whether a word stands in brackets that were opened after the cue."""
    between = text[cue : word.start]
    return between.rfind("(") > between.rfind(")")


class Stance:
    """A sentence and what of it is denied, and doubted."""

    def __init__(self, text: str) -> None:
        self.said = Said(text)
        self.negations = _scopes(self.said, _NEGATION)
        self.doubts = _scopes(self.said, _DOUBTS)
        self.soft = {word for scope in _scopes(self.said, _SOFT) for word in scope.words}
        counted = Counter(word for scope in self.negations for word in scope.words)
        self.denied = {word for word, times in counted.items() if times % 2}


def moved_negation(claim: Stance, evidence: Sequence[Stance]) -> str | None:
    """A "not" lost or won. One of other words, in a long sentence or in another, does no harm."""
    if any(_is_won(scope, claim, evidence) for scope in claim.negations):
        return "it denies what the evidence does not deny"
    if any(_is_lost(scope, one, claim, evidence) for one in evidence for scope in one.negations):
        return "it leaves out a negation of the evidence"
    return None


def _is_won(scope: Scope, claim: Stance, evidence: Sequence[Stance]) -> bool:
    if not scope.words:
        return not any(one.negations for one in evidence)
    for word in scope.words:
        if others := _denials(claim, word, evidence):
            return (word in claim.denied) not in others
    return not any(_prefixed(scope.words[0].stem, one) for one in evidence)


def _prefixed(stem: str, evidence: Stance) -> bool:
    """Whether the evidence says "unarmed" for "not armed"."""
    return any(
        word.stem.endswith(stem) and word.stem[: -len(stem)] in _PREFIXES
        for word in evidence.said.words
    )


def _is_lost(scope: Scope, where: Stance, claim: Stance, evidence: Sequence[Stance]) -> bool:
    """Whether the claim says, undenied, what is denied there and nowhere else said as likely."""
    undenied = [
        word
        for denied in scope.words
        if denied in where.denied
        for word in claim.said.having(denied.stem)
        if _denials(claim, word, evidence) == {word not in claim.denied}
    ]
    found = {word.stem for word in undenied}
    if not _WIDE.match(scope.cue):
        return scope.head is not None and scope.head.stem in found
    return len(found) >= min(2, len({word.stem for word in scope.words})) > 0


def _denials(claim: Stance, word: Word, evidence: Sequence[Stance]) -> set[bool]:
    """Whether a word of the claim is denied where the evidence says it."""
    by_said = {id(one.said): one for one in evidence}
    return {
        other in by_said[id(said)].denied
        for said, other in counterparts(claim.said, word, [one.said for one in evidence])
    }


def left_open(question: str, text: str, stretch: tuple[int, int]) -> bool:
    """Whether a sentence denies or doubts a half-open stretch, unless that is asked for.

    Who asks what somebody did shall not get who didn't do it: where what is denied is what the
    question asks about, all of its clause is left open.

    >>> left_open("What did it cost?", "It was meant to cost 5 euros.", (21, 28))
    True
    >>> left_open("What should it cost?", "It was meant to cost 5 euros.", (21, 28))
    False
    """
    asked = stems(question)

    def holds(scope: Scope) -> bool:
        about = any(word.stem in asked for word in scope.words)
        start, end = scope.clause if about else scope.near
        return start < stretch[1] and stretch[0] < end

    said = Stance(text)
    if not _NEGATION.search(question) and sum(map(holds, said.negations)) % 2:
        return True  # twice denied is said
    excused = _SOFT.search(question) or _COMING.search(question)
    return not excused and any(map(holds, said.doubts))


def dropped_doubt(claim: Stance, evidence: Sequence[Stance]) -> str | None:
    """A "may" or "planned to" of the evidence that the claim has lost on the same verb."""
    for where, scope in _doubts(evidence):
        head = scope.head
        if head is None:
            continue
        for word in claim.said.having(head.stem):
            if word in claim.soft:
                continue
            others = counterparts(claim.said, word, [one.said for one in evidence])
            if all(said is where.said and other == head for said, other in others):
                return f'it leaves out "{scope.cue.lower()}"'
    return None


def _doubts(evidence: Sequence[Stance]) -> Iterator[tuple[Stance, Scope]]:
    return ((one, scope) for one in evidence for scope in one.doubts)
