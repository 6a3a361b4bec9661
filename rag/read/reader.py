"""Reads files in a process of their own, which a broken or hostile file may take down."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self, cast

from rag.article import Article
from rag.errors import DamagedFile, LimitExceeded, ReadError, UnsupportedFormat, UsageError
from rag.read.files import printable
from rag.read.limits import Limits
from rag.read.wire import receive, send, send_bytes

_DEFAULT_LIMITS: Final = Limits()
_ERRORS: Final[dict[str, type[ReadError]]] = {
    error.__name__: error for error in (ReadError, UnsupportedFormat, DamagedFile, LimitExceeded)
}
_BOOT: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from rag.read.child import main; main()"
)
_TICK: Final = 0.2  # seconds after which a Ctrl-C is noticed at the latest
_DID_NOT_START: Final = 1  # exit code of Python for an exception; `child.main` lets none through


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What one file gave.

    Attributes:
        articles: in the order of the file, at least one.
        warnings: what is missing or doubtful, sentences without a full stop, for instance "page 7
            could not be read and is missing".
    """

    articles: tuple[Article, ...]
    warnings: tuple[str, ...]


class Reader:
    """Reads articles from bytes. Use it as a context manager, or close it.

    Parsers run in one child process that is started with the first file and lives until `close`;
    it opens no files of the user and no connections, and has limits on memory and time. A file
    that breaks a limit or crashes the child gives an error; the next one is read by a new child.
    Calls from several threads wait for each other.

    Args:
        limits: what one file may cost.
        text_column: the column of .csv and .tsv files, or key of .jsonl files, that holds the
            text; without it, the first of text, content, body, article and description.
    """

    def __init__(self, limits: Limits = _DEFAULT_LIMITS, text_column: str | None = None) -> None:
        self._limits = limits
        self._text_column = text_column
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._is_fresh = True  # the child has read no file yet
        self._closed = False

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
        """Ends the child process. May be called twice."""
        with self._lock:
            self._closed = True
            self._stop()

    def read(self, data: bytes, name: str | Path, *, content_type: str = "") -> ReadResult:
        """The articles in `data`.

        Args:
            data: the content of a file or page.
            name: its path or address. It ends up in `Article.path` and in messages, its suffix
                helps to find the format, and it is the title where there is no other.
            content_type: the Content-Type that a web server gave, for its encoding.

        Raises:
            UnsupportedFormat: no reader for it, or no text in it.
            DamagedFile: it is broken or encrypted, or crashed its parser.
            LimitExceeded: it broke one of the limits.
        """
        name = printable(name)
        if len(data) > self._limits.file_bytes:
            raise LimitExceeded(
                f"it has {len(data) / 1e6:.0f} MB, the limit is "
                f"{self._limits.file_bytes / 1e6:.0f}", where=name, remedy="split it",
            )  # fmt: skip
        with self._lock:
            if self._closed:
                raise UsageError("this Reader is closed", where=name)
            try:
                return self._read(data, name, content_type)
            except ReadError:
                raise
            except BaseException:
                # Ctrl-C in the middle of an answer: the rest of it must not be taken for the next.
                self._stop()
                raise

    def _read(self, data: bytes, name: str, content_type: str) -> ReadResult:
        was_fresh = self._is_fresh
        try:
            return self._exchange(data, name, content_type)
        except _ChildLostError as lost:
            error = lost.error
        if was_fresh or isinstance(error, _TimedOutError):
            raise error
        # What earlier files left in memory must not decide whether this one can be read.
        try:
            return self._exchange(data, name, content_type)
        except _ChildLostError as lost:
            raise lost.error from None

    def _exchange(self, data: bytes, name: str, content_type: str) -> ReadResult:
        """One question to the child and its whole answer."""
        child = self._started(name)
        # Where another thread gets the signal of a Ctrl-C, no pipe wakes this one up: it must not
        # be the one that waits for the pipe.
        with ThreadPoolExecutor(max_workers=1) as thread:
            try:
                talk = thread.submit(self._talk, child, data, name, content_type)
                expired = not _ends(talk, self._limits.seconds)
            except BaseException:
                child.kill()  # which ends the talk
                raise
            if expired:
                child.kill()
        if expired:
            self._stop()
            raise _ChildLostError(self._timed_out(name))
        result = talk.result()
        if result is None:
            raise _ChildLostError(self._lost(self._stop(), name))
        return result

    def _talk(
        self, child: subprocess.Popen[bytes], data: bytes, name: str, content_type: str
    ) -> ReadResult | None:
        """The child's answer, or None if the child was lost."""
        requests, replies = cast(BinaryIO, child.stdin), cast(BinaryIO, child.stdout)
        self._is_fresh = False
        try:
            send(requests, {"name": name, "content_type": content_type})
            send_bytes(requests, data)
            requests.flush()
        except OSError:
            return None
        articles: list[Article] = []
        while True:
            try:
                reply = receive(replies, self._limits.memory_bytes)
            except ValueError:
                return None
            if reply is None:
                return None
            if "article" in reply:
                articles.append(_article(reply["article"]))
            elif "error" in reply:
                raise self._error(reply["error"], name)
            else:
                return ReadResult(tuple(articles), tuple(map(str, reply["warnings"])))

    def _error(self, reply: dict[str, Any], name: str) -> Exception:
        kind = _ERRORS.get(str(reply["kind"]), DamagedFile)
        error = kind(str(reply["what"]), where=name, remedy=str(reply["remedy"]))
        if note := reply.get("note"):
            error.add_note(f"The parser said: {note}")
        if reply.get("last"):
            self._stop()
            return _ChildLostError(error)
        return error

    def _started(self, name: str) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is None:
            return self._child
        self._stop()
        paths = json.dumps([path for path in sys.path if Path(path).is_absolute()])
        environment = {key: value for key, value in os.environ.items() if key[:6] != "PYTHON"}
        # The order of sets must not decide what a parser finds.
        environment["PYTHONHASHSEED"] = "0"
        own_group: dict[str, Any] = {"process_group": 0} if os.name == "posix" else {}
        try:
            self._child = subprocess.Popen(
                [sys.executable, "-P", "-s", "-B", "-c", _BOOT, paths],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                **own_group,  # Ctrl-C in the terminal is the parent's business
            )
        except OSError as error:
            raise ReadError("the process that reads files can't be started", where=name,
                            remedy="free some memory and run it again") from error  # fmt: skip
        self._is_fresh = True
        with contextlib.suppress(OSError):
            requests = cast(BinaryIO, self._child.stdin)
            send(requests, {"limits": asdict(self._limits), "text_column": self._text_column})
        return self._child

    def _stop(self) -> int:
        """Ends the child if there is one; its exit code, negative for a signal."""
        child, self._child = self._child, None
        self._is_fresh = True
        if child is None:
            return 0
        # A child that is lost has ended by itself, or its timer ended it: its code tells why.
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        try:
            return child.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            child.kill()
            return child.wait()

    def _timed_out(self, name: str) -> ReadError:
        return _TimedOutError(
            f"it took longer than {self._limits.seconds:g} seconds to read",
            where=name,
            remedy="split it, or allow more time",
        )

    def _lost(self, code: int, name: str) -> ReadError:
        if code == _DID_NOT_START:
            return ReadError("the process that reads files doesn't start", where=name,
                             remedy="install Citespan again")  # fmt: skip
        if code in (-getattr(signal, "SIGKILL", 0), -getattr(signal, "SIGXCPU", 0)):
            return LimitExceeded("reading it used too much memory or time", where=name,
                                 remedy="split it")  # fmt: skip
        return DamagedFile("it crashed its parser", where=name,
                           remedy="save it anew with another program")  # fmt: skip


def _ends(talk: Future[Any], seconds: float) -> bool:
    """Waits until it has ended, for that long at most; whether it has."""
    deadline = time.monotonic() + seconds
    while not talk.done() and time.monotonic() < deadline:
        wait([talk], timeout=_TICK)
    return talk.done()


class _TimedOutError(LimitExceeded):
    """Reading took too long; trying again would take as long."""


class _ChildLostError(Exception):
    """The child has ended; carries what to say if it isn't worth another try."""

    def __init__(self, error: ReadError) -> None:
        self.error = error
        super().__init__(error)


def _article(fields: dict[str, Any]) -> Article:
    date = fields.pop("date")
    return Article.of(date=datetime.date.fromisoformat(date) if date else None, **fields)
