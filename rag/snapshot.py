"""Reading a library: one consistent view of its database.

A `Snapshot` holds one read transaction on a connection of its own, so that everything it returns
belongs to one generation of the library, whatever is written meanwhile, and any number of threads
and processes can read at once.
"""

from __future__ import annotations

import datetime
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from rag.article import Article, Passage, Sentence
from rag.errors import LibraryDamaged, NotFound
from rag.read.files import printable
from rag.rows import (
    SPAN_TYPE,
    VECTOR_TYPE,
    article_digest,
    database_errors,
    passage_digest,
    unpack_spans,
)

Vectors = NDArray[np.float32]
ROWS_AT_ONCE = 4096
_PASSAGE = "p.article, p.start, p.end, p.first, p.last, p.vector, p.sha256"

_DbRow = tuple[Any, ...]  # what its columns are is in its query


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
            parts.append(("id IN (SELECT value FROM json_each(?))", [json.dumps(self.articles)]))
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


class Snapshot:
    """One generation of a library, open for reading. Close it, or use it as a context."""

    def __init__(self, connection: sqlite3.Connection, where: Path) -> None:
        self._db = connection
        self.where = where
        connection.create_function("fold", 1, _fold, deterministic=True)
        # Damaged text must reach the proof of its checksum, not fail before.
        connection.text_factory = lambda raw: str(raw, "utf-8", "replace")

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

    def has_tables(self) -> bool:
        """Whether the database is that of a library."""
        return bool(self.one("SELECT count(*) FROM sqlite_schema WHERE name = 'meta'"))

    def meta(self) -> dict[str, str]:
        """Everything the library remembers of itself: format, generation, encoder, index."""
        return dict(self.rows("SELECT key, value FROM meta"))

    @property
    def generation(self) -> int:
        """Counts the changes of the library's articles; 0 for an empty new one."""
        return self.number("generation")

    def number(self, key: str) -> int:
        """A whole number that the library remembers.

        Raises:
            LibraryDamaged: it isn't one.
        """
        found = self.remembered(key)
        if not isinstance(found, int):
            raise self.damaged(f"its memory of its {key} is damaged")
        return found

    def remembered(self, key: str) -> Any:
        """What the library remembers under a key of `meta`, as JSON; None if nothing.

        Raises:
            LibraryDamaged: it isn't JSON.
        """
        row = self._db_row("SELECT value FROM meta WHERE key = ?", (key,))
        try:
            return row and json.loads(row[0])
        except (ValueError, TypeError) as error:
            raise self.damaged(f"its memory of its {key} is damaged") from error

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
            "passages": self.passage_count(),
        }

    def passage_count(self) -> int:
        """How many passages there are; unlike `counts`, this reads no text."""
        return self.one("SELECT count(*) FROM passages")

    # Articles

    def listings(self, filter: Filter = Filter()) -> list[Listing]:
        """The articles a filter admits, newest first, undated ones last."""
        condition, values = filter.where()
        rows = self.rows(
            "SELECT key, id, title, date, author, source, language, characters, "
            "ifnull(length(sentences), 0), "
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
        path, a folder, a title, or the end of a path that is the end of only one.

        Raises:
            NotFound: nothing answers to it.
        """
        path = reference.partition("#")[0]
        # An empty path would mean the folder one is in, and a NUL is in no path.
        known = path and "\0" not in path
        resolved = printable(Path(path).resolve()) + reference[len(path) :] if known else reference
        reference = printable(reference.replace("\0", ""))
        attempts: list[tuple[str, tuple[str, ...]]] = [
            ("SELECT id FROM articles WHERE id = ?", (reference,)),
            (
                "SELECT id FROM articles WHERE key IN (SELECT article FROM origins "
                "WHERE path IN (?1, ?2) OR file IN (?1, ?2) "
                "OR length(?2) AND substr(file, 1, length(?2) + 1) = ?2 || '/') ORDER BY key",
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
        return self._at_end_of_path(reference)

    def _at_end_of_path(self, reference: str) -> list[str]:
        ends = "length(?1) AND substr(file, -length(?1) - 1) = '/' || ?1"
        files = [
            f for (f,) in self.rows(f"SELECT DISTINCT file FROM origins WHERE {ends}", (reference,))
        ]
        if len(files) == 1:
            return self.find(files[0])
        if files:
            raise NotFound(
                f"{len(files)} files are called so",
                where=reference,
                remedy=f"write more of the path, such as {files[0]}",
            )
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
        stored = self.article_at(row[0])
        if stored.article.id != id:
            raise self.damaged(f"the index of articles is wrong about {id}")
        return stored

    def article_at(self, key: int) -> StoredArticle:
        """As `article`, by the key of its row."""
        row = self._db_row(
            "SELECT id, title, date, author, source, language, text, sentences, sha256, "
            "(SELECT min(path) FROM origins WHERE article = articles.key) "
            "FROM articles WHERE key = ?",
            (key,),
        )
        if row is None:
            raise self.damaged(f"article {key} is missing though others refer to it")
        *fields, spans, digest, path = row
        if article_digest(fields, spans) != digest:
            raise self.damaged(f"the stored article {row[0]} doesn't match its checksum")
        id, title, date, author, source, language, text = fields
        article = Article(id, text, title, _date(date), author, source, language, path)
        return StoredArticle(article, unpack_spans(id, spans))

    # Passages

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        """The passages of these keys, each proved; what is gone or damaged is left out."""
        rows = self.rows(
            f"SELECT p.key, a.id, {_PASSAGE} FROM passages p JOIN articles a ON a.key = p.article "
            "WHERE p.key IN (SELECT value FROM json_each(?))",
            (json.dumps([int(key) for key in keys]),),
        )
        return {
            key: Passage(id, *fields[1:5])
            for key, id, *fields, digest in rows
            if passage_digest(fields) == digest
        }

    def damaged_passages(self, article: int | None = None) -> list[tuple[int, str | None]]:
        """Keys of passages that aren't what was stored, and the ids of their articles.

        Args:
            article: the key of the only article whose passages are looked at.
        """
        some = "" if article is None else "WHERE p.article = ?"
        rows = self._stepped(
            f"SELECT p.key, a.id, {_PASSAGE} FROM passages p "
            f"LEFT JOIN articles a ON a.key = p.article {some}",
            () if article is None else (article,),
        )
        return [
            (key, id)
            for key, id, *fields, digest in rows
            if id is None or passage_digest(fields) != digest
        ]

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
        """Keys and vectors of the passages with a key above `after`, in blocks, ascending by key.

        What doesn't match its checksum is left out.
        """
        query = f"SELECT p.key, {_PASSAGE} FROM passages p WHERE p.key > ? ORDER BY p.key"
        rows = self._stepped(query, (after,))
        while block := list(islice(rows, ROWS_AT_ONCE)):
            whole = [(row[0], row[6]) for row in block if passage_digest(row[1:7]) == row[7]]
            if whole:
                keys = np.array([key for key, _ in whole], np.int64)
                raw = np.frombuffer(b"".join(vector for _, vector in whole), VECTOR_TYPE)
                yield keys, raw.reshape(len(whole), -1).astype(np.float32)

    def damaged(self, what: str) -> LibraryDamaged:
        return LibraryDamaged(
            what,
            where=str(self.where),
            remedy="`rag verify` lists the damage; `rag remove` the article and add its file again",
        )

    # SQL

    def rows(self, query: str, values: Iterable[object] = ()) -> list[_DbRow]:
        return list(self._stepped(query, values))

    def row(self, query: str, values: Iterable[object] = ()) -> _DbRow:
        return self.rows(query, values)[0]

    def one(self, query: str, values: Iterable[object] = ()) -> int:
        return int(self.row(query, values)[0])

    def _db_row(self, query: str, values: Iterable[object]) -> _DbRow | None:
        found = self.rows(query, values)
        return found[0] if found else None

    def _stepped(self, query: str, values: Iterable[object] = ()) -> Iterator[_DbRow]:
        with database_errors(self.where):  # at each step: damage may lie anywhere
            yield from self._db.execute(query, tuple(values))

    def execute(self, query: str, values: Iterable[object] = ()) -> sqlite3.Cursor:
        """Runs one statement; only a `Writer`'s connection may change anything."""
        with database_errors(self.where):
            return self._db.execute(query, tuple(values))


def _date(value: str | None) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(value) if value else None
    except (ValueError, TypeError):
        return None  # damaged, which the checksum of its article tells


def _fold(value: str | None) -> str | None:
    return value and value.casefold()


def _json(keys: NDArray[np.int64]) -> str:
    return json.dumps(keys.tolist())
