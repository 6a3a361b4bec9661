"""Files into a library: path -> read -> split -> encode -> store.

Files are read one after the other and encoded in large groups, because an encoder wastes least on
texts of similar length; each file is then stored in one transaction, so that whatever stops the
run, a file is in the library as it was or as it is, never in between.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from rag import copies
from rag.article import Article, Passage, Sentence
from rag.encode import Encoder
from rag.errors import RagError, ReadError
from rag.read import Limits, Reader, ReadResult, discover, load
from rag.read.files import printable
from rag.read.sniff import SUFFIXES, TABLES
from rag.split import passages, sentences
from rag.store import Entry, Writer

GROUP = 512  # passages encoded together, and the most that a Ctrl-C throws away
TITLE_TOKENS = 32  # of a title go in front of each passage
PASSAGE_TOKENS = 160  # sizes from 120 to 220 found the development evidence equally well
OVERLAP_TOKENS = 32


@dataclass(frozen=True, slots=True)
class Progress:
    """How far adding has come.

    Attributes:
        files: how many are read.
        bytes: of what is done with: encoded, unchanged or failed.
        passages: how many are encoded.
        current: what is done now, for people.
    """

    files: int
    bytes: int
    total_files: int
    total_bytes: int
    passages: int
    current: str


@dataclass(frozen=True, slots=True)
class Copy:
    """Two articles that are nearly the same text: share of common runs of words, 0 to 1."""

    article: str
    path: str
    of: str
    resemblance: float


@dataclass(slots=True)
class Added:
    """What adding did.

    Attributes:
        added, changed, unchanged: paths of files.
        articles: how many articles are new.
        passages: how many passages were encoded.
        failed: one error for each file that could not be read; nothing of it was changed.
        warnings: each with the file it is about.
        copies: near-identical articles; both are kept, answers use one.
    """

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    articles: int = 0
    passages: int = 0
    failed: list[RagError] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of a file, a page or standard input, under the name it is remembered by.

    Attributes:
        content_type: as a server gives it; tells type and encoding where the name doesn't.
    """

    name: str
    data: bytes
    content_type: str = ""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def may_be_table(self) -> bool:
        """Whether a column may hold the text, as far as the name says."""
        kind = SUFFIXES.get(Path(self.name).suffix.lower())
        return kind is None or kind in TABLES


_Split = tuple[Article, tuple[Sentence, ...], tuple[Passage, ...]]


@dataclass(slots=True)
class _Pending:
    """A file that is read and split, waiting for the vectors of its new articles."""

    document: str
    bytes: int
    digest: str
    is_new: bool
    articles: tuple[Article, ...]
    split: list[_Split]

    @property
    def passages(self) -> int:
        return sum(len(found) for _, _, found in self.split)


Report = Callable[[Progress], None]


@dataclass(slots=True)
class _Tally:
    """Counts what is done and reports it.

    Encoding takes most of the time, so that a file's bytes count as its passages are encoded.
    """

    report: Report | None
    added: Added
    total_files: int
    total_bytes: int
    files: int = 0
    finished: int = 0  # bytes of files that are done with
    waiting: int = 0  # bytes of files to be encoded together
    passages: int = 0  # of these files
    encoded_now: int = 0  # of these passages

    def read(self, document: Document, pending: _Pending | None) -> None:
        self.files += 1
        if pending is None:
            self.finished += len(document.data)
        else:
            self.waiting += pending.bytes
            self.passages += pending.passages
        self._tell(document.name)

    def encoded(self, count: int) -> None:
        self.added.passages += count
        self.encoded_now += count
        self._tell("encoding")

    def stored(self, group: Sequence[_Pending]) -> None:
        self.finished += self.waiting
        self.waiting = self.passages = self.encoded_now = 0
        self._tell(group[-1].document)

    def _tell(self, current: str) -> None:
        if self.report:
            share = min(self.encoded_now / self.passages, 1.0) if self.passages else 0.0
            size = self.finished + int(share * self.waiting)
            done = self.added.passages
            self.report(
                Progress(self.files, size, self.total_files, self.total_bytes, done, current)
            )


def add_paths(
    writer: Writer,
    encoder: Encoder,
    paths: Iterable[str | Path],
    *,
    text_column: str | None = None,
    limits: Limits = Limits(),
    report: Report | None = None,
) -> Added:
    """Adds files and folders; see `Library.add`."""
    added = Added()
    files: list[tuple[Path, int]] = []
    for found in discover(paths):
        if isinstance(found, ReadError):
            added.failed.append(found)
        else:
            files.append((found, _size(found)))
    documents = _documents(files, limits, added)
    totals = (len(files), sum(size for _, size in files))
    _add(writer, encoder, documents, added, totals, text_column, limits, report)
    return added


def add_documents(
    writer: Writer,
    encoder: Encoder,
    documents: Sequence[Document],
    *,
    text_column: str | None = None,
    limits: Limits = Limits(),
    report: Report | None = None,
) -> Added:
    """Adds what is in memory already."""
    added = Added()
    totals = (len(documents), sum(len(document.data) for document in documents))
    _add(writer, encoder, iter(documents), added, totals, text_column, limits, report)
    return added


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # reading it will say why


def _documents(
    files: Sequence[tuple[Path, int]], limits: Limits, added: Added
) -> Iterator[Document]:
    for path, _ in files:
        try:
            yield Document(printable(path.resolve()), load(path, limits))
        except ReadError as error:
            added.failed.append(error)


