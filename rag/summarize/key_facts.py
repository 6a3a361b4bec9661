"""Who, what, where, when, how many: the words of the articles themselves, each with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag.article import Span
from rag.citation import Citation, Claim
from rag.claims.dates import CALENDAR, dates
from rag.claims.figures import Figure, figures
from rag.claims.words import COMMON, WORD, bare, content
from rag.conversation.mentions import mentions
from rag.summarize.candidates import Candidate
from rag.summarize.choose import headline
from rag.summarize.days import days
from rag.summarize.verbs import is_past
from rag.summary import Asked, KeyFact

MOST: dict[Asked, int] = {"who": 4, "where": 3, "when": 3, "how many": 5}
READ = 200  # sentences, those that matter most, in which is looked
_THINGS = re.compile(
    r"(?:\s?(?:%|per ?cent)|[ -](?!(?:and|or|but|to|in|on|at|by|of|for|with|from|after|before|when"
    r"|while|who|which|that|is|are|was|were|had|have|has|will|would|as|than|it|he|she|they|we|you|I"
    r"|its|his|her|their|this|these|those|the|an?|may|might|can|could|should|must|cannot"
    r"|[AaPp]\.?[Mm]|\w+(?:ed|ing))\b)[^\W\d_][\w’'-]*)"
    r"{1,2}"
)
_LETTERS = r"(?:[A-Z]{2,3}\s?|[A-Z])?"  # US$, A$; "A $3 million deal" is no Australian one
_SIGN = re.compile(rf"{_LETTERS}[$€£¥₹]\s?\Z")
_CLOCK = re.compile(r"\b\d{1,2}:\d\d\b")
_HEDGE = re.compile(  # "up to 300" isn't 300
    r"\b(?:(?:(?:up|close) to|(?:fewer|less|more) than|(?:no|not) (?:more|fewer|less) than"
    r"|at (?:least|most)|as (?:many|much|few|little) as|nearly|almost|about|around|roughly"
    r"|approximately|some|over|under|above|below|only|just|well|slightly|an estimated|estimated"
    r"|upwards of|between|from)\s)+(?:the |a |an )?\Z",
    re.IGNORECASE,
)
_TO = re.compile(rf"\s?[-–]\s?{_LETTERS}[$€£¥₹]?|\s(?:to|and|or)\s{_LETTERS}[$€£¥₹]?")


@dataclass(frozen=True, slots=True)
class _Found:
    """Words of a sentence that may be a fact: `text[start:end]`; the same `name`, the same fact.

    Attributes:
        date: what they mean, if the rest of it is from the day of the article.
    """

    name: str
    start: int
    end: int
    date: str = ""


def key_facts(some: Sequence[Candidate]) -> list[KeyFact]:
    """The rows of the table: what first, then who, where, when and how many."""
    best = sorted(some, key=lambda one: (-one.weight, one.place))[:READ]
    found = [KeyFact("what", said.claim, said.candidate.citation) for said in headline(some)]
    for asked, look in _LOOKS.items():
        found += _most_weighty(asked, look, best)
    return found


def _most_weighty(
    asked: Asked, look: Callable[[Candidate], Iterator[_Found]], best: Sequence[Candidate]
) -> list[KeyFact]:
    """What is said of most often where it matters, by its fullest form's first place."""
    weights: dict[str, float] = {}
    places: dict[str, tuple[Candidate, _Found]] = {}
    for one in best:
        for found in look(one):
            weights[found.name] = weights.get(found.name, 0.0) + one.weight
            known = places.get(found.name)
            if known is None or found.end - found.start > known[1].end - known[1].start:
                places[found.name] = (one, found)
    names = sorted(weights, key=lambda name: (-weights[name], name))[: MOST[asked]]
    return [_fact(asked, *places[name]) for name in names]


