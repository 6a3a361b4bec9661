"""Whether a sentence can stand alone, or leans on one before it: "She left.", "Such plans failed."

By rules, which err on the side of leaning: a sentence kept back costs less than a "she" of whom
nobody knows who she is.
"""

from __future__ import annotations

import re

from rag.claims.dates import CALENDAR
from rag.claims.figures import BELOW_100
from rag.claims.words import COMMON, WORD, bare, stem
from rag.conversation.antecedents import PARTS, Part, fit
from rag.conversation.lexicon import is_person, is_plural
from rag.conversation.mentions import Mention, kind_of, mentions
from rag.split.english import STARTERS
from rag.summarize.verbs import is_verb

LINKS = (
    "however|but|and|so|yet|also|then|therefore|thus|hence|nevertheless|nonetheless|moreover"
    "|furthermore|additionally|besides|likewise|similarly|consequently|meanwhile|finally|indeed"
    "|in addition|in fact|of course|as a result|for example|for instance|for this reason|after all"
    "|at the same time|on the other hand|in the meantime|by the way|in other words|in contrast"
    "|in turn|to this end|above all|first of all|more importantly|well|yes|yeah|okay"
    "|as (?:i|we) (?:said|mentioned|noted)|that said|despite (?:this|that)"
    "|in short|overall|obviously|notably"
)
"""What ties a sentence to the one before it and can be left out where that isn't there."""

_COUNT = rf"(?:{BELOW_100}|\d+|dozens|hundreds)"
_TIED = re.compile(
    r"\W*(?:(?:(?:at least|more than|over|about|around|roughly|nearly|almost|some|up to) )?"
    rf"(?:{_COUNT}|[\d,]+|thousands|a dozen) (?:others?|more)\b(?! than\b)"
    r"|(?:still|elsewhere|in response)(?=,)"
    r"|(?:by )?doing so\b|if so\b|(?:(?:earlier|later|that) )+(?:that |same )?(?:day|week|month"
    r"|year|morning|afternoon|evening|night)\b|the (?:next|previous|following|same) (?:day|week"
    r"|month|year|morning|afternoon|evening|night)\b|an? (?-i:second|third|fourth|fifth|further"
    r"|similar|separate)(?= )(?! of\b)|(?:instead|otherwise|else|or|nor|neither|both|either|others?"
    r"|another|such|because of (?:this|that)|even so|exactly|not|the (?:former|latter|rest|same"
    r"|following|others?|two|three|four|second|third|incident|decision|move|announcement)"
    r"|by then|afterwards?|later|since then|until then|as such|no(?=,)|(?:t?here|that|this)['’]s"
    r"|everything|nothing|first|second|third|fourth|secondly|thirdly"
    r"|(?:an?|the|several|\w+) (?:hours?|days?|weeks?|months?|years?|few \w+)"
    r" (?:(?:later|earlier)\b(?! than)|(?:after|before)(?=,| \w+ed))"
    r"|all(?= (?:have|had|has|are|were|is|was|will|but|two|three|four)))\b"
    r"|(?:in|of|for|to|with|by|after|at|on|from) (?:this|that|these|those|such|both)\b"
    r"(?! (?:week|weekend|month|year|morning|afternoon|evening|night|summer|winter|spring)))",
    re.IGNORECASE,
)
_LINK = re.compile(rf"\W*(?:{LINKS})\b(?! (?:of|far|little|many|few|below|above)\b)", re.I)
_SOME = re.compile(  # "Most were …", "Many died": of whom, stands before
    rf"\W*(?:most|many|some|few|several|none|half|all|both|each|a few|{_COUNT})"
    r"(?: (?:also|then|later|still|even|already))? (?P<verb>[\w’']+)",
    re.IGNORECASE,
)
_OBJECT = re.compile(  # nobody arrests himself by "Park arrested him"
    r"(?:(?![,;:“\"]|\b(?:that|when|who|whom|which|and|or|after|before|said|says|while|because|as|if|to"
    r"|where|whose|of|by|for)\b|['’]s\b).)*?\b(?:him|them)\b",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"\b(?:this|these|those)\b(?! (?:who|which|that|of|with|in|from|whose|on|for|week|weekend|month"
    r"|year|morning|afternoon|evening|night|time|summer|winter|spring|autumn|fall|decade|century"
    r"|and|or|past|coming|article|license|licence|agreement|document|page|manual|guide|software"
    r"|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b)(?: (?P<noun>[\w-]+))?",
    re.IGNORECASE,
)
_THAT = re.compile(
    r"^\W*that\b|\b(?:at|in|of|on|with|after|before|by|for|like|about|do|did) that"
    r"(?=[.,;]|$| \w+[.,;])",
    re.IGNORECASE,
)
_IDLE_IT = re.compile(
    r"\bit(?: is| was| has been| will be| would be|['’]s)(?: not| also| now| still| very| so| too)?"
    r"(?: \w+ly)? \w+ (?:that|to|for \w+ to|whether|when|if|how)\b|\bit (?:seems|appears|takes|took"
    r"|makes|made|turns out)\b|\bit['’]?s? (?:is |was )?(?:raining|snowing)",
    re.IGNORECASE,
)
_FIRST = re.compile(  # "Eventually, they gave up": whatever is before them, it is one word
    r"\W*[^\W\d_]+,? (?P<pronoun>it|they|he|she)\b"
)
_DEFINITE = re.compile(
    r"\W*The [a-z][\w-]+ (?:\w+s|\w+ed|[a-z]+ed|is|are|was|were|has|have|had|will|would|can|could"
    r"|who|which|that|began|then|also)\b"
)
_PERSONAL: tuple[Part, ...] = ("he", "she")
_FITTING = 0.5  # how well a name before it fits a "she" that means it
_MATTER = frozenset(  # of these alone nobody knows by their form that they aren't somebody's name
    "smoke rain snow wind water heat cold hunger poison work life death love money gas oil food "
    "rescue doctors news justice nature luck age pain time fate".split()
)
_PAIRS = (("“", "”"), ("«", "»"))
OPENERS = ("“", "«", '"')
_QUOTED = re.compile(r"[\"“«][^\"”»]*(?:[\"”»]|$)")
_SELF = re.compile(r"(?<![\w.])(?:I|[Mm]e|[Mm]y|[Ww]e|[Oo]ur|us|Us)\b(?!\.\w)")


