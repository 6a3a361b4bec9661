"""Long work behind a page: shown while it goes on, stopped when its page asks or goes."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, Literal, TypeVar

from rag.errors import Cancelled

Result = TypeVar("Result")
Shown = TypeVar("Shown")
Kind = Literal["answer", "examples", "add", "summary", "comparison", "eval"]


class Stop:
    """Ends a piece of work, whichever of its steps is the one that must be told."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self.over = threading.Event()  # the work has ended, stopped or not
        self._act: Callable[[], None] = self.event.set
        self._lock = threading.Lock()

    def calls(self, act: Callable[[], None]) -> None:
        """What ends the present step; called at once if the work was stopped before it."""
        with self._lock:
            self._act = act
        if self.event.is_set():
            act()

    def set(self) -> None:
        self.event.set()
        with self._lock:
            act = self._act
        act()


class Running:
    """What is being done for each page, by Gradio's name of its session, and how to stop it."""

    def __init__(self) -> None:
        self._stops: dict[tuple[str, Kind], Stop] = {}
        self._lock = threading.Lock()

    @contextmanager
    def of(self, session: str | None, kind: Kind) -> Iterator[Stop]:
        """While this lasts, `end` of the session and the kind stops what it gives."""
        key, stop = (session or "", kind), Stop()
        with self._lock:
            self._stops[key] = stop
        try:
            yield stop
        finally:
            stop.over.set()
            with self._lock:
                if self._stops.get(key) is stop:
                    del self._stops[key]

    def end(self, session: str | None, *kinds: Kind) -> None:
        """Stops what is being done for a session; of all kinds if none is named."""
        with self._lock:
            stops = [
                stop
                for (whose, kind), stop in self._stops.items()
                if whose == (session or "") and (not kinds or kind in kinds)
            ]
        for stop in stops:
            stop.set()

    def wait(self, session: str | None, kind: Kind, seconds: float) -> None:
        """Waits until work of a kind has ended for a session, if there is any."""
        with self._lock:
            stop = self._stops.get((session or "", kind))
        if stop:
            stop.over.wait(seconds)


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
