"""Cut an article into sentences.

Where a stop may end a sentence, rules about quotations, labels, ellipses and English abbreviations
are asked first. What they leave open is decided by the library sentencex, which knows the
abbreviations of many languages.
"""

# ruff: noqa: RUF002  # quotation marks and stops of many scripts are what this is about

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise

from rag.article import Article, Sentence
from rag.split.english import (
    SELVES,
    STARTERS,
    ends_after_dot,
    ends_after_initial,
    is_starter,
    takes_number,
)
from rag.split.notes import EMOJI, NOTE

LONGEST = 1500  # code points in a sentence; tables and unpunctuated text are cut at this length

_PIECE = 20_000  # code points shown to sentencex at once: it is quadratic in some long lines
_WIDE = "。！？｡．"
_LATIN = ".!?…‥;"
_STOPS = ".!?…‥‼⁇⁈⁉‽؟۔।॥։።፧။៕" + _WIDE
_CLOSERS = "”’»›)\\]}）］】」』》〉"
_QUOTES = "\"'“‘«‹„‚"  # they close when they follow a stop and no word follows them
_OPENERS = "\"'“‘«‹„‚”’»(\\[{（「『《〈¿¡*_~#>•·–—―-"

_LINE = re.compile(r"[^\n]+")
_SPACES = re.compile(r"\s*")
_WORD = re.compile(r"\w")
_STOP = re.compile(
    rf"(?P<stop>\.(?:[ \u00a0]\.)+|[{_STOPS}]+|(?<=[\u0370-\u03ff\u1f00-\u1fff]);)"
    rf"(?P<close>(?:[{_CLOSERS}]|[{_QUOTES}]+(?!\w)"
    rf"|[ \u00a0\u202f](?:[”»›)\]](?!\w)|[\"'](?=\s))|{NOTE}"
    rf"|[ \u00a0]?{EMOJI}+)*)"
    r"(?P<gap>\s*)"
)
_NEXT = re.compile(rf"(?P<opener>(?:[{_OPENERS}]\s?){{0,8}})(?P<word>[^\W_][\w'’]{{0,30}})?")
_BEFORE = re.compile(r"[^\s\"“”„«»()\[\]{}/—–]*\Z")
_GLUED = re.compile(r"[^\W\d_]{3,}")
_GLUE = re.compile(r"(?:[A-Z][a-z]+|[AI])[\s,’']")
_LABEL = re.compile(r"\W*(?:\d{1,3}|[^\W\d_]|[ivxIVX]{1,5})")
_ATTRIBUTION = re.compile(
    r"(?:[^\W\d_][\w.'’-]{0,30},?\s){1,7}"
    r"(?:said|says|asked|asks|told|tells|wrote|writes|added|adds|replied|replies|shouted|shouts"
    r"|cried|yelled|exclaimed|wondered|tweeted|posted|quipped|joked|responded|demanded)\b"
)
_BORDERS = (  # where a sentence that is too long is cut, best first
    re.compile(r"[;:]\s+|[；：\t|]\s*"),
    re.compile(r",\s+|[،，、—–]\s*"),
    re.compile(r"\s+"),
)
_NOTES = re.compile(rf"(?<=[{_LATIN}])(?:{NOTE})+")
_LOOSE_QUOTE = re.compile(r"(?<!\w)['‘’‚]|['‘’](?!\w)")
_QUIET = {ord(mark): " " for mark in '"“”„«»‹›()[]{}（）［］【】「」『』《》〈〉<>'}
_QUIET |= {space: " " for space in range(0x3001) if chr(space).isspace()} | {ord("@"): "a"}


def sentences(article: Article) -> tuple[Sentence, ...]:
    """Every sentence, headline and list item of the text, in order.

    They don't overlap, don't cross a newline, don't begin or end with white space and leave out
    nothing but white space. None is longer than `LONGEST` code points.
    """
    language = (article.language or "en").replace("_", "-").split("-")[0].lower()
    found: list[Sentence] = []
    for line in _LINE.finditer(article.text):
        text, offset = line.group(), line.start()
        for start, end in pairwise([0, *_ends(text, language), len(text)]):
            found += (
                Sentence(article.id, offset + first, offset + last)
                for first, last in _pieces(text, start, end)
            )
    return tuple(found)


def _ends(line: str, language: str) -> list[int]:
    """Where the sentences of this line end, but for the last."""
    first = _STOP.search(line)
    if first is None or first.end() == len(line):
        return []
    votes = _votes(line, language)
    ends: list[int] = []
    start = seen = 0  # where the sentence began, and how far it was searched for a word
    wordy = False
    for stop in _STOP.finditer(line, first.start()):
        if stop.end() == len(line):
            break
        wordy = wordy or _WORD.search(line, seen, stop.start()) is not None
        seen = stop.end()
        if wordy and _is_end(line, start, stop, votes, language == "en"):
            start = stop.end("close")
            ends.append(start)
            wordy = False
    if ends and not _WORD.search(line, ends[-1]):
        ends.pop()  # nothing but marks is left: they belong to the sentence before them
    return ends


