"""A library: a directory of articles that can be asked, summarised and searched."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Literal, overload

from rag import ask as asking
from rag import changes, search, summarize, vectors
from rag.add import Added, Document, Report, add_documents, add_paths, encode_again
from rag.answer import Answer, Trace
from rag.article import Article
from rag.ask import AnswerStream
from rag.changes import Change
from rag.citation import Citation
from rag.conversation import whole
from rag.conversation.kept import Conversations
from rag.encode import Encoder
from rag.engines import Engines, remembered_encoder
from rag.errors import (
    LibraryDamaged,
    LibraryError,
    NotFound,
    UsageError,
)
from rag.generate import Model
from rag.locate import Locator
from rag.prompt import load_template
from rag.read import Limits, normalise
from rag.search import Found
from rag.snapshot import Filter, Listing, Snapshot, StoredArticle
from rag.spelling import mended
from rag.store import Store, Writer
from rag.summary import Style, Summary
from rag.vectors import Index, IndexCache
from rag.verify import Damage, verify

DEFAULT_DIRECTORY = "indexes/default"

Notice = Callable[[str], None]


def _to_standard_error(line: str) -> None:
    print(line, file=sys.stderr)


class Library:
    """A collection of articles in a directory, and everything that can be done with it.

    Reading and asking work from several threads at once; the model answers one question at a time.
    Models are loaded when they are first needed.

    Args:
        encoder: an `Encoder`, or the name or folder of one; the embedded one if None.
        model: a `Model`, or the name or path of one; the embedded one if None.
        locator: a `Locator`; the embedded one if None.
        notice: gets a line to show the user before something slow, and about repairs.

    Attributes:
        directory: where it lies.
        conversations: those kept in it.
    """

    def __init__(
        self,
        directory: str | Path = DEFAULT_DIRECTORY,
        *,
        encoder: Encoder | str | None = None,
        model: Model | str | None = None,
        locator: Locator | None = None,
        notice: Notice = _to_standard_error,
    ) -> None:
        self.directory = Path(directory)
        self._store = Store(self.directory)
        self.conversations = Conversations(self._store)
        self._notice = notice
        self._engines = Engines(encoder, model, locator, notice)
        self._cache = IndexCache(self.directory, self._store, notice)

    @classmethod
    def open(
        cls,
        directory: str | Path | None = None,
        *,
        create: bool = True,
        encoder: Encoder | str | None = None,
        model: Model | str | None = None,
        locator: Locator | None = None,
        notice: Notice = _to_standard_error,
    ) -> Library:
        """The library in `directory` ($RAG_LIBRARY, or indexes/default).

        Args:
            create: make it if there is none.

        Raises:
            FormatTooNew: a newer Citespan made it.
            LibraryError: it can't be made or opened.
        """
        place = directory or os.environ.get("RAG_LIBRARY") or DEFAULT_DIRECTORY
        library = cls(place, encoder=encoder, model=model, locator=locator, notice=notice)
        if create and not library._store.exists():
            with library._store.writer():
                pass  # which makes it
        library._store.snapshot().close()
        return library

    # Filling it

    def add(
        self,
        paths: str | Path | Iterable[str | Path],
        *,
        text_column: str | None = None,
        limits: Limits = Limits(),
        report: Report | None = None,
    ) -> Added:
        """Adds files, folders (with all below) and patterns.

        A file whose content is known costs a hash; a changed one replaces its former version. A
        file that can't be read is reported in the result and doesn't stop the others.

        Args:
            text_column: of .csv and .jsonl files; the usual names are found without it.
            report: called with the `Progress` so far.

        Raises:
            UsageError: a path doesn't exist.
            EncoderMismatch: the library was made with another encoder.
            LibraryBusy: another process is writing to it.
        """
        some = [paths] if isinstance(paths, str | Path) else list(paths)
        with self._writing() as (writer, encoder):
            return add_paths(
                writer, encoder, some, text_column=text_column, limits=limits, report=report
            )

    def add_documents(
        self,
        documents: Sequence[Document],
        *,
        text_column: str | None = None,
        limits: Limits = Limits(),
        report: Report | None = None,
    ) -> Added:
        """Adds files that are in memory: a `Document` is bytes and the name they are known by."""
        with self._writing() as (writer, encoder):
            return add_documents(
                writer, encoder, documents, text_column=text_column, limits=limits, report=report
            )

    def remove(self, references: str | Iterable[str]) -> list[str]:
        """Removes articles by id, path, folder or title; returns their ids.

        Raises:
            NotFound: one of them means no article; then nothing is removed.
        """
        some = [references] if isinstance(references, str) else list(references)
        with self._store.writer() as writer:
            ids = list(dict.fromkeys(id for one in some for id in writer.find(one)))
            with writer.change():
                for id in ids:
                    writer.remove_article(id)
            if remembered := remembered_encoder(writer):
                self._cache.refresh(writer, int(remembered["dimension"]))
        return ids

    def rebuild(
        self, *, encode: bool = False, report: Callable[[int, int], None] | None = None
    ) -> None:
        """Makes the full-text index and the FAISS file anew from the database.

        Args:
            encode: also split and encode every article again, with the encoder in use: the way to
                move a library to another encoder.
            report: called with how many of how many articles are encoded.
        """
        with self._store.writer() as writer:
            encoder = self.encoder
            if encode:
                with writer.change():
                    encode_again(writer, encoder, report)
                    self._engines.remember(writer)
                    writer.next_generation()
            else:
                self._engines.check(writer)
            with writer.change():
                writer.rebuild_text()
            index = Index.build(writer, encoder.dimension)
            vectors.publish(self.directory, writer, index)
            if missing := _missing(writer, index):
                self._notice(missing)

    # Looking into it

    def changes(self, limit: int = 100) -> list[Change]:
        """What was added, replaced and removed last, newest first."""
        with self._store.snapshot() as snapshot:
            return changes.changes(snapshot, limit)

    def articles(self, filter: Filter = Filter()) -> list[Listing]:
        """What is in the library, newest first, without the texts."""
        with self._store.snapshot() as snapshot:
            return snapshot.listings(filter)

    def article(self, reference: str) -> Article:
        """The article that an id, path or title means.

        Raises:
            NotFound: there is none.
            UsageError: there are several.
            LibraryDamaged: it isn't what was stored.
        """
        with self._store.snapshot() as snapshot:
            return self._one(snapshot, reference).article

    def find(self, references: Iterable[str]) -> list[str]:
        """The ids of all articles that some ids, paths, folders or titles mean.

        Raises:
            NotFound: one of them means none.
        """
        with self._store.snapshot() as snapshot:
            return list(dict.fromkeys(id for one in references for id in snapshot.find(one)))

    def _one(self, snapshot: Snapshot, reference: str) -> StoredArticle:
        ids = snapshot.find(reference)
        if len(ids) > 1:
            raise UsageError(
                f"{len(ids)} articles answer to this: {', '.join(ids[:5])}",
                where=reference,
                remedy="use one of the ids",
            )
        return snapshot.article(ids[0])

    def stats(self) -> dict[str, int | str]:
        """Counts, sizes on disk in bytes, generation, and the encoder's name."""
        with self._store.snapshot() as snapshot:
            encoder = remembered_encoder(snapshot) or {}
            return {
                **snapshot.counts(),
                "bytes": sum(map(_size, self.directory.iterdir())),
                "generation": snapshot.generation,
                "format": snapshot.number("format"),
                "encoder": encoder.get("name", ""),
            }

    def verify(self) -> list[Damage]:
        """Everything in the library that isn't what was stored; nothing if all is well."""
        with self._store.snapshot() as snapshot:
            return list(verify(self.directory, snapshot))

    # Asking it

    def search(self, question: str, *, k: int = 8, filter: Filter = Filter()) -> Found:
        """The passages that fit a question best, and the sentences in them.

        Raises:
            UsageError: the question is empty.
        """
        question = asking.check_question(question)
        with self._store.snapshot() as snapshot:
            self._engines.check(snapshot)
            if not snapshot.passage_count():
                raise LibraryError(
                    "the library is empty",
                    where=str(self.directory),
                    remedy="add articles with `rag add FILES`",
                )
            index = self._cache.index(snapshot, lambda: self.encoder.dimension)
            found = search.search(
                snapshot,
                index,
                self.encoder,
                question,
                k=k,
                filter=filter,
                recent=self._engines.recent,
            )
            if missing := _missing(snapshot, index):
                found.warnings.append(missing)
            return found

    @overload
    def ask(
        self,
        question: str,
        *,
        history: Sequence[Answer] = ...,
        filter: Filter = ...,
        doubt: float = ...,
        stream: Literal[False] = ...,
    ) -> Answer: ...
    @overload
    def ask(
        self,
        question: str,
        *,
        history: Sequence[Answer] = ...,
        filter: Filter = ...,
        doubt: float = ...,
        stream: Literal[True],
    ) -> AnswerStream: ...
    def ask(
        self,
        question: str,
        *,
        history: Sequence[Answer] = (),
        filter: Filter = Filter(),
        doubt: float = asking.DOUBT,
        stream: bool = False,
    ) -> Answer | AnswerStream:
        """Answers a question from the articles, each claim with the spans it rests on.

        Args:
            history: the answers before it in a conversation, from which a question such as "And
                when?" is made whole; `trace.asked` is what it became, slips of the keyboard mended.
            filter: which articles may be used.
            doubt: probability that no sentence answers, as far as that can be told, above which
                the articles are taken not to say; 1 always answers.
            stream: returns the answer on its way, an iterator over its text.

        Raises:
            UsageError: the question is empty.
            PromptTooLong: the question doesn't fit the model's context.
            LibraryError: there is nothing to ask, or it can't be read.
            ModelError: the model can't be loaded or run.
        """
        question = asking.check_question(question)
        self._engines.load_early()
        with self._store.snapshot() as snapshot:
            asked = whole(mended(question, snapshot.document_frequency), history)

        def search(question: str) -> Found:
            return self.search(question, k=asking.PASSAGES, filter=filter)

        found = search(asked)
        trace = Trace(
            asked=asked,
            encoder=self.encoder.fingerprint,
            generation=found.generation,
        )
        means = asking.Means(
            search,
            lambda: self._engines.locator,
            lambda: self._engines.answering_model,
            load_template("answer"),
            load_template("read"),
            self._prove,
        )
        started = asking.start(question, found, means, trace, doubt)
        return started if stream else started.answer

    def summarize(
        self,
        references: str | Iterable[str] = (),
        *,
        search: str | None = None,
        about: str | None = None,
        length: summarize.Length | int | str = "short",
        style: Style = "prose",
        filter: Filter = Filter(),
        report: summarize.Report | None = None,
        stop: threading.Event | None = None,
    ) -> Summary:
        """Summarises articles, each statement with the spans it rests on.

        Args:
            references: ids, paths, folders or titles; all articles if there are none.
            search: only articles that a search for this finds.
            about: only what concerns this topic.
            length: headline, short or long, or about so many words.
            style: prose, bullets, timeline (dated events in order) or key-facts (a table).
            report: called with how many of how many sentences are read.
            stop: ends it at once when it is set, from another thread or a signal.

        Raises:
            Cancelled: `stop` was set.
            NotFound: nothing answers to a reference, or the filter admits nothing.
            UsageError: the length or the style isn't one.
        """
        topic = normalise(about) if about else None
        request = summarize.Request.of(length, style, topic, report, stop)
        some = [references] if isinstance(references, str) else list(references)
        ids = self._meant(some, search, filter)
        template = load_template("summary")
        trace = Trace(prompt=template.fingerprint, encoder=self.encoder.fingerprint)
        stored = self._whole(ids, trace)
        wording = self._engines.wording_model if request.worded else None
        with summarize.Memory(summarize.memory_file(self.directory, stored)) as memory:
            summary = summarize.summarize(
                stored, self.encoder, wording, template, trace, memory, request
            )
        self._prove(summary.citations)
        return summary

    def _meant(self, references: Sequence[str], search: str | None, filter: Filter) -> list[str]:
        """Ids of the articles that a summary is wanted of: references, search and filter narrow
        each other."""
        if references:
            filter = replace(filter, articles=tuple(self.find(references)))
        if search is not None:
            found = self.search(search, k=summarize.SEARCHED, filter=filter)
            ids = summarize.articles_found(found)
        else:
            ids = [listing.id for listing in self.articles(filter)]
            wanted = {id: place for place, id in enumerate(filter.articles)}
            ids.sort(key=lambda id: wanted.get(id, 0))
        if ids:
            return ids
        raise NotFound(
            "no article to summarise",
            where=str(self.directory),
            remedy="add articles with `rag add FILES`, or widen the filter",
        )

    def _whole(self, ids: Sequence[str], trace: Trace) -> list[StoredArticle]:
        """The articles of these ids that are what was stored; raises if none is."""
        stored: list[StoredArticle] = []
        with self._store.snapshot() as snapshot:
            trace.generation = snapshot.generation
            for id in ids:
                try:
                    stored.append(snapshot.article(id))
                except (LibraryDamaged, NotFound) as error:
                    if len(trace.warnings) + 1 == len(ids):
                        raise
                    trace.warnings.append(str(error))
        return stored

    # Models

    @property
    def encoder(self) -> Encoder:
        """The encoder in use, loaded at first need."""
        return self._engines.encoder

    @property
    def model(self) -> Model:
        """The language model in use, loaded at first need."""
        return self._engines.model

    @contextmanager
    def _writing(self) -> Iterator[tuple[Writer, Encoder]]:
        """The writer and the encoder; afterwards, whatever happened, the index is brought along."""
        with self._store.writer() as writer:
            self._engines.check(writer)
            encoder = self.encoder
            if remembered_encoder(writer) is None:
                self._engines.remember(writer)
            before = writer.generation
            try:
                yield writer, encoder
            finally:
                if writer.generation != before:
                    self._cache.refresh(writer, encoder.dimension)

    def _prove(self, citations: Sequence[Citation]) -> None:
        """Law 1 at the border: what leaves is, to the character, what is stored."""
        with self._store.snapshot() as snapshot:
            for id in {citation.article.id for citation in citations}:
                try:
                    article = snapshot.article(id).article
                except NotFound:
                    continue  # removed since it was asked
                cited = [one for one in citations if one.article.id == id]
                assert all(citation.holds(article) for citation in cited), f"inexact span in {id}"


def _missing(snapshot: Snapshot, index: Index) -> str | None:
    """What to tell of passages whose vectors are too damaged to be searched."""
    missing = snapshot.passage_count() - len(index)
    return f"{missing} damaged passages are left out; see `rag verify`" if missing else None


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0  # replaced since the folder was listed
