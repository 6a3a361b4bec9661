"""The Eval tab: a gold file run on this library, and its report."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import gradio as gr

from rag.errors import Cancelled, RagError
from rag.evaluate import Corpus, Report, judge, load_gold, run
from rag.evaluate.reports import html
from rag.library import Library
from rag.markup import Html, element
from rag.ui import render
from rag.ui.adding import bar
from rag.ui.events import INSTANT, Update, part, queued
from rag.ui.stoppable import Stoppable
from rag.ui.working import Running, followed


class Evaluating(Stoppable):
    """A gold file and what came of it. Made inside Gradio's layout."""

    def __init__(self, library: Library, running: Running) -> None:
        self._library = library
        self._running = running
        self._report = gr.JSON(visible="hidden")
        with gr.Column(elem_classes="sheet"):
            self.file = gr.File(
                label="Gold questions (.jsonl)", file_types=[".jsonl"], height=110, elem_id="gold"
            )
            with gr.Row():
                self.start = gr.Button("Run", variant="primary", elem_id="run-eval")
                self.halt = gr.Button("Stop", visible=False, elem_id="stop-eval")
            self.said = part("eval-said")
            self.shown = part("eval", "save")
        done = [self._report, self.shown, self.said, self.start, self.halt]
        started = self.start.click(self._run, [self.file], done, **queued(self.said))
        self.halt.click(self._halt, None, done, cancels=[started], **INSTANT)
        self.shown.save(
            None, [self._report], None, js="(file) => citespan.download(file)", **INSTANT
        )

    def _run(self, file: str | None, request: gr.Request) -> Iterator[Update]:
        if not file:
            yield {self.said: render.failure("Choose a file of gold questions first.")}
            return
        stop = threading.Event()

        def work(report: Callable[..., None], _stop: threading.Event) -> Report:
            return run(load_gold(file), self._library.ask, progress=report)

        try:
            with self._running.of(request.session_hash, stop.set):
                report = yield from followed(work, lambda *step: self._busy(_progress(*step)), stop)
                verdict = judge(report)
                page = html(report, verdict, Corpus.of(self._library).articles)
        except Cancelled:
            yield self._idle("")
        except RagError as error:
            yield self._idle(render.failure(str(error)))
        else:
            yield self._idle("") | {
                self.shown: shown(report, verdict.banner),
                self._report: ["report.html", "text/html", page],
            }


def shown(report: Report, banner: str) -> Html:
    """The verdict, the metrics, and the way to the whole report."""
    counts = ", ".join(f"{count} {status}" for status, count in report.counts().items() if count)
    rows = [
        element(
            "tr",
            element("th", name, scope="row"),
            element("td", f"{value.value:.3f}"),
            element("td", str(value.n)),
        )
        for name, value in report.values.items()
    ]
    heads = (element("th", name, scope="col") for name in ("Metric", "Value", "Items"))
    return element(
        "section",
        element("h3", banner),
        element("p", counts, class_="hint"),
        render.button("save", "Save the whole report"),
        element(
            "table",
            element("thead", element("tr", *heads)),
            element("tbody", *rows),
            class_="articles",
        ),
    )


def _progress(done: int, total: int, what: str) -> Html:
    return bar(done / total if total else 0, f"{done} of {total} \N{MIDDLE DOT} {what}")
