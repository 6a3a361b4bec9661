"""Conversations that are kept in a library: what was asked and answered, citations included.

A turn is stored under its checksum and never worded again, so that an answer read back is to the
character the one that was given.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from rag.answer import Answer
from rag.errors import LibraryDamaged, NotFound
from rag.snapshot import Filter, Snapshot
from rag.store import Store, Writer

FORMAT = 2  # of a library, from which on it keeps conversations


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer, which has its question, and when it was asked for (UTC)."""

    asked: datetime.datetime
    answer: Answer

    def to_dict(self) -> dict[str, Any]:
        return {"asked": self.asked.isoformat(), **self.answer.to_dict()}


@dataclass(frozen=True, slots=True)
class Conversation:
    """Questions that follow each other, with their answers.

    Attributes:
        started: when (UTC).
        filter: which articles it may use.
    """

    id: str
    started: datetime.datetime
    filter: Filter = field(default_factory=Filter)
    turns: tuple[Turn, ...] = ()

    @classmethod
    def new(cls, filter: Filter = Filter()) -> Self:
        """One in which nothing was asked yet."""
        return cls(secrets.token_hex(8), _now(), filter)

    @property
    def title(self) -> str:
        """Its first question; empty if there is none yet."""
        return self.turns[0].answer.question if self.turns else ""

    @property
    def answers(self) -> tuple[Answer, ...]:
        """What `Library.ask` takes as `history`."""
        return tuple(turn.answer for turn in self.turns)

    def until(self, turn: int) -> Self:
        """The conversation as it was before this turn, counted from 0."""
        return replace(self, turns=self.turns[:turn])

    def with_answer(self, answer: Answer) -> Self:
        """The conversation gone on by an answer that was just given."""
        return replace(self, turns=(*self.turns, Turn(_now(), answer)))

    def to_dict(self) -> dict[str, Any]:
        """All of it, as plain values."""
        return {
            "id": self.id,
            "started": self.started.isoformat(),
            "filter": _filter_dict(self.filter),
            "turns": [turn.to_dict() for turn in self.turns],
        }


@dataclass(frozen=True, slots=True)
class Kept:
    """What a list of conversations shows of one: its first question, when it was last changed."""

    id: str
    title: str
    changed: datetime.datetime
    turns: int


class Conversations:
    """The conversations that a library keeps."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def list(self, search: str = "") -> list[Kept]:
        """Those in which each word of `search` occurs, in a question or an answer; newest first."""
        with self._store.snapshot() as snapshot:
            if snapshot.number("format") < FORMAT:
                return []
            condition, values = _saying(search.split())
            rows = snapshot.rows(
                "SELECT c.id, (SELECT json_extract(answer, '$.question') FROM turns "
                "WHERE conversation = c.id AND number = 0), c.changed, "
                "(SELECT count(*) FROM turns WHERE conversation = c.id) "
                f"FROM conversations c WHERE {condition} ORDER BY c.changed DESC, c.id",
                values,
            )
        return [
            Kept(id, title or "", datetime.datetime.fromisoformat(changed), turns)
            for id, title, changed, turns in rows
        ]

    def load(self, id: str) -> Conversation:
        """The conversation of this id, each turn proved against its checksum.

        Raises:
            NotFound: there is none.
            LibraryDamaged: a turn isn't what was stored.
        """
        with self._store.snapshot() as snapshot:
            rows = (
                snapshot.rows("SELECT started, filter FROM conversations WHERE id = ?", (id,))
                if snapshot.number("format") >= FORMAT
                else []
            )
            if not rows:
                raise NotFound("no conversation of that id", where=id, remedy="it may be removed")
            started, filter = rows[0]
            return Conversation(
                id,
                datetime.datetime.fromisoformat(started),
                _filter_from(json.loads(filter)),
                _turns(snapshot, id),
            )

    def save(self, conversation: Conversation) -> None:
        """Stores a conversation as it is now; only turns that are new or changed are written.

        Raises:
            LibraryBusy: another process is writing.
        """
        with self._store.writer() as writer, writer.change():
            writer.execute(
                "INSERT INTO conversations VALUES (?1, ?2, ?3, ?4) "
                "ON CONFLICT (id) DO UPDATE SET changed = ?3, filter = ?4",
                (
                    conversation.id,
                    conversation.started.isoformat(),
                    _now().isoformat(),
                    json.dumps(_filter_dict(conversation.filter)),
                ),
            )
            _save_turns(writer, conversation)

    def remove(self, id: str) -> None:
        """Removes a conversation; it may be gone already."""
        with self._store.writer() as writer, writer.change():
            writer.execute("DELETE FROM conversations WHERE id = ?", (id,))


def damaged_turns(snapshot: Snapshot) -> list[tuple[str, int]]:
    """Conversation and number of each turn that isn't what was stored."""
    if snapshot.number("format") < FORMAT:
        return []
    rows = snapshot.rows("SELECT conversation, number, asked, answer, sha256 FROM turns")
    return [(id, number) for id, number, *fields, digest in rows if _digest(*fields) != digest]


def _turns(snapshot: Snapshot, id: str) -> tuple[Turn, ...]:
    rows = snapshot.rows(
        "SELECT asked, answer, sha256 FROM turns WHERE conversation = ? ORDER BY number", (id,)
    )
    turns = []
    for number, (asked, answer, digest) in enumerate(rows):
        if _digest(asked, answer) != digest:
            raise LibraryDamaged(
                f"turn {number + 1} of conversation {id} doesn't match its checksum",
                where=str(snapshot.where),
                remedy="remove the conversation",
            )
        turns.append(
            Turn(datetime.datetime.fromisoformat(asked), Answer.from_dict(json.loads(answer)))
        )
    return tuple(turns)


def _save_turns(writer: Writer, conversation: Conversation) -> None:
    query = "SELECT number, sha256 FROM turns WHERE conversation = ?"
    known: dict[int, bytes] = dict(writer.rows(query, (conversation.id,)))
    for number, turn in enumerate(conversation.turns):
        asked, answer = turn.asked.isoformat(), json.dumps(turn.answer.to_dict())
        digest = _digest(asked, answer)
        if known.get(number) != digest:
            writer.execute(
                "INSERT OR REPLACE INTO turns VALUES (?, ?, ?, ?, ?)",
                (conversation.id, number, asked, answer, digest),
            )
    writer.execute(
        "DELETE FROM turns WHERE conversation = ? AND number >= ?",
        (conversation.id, len(conversation.turns)),
    )


def _saying(words: Sequence[str]) -> tuple[str, list[str]]:
    """An SQL condition: all words are said in the turns of conversation `c`, whatever the case."""
    said = (
        "EXISTS (SELECT 1 FROM turns WHERE conversation = c.id AND "
        "(instr(fold(json_extract(answer, '$.question')), fold(?)) "
        "OR instr(fold(json_extract(answer, '$.text')), fold(?))))"
    )
    return " AND ".join([said] * len(words)) or "1", [word for word in words for _ in range(2)]


def _digest(asked: str, answer: str) -> bytes:
    return hashlib.sha256(json.dumps([asked, answer]).encode()).digest()


def _filter_dict(filter: Filter) -> dict[str, Any]:
    plain = asdict(filter)
    for name in ("since", "until"):
        plain[name] = plain[name].isoformat() if plain[name] else None
    return {name: value for name, value in plain.items() if value}


def _filter_from(written: Mapping[str, Any]) -> Filter:
    days = {
        name: datetime.date.fromisoformat(written[name])
        for name in ("since", "until")
        if name in written
    }
    return Filter(**{**written, **days, "articles": tuple(written.get("articles", ()))})


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
