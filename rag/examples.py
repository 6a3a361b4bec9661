"""The project's own articles, as something to try a new library with."""

from __future__ import annotations

from pathlib import Path

from rag.add import Document
from rag.errors import UsageError

QUESTIONS = (
    "Why did the museum give the bell back?",
    "How many North Korean soldiers have been wounded?",
    "How many people were hurt in the ferry fire?",
)
"""Questions that they answer; in the last, an early and a later report differ."""


def documents() -> list[Document]:
    """The articles, named as in `examples/korea.txt`.

    Raises:
        UsageError: they aren't installed.
    """
    here = Path(__file__).parent
    for folder in (here / "example_articles", here.parent / "eval" / "articles"):  # wheel; checkout
        if folder.is_dir():
            files = sorted(file for file in folder.iterdir() if file.is_file())
            return [Document(f"examples/{file.name}", file.read_bytes()) for file in files]
    raise UsageError("the example articles are missing", remedy="install Citespan again")
