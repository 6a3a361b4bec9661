"""Damage, lack of rights, lack of room and sudden death: said clearly, and nothing is lost."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rag import Library
from rag.errors import LibraryDamaged, LibraryError, RagError
from rag.testing import FakeEncoder, FakeLocator, FakeModel

Python = Callable[..., "subprocess.CompletedProcess[str]"]

QUESTION = "By how many metres has the river Lenn in Lenndorf risen?"
FLOOD = "The flood at Lenndorf"
FLIP = "CAST(substr({0}, 1, 30) || char(unicode(substr({0}, 31)) + 1) || substr({0}, 32) AS TEXT)"

# What is damaged, by which statement, and whether the flood can still be found.
DAMAGE = {
    "a letter of a text": f"UPDATE articles SET text = {FLIP.format('text')}",
    "text that is no UTF-8": "UPDATE articles SET text = CAST(x'ff' || text AS TEXT)",
    "text of another type": "UPDATE articles SET text = x'00ff'",
    "a title": "UPDATE articles SET title = title || '!'",
    "a date": "UPDATE articles SET date = '2O24-05-01'",
    "sentences": "UPDATE articles SET sentences = zeroblob(length(sentences))",
    "no sentences": "UPDATE articles SET sentences = x''",
    "a checksum": "UPDATE articles SET sha256 = zeroblob(32)",
    "a vector": "UPDATE passages SET vector = zeroblob(length(vector))",
    "a short vector": "UPDATE passages SET vector = x'00'",
    "the place of a passage": "UPDATE passages SET start = start + 1",
    "the sentences of a passage": "UPDATE passages SET last = last + 9",
}
WHERE = {
    "articles": f" WHERE title = '{FLOOD}'",
    "passages": f" WHERE article = (SELECT key FROM articles WHERE title = '{FLOOD}')",
}


def change(library: Library, *statements: str) -> None:
    with closing(sqlite3.connect(library.directory / "library.db")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def opened(library: Library, notices: list[str]) -> Library:
    model = FakeModel(["[1] The river Lenn rose by four metres."])
    return Library(
        library.directory,
        encoder=FakeEncoder(),
        locator=FakeLocator(),
        model=model,
        notice=notices.append,
    )


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("with_index", [True, False])
def test_a_damaged_row_is_found_left_out_told_and_repaired(
    library: Library, notices: list[str], articles: Path, damage: str, with_index: bool
) -> None:
    (flood,) = [one for one in library.articles() if one.title == FLOOD]
    change(library, DAMAGE[damage] + WHERE[DAMAGE[damage].split()[1]])
    if not with_index:
        for file in library.directory.glob("vectors-*"):
            file.unlink()
    after = opened(library, notices)
    assert flood.id in {one.article for one in after.verify()}
    assert len(after.articles()) == 4
    for result in (after.search(QUESTION), after.ask(QUESTION).trace):
        assert len(result.hits) == 3
        assert any("rag verify" in warning for warning in result.warnings), result.warnings
    assert len(after.summarize().claims) > 0
    # As the message says: remove it and add it again.
    assert after.remove(flood.id) == [flood.id]
    assert after.add(articles).articles == 1
    assert after.verify() == []
    assert after.search(QUESTION).warnings == []
    assert after.search(QUESTION).hits[0].article.title == FLOOD


def test_only_what_is_damaged_is_missing_from_a_summary(library: Library) -> None:
    change(library, DAMAGE["a title"] + WHERE["articles"])
    summary = library.summarize()
    assert len(summary.articles) == 3
    assert "doesn't match its checksum" in summary.trace.warnings[0]
    with pytest.raises(LibraryDamaged, match="checksum"):
        library.summarize(str(library.articles()[1].id))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO passages_text (rowid, title, body) VALUES (999, 'x', 'river Lenn Lenndorf')",
        "INSERT INTO passages_text (rowid, title, body) VALUES (1, 'river', 'Lenn')",
        "DELETE FROM passages_text_data WHERE id > 10",
    ],
)
def test_a_wrong_full_text_index_is_found_does_no_harm_and_is_rebuilt(
    library: Library, notices: list[str], statement: str
) -> None:
    change(library, statement)
    after = opened(library, notices)
    assert any("full-text index is damaged" in one.what for one in after.verify())
    if "DELETE" not in statement:
        assert after.search(QUESTION).hits[0].article.title == FLOOD
    after.rebuild()
    assert after.verify() == []
    assert after.search(QUESTION).warnings == []


def test_whatever_bit_flips_only_errors_of_ours_come_out(
    stock: Path, tmp_path: Path, notices: list[str]
) -> None:
    whole = (stock / "library.db").read_bytes()
    rng = random.Random(11)
    directory = tmp_path / "library"
    for _ in range(60):
        shutil.rmtree(directory, ignore_errors=True)
        shutil.copytree(stock, directory)
        data = bytearray(whole)
        for _ in range(3):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        (directory / "library.db").write_bytes(data)
        library = Library(
            directory,
            encoder=FakeEncoder(),
            locator=FakeLocator(),
            model=FakeModel(),
            notice=notices.append,
        )
        for use in (
            library.articles,
            library.verify,
            library.stats,
            lambda: library.ask(QUESTION),  # noqa: B023  # called at once
            library.summarize,
            lambda: library.remove(FLOOD),  # noqa: B023
            library.rebuild,
        ):
            try:
                use()
            except RagError as error:
                assert error.remedy


@pytest.mark.parametrize("damage", ["header", "nothing in it", "half of it", "text"])
def test_a_damaged_database_file_is_damage(library: Library, damage: str) -> None:
    file = library.directory / "library.db"
    data = file.read_bytes()
    file.write_bytes(
        {
            "header": b"\0" * 100 + data[100:],
            "nothing in it": b"\0" * len(data),
            "half of it": data[: len(data) // 2],
            "text": b"This is no database. " * 500,
        }[damage]
    )
    for use in (library.articles, lambda: library.search(QUESTION)):
        with pytest.raises(LibraryDamaged, match=r"damaged.*(restore a backup|rag remove)"):
            use()
    if damage != "half of it":
        with pytest.raises(LibraryDamaged), library._store.writer():
            pass


READ_ONLY = """
lines = []
library = Library.open(sys.argv[1], encoder=testing.FakeEncoder(), notice=lines.append)
print(library.search("By how many metres has the river Lenn risen?").hits[0].article.title)
print(len(library.articles()), library.verify(), lines)
for change in (lambda: library.add(sys.argv[1]), lambda: library.remove("A comet of unusual ice")):
    try:
        change()
    except RagError as error:
        print(type(error).__name__, error.where == sys.argv[1], error.remedy)
