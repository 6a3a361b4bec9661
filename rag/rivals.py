"""Sentences of other articles that answer a question with another number."""

from __future__ import annotations

from collections.abc import Callable

from rag.article import Article
from rag.choose import Choice
from rag.claims.figures import differ
from rag.claims.names import strange
from rag.claims.words import stems
from rag.evidence import Evidence
from rag.point import BOTH

Reader = Callable[[Choice], Choice]
"""A model that reads the best sentences of a choice again: `rag.reread.reread` of one question."""

# Chosen on true disagreements and false ones; see docs/quality.md.
# Log-odds that a rival may be less likely to answer than the best sentence, by the locator: where
# no model reads it, and where one does.
RIVAL = 2.5
READ = 4.0
# The least odds by the model that it answers, read alone, times the probability of its phrases.
ALONE = 0.01


def rivals(question: str, choice: Choice, read: Reader | None) -> list[Evidence]:
    """The sentences of other articles, one of each, whose likeliest phrase is another number.

    They have to be nearly as likely as the best sentence. Their articles have all names of the
    question and half of its words that the best sentence has, one at least, else they speak of
    something else. A model that reads has to hold likely, too, what the best sentence says and,
    were there nothing else, what each of them does: most numbers that differ are of other things.
    """
    if read is None:
        return differing(question, choice, RIVAL)
    if sum(one.probability for one in choice.weighed) <= BOTH:
        return []
    found = differing(question, choice, READ)
    return [one for one in found if _answers(read(_alone(one, choice)))]


def differing(question: str, choice: Choice, reach: float) -> list[Evidence]:
    """The rivals as the locator sees them, less likely than the best sentence by `reach`."""
    best = choice.evidence[0]
    # A model that reads again is made to prefer one of them.
    odds = {one.place: one.score for one in choice.located or choice.evidence}
    said = _likeliest(choice, best)
    found: dict[str, Evidence] = {}
    for other in choice.evidence[1:]:
        near = odds[other.place] > odds[best.place] - reach
        near &= other.article.id != best.article.id
        phrase = _likeliest(choice, other) if near else None
        if said and phrase and differ(said, phrase) and _is_on(question, best, other.article):
            found.setdefault(other.article.id, other)
    return list(found.values())


def _is_on(question: str, best: Evidence, article: Article) -> bool:
    """Whether an article is on what a question asks of and the best sentence speaks of."""
    texts = [article.title, article.text]
    shared = stems(question) & stems(f"{best.article.title}\n{best.text}")
    lacking = shared - stems("\n".join(texts))
    common = len(shared) - len(lacking)
    return common > 0 and common >= len(lacking) and not any(strange(question, texts))


def _likeliest(choice: Choice, evidence: Evidence) -> str | None:
    some = [pointer for pointer in choice.pointers if pointer.evidence is evidence]
    return max(some, key=lambda one: one.probability).text if some else None


def _alone(one: Evidence, choice: Choice) -> Choice:
    """One sentence as if there were no others, and it were as likely to answer as not."""
    mine = tuple(pointer for pointer in choice.pointers if pointer.evidence is one)
    return Choice((one,), 0.5, mine)


def _answers(read: Choice) -> bool:
    likely = sum(one.probability for one in read.weighed)
    return likely * (1 - read.none) > ALONE * read.none