def _add(
    writer: Writer,
    encoder: Encoder,
    documents: Iterator[Document],
    added: Added,
    totals: tuple[int, int],
    text_column: str | None,
    limits: Limits,
    report: Report | None,
) -> None:
    group: list[_Pending] = []
    tally = _Tally(report, added, *totals)
    with Reader(limits, text_column) as reader:
        for document in documents:
            pending = _read(writer, reader, encoder, document, added, text_column)
            if pending is not None:
                group.append(pending)
            tally.read(document, pending)
            if _passages(group) >= GROUP:
                _store(writer, encoder, group, added, tally.encoded)
                tally.stored(group)
                group = []
        if group:
            _store(writer, encoder, group, added, tally.encoded)
            tally.stored(group)


def _passages(group: Iterable[_Pending]) -> int:
    return sum(one.passages for one in group)


def _read(
    writer: Writer,
    reader: Reader,
    encoder: Encoder,
    document: Document,
    added: Added,
    column: str | None,
) -> _Pending | None:
    digest = document.sha256
    known = writer.file_digest(document.name)
    if column is not None and document.may_be_table:
        digest += f" {column}"
        is_known = known == digest
    else:  # where no column is named, that of the last time will do
        is_known = known is not None and known.partition(" ")[0] == digest
    if is_known:
        added.unchanged.append(document.name)
        return None
    try:
        result = reader.read(document.data, document.name, content_type=document.content_type)
    except ReadError as error:
        added.failed.append(error)
        return None
    added.warnings += [f"{document.name}: {warning}" for warning in result.warnings]
    articles = _distinct(result, document.name, added)
    new = [_split(one, encoder) for one in articles if not writer.holds(one, document.name)]
    return _Pending(document.name, len(document.data), digest, known is None, articles, new)


def _distinct(result: ReadResult, name: str, added: Added) -> tuple[Article, ...]:
    """The articles of a file, each text once."""
    articles = {article.id: article for article in result.articles}
    if repeated := len(result.articles) - len(articles):
        added.warnings.append(f"{name}: {repeated} articles have the same text as another in it")
    return tuple(articles.values())


def _split(article: Article, encoder: Encoder) -> _Split:
    found = sentences(article)
    size = min(PASSAGE_TOKENS, encoder.window - TITLE_TOKENS)
    overlap = min(OVERLAP_TOKENS, size // 4)
    return (
        article,
        found,
        passages(article, found, encoder.count_tokens, size=size, overlap=overlap),
    )


def _store(
    writer: Writer,
    encoder: Encoder,
    group: Sequence[_Pending],
    added: Added,
    encoded: Callable[[int], None],
) -> None:
    split = [one for pending in group for one in pending.split]
    ready = _encoded(split, encoder, encoded)
    for pending in group:
        # A file of this group may have brought the same text meanwhile.
        entries = [
            one
            for one in islice(ready, len(pending.split))
            if not writer.holds(one.article, pending.document)
        ]
        # What the library held when this file was read may have gone with a file of this group.
        there = {entry.article.id for entry in entries}
        lost = [
            one
            for one in pending.articles
            if one.id not in there and not writer.holds(one, pending.document)
        ]
        if lost:
            entries += _encoded([_split(one, encoder) for one in lost], encoder, encoded)
        with writer.change():
            writer.replace_file(pending.document, pending.digest, pending.articles, entries)
        (added.added if pending.is_new else added.changed).append(pending.document)
        added.articles += len(entries)
        for entry in entries:
            added.copies += _copies(writer, entry)


def _encoded(
    split: Sequence[_Split], encoder: Encoder, encoded: Callable[[int], None] | None = None
) -> Iterator[Entry]:
    """Split articles with the vectors of their passages, which are made all at once."""
    texts = [_passage_text(article, one) for article, _, found in split for one in found]
    vectors = encoder.encode(texts, encoded)
    start = 0
    for article, some, found in split:
        end = start + len(found)
        yield Entry(article, some, found, vectors[start:end], copies.sketch(article.text))
        start = end


def _passage_text(article: Article, passage: Passage) -> str:
    """What is encoded for a passage: few passages name what their article is about."""
    # Four characters a token is what English comes to: an exact count isn't worth its time here.
    return f"{article.title[: 4 * TITLE_TOKENS]}. {passage.quote(article)}"


def _copies(writer: Writer, entry: Entry) -> Iterator[Copy]:
    article = entry.article
    for other, _ in writer.similar(entry.shingles, besides=article.id):
        resemblance = copies.resemblance(entry.shingles, writer.sketch(other))
        if resemblance >= copies.COPY:
            yield Copy(article.id, article.path or "", other, round(resemblance, 2))


def encode_again(
    writer: Writer, encoder: Encoder, report: Callable[[int, int], None] | None = None
) -> None:
    """Splits and encodes every article of a library anew, in the current transaction.

    Args:
        report: called with how many of how many articles are done.
    """
    listings = writer.listings()
    group: list[_Split] = []
    for number, listing in enumerate(listings, 1):
        group.append(_split(writer.article(listing.id).article, encoder))
        if sum(len(found) for _, _, found in group) < GROUP and number < len(listings):
            continue
        for entry in _encoded(group, encoder):
            writer.store(entry)
        group = []
        if report:
            report(number, len(listings))
