"""Reading a library: one consistent view of its database.

A `Snapshot` holds one read transaction on a connection of its own, so that everything it returns
belongs to one generation of the library, whatever is written meanwhile, and any number of threads
and processes can read at once.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from rag.article import Article, Passage, Sentence
from rag.errors import LibraryDamaged, LibraryError, NotFound, RagError

Vectors = NDArray[np.float32]
VECTOR_TYPE = np.dtype("<f2")  # unit vectors in half precision: an error of 2e-4 in a cosine
SPAN_TYPE = np.dtype("<u4")
KEYS_AT_ONCE = 500  # below SQLite's limit on the number of parameters of one statement


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles a search may use; an empty filter admits all.

    Attributes:
        since, until: the first and the last date admitted; articles without a date are left out.
        source, title: substrings of these, whatever the case.
        articles: ids.
    """

    since: datetime.date | None = None
    until: datetime.date | None = None
    source: str | None = None
    title: str | None = None
    articles: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self != Filter()

    def where(self) -> tuple[str, list[str]]:
        """An SQL condition over `articles`, and its parameters."""
        parts: list[tuple[str, list[str]]] = []
        if self.since:
            parts.append(("date >= ?", [self.since.isoformat()]))
        if self.until:
            parts.append(("date <= ?", [self.until.isoformat()]))
        for column, wanted in (("source", self.source), ("title", self.title)):
            if wanted:
                parts.append((f"instr(fold({column}), fold(?))", [wanted]))
        if self.articles:
            marks = ",".join("?" * len(self.articles))
            parts.append((f"id IN ({marks})", list(self.articles)))
        condition = " AND ".join(sql for sql, _ in parts) or "1"
        return condition, [value for _, values in parts for value in values]


@dataclass(frozen=True, slots=True)
class Listing:
    """What a table of articles shows of one of them: all but the text, which isn't read."""

    id: str
    title: str
    date: datetime.date | None
    author: str | None
    source: str | None
    language: str | None
    paths: tuple[str, ...]
    characters: int
    sentences: int
    passages: int


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article with its sentences, both proved against their checksum."""

    article: Article
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that isn't what was stored."""

    what: str
    article: str | None


