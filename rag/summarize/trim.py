"""Shorter forms of a sentence that say nothing it doesn't say.

Words are only ever left out. Each operation leaves out one kind of thing; what is left has to pass
`rag.ground.check` against the whole sentence. How often each applies, what it saves and what it
loses is in `docs/summaries.md`. Who said something is never left out, nor what takes something
back, denies it or limits it: that would make a fact of a claim, and a check of words doesn't see
it. A cut that isn't made costs a few words, a wrong one costs the reader's trust.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rag.claims.dates import dates
from rag.claims.words import COMMON, WORD, bare
from rag.conversation.lexicon import AUXILIARIES, COUNTRIES
from rag.ground import check
from rag.split.english import STARTERS
from rag.summarize.lean import LINKS, open_quotes, unquoted
from rag.summarize.verbs import has_verb, is_verb

DATE_LINE = "date line"
LEAST = 6  # words that are left; fewer are no sentence
_DASH = re.compile(r"—|–|--| - ")
_PLACE = re.compile(  # "SEOUL, South Korea — On", "Lenn (AP) - The": a dash with a space before it
    r"(?P<place>(?:[A-Z][\w.’'-]*(?:,? (?:of |de |la )?(?=[A-Z]))?){1,6}),?"
    r"(?P<agency> \([A-Z][\w .]*\))? (?:—|–|--|-) ?(?=[A-Z“\"])"
)
_AGENCIES = frozenset("AP AFP UPI DPA Reuters Xinhua TASS ANI PTI VOA BBC CNN IRNA KCNA".split())
_CAPITALS = re.compile(r"[A-Z]{4,}\b")
_LINK = re.compile(rf"(?:(?:{LINKS}),|(?:and|but)(?! for\b),?) ", re.I)
_ACRONYM = re.compile(r" \((?P<letters>[A-Z](?:[A-Z]|\.(?=[A-Z.)])){1,6})\)")
_FOOTNOTE = re.compile(  # but not "[the mayor]", which somebody added to make words clear
    r" ?\[(?:\^?\d{1,3}(?:(?:, ?|[–-])\d{1,3}){0,9}|\^?[a-z]|\^\w{1,20}|citation needed|sic)\]"
    r"|(?<=[a-z][.!?])[*†‡⁰¹²³⁴-⁹]++\Z"
)
_ASIDE = re.compile(r"\s?(?:—|–|--)\s?(?:an?|the) [^—–;:,]+?\s?(?:—|–|--)\s?")
_NAME = r"[A-Z][\w.’'-]*(?: [A-Z][\w.’'-]*){0,4}"
_APPOSITION = re.compile(r"(?<=\w)(?:, \d\d)?, (?:an?|the) [^,;:—–]{3,100}?,(?= (?P<next>[\w’']+))")
_SUBJECT = re.compile(rf"{_NAME}(?:, \d\d)?\Z")
_RELATIVE = re.compile(
    r", (?:which|who) (?P<verb>[\w’']+)\b(?! [^,]*\band then )[^,;:—–]*"
    r"(?:(?=[.!]$)|,(?= (?P<next>[\w’']+)))"
)
_PARTICIPLE = re.compile(r"(?<!,), (?:[a-z]+ly )?(?P<word>[a-z]{2,}ing)\b [^,;:—–]*(?=[.!]$)")
_NO_PARTICIPLES = frozenset(
    "nothing anything everything something during being morning evening spring building king "
    "string wedding meeting housing clothing ceiling sterling shipping funding training farming "
    "mining following depending ranging starting beginning ending counting applying".split()
)
_BINDING = re.compile(  # every word of a rule, a definition or a condition counts
    r"\b(?:shall|must|means?|unless|provided|providing|except\w*|excluding|if|(?-i:may)|only"
    r"|required|permitted|assuming|pending|subject to|conditional\w*|as long as|in case|barring"
    r"|at least|at most)\b",
    re.I,
)
_KEPT = re.compile(
    r"\b(?:"
    # Who says it, and how sure it is.
    r"sa(?:y|ys|id|ying)|claim\w*|alleg\w+|accus\w+|assert\w*|insist\w*|argu\w+|according|tells?"
    r"|told|telling|report(?:s|ed|edly|ing)?|announc\w+|add(?:s|ed|ing)|stat(?:ed|ing)|declar\w+"
    r"|belie[fv]\w*|think\w*|thought|suspect\w*|suppos\w+|suggest\w*|warn\w*|admit\w*|confirm\w*"
    r"|acknowledg\w+|estimat\w+|expect\w*|predict\w*|describ\w+|call(?:s|ed|ing)?|so-called"
    r"|rumou?r\w*|apparent\w*|seem\w*|appear\w*|likely|perhaps|possib\w+|probabl\w+|may|might"
    r"|could|would|should|consider\w*|deem\w*|maintain\w*|quot\w+|cit(?:es?|ed|ing)|fear\w*"
    r"|hop(?:es?|ed|ing)|view\w*|words?|eyes|opinion|plann?\w*|schedul\w+"
    # What takes it back.
    r"|not|\w+n['’]t|no|never|none|nobody|nothing|neither|nor|without|cannot|doubt\w*|disput\w+"
    r"|den(?:y|ies|ied|ying|ials?)|disagree\w*|untru\w+|false\w*|falsif\w+|wrong\w*|hoax\w*|later"
    r"|since|subsequent\w*|afterwards?|overturn\w*|correct\w*|contradict\w*|reject\w*|refus\w+"
    r"|refut\w*|retract\w*|withdr\w+|revers\w+|quash\w*|acquit\w*|clear(?:s|ed|ing)|exonerat\w+"
    r"|void\w*|annul\w*|cancel\w*|revok\w+|suspend\w*|mistak\w*|err(?:s|ed|ors?|oneous\w*)|fak\w+"
    r"|forg(?:ed|ery)|fail\w*|disprov\w+|debunk\w*|discredit\w*|invalid\w*|misl\w+|misquot\w+"
    r"|misstat\w+|question\w*|challeng\w+|unprov\w+|unlikely|turn(?:s|ed) out|prov(?:e|es|ed|en)"
    r"|appeal\w*|unfounded|baseless|nonsense|l(?:ie|ies|ied|ying)|critici[sz]\w+|oppos\w+"
    r"|protest\w*|condemn\w*|rul(?:ed|es|ing)|pardon\w*"
    # What it depends on, and where it ends.
    r"|if|unless|assum\w+|pend\w+|subject|provid\w+|depend\w*|condition\w*|when\w*|once|until|till"
    r"|while|although|though|despite|but|yet|however|only|just|except\w*|exclud\w+|includ\w+"
    r"|barring|bar|save|apart|aside|least|most\w*|part|partly|mainly|largely|nearly|almost|rather"
    r"|instead|otherwise|than|some|theor\w+|mice|rats|first|last|alone|far"
    r")\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Form:
    """A sentence as it may be shown.

    Attributes:
        left_out: names of the operations that made it; none if it is the sentence itself.
    """

    text: str
    left_out: tuple[str, ...] = ()

    @property
    def words(self) -> int:
        return len(self.text.split())


def forms(text: str, date: datetime.date | None = None, *, leads: bool = True) -> Iterator[Form]:
    """The sentence, then shorter and shorter forms of it.

    Args:
        date: of the article.
        leads: it is the first of its line; no other has a date line.

    >>> [form.text for form in forms("However, the Old Bridge (OB), which is rusty, is shut again.")]
    ['However, the Old Bridge (OB), which is rusty, is shut again.', 'The Old Bridge (OB), which is rusty, is shut again.', 'The Old Bridge, which is rusty, is shut again.', 'The Old Bridge is shut again.']
    """  # noqa: E501  # a result stands on one line
    yield Form(text)
    known = {text}
    shorter = text
    done: tuple[str, ...] = ()
    for name, operation in OPERATIONS.items():
        cut = operation(shorter) if leads or name != DATE_LINE else shorter
        if cut == shorter:
            continue
        tried = _whole(cut)
        if tried in known or not holds(tried, text, date):
            continue
        known.add(tried)
        shorter, done = tried, (*done, name)
        yield Form(shorter, done)


def holds(shorter: str, text: str, date: datetime.date | None = None) -> bool:
    """Whether a shorter form is a sentence still, and its words stand by the whole one."""
    if len(shorter.split()) < LEAST or open_quotes(shorter) != open_quotes(text):
        return False
    return check(shorter, [text], date).support == "supported"


def _whole(text: str) -> str:
    """With a capital, and without what a gap leaves."""
    text = re.sub(r"\s+([,.;:!?])", r"\1", re.sub(r"\s{2,}", " ", text)).strip(" ,")
    text = re.sub(r",(?=[.;:!?])", "", text)
    return text[:1].upper() + text[1:]


Admits = Callable[[re.Match[str]], bool]


def _without(pattern: re.Pattern[str], admits: Admits, gap: str = "") -> Callable[[str], str]:
    """An operation that leaves out what a pattern finds, but nothing of what is quoted or binds.

    Args:
        admits: whether it may be left out of the text that it was found in.
    """

    def operation(text: str) -> str:
        if _BINDING.search(text):
            return text
        for found in reversed(list(pattern.finditer(unquoted(text)))):
            if admits(found):
                text = text[: found.start()] + gap + text[found.end() :]
        return text

    return operation


def _without_date_line(text: str) -> str:
    """ "SEOUL, South Korea — On Monday, …", "Thursday, May 7, 2015 On Tuesday, …"."""
    found = _PLACE.match(text)
    if found and len(_DASH.findall(text)) == 1 and _is_place(found):
        text = text[found.end() :]
    end = 0
    days, weekdays = False, False
    for date in sorted(dates(text), key=lambda one: one.start):
        if date.start <= end + 2 and not text[end : date.start].strip(" ,—–-"):
            end = date.end
            days |= date.month is not None and date.day is not None
            weekdays |= date.weekday is not None
    rest = text[end:].lstrip(" —–-:")
    # "January 2010 Haiti earthquake victims" and "May 7 Protests" begin with no date line.
    exact = days and (weekdays or rest.split(" ", 1)[0].strip(",") in STARTERS)
    exact = exact and end > 8 and text[end : end + 1].isspace()
    return rest if exact and rest[:1].isupper() else text


def _is_place(found: re.Match[str]) -> bool:
    """Whether what stands before a dash says where a report is from, and isn't whom it is on."""
    place = found["place"]
    known = not COUNTRIES.isdisjoint(word.casefold() for word in WORD.findall(place))
    if (found["agency"] or "").strip(" ()") in _AGENCIES:
        return True
    written = bool(_CAPITALS.match(place)), "," in place, known
    return sum(written) > 1


