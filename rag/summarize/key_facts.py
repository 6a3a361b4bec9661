"""Who, what, where, when, how many: the words of the articles themselves, each with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag.article import Span
from rag.citation import Citation, Claim
from rag.claims.dates import dates
from rag.claims.figures import figures
from rag.claims.words import COMMON, bare
from rag.conversation.mentions import mentions
from rag.summarize.candidates import Candidate
from rag.summarize.choose import headline
from rag.summary import Asked, KeyFact

MOST: dict[Asked, int] = {"who": 4, "where": 3, "when": 3, "how many": 5}
READ = 200  # sentences, those that matter most, in which is looked
_THINGS = re.compile(
    r"(?:\s?(?:%|per ?cent)|[ -](?!(?:and|or|but|to|in|on|at|by|of|for|with|from|after|before|when"
    r"|while|who|which|that|is|are|was|were|had|have|has|will|would|as|than|it|he|she|they|we|you|I"
    r"|its|his|her|their|this|these|those|the|an?|\w+(?:ed|ing))\b)[^\W\d_][\w’'-]*)"
    r"{1,2}"
)
_SIGN = re.compile(r"(?:[A-Z]{2,3}\s?)?[$€£¥₹]\s?\Z")


@dataclass(frozen=True, slots=True)
class _Found:
    """Words of a sentence that may be a fact: `text[start:end]`; the same `name`, the same fact."""

    name: str
    start: int
    end: int


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
    return KeyFact(asked, Claim(citation.quote, "quoted", (citation,)), one.citation)


def _named(kind: str) -> Callable[[Candidate], Iterator[_Found]]:
    def look(one: Candidate) -> Iterator[_Found]:
        for mention in mentions(one.text):
            first = bare(mention.text.split(maxsplit=1)[0])
            if mention.name and mention.kind == kind and mention.sure and first not in COMMON:
                yield _Found(bare(mention.head), mention.start, mention.end)

    return look


def _dated(one: Candidate) -> Iterator[_Found]:
    for date in dates(one.text, one.article.date):
        if date.year:
            yield _Found(str(date.parts[:3]), date.start, date.end)


def _counted(one: Candidate) -> Iterator[_Found]:
    text = one.text
    dated = [(date.start, date.end) for date in dates(text)]
    for figure in figures(text):
        if (
            figure.rank
            or figure.year
            or figure.unit == "decade"
            or any(a < figure.end and figure.start < b for a, b in dated)
        ):
            continue
        sign = _SIGN.search(text, 0, figure.start)
        things = _THINGS.match(text, figure.end)
        if sign or things or figure.unit:
            start = sign.start() if sign else figure.start
            end = things.end() if things and not sign else figure.end
            yield _Found(f"{figure.form} {figure.unit}", start, end)


_LOOKS: dict[Asked, Callable[[Candidate], Iterator[_Found]]] = {
    "who": _named("person"),
    "where": _named("place"),
    "when": _dated,
    "how many": _counted,
}