def _votes(line: str, language: str) -> list[int]:
    """Where sentencex would begin a sentence, in order.

    sentencex never ends a sentence inside quotation marks or brackets, and it panics on some
    white space that isn't ASCII. So it is shown plain spaces instead of all of these, and of the
    marks of footnotes, which hide the stop from it.
    """
    quiet = _NOTES.sub(lambda note: " " * len(note[0]), line)
    quiet = _LOOSE_QUOTE.sub(" ", quiet).translate(_QUIET)
    votes: list[int] = []
    start = 0
    while start < len(quiet):
        end = start + _PIECE
        if end < len(quiet):
            end = quiet.rfind(" ", start + _PIECE // 2, end) + 1 or end
        votes += (start + begin for begin in _begins(quiet[start:end], language))
        start = end
    return votes


def _begins(text: str, language: str) -> list[int]:
    from sentencex import get_sentence_boundaries

    try:
        boundaries = get_sentence_boundaries(language, text)
    except BaseException as error:  # a panic in Rust is no Exception; it mustn't end the program
        if type(error).__name__ != "PanicException":
            raise
        return []
    return [boundary["start_index"] for boundary in boundaries[1:]]


def _is_end(line: str, start: int, stop: re.Match[str], votes: list[int], english: bool) -> bool:
    """Whether the sentence that began at `start` ends with this stop."""
    mark, close, gap = stop.group("stop", "close", "gap")
    if mark[-1] in _WIDE:
        return _is_wide_end(line, stop)
    following = _NEXT.match(line, stop.end())
    assert following is not None  # the pattern matches the empty string
    word = (following["word"] or "").replace("’", "'")
    if not gap:
        return mark[-1] not in _LATIN or _is_glued_end(line, start, stop, word)
    voted = bisect_right(votes, following.end("opener")) > bisect_left(votes, stop.start() + 1)
    before = _before(line, start, stop.start())
    if word[:1].islower() and word[1:2] == word[1:2].lower():  # iPhone isn't lower case
        return voted and not close and len(before) > 3 and before.isalpha() and before.islower()
    if mark == ".":
        if _is_label(line, start, stop.start()) or (close[:1].isdigit() and takes_number(before)):
            return False
        if english:
            begin = following.end("opener")
            rest = line[begin : begin + 60]
            verdict = ends_after_dot(before, word, is_starter(line, following, word), rest)
        else:
            verdict = ends_after_initial(before, word)
        return voted if verdict is None else verdict
    if mark[-1] in ".…‥":
        cut_short = line[stop.start() - 1].isspace()  # “we will … Congress”: words were left out
        return len(mark) > 3 or word in STARTERS - SELVES or not (cut_short or word in SELVES)
    if close and word not in STARTERS - SELVES and _ATTRIBUTION.match(line, stop.end()):
        return False  # “Why?” Senator Low asked. But: “Why?” He asked twice.
    return voted or bool(close) or mark != "!"  # sentencex knows names like Yahoo!


def _before(line: str, start: int, end: int) -> str:
    """The word, number or abbreviation that ends at `end`, without its last dot."""
    found = _BEFORE.search(line, max(start, end - 40), end)
    return found.group().lstrip("'‘’*_") if found else ""


def _is_wide_end(line: str, stop: re.Match[str]) -> bool:
    """Chinese and Japanese: 「…！」と言った goes on, 「…。」次 doesn't."""
    if not stop["close"] or stop["gap"]:
        return True
    return stop["stop"][-1] not in "！？" and line[stop.end()] not in "とって、，,"


def _is_glued_end(line: str, start: int, stop: re.Match[str], word: str) -> bool:
    """A stop without a space after it, as in `the end.Next came`; not `Node.js` or an address."""
    if stop["stop"] not in (".", "?", "!") or not _GLUE.match(line, stop.end()):
        return False
    before = _before(line, start, stop.start())
    return _GLUED.fullmatch(before) is not None and (before.islower() or word in STARTERS)


def _is_label(line: str, start: int, end: int) -> bool:
    """Whether the sentence is no more than the number of a list item or a speaker's letter yet."""
    return end - start < 10 and _LABEL.fullmatch(line, start, end) is not None


def _pieces(line: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The range without the white space around it, cut where it is longer than `LONGEST`."""
    end = start + len(line[start:end].rstrip())
    while start < end:
        spaces = _SPACES.match(line, start)
        start = spaces.end() if spaces else start
        cut = end if end - start <= LONGEST else _border(line, start)
        yield start, start + len(line[start:cut].rstrip())
        start = cut


def _border(line: str, start: int) -> int:
    """The best place to cut within `LONGEST` of `start`, but not within a character's marks."""
    end = start + LONGEST
    for border in _BORDERS:
        cuts = [found.end() for found in border.finditer(line, start + LONGEST // 2, end)]
        if cuts:
            return cuts[-1]
    for cut in range(end, end - 32, -1):
        if unicodedata.category(line[cut])[0] != "M" and "\u200d" not in line[cut - 1 : cut + 1]:
            return cut
    return end