"""


@pytest.fixture
def public(stock: Path) -> Iterator[Path]:
    """A copy of the stock library where everybody may read and nobody write."""
    place = Path("/tmp") / f"citespan-{os.getpid()}"
    shutil.copytree(stock, place)
    for file in place.iterdir():
        file.chmod(0o444)
    place.chmod(0o555)
    yield place
    place.chmod(0o755)
    shutil.rmtree(place)


def test_a_read_only_library_is_searched_and_not_changed(public: Path, python: Python) -> None:
    done = python(READ_ONLY, public, unprivileged=True)
    assert done.returncode == 0, done.stderr
    title, state, *errors = done.stdout.splitlines()
    assert (title, state) == (FLOOD, "4 [] []")
    remedy = "check the folder's rights, or choose another with --library"
    assert errors == [f"LibraryError True {remedy}"] * 2


def test_a_read_only_library_without_its_index_is_searched(public: Path, python: Python) -> None:
    public.chmod(0o755)
    for file in public.glob("vectors-*"):
        file.unlink()
    public.chmod(0o555)
    done = python(READ_ONLY, public, unprivileged=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == FLOOD
    assert "used from memory this time" in done.stdout


def test_a_place_that_can_not_be_made_is_an_error(public: Path, python: Python) -> None:
    code = "Library.open(sys.argv[1] + '/deeper', encoder=testing.FakeEncoder())"
    done = python(code, public, unprivileged=True)
    assert "LibraryError" in done.stderr
    assert "check the folder's rights" in done.stderr
    with pytest.raises(LibraryError, match="can't be written"):
        Library.open("/dev/null/library", encoder=FakeEncoder())


def test_a_full_disk_stops_adding_and_loses_nothing(
    library: Library, tmp_path: Path, notices: list[str], reads: list[str]
) -> None:
    """A limit on the size of files stands for a disk without room: writing fails, reading goes."""
    rng = random.Random(3)
    words = [f"w{rng.randrange(10**6)}" for _ in range(60_000)]
    for n in range(6):
        some = " ".join(words[n * 10_000 : (n + 1) * 10_000])
        (tmp_path / f"{n}.txt").write_text(f"Article {n} begins. {some}.")
    room = (library.directory / "library.db").stat().st_size + 500_000
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, former[1]))
    try:
        with pytest.raises(LibraryError, match=r"library\.db: ") as caught:
            library.add(sorted(tmp_path.glob("*.txt")))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)
    assert caught.value.remedy
    after = opened(library, notices)
    assert after.search(QUESTION).hits[0].article.title == FLOOD
    assert after.verify() == []
    again = after.add(sorted(tmp_path.glob("*.txt")))
    assert len(again.added) + len(again.unchanged) == 6
    assert after.verify() == []


ADDING = """
import sys
from rag import Library
from rag.testing import FakeEncoder
library = Library.open(sys.argv[1], encoder=FakeEncoder())
print("begin", flush=True)
library.add(sys.argv[2])
"""


def test_a_process_killed_while_adding_leaves_every_file_old_or_new(tmp_path: Path) -> None:
    folder, directory = tmp_path / "articles", tmp_path / "library"
    folder.mkdir()
    rng = random.Random(5)
    library = Library.open(directory, encoder=FakeEncoder())

    def write(version: str) -> None:
        for n in range(40):
            (folder / f"{n}.txt").write_text(f"File {n} is {version}. It is about number {n}.")

    write("old")
    library.add(folder)
    for version in ("newer", "newest", "last"):
        before = {one.id for one in library.articles()}
        write(version)
        child = subprocess.Popen(
            [sys.executable, "-c", ADDING, directory, folder], stdout=subprocess.PIPE
        )
        with child:
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(rng.uniform(0.1, 0.35))
            child.send_signal(signal.SIGKILL)
        lines: list[str] = []
        after = Library(directory, encoder=FakeEncoder(), notice=lines.append)
        texts = [after.article(one.id).text for one in after.articles()]
        assert len(texts) == 40
        assert {text.split()[1] for text in texts} == {str(n) for n in range(40)}
        changed = {one.id for one in after.articles()} - before
        assert all(version in after.article(id).text for id in changed)
        assert after.search("Which file is about number 7?").hits
        assert after.verify() == []
        library.add(folder)
        assert all(version in library.article(one.id).text for one in library.articles())
        assert library.verify() == []
