"""The README's transcript is what the program does."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def _transcript() -> list[tuple[str, str]]:
    """Commands and what they print."""
    found = re.search(r"```console\n(.*?)```", README, re.DOTALL)
    assert found
    steps = re.split(r"^\$ ", found[1], flags=re.MULTILINE)[1:]
    return [(step.partition("\n")[0], step.partition("\n")[2]) for step in steps]


def test_the_transcript_is_what_the_commands_print(tmp_path: Path) -> None:
    steps = _transcript()
    assert len(steps) >= 4
    environment = os.environ | {"RAG_LIBRARY": str(tmp_path / "library")}
    for command, expected in steps:
        words = shlex.split(command)
        assert words[0] == "rag"
        done = subprocess.run(
            [sys.executable, "-m", "rag.cli", *words[1:]],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip() == expected.strip(), command


def test_the_python_example_runs(tmp_path: Path) -> None:
    found = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert found
    code = found[1].replace("indexes/news", str(tmp_path / "library"))
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "museum-bell" in done.stdout or "it was never ours" in done.stdout


def test_every_link_leads_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", README):
        assert (ROOT / target).exists(), target
