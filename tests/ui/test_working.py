"""Long work: followed, stopped, and its errors told where it was asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from rag.errors import Cancelled, LibraryError
from rag.ui.working import Running, Stop, followed

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
    with (
        running.of("a", "answer") as one,
        running.of("b", "answer") as other,
        running.of("b", "add") as third,
    ):
        running.end("b", "answer")
        running.end("c")
        assert [stop.event.is_set() for stop in (one, other, third)] == [False, True, False]
        running.end("b")
        assert third.event.is_set()
    running.end("a")
    assert not one.event.is_set()


def test_a_step_that_comes_after_the_stop_is_ended_at_once() -> None:
    ended: list[int] = []
    stop = Stop()
    stop.set()
    stop.calls(lambda: ended.append(1))
    assert ended == [1]
    stop.set()
    assert ended == [1, 1]


def test_who_waits_for_work_is_told_when_it_ends() -> None:
    running = Running()
    running.wait("a", "add", 60)  # there is none
    with running.of("a", "add") as stop:
        running.wait("a", "add", 0.001)
        assert not stop.over.is_set()
    assert stop.over.is_set()
