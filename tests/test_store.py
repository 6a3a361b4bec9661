"""The database: one transaction a change, one writer, readers undisturbed."""

from __future__ import annotations

import sqlite3
import subprocess
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from rag.article import Article
from rag.errors import FormatTooNew, LibraryBusy, LibraryDamaged, LibraryError
from rag.store import Entry, Store, Writer
from rag.verify import verify

Make = Callable[[Article], Entry]

OLD = Article.of("The old bridge was closed. Nobody was hurt.", title="Bridge", path="a.txt")
NEW = Article.of("The new tunnel was opened. Many came to see it.", title="Tunnel", path="a.txt")
OTHER = Article.of("A comet was seen. It is made of ice.", title="Comet", path="b.txt")


@pytest.fixture
def store(tmp_path: Path, entry: Make) -> Store:
    """A store that holds `OLD` as a.txt and `OTHER` as b.txt."""
    made = Store(tmp_path / "library")
    with made.writer() as writer:
        put(writer, "a.txt", entry(OLD))
        put(writer, "b.txt", entry(OTHER))
    return made


def put(writer: Writer, path: str, *entries: Entry) -> None:
    with writer.change():
        writer.replace_file(path, f"sha of {entries}", [one.article for one in entries], entries)


def titles(store: Store) -> set[str]:
    with store.snapshot() as snapshot:
        assert [damage.what for damage in verify(store.directory, snapshot)] == [
            "the FAISS file is missing, damaged or old; `rag rebuild` makes it anew"
        ]
        return {listing.title for listing in snapshot.listings()}


def found(store: Store, word: str) -> int:
    with store.snapshot() as snapshot:
        return len(snapshot.text_search(f'"{word}"', 10))


def test_a_changed_file_leaves_nothing_of_its_former_version(store: Store, entry: Make) -> None:
    with store.snapshot() as snapshot:
        former = set(snapshot.keys().tolist())
    with store.writer() as writer:
        put(writer, "a.txt", entry(NEW))
    assert titles(store) == {"Tunnel", "Comet"}
    assert [found(store, word) for word in ("bridge", "closed", "tunnel", "comet")] == [0, 0, 1, 1]
    with store.snapshot() as snapshot:
        assert len(set(snapshot.keys().tolist()) - former) == 1, "a key was used twice"
        assert snapshot.meta()["generation"] == "3"


@pytest.mark.parametrize("replaced", [False, True])
def test_a_change_stopped_at_any_statement_is_undone_whole(
    store: Store, entry: Make, monkeypatch: pytest.MonkeyPatch, replaced: bool
) -> None:
    execute = Writer.execute
    left = 0

    def counting(self: Writer, query: str, values: object = ()) -> object:
        nonlocal left
        left -= 1
        if left == 0:
            raise KeyboardInterrupt
        return execute(self, query, values)  # type: ignore[arg-type]

    monkeypatch.setattr(Writer, "execute", counting)
    path = "a.txt" if replaced else "c.txt"
    before = {"Bridge", "Comet"}
    for at in range(1, 100):
        try:
            with store.writer() as writer:
                left = at
                put(writer, path, entry(NEW))
        except KeyboardInterrupt:
            left = 0
            assert titles(store) == before
            assert found(store, "tunnel") == 0
            assert found(store, "bridge") == 1
        else:
            break
    assert at > 10
    assert titles(store) == ({"Tunnel", "Comet"} if replaced else before | {"Tunnel"})


KILLED_AT_EVERY_STATEMENT = """
import os, pickle, sys
from pathlib import Path
from rag.store import Store, Writer
from rag.verify import verify

store = Store(Path(sys.argv[1]))
entry = pickle.loads(Path(sys.argv[2]).read_bytes())
execute, left = Writer.execute, 0

def dying(self, query, values=()):
    global left
    left -= 1
    if left == 0:
        os._exit(9)
    return execute(self, query, values)

Writer.execute = dying
for at in range(1, 100):
    child = os.fork()
    if not child:
        left = at
        with store.writer() as writer, writer.change():
            writer.replace_file("a.txt", "new", [entry.article], [entry])
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with store.snapshot() as snapshot:
        damage = [one.what for one in verify(store.directory, snapshot) if "FAISS" not in one.what]
        titles = {listing.title for listing in snapshot.listings()}
    assert not damage, damage
    assert titles == {"Tunnel" if code == 0 else "Bridge", "Comet"}, (at, titles)
    if code == 0:
        break
print(at)
"""


def test_a_process_killed_at_any_statement_leaves_the_old_or_the_new(
    store: Store, entry: Make, tmp_path: Path, python: Callable[..., subprocess.CompletedProcess]
) -> None:
    import pickle

    (tmp_path / "entry").write_bytes(pickle.dumps(entry(NEW)))
    done = python(KILLED_AT_EVERY_STATEMENT, store.directory, tmp_path / "entry")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 10
    assert titles(store) == {"Tunnel", "Comet"}


def test_a_library_whose_making_was_stopped_is_made_by_the_next(tmp_path: Path) -> None:
    for name, pragmas in (("empty", []), ("wal", ["journal_mode=WAL"])):
        store = Store(tmp_path / name)
        store.directory.mkdir()
        with closing(sqlite3.connect(store.database)) as connection:
            for pragma in pragmas:
                connection.execute(f"PRAGMA {pragma}")
        store.database.touch()
        assert not store.exists()
        with pytest.raises(LibraryError, match="there is no library here"):
            store.snapshot()
        with store.writer():
            pass
        assert store.exists()
        assert titles_of_empty(store) == []


