"""What passes between the reader of a format and the process that calls it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from rag.read.limits import Limits

WARNINGS_SHOWN = 20


@dataclass(slots=True)
class Draft:
    """An article as its format gives it, before it is made canonical.

    Attributes:
        text: paragraphs, headings and list items, each on a line of its own; not yet normalised.
        number: its place in a file that can hold several articles, from 1; None otherwise.
    """

    text: str
    title: str | None = None
    date: datetime.date | None = None
    author: str | None = None
    source: str | None = None
    language: str | None = None
    number: int | None = None


@dataclass(slots=True)
class Source:
    """One file to read: its bytes and everything a reader of a format may ask about it.

    Attributes:
        name: its path or address.
        content_type: the Content-Type that a web server sent with it, or "".
        text_column: the column or key that holds the text, where the caller chose one.
        warnings: what couldn't be read, in the order it was met.
    """

    data: bytes
    name: str
    limits: Limits
    content_type: str = ""
    text_column: str | None = None
    warnings: list[str] = field(default_factory=list)

    @property
    def is_address(self) -> bool:
        return self.name.startswith(("http://", "https://"))

    @property
    def _file_name(self) -> PurePosixPath:
        if self.is_address:
            address = urlsplit(self.name)
            return PurePosixPath(unquote(address.path).rstrip("/") or address.netloc)
        return PurePosixPath(self.name.replace("\\", "/"))

    @property
    def suffix(self) -> str:
        """The ending of its name in lower case (".pdf"), or ""."""
        return self._file_name.suffix.lower()

    @property
    def stem(self) -> str:
        """Its name without folder and ending: the title of last resort."""
        return self._file_name.stem or self.name

    def warn(self, warning: str) -> None:
        self.warnings.append(warning)

    def shown_warnings(self) -> Iterator[str]:
        """The first warnings, and a count of the rest: a broken file can give a million."""
        yield from self.warnings[:WARNINGS_SHOWN]
        if len(self.warnings) > WARNINGS_SHOWN:
            yield f"and {len(self.warnings) - WARNINGS_SHOWN} more warnings"