class Snapshot:
    """One generation of a library, open for reading. Close it, or use it as a context."""

    def __init__(self, connection: sqlite3.Connection, where: Path) -> None:
        self._db = connection
        self._where = where
        connection.create_function("fold", 1, _fold, deterministic=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    # What the library is

    def meta(self) -> dict[str, str]:
        """Everything the library remembers of itself: format, generation, encoder, index."""
        return dict(self.rows("SELECT key, value FROM meta"))

    @property
    def generation(self) -> int:
        """Counts the changes of the library's articles; 0 for an empty new one."""
        return int(self.one("SELECT value FROM meta WHERE key = 'generation'"))

    def counts(self) -> dict[str, int]:
        """How many files, articles, sentences and passages there are, and characters of text."""
        articles, characters, sentences = self.row(
            "SELECT count(*), total(characters), total(length(sentences)) FROM articles"
        )
        return {
            "files": self.one("SELECT count(*) FROM files"),
            "articles": articles,
            "characters": int(characters),
            "sentences": int(sentences) // (2 * SPAN_TYPE.itemsize),
            "passages": self.one("SELECT count(*) FROM passages"),
        }

    # Articles

    def listings(self, filter: Filter = Filter()) -> list[Listing]:
        """The articles a filter admits, newest first, undated ones last."""
        condition, values = filter.where()
        rows = self.rows(
            "SELECT key, id, title, date, author, source, language, characters, length(sentences), "
            "(SELECT count(*) FROM passages WHERE article = articles.key) "
            f"FROM articles WHERE {condition} ORDER BY date IS NULL, date DESC, title, id",
            values,
        )
        paths: dict[int, list[str]] = {}
        for key, path in self.rows("SELECT article, path FROM origins ORDER BY path"):
            paths.setdefault(key, []).append(path)
        return [
            Listing(
                *(id, title, _date(date), author, source, language),
                paths=tuple(paths.get(key, ())),
                characters=characters,
                sentences=spans // (2 * SPAN_TYPE.itemsize),
                passages=passages,
            )
            for key, id, title, date, author, source, language, characters, spans, passages in rows
        ]

    def find(self, reference: str) -> list[str]:
        """The ids of the articles that a user means by an id (or its first 4 or more digits), a
        path, a folder, or a title.

        Raises:
            NotFound: nothing answers to it.
        """
        path = reference.partition("#")[0]
        resolved = str(Path(path).resolve()) + reference[len(path) :]
        attempts: list[tuple[str, tuple[str, ...]]] = [
            ("SELECT id FROM articles WHERE id = ?", (reference,)),
            (
                "SELECT id FROM articles WHERE key IN (SELECT article FROM origins "
                "WHERE path IN (?1, ?2) OR file IN (?1, ?2) "
                "OR substr(file, 1, length(?2) + 1) = ?2 || '/') ORDER BY key",
                (reference, resolved),
            ),
            (
                "SELECT id FROM articles WHERE length(?1) >= 4 AND substr(id, 1, length(?1)) = ?1",
                (reference.lower(),),
            ),
            ("SELECT id FROM articles WHERE fold(title) = fold(?)", (reference,)),
        ]
        for query, values in attempts:
            if found := [id for (id,) in self.rows(query, values)]:
                return found
        raise NotFound(
            "no article of that id, path or title",
            where=reference,
            remedy="see `rag list` for what the library holds",
        )

    def article(self, id: str) -> StoredArticle:
        """An article and its sentences.

        Raises:
            NotFound: there is none of this id.
            LibraryDamaged: what is stored isn't what was stored.
        """
        row = self._db_row("SELECT key FROM articles WHERE id = ?", (id,))
        if row is None:
            raise NotFound("no article of that id", where=id, remedy="see `rag list`")
        return self._article(row[0])

    def _article(self, key: int) -> StoredArticle:
        row = self._db_row(
            "SELECT id, title, date, author, source, language, text, sentences, sha256, "
            "(SELECT min(path) FROM origins WHERE article = articles.key) "
            "FROM articles WHERE key = ?",
            (key,),
        )
        if row is None:
            raise self.damaged("an article is missing that others refer to", str(key))
        *fields, spans, digest, path = row
        if article_digest(fields, spans) != digest:
            raise self.damaged("the stored article doesn't match its checksum", str(row[0]))
        id, title, date, author, source, language, text = fields
        article = Article(id, text, title, _date(date), author, source, language, path)
        return StoredArticle(article, _unpack_spans(id, spans))

    # Passages

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        """The passages of these keys; keys that are gone are left out."""
        found: dict[int, Passage] = {}
        for some in _chunks(keys):
            marks = ",".join("?" * len(some))
            for key, *fields in self.rows(
                "SELECT p.key, a.id, p.start, p.end, p.first, p.last FROM passages p "
                f"JOIN articles a ON a.key = p.article WHERE p.key IN ({marks})",
                some,
            ):
                found[key] = Passage(*fields)
        return found

    def admitted(self, filter: Filter) -> NDArray[np.int64]:
        """The keys of all passages of the articles that a filter admits, ascending."""
        condition, values = filter.where()
        rows = self.rows(
            f"SELECT key FROM passages WHERE article IN "
            f"(SELECT key FROM articles WHERE {condition}) ORDER BY key",
            values,
        )
        return np.fromiter((key for (key,) in rows), np.int64)

    def text_search(
        self, match: str, k: int, admitted: NDArray[np.int64] | None = None
    ) -> list[tuple[int, float]]:
        """Keys of the `k` best passages for an FTS5 query, with their BM25 (higher is better)."""
        inside = "" if admitted is None else "AND rowid IN (SELECT value FROM json_each(?2))"
        values: list[object] = [match, *([] if admitted is None else [_json(admitted)]), k]
        return self.rows(
            f"SELECT rowid, -rank FROM passages_text WHERE passages_text MATCH ?1 {inside} "
            f"ORDER BY rank LIMIT ?{len(values)}",
            values,
        )

    def document_frequency(self, term: str) -> int:
        """In how many passages a term, as the full-text index writes it, occurs."""
        row = self._db_row("SELECT doc FROM passages_terms WHERE term = ?", (term,))
        return int(row[0]) if row else 0

    def keys(self) -> NDArray[np.int64]:
        """The keys of all passages, ascending."""
        return self.admitted(Filter())

    def vectors(self, after: int = 0) -> Iterator[tuple[NDArray[np.int64], Vectors]]:
        """Keys and vectors of all passages with a key above `after`, in blocks, ascending by key.

        Raises:
            LibraryDamaged: a vector doesn't match its checksum.
        """
        rows = self._execute(
            "SELECT p.key, p.article, p.start, p.end, p.first, p.last, p.vector, p.sha256 "
            "FROM passages p WHERE p.key > ? ORDER BY p.key",
            (after,),
        )
        while block := rows.fetchmany(4096):
            for key, *fields, digest in block:
                if passage_digest(fields) != digest:
                    raise self.damaged("a stored vector doesn't match its checksum", str(key))
            keys = np.array([row[0] for row in block], np.int64)
            raw = b"".join(row[6] for row in block)
            yield keys, np.frombuffer(raw, VECTOR_TYPE).reshape(len(block), -1).astype(np.float32)

    # Proof

    def verify(self) -> Iterator[Damage]:
        """Everything that isn't what was stored: structure, references, checksums, full text."""
        for (line,) in self.rows("PRAGMA integrity_check"):
            if line != "ok":
                yield Damage(f"database structure: {line}", None)
        for table, *_ in self.rows("PRAGMA foreign_key_check"):
            yield Damage(f"a row of '{table}' refers to one that is gone", None)
        yield from self._verify_articles()
        yield from self._verify_passages()

    def _verify_articles(self) -> Iterator[Damage]:
        for key, id in self.rows("SELECT key, id FROM articles ORDER BY key"):
            try:
                stored = self._article(key)
            except LibraryDamaged as error:
                yield Damage(error.what, str(id))
                continue
            if any(s.end > len(stored.article.text) for s in stored.sentences):
                yield Damage("a sentence reaches past the end of the text", str(id))

    def _verify_passages(self) -> Iterator[Damage]:
        for id, *fields, digest in self.rows(
            "SELECT a.id, p.article, p.start, p.end, p.first, p.last, p.vector, p.sha256 "
            "FROM passages p LEFT JOIN articles a ON a.key = p.article"
        ):
            if passage_digest(fields) != digest:
                yield Damage("a passage or its vector doesn't match its checksum", id)

    def damaged(self, what: str, which: str) -> LibraryDamaged:
        return LibraryDamaged(
            f"{what} (article or passage {which})",
            where=str(self._where),
            remedy="`rag verify` lists the damage; `rag remove` the article and add its file again",
        )

    # SQL

    def rows(self, query: str, values: Iterable[object] = ()) -> list[tuple]:  # type: ignore[type-arg]  # a row's types are its query's
        return self._execute(query, values).fetchall()

    def row(self, query: str, values: Iterable[object] = ()) -> tuple:  # type: ignore[type-arg]  # as above
        return self.rows(query, values)[0]

    def one(self, query: str, values: Iterable[object] = ()) -> int:
        return int(self.row(query, values)[0])

    def _db_row(self, query: str, values: Iterable[object]) -> tuple | None:  # type: ignore[type-arg]  # as above
        found = self.rows(query, values)
        return found[0] if found else None

    def _execute(self, query: str, values: Iterable[object] = ()) -> sqlite3.Cursor:
        with database_errors(self._where):
            return self._db.execute(query, tuple(values))  # type: ignore[arg-type]  # checked by SQLite


@contextmanager
def database_errors(where: Path) -> Iterator[None]:
    """Turns the errors of SQLite into those of Citespan, each with what can be done about it."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translated(error, where) from error


def _translated(error: sqlite3.Error, where: Path) -> RagError:
    code = getattr(error, "sqlite_errorname", "") or ""
    if code.startswith("SQLITE_FULL"):
        remedy = "free some space and run the command again; what was stored before is kept"
        return LibraryError("the disk is full", where=str(where), remedy=remedy)
    if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        remedy = "check the folder's rights, or copy the library to a place you can write to"
        return LibraryError(
            "the library can't be written or opened", where=str(where), remedy=remedy
        )
    if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT")):
        remedy = "`rag verify` says what is damaged; restore a backup or add the articles anew"
        return LibraryDamaged("the database file is damaged", where=str(where), remedy=remedy)
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        remedy = "wait until the other process is done"
        return LibraryError("the database is in use", where=str(where), remedy=remedy)
    return LibraryError(f"the database reports: {error}", where=str(where), remedy="`rag verify`")


def article_digest(fields: Sequence[object], spans: bytes) -> bytes:
    """SHA-256 of an article's id, title, date, author, source, language and text, and its spans."""
    digest = hashlib.sha256(json.dumps(list(fields), ensure_ascii=False).encode())
    digest.update(spans)
    return digest.digest()


def passage_digest(fields: Sequence[object]) -> bytes:
    """SHA-256 of a passage's article key, start, end, first, last and vector, in this order."""
    *numbers, vector = fields
    digest = hashlib.sha256(json.dumps(numbers).encode())
    digest.update(vector if isinstance(vector, bytes) else b"")
    return digest.digest()


def pack_spans(sentences: Sequence[Sentence]) -> bytes:
    return np.array([(s.start, s.end) for s in sentences], SPAN_TYPE).tobytes()


def _unpack_spans(id: str, spans: bytes) -> tuple[Sentence, ...]:
    pairs = np.frombuffer(spans, SPAN_TYPE).reshape(-1, 2).tolist()
    return tuple(Sentence(id, start, end) for start, end in pairs)


def _date(value: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(value) if value else None


def _fold(value: str | None) -> str | None:
    return value and value.casefold()


def _json(keys: NDArray[np.int64]) -> str:
    return json.dumps(keys.tolist())


def _chunks(keys: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(keys), KEYS_AT_ONCE):
        yield [int(key) for key in keys[start : start + KEYS_AT_ONCE]]
