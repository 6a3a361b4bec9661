"""Questions as people type them, and what mending their slips brings.

    python -m bench.slips GOLD [--articles FOLDER]

Prints the table of `bench.answers` for the questions as they are; in small letters, without their
question mark and with a slip in a word; and the same, were slips not mended.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from string import ascii_lowercase
from unittest.mock import patch

from bench.answers import Task, compare, options
from rag import Answer, Library
from rag.evaluate import Corpus, Gold

SEED = 7
_WORD = re.compile(r"(?<![\w'’-])[a-z]{5,}(?![\w'’-])")  # no names


def typed(question: str, chance: random.Random) -> str:
    """A question as somebody in a hurry types it."""
    words = list(_WORD.finditer(question))
    if words:
        word = chance.choice(words)
        question = question[: word.start()] + _slipped(word[0], chance) + question[word.end() :]
    return question.lower().rstrip("?")


def _slipped(word: str, chance: random.Random) -> str:
    at, letter = chance.randrange(1, len(word) - 1), chance.choice(ascii_lowercase)
    before, after = word[:at], word[at:]
    return chance.choice(
        (
            before + after[1:],
            before + letter + after,
            before + letter + after[1:],
            before + after[1] + after[0] + after[2:],
        )
    )


def _systems(library: Library, gold: Gold, _corpus: Corpus) -> Iterator[tuple[str, Task]]:
    chance = random.Random(SEED)
    hasty = {item.question: typed(item.question, chance) for item in gold.items}

    def ask(question: str, *, history: Sequence[Answer] = ()) -> Answer:
        return library.ask(hasty[question], history=history)

    yield "as they are", library.ask
    yield "as typed", ask
    with patch("rag.library.mended", lambda question, _: question):
        yield "as typed, not mended", ask


if __name__ == "__main__":
    compare(options("python -m bench.slips").parse_args(), _systems)