def titles_of_empty(store: Store) -> list[str]:
    with store.snapshot() as snapshot:
        assert snapshot.generation == 0
        return [listing.title for listing in snapshot.listings()]


def test_a_second_writer_is_refused_and_the_first_goes_on(
    store: Store, entry: Make, python: Callable[..., subprocess.CompletedProcess]
) -> None:
    code = (
        "import sys; from pathlib import Path; from rag.store import Store\n"
        "with Store(Path(sys.argv[1])).writer(patient=False): pass"
    )
    with store.writer() as writer:
        with pytest.raises(LibraryBusy, match="another process"), store.writer(patient=False):
            pass
        assert "LibraryBusy" in python(code, store.directory).stderr
        put(writer, "a.txt", entry(NEW))
    assert python(code, store.directory).returncode == 0
    assert titles(store) == {"Tunnel", "Comet"}


def test_a_writer_waits_a_moment_for_another(store: Store, entry: Make) -> None:
    with store.writer() as writer:
        done = threading.Event()

        def second() -> None:
            with store.writer():
                done.set()

        thread = threading.Thread(target=second, daemon=True)
        thread.start()
        assert not done.wait(0.2)
        put(writer, "a.txt", entry(NEW))
    thread.join(10)
    assert done.is_set()


def test_readers_see_one_generation_while_a_writer_writes(store: Store, entry: Make) -> None:
    with store.snapshot() as before, store.writer() as writer:
        with writer.change():
            writer.replace_file("a.txt", "new", [NEW], [entry(NEW)])
            answers: list[set[str]] = []
            thread = threading.Thread(target=lambda: answers.append(titles(store)))
            thread.start()
            thread.join(10)
            assert answers == [{"Bridge", "Comet"}], "a reader waits, or sees what isn't committed"
        assert titles(store) == {"Tunnel", "Comet"}
        assert {listing.title for listing in before.listings()} == {"Bridge", "Comet"}
        assert before.article(OLD.id).article.text == OLD.text


def test_readers_in_another_process_go_on_while_a_writer_writes(
    store: Store, entry: Make, python: Callable[..., subprocess.CompletedProcess]
) -> None:
    code = (
        "import sys; from pathlib import Path; from rag.store import Store\n"
        "with Store(Path(sys.argv[1])).snapshot() as snapshot:\n"
        "    print(sorted(listing.title for listing in snapshot.listings()))"
    )
    with store.writer() as writer, writer.change():
        writer.replace_file("a.txt", "new", [NEW], [entry(NEW)])
        assert python(code, store.directory).stdout == "['Bridge', 'Comet']\n"
    assert python(code, store.directory).stdout == "['Comet', 'Tunnel']\n"


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [
        ("format", "4", FormatTooNew),
        ("format", "x", LibraryDamaged),
        ("format", "null", LibraryDamaged),
    ],
)
def test_what_a_newer_version_made_is_neither_read_nor_written(
    store: Store, key: str, value: str, error: type[Exception]
) -> None:
    with closing(sqlite3.connect(store.database)) as connection, connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = ?", (value, key))
    before = store.database.read_bytes()
    with pytest.raises(error):
        store.snapshot()
    with pytest.raises(error), store.writer():
        pass
    assert store.database.read_bytes() == before


def test_a_damaged_generation_is_damage(store: Store) -> None:
    with closing(sqlite3.connect(store.database)) as connection, connection:
        connection.execute("UPDATE meta SET value = 'zwei' WHERE key = 'generation'")
    with store.snapshot() as snapshot, pytest.raises(LibraryDamaged, match="generation"):
        _ = snapshot.generation


def test_articles_of_two_files_under_one_path_are_both_kept(store: Store, entry: Make) -> None:
    """The file "t.csv#1" and the first article of "t.csv" have the same path."""
    twins = [
        Article.of(f"Text {n} is here. It is {word}.", title=word, path="t.csv#1")
        for n, word in enumerate(("one", "two"))
    ]
    with store.writer() as writer:
        for file, article in zip(("t.csv", "t.csv#1"), twins, strict=True):
            put(writer, file, entry(article))
        put(writer, "t.csv#1", entry(NEW))
        put(writer, "t.csv", entry(NEW))
    assert titles(store) == {"Bridge", "Comet", "Tunnel"}


def test_removing_an_article_of_several_makes_its_file_unknown(store: Store, entry: Make) -> None:
    with store.writer() as writer:
        put(writer, "both.csv", entry(NEW), entry(OTHER))
        with writer.change():
            writer.remove_article(NEW.id)
        assert writer.file_digest("both.csv") == ""
        assert writer.file_digest("a.txt")
        with writer.change():
            writer.remove_article(OLD.id)
        assert writer.file_digest("a.txt") is None
    assert titles(store) == {"Comet"}


def test_a_full_database_stores_nothing_and_loses_nothing(store: Store, entry: Make) -> None:
    with store.writer() as writer:
        pages = writer.one("PRAGMA page_count")
        writer.rows(f"PRAGMA max_page_count = {pages}")
        long = Article.of("Rain fell again. " * 3000, title="Long", path="c.txt")
        with pytest.raises(LibraryError, match=r"the disk is full .*free some space"):
            put(writer, "c.txt", entry(long))
        assert writer.file_digest("c.txt") is None
    assert titles(store) == {"Bridge", "Comet"}
