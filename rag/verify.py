"""Proof that a library holds what was stored: structure, references, checksums, full text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rag import vectors
from rag.conversation.kept import damaged_turns
from rag.errors import LibraryDamaged
from rag.snapshot import Snapshot

# The full text of the passages indexed anew, beside the index that is to be proved. Two indexes
# are compared by what each says of a term: a sum over its places, in which no change goes unseen.
_PROOF = """
CREATE VIRTUAL TABLE temp.proof USING fts5(
    title, body, content='', tokenize='porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE temp.proof_places USING fts5vocab(temp, proof, instance);
CREATE VIRTUAL TABLE temp.text_places USING fts5vocab(main, passages_text, instance);
INSERT INTO temp.proof (rowid, title, body) SELECT rowid, title, body FROM passages_content;
"""
_PLACES = (
    "SELECT term, count(*), sum((doc * 2 + (col = 'title')) * 65536 + offset) "
    "FROM temp.{} GROUP BY term"
)


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that isn't what was stored; `article` is the id of the one it concerns, if any."""

    what: str
    article: str | None


def verify(directory: Path, snapshot: Snapshot) -> Iterator[Damage]:
    """Everything in a library that isn't what was stored."""
    for part in (_structure, _references, _articles, _passages, _text, _turns):
        yield from _reported(part, snapshot)
    yield from _reported(lambda snapshot: _index(directory, snapshot), snapshot)


def _reported(part: Callable[[Snapshot], Iterator[Damage]], snapshot: Snapshot) -> Iterator[Damage]:
    """What a part of the proof finds; where the database is too damaged to go on, just that."""
    try:
        yield from part(snapshot)
    except LibraryDamaged as error:
        yield Damage(error.what, None)


def _structure(snapshot: Snapshot) -> Iterator[Damage]:
    for (line,) in snapshot.rows("PRAGMA integrity_check"):
        if line != "ok":
            yield Damage(f"database structure: {line}", None)


def _references(snapshot: Snapshot) -> Iterator[Damage]:
    for table, *_ in snapshot.rows("PRAGMA foreign_key_check"):
        yield Damage(f"a row of '{table}' refers to one that is gone", None)


def _articles(snapshot: Snapshot) -> Iterator[Damage]:
    for key, id in snapshot.rows("SELECT key, id FROM articles ORDER BY key"):
        try:
            stored = snapshot.article_at(key)
        except LibraryDamaged as error:
            yield Damage(error.what, str(id))
            continue
        if any(s.end > len(stored.article.text) for s in stored.sentences):
            yield Damage("a sentence reaches past the end of the text", str(id))


def _passages(snapshot: Snapshot) -> Iterator[Damage]:
    for key, id in snapshot.damaged_passages():
        yield Damage(f"passage {key} or its vector doesn't match its checksum", id)


def _turns(snapshot: Snapshot) -> Iterator[Damage]:
    for id, number in damaged_turns(snapshot):
        yield Damage(f"turn {number + 1} of conversation {id} doesn't match its checksum", None)


def _index(directory: Path, snapshot: Snapshot) -> Iterator[Damage]:
    if snapshot.passage_count() and vectors.load(directory, snapshot) is None:
        yield Damage("the FAISS file is missing, damaged or old; `rag rebuild` makes it anew", None)


def _text(snapshot: Snapshot) -> Iterator[Damage]:
    for statement in filter(None, map(str.strip, _PROOF.split(";\n"))):
        snapshot.rows(statement)
    stored, right = _PLACES.format("text_places"), _PLACES.format("proof_places")
    try:
        wrong = any(
            snapshot.one(f"SELECT EXISTS ({one} EXCEPT {other})")
            for one, other in ((stored, right), (right, stored))
        )
    except LibraryDamaged:
        wrong = True
    if wrong:
        yield Damage("the full-text index is damaged; `rag rebuild` makes it anew", None)
