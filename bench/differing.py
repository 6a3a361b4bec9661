"""Whether articles that give different numbers are told from those that only seem to.

    python -m bench.differing eval/differing/report.jsonl

A line of the file has `articles`, two of them, each a headline and a text; `questions` that ask for
a number; and whether that `differs` between the two. The articles of those that differ are in one
library, the others in another. Prints of how many questions of each kind the answer says that
articles differ: as it is, and if it were enough that the locator takes another number for an answer
(`rag.rivals`).
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from rag import Library, rivals
from rag.add import Document


@dataclass(frozen=True, slots=True)
class Pair:
    """Two articles, each a headline and a text, and questions for a number in them."""

    differs: bool
    articles: tuple[tuple[str, str], tuple[str, str]]
    questions: tuple[str, ...]


def load(path: Path) -> list[Pair]:
    return list(map(_pair, map(json.loads, path.read_text(encoding="utf-8").splitlines())))


def _pair(line: dict[str, Any]) -> Pair:
    one, other = map(tuple, line["articles"])
    return Pair(line["differs"], (one, other), tuple(line["questions"]))


def filled(folder: Path, pairs: Sequence[Pair]) -> Library:
    """A library of all their articles."""
    library = Library.open(folder)
    texts = ["\n\n".join(article) for pair in pairs for article in pair.articles]
    library.add_documents(
        [Document(f"{number}.txt", text.encode()) for number, text in enumerate(texts)]
    )
    return library


def shown(library: Library, pairs: Sequence[Pair]) -> str:
    """Of how many questions the answer says that articles differ."""
    asked = [question for pair in pairs for question in pair.questions]
    answers = map(library.ask, asked)
    said = sum(any(claim.differs for claim in answer.claims) for answer in answers)
    return f"{said} of {len(asked)}"


def report(folder: Path, pairs: Sequence[Pair]) -> Iterator[str]:
    kinds = [[pair for pair in pairs if pair.differs == differs] for differs in (True, False)]
    libraries = [filled(folder / str(kind), some) for kind, some in enumerate(kinds)]

    def row(name: str) -> str:
        return f"| {name} | {' | '.join(map(shown, libraries, kinds))} |"

    yield "| | they differ | they don't |"
    yield "|---|---|---|"
    yield row("as it is")
    with patch("rag.ask.rivals", lambda question, choice, _: rivals.rivals(question, choice, None)):
        yield row("by the locator alone")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.differing")
    parser.add_argument("pairs", type=Path)
    every = load(parser.parse_args().pairs)
    with tempfile.TemporaryDirectory() as folder:
        for line in report(Path(folder), every):
            print(line, flush=True)
