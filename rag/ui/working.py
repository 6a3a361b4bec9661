"""Long work behind a page: shown while it goes on, stopped when its page asks or goes."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from rag.errors import Cancelled

Result = TypeVar("Result")
Shown = TypeVar("Shown")
Stop = Callable[[], None]


class Running:
    """What is being done for each page, by Gradio's name of its session, and how to stop it."""

    def __init__(self) -> None:
        self._stops: dict[str, Stop] = {}
        self._lock = threading.Lock()

    @contextmanager
    def of(self, session: str | None, stop: Stop) -> Iterator[None]:
        """While this lasts, `end` of the session calls `stop`."""
        key = session or ""
        with self._lock:
            self._stops[key] = stop
        try:
            yield
        finally:
            with self._lock:
                if self._stops.get(key) is stop:
                    del self._stops[key]

    def end(self, session: str | None) -> None:
        """Stops what is being done for a session, if anything is."""
        with self._lock:
            stop = self._stops.get(session or "")
        if stop:
            stop()


def followed(
    work: Callable[[Callable[..., None], threading.Event], Result],
    shown: Callable[..., Shown],
    stop: threading.Event,
) -> Generator[Shown, None, Result]:
    """Does some work in a thread of its own, and yields what to show of its progress.

    Closing the generator, or setting `stop`, ends the work at its next report.

    Args:
        work: gets a function to report with, and `stop`.
        shown: gets what is reported; reports that come faster than they are shown are left out.

    Raises:
        Cancelled: it was stopped.
    """
    reports: queue.SimpleQueue[Any] = queue.SimpleQueue()
    outcome: list[Result | BaseException] = []

    def report(*progress: Any) -> None:
        if stop.is_set():
            raise Cancelled
        reports.put(progress)

    def run() -> None:
        try:
            outcome.append(work(report, stop))
        except BaseException as error:  # raised again below
            outcome.append(error)
        finally:
            reports.put(None)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        while (progress := _latest(reports)) is not None:
            yield shown(*progress)
    finally:
        stop.set()
        thread.join()
    result = outcome[0]
    if isinstance(result, BaseException):
        raise result
    return result


def _latest(reports: queue.SimpleQueue[Any]) -> Any:
    """The newest report, once there is one; None at the end."""
    progress = reports.get()
    while progress is not None and not reports.empty():
        progress = reports.get()
    return progress
