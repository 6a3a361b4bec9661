"""The FAISS index beside a library's database: a cache that is proved before it is believed.

FAISS has no checksum and loads a damaged file without a word, so the database records size and
SHA-256 of the file it belongs with. A file that doesn't fit is made anew from the vectors in the
database. Nothing else imports faiss.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import LibraryBusy, LibraryDamaged, LibraryError
from rag.snapshot import Snapshot, Vectors
from rag.store import Store, Writer

RECORD = "index"  # the key of the database's memory of the file


@dataclass(frozen=True, slots=True)
class Record:
    """What the database knows of the index file that belongs to one of its generations."""

    name: str
    generation: int
    size: int
    sha256: str
    vectors: int
    dimension: int


class Index:
    """The vectors of all passages of one generation of a library, for search by inner product.

    Exact search over half-precision vectors: on one core about 8 ms for 100,000 of 384 dimensions.

    Attributes:
        generation: of the library that these vectors belong to.
    """

    def __init__(self, faiss_index: Any, generation: int) -> None:
        self._faiss = faiss_index
        self.generation = generation

    @classmethod
    def empty(cls, dimension: int, generation: int) -> Index:
        import faiss

        flat = faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        return cls(faiss.IndexIDMap(flat), generation)

    @classmethod
    def build(cls, snapshot: Snapshot, dimension: int) -> Index:
        """The index of all vectors in the database but damaged ones."""
        index = cls.empty(dimension, snapshot.generation)
        for keys, vectors in snapshot.vectors():
            index.add(keys, vectors)
        return index

    def __len__(self) -> int:
        return int(self._faiss.ntotal)

    @property
    def dimension(self) -> int:
        return int(self._faiss.d)

    def add(self, keys: NDArray[np.int64], vectors: Vectors) -> None:
        """Adds vectors, one row each, under the keys of their passages."""
        self._faiss.add_with_ids(vectors, keys)

    def update(self, snapshot: Snapshot) -> None:
        """Makes these the vectors of another generation: keys are never used twice, so what has
        another key is another vector."""
        import faiss

        present = faiss.vector_to_array(self._faiss.id_map)
        wanted = snapshot.keys()
        gone, new = np.setdiff1d(present, wanted), np.setdiff1d(wanted, present)
        if len(gone):
            self._faiss.remove_ids(faiss.IDSelectorBatch(gone))
        for keys, vectors in snapshot.vectors(after=int(new[0]) - 1) if len(new) else ():
            fresh = np.isin(keys, new)
            self.add(keys[fresh], vectors[fresh])
        self.generation = snapshot.generation

    def search(
        self, query: Vectors, k: int, admitted: NDArray[np.int64] | None = None
    ) -> list[tuple[int, float]]:
        """Keys of the `k` nearest passages and their cosine, best first.

        Args:
            query: one vector of unit length, shape (dimension,).
            admitted: only these keys are looked at.
        """
        import faiss

        if not len(self) or (admitted is not None and not len(admitted)):
            return []
        parameters = None
        if admitted is not None:
            selector = faiss.IDSelectorBatch(admitted)
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]  # taken by SWIG
        # Ties and their order at the edge of k don't depend on threads with one query a call.
        scores, keys = self._faiss.search(
            query.reshape(1, -1), min(k, len(self)), params=parameters
        )
        return [(int(key), float(s)) for key, s in zip(keys[0], scores[0], strict=True) if key >= 0]


class IndexCache:
    """The index of a library, held by a process for all its threads.

    Args:
        notice: gets a line to show the user about repairs.
    """

    def __init__(self, directory: Path, store: Store, notice: Callable[[str], None]) -> None:
        self._directory = directory
        self._store = store
        self._notice = notice
        self._index: Index | None = None
        self._lock = threading.Lock()

    def index(self, snapshot: Snapshot, dimension: Callable[[], int]) -> Index:
        """The vectors of this snapshot's generation; from the database if the file doesn't fit.

        Args:
            dimension: of the vectors; called only if they are needed anew.
        """
        with self._lock:
            if self._index is None or self._index.generation != snapshot.generation:
                loaded = load(self._directory, snapshot)
                self._index = loaded or self._repaired(snapshot, dimension())
            return self._index

    def _repaired(self, snapshot: Snapshot, dimension: int) -> Index:
        self._notice(f"{self._directory}: the FAISS file doesn't fit; making it anew")
        index = current(self._directory, snapshot, dimension)
        try:
            with self._store.writer(patient=False) as writer:
                if writer.generation == index.generation:
                    publish(self._directory, writer, index)
        except LibraryBusy:
            pass  # who is writing will publish it
        except LibraryError as error:
            self._notice(f"it is used from memory this time, as it can't be stored: {error}")
        return index

    def refresh(self, writer: Writer, dimension: int) -> None:
        """Brings the file along. Without it a search begins later, which is no failure."""
        try:
            publish(self._directory, writer, current(self._directory, writer, dimension))
        except LibraryError as error:
            self._notice(str(error))


def load(directory: Path, snapshot: Snapshot) -> Index | None:
    """The published index, if it is whole and belongs to this generation of the library."""
    record = _record(snapshot)
    if record is None or record.generation != snapshot.generation:
        return None
    return _read(directory, record, in_memory=False)


def current(directory: Path, snapshot: Snapshot, dimension: int) -> Index:
    """The index of this generation of the library, made from the published one if that is whole."""
    record = _record(snapshot)
    index = _read(directory, record, in_memory=True) if record else None
    if index is None or index.dimension != dimension:
        return Index.build(snapshot, dimension)
    index.update(snapshot)
    return index


def _read(directory: Path, record: Record, in_memory: bool) -> Index | None:
    """The file of a record; None if it isn't whole."""
    file = directory / record.name
    if not _is_whole(file, record):
        return None
    import faiss

    try:
        faiss_index = faiss.read_index(str(file), 0 if in_memory else faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError:  # what faiss raises for any file it can't use
        return None
    if (faiss_index.ntotal, faiss_index.d) != (record.vectors, record.dimension):
        return None
    return Index(faiss_index, record.generation)


def publish(directory: Path, writer: Writer, index: Index) -> None:
    """Puts the index beside the database, whole or not at all, and records it there.

    Raises:
        LibraryError: the file can't be written; the database isn't concerned.
    """
    import faiss

    data = faiss.serialize_index(index._faiss).data
    digest = hashlib.sha256(data).hexdigest()
    name = f"vectors-{index.generation}-{digest[:8]}.faiss"
    try:
        _write(directory / name, data)
    except OSError as error:
        raise LibraryError(
            f"the index file can't be written: {error.strerror}",
            where=str(directory / name),
            remedy="free some space; the articles are stored, `rag rebuild` makes the file anew",
        ) from error
    record = Record(name, index.generation, len(data), digest, len(index), index.dimension)
    writer.remember(**{RECORD: json.dumps(asdict(record))})
    for file in directory.glob("vectors-*.faiss*"):
        if file.name != name:
            with suppress(OSError):  # the next one tries again
                file.unlink()


def _record(snapshot: Snapshot) -> Record | None:
    try:
        return Record(**snapshot.remembered(RECORD))
    except (LibraryDamaged, TypeError):  # damaged, or None
        return None


def _is_whole(file: Path, record: Record) -> bool:
    try:
        if file.stat().st_size != record.size:
            return False
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == record.sha256
    except OSError:
        return False


def _write(file: Path, data: Any) -> None:
    """Writes, flushes to the disk, and only then gives the file its name."""
    temporary = file.with_suffix(".faiss.tmp")
    try:
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
