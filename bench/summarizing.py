"""Summaries: one article from the command line, and a collection of 100,000 words, stopped half-way
and gone on with."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from bench.measure import Row, made_up_articles, median
from rag import Library
from rag.add import Document
from rag.errors import Cancelled

WORDS = 1000
MANY = 100  # articles of 1,000 words


def rows() -> list[Row]:
    """Times from pressing return, and of the collection whole, to the stop, and after it."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        one = _library(place / "one", 1)
        rag = str(Path(sys.executable).with_name("rag"))
        command = [rag, "--library", str(one.directory), "summarize", "--all"]
        article = median(lambda: subprocess.run(command, capture_output=True, check=True), 5)
        whole = _seconds(_library(place / "whole", MANY))
        many = _library(place / "many", MANY)
        before = _stopped(many)
        after = _seconds(many)
    return [
        Row(
            f"`rag summarize`, an article of {WORDS:,} words",
            f"{article:.1f} s",
            "2 s",
            article <= 2,
        ),
        Row(f"{MANY} such articles", f"{whole:.0f} s"),
        Row("the same, stopped after", f"{before:.0f} s"),
        Row("and gone on with", f"{after:.0f} s", "what was left", before + after < 1.3 * whole),
    ]


def _library(place: Path, count: int) -> Library:
    library = Library.open(place)
    texts = made_up_articles(count, WORDS)
    library.add_documents([Document(f"{n}.txt", one.encode()) for n, one in enumerate(texts)])
    return library


def _seconds(library: Library) -> float:
    began = time.perf_counter()
    library.summarize(length="long")
    return time.perf_counter() - began


def _stopped(library: Library) -> float:
    """Seconds until it was stopped, half of it read."""
    stop = threading.Event()

    def report(read: int, sentences: int) -> None:
        if 2 * read >= sentences:
            stop.set()

    began = time.perf_counter()
    try:
        library.summarize(length="long", report=report, stop=stop)
    except Cancelled:
        return time.perf_counter() - began
    raise AssertionError("it went on to its end")
