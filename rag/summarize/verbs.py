"""Which words of a sentence are verbs, as far as lists and endings tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rag.claims.words import WORD, bare
from rag.conversation.lexicon import (
    ARTICLES,
    AUXILIARIES,
    IRREGULAR_PAST,
    NUMERALS,
    POSSESSIVES,
    PREPOSITIONS,
    QUANTIFIERS,
    VERBS,
)

PAST: Final = IRREGULAR_PAST | frozenset(
    "arose arisen awoke bent bet bit bitten bled blew blown bound burnt burst cast clung crept cut "
    "dealt drank drunk dreamt drove dug fed fled forbade forbidden foresaw forgave froze frozen "
    "grew ground hit hung knelt knit laid leapt learnt lent let lit overcame overran overthrew "
    "overtook put quit rang rung rid set sewn shed shone shook shaken shrank "
    "shrunk shut slid slung slit sought sped spelt spilt spun split sprang sprung stuck stung "
    "stank strode strove swam swum swept swung thrust tore torn underwent undertook upheld wept "
    "withdrew withdrawn withheld withstood wound wrung rode ridden sat upset slew slain swollen "
    "dwelt trod woven wove forsook partook befell beset foretold "
    "rebuilt rewrote rewritten retook retaken redid redone resold retold rethought remade repaid "
    "reran reread undid undone mistook mistaken misled misread misspent misunderstood "
    "oversaw overseen overheard overrode overridden overdid outdid outsold outgrew outran outbid "
    "outspent outshone undercut underpaid".split()
)
_NO_VERBS = frozenset("need red bed seed speed deed weed hundred sacred naked".split())


# Verbs whose present forms may be nouns as well, so that it depends on the words around them.
_PRESENT: Final = frozenset(
    "act adapt advise aim air appeal argue assess assist assume attack attempt attract avert avoid "
    "award back ban bar battle beat bid bind block boast boost bow brace break bring broadcast "
    "burn campaign cast challenge change charge chase cheer circulate cite clash clear climb close "
    "coach combine command compete complain concede conduct connect contest control cool cope "
    "count cover crash cross curb cut dance date deal debate decline decrease delay depart deploy "
    "deserve design dig digress dip disagree dislike dismiss dispute dive divide dominate doubt "
    "draft drag draw dream drill drink drive drop earn ease echo edge eliminate embrace employ "
    "enable encourage end endorse enforce engage enjoy ensure envisage evolve examine exceed exist "
    "expire explore export expose extend face fade favor favour fear feature feed fight fill "
    "finance finish fire fish fit fix flee float flock flood flow fly focus force form fuel "
    "function fund gather glow grant greet guard guide hail halt handle hang head heat highlight "
    "hire hit hope house hunt hurt identify ignore import improve increase infect influence inform "
    "insist inspect intend issue jail join judge jump kick kiss label lack land last laugh launch "
    "lay lend let lift light like limit link listen lock look loom love lower mandate manufacture "
    "march mark match matter measure mention mine miss mock model monitor mount mourn move name "
    "narrow near neglect note number obey object oblige obtain operate oppress orbit order outline "
    "outnumber overlook overrule oversee owe own pack park permit phase pick pin place plan plant "
    "play plead please pledge point pose possess pour power predate press probe proceed process "
    "profit prohibit promise promote prompt prosecute protect protest provoke pull pump punish "
    "purchase pursue push qualify question quit quote race raid rain rally range rank rate rebuild "
    "recall reckon recognise recognize record recruit reform regard regret regulate reject relate "
    "relax relieve repair repeal repeat reply report request rescue research resemble resist "
    "restore restrict result retain retreat return reunite review revise reward ride ring rise "
    "risk rock roll rot rule run rush sail salute sample save scan score scrap seal search secure "
    "seek seem seize separate set settle shake shape share shelter shift shine ship shock shoot "
    "shop shout show shrink shut sit sleep slip slow smell smile smoke snow soar sound spark spell "
    "spin split sponsor spread spring stand start state steal stem step stick stop store "
    "strengthen stress strike strip stroll struggle submit sue suit supply support suppose surge "
    "surround sweep swim swing switch target taste tax tear tend test thank thrive tie top total "
    "touch tour trade train transfer transform transport trigger trust unite unveil update urge "
    "vaccinate value vary view visit voice vote vow wage wait wake walk waste weigh welcome widen "
    "withdraw withhold wonder worry yield".split()
)
_NOUN_NEXT: Final = (ARTICLES - {"this", "that"}).union(  # "this helps" is no noun
    POSSESSIVES, PREPOSITIONS, NUMERALS, QUANTIFIERS
)
_PLURALS: Final = frozenset("people police men women children many most some all who that".split())
_SUBJECTS: Final = frozenset("i we he she they".split())
_TOKEN = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_CONTRACTION = re.compile(
    r"(?:i|you|we|they|he|she|it|that|there|here|what|who)['’](?:m|re|ve|d|ll|s)\Z"
)


def may_have_verb(text: str, alone: bool = True) -> bool:
    """Whether it has a finite verb, or a word that is one if the words around it tell.

    Args:
        alone: it may be a caption, where "Ferry passengers in town" is no clause.

    >>> may_have_verb("Lenn Corp. employs 500 people."), may_have_verb("The new ferry of the island.")
    (True, False)
    """  # noqa: E501
    if has_verb(text):
        return True
    tokens = _TOKEN.findall(text)
    lower = [token.casefold() for token in tokens]
    if any(word in _SUBJECTS or _CONTRACTION.match(word) for word in lower):
        return True
    if len(lower) > 2 and lower[0] in ("it", "you") and tokens[1].islower():
        return lower[1] not in PREPOSITIONS
    places = range(1, len(tokens) - 1)
    return any(tokens[at].islower() and _is_present(lower, at, alone) for at in places)


def _is_present(words: Sequence[str], at: int, alone: bool) -> bool:
    """Whether the word is a verb of the present, to judge by its neighbours."""
    before, word, after = words[at - 1 : at + 2]
    if before in _NOUN_NEXT - _PLURALS or after == "of":
        return False
    if word.endswith("s") and not word.endswith(("ss", "us", "is", "'s", "’s")):
        if after in ("the", "a", "an", "its", "his", "her", "their") or after.isdigit():
            return True
        return not alone or not _base_forms(word).isdisjoint(_PRESENT)
    plural = before in _PLURALS or (before.endswith("s") and not before.endswith(("'s", "’s")))
    return plural and word in _PRESENT


def _base_forms(word: str) -> frozenset[str]:
    """What "tries", "watches" and "runs" may be forms of."""
    return frozenset({word[:-1], word.removesuffix("es"), f"{word.removesuffix('ies')}y"})


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
