"""An answer in the articles' own words: the phrase that answers, or the sentences.

For models that would rather invent than read. Nothing is worded, so nothing can be worded wrong;
what can be wrong is the place that is pointed at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from rag.answer import Claim
from rag.article import Article
from rag.choose import Choice, Pointer
from rag.claims.figures import differ
from rag.claims.names import strange
from rag.evidence import Evidence, quoted

# Chosen on questions about Wikipedia held back from training; see docs/quality.md.
SURE = 0.15  # probability of the phrases of a sentence from which one of them is the answer
MOST = 0.6  # share of it that phrases in one place must have: else there are two answers, or none
ENOUGH = 0.5  # share of these that must lie in the phrase that is shown
LOOKED_AT = 2  # sentences that may be quoted, but for those of articles that differ
NEAR = 2.0  # log-odds that a second sentence may be less likely than the first to be quoted too

_MANY_WORDS = re.compile(
    r"\b(?:and|both|(?:two|three|four|five)(?!-)|several|all(?!-| time\b)|each|respectively|"
    r"other than|besides|a list of|(?:can|could|please|to|will|would|you) list)\b|^list\b",
    re.IGNORECASE,
)
_PAIR = re.compile(
    r"\bbetween\b[^,;?]{1,80}?\band\b", re.IGNORECASE
)  # the distance between A and B
_AROUND = " \t\n,.;:!?…¿¡\"'“”„‘’‚«»‹›()[]{}—–-"
_BORDER = re.compile(r"[\s—]")  # of words
_SIGN = re.compile(r"(?<![^\s(\[\"“‘—])[-–.]\d")  # of a number, or its point
_INITIALS = re.compile(r"(?:\b[^\W\d_]\.)+[^\W\d_]\Z")  # which end with a point
_REASON = re.compile(
    r"\b(?:why|reasons?|explain|describe|differences?|how\b(?! (?:many|much|few|little|old|young|"
    r"long|short|far|near|close|fast|quickly|slow|slowly|often|frequently|soon|late|early|recently|"
    r"tall|high|low|deep|wide|thick|heavy|light|big|small|large|hot|warm|cold|loud|bright|strong|"
    r"steep|rich|expensive|cheap|likely)\b))",
    re.IGNORECASE,
)
_NO_PLURAL = (  # a name, or a word that ends in s anyway
    r"(?!(?-i:[A-Z][a-z])|\d|\w*(?:ss|us|is)\b|(?:was|has|does|gas|lens|news|series|species|sports)\b)"
)
_VERB = (  # which city hosts the games
    r"(?!(?:belongs|borders|carries|comes|connects|contains|costs|covers|crosses|eats|flows|gets|"
    r"gives|goes|holds|hosts|keeps|leads|lies|lives|makes|means|needs|orbits|owns|pays|plays|"
    r"produces|rises|runs|says|sells|serves|stands|starts|takes|teaches|treats|uses|wants|wins|"
    r"works)\b)(?!\w+ (?:an?|the|his|her|its|their|into|through)\b)"
)
_HELPER = (  # what do bees make
    r"(?!(?:an?|the|of|is|was|do|does|did|has|have|had|can|could|may|might|must|shall|should|will|"
    r"would)\b)"
)
_PLURAL = re.compile(
    r"\b(?:what|which|who) (?:are|were)\b|"
    # Elsewhere "which" seldom asks: the river which crosses the town.
    r"(?:\bwhat|(?:^|, |\b(?:at|by|for|from|in|on|to|know|me) )which|^name(?: the| some)?) "
    rf"(?:{_NO_PLURAL}\w+s|{_HELPER}\w+ {_VERB}{_NO_PLURAL}\w+s)\b",
    re.IGNORECASE,
)


def pointed(question: str, choice: Choice) -> Iterator[Claim]:
    """The claims of an answer: a phrase where one is wanted and likely, else one sentence or two.

    A second sentence is quoted where it is nearly as likely as the first: then either may answer,
    or each has a part. Where other articles give another number, each is quoted.
    """
    best = choice.evidence[0]
    if against := differing(question, choice):
        for one in (best, *against):
            yield replace(quoted(one), differs=True)
        return
    mine = [pointer for pointer in choice.pointers if pointer.evidence is best]
    sure = sum(one.probability for one in mine) > SURE and not wants_several(question)
    if sure and (short := phrase(mine)):
        yield Claim(short, "quoted", (best.citation,))
        return
    yield quoted(best)
    for other in choice.evidence[1:LOOKED_AT]:
        if other.score > best.score - NEAR:
            yield quoted(other)


def differing(question: str, choice: Choice) -> list[Evidence]:
    """The sentences of other articles, one of each, whose likeliest phrase is another number.

    They have to be nearly as likely as the best sentence, and their articles to have all names of
    the question, else they speak of something else.
    """
    best = choice.evidence[0]
    said = _likeliest(choice, best)
    found: dict[str, Evidence] = {}
    for other in choice.evidence[1:]:
        near = other.score > best.score - NEAR and other.article.id != best.article.id
        phrase = _likeliest(choice, other) if near else None
        if said and phrase and differ(said, phrase) and _names_all(question, other.article):
            found.setdefault(other.article.id, other)
    return list(found.values())


def _names_all(question: str, article: Article) -> bool:
    return not any(strange(question, [article.title, article.text]))


def _likeliest(choice: Choice, evidence: Evidence) -> str | None:
    some = [pointer for pointer in choice.pointers if pointer.evidence is evidence]
    return max(some, key=lambda one: one.probability).text if some else None


def quotable(question: str, choice: Choice) -> list[Evidence]:
    """The sentences that `pointed` may quote, best first."""
    return list(dict.fromkeys([*choice.evidence[:LOOKED_AT], *differing(question, choice)]))


def wants_several(question: str) -> bool:
    """Whether a phrase would hardly do: a list is asked for, several facts, or a reason.

    >>> [wants_several(q) for q in ("Who won?", "Who won, and when?", "Why?", "Which towns lost?")]
    [False, True, True, True]
    """
    question = _PAIR.sub("", question)
    return any(sign.search(question) for sign in (_MANY_WORDS, _REASON, _PLURAL))


def phrase(pointers: Sequence[Pointer]) -> str | None:
    """The phrase that some pointers into one sentence agree on, in whole words; None if they don't.

    Likely phrases often differ in their ends alone: those that overlap the likeliest are taken
    together, and the shortest stretch that has enough of their probability is the phrase.
    """
    likeliest = max(pointers, key=lambda one: one.probability)
    near = [one for one in pointers if one.start < likeliest.end and likeliest.start < one.end]
    agreed = sum(one.probability for one in near)
    if agreed < MOST * sum(one.probability for one in pointers):
        return None
    stretches = [
        (end - start, start, end)
        for start in {one.start for one in near}
        for end in {one.end for one in near}
        if start < end and _within(near, start, end) >= ENOUGH * agreed
    ]
    _, start, end = min(stretches)
    return whole_words(likeliest.evidence.text, start, end) or None


def _within(pointers: Iterable[Pointer], start: int, end: int) -> float:
    return sum(one.probability for one in pointers if start <= one.start and one.end <= end)


def whole_words(text: str, start: int, end: int) -> str:
    """The words that a stretch of a text touches, without punctuation round them; may be empty.

    >>> whole_words("He is a 14-year-old boy.", 8, 15)
    '14-year-old'
    """
    while start > 0 and not _BORDER.match(text, start - 1):
        start -= 1
    while end < len(text) and not _BORDER.match(text, end):
        end += 1
    while start < end and text[start] in _AROUND and not _SIGN.match(text, start):
        start += 1
    words = text[start:end].rstrip(_AROUND)
    point = text[start + len(words) : end].startswith(".") and _INITIALS.search(words)
    return f"{words}." if point else words
