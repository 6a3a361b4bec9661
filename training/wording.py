"""Questions and passages that say the same in other words, for the training of both networks.

Who writes a question with the passage before them takes its words; who asks without having read it
doesn't. A network trained on the first kind looks for the same words, and takes the sentence that
shares them for the one that answers. So in some samples the words that a question shares with the
sentence that answers are put otherwise: in the question, or in the sentence, where names may become
pronouns too. Other sentences are reworded at random, lest new words give away the one that answers.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from training.examples import Edit, Example, Span, Text, edited, moved

Synonyms = Mapping[str, Sequence[str]]  # of a word in small letters, likeliest first

ASKED, TOLD = 0.35, 0.4  # how often the question is put otherwise, how often the passage
SHARED, ELSEWHERE = 0.85, 0.12  # how many of the words shared, and of any others
UNNAMED, UNNAMED_ELSEWHERE = 0.5, 0.15  # how many sentences have a name made a pronoun
DROPPED = 0.6  # how many of the little words a shortened question loses

_LITTLE = re.compile(r"(?<=[a-z] )(?:the|an?|did|does|do|is|was|are|were|that)(?= \w)")
_KEPT = (  # without them it asks for something else
    "what|when|where|which|who\\w*|how|that|many|much|long|old|first|last|only|never|most|least|"
    "second|third|before|after|because|during|while|without|with|from|into|than|other|more|less|same"
)
_PLAIN = re.compile(
    rf"(?<=[a-z] )(?!(?:{_KEPT})\b)[a-z]{{4,}}(?= (?!(?:{_KEPT})\b)[a-z]{{4,}}(?![\w'’-]))"
)
_WORD = re.compile(r"\b[a-z]{3,}\b")
_NAME = re.compile(r"(?:\b[Tt]he )?\b[A-Z][\w-]+(?: (?:of |the |de |van )?[A-Z][\w-]+)*")
_STEM = 5  # letters in which words agree that count as the same


def reworded(
    example: Example, own: Text, synonyms: Synonyms, chance: random.Random
) -> tuple[Example, Text]:
    """The example and its paragraph, the one or the other in other words, or both as they are."""
    kind = chance.random()
    if kind < ASKED:
        return replace(example, question=asked_otherwise(example, own, synonyms, chance)), own
    if kind < ASKED + TOLD:
        return retold(example, own, synonyms, chance)
    return example, own


def asked_otherwise(example: Example, own: Text, synonyms: Synonyms, chance: random.Random) -> str:
    """The question with other words for those that what answers it has too."""
    question = example.question
    shared = _stems(" ".join(map(own.sentence, example.gold)))
    edits = _words(question, (0, len(question)), shared, synonyms, chance)
    return edited(question, list(edits))


def shortened(question: str, chance: random.Random) -> str:
    """A question without some of its little words, and without one that only says more of the word
    after it ("rusty cables"). Names and numbers stay."""
    little = [found.span() for found in _LITTLE.finditer(question) if chance.random() < DROPPED]
    # Its first words say what is asked for.
    plain = [found.span() for found in _PLAIN.finditer(question, len(question) // 2)]
    more = [chance.choice(plain)] if plain else []
    spans = [*little, *more]
    return " ".join(edited(question, sorted({(*span, "") for span in spans})).split())


def at_random(text: Text, synonyms: Synonyms, chance: random.Random) -> Text:
    """A paragraph with some of its words put otherwise."""
    edits = _words(text.text, (0, len(text.text)), set(), synonyms, chance)
    return text.edited(list(edits))


def retold(
    example: Example, own: Text, synonyms: Synonyms, chance: random.Random
) -> tuple[Example, Text]:
    """The example with its paragraph in other words, and with pronouns for some of its names."""
    asked = _stems(example.question)
    names = set(re.findall(r"[A-Z][\w-]+", example.question[1:]))
    edits: list[Edit] = []
    for number, span in enumerate(own.spans):
        golden = number in example.gold
        words = _words(own.text, span, asked if golden else set(), synonyms, chance)
        unnamed: list[Edit] = []
        if chance.random() < (UNNAMED if golden else UNNAMED_ELSEWHERE):
            unnamed = _pronoun(own, span, names if golden else None, chance)
        edits += [*unnamed, *_apart(words, [edit[:2] for edit in unnamed])]
    edits = sorted(_apart(edits, example.answers))
    answers = [moved(answer, edits) for answer in example.answers]
    return replace(example, answers=answers), own.edited(edits)


def _apart(edits: Iterable[Edit], spans: Sequence[Span]) -> Iterator[Edit]:
    """The edits that touch none of the spans."""
    for edit in edits:
        if not any(edit[0] < end and start < edit[1] for start, end in spans):
            yield edit


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in _WORD.findall(text)}


def _words(
    text: str,
    span: Span,
    shared: set[str],
    synonyms: Synonyms,
    chance: random.Random,
) -> Iterator[Edit]:
    for found in _WORD.finditer(text, *span):
        others = synonyms.get(found[0])
        often = SHARED if found[0][:_STEM] in shared else ELSEWHERE
        if others and chance.random() < often:
            yield found.start(), found.end(), chance.choice(others)


def _pronoun(text: Text, span: Span, names: set[str] | None, chance: random.Random) -> list[Edit]:
    """One name of the sentence as a pronoun; of `names` if given, and told of before."""
    before = f"{text.heading} {text.text[: span[0]]}"
    for found in _NAME.finditer(text.text, *span):
        words = found[0].split()
        if (names is None or names & set(words)) and words[-1] in before:
            first = found.start() == span[0]
            if text.text[found.end() : found.end() + 2] in ("'s", "’s"):
                word, end = chance.choice(("his", "her", "its", "their")), found.end() + 2
            else:
                word, end = chance.choice(("he", "she", "it", "they")), found.end()
            return [(found.start(), end, word.capitalize() if first else word)]
    return []
