"""The process that parses: it gets bytes from its parent, and sends back articles or an error.

It opens none of the user's files and no connections, so that a parser which a hostile file has
taken over finds little to take.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO, Final

from rag.errors import DamagedFile, LimitExceeded, ReadError, UnsupportedFormat
from rag.read.canonical import normalise, one_line
from rag.read.draft import Draft, Source
from rag.read.limits import Limits
from rag.read.sniff import Kind, kind_of
from rag.read.wire import receive, receive_bytes, send

_FORBIDDEN: Final = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto",
                     "subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty",
                     "os.posix_spawn", "os.spawn")  # fmt: skip
_EXTRA_CPU_SECONDS: Final = 5
_OPEN_FILES: Final = 64
_REQUEST_BYTES: Final = 1_000_000  # of a name and a Content-Type


def main() -> None:
    """Answers requests until the parent closes the pipe, which it also does by ending."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, replies = _take_pipes()
    setup = receive(requests, _REQUEST_BYTES)
    if setup is None:
        return
    limits = Limits(**setup["limits"])
    _quieten()
    _confine(limits)
    try:
        while (request := receive(requests, _REQUEST_BYTES)) is not None:
            data = receive_bytes(requests, limits.file_bytes)
            if data is None:
                return
            _allow_seconds(limits.seconds)
            source = Source(data, request["name"], limits, request["content_type"],
                            setup["text_column"])  # fmt: skip
            if not _answer(source, replies):
                return
    except BrokenPipeError:
        return  # the parent has gone


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes of the protocol, out of the reach of a library that prints or reads a line."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return requests, replies


def _quieten() -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)


def _confine(limits: Limits) -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent's limit on time is the only one
        pass
    else:
        for kind, limit in (
            (resource.RLIMIT_AS, limits.memory_bytes),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_NOFILE, _OPEN_FILES),
        ):
            try:
                resource.setrlimit(kind, (limit, limit))
            except (ValueError, OSError):
                continue  # lower already, or a system without this limit
    sys.addaudithook(_refuse)


def _refuse(event: str, _arguments: tuple[object, ...]) -> None:
    if event in _FORBIDDEN:
        raise PermissionError(f"{event} isn't for a process that parses")


def _allow_seconds(seconds: float) -> None:
    """Limits the CPU time of the next file, in case that the parent has died and can't."""
    try:
        import resource
    except ImportError:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(usage.ru_utime + usage.ru_stime + seconds) + _EXTRA_CPU_SECONDS
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))


def _answer(source: Source, replies: BinaryIO) -> bool:
    """Sends the articles of a file, or an error; whether this process can go on."""
    out_of_memory = False
    try:
        _send_articles(source, replies)
    except ReadError as error:
        _send_error(replies, error)
    except BrokenPipeError:
        raise
    except MemoryError:
        out_of_memory = True
    except RecursionError as error:
        _send_error(replies, LimitExceeded("it is nested too deeply", remedy="simplify it"), error)
    except Exception as error:  # whatever a parser raises must not leak
        _send_error(replies, DamagedFile("it can't be parsed",
                    remedy="save it anew with another program"), error)  # fmt: skip
    if out_of_memory:  # only here, where the frames that hold the memory have gone
        too_large = LimitExceeded("reading it takes too much memory", remedy="split it")
        _send_error(replies, too_large, last=True)
    replies.flush()
    return not out_of_memory


def _send_articles(source: Source, replies: BinaryIO) -> None:
    if not source.data.strip():
        raise _no_text()
    kind = kind_of(source)
    count = 0
    for draft in _reader_of(kind)(source):
        fields = _finished(draft, source)
        if fields is None:
            continue
        count += 1
        if count > source.limits.articles:
            raise LimitExceeded(
                f"it holds more than {source.limits.articles} articles", remedy="split it"
            )
        send(replies, {"article": fields})
    if not count:
        raise _no_text()
    send(replies, {"warnings": [one_line(warning) for warning in source.shown_warnings()]})


def _finished(draft: Draft, source: Source) -> dict[str, Any] | None:
    """The fields of an article, canonical; None and a warning for one of many that is no use."""
    text = normalise(draft.text)
    several = draft.number is not None
    if not text:
        if several:
            source.warn(f"number {draft.number} holds no text and is missing")
        return None
    if len(text) > source.limits.text_chars:
        what = f"has {len(text)} characters, the limit is {source.limits.text_chars}"
        if not several:
            raise LimitExceeded(f"it {what}", remedy="split it")
        source.warn(f"number {draft.number} {what}, and is missing")
        return None
    suffix = f"#{draft.number}" if several else ""
    stem = one_line(source.stem) or "untitled"
    return {
        "text": text,
        "title": one_line(draft.title or "") or (f"{stem} {draft.number}" if several else stem),
        "date": draft.date.isoformat() if draft.date else None,
        "author": one_line(draft.author or "") or None,
        "source": one_line(draft.source or "") or None,
        "language": draft.language,
        "path": source.name + suffix,
    }


def _no_text() -> ReadError:
    return UnsupportedFormat("it holds no text", remedy="leave it out")


def _send_error(
    replies: BinaryIO, error: ReadError, cause: Exception | None = None, *, last: bool = False
) -> None:
    note = f"{type(cause).__name__}: {str(cause)[:500]}" if cause else ""
    fields = {"kind": type(error).__name__, "what": error.what, "remedy": error.remedy or "",
              "note": normalise(note), "last": last}  # fmt: skip
    send(replies, {"error": fields})


def _reader_of(kind: Kind) -> Callable[[Source], Iterable[Draft]]:
    """The function that reads a format; its libraries are loaded only now."""
    match kind:
        case Kind.PLAIN:
            from rag.read.plain import read_plain

            return read_plain
        case Kind.MARKDOWN:
            from rag.read.markdown import read_markdown

            return read_markdown
        case Kind.HTML:
            from rag.read.html_page import read_html

            return read_html
        case Kind.PDF:
            from rag.read.pdf import read_pdf

            return read_pdf
        case Kind.DOCX:
            from rag.read.docx import read_docx

            return read_docx
        case Kind.EPUB:
            from rag.read.epub import read_epub

            return read_epub
        case Kind.CSV:
            from rag.read.tables import read_csv

            return read_csv
        case Kind.TSV:
            from rag.read.tables import read_tsv

            return read_tsv
        case Kind.JSONL:
            from rag.read.tables import read_jsonl

            return read_jsonl
        case Kind.FEED:
            from rag.read.feed import read_feed

            return read_feed
