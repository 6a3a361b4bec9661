"""What a library remembers of its changes."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from rag import Library
from rag.add import Document
from rag.changes import KEPT
from rag.store import LATER, SCHEMA


def told(library: Library) -> list[tuple[str, str, int]]:
    return [(one.what, one.title, one.articles) for one in library.changes()]


def test_what_was_added_replaced_and_removed_is_told_newest_first(tmp_path: Path) -> None:
    library = Library.open(tmp_path / "library")
    assert library.changes() == []
    rain, fog = b"# Rain\n\nIt rained on Monday.", b"# Fog\n\nFog lay on the Lenn."
    library.add_documents([Document("rain.md", rain), Document("fog.md", fog)])
    library.add_documents([Document("rain.md", rain), Document("fog.md", fog + b" It froze.")])
    library.remove("rain.md")
    assert told(library) == [
        ("removed", "Rain", 1),
        ("replaced", "Fog", 1),
        ("added", "Fog", 1),
        ("added", "Rain", 1),
    ]
    newest = library.changes(1)[0]
    assert (newest.path, newest.at.tzinfo is not None) == ("rain.md", True)
    assert library.verify() == []


def test_a_file_of_many_articles_is_one_change(tmp_path: Path) -> None:
    library = Library.open(tmp_path / "library")
    rows = "title,text\nRain,It rained on Monday.\nFog,Fog lay on the Lenn.\n"
    library.add_documents([Document("news.csv", rows.encode())])
    assert told(library) == [("added", "Rain", 2)]


def test_the_oldest_are_forgotten(tmp_path: Path) -> None:
    library = Library.open(tmp_path / "library")
    library.add_documents([Document("rain.md", b"It rained on Monday.")])
    with sqlite3.connect(library.directory / "library.db") as database:
        database.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'changes'", (KEPT,))
    library.add_documents([Document("fog.md", b"Fog lay on the Lenn.")])
    assert [one.path for one in library.changes()] == ["fog.md"]


def test_a_library_of_format_2_is_read_and_brought_along(tmp_path: Path) -> None:
    directory = tmp_path / "old"
    directory.mkdir()
    with sqlite3.connect(directory / "library.db") as database:
        for statement in f"{SCHEMA}{LATER[2]}".split(";\n"):
            database.execute(statement)
        database.execute("INSERT INTO meta VALUES ('format', '2'), ('generation', '0')")
    library = Library.open(directory)
    assert library.changes() == []
    library.add_documents([Document("rain.md", b"It rained on Monday.")])
    assert [one.what for one in library.changes()] == ["added"]