def _without_link(text: str) -> str:
    found = _LINK.match(text)
    return text[found.end() :] if found else text


def _without_brackets(text: str) -> str:
    """The letters of a name that stands before them, and the numbers of footnotes."""
    plain = unquoted(text)
    for found in reversed([*_ACRONYM.finditer(plain), *_FOOTNOTE.finditer(plain)]):
        if found.re is _FOOTNOTE or _abbreviates(found):
            text = text[: found.start()] + text[found.end() :]
    return text


def _abbreviates(found: re.Match[str]) -> bool:
    letters = found["letters"].replace(".", "")
    near = found.string[max(0, found.start() - 150) : found.start()]
    words = WORD.findall(near)[-len(letters) - 2 :]
    return any(word[0].upper() == letters[0] for word in words)


def _is_idle(text: str) -> bool:
    """Whether it may be left out: it neither says who says it, nor denies, doubts or limits."""
    return not (_KEPT.search(text) or " and " in text or " or " in text)


def _names_only(found: re.Match[str]) -> bool:
    return _is_idle(found[0]) and not any(map(is_verb, WORD.findall(found[0])))


def _is_apposition(found: re.Match[str]) -> bool:
    """Of the name that the sentence begins with: "Ada Low, a baker from Lenn, said …"."""
    text = found.string
    subject = _SUBJECT.fullmatch(text, 0, found.start())
    common = bare(text.split(maxsplit=1)[0]) in COMMON
    return bool(subject) and not common and _names_only(found) and _is_finite(found)


