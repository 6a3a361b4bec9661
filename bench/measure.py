"""What the benchmarks share: rows of a table, made-up articles, repeated timing."""

from __future__ import annotations

import platform
import random
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ARTICLES = Path(__file__).parent.parent / "eval" / "articles"


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure; `bound` is what it should be, in words."""

    what: str
    value: str
    bound: str = ""
    kept: bool | None = None


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    verdicts = {True: "yes", False: "**no**", None: ""}
    lines = ["| what | measured | bound | kept |", "|---|---|---|---|"]
    lines += [f"| {r.what} | {r.value} | {r.bound} | {verdicts[r.kept]} |" for r in rows]
    return "\n".join(lines)


def machine() -> str:
    """The processor, its cores as this process sees them, and Python."""
    import os

    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        models = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        name = models[0].partition(":")[2].strip() if models else name
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{name}, {cores} cores, {platform.system()}, Python {platform.python_version()}"


def made_up_articles(count: int, words: int = 900, seed: int = 7) -> Iterator[str]:
    """Texts of real sentences, those of the example articles, in an order of their own."""
    from rag.article import Article
    from rag.read import Reader
    from rag.split import sentences

    chosen = random.Random(seed)
    pool: list[str] = []
    with Reader() as reader:
        for file in sorted(ARTICLES.iterdir()):
            for article in reader.read(file.read_bytes(), str(file)).articles:
                pool += [one.quote(article) for one in sentences(article)]
    for number in range(count):
        text: list[str] = [f"Report number {number}."]
        while sum(len(sentence.split()) for sentence in text) < words:
            text.append(chosen.choice(pool))
        paragraphs = [" ".join(text[at : at + 5]) for at in range(0, len(text), 5)]
        yield Article.of("\n\n".join(paragraphs), title=f"Report {number}").text


def best(run: Callable[[], object], times: int = 3) -> float:
    """Seconds of the fastest of some runs: what the machine can do when nothing disturbs it."""
    return min(_seconds(run) for _ in range(times))


def median(run: Callable[[], object], times: int) -> float:
    """Seconds of the middle one of some runs."""
    return statistics.median(_seconds(run) for _ in range(times))


def _seconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began
