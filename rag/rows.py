"""How rows of the database are written and proved, and what its errors mean."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from rag.article import Sentence
from rag.errors import LibraryDamaged, LibraryError, RagError

VECTOR_TYPE = np.dtype("<f2")  # unit vectors in half precision: an error of 2e-4 in a cosine
SPAN_TYPE = np.dtype("<u4")


@contextmanager
def database_errors(where: Path) -> Iterator[None]:
    """Turns the errors of SQLite into those of Citespan, each with what can be done about it."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise _translated(error, where) from error


def _translated(error: Exception, where: Path) -> RagError:
    code = getattr(error, "sqlite_errorname", "") or ""
    if code.startswith("SQLITE_FULL"):
        remedy = "free some space and run the command again; what was stored before is kept"
        return LibraryError("the disk is full", where=str(where), remedy=remedy)
    if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        remedy = "check the folder's rights, or copy the library to a place you can write to"
        return LibraryError(
            "the library can't be written or opened", where=str(where), remedy=remedy
        )
    # What SQLite says of a damaged database may quote the damage.
    unreadable = isinstance(error, UnicodeDecodeError)
    if unreadable or code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT")):
        remedy = "`rag verify` says what is damaged; restore a backup or add the articles anew"
        return LibraryDamaged("the database file is damaged", where=str(where), remedy=remedy)
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        remedy = "wait until the other process is done"
        return LibraryError("the database is in use", where=str(where), remedy=remedy)
    return LibraryError(f"the database reports: {error}", where=str(where), remedy="`rag verify`")


def article_digest(fields: Sequence[object], spans: object) -> bytes:
    """SHA-256 of an article's id, title, date, author, source, language and text, and its spans."""
    return _digest(fields, spans)


def passage_digest(fields: Sequence[object]) -> bytes:
    """SHA-256 of a passage's article key, start, end, first, last and vector, in this order."""
    *numbers, vector = fields
    return _digest(numbers, vector)


def _digest(fields: Sequence[object], blob: object) -> bytes:
    # Damage can make a value of any type of any other.
    digest = hashlib.sha256(json.dumps(list(fields), ensure_ascii=False, default=repr).encode())
    digest.update(blob if isinstance(blob, bytes) else b"")
    return digest.digest()


def pack_spans(sentences: Sequence[Sentence]) -> bytes:
    return np.array([(s.start, s.end) for s in sentences], SPAN_TYPE).tobytes()


def unpack_spans(id: str, spans: bytes) -> tuple[Sentence, ...]:
    pairs = np.frombuffer(spans, SPAN_TYPE).reshape(-1, 2).tolist()
    return tuple(Sentence(id, start, end) for start, end in pairs)
