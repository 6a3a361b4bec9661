"""What a long summary remembers of its way, so that one that was stopped goes on where it was.

A SQLite file beside the library that can be deleted at any time. Each value is proved by its
checksum; where nothing can be written, nothing is remembered.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

import numpy as np

from rag.encode import Encoder, Vectors
from rag.snapshot import StoredArticle

FILE = "summaries.db"
REMEMBERED = 500  # sentences from which on a summary is long enough to be remembered
BLOCK = 256  # texts encoded at once: a book is one article, and is told of and kept as it is read
_STORED = "<f2"  # half precision, little-endian: a cosine is the same to three digits


class Memory:
    """Values by their keys; the file is made when something is first kept.

    Args:
        file: None to remember nothing.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._db: sqlite3.Connection | None = None

    def get(self, key: str) -> bytes | None:
        """What was kept under a key, if it is whole."""
        if self._db is None and not (self._file and self._file.exists()):
            return None
        with suppress(sqlite3.Error):
            query = "SELECT value, sha256 FROM kept WHERE key = ?"
            row = self._opened().execute(query, (key,)).fetchone()
            if row and hashlib.sha256(row[0]).digest() == row[1]:
                return bytes(row[0])
        return None

    def keep(self, key: str, value: bytes) -> None:
        """Keeps a value, if that is possible."""
        if self._file is None:
            return
        with suppress(sqlite3.Error):
            self._opened().execute(
                "INSERT OR REPLACE INTO kept VALUES (?, ?, ?)",
                (key, value, hashlib.sha256(value).digest()),
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    def _opened(self) -> sqlite3.Connection:
        if self._db is None:
            self._db = sqlite3.connect(str(self._file), isolation_level=None, timeout=2)
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS kept "
                "(key TEXT PRIMARY KEY, value BLOB NOT NULL, sha256 BLOB NOT NULL) WITHOUT ROWID"
            )
        return self._db


def memory_file(directory: Path, stored: Sequence[StoredArticle]) -> Path | None:
    """Where a summary of these articles is remembered; None if it is too short for that."""
    long = sum(len(one.sentences) for one in stored) >= REMEMBERED
    return directory / FILE if long else None


def sentence_vectors(
    stored: StoredArticle,
    encoder: Encoder,
    memory: Memory,
    advance: Callable[[int], None] = lambda _: None,
) -> Vectors:
    """The vectors of an article's title and sentences, the title's first; shape (1 + n, dim).

    Args:
        advance: called after each block with how many sentences it had; what it raises ends the
            reading, and what was read is kept.
    """
    article = stored.article
    texts = [article.title, *(sentence.quote(article) for sentence in stored.sentences)]
    title = hashlib.sha256(article.title.encode()).hexdigest()[:8]
    blocks = []
    for start in range(0, len(texts), BLOCK):
        some = texts[start : start + BLOCK]
        key = f"sentences {encoder.fingerprint} {article.id} {title} {len(texts)} {start}"
        blocks.append(_block(key, some, encoder, memory))
        advance(len(some) - (start == 0))
    return np.concatenate(blocks)


def _block(key: str, texts: Sequence[str], encoder: Encoder, memory: Memory) -> Vectors:
    size = len(texts) * encoder.dimension
    known = memory.get(key)
    if known is None or len(known) != size * np.dtype(_STORED).itemsize:
        known = encoder.encode(texts).astype(_STORED).tobytes()
        memory.keep(key, known)
    # Read back even when just made, so that a resumed summary is the same to the last bit.
    return np.frombuffer(known, _STORED).reshape(len(texts), -1).astype(np.float32)
