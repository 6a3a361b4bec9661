"""Adding articles: what is shown while it goes on, and what came of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import overload

from rag.add import Added, Document, Progress
from rag.errors import RagError, ReadError
from rag.library import Library
from rag.markup import Html, element, inline
from rag.read import Limits
from rag.read.files import load
from rag.ui.working import Shown, Stop, followed

NAMED = 50  # failures, warnings and files that are named; of more, how many


def adding(
    add: Callable[..., Added], stop: Stop, shown: Callable[[Html], Shown]
) -> Generator[Shown, None, Added]:
    """Adds something, and yields what to show, which `shown` makes of a bar of progress.

    Args:
        add: gets `report`, as `Library.add` does.

    Raises:
        Cancelled: it was stopped; files that were done are in the library.
    """

    def work(report: Callable[..., None], _stop: threading.Event) -> Added:
        return add(report=report)

    yield shown(bar(0, "Reading"))
    return (yield from followed(work, lambda step: shown(_progress(step)), stop.event))


def dropped(
    library: Library, files: Sequence[Path], *, report: Callable[[Progress], None]
) -> Added:
    """Adds uploaded files; those that can't be read are told with the others that failed."""
    whole, failed = [], []
    for file in files:
        try:
            load(file, Limits())
            whole.append(file)
        except ReadError as error:
            failed.append(error)
    added = library.add_documents(Dropped(whole), report=report)
    return replace(added, failed=[*failed, *added.failed])


class Dropped(Sequence[Document]):
    """Uploaded files, each read when it is asked for: all at once may not fit the memory.

    Args:
        files: those that can be read.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        self._files = list(zip(apart([file.name for file in files]), files, strict=True))

    def __len__(self) -> int:
        return len(self._files)

    @overload
    def __getitem__(self, at: int) -> Document: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Document]: ...
    def __getitem__(self, at: int | slice) -> Document | Sequence[Document]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        name, file = self._files[at]
        return Document(name, load(file, Limits()))


def apart(names: Sequence[str]) -> list[str]:
    """Names of files of one drop, told apart: of two with one name, the second would replace the
    first.

    >>> apart(["a.txt", "b.txt", "a.txt"])
    ['a.txt', 'b.txt', 'a (2).txt']
    """
    told: list[str] = []
    for name in names:
        path, number, new = Path(name), 1, name
        while new in told:
            number += 1
            new = f"{path.stem} ({number}){path.suffix}"
        told.append(new)
    return told


def bar(done: float, said: str) -> Html:
    """A bar of progress with a line under it.

    Args:
        done: share, 0 to 1.
    """
    percent = round(100 * min(max(done, 0.0), 1.0))
    return element(
        "div",
        element("progress", value=percent, max=100, aria_label="Progress"),
        element("p", inline(said)),
        class_="progress",
        role="status",
    )


def _progress(progress: Progress) -> Html:
    share = progress.bytes / progress.total_bytes if progress.total_bytes else 0.0
    files = f"{progress.files:,} of {progress.total_files:,} files"
    return bar(share, f"{files} \N{MIDDLE DOT} {progress.current}")


def report(added: Added) -> Html:
    """What adding did: counts, then what failed and why."""
    counts = [
        (len(added.added), "added"),
        (len(added.changed), "changed"),
        (len(added.unchanged), "unchanged"),
        (len(added.failed), "failed"),
    ]
    said = ", ".join(f"{count:,} {name}" for count, name in counts if count)
    files = len(added.added) + len(added.changed)
    return element(
        "div",
        element("p", element("strong", f"{said or 'Nothing to add'}."), class_="sum"),
        element(
            "p",
            f"{_counted(added.articles, 'new article')}, {_counted(added.passages, 'passage')}.",
        )
        if files
        else None,
        _failures(added.failed),
        _named("Changed", added.changed),
        _named("Warnings", added.warnings),
        _named("Nearly the same as another", [f"{one.path} as {one.of}" for one in added.copies]),
        class_="report",
        role="status",
    )


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _failures(failed: Sequence[RagError]) -> Html | None:
    if not failed:
        return None
    rows = [
        element(
            "li",
            element("strong", inline(Path(error.where or "").name or "a file")),
            ": ",
            inline(error.what),
            element("span", inline(error.remedy), class_="remedy") if error.remedy else None,
        )
        for error in failed[:NAMED]
    ]
    return element("ul", *rows, _rest(len(failed)), class_="failures")


def _named(title: str, lines: Sequence[str]) -> Html | None:
    if not lines:
        return None
    rows = [element("li", inline(line)) for line in lines[:NAMED]]
    return element(
        "details",
        element("summary", f"{title} ({len(lines):,})"),
        element("ul", *rows, _rest(len(lines))),
    )


def _rest(count: int) -> Html | None:
    return element("li", f"and {count - NAMED:,} more") if count > NAMED else None
