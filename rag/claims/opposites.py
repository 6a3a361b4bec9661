"""Words that say the opposite of each other: one in a claim, the other in its evidence."""

from __future__ import annotations

from collections.abc import Iterable

from rag.claims.words import stem

# Verbs with their nouns, and adjectives, none of which is true of a thing together with its
# opposite in one report as often as not: who won and who lost, both sides of a trade, north and
# south stand side by side.
_PAIRS = """
increase/decrease/decline/drop rise/fall/drop grow/shrink raise/lower/cut expand/reduce
gain/drop improve/worsen strengthen/weaken speed/slow lengthen/shorten widen/narrow
approve/reject accept/reject allow/ban/forbid/prohibit permit/ban/forbid/prohibit
support/oppose encourage/discourage agree/disagree confirm/deny
success/failure succeed/fail pass/fail
start/end/stop begin/end/stop open/close/shut arrive/leave/depart
appear/disappear survive/die alive/dead born/die
higher/lower larger/smaller bigger/smaller longer/shorter older/younger faster/slower
highest/lowest largest/smallest biggest/smallest longest/shortest oldest/youngest best/worst
better/worse more/less/fewer most/least majority/minority maximum/minimum
before/after hot/cold warm/cold early/late cheap/expensive
good/bad guilty/innocent legal/illegal legally/illegally safe/dangerous
positive/negative optimistic/pessimistic include/exclude internal/external
"""


def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in _PAIRS.split():
        one, *others = map(stem, group.split("/"))
        for other in others:
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in found.items()}


_OPPOSITES = _opposites()


def reversed_word(claim: Iterable[str], evidence: Iterable[str]) -> str | None:
    """A word of a claim that its evidence lacks, where it has the opposite and the claim hasn't.

    Args:
        claim, evidence: all words of each, bare.

    >>> reversed_word("sales increased again".split(), "sales decreased last year".split())
    'increased'
    """
    mine, theirs = {stem(word): word for word in claim}, set(map(stem, evidence))
    for stemmed, word in mine.items():
        against = _OPPOSITES.get(stemmed, frozenset())
        if stemmed not in theirs and against & theirs and not against & mine.keys():
            return word
    return None
