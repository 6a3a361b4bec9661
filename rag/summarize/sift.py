"""Which sentences of an article say something that a summary could say, and which only frame it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Literal

from rag.article import Article, Sentence
from rag.claims.dates import dates
from rag.claims.words import WORD, bare, content
from rag.conversation.lexicon import AUXILIARIES
from rag.conversation.lexicon import VERBS as _VERBS

Kind = Literal["said", "asked", "frame"]
"""What a sentence is.

- said: it tells something.
- asked: a question, of an interview mostly.
- frame: a heading, date line, caption, credit, list of sources or word to the reader.
"""

SHORTEST = 4  # words: what has fewer is a heading, a date line, or an answer such as "Yes."
VERBLESS = 10  # words up to which a line without a verb is taken for a caption
LONGEST_CAPTION = 4  # sentences
_STOPS = (".", "!", "…", ";", "。", "！", "।", "؟", "۔")
_CLOSERS = "\"'”’»)]"
_CREDIT = re.compile(
    r"\b(?:image|images|photo|photos|photograph|photo credit|picture|video|audio|graphic|file"
    r"|credit|source|illustration|sources|via) ?: ?(?=[A-Z“\"]|$)|\bfrom file\b"
    r"|^(?:file )?(?:photo|picture|image|painting|screenshot|map|portrait shot|artist['’]s"
    r"|an? (?:image|picture|photo(?:graph)?)|example) (?:of|showing|from|rendering)\b",
    re.IGNORECASE,
)
_TO_THE_READER = re.compile(
    r"\b(?:click (?:here|on|below)|subscribe|sign up|newsletter|read more|all rights reserved"
    r"|our readers|follow us|this (?:\w+ )?(?:article|interview|story|report) (?:features|was"
    r" (?:updated|corrected|first published|originally))|see (?:the|our) [\w ]+ page for"
    r"|page for more|cookies|terms of (?:use|service)|advertisement|categories:)",
    re.IGNORECASE,
)
_SHARE_OF_DATE = 0.6  # of a line, which then is a date line


def kinds(article: Article, sentences: Sequence[Sentence]) -> list[Kind]:
    """What each sentence of an article is. A line that ends in a credit is a caption as a whole."""
    found: list[Kind] = []
    for _, line in groupby(sentences, key=_line_of(article.text)):
        texts = [sentence.quote(article) for sentence in line]
        credit = len(texts) <= LONGEST_CAPTION and _CREDIT.search(texts[-1])
        found += ["frame" if credit else kind(text, article.title) for text in texts]
    return found


def _line_of(text: str) -> Callable[[Sentence], int]:
    """The number of the line that a sentence stands in; sentences must come in their order."""
    line = at = 0

    def number(sentence: Sentence) -> int:
        nonlocal line, at
        line += text.count("\n", at, sentence.start)
        at = sentence.start
        return line

    return number


def kind(text: str, title: str = "") -> Kind:
    """What a sentence is, as far as its form tells.

    >>> kind("Friday, May 8, 2009"), kind("Why did you resign?"), kind("She resigned in May.")
    ('frame', 'asked', 'said')
    """
    plain = text.rstrip(_CLOSERS + " ")
    if plain.endswith("?"):
        return "asked"
    if text.casefold().strip(" .") == title.casefold().strip(" ."):
        return "frame"
    if _CREDIT.search(text) or _TO_THE_READER.search(text) or _is_date_line(text):
        return "frame"
    if not plain.endswith(_STOPS):
        return "frame"
    words = text.split()
    if (
        len(words) < SHORTEST
        or not content(text)
        or (len(words) <= VERBLESS and _is_verbless(text))
    ):
        return "frame"
    return "said"


def _is_verbless(text: str) -> bool:
    """Whether no word of it looks like a verb: "The current flag of New Zealand."."""
    # "ing" is no sign of one: "By accident, and an embarrassing one." answers a question.
    return not any(
        low in _VERBS or low in AUXILIARIES or low.endswith(("ed", "n't", "n’t"))
        for low in map(bare, WORD.findall(text)[1:])
    )


def _is_date_line(text: str) -> bool:
    covered = sum(date.end - date.start for date in dates(text))
    return covered > _SHARE_OF_DATE * len(text)
