"""Errors, interruptions, and the options of every command."""

from __future__ import annotations

import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from rag.ask import AnswerStream
from rag.errors import Cancelled
from rag.library import Library

Rag = Callable[..., Result]
Done = Callable[..., str]
Exact = Callable[[dict[str, Any], Path], bool]


def test_errors_are_one_line_and_debug_shows_where(
    rag: Rag, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise TypeError("a\x1b[31mb")

    monkeypatch.setattr(Library, "verify", fail)
    result = rag("verify", library=shared)
    assert result.exit_code == 1
    assert result.stderr == (
        "rag: error: a fault in Citespan: TypeError: a[31mb (--debug shows where)\n"
    )
    assert "Traceback" in rag("verify", "--debug", library=shared).stderr


@pytest.mark.parametrize("stop", [KeyboardInterrupt, Cancelled])
def test_stopping_is_exit_code_130(
    rag: Rag, stop: type[BaseException], shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(*_: object, **__: object) -> None:
        raise stop

    monkeypatch.setattr(Library, "ask", ask)
    result = rag("ask", "why?", library=shared)
    assert (result.exit_code, result.stdout, result.stderr) == (130, "", "stopped\n")


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_ctrl_c_cancels_an_answer_on_its_way(
    rag: Rag, options: tuple[str, ...], shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = threading.Event()

    def pieces() -> Iterator[str]:
        yield "The bridge"
        # Not a real signal: OpenVINO leaves a signal stack that is gone once several encoders were
        # made and freed, as the tests of one process do. test_process sends real ones.
        handler = signal.getsignal(signal.SIGINT)
        assert callable(handler)
        handler(signal.SIGINT, None)
        assert stop.wait(5)
        raise Cancelled

    monkeypatch.setattr(Library, "ask", lambda *_, **__: AnswerStream(pieces(), stop))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        result = rag("ask", "why?", *options, library=shared)
    finally:
        signal.signal(signal.SIGINT, before)
    assert (result.exit_code, result.stderr) == (130, "stopped\n")
    assert result.stdout == ("" if options else "The bridge\n")


def test_quiet_shows_no_notices(rag: Rag, own: Path) -> None:
    for file in own.glob("*faiss*"):
        file.unlink()
    arguments = ("search", "rye bread")
    copy = Path(shutil.copytree(own, own.with_name("copy")))
    assert "making it anew" in rag(*arguments, library=own).stderr
    assert rag(*arguments, "-q", library=copy).stderr == ""


def test_the_library_may_be_named_before_after_or_by_the_environment(
    done: Done, shared: Path, tmp_path: Path
) -> None:
    elsewhere = {"RAG_LIBRARY": str(tmp_path / "none")}
    named = {"RAG_LIBRARY": str(shared)}
    printed = done("list", library=shared)
    assert printed == done("list", env=named)
    assert printed == done("list", library=shared, env=elsewhere)
    assert printed == done("list", "--library", shared, library=tmp_path / "none")
