"""Questions near what a sentence says that it doesn't answer, made of questions that it does.

The corpora's own unanswerable questions are few. People ask for a detail that an article leaves
out, or of one person what it says of another: the one is a sentence with its answer taken out, the
other a question with another name in it. And they name what an article is about, as its
first sentence does, which is then taken for the answer: so some paragraphs get a sentence with all
but the answer in front of the one that has it.
"""

from __future__ import annotations

import random
import re
from dataclasses import replace

from training.examples import Example, Text

LONGEST = 60  # characters of an answer that is taken out

_NAME = re.compile(r"(?<=[a-z,;0-9] )[A-Z][\w-]{2,}(?: (?:of |the |de |van )?[A-Z][\w-]+)*")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_BEFORE = re.compile(
    r",? ?\b(?:in|on|at|by|from|during|since|for|with|near|until|after|before|because of|due to)"
    r"(?: the| a| an| about| around| nearly)? $",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"(?:about |nearly |over )?[\d][\d,.]*%?(?: (?:hundred|thousand|million|billion))?"
)
_COUNTS = ("many", "several", "some", "a number of")
_PEOPLE = ("someone", "an official", "a colleague", "another person")
_THINGS = ("a company", "a group", "something else", "another one")
_MEASURE = "met(?:re|er)s?|km|kilomet(?:re|er)s?|miles?|feet|foot|ft|inch(?:es)?|acres?|hectares?"
_FOUNDED = "found(?:ed|er|ers|ing)?|establish\\w*|creat\\w*|start\\w*|began|begun|set up"
_ASKED = (  # what may be asked of anything that has a name, and the words of who says it
    ("How old is {}?", r"age[ds]?|years? old|\d+-year-old|born|birth\w*|\d\d|\w+ty(?:-\w+)?"),
    ("What did {} cost?", r"cost\w*|price\w*|paid|pay|spent|fees?|worth|dollars?|pounds?|euros?"),
    ("How many people live in {}?", r"population|inhabitants?|residents?|people|live"),
    ("How many visitors does {} get?", r"visit\w*|tourists?|guests?|audiences?|spectators?"),
    ("How tall is {}?", rf"{_MEASURE}|tall|high|height"),
    ("How long is {}?", rf"{_MEASURE}|long|length|minutes?|hours?|years?|days?|weeks?|months?"),
    ("How deep is {}?", rf"{_MEASURE}|deep|depth"),
    ("How big is {}?", rf"{_MEASURE}|larg\w+|big\w*|small\w*|sizes?|area|square"),
    ("When was {} founded?", rf"{_YEAR.pattern}|century|{_FOUNDED}"),
    ("When was {} born?", rf"{_YEAR.pattern}|born|birth\w*"),
    ("Where was {} born?", r"born|birth\w*|native|from|grew|raised"),
    ("Who founded {}?", _FOUNDED),
    ("Who designed {}?", r"design\w*|architects?|built|creat\w*|by"),
    ("Who owns {}?", r"own\w*|bought|acqui\w+|belong\w*|property|sold"),
    ("Why did {} leave?", r"leav\w+|left|resign\w*|depart\w*|quit|because|due to|retire\w*"),
    ("How did {} die?", r"die[ds]?|death\w*|kill\w*|murder\w*|execut\w+|shot|drowned|fatal\w*"),
    ("Who is {} married to?", r"marri\w+|wife|husband|spouse|wedding|wed"),
    ("How many children does {} have?", r"child\w*|sons?|daughters?|kids?"),
    ("How many people work for {}?", r"employ\w*|staff|work\w*|jobs?"),
    ("How many copies of {} were sold?", r"sold|sales|copies"),
    ("What did {} study?", r"stud\w+|universit\w+|college|degree|school|educat\w+"),
    ("What language does {} speak?", r"languages?|speak\w*|spoke\w*|tongue"),
    ("What colour is {}?", r"colou?r\w*|red|blue|green|white|black|yellow|gr[ae]y|brown"),
    ("Who is the head of {}?", r"head\w*|lead\w*|chief|presid\w+|direct\w+|chair\w*|mayor|king"),
)
_MONEY = re.compile(r"[$£€¥]")


def unsaid(example: Example, own: Text, chance: random.Random) -> tuple[int, str] | None:
    """The number of the sentence that answers, and what it says with the answer taken out.

    None where the answer isn't a short one in a single sentence, or can't be taken out.
    """
    if len(example.gold) != 1 or not example.answers:
        return None
    [number] = example.gold
    first, last = own.spans[number]
    start, end = min(a for a, _ in example.answers), max(b for _, b in example.answers)
    if start < first or end > last or end - start > LONGEST:
        return None
    before, said, after = own.text[first:start], own.text[start:end], own.text[end:last]
    led = _BEFORE.search(before)
    if led and before[: led.start()].strip():
        return number, before[: led.start()] + after
    if _YEAR.fullmatch(said):
        return None
    if _COUNT.fullmatch(said):
        return number, before + _at(before, chance.choice(_COUNTS)) + after
    if all(word[0].isupper() for word in said.split()):
        kinds = _PEOPLE if example.question.lower().startswith("who") else _THINGS
        return number, before + _at(before, chance.choice(kinds)) + after
    return None


def _at(before: str, words: str) -> str:
    return words if before.strip() else words[0].upper() + words[1:]


def misnamed(example: Example, own: Text, chance: random.Random) -> str | None:
    """The question about another name, or another year, of the paragraph; None if there is none."""
    question, text = example.question, own.text
    words = set(question.casefold().split())
    golden = " ".join(map(own.sentence, example.gold))
    for pattern in (_NAME, _YEAR):
        asked = [one for one in pattern.findall(question) if one.casefold() in text.casefold()]
        others = [
            one
            for one in sorted(set(pattern.findall(text)))
            if one not in golden and not words & set(one.casefold().split())
        ]
        if asked and others:
            return question.replace(chance.choice(asked), chance.choice(others), 1)
    return None


def unasked(own: Text, others: str, chance: random.Random) -> str | None:
    """A question about a name of the paragraph that neither it nor other texts seem to answer."""
    names = sorted(set(_NAME.findall(own.text)))
    text = _MONEY.sub(" dollars ", f"{own.heading} {own.text} {others}")
    asked = [
        question
        for question, said in _ASKED
        if not re.search(rf"\b(?:{said})\b", text, re.IGNORECASE)
    ]
    return chance.choice(asked).format(chance.choice(names)) if names and asked else None


def led(example: Example, own: Text, said: str, chance: random.Random) -> tuple[Example, Text]:
    """The paragraph with one more sentence before what answers, or at its beginning."""
    at = chance.choice((0, min(example.gold)))
    place, by = own.spans[at][0], len(said) + 1
    answers = [(a + by, b + by) if a >= place else (a, b) for a, b in example.answers]
    gold = {number + (number >= at): share for number, share in example.gold.items()}
    return replace(example, answers=answers, gold=gold), own.with_before(at, said)
