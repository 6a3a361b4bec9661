"""Every error that leaves Citespan.

    RagError
    ├── UsageError              the call itself is wrong                     (exit code 2)
    ├── ReadError               one file can't become an article
    │   ├── UnsupportedFormat   no reader for it, or no text in it
    │   ├── DamagedFile         broken, encrypted, or not what its name says
    │   └── LimitExceeded       larger, deeper or slower than is safe
    ├── FetchError              an address on the web can't or mustn't be fetched
    ├── LibraryError            a library can't be opened, read or written
    │   ├── LibraryBusy         another process writes to it
    │   ├── LibraryDamaged      what is stored isn't what was stored
    │   ├── EncoderMismatch     it was made with another encoder
    │   ├── FormatTooNew        it was made by a newer Citespan
    │   └── NotFound            no such article in it
    ├── ModelError              a model can't be found, loaded or run
    │   └── PromptTooLong       the question alone overflows the model's context
    └── Cancelled               stopped on request

Each says what is wrong, where, and what to do about it. Exceptions of the libraries underneath
(sqlite3, faiss, llama_cpp, the parsers) are always the `__cause__` of one of these.
"""

from __future__ import annotations


class RagError(Exception):
    """Base of all errors of Citespan.

    Args:
        what: what is wrong, one sentence without a full stop.
        where: the file, article, library or model it is about.
        remedy: what the user can do, as an instruction.
    """

    def __init__(self, what: str, *, where: str | None = None, remedy: str | None = None) -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(what, where, remedy)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        remedy = f" ({self.remedy})" if self.remedy else ""
        return f"{place}{self.what}{remedy}"


class UsageError(RagError):
    """The call itself is wrong: an empty question, an unknown length, a path that isn't there."""


class ReadError(RagError):
    """One file can't become an article; the others of the run are not concerned."""


class UnsupportedFormat(ReadError):
    """No reader for this file, or nothing in it that is text."""


class DamagedFile(ReadError):
    """Broken, encrypted, or not what its name says."""


class LimitExceeded(ReadError):
    """Larger, deeper or slower than is safe to read."""


class FetchError(RagError):
    """An address on the web can't be fetched, or must not be."""


class LibraryError(RagError):
    """A library can't be opened, read or written."""


class LibraryBusy(LibraryError):
    """Another process is writing to the library."""


class LibraryDamaged(LibraryError):
    """What is stored isn't what was stored: a checksum or a reference doesn't hold."""


class EncoderMismatch(LibraryError):
    """The library was made with another encoder than the one in use."""


class FormatTooNew(LibraryError):
    """The library was made by a newer Citespan."""


class NotFound(LibraryError):
    """No article of that id, title or path in the library."""


class ModelError(RagError):
    """A model can't be found, loaded or run."""


class PromptTooLong(ModelError):
    """The question alone doesn't fit the model's context."""


class Cancelled(RagError):
    """Stopped on request, by Ctrl-C or `cancel()`."""

    def __init__(self, what: str = "stopped on request") -> None:
        super().__init__(what)
