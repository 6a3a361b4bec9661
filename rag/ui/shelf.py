"""The Library tab: adding, finding, reading and removing articles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import gradio as gr

from rag.add import Document
from rag.citation import day
from rag.errors import Cancelled, RagError, ReadError
from rag.library import Library
from rag.markup import Html, element, inline
from rag.read import Limits
from rag.read.files import load
from rag.snapshot import Listing
from rag.ui import source
from rag.ui.adding import adding, report
from rag.ui.events import INSTANT, Update, part, queued
from rag.ui.render import button, failure
from rag.ui.working import Running

ROWS = 100  # of the table at once
KINDS = [
    *(".txt", ".md", ".html", ".htm", ".pdf", ".docx", ".epub", ".csv", ".jsonl"),
    *(".xml", ".rss", ".atom"),
]
_SORTS = {
    "title": lambda one: one.title.casefold(),
    "date": lambda one: (one.date is not None, one.date),
    "source": lambda one: (one.source or "").casefold(),
    "length": lambda one: one.characters,
}
Order = tuple[str, bool]  # a key of _SORTS, and whether the largest comes first


class Shelf:
    """The table of articles and what changes it. Made inside Gradio's layout.

    Args:
        local: the page is on the machine of the files, so that paths can be added.
    """

    def __init__(self, library: Library, running: Running, pane: gr.HTML, *, local: bool) -> None:
        self._library = library
        self._running = running
        self._local = local
        self._order = gr.State(("date", True))
        self._shown = gr.State(ROWS)
        with gr.Row(elem_id="adding"):
            self.files = gr.File(
                label="Drop articles here",
                file_count="multiple",
                file_types=KINDS,
                height=120,
                elem_id="drop",
            )
            with gr.Column(visible=local):
                self.path = gr.Textbox(
                    "",
                    label="or a file or folder on this machine",
                    placeholder="~/articles",
                    elem_id="path",
                    max_lines=1,
                )
                self.add = gr.Button("Add", elem_id="add", size="sm")
        self.said = part("added")
        self.halt = gr.Button("Stop adding", visible=False, size="sm", elem_id="stop-adding")
        self.find = gr.Textbox(
            "",
            label="Filter",
            show_label=False,
            placeholder="Filter by title or source",
            elem_id="filter",
            max_lines=1,
        )
        self.table = part("table", "read", "remove", "sort", "more")
        self._wire(pane)

    def _wire(self, pane: gr.HTML) -> None:
        view = [self.find, self._order, self._shown]
        done = [self.said, self.table, self.files, self.halt]
        work = queued(self.said)
        self.changes = [
            self.files.upload(self._add_files, [self.files, *view], done, **work),
            gr.on(
                [self.add.click, self.path.submit],
                self._add_path,
                [self.path, *view],
                done,
                **work,
            ),
            self.table.remove(self._remove, view, [self.said, self.table], **INSTANT),
        ]
        self.halt.click(self._halt, None, [self.halt], **INSTANT)
        self.find.change(self.html, view, [self.table], trigger_mode="always_last", **INSTANT)
        self.table.sort(self._sort, [self.find, self._order], [self._order, self.table], **INSTANT)
        self.table.more(self._more, view, [self._shown, self.table], **INSTANT)
        self.table.read(self._read, None, [pane], **INSTANT)

    # Looking

    def html(self, find: str = "", order: Order = ("date", True), shown: int = ROWS) -> Html:
        """The table of the articles whose title or source contains a text."""
        wanted = find.casefold().strip()
        listings = [
            one
            for one in self._library.articles()
            if wanted in one.title.casefold() or wanted in (one.source or "").casefold()
        ]
        key, falling = order
        if key != "date" or not falling:  # as the library gives them
            listings.sort(key=_SORTS[key], reverse=falling)
        return _table(listings, order, shown)

    def _sort(self, find: str, order: Order, event: gr.EventData) -> tuple[Order, Html]:
        key = str(event.key)
        if key not in _SORTS:
            return order, self.html(find, order)
        new = (key, not order[1] if order[0] == key else key in ("date", "length"))
        return new, self.html(find, new)

    def _more(self, find: str, order: Order, shown: int) -> tuple[int, Html]:
        return shown + ROWS, self.html(find, order, shown + ROWS)

    def _read(self, event: gr.EventData) -> Html:
        try:
            return source.page(self._library.article(str(event.id)))
        except RagError as error:
            return failure(str(error))

    # Changing

    def _add_files(
        self,
        files: Sequence[str] | None,
        find: str,
        order: Order,
        shown: int,
        request: gr.Request,
    ) -> Iterator[Update]:
        documents, failed = [], []
        for file in map(Path, files or ()):
            try:
                documents.append(Document(file.name, load(file, Limits())))
            except ReadError as error:
                failed.append(error)
        yield from self._add(documents, failed, find, order, shown, request)

    def _add_path(
        self, path: str, find: str, order: Order, shown: int, request: gr.Request
    ) -> Iterator[Update]:
        if not self._local:
            yield {self.said: failure("Paths can't be added from another machine.")}
            return
        if not path.strip():
            yield {self.said: failure("Name a file or a folder.")}
            return
        yield from self._add([Path(path.strip()).expanduser()], [], find, order, shown, request)

    def _add(
        self,
        sources: Sequence[Document] | Sequence[Path],
        failed: Sequence[ReadError],
        find: str,
        order: Order,
        shown: int,
        request: gr.Request,
    ) -> Iterator[Update]:
        def shown_bar(bar: Html) -> Update:
            return {self.said: bar, self.halt: gr.Button(visible=True)}

        session = request.session_hash
        try:
            added = yield from adding(self._library, sources, self._running, session, shown_bar)
            said = report(replace(added, failed=[*failed, *added.failed]))
        except Cancelled:
            said = failure("Stopped. Files that were done are in the library.")
        except RagError as error:
            said = failure(str(error))
        yield {
            self.said: said,
            self.table: self.html(find, order, shown),
            self.files: None,
            self.halt: gr.Button(visible=False),
        }

    def _halt(self, request: gr.Request) -> Update:
        self._running.end(request.session_hash)
        return {self.halt: gr.Button(visible=False)}

    def _remove(
        self, find: str, order: Order, shown: int, event: gr.EventData
    ) -> tuple[Html, Html]:
        try:
            self._library.remove(str(event.id))
            said = element("p", "Removed. Its file stays where it is.", role="status")
        except RagError as error:
            said = failure(str(error))
        return said, self.html(find, order, shown)


def _table(listings: Sequence[Listing], order: Order, shown: int) -> Html:
    if not listings:
        return element("p", "No articles.", class_="hint")
    count = len(listings)
    left = count - shown
    columns = (("title", "Title"), ("date", "Date"), ("source", "Source"), ("length", "Length"))
    head = [_heading(key, name, order) for key, name in columns]
    head.append(element("td", element("span", "Remove", class_="hidden-label")))
    return element(
        "div",
        element("p", f"{count:,} article{'' if count == 1 else 's'}", class_="hint"),
        element(
            "table",
            element("thead", element("tr", *head)),
            element("tbody", *map(_row, listings[:shown])),
            class_="articles",
        ),
        button("more", f"Show {min(left, ROWS)} more") if left > 0 else None,
    )


def _heading(key: str, name: str, order: Order) -> Html:
    sorted_by = ("descending" if order[1] else "ascending") if order[0] == key else None
    return element(
        "th", button("sort", name, None, key=key), scope="col", aria_sort=sorted_by, class_=key
    )


def _row(one: Listing) -> Html:
    read = element(
        "button",
        inline(one.title),
        type="button",
        class_="do read",
        data_do="read",
        data_id=one.id,
    )
    path = element("span", inline(one.paths[0]), class_="path") if one.paths else None
    return element(
        "tr",
        element("th", read, path, scope="row", class_="title"),
        element("td", day(one.date) or "\N{EN DASH}", class_="date"),
        element("td", inline(one.source or "\N{EN DASH}"), class_="source"),
        element("td", f"{one.characters:,}", class_="length"),
        element(
            "td",
            button(
                "remove",
                "\N{MULTIPLICATION SIGN}",
                f"Remove {one.title}",
                id=one.id,
                ask="Remove this article from the library? Its file stays where it is.",
            ),
        ),
    )
