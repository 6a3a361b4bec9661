"""The Compare tab: one question, two sides, each with its spans."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from rag.ask import check_question
from rag.compare import Sides, Stand, compare
from rag.library import Library
from rag.markup import Html, element, inline, undirected
from rag.snapshot import Filter
from rag.ui import render
from rag.ui.adding import bar
from rag.ui.events import LATEST, Update, part, queued, told
from rag.ui.filters import read, said
from rag.ui.scope import RAW, Scope
from rag.ui.source import pane
from rag.ui.stoppable import Stoppable
from rag.ui.working import Running

SIDES = ("left", "right")


class Comparing(Stoppable):
    """A question, two scopes, two answers. Made inside Gradio's layout."""

    kind = "comparison"

    def __init__(self, library: Library, running: Running, reading: gr.HTML) -> None:
        self._library = library
        self._running = running
        self._comparison = gr.State(None)
        with gr.Column(elem_classes=["sheet", "task"]):
            self.question = gr.Textbox(
                "", label="Question to both", max_lines=1, max_length=2000, elem_id="both"
            )
            with gr.Row():
                with gr.Column(min_width=260, elem_id="left-side"):
                    self.left = Scope(library, "left", unfolded=True)
                with gr.Column(min_width=260, elem_id="right-side"):
                    self.right = Scope(library, "right", unfolded=True)
            with gr.Row():
                self.start = gr.Button(
                    "Compare", variant="primary", elem_id="compare", elem_classes="go"
                )
                self.halt = gr.Button("Stop", elem_id="stop-compare", elem_classes="halt")
            self.said = part("compare-said")
            self.shown = part("comparison", "cite")
        started = gr.on(
            [self.start.click, self.question.submit],
            self._compare,
            [self.question, *self.left.fields, *self.right.fields],
            [self._comparison, self.shown, self.said],
            **RAW,
            **queued(self.said),
        )
        self._stops(started)
        self.shown.cite(self._cite, [self._comparison], [reading], **LATEST)

    def _compare(self, question: str, request: gr.Request, *fields: Any) -> Iterator[Update]:
        yield from self._ended(self._steps(question, fields, request.session_hash))

    def _steps(self, question: str, fields: Sequence[Any], session: str | None) -> Iterator[Update]:
        asked = check_question(question)
        left, right = read(*fields[:4]), read(*fields[4:])
        with self._running.of(session, self.kind) as stop:
            yield {self.said: bar(0, "Asking both sides")}
            comparison = compare(
                self._library, asked, left, right, began=lambda side: stop.calls(side.cancel)
            )
        name = secrets.token_hex(4)  # what the pane shows of another isn't of this one
        html = shown(comparison, self._titled(left), self._titled(right), name)
        yield {self.said: "", self.shown: html, self._comparison: comparison}

    def _titled(self, side: Filter) -> str:
        """What a side is, for people: the title of its article if it is just one."""
        if len(side.articles) == 1 and side == Filter(articles=side.articles):
            return self._library.article(side.articles[0]).title
        return said(side)

    @told
    def _cite(self, comparison: Sides | None, event: gr.EventData) -> Html:
        owner = str(event.owner)
        side = owner.partition("-")[0]
        answer = None
        if comparison is not None and side in SIDES:
            answer = comparison.left if side == "left" else comparison.right
        cited = render.spots(answer) if answer else ()
        return pane(self._library, cited, render.index(event.mark, len(cited), 1), owner)


def shown(comparison: Sides, left: str, right: str, name: str) -> Html:
    """Both answers side by side, and where they agree and differ.

    Args:
        name: tells the marks of this comparison from those of another.
    """
    verdict = {
        True: "Both sides say the same, as far as numbers, names and words tell.",
        False: "The sides differ.",
        None: "Only one side says something."
        if comparison.left_stands or comparison.right_stands
        else "Neither side says.",
    }[comparison.agrees]
    return element(
        "div",
        element("p", verdict, class_="verdict", role="status"),
        element(
            "div",
            _side("left", left, comparison, name),
            _side("right", right, comparison, name),
            class_="sides",
        ),
    )


def _side(side: str, title: str, comparison: Sides, name: str) -> Html:
    answer = comparison.left if side == "left" else comparison.right
    stands = comparison.left_stands if side == "left" else comparison.right_stands
    other = comparison.right_stands if side == "left" else comparison.left_stands
    owner = f"{side}-{name}"
    body: list[Html | None]
    if answer.claims:
        notes = [_note(stand) for stand in stands] if other else []
        body = [
            element("div", render.claims(answer.claims, owner, notes), class_="answer"),
            render.sources(answer.citations, owner),
        ]
    else:
        body = [render.nothing(answer, owner)]
    return element(
        "section",
        element("h3", inline(title)),
        *body,
        class_="side",
        aria_label=f"{side}: {undirected(title)}",
    )


def _note(stand: Stand) -> Html:
    if stand.agrees:
        return element("span", "The other side says so too.", class_="note agrees")
    reason = stand.reason or "its words are not there"
    text = reason.replace("the evidence", "what the other side cites")
    return element("span", "Differs: ", inline(text), class_="note differs")
