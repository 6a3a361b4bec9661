"""The library's database: SQLite, the one truth of a library. The format is in `indexes/README.md`.

Any number of `Snapshot`s read; one `Writer` at a time writes, under a lock file, and each of its
changes is one transaction.
"""

from __future__ import annotations

import datetime
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from rag.article import Article, Passage, Sentence
from rag.changes import KEPT, What
from rag.errors import FormatTooNew, LibraryBusy, LibraryDamaged, LibraryError
from rag.rows import VECTOR_TYPE, article_digest, database_errors, pack_spans, passage_digest
from rag.snapshot import Snapshot, Vectors

FORMAT = 3
DATABASE = "library.db"
LOCK = "lock"
PATIENCE = 3.0  # seconds

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (path TEXT PRIMARY KEY, sha256 TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, date TEXT,
    author TEXT, source TEXT, language TEXT, text TEXT NOT NULL, sentences BLOB NOT NULL,
    sha256 BLOB NOT NULL, characters INTEGER AS (length(text)) VIRTUAL
);
CREATE TABLE origins (
    file TEXT NOT NULL REFERENCES files ON DELETE CASCADE,
    path TEXT NOT NULL,
    article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    PRIMARY KEY (file, path)
) WITHOUT ROWID;
CREATE INDEX origins_of_path ON origins (path);
CREATE INDEX origins_of_article ON origins (article);
CREATE TABLE passages (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    start INTEGER NOT NULL, end INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    vector BLOB NOT NULL, sha256 BLOB NOT NULL
);
CREATE INDEX passages_of_article ON passages (article);
CREATE TABLE shingles (
    hash INTEGER NOT NULL, article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    PRIMARY KEY (hash, article)
) WITHOUT ROWID;
CREATE INDEX shingles_of_article ON shingles (article);
CREATE VIEW passages_content AS
    SELECT p.key AS rowid, a.title AS title, substr(a.text, p.start + 1, p.end - p.start) AS body
    FROM passages p JOIN articles a ON a.key = p.article;
