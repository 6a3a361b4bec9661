"""How much one file may cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost before reading it is given up.

    Attributes:
        file_bytes: size of the file or page as it lies on disk or comes from the web; also the
            total of the text parts of a .docx or .epub once they are decompressed.
        text_chars: code points of one article.
        articles: articles in one file.
        memory_bytes: address space of the process that parses.
        seconds: wall-clock time for one file or one page.
    """

    file_bytes: int = 100_000_000
    text_chars: int = 20_000_000
    articles: int = 100_000
    memory_bytes: int = 2_000_000_000
    seconds: float = 60.0
