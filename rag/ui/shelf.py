"""The Library tab: adding, finding, reading and removing articles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from rag.add import Added
from rag.errors import RagError
from rag.library import Library
from rag.markup import Html, element
from rag.read.sniff import SUFFIXES
from rag.ui import source
from rag.ui.adding import adding, dropped, report
from rag.ui.events import INSTANT, LATEST, Update, part, queued, told
from rag.ui.render import failure
from rag.ui.stoppable import Stoppable
from rag.ui.table import ROWS, SORTS, Order, changed, table
from rag.ui.working import Running

LOGGED = 100  # changes that are listed
PATIENCE = 20.0  # seconds that a stop may take
KINDS = list(SUFFIXES)


class Shelf(Stoppable):
    """The table of articles and what changes it. Made inside Gradio's layout.

    Args:
        local: the page is on the machine of the files, so that paths can be added.

    Attributes:
        view: what `html` takes: filter, order and count of the table.
        changes: events after which the library may be another.
    """

    kind = "add"

    def __init__(self, library: Library, running: Running, pane: gr.HTML, *, local: bool) -> None:
        self._library = library
        self._running = running
        self._local = local
        self._order = gr.State(("date", True))
        self._shown = gr.State(ROWS)
        with gr.Column(elem_classes="task"):
            self._lay_out_adding()
        self.changed = part("changed")
        self.find = gr.Textbox(
            "",
            label="Filter",
            show_label=False,
            placeholder="Filter by title or source",
            elem_id="filter",
            max_lines=1,
        )
        self.table = part("table", "read", "remove", "sort", "more")
        self.view = [self.find, self._order, self._shown]
        self._wire(pane)

    def _lay_out_adding(self) -> None:
        with gr.Row(elem_id="adding"):
            self.files = gr.File(
                label="Drop articles here",
                file_count="multiple",
                file_types=KINDS,
                height=120,
                elem_id="drop",
            )
            self._uploaded = gr.File(file_count="multiple", visible="hidden")
            with gr.Column(visible=self._local):
                self.path = gr.Textbox(
                    "",
                    label="or a file or folder on this machine",
                    placeholder="~/articles",
                    elem_id="path",
                    max_lines=1,
                )
                self.add = gr.Button("Add", elem_id="add", size="sm")
        self.said = part("added")
        self.halt = gr.Button("Stop adding", size="sm", elem_id="stop-adding", elem_classes="halt")

    def _wire(self, pane: gr.HTML) -> None:
        done = [self.said, self.table]
        work = queued(self.said)
        # What is dropped while others are added waits for them. The area is emptied at once, not
        # when they are in: Gradio loses an upload that is on its way when a value changes.
        uploaded = self.files.upload(
            lambda files: (files, None),
            [self.files],
            [self._uploaded, self.files],
            trigger_mode="multiple",
            **INSTANT,
        ).then(self._add_files, [self._uploaded], done, trigger_mode="multiple", **work)
        named = gr.on(
            [self.add.click, self.path.submit],
            self._add_path,
            [self.path],
            done,
            trigger_mode="multiple",
            **work,
        )
        removed = self.table.remove(
            self._remove, self.view, [self.said, self.table], trigger_mode="multiple", **INSTANT
        )
        stopped = self._stops(uploaded, named).then(self._settled, self.view, done, **INSTANT)
        self.changes = [uploaded, named, removed, stopped]
        self.find.change(self.html, self.view, [self.table], **LATEST)
        self.table.sort(self._sort, self.view, [self._order, self.table], **LATEST)
        self.table.more(self._more, self.view, [self._shown, self.table], **INSTANT)
        self.table.read(self._read, None, [pane], **LATEST)

    # Looking

    @told
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
            listings.sort(key=SORTS[key], reverse=falling)
        return table(listings, order, shown)

    @told
    def _sort(self, find: str, order: Order, shown: int, event: gr.EventData) -> tuple[Order, Html]:
        key = str(event.key)
        if key not in SORTS:
            return order, self.html(find, order, shown)
        new = (key, not order[1] if order[0] == key else key in ("date", "length"))
        return new, self.html(find, new, shown)

    @told
    def _more(self, find: str, order: Order, shown: int) -> tuple[int, Html]:
        return shown + ROWS, self.html(find, order, shown + ROWS)

    @told
    def log(self) -> Html:
        """What was added, replaced and removed."""
        return changed(self._library.changes(LOGGED))

    def _read(self, event: gr.EventData) -> Html:
        try:
            return source.page(self._library.article(str(event.id)))
        except RagError as error:
            return failure(str(error))

    # Changing

    def _add_files(self, files: Sequence[str] | None, request: gr.Request) -> Iterator[Update]:
        add = partial(dropped, self._library, [Path(file) for file in files or ()])
        yield from self._add(add, request)

    def _add_path(self, path: str, request: gr.Request) -> Iterator[Update]:
        if not self._local:
            yield {self.said: failure("Paths can't be added from another machine.")}
        elif not path.strip():
            yield {self.said: failure("Name a file or a folder.")}
        else:
            add = partial(self._library.add, [Path(path.strip()).expanduser()])
            yield from self._add(add, request)

    def _add(self, add: Callable[..., Added], request: gr.Request) -> Iterator[Update]:
        def steps() -> Iterator[Update]:
            with self._running.of(request.session_hash, self.kind) as stop:
                added = yield from adding(add, stop, lambda bar: {self.said: bar})
            yield {self.said: report(added)}

        yield from self._ended(steps())

    @told
    def _settled(self, request: gr.Request, *view: Any) -> Update:
        """The page after a stop: the file on its way may still come in whole."""
        self._running.wait(request.session_hash, self.kind, PATIENCE)
        said = element("p", "Stopped. Files that were done are in the library.", role="status")
        return {self.said: said, self.table: self.html(*view)}

    @told
    def _remove(
        self, find: str, order: Order, shown: int, event: gr.EventData
    ) -> tuple[Html, Html]:
        try:
            self._library.remove(str(event.id))
            said = element("p", "Removed. Its file stays where it is.", role="status")
        except RagError as error:
            said = failure(str(error))
        return said, self.html(find, order, shown)
