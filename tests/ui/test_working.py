"""Long work: followed, stopped, and its errors told where it was asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from rag.errors import Cancelled, LibraryError
from rag.ui.working import Running, followed

Report = Callable[..., None]


def counting(report: Report, stop: threading.Event) -> str:
    for number in range(3):
        report(number)
    return "done"


def test_the_last_report_is_shown_and_the_result_returned() -> None:
    steps = followed(counting, lambda number: number, threading.Event())
    seen = []
    while True:
        try:
            seen.append(next(steps))
        except StopIteration as end:
            assert end.value == "done"
            break
    assert seen == sorted(seen)
    assert set(seen) <= {0, 1, 2}


def test_an_error_of_the_work_is_raised() -> None:
    def failing(report: Report, stop: threading.Event) -> None:
        raise LibraryError("no")

    with pytest.raises(LibraryError):
        list(followed(failing, lambda: None, threading.Event()))


@pytest.mark.parametrize("how", ["event", "close"])
def test_stopping_ends_the_work_at_its_next_report(how: str) -> None:
    ended, stop = threading.Event(), threading.Event()

    def endless(report: Report, _stop: threading.Event) -> None:
        try:
            while True:
                report(1)
                ended.wait(0.001)
        finally:
            ended.set()

    steps = followed(endless, lambda number: number, stop)
    assert next(steps) == 1
    if how == "close":
        steps.close()
    else:
        stop.set()
        with pytest.raises(Cancelled):
            list(steps)
    assert ended.wait(5)


def test_running_stops_what_a_session_does_and_nothing_else() -> None:
    running = Running()
    stopped: list[str] = []
    with (
        running.of("a", lambda: stopped.append("a")),
        running.of("b", lambda: stopped.append("b")),
    ):
        running.end("b")
        running.end("c")
        assert stopped == ["b"]
    running.end("a")
    assert stopped == ["b"]
