"""What is printed for people."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from rag.cli.terminal import clean, line, progress

Rag = Callable[..., Result]
Done = Callable[..., str]
Exact = Callable[[dict[str, Any], Path], bool]


def test_what_steers_a_terminal_is_left_out() -> None:
    assert clean("a\x1b]0;b\x07\x9bc\r\u202ed\u2069\x7f\n\te") == "a]0;bcd\n\te"
    assert line("a\n b\t\x1b c") == "a b c"
    assert clean("\ud83d") == ""


def test_progress_shows_only_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress("B", shown=True, scaled=True) as advance:
        advance(5, 10, "half")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with progress("B", shown=True, scaled=True) as advance:
        advance(5, 10, "half")
        advance(6, 10, "more")
    assert "50%" in capsys.readouterr().err
    with progress("B", shown=False) as advance:
        advance(5, 10, "half")
    assert capsys.readouterr().err == ""
