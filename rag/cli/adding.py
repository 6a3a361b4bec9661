"""`rag add`: files, standard input and pages into a library."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from itertools import count
from typing import TYPE_CHECKING, Any

import click

from rag.cli.command import FAILED, Explained, at_interrupt
from rag.cli.settings import Settings, as_json, everywhere, passed
from rag.cli.terminal import (
    counted,
    line,
    place,
    progress,
    say,
    say_json,
    standard_input,
    tell,
)

if TYPE_CHECKING:
    from rag.add import Added, Document
    from rag.errors import RagError

STANDARD_INPUT = "standard input"
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)


@click.command(
    cls=Explained,
    prints="How many files were added, changed and unchanged. On standard error: near-identical "
    "copies, warnings, and each file that failed, with the reason and what to do. If one failed "
    "the exit code is 1; the others are in the library.",
    examples=(
        "rag add articles/",
        "rag add 'reports/**/*.pdf' notes.md",
        "rag add table.csv --text-column body",
        "pandoc letter.odt -t markdown | rag add - --name letter.md",
        "rag add --from-web https://example.org/story.html",
    ),
)
@click.argument("paths", nargs=-1, required=True, metavar="PATHS...")
@click.option("--text-column", metavar="NAME", help="Column or key of the text in csv and jsonl.")
@click.option(
    "--name",
    default=STANDARD_INPUT,
    metavar="NAME",
    help="What to call standard input; a suffix such as .html tells its format.",
)
@click.option("--from-web", is_flag=True, help="Fetch http and https addresses.")
@as_json
@everywhere()
@passed
def add(
    settings: Settings,
    /,
    paths: tuple[str, ...],
    text_column: str | None,
    name: str,
    from_web: bool,
    as_json: bool,
) -> None:
    """Add articles to the library.

    PATHS are files (txt, md, html, pdf, docx, epub, csv, jsonl, saved feeds), folders with all
    below them, patterns, "-" for standard input, and with --from-web addresses. What is unchanged
    since it was added costs next to nothing; a changed file replaces its former version. Ctrl-C
    keeps what is complete.
    """
    from rag.read import discover

    addresses = [path for path in paths if _ADDRESS.match(path)]
    if addresses and not from_web:
        raise click.UsageError(
            f"{line(addresses[0])} is an address on the web; --from-web allows to fetch it."
        )
    files = [path for path in paths if path not in addresses and path != "-"]
    discover(files)  # before a library is made: it raises where a path isn't there
    settings.when_stopped = "stopped; what was complete is kept"
    failed: list[RagError] = []
    with at_interrupt(_stopping()):
        documents = _fetched(addresses, failed)
        if "-" in paths:
            documents.append(_standard_input(name))
        added = _add(settings, files, documents, text_column)
    added.failed[:0] = failed
    if as_json:
        say_json(_as_dict(added))
    else:
        say(_summary(added))
    _remarks(settings, added)
    if added.failed:
        raise click.exceptions.Exit(FAILED)


def _add(
    settings: Settings, files: Sequence[str], documents: Sequence[Document], column: str | None
) -> Added:
    from rag.add import Added, Progress

    library = settings.made()
    added = Added()
    with progress("B", shown=not settings.quiet, scaled=True) as advance:

        def report(now: Progress) -> None:
            remark = f"{counted(now.passages, 'passage')}, {now.files}/{now.total_files} files"
            advance(now.bytes, now.total_bytes, remark)

        if files:
            added = library.add(files, text_column=column, report=report)
        if documents:
            others = library.add_documents(documents, text_column=column, report=report)
            added = _together(added, others)
    return added


def _together(one: Added, other: Added) -> Added:
    from rag.add import Added

    return Added(
        added=one.added + other.added,
        changed=one.changed + other.changed,
        unchanged=one.unchanged + other.unchanged,
        articles=one.articles + other.articles,
        passages=one.passages + other.passages,
        failed=one.failed + other.failed,
        warnings=one.warnings + other.warnings,
        copies=one.copies + other.copies,
    )


def _fetched(addresses: Sequence[str], failed: list[RagError]) -> list[Document]:
    """The pages at some addresses; those that can't be fetched join `failed`."""
    if not addresses:
        return []
    from rag.add import Document
    from rag.errors import FetchError
    from rag.read import Limits
    from rag.read.web import fetch

    documents = []
    for address in addresses:
        try:
            page = fetch(address, Limits())
        except FetchError as error:
            failed.append(error)
        else:
            documents.append(Document(page.name, page.data, page.content_type))
    return documents


def _standard_input(name: str) -> Document:
    from rag.add import Document
    from rag.read import Limits
    from rag.read.files import printable

    # One byte above the limit, so that the reader sees that there is too much.
    data = standard_input("type the article, then Ctrl-D", Limits().file_bytes + 1)
    return Document(printable(name), data)


def _stopping() -> Callable[[], None]:
    """What Ctrl-C does: stop; the second time wait while that is finished; the third time not."""
    presses = count(1)

    def press() -> None:
        if next(presses) == 2:
            tell("finishing what is complete; once more ends it at once")
        else:
            raise KeyboardInterrupt

    return press


def _summary(added: Added) -> str:
    counts = (
        (len(added.added), "added"),
        (len(added.changed), "changed"),
        (len(added.unchanged), "unchanged"),
        (len(added.failed), "failed"),
    )
    parts = [f"{counted(number, 'file')} {what}" for number, what in counts if number]
    new = f"{counted(added.articles, 'new article')}, {counted(added.passages, 'passage')}"
    copies = f", {counted(len(added.copies), 'near-copy')}" if added.copies else ""
    return f"{', '.join(parts) or 'no files'}: {new}{copies}"


def _remarks(settings: Settings, added: Added) -> None:
    """Near-copies, warnings and failures, a line each."""
    for copy in added.copies:
        settings.notice(
            f"near-copy: {place(copy.path, copy.article)} is {copy.resemblance:.0%} the same as "
            f"article {copy.of} (both are kept; an answer uses one)"
        )
    for warning in added.warnings:
        settings.notice(f"warning: {line(warning)}")
    for error in added.failed:
        tell(f"failed: {line(str(error))}")


def _as_dict(added: Added) -> dict[str, Any]:
    return {
        "added": added.added,
        "changed": added.changed,
        "unchanged": added.unchanged,
        "articles": added.articles,
        "passages": added.passages,
        "copies": [asdict(copy) for copy in added.copies],
        "warnings": added.warnings,
        "failed": [
            {
                "error": type(error).__name__,
                "where": error.where,
                "what": error.what,
                "remedy": error.remedy,
            }
            for error in added.failed
        ],
    }
