"""Which words of a sentence are verbs, as far as lists and endings tell."""

from __future__ import annotations

from typing import Final

from rag.claims.words import WORD, bare
from rag.conversation.lexicon import AUXILIARIES, IRREGULAR_PAST, VERBS

PAST: Final = IRREGULAR_PAST | frozenset(
    "arose arisen awoke bent bet bit bitten bled blew blown bound burnt burst cast clung crept cut "
    "dealt drank drunk dreamt drove dug fed fled forbade forbidden foresaw forgave froze frozen "
    "grew ground hit hung knelt knit laid leapt learnt lent let lit overcame overran overthrew "
    "overtook put quit rang rung rid set sewn shed shone shook shaken shrank "
    "shrunk shut slid slung slit sought sped spelt spilt spun split sprang sprung stuck stung "
    "stank strode strove swam swum swept swung thrust tore torn underwent undertook upheld wept "
    "withdrew withdrawn withheld withstood wound wrung".split()
)
_NO_VERBS = frozenset("need red bed seed speed deed weed hundred sacred naked".split())


def has_verb(text: str) -> bool:
    """Whether a word of it, but for the first, may be a finite verb.

    "ing" is no sign of one: "By accident, and an embarrassing one." answers a question. Names are
    none: Mohamed.

    >>> has_verb("The hikers dug a hole."), has_verb("The prime minister of the island of Lenn.")
    (True, False)
    """
    words = WORD.findall(text)[1:]
    return any(is_verb(word) for word in words if word[0].islower() or text.isupper())


def is_verb(word: str) -> bool:
    low = bare(word)
    if low.endswith(("n't", "n’t")) or low in AUXILIARIES or low in PAST:
        return True
    return (low in VERBS and not low.endswith("ing")) or is_past(low)


def is_past(word: str) -> bool:
    """Whether it is a past form or participle: "rose", "built", "opened".

    >>> is_past("Built"), is_past("builds")
    (True, False)
    """
    low = bare(word)
    regular = low.endswith("ed") and not low.endswith("eed") and len(low) > 3
    return low in PAST or (regular and low not in _NO_VERBS)
