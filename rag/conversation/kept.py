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
from itertools import islice
from typing import Any, Self

from rag.answer import Answer
from rag.errors import LibraryDamaged, NotFound
from rag.snapshot import Filter, Snapshot
from rag.store import Store, Writer

FORMAT = 2  # of a library, from which on it keeps conversations


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer, which has its question, and when it was asked for (UTC).

    Attributes:
        filter: which articles it might use.
        searched: how many those were; None if nobody counted.
    """

    asked: datetime.datetime
    answer: Answer
    filter: Filter = field(default_factory=Filter)
    searched: int | None = None

    def __hash__(self) -> int:
        return hash(self.asked)  # traces have none

    def to_dict(self) -> dict[str, Any]:
        return {"asked": self.asked.isoformat(), **self._stored()}

    def stored(self) -> str:
        """What a library keeps of it beside the time."""
        return json.dumps(self._stored())

    def _stored(self) -> dict[str, Any]:
        # An answer, as it is printed elsewhere too, with what only a conversation knows if need be.
        more = {"filter": _filter_dict(self.filter) or None, "searched": self.searched}
        known = {name: value for name, value in more.items() if value is not None}
        return self.answer.to_dict() | known

    @classmethod
    def from_stored(cls, asked: str, stored: str) -> Self:
        """The turn that `stored` wrote."""
        written = json.loads(stored)
        return cls(
            datetime.datetime.fromisoformat(asked),
            Answer.from_dict(written),
            _filter_from(written.get("filter", {})),
            written.get("searched"),
        )


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
        return cls(_new_id(), _now(), filter)

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

    def with_answer(self, answer: Answer, searched: int | None = None) -> Self:
        """The conversation gone on by an answer that was just given.

        Args:
            searched: how many articles it could come from.
        """
        return replace(self, turns=(*self.turns, Turn(_now(), answer, self.filter, searched)))

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

    def list(self, search: str = "", *, limit: int | None = None) -> list[Kept]:
        """Those in which each word of `search` occurs, in a question or an answer; newest first.

        Args:
            limit: no more than so many, which are found sooner.
        """
        words = search.split()
        with self._store.snapshot() as snapshot:
            if snapshot.number("format") < FORMAT:
                return []
            rows = snapshot.rows("SELECT id, changed FROM conversations ORDER BY changed DESC, id")
            found = (row for row in rows if not words or _says(snapshot, row[0], words))
            return [_kept(snapshot, *row) for row in islice(found, limit)]

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

    def save(self, conversation: Conversation, over: Conversation | None = None) -> Conversation:
        """Stores a conversation as it is now; only turns that are new or changed are written.

        Args:
            over: the conversation as its owner knew it to be kept. If others went on in it since,
                theirs stays, and this one is stored beside it under an id of its own.

        Returns:
            What was stored.

        Raises:
            LibraryBusy: another process is writing.
        """
        with self._store.writer() as writer, writer.change():
            if over is not None and _gone_on(writer, over):
                conversation = replace(conversation, id=_new_id())
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
        return conversation

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
        turns.append(Turn.from_stored(asked, answer))
    return tuple(turns)


def _save_turns(writer: Writer, conversation: Conversation) -> None:
    query = "SELECT number, asked FROM turns WHERE conversation = ?"
    known: dict[int, str] = dict(writer.rows(query, (conversation.id,)))
    for number, turn in enumerate(conversation.turns):
        asked = turn.asked.isoformat()
        if known.get(number) != asked:  # what was answered once stays so, and is slow to write out
            answer = turn.stored()
            writer.execute(
                "INSERT OR REPLACE INTO turns VALUES (?, ?, ?, ?, ?)",
                (conversation.id, number, asked, answer, _digest(asked, answer)),
            )
    writer.execute(
        "DELETE FROM turns WHERE conversation = ? AND number >= ?",
        (conversation.id, len(conversation.turns)),
    )


def _gone_on(snapshot: Snapshot, known: Conversation) -> bool:
    """Whether turns are stored that this conversation, as it is known, hasn't."""
    query = "SELECT asked FROM turns WHERE conversation = ? ORDER BY number"
    stored = [asked for (asked,) in snapshot.rows(query, (known.id,))]
    return stored != [turn.asked.isoformat() for turn in known.turns[: len(stored)]]


def _says(snapshot: Snapshot, id: str, words: Sequence[str]) -> bool:
    """Whether all words are said in the turns of a conversation, whatever the case."""
    said = (
        "(instr(fold(json_extract(answer, '$.question')), fold(?)) "
        "OR instr(fold(json_extract(answer, '$.text')), fold(?)))"
    )
    each = ", ".join([f"max({said})"] * len(words))
    values = [word for word in words for _ in range(2)]
    row = snapshot.row(f"SELECT {each} FROM turns WHERE conversation = ?", (*values, id))
    return all(row)


def _kept(snapshot: Snapshot, id: str, changed: str) -> Kept:
    title, turns = snapshot.row(
        "SELECT (SELECT json_extract(answer, '$.question') FROM turns "
        "WHERE conversation = ?1 AND number = 0), "
        "(SELECT count(*) FROM turns WHERE conversation = ?1)",
        (id,),
    )
    return Kept(id, title or "", datetime.datetime.fromisoformat(changed), turns)


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


def _new_id() -> str:
    return secrets.token_hex(8)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
