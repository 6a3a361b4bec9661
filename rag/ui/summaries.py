"""The Summaries tab: of chosen articles, or of what a search finds."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator

import gradio as gr

from rag.library import Library
from rag.markup import Html
from rag.snapshot import Filter
from rag.summarize import words_of
from rag.summary import Style, Summary
from rag.ui import render
from rag.ui.adding import bar
from rag.ui.events import INSTANT, LATEST, Update, part, queued, told
from rag.ui.filters import read
from rag.ui.scope import RAW, Scope
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
    """What a summary is wanted of, and the summary. Made inside Gradio's layout.

    Args:
        reading: where a cited article is shown; its `summarise` asks for one of what it shows.
    """

    kind = "summary"

    def __init__(self, library: Library, running: Running, reading: gr.HTML) -> None:
        self._library = library
        self._running = running
        self._summary = gr.State(None)
        with gr.Column(elem_classes=["sheet", "task"]):
            self.scope = Scope(library, "summary")
            with gr.Row():
                self.search = gr.Textbox(
                    "", label="Search", placeholder="only what it finds", max_lines=1
                )
                self.about = gr.Textbox("", label="Topic", placeholder="what it cost", max_lines=1)
                self.length = gr.Dropdown(LENGTHS, value="short", label="Length")
                self.style = gr.Dropdown(STYLES, value="prose", label="As")
            with gr.Row():
                self.start = gr.Button(
                    "Summarise", variant="primary", elem_id="summarise", elem_classes="go"
                )
                self.halt = gr.Button("Stop", elem_id="stop-summary", elem_classes="halt")
            self.said = part("summary-said")
            self.shown = part("summary", "cite")
        wanted = [self.search, self.about, self.length, self.style, *self.scope.fields]
        done = [self._summary, self.shown, self.said]
        work = queued(self.said)
        started = self.start.click(self._summarise, wanted, done, **RAW, **work)
        narrowed = [self.search, self.about, self.scope.box, *self.scope.fields]
        of_article = reading.summarise(self._narrow, None, narrowed, **INSTANT)
        again = of_article.success(self._summarise, wanted, done, **RAW, **work)
        self._stops(started, again)
        self.shown.cite(self._cite, [self._summary], [reading], **LATEST)

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
        def work(report: Callable[..., None], stop: threading.Event) -> Summary:
            return self._library.summarize(
                search=search.strip() or None,
                about=about.strip() or None,
                length=words_of(length),
                style=style,
                filter=read(articles, source, since, until),
                report=report,
                stop=stop,
            )

        yield from self._ended(self._steps(work, request))

    def _steps(
        self,
        work: Callable[[Callable[..., None], threading.Event], Summary],
        request: gr.Request,
    ) -> Iterator[Update]:
        with self._running.of(request.session_hash, self.kind) as stop:
            yield {self.said: bar(0, "Reading")}
            summary = yield from followed(work, self._bar, stop.event)
        # What the pane shows of another summary isn't of this one.
        owner = f"{OWNER}-{secrets.token_hex(4)}"
        shows = {self.shown: shown(summary, owner), self._summary: (owner, summary)}
        yield {self.said: ""} | shows

    def _bar(self, done: int, total: int) -> Update:
        said = f"{done:,} of {total:,} sentences read"
        return {self.said: bar(done / total if total else 0, said)}

    @told
    def _narrow(self, event: gr.EventData) -> Update:
        """The summary is wanted of one article, which is read just now."""
        filter = Filter(articles=(str(event.article),))
        return {self.search: "", self.about: "", **self.scope.filled(filter)}

    @told
    def _cite(self, summary: tuple[str, Summary] | None, event: gr.EventData) -> Html:
        owner, cited = (summary[0], summary[1].citations) if summary else ("", ())
        return pane(self._library, cited, render.index(event.mark, len(cited), 1), owner)
