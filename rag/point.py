"""An answer in the articles' own words: the phrase that answers, or the sentences.

For models that can't be left to word it. Nothing is worded, so nothing can be worded wrong;
what can be wrong is the place that is pointed at.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace

from rag.choose import Choice
from rag.citation import Claim
from rag.evidence import Evidence, quoted
from rag.parts import parts
from rag.phrase import Stretch, agreed, alone
from rag.question import answered_by, asks_whether, wants_facts, wants_several, wants_two

# Chosen on questions about held-back Wikipedia, the news and ours; see docs/quality.md.
SURE = 0.15  # probability of the phrases of a sentence from which one of them is the answer
BOTH = 0.002  # the same where a model has weighed them, of the product of both probabilities
WHOLE = 0.8  # share of that which must lie in the phrase that is shown
CERTAIN = 0.06  # the same where more than one fact seems to be wanted and the phrase has one
# Log-odds that another sentence may be less likely than the first to be quoted too: a second one,
# or up to three where several facts are asked for; four where each has a question of its own.
NEAR = 2.2
PARTED = 4.0
LEAN = 2.0  # log-odds more of the sentence after the best that goes on with a pronoun

_PRONOUN = re.compile(  # that a sentence begins with
    r"\W*(?:(?:well|and|but|so|then|later|now|yet),? )*"
    r"(?:he|she|it|they|his|her|its|their|this|that|these|those|such)\b",
    re.IGNORECASE,
)
_NOBODY = re.compile(  # it is not known where they came from
    r"\W*it (?:is|was|remains|has been|had been|seems|appears)\b[^,;:.]{0,40}?"
    r"\b(?:that|whether|who|what|when|where|why|how|to)\b",
    re.IGNORECASE,
)


def pointed(question: str, choice: Choice) -> Iterator[Claim]:
    """The claims of an answer: a phrase where one is wanted and likely, else some sentences.

    Of a question with several parts, the sentence that answers each comes first. Another sentence
    is quoted where it is nearly as likely as the first: then either may answer, or each has a
    share. Where other articles give another number, each is quoted (`rag.rivals`).
    """
    best = choice.evidence[0]
    if choice.rivals:
        for one in (best, *choice.rivals):
            yield replace(quoted(one), differs=True)
        return
    if short := _short(question, choice):
        yield Claim(short, "quoted", (best.citation,))
        return
    yield from map(quoted, _sentences(question, choice))


def _sentences(question: str, choice: Choice) -> list[Evidence]:
    """Those to be quoted, those that answer a part first.

    Where the best begins with a pronoun it comes after the one before it.
    """
    best = choice.evidence[0]
    most, near = _reach(question, choice)
    if choice.parts:
        answering = {one.place for one in choice.parts}
        some = choice.ranked[:most]
        return [one for one in some if one.place in answering or one.score > best.score - near]
    odds = {one.place: one.score + LEAN * _goes_on(one, best) for one in choice.evidence}
    likely = [one for one in choice.evidence if odds[one.place] > best.score - near]
    likely.sort(key=lambda one: -odds[one.place] if one is not best else -math.inf)
    before = _before(best, choice)
    return list(dict.fromkeys([before, *likely] if before else likely))[:most]


def _goes_on(one: Evidence, best: Evidence) -> bool:
    """Whether a sentence follows the best and begins with a pronoun, which mostly is about it."""
    follows = one.place == (best.article.id, best.number + 1)
    return follows and _speaks_of_others(one.text)


def _speaks_of_others(text: str) -> bool:
    """Whether a sentence begins with a pronoun, for somebody or something named before."""
    return bool(_PRONOUN.match(text)) and not _NOBODY.match(text)


def _before(one: Evidence, choice: Choice) -> Evidence | None:
    """The sentence that says whom a sentence speaks of, where it begins with a pronoun."""
    if not _speaks_of_others(one.text):
        return None
    place = (one.article.id, one.number - 1)
    return next((other for other in choice.evidence if other.place == place), None)


def _reach(question: str, choice: Choice) -> tuple[int, float]:
    """How many sentences may be quoted, but for those of articles that differ, and how much less
    likely than the first."""
    if choice.parts and not _one_for_all(question, choice):
        return 4, PARTED
    return (3 if wants_facts(question) else 2), NEAR


def _one_for_all(question: str, choice: Choice) -> bool:
    """Whether one sentence answers each part of the question best."""
    places = [one.place for one in choice.parts]
    return len(places) == len(parts(question)) and len(set(places)) == 1


def _short(question: str, choice: Choice) -> str | None:
    """The phrase that answers, if one is wanted, likely, and can stand without its sentence.

    Where a model has weighed the phrases, the one that it and the locator together hold likeliest;
    where several facts seem to be wanted, they have to be surer of it.
    """
    best = choice.evidence[0]
    if len(parts(question)) > 1 or asks_whether(question):
        return None
    stretch = _weighed(question, choice) if choice.weighed else _located(question, choice)
    return alone(question, best.text, stretch) if stretch else None


def _weighed(question: str, choice: Choice) -> Stretch | None:
    stretch = agreed(choice.weighed, WHOLE)
    if not stretch:
        return None
    phrase = choice.evidence[0].text[slice(*stretch)]
    if not wants_several(question) or answered_by(question, phrase):
        least = BOTH
    elif wants_two(question):
        return None
    else:
        least = CERTAIN
    return stretch if sum(one.probability for one in choice.weighed) > least else None


def _located(question: str, choice: Choice) -> Stretch | None:
    mine = [one for one in choice.pointers if one.evidence is choice.evidence[0]]
    sure = sum(one.probability for one in mine) > SURE and not wants_several(question)
    return agreed(mine) if sure else None


def quotable(question: str, choice: Choice) -> list[Evidence]:
    """The sentences that `pointed` may quote, best first."""
    some = choice.ranked[: _reach(question, choice)[0]]
    quoted = _sentences(question, choice)
    return list(dict.fromkeys([*some, *quoted, *choice.rivals]))
