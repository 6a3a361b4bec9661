"""What other settings of `rag.point` would answer, on what was found once.

    python -m bench.pointing GOLD [--articles FOLDER] [--set NAME=VALUE[,NAME=VALUE]] ...

Prints the table of `bench.answers` for the settings as they are, then for each `--set`. Searching,
locating and reading are the same for all of them and done once: only what is made of them changes.
For example: `--set BOTH=0.004 --set BOTH=0.001,NEAR=2.5`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from functools import partial
from unittest.mock import patch

from bench.answers import Systems, Task, compare, options
from rag import Answer, Library, point
from rag.answer import Trace
from rag.choose import Choice
from rag.citation import Claim
from rag.evaluate import Corpus, Gold

Settings = dict[str, float]
Found = dict[str, tuple[str, Choice]]
"""By each question that was answered: what it was taken to mean, and what was found."""


def setting(text: str) -> Settings:
    """Names of numbers in `rag.point`, and what they shall be.

    >>> setting("BOTH=0.004,NEAR=2.5")
    {'BOTH': 0.004, 'NEAR': 2.5}
    """
    pairs = [pair.partition("=") for pair in text.split(",")]
    for name, _, _ in pairs:
        if not (name.isupper() and isinstance(getattr(point, name, None), float)):
            raise argparse.ArgumentTypeError(f"no setting of rag.point: {name}")
    return {name: float(value) for name, _, value in pairs}


def systems(settings: Sequence[Settings]) -> Systems:
    """The settings as they are, which keep what they find, and others that make use of it."""

    def made(library: Library, _gold: Gold, _corpus: Corpus) -> Iterator[tuple[str, Task]]:
        found: Found = {}
        yield "as it is", partial(_asked, library, found)
        for one in settings:
            name = ", ".join(f"{name} {value:g}" for name, value in one.items())
            yield name, partial(_pointed, found, one)

    return made


def _asked(
    library: Library, found: Found, question: str, *, history: Sequence[Answer] = ()
) -> Answer:
    def keeping(asked: str, choice: Choice) -> Iterator[Claim]:
        found[question] = asked, choice
        return point.pointed(asked, choice)

    with patch("rag.ask.pointed", keeping):
        return library.ask(question, history=history)


def _pointed(found: Found, settings: Settings, question: str, **_history: object) -> Answer:
    with patch.dict(vars(point), settings):
        claims = tuple(point.pointed(*found[question])) if question in found else ()
    return Answer(question, claims, not claims, Trace())


if __name__ == "__main__":
    parser = options("python -m bench.pointing")
    parser.add_argument("--set", type=setting, action="append", default=[], dest="settings")
    given = parser.parse_args()
    compare(given, systems(given.settings))