def _fact(asked: Asked, one: Candidate, found: _Found) -> KeyFact:
    start = one.sentence.start
    span = Span(one.article.id, start + found.start, start + found.end)
    citation = Citation.of(one.article, span)
    claim = Claim(citation.quote, "quoted", (citation,))
    return KeyFact(asked, claim, one.citation, found.date)


def _named(*kinds: str) -> Callable[[Candidate], Iterator[_Found]]:
    def look(one: Candidate) -> Iterator[_Found]:
        for mention in mentions(one.text):
            words = one.text[mention.start : mention.end].split()
            if not (mention.name and mention.kind in kinds and mention.sure):
                continue
            if bare(words[0]) not in COMMON and _is_called(words, mention.kind):
                # Two universities aren't one, but "Low" is Ada Low.
                name = " ".join(words) if mention.kind == "group" else mention.head
                yield _Found(bare(name), mention.start, mention.end)

    return look


def _is_called(words: Sequence[str], kind: str) -> bool:
    """Whether it has a name of its own: "Lenn University" or "KCNA", but not "Parliament"."""
    return kind != "group" or len(words) > 1 or words[0].isupper()


def _dated(one: Candidate) -> Iterator[_Found]:
    for day in days(one.text, one.article.date):
        yield _Found(day.date, day.start, day.end, day.date if day.resolved else "")


def _counted(one: Candidate) -> Iterator[_Found]:
    text = one.text
    some = [figure for figure in figures(text) if not (figure.rank or figure.unit == "decade")]
    times = [(date.start, date.end) for date in dates(text)]
    times += [clock.span() for clock in _CLOCK.finditer(text)]
    for first, last in _ranges(text, some):
        if first.year or any(a < last.end and first.start < b for a, b in times):
            continue
        sign = _SIGN.search(text, 0, first.start)
        things = _THINGS.match(text, last.end)
        end = last.end if sign or not things else _end_of_things(text, things)
        if sign or last.unit or end > last.end:
            start = sign.start() if sign else first.start
            hedge = _HEDGE.search(text, 0, start)
            start = hedge.start() if hedge and _may_hedge(hedge[0], first, last) else start
            name = _same(text[start : first.start], first, last, text[last.end : end])
            yield _Found(name, start, end)


def _ranges(text: str, some: Sequence[Figure]) -> Iterator[tuple[Figure, Figure]]:
    """Each figure as its own first and last, but "20 to 30" as one of both."""
    at = 0
    while at < len(some):
        first = last = some[at]
        at += 1
        if at < len(some) and _is_range(text, first, some[at]):
            last = some[at]
            at += 1
        yield first, last


def _is_range(text: str, first: Figure, last: Figure) -> bool:
    link = text[first.end : last.start]
    if not _TO.fullmatch(link):
        return False
    hedge = _HEDGE.search(text[: first.start].rstrip("$€£¥₹"))
    return " and " not in link or bool(hedge and hedge[0].lower().startswith("between"))


def _may_hedge(hedge: str, first: Figure, last: Figure) -> bool:
    """Whether "between" and "from" begin a range, and "some" isn't "some 12 of them"."""
    return first is not last or not hedge.lower().startswith(("between", "from"))


def _end_of_things(text: str, things: re.Match[str]) -> int:
    """Without the verb that follows them: "12 people fled"."""
    words = [*WORD.finditer(text, things.start(), things.end())]
    while len(words) > 1 and (is_past(words[-1][0]) or words[-1][0] in CALENDAR):
        words.pop()
    return words[-1].end() if words else things.end()


def _same(before: str, first: Figure, last: Figure, things: str) -> str:
    """What two facts have in common that are one: the number, how sure it is, and of what."""
    hedge = " ".join(WORD.findall(before.casefold()))
    counted = " ".join(one.stem for one in content(things))
    return f"{hedge} {first.form} {last.form} {last.unit} {counted}"


_LOOKS: dict[Asked, Callable[[Candidate], Iterator[_Found]]] = {
    "who": _named("person", "group"),
    "where": _named("place"),
    "when": _dated,
    "how many": _counted,
}