CREATE VIRTUAL TABLE passages_text USING fts5(
    title, body, content='passages_content', tokenize='porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE passages_terms USING fts5vocab(passages_text, row);
"""
"""The tables of format 1."""

LATER = {
    2: """
CREATE TABLE conversations (
    id TEXT PRIMARY KEY, started TEXT NOT NULL, changed TEXT NOT NULL, filter TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE turns (
    conversation TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE,
    number INTEGER NOT NULL, asked TEXT NOT NULL, answer TEXT NOT NULL, sha256 BLOB NOT NULL,
    PRIMARY KEY (conversation, number)
) WITHOUT ROWID;
""",
    3: """
CREATE TABLE changes (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, what TEXT NOT NULL,
    title TEXT NOT NULL, path TEXT NOT NULL, articles INTEGER NOT NULL
);
""",
}
"""What each later format adds; a library is brought up to the newest when it is written to."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An article ready to be stored: its sentences, passages, their vectors, its fingerprint.

    Attributes:
        vectors: one row a passage, unit length.
        shingles: see `rag.copies.sketch`.
    """

    article: Article
    sentences: tuple[Sentence, ...]
    passages: tuple[Passage, ...]
    vectors: Vectors
    shingles: frozenset[int]


class Store:
    """A library's directory and the database in it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.database = directory / DATABASE

    def exists(self) -> bool:
        """Whether there is a library; a database without tables is one whose making was stopped.

        Raises:
            LibraryError: it can't be opened.
        """
        if not self.database.exists():
            return False
        with database_errors(self.database):
            connection = self._connect_for_reading()
        with Snapshot(connection, self.database) as snapshot:
            return snapshot.has_tables()

    def snapshot(self) -> Snapshot:
        """A consistent view for reading.

        Raises:
            LibraryError: there is no library here, or it can't be opened.
            FormatTooNew: it was made by a newer Citespan.
        """
        if not self.database.exists():
            raise self._missing()
        with database_errors(self.database):
            connection = self._connect_for_reading()
        snapshot = Snapshot(connection, self.database)
        try:
            self._check_format(snapshot)
        except BaseException:
            snapshot.close()
            raise
        return snapshot

    def _missing(self) -> LibraryError:
        return LibraryError(
            "there is no library here",
            where=str(self.directory),
            remedy="make one with `rag add FILES`, or name another with --library",
        )

    def _connect_for_reading(self) -> sqlite3.Connection:
        try:
            return self._begin("mode=ro")
        except sqlite3.OperationalError:
            # In a folder without write permission SQLite can't make its shared memory file; when
            # no other process can be writing either, the file may be read as it is.
            if self.database.with_name(DATABASE + "-wal").exists():
                raise
            return self._begin("immutable=1")

    def _begin(self, mode: str) -> sqlite3.Connection:
        address = f"file:{quote(str(self.database.absolute()))}?{mode}"
        connection = sqlite3.connect(
            address, uri=True, isolation_level=None, check_same_thread=False, timeout=10
        )
        try:
            connection.execute("BEGIN")
            connection.execute("SELECT 1 FROM sqlite_schema").fetchall()  # takes the snapshot
        except BaseException:
            connection.close()
            raise
        return connection

    def _check_format(self, snapshot: Snapshot) -> None:
        if not snapshot.has_tables():
            raise self._missing()
        found = snapshot.number("format")
        if found > FORMAT:
            raise FormatTooNew(
                f"the library has format {found}, this Citespan knows {FORMAT}",
                where=str(self.directory),
                remedy="update Citespan: pip install --upgrade citespan",
            )

    @contextmanager
    def writer(self, *, patient: bool = True) -> Iterator[Writer]:
        """The one writer, which makes the library if there is none.

        Args:
            patient: waits a moment for another to be done, which may just be a search that puts
                the FAISS file right.

        Raises:
            LibraryBusy: another process is writing.
            LibraryError: the folder can't be written.
        """
        from filelock import FileLock, Timeout

        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.directory / LOCK, timeout=PATIENCE if patient else 0)
            lock.acquire()
        except Timeout as error:
            raise LibraryBusy(
                "another process is changing this library",
                where=str(self.directory),
                remedy="wait until it is done; reading goes on meanwhile",
            ) from error
        except OSError as error:
            raise LibraryError(
                f"the library's folder can't be written: {error.strerror}",
                where=str(self.directory),
                remedy="check the folder's rights, or choose another with --library",
            ) from error
        try:
            with database_errors(self.database):
                connection = sqlite3.connect(
                    self.database, isolation_level=None, check_same_thread=False, timeout=10
                )
            writer = Writer(connection, self.database)
            try:
                if writer.has_tables():
                    self._check_format(writer)
                writer.prepare()
                yield writer
            finally:
                writer.close()
        finally:
            lock.release()


class Writer(Snapshot):
    """Changes a library; also reads what it has written. Made by `Store.writer`."""

    def prepare(self) -> None:
        """Sets the connection up and makes the tables of a new library."""
        # WAL lets readers go on; FULL makes each commit survive a power cut.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self.execute(f"PRAGMA {pragma}")
        if not self.has_tables():
            self._make(SCHEMA, format="1", generation="0")
        for number in range(self.number("format") + 1, FORMAT + 1):
            self._make(LATER[number], format=str(number))

    def _make(self, tables: str, **memory: str) -> None:
        with self.change():
            for statement in tables.split(";\n"):
                self.execute(statement)
            self.remember(**memory)

    @contextmanager
    def change(self) -> Iterator[None]:
        """One transaction: all of it happens, or nothing."""
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def remember(self, **values: str) -> None:
        """Sets keys of the library's memory of itself."""
        for key, value in values.items():
            self.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def file_digest(self, path: str) -> str | None:
        """What was given to `replace_file` when a file was last read into the library."""
        row = self._db_row("SELECT sha256 FROM files WHERE path = ?", (path,))
        return row[0] if row else None

    def holds(self, article: Article, file: str) -> bool:
        """Whether this text is stored, described so or, by other files, no less fully.

        Where the text was read from this file before, what it says now counts unless it says less.
        """
        row = self._db_row(
            "SELECT id, title, date, author, source, language FROM articles WHERE id = ?",
            (article.id,),
        )
        described = _description(article)
        if row is None or row == described:
            return row is not None
        query = "SELECT o.file FROM origins o JOIN articles a ON a.key = o.article WHERE a.id = ?"
        files = {name for (name,) in self.rows(query, (article.id,))}
        lost = described.count(None) - row.count(None)
        return bool(files - {file}) and (lost > 0 or (lost == 0 and file not in files))

    def replace_file(
        self, path: str, digest: str, articles: Sequence[Article], entries: Sequence[Entry]
    ) -> None:
        """Makes `articles` all that the file at `path` holds, in the current transaction.

        Of articles that the library doesn't hold yet, `entries` brings sentences and vectors;
        articles that no file holds any more are removed. `digest` is for `file_digest`.
        """
        former = self._articles_of(path)
        what: What = "added" if self.file_digest(path) is None else "replaced"
        self.execute("DELETE FROM files WHERE path = ?", (path,))
        self.execute("INSERT INTO files VALUES (?, ?)", (path, digest))
        for entry in entries:
            self.store(entry)
        for article in articles:
            self.execute(
                "INSERT INTO origins (file, path, article) SELECT ?, ?, key FROM articles "
                "WHERE id = ?",
                (path, article.path or path, article.id),
            )
        self._remove_orphans(former)
        if articles:
            self._record(what, articles[0].title, path, len(articles))
        self.next_generation()

    def remove_article(self, id: str) -> None:
        """Removes an article, and the files that held nothing else, in the current transaction."""
        keys = [key for (key,) in self.rows("SELECT key FROM articles WHERE id = ?", (id,))]
        if not keys:
            raise self.damaged(f"the id of article {id} is damaged")
        for key in keys:
            # Files that hold other articles too: no longer known, so that adding reads them again.
            self.execute(
                "UPDATE files SET sha256 = '' WHERE path IN "
                "(SELECT file FROM origins WHERE article = ?)",
                (key,),
            )
            title, path = self.row(
                "SELECT title, (SELECT min(path) FROM origins WHERE article = key) "
                "FROM articles WHERE key = ?",
                (key,),
            )
            self._record("removed", title, path or "", 1)
            self._delete(key)
        self.execute("DELETE FROM files WHERE path NOT IN (SELECT file FROM origins)")
        self.next_generation()

    def _record(self, what: What, title: str, path: str, articles: int) -> None:
        """Remembers a change, in the current transaction, and forgets the oldest."""
        now = datetime.datetime.now(datetime.UTC).isoformat()
        added = self.execute(
            "INSERT INTO changes (at, what, title, path, articles) VALUES (?, ?, ?, ?, ?)",
            (now, what, title, path, articles),
        )
        self.execute("DELETE FROM changes WHERE number <= ?", (int(added.lastrowid or 0) - KEPT,))

    def _articles_of(self, path: str) -> list[int]:
        return [k for (k,) in self.rows("SELECT article FROM origins WHERE file = ?", (path,))]

    def _remove_orphans(self, keys: Sequence[int]) -> None:
        for key in keys:
            if not self.one("SELECT count(*) FROM origins WHERE article = ?", (key,)):
                self._delete(key)

    def store(self, entry: Entry) -> None:
        """Stores an article with its passages, in the current transaction; it may be there."""
        key = self._insert_article(entry.article, pack_spans(entry.sentences))
        for passage, vector in zip(entry.passages, entry.vectors, strict=True):
            self._insert_passage(key, entry.article, passage, vector)
        for shingle in entry.shingles:
            self.execute("INSERT OR IGNORE INTO shingles VALUES (?, ?)", (shingle, key))

    def _insert_article(self, article: Article, spans: bytes) -> int:
        """Stores an article without its passages; one of the same id is overwritten."""
        fields = (*_description(article), article.text)
        values = (*fields, spans, article_digest(fields, spans))
        for (key,) in self.rows("SELECT key FROM articles WHERE id = ?", (article.id,)):
            self._forget_passages(key)
            self.execute(
                "UPDATE articles SET id = ?, title = ?, date = ?, author = ?, source = ?, "
                "language = ?, text = ?, sentences = ?, sha256 = ? WHERE key = ?",
                (*values, key),
            )
            return int(key)
        added = self.execute(
            "INSERT INTO articles (id, title, date, author, source, language, text, sentences, "
            "sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            values,
        )
        return int(added.lastrowid or 0)

    def _insert_passage(
        self, key: int, article: Article, passage: Passage, vector: NDArray[np.float32]
    ) -> None:
        fields = (key, passage.start, passage.end, passage.first, passage.last)
        stored = vector.astype(VECTOR_TYPE).tobytes()
        rowid = self.execute(
            "INSERT INTO passages (article, start, end, first, last, vector, sha256) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*fields, stored, passage_digest((*fields, stored))),
        ).lastrowid
        self.execute(
            "INSERT INTO passages_text (rowid, title, body) VALUES (?, ?, ?)",
            (rowid, article.title, passage.quote(article)),
        )

    def _delete(self, article: int) -> None:
        self._forget_passages(article)
        self.execute("DELETE FROM articles WHERE key = ?", (article,))

    def _forget_passages(self, article: int) -> None:
        # The full-text table keeps no text of its own, so it must be told what it forgets, which
        # only an article that is what was stored can tell.
        whole = self._is_whole(article)
        if whole:
            self.execute(
                "INSERT INTO passages_text (passages_text, rowid, title, body) "
                "SELECT 'delete', rowid, title, body FROM passages_content "
                "WHERE rowid IN (SELECT key FROM passages WHERE article = ?)",
                (article,),
            )
        self.execute("DELETE FROM passages WHERE article = ?", (article,))
        self.execute("DELETE FROM shingles WHERE article = ?", (article,))
        if not whole:
            self.rebuild_text()

    def _is_whole(self, article: int) -> bool:
        try:
            self.article_at(article)
        except LibraryDamaged:
            return False
        return not self.damaged_passages(article)

    def next_generation(self) -> None:
        """Counts a change of the articles, in the current transaction."""
        self.remember(generation=str(self.generation + 1))

    def similar(self, shingles: frozenset[int], besides: str) -> list[tuple[str, int]]:
        """Ids of other articles that share shingles, with how many, most first."""
        return self.rows(
            "SELECT a.id, count(*) AS shared FROM shingles s JOIN articles a ON a.key = s.article "
            "WHERE s.hash IN (SELECT value FROM json_each(?)) AND a.id <> ? "
            "GROUP BY a.id ORDER BY shared DESC, a.id LIMIT 3",
            (json.dumps(sorted(shingles)), besides),
        )

    def sketch(self, id: str) -> frozenset[int]:
        """The shingles of an article."""
        query = "SELECT hash FROM shingles WHERE article = (SELECT key FROM articles WHERE id = ?)"
        return frozenset(hash for (hash,) in self.rows(query, (id,)))

    def rebuild_text(self) -> None:
        """Makes the full-text index anew from the articles, in the current transaction."""
        self.execute("INSERT INTO passages_text (passages_text) VALUES ('rebuild')")


def _description(article: Article) -> tuple[str | None, ...]:
    date = article.date.isoformat() if article.date else None
    return (article.id, article.title, date, article.author, article.source, article.language)
