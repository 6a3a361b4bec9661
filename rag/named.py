"""Which of the articles that a search found are about somebody or something else.

Who asks for the mayor of one town is shown the mayor of another by any search by meaning.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.claims.dates import CALENDAR
from rag.claims.words import COMMON, POSSESSIVE
from rag.parts import parts
from rag.search import Hit

_CALENDAR = frozenset(map(str.casefold, CALENDAR))
_BY_THE_WAY = re.compile(r"\([^()]*\)")
_WORD = re.compile(r"[^\W\d_][\w'’-]*\w")
_PLURAL = re.compile(r"(?<=\w{3})s$")  # the Ukrainians are in an article on the Ukrainian army


def elsewhere(question: str, hits: Sequence[Hit]) -> frozenset[str]:
    """Ids of the articles that have none of the question's names, where others found have some.

    What a name is, the articles tell, as a question may be typed in small letters: a word that
    their passages always write with a capital, within a sentence too. What stands in brackets was
    asked before, or is said by the way. Each part of a question may have names of its own.
    """
    if len(parts(question)) > 1:
        return frozenset()
    passages = [hit.passage.quote(hit.article) for hit in hits]
    words = map(_plain, _WORD.findall(_BY_THE_WAY.sub("", question)))
    names = [
        _PLURAL.sub("", word) for word in {*words} - COMMON - _CALENDAR if _is_name(word, passages)
    ]
    articles = {hit.article.id: hit.article for hit in hits}
    texts = {id: f"{one.title}\n{one.text}".casefold() for id, one in articles.items()}
    return frozenset(
        id for id, text in texts.items() if names and not any(name in text for name in names)
    )


def _plain(word: str) -> str:
    # Accents stay: the articles are searched for it as they are.
    return POSSESSIVE.sub("", word.casefold())


def _is_name(word: str, passages: Sequence[str]) -> bool:
    anywhere = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    found = [(one, match) for one in passages for match in anywhere.finditer(one)]
    inside = (re.search(r"[\w,;] \Z", one[: match.start()]) for one, match in found)
    return all(match[0][0].isupper() for _, match in found) and any(inside)
