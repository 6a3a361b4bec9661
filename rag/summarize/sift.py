"""Which sentences of an article say something that a summary could say, and which only frame it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Literal

from rag.article import Article, Sentence
from rag.claims.dates import dates
from rag.claims.words import content
from rag.split.notes import without_notes
from rag.summarize.verbs import has_verb, may_have_verb

Kind = Literal["said", "brief", "asked", "frame"]
"""What a sentence is.

- said: it tells something.
- brief: it tells something too, in too few words to be chosen: "Ada Low resigned."
- asked: a question, of an interview mostly.
- frame: a heading, date line, caption, credit, list of sources or word to the reader.
"""

SHORTEST = 4  # words: what has fewer is a heading, a date line, or an answer such as "Yes."
CAPTION = 2  # sentences of a line: what a picture shows, and whose it is
VERBLESS = 10  # words up to which a line without a verb is taken for a caption
_STOPS = (".", "!", "…", ";", "。", "！", "।", "؟", "۔")
_CLOSERS = "\"'”’»)]"
_PICTURE = (
    r"(?:[Ii]mages?|[Pp]hoto(?:s|graphs?)?|[Pp]hoto [Cc]redit|[Pp]icture|[Vv]ideo|[Gg]raphic"
    r"|[Ii]llustration) ?: ?(?=[A-Z“\"]|$)"
)
_CREDIT = re.compile(
    rf"\b{_PICTURE}|\b(?:Audio|File|Credit|Sources?|Via) ?: ?(?=[A-Z“\"]|$)|\b[Ff]rom file\b"
    r"|^(?i:(?:file )?(?:photo|picture|image|painting|screenshot|map|portrait shot|artist['’]s"
    r"|an? (?:image|picture|photo(?:graph)?)|example) (?:of|showing|from|rendering)\b)"
)
_CAPTION = re.compile(_PICTURE)
_SHOWN = re.compile(  # "Ada Low in May 2010, after having left the council."
    r"(?P<what>(?:[A-Z][\w.’'-]* ){2,4}(?:in|at|on|during) [^,]+), "
    r"(?:after|before|while|during) [^,]+$"
)
_TO_THE_READER = re.compile(  # what others click, sell or sign up for is told like anything else
    r"^\W*(?:please |to (?=subscribe|sign up|read more))?(?:click|subscribe|sign up|follow us"
    r"|read more|share this)\b|\bclick (?:here|below)\b|\bplease (?:note|see|read|contact)\b"
    r"|\bour (?:\w+ )?(?:newsletters?|readers|cookies|terms of)\b|\b(?:web)?site uses cookies\b"
    r"|\ball rights reserved\b|^\W*(?:advertisements?|newsletter|cookies)\W*$|^\W*categories:"
    r"|\bthis (?:\w+ )?(?:article|interview|story|report) (?:features|was (?:updated|corrected"
    r"|first published|originally))\b|\bsee (?:the|our) [\w ]+ page for\b|page for more\b",
    re.IGNORECASE,
)
_ITEM = re.compile(  # "Civic Union: 31 seats, 38.4 percent", which needs no verb and no stop
    r"\W{0,3}[^:.!?]{2,60}: [^\d:]{0,20}\d[\d.,]*(?:\s?[%€$£]| (?!ago\b|am\b|pm\b|(?:hours?"
    r"|minutes?|days?|weeks?) ago\b)[a-z]{2,})"
)
_SHARE_OF_DATE = 0.6  # of a line, which then is a date line


def kinds(article: Article, sentences: Sequence[Sentence]) -> list[Kind]:
    """What each sentence of an article is.

    A credit speaks for its own sentence, and that of a picture for the one before it as well, if
    both have a line to themselves.
    """
    found: list[Kind] = []
    for _, line in groupby(sentences, key=_line_of(article.text)):
        texts = [sentence.quote(article) for sentence in line]
        caption = len(texts) <= CAPTION and _CAPTION.match(texts[-1])
        alone = len(texts) == 1
        found += ["frame" if caption else kind(text, article.title, alone) for text in texts]
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


def kind(text: str, title: str = "", alone: bool = True) -> Kind:
    """What a sentence is, as far as its form tells.

    Args:
        alone: it has a line to itself, as captions have. Most sentences among others have a verb,
            even if the lists lack it.

    >>> kind("Friday, May 8, 2009"), kind("Why did you resign?"), kind("She resigned in May.")
    ('frame', 'asked', 'said')
    >>> kind("Ada Low resigned."), kind("Civic Union: 31 seats, 38.4 percent")
    ('brief', 'said')
    """
    plain = without_notes(without_notes(text).rstrip(_CLOSERS + " "))
    if plain.endswith("?"):
        return "asked"
    if text.casefold().strip(" .") == title.casefold().strip(" ."):
        return "frame"
    if _CREDIT.search(text) or _TO_THE_READER.search(text) or _is_date_line(text):
        return "frame"
    shown = _SHOWN.match(text)
    if shown and not has_verb(shown["what"]):
        return "frame"
    words = len(text.split())
    if _ITEM.match(text) and words >= SHORTEST:
        return "said"
    if not plain.endswith(_STOPS) or not content(text):
        return "frame"
    if words <= VERBLESS and not may_have_verb(text, alone):
        return "frame"
    return "said" if words >= SHORTEST else "brief"


def _is_date_line(text: str) -> bool:
    covered = sum(date.end - date.start for date in dates(text))
    return covered > _SHARE_OF_DATE * len(text)