def _is_finite(found: re.Match[str]) -> bool:
    """Whether the main clause goes on with a verb of its own, which "arrested by" may not be."""
    word = found["next"]
    after = WORD.match(found.string, found.end("next") + 1)
    bound = after is not None and after[0] in ("by", "in", "on", "at", "after", "from")
    own = bare(word) in AUXILIARIES or not (bound and has_verb(found.string[found.end("next") :]))
    return is_verb(word) and own


def _is_relative(found: re.Match[str]) -> bool:
    """At the end of a sentence, or right behind its subject."""
    before = found.string[: found.start()]
    if not (_is_idle(found[0]) and is_verb(found["verb"])):
        return False
    if found["next"] is None:
        return has_verb(before)
    return not re.search(r"[,;:—–]", before) and _is_finite(found)


def _is_participle(found: re.Match[str]) -> bool:
    before = found.string[: found.start()]
    one_of_several = before.endswith("ing") or found["word"] in _NO_PARTICIPLES
    return _is_idle(found[0]) and has_verb(before) and not one_of_several


OPERATIONS: dict[str, Callable[[str], str]] = {
    DATE_LINE: _without_date_line,
    "link": _without_link,
    "brackets": _without_brackets,
    "aside": _without(_ASIDE, _names_only, " "),
    "apposition": _without(_APPOSITION, _is_apposition),
    "relative clause": _without(_RELATIVE, _is_relative),
    "participle": _without(_PARTICIPLE, _is_participle),
}
"""What may be left out, in the order in which it is tried: each works on what those before left."""
