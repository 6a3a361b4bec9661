"""A small library made once by the real embedded models, and the command run on it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from rag.cli import rag as command

BRIDGE = """---
title: "Bridge opens in \u00c5lesund \u2014 at last"
date: 2024-03-05
source: The Coast Courier
---

The new bridge over the Brosund opened on Tuesday after four years of work. It cost 41 million
kroner, nine million more than planned \U0001f309. Mayor Ingrid Solheim cut the ribbon before about
2,000 people. The ferry, which carried 600 passengers a day, ends its service in May.
"""
MUSEUM = """---
title: Storm closes the museum
date: 2023-11-20
source: Harbour News
---

A storm tore the roof off the maritime museum on Sunday night. Nobody was hurt. The director, Paul
Okafor, said that 300 ship models were carried to the town hall before the rain came in. The museum
will stay closed until April.
"""
BREAD = "The bakery on Mill Lane sells rye bread on Fridays only.\n\nIt has done so since 1931.\n"

Rag = Callable[..., Result]
Done = Callable[..., str]


@pytest.fixture(scope="session")
def rag() -> Rag:
    """Runs the command in this process."""

    def run(*arguments: str | Path, library: Path | None = None, **options: Any) -> Result:
        before = ["--library", str(library)] if library else []
        return CliRunner().invoke(command, [*before, *map(str, arguments)], **options)

    return run


@pytest.fixture(scope="session")
def done(rag: Rag) -> Done:
    """The same where nothing may fail; gives what it printed."""

    def run(*arguments: str | Path, **options: Any) -> str:
        result = rag(*arguments, **options)
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


@pytest.fixture(scope="session")
def span_is_exact(done: Done) -> Callable[[dict[str, Any], Path], bool]:
    """Whether `rag show` prints what a citation quotes, to the character."""

    def check(citation: dict[str, Any], library: Path) -> bool:
        id, start, end = citation["article"]["id"], citation["start"], citation["end"]
        text = done("show", id, "--text", library=library)
        span = done("show", id, "--span", f"{start}:{end}", library=library)
        return bool(text[start:end] == citation["quote"] == span)

    return check


@pytest.fixture(scope="session")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the articles of the shared library."""
    folder = tmp_path_factory.mktemp("articles")
    for name, text in (("bridge.md", BRIDGE), ("museum.md", MUSEUM), ("bread.txt", BREAD)):
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, articles: Path, done: Done) -> Path:
    """A library that tests only read."""
    place = tmp_path_factory.mktemp("libraries") / "shared"
    assert "3 files added: 3 new articles" in done("add", articles, library=place)
    return place


@pytest.fixture
def own(tmp_path: Path, shared: Path) -> Path:
    """A copy of it that a test may change."""
    return Path(shutil.copytree(shared, tmp_path / "own"))
