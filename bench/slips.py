"""Questions as people type them, and what mending their slips brings.

    python -m bench.slips GOLD [--articles FOLDER]

Prints a Markdown table: the questions as they are; in small letters, without question mark and with
a slip in one of their words; the same, were slips not mended.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from string import ascii_lowercase
from tempfile import TemporaryDirectory
from unittest.mock import patch

from bench.measure import ARTICLES
from rag import Answer, Library
from rag.evaluate import Corpus, load_gold, run

METRICS = ("all_facts", "refused", "wrongly_refused")
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


def main() -> None:
    """Prints the table, a line as soon as it is measured."""
    options = argparse.ArgumentParser(prog="python -m bench.slips")
    options.add_argument("gold", type=Path)
    options.add_argument("--articles", type=Path, default=ARTICLES)
    given = options.parse_args()
    gold = load_gold(given.gold)
    gold = replace(gold, items=tuple(one for one in gold.items if one.kind != "summary"))
    chance = random.Random(SEED)
    hasty = {item.question: typed(item.question, chance) for item in gold.items}
    print(f"| questions | {' | '.join(METRICS)} |")
    print("|---" * (len(METRICS) + 1) + "|")
    with TemporaryDirectory() as folder:
        library = Library.open(folder)
        library.add(given.articles)
        corpus = Corpus.of(library)

        def ask(question: str, *, history: Sequence[Answer] = ()) -> Answer:
            return library.ask(hasty[question], history=history)

        def row(name: str, task: Callable[..., Answer]) -> None:
            values = run(gold, task, corpus=corpus).values
            shown = [f"{values[metric].value:.3f}" for metric in METRICS]
            print(f"| {' | '.join([name, *shown])} |", flush=True)

        row("as they are", library.ask)
        row("as typed", ask)
        with patch("rag.library.mended", lambda question, _: question):
            row("as typed, not mended", ask)


if __name__ == "__main__":
    main()