def leans(text: str) -> bool:
    """Whether a sentence speaks of something that only what stands before it says.

    >>> leans("She left on Monday."), leans("Ada Low left when she was ill.")
    (True, False)
    """
    if _TIED.match(text) or _LINK.match(text) or _THAT.search(text):
        return True
    first = _FIRST.match(text)
    if first and not _IDLE_IT.match(text, first.start("pronoun")):
        return True
    some = _SOME.match(text)
    if some and is_verb(some["verb"]):
        return True
    return _points(text) or _has_loose_pronoun(text)


def is_definite(text: str) -> bool:
    """Whether it begins with something that is taken for known: "The report comes after …"."""
    return bool(_DEFINITE.match(text))


def _points(text: str) -> bool:
    """Whether "this plan" isn't one that the sentence itself has named."""
    for found in _POINTING.finditer(text):
        noun = found["noun"]
        before = {stem(bare(word)) for word in WORD.findall(text[: found.start()])}
        if not noun or stem(bare(noun)) not in before:
            return True
    return False


def _has_loose_pronoun(text: str) -> bool:
    names = nouns = 0
    for place, found in enumerate(WORD.finditer(text)):
        word, low = found[0], bare(found[0])
        part = PARTS.get(low.replace("’", "'").split("'")[0])
        if part and part != "there" and word != "US":
            if _is_loose(text, part, found, names, nouns):
                return True
        elif word[0].isupper() and word not in CALENDAR and word != "I":
            named = place > 0 or _is_name(text, found)
            names += named
            nouns += not (named or low in COMMON or low in STARTERS)
        elif low not in COMMON and low not in STARTERS and len(low) > 2:
            nouns += 1
    return False


def _is_loose(text: str, part: Part, found: re.Match[str], names: int, nouns: int) -> bool:
    """Whether nothing before a pronoun can be what it means."""
    if part in _PERSONAL:
        return bool(_OBJECT.fullmatch(text, 0, found.end())) or not _has_person(
            text[: found.start()], part
        )
    if part == "it" and _IDLE_IT.match(text, found.start()):
        return False
    if part == "they" and _OBJECT.fullmatch(text, 0, found.end()):
        return True
    return not (names or nouns > 1)


def _is_name(text: str, found: re.Match[str]) -> bool:
    """Whether the first word has its capital not from its place alone: "Gloria", not "Police"."""
    word, low = found[0], bare(found[0])
    if word in STARTERS or low in COMMON or low in _MATTER:
        return False
    if re.match(r"['’]s\b|,? [A-Z]", text[found.end() :]):
        return True
    return not (is_plural(low) or kind_of(low) != "thing" or is_verb(low))


def _has_person(text: str, part: Part) -> bool:
    """Whether somebody whom "he" or "she" may mean is named in a text, or at least introduced."""
    words = WORD.findall(text)[1:]
    if any(word[0].isupper() and is_person(bare(word)) for word in words):
        return True  # "The President"
    return any(
        fit(part, one) > _FITTING
        for one in mentions(text)
        if one.name or one.text.split(" ", 1)[0].lower() in ("a", "an") or _names(one)
    )


def _names(mention: Mention) -> bool:
    """Whether a phrase has a name in it: "the mayor of Lenn"."""
    return any(word[0].isupper() for word in WORD.findall(mention.text)[1:])


def open_quotes(text: str) -> int:
    """Of how many quotations a text begins but doesn't end; below 0 the other way about."""
    opened = sum(text.count(one) - text.count(other) for one, other in _PAIRS)
    return opened or text.count('"') % 2


def unquoted(text: str) -> str:
    """A text with spaces for all that stands in quotation marks; of the same length."""
    return _QUOTED.sub(lambda found: " " * len(found[0]), text)


def is_first_person(text: str) -> bool:
    """Whether who speaks says "I" or "we" outside of quotation marks."""
    return bool(_SELF.search(unquoted(text)))
