"""Adding articles: what is shown while it goes on, and what came of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

from rag.add import Added, Document, Progress
from rag.errors import RagError
from rag.library import Library
from rag.markup import Html, element, inline
from rag.ui.working import Running, Shown, followed

NAMED = 50  # failures, warnings and files that are named; of more, how many


def adding(
    library: Library,
    sources: Sequence[Document] | Sequence[Path],
    running: Running,
    session: str | None,
    shown: Callable[[Html], Shown],
) -> Generator[Shown, None, Added]:
    """Adds documents or paths, and yields what to show, which `shown` makes of a bar of progress.

    Raises:
        Cancelled: it was stopped; files that were done are in the library.
    """

    def work(report: Callable[..., None], _stop: threading.Event) -> Added:
        documents = [one for one in sources if isinstance(one, Document)]
        if documents:
            return library.add_documents(documents, report=report)
        return library.add([one for one in sources if isinstance(one, Path)], report=report)

    stop = threading.Event()
    with running.of(session, stop.set):
        return (yield from followed(work, lambda step: shown(_progress(step)), stop))


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
        element("p", f"{added.articles:,} new articles, {added.passages:,} passages.")
        if files
        else None,
        _failures(added.failed),
        _named("Changed", added.changed),
        _named("Warnings", added.warnings),
        _named("Nearly the same as another", [f"{one.path} as {one.of}" for one in added.copies]),
        class_="report",
        role="status",
    )


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
