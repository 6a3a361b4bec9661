"""The Summaries tab: of chosen articles, or of what a search finds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import gradio as gr

from rag.errors import Cancelled, RagError
from rag.library import Library
from rag.markup import Html
from rag.summarize import words_of
from rag.summary import Style, Summary
from rag.ui import render
from rag.ui.adding import bar
from rag.ui.events import INSTANT, Update, part, queued
from rag.ui.scope import Scope, read
from rag.ui.source import pane
from rag.ui.stoppable import Stoppable
from rag.ui.summary import shown
from rag.ui.working import Running, followed

OWNER = "summary"
LENGTHS = [("Headline", "headline"), ("Short", "short"), ("Long", "long")]
STYLES: list[tuple[str, Style]] = [
    ("Prose", "prose"),
    ("List", "bullets"),
    ("Timeline", "timeline"),
    ("Key facts", "key-facts"),
]


class Summaries(Stoppable):
    """What a summary is wanted of, and the summary. Made inside Gradio's layout."""

    def __init__(self, library: Library, running: Running, reading: gr.HTML) -> None:
        self._library = library
        self._running = running
        self._summary = gr.State(None)
        with gr.Column(elem_classes="sheet"):
            self.scope = Scope(library, "summary")
            with gr.Row():
                self.search = gr.Textbox(
                    "", label="Search", placeholder="only what it finds", max_lines=1
                )
                self.about = gr.Textbox("", label="Topic", placeholder="what it cost", max_lines=1)
                self.length = gr.Dropdown(LENGTHS, value="short", label="Length")
                self.style = gr.Dropdown(STYLES, value="prose", label="As")
            with gr.Row():
                self.start = gr.Button("Summarise", variant="primary", elem_id="summarise")
                self.halt = gr.Button("Stop", visible=False, elem_id="stop-summary")
            self.said = part("summary-said")
            self.shown = part("summary", "cite")
        wanted = [self.search, self.about, self.length, self.style, *self.scope.fields]
        done = [self._summary, self.shown, self.said, self.start, self.halt]
        started = self.start.click(self._summarise, wanted, done, **queued(self.said))
        self.halt.click(self._halt, None, done, cancels=[started], **INSTANT)
        self.shown.cite(self._cite, [self._summary], [reading], **INSTANT)

    def _summarise(
        self,
        search: str,
        about: str,
        length: str,
        style: Style,
        articles: list[str] | None,
        source: str,
        since: str,
        until: str,
        request: gr.Request,
    ) -> Iterator[Update]:
        stop = threading.Event()
        try:
            filter = read(articles, source, since, until)

            def work(report: Callable[..., None], stop: threading.Event) -> Summary:
                return self._library.summarize(
                    search=search.strip() or None,
                    about=about.strip() or None,
                    length=words_of(length),
                    style=style,
                    filter=filter,
                    report=report,
                    stop=stop,
                )

            with self._running.of(request.session_hash, stop.set):
                yield self._busy(bar(0, "Reading"))
                summary = yield from followed(
                    work, lambda done, total: self._busy(_progress(done, total)), stop
                )
        except Cancelled:
            yield self._idle("")
        except RagError as error:
            yield self._idle(render.failure(str(error)))
        else:
            yield self._idle("") | {self._summary: summary, self.shown: shown(summary, OWNER)}

    def _cite(self, summary: Summary | None, event: gr.EventData) -> Html:
        cited = summary.citations if summary else ()
        return pane(self._library, cited, render.index(event.mark, len(cited), 1), OWNER)


def _progress(done: int, total: int) -> Html:
    return bar(done / total if total else 0, f"{done:,} of {total:,} sentences read")
