"""From pressing return to the first word: whole processes, files in the page cache."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.measure import ARTICLES, Row, median
from rag import Library

QUESTION = "How many North Korean soldiers have been wounded?"
_PEAK = re.compile(r"VmHWM:\s+(\d+) kB")


def rows() -> list[Row]:
    """Times of `rag --help`, of the first and the last word of an answer, and peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        Library.open(folder).add(ARTICLES)
        rag = str(Path(sys.executable).with_name("rag"))
        help_time = median(lambda: subprocess.run([rag, "--help"], capture_output=True), 7)
        floor = median(lambda: subprocess.run([sys.executable, "-c", "import click"]), 7)
        runs = sorted(
            _first_and_last([rag, "--library", folder, "ask", QUESTION]) for _ in range(7)
        )
        first, last = runs[len(runs) // 2]
        memory = _peak_memory(folder)
    return [
        Row("`rag --help`", f"{help_time:.2f} s", "within 0.3 s", help_time <= 0.3),
        Row("floor: `python -c 'import click'`", f"{floor:.2f} s"),
        Row("`rag ask`: first word", f"{first:.2f} s", "within 2 s", first <= 2),
        Row("`rag ask`: end", f"{last:.2f} s"),
        Row("peak memory of `rag ask`", f"{memory:.0f} MB", "under 600 MB", memory < 600),
    ]


def _first_and_last(command: list[str]) -> tuple[float, float]:
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout
        os.read(process.stdout.fileno(), 1)
        first = time.perf_counter() - began
        process.stdout.read()
    return first, time.perf_counter() - began


def _peak_memory(folder: str) -> float:
    """Megabytes, as the kernel counts them at the end of the process."""
    script = (
        "import atexit, sys; from pathlib import Path\n"
        "atexit.register(lambda: sys.stderr.write(Path('/proc/self/status').read_text()))\n"
        f"sys.argv = ['rag', '--library', {folder!r}, 'ask', {QUESTION!r}]\n"
        "from rag.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    found = _PEAK.search(done.stderr)
    assert found, done.stderr
    return int(found[1]) / 1000
