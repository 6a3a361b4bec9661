"""Questions near what a sentence says that it doesn't answer, made of questions that it does.

The corpora's own unanswerable questions are few. People ask for a detail that an article leaves
out, or of one person what it says of another: the one is a sentence with its answer taken out, the
other a question with another name in it.
"""

from __future__ import annotations

import random
import re

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
