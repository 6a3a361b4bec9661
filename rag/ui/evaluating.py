"""The Eval tab: a gold file run on this library, and its report."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import gradio as gr

from rag.evaluate import Corpus, Report, judge, load_gold, run
from rag.evaluate.reports import html
from rag.library import Library
from rag.markup import Html, element, inline
from rag.ui import render
from rag.ui.adding import bar
from rag.ui.events import INSTANT, Update, part, queued
from rag.ui.stoppable import Stoppable
from rag.ui.working import Running, followed


class Evaluating(Stoppable):
    """A gold file and what came of it. Made inside Gradio's layout."""

    kind = "eval"

    def __init__(self, library: Library, running: Running) -> None:
        self._library = library
        self._running = running
        self._report = gr.JSON(visible="hidden")
        with gr.Column(elem_classes=["sheet", "task"]):
            self.file = gr.File(
                label="Gold questions (.jsonl)", file_types=[".jsonl"], height=110, elem_id="gold"
            )
            with gr.Row():
                self.start = gr.Button(
                    "Run", variant="primary", elem_id="run-eval", elem_classes="go"
                )
                self.halt = gr.Button("Stop", elem_id="stop-eval", elem_classes="halt")
            self.said = part("eval-said")
            self.shown = part("eval", "save")
        done = [self._report, self.shown, self.said]
        self._stops(self.start.click(self._run, [self.file], done, **queued(self.said)))
        self.shown.save(
            None, [self._report], None, js="(file) => citespan.download(file)", **INSTANT
        )

    def _run(self, file: str | None, request: gr.Request) -> Iterator[Update]:
        if file:
            yield from self._ended(self._steps(file, request))
        else:
            yield {self.said: render.failure("Choose a file of gold questions first.")}

    def _steps(self, file: str, request: gr.Request) -> Iterator[Update]:
        def work(report: Callable[..., None], _stop: threading.Event) -> Report:
            return run(load_gold(file), self._library.ask, progress=report)

        with self._running.of(request.session_hash, self.kind) as stop:
            yield {self.said: bar(0, "Reading")}
            report = yield from followed(work, self._bar, stop.event)
        verdict = judge(report)
        page = html(report, verdict, Corpus.of(self._library).articles)
        yield {
            self.said: "",
            self.shown: shown(report, verdict.banner),
            self._report: ["report.html", "text/html", page],
        }

    def _bar(self, done: int, total: int, what: str) -> Update:
        said = f"{done} of {total} \N{MIDDLE DOT} {what}"
        return {self.said: bar(done / total if total else 0, said)}


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
        _unpassed(report),
        element(
            "table",
            element("thead", element("tr", *heads)),
            element("tbody", *rows),
            class_="articles",
        ),
    )


def _unpassed(report: Report) -> Html | None:
    """The items that didn't pass, and why."""
    items = [one for one in report.outcomes if one.status != "pass"]
    if not items:
        return None
    rows = [
        element(
            "li",
            element("strong", inline(one.question)),
            element("span", f"{one.status}: ", inline(one.reason or "no reason given")),
        )
        for one in items
    ]
    return element(
        "details",
        element("summary", f"Not passed ({len(items):,})"),
        element("ul", *rows, class_="unpassed"),
        open=True,
    )
