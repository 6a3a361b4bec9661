"""The FAISS file: proved before it is believed, made anew from the database, the user told."""

from __future__ import annotations

import errno
import json
import random
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag import Library, vectors
from rag.store import Store
from rag.testing import FakeEncoder
from rag.vectors import Index

QUESTION = "By how many metres has the river Lenn in Lenndorf risen?"
FLOOD = "The flood at Lenndorf"


def index_file(library: Library) -> Path:
    (file,) = library.directory.glob("vectors-*")
    return file


def opened(library: Library, notices: list[str]) -> Library:
    """As another process sees it."""
    return Library(library.directory, encoder=FakeEncoder(), notice=notices.append)


def is_whole(library: Library) -> bool:
    store = Store(library.directory)
    with store.snapshot() as snapshot:
        return vectors.load(library.directory, snapshot) is not None


def test_what_is_written_is_read_again(library: Library, encoder: FakeEncoder) -> None:
    with Store(library.directory).snapshot() as snapshot:
        index = vectors.load(library.directory, snapshot)
        built = Index.build(snapshot, 64)
        assert index is not None
        query = encoder.encode_query(QUESTION)
        assert index.search(query, 10) == built.search(query, 10)
        assert (len(index), index.dimension, index.generation) == (4, 64, 4)
        ((keys, stored),) = snapshot.vectors()
    cosines = {int(key): float(vector @ query) for key, vector in zip(keys, stored, strict=True)}
    for key, score in index.search(query, 10):
        assert score == pytest.approx(cosines[key], abs=1e-3)
    best = [key for key, _ in index.search(query, 10)]
    assert best == sorted(best, key=lambda key: -cosines[key])
    assert [key for key, _ in index.search(query, 2)] == best[:2]
    some = np.array(sorted(best[1:3]), np.int64)
    assert [key for key, _ in index.search(query, 10, some)] == best[1:3]
    assert index.search(query, 10, np.array([], np.int64)) == []


def test_an_index_brought_along_is_the_index_built_anew(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    some = rng.normal(size=(60, 64)).astype(np.float32)

    class Generation:
        def __init__(self, keys: list[int]) -> None:
            self.generation = len(keys)
            self._keys = np.array(sorted(keys), np.int64)

        def keys(self) -> object:
            return self._keys

        def vectors(self, after: int = 0) -> object:
            keys = self._keys[self._keys > after]
            yield keys, some[keys]

    index = Index.empty(64, 0)
    for _ in range(20):
        keys: Any = Generation(
            rng.choice(range(1, 60), rng.integers(1, 40), replace=False).tolist()
        )
        index.update(keys)
        built = Index.build(keys, 64)
        query = some[0] / np.linalg.norm(some[0])
        assert index.search(query, 60) == built.search(query, 60)


def _missing(file: Path) -> None:
    file.unlink()


def _truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _longer(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"\0")


def _flipped(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def _of_another_dimension(file: Path) -> None:
    import faiss

    faiss.write_index(faiss.IndexFlatIP(8), str(file))


@pytest.mark.parametrize(
    "damage", [_missing, _truncated, _empty, _longer, _flipped, _of_another_dimension]
)
def test_a_file_that_does_not_fit_is_made_anew_and_the_user_told(
    library: Library, notices: list[str], damage: Callable[[Path], None]
) -> None:
    before = [hit.article.id for hit in library.search(QUESTION).hits]
    damage(index_file(library))
    assert ["FAISS file is missing, damaged or old" in one.what for one in library.verify()] == [
        True
    ]
    again = opened(library, notices)
    assert [hit.article.id for hit in again.search(QUESTION).hits] == before
    assert len(notices) == 1
    assert "the FAISS file doesn't fit; making it anew" in notices[0]
    assert again.verify() == []
    assert opened(library, notices).search(QUESTION).hits
    assert len(notices) == 1, "it wasn't stored"


def test_every_flipped_bit_is_found(library: Library) -> None:
    file = index_file(library)
    whole = file.read_bytes()
    rng = random.Random(7)
    assert is_whole(library)
    for _ in range(400):
        at = rng.randrange(len(whole))
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << rng.randrange(8)]) + whole[at + 1 :])
        assert not is_whole(library), f"a change of byte {at} was not found"
    file.write_bytes(whole)
    assert is_whole(library)


def test_a_file_of_another_generation_is_brought_along(
    library: Library, stock: Path, notices: list[str]
) -> None:
    """A crash between a change and the publishing of its vectors; a file from a backup."""
    former = index_file(library).name
    with closing(sqlite3.connect(stock / "library.db")) as connection:
        ((record,),) = connection.execute("SELECT value FROM meta WHERE key = 'index'")
    library.remove(FLOOD)
    index_file(library).unlink()
    shutil.copy(stock / former, library.directory)
    with closing(sqlite3.connect(library.directory / "library.db")) as connection, connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'index'", (record,))
    again = opened(library, notices)
    assert FLOOD not in {hit.article.title for hit in again.search(QUESTION).hits}
    assert len(notices) == 1
    assert again.verify() == []
    assert index_file(library).name != former


def test_only_the_newest_file_stays(library: Library, tmp_path: Path) -> None:
    (library.directory / "vectors-1-aa.faiss.tmp").touch()
    for title in (FLOOD, "Bees in trouble"):
        library.remove(title)
        assert index_file(library)


@pytest.mark.parametrize("record", ["{", "[]", '{"name": "x"}', "null", "3"])
def test_a_damaged_record_is_no_record(library: Library, notices: list[str], record: str) -> None:
    with closing(sqlite3.connect(library.directory / "library.db")) as connection, connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'index'", (record,))
    assert opened(library, notices).search(QUESTION).hits[0].article.title == FLOOD
    assert len(notices) == 1


def test_a_full_disk_leaves_the_articles_and_no_half_file(
    library: Library, monkeypatch: pytest.MonkeyPatch, notices: list[str], tmp_path: Path,
    reads: list[str],
) -> None:  # fmt: skip
    def full(_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "a.txt").write_text("Zebras ran. It was dry.")
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        assert len(library.add(tmp_path / "a.txt").added) == 1
        assert re.search(r"No space left.*the articles are stored", notices.pop())
        assert not list(library.directory.glob("*.tmp"))
        assert opened(library, notices).search("Did zebras run?").hits[0].article.title == "a 0"
        assert ["doesn't fit" in notices[0], "can't be stored" in notices[1]] == [True, True]
    assert opened(library, notices).search("Did zebras run?").hits[0].article.title == "a 0"
    assert library.verify() == []


def test_whoever_writes_publishes_not_whoever_reads_meanwhile(
    library: Library, notices: list[str]
) -> None:
    with Store(library.directory).writer() as writer:
        with writer.change():
            writer.next_generation()
        assert opened(library, notices).search(QUESTION).hits[0].article.title == FLOOD
        assert json.loads(writer.meta()["index"])["generation"] == 4
    assert opened(library, notices).search(QUESTION).hits
    assert library.verify() == []
