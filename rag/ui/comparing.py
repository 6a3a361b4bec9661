"""The Compare tab: one question, two sides, each with its spans."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from rag.ask import check_question
from rag.compare import Sides, Stand, compare
from rag.errors import RagError
from rag.library import Library
from rag.markup import Html, element, inline
from rag.ui import render
from rag.ui.events import INSTANT, Update, part, queued
from rag.ui.scope import Scope, read, said
from rag.ui.source import pane

SIDES = ("left", "right")


class Comparing:
    """A question, two scopes, two answers. Made inside Gradio's layout."""

    def __init__(self, library: Library, reading: gr.HTML) -> None:
        self._library = library
        self._comparison = gr.State(None)
        with gr.Column(elem_classes="sheet"):
            self.question = gr.Textbox(
                "", label="Question to both", max_lines=1, max_length=2000, elem_id="both"
            )
            with gr.Row():
                with gr.Column(min_width=260, elem_id="left-side"):
                    self.left = Scope(library, "left")
                with gr.Column(min_width=260, elem_id="right-side"):
                    self.right = Scope(library, "right")
            self.start = gr.Button("Compare", variant="primary", elem_id="compare")
            self.said = part("compare-said")
            self.shown = part("comparison", "cite")
        wanted = [self.question, *self.left.fields, *self.right.fields]
        gr.on(
            [self.start.click, self.question.submit],
            self._compare,
            wanted,
            [self._comparison, self.shown, self.said],
            **queued(self.said),
        )
        for scope in (self.left, self.right):
            gr.on(
                scope.changed,
                _label,
                scope.fields,
                [scope.box],
                trigger_mode="always_last",
                **INSTANT,
            )
        self.shown.cite(self._cite, [self._comparison], [reading], **INSTANT)

    def _compare(self, question: str, *fields: Any) -> Iterator[Update]:
        try:
            asked = check_question(question)
            left, right = read(*fields[:4]), read(*fields[4:])
            yield {self.said: element("p", "Asking both sides", class_="hint", role="status")}
            comparison = compare(self._library, asked, left, right)
        except RagError as error:
            yield {self.said: render.failure(str(error))}
        else:
            html = shown(comparison, said(left), said(right))
            yield {self.said: "", self.shown: html, self._comparison: comparison}

    def _cite(self, comparison: Sides | None, event: gr.EventData) -> Html:
        side = str(event.owner)
        answer = None
        if comparison is not None and side in SIDES:
            answer = comparison.left if side == "left" else comparison.right
        cited = render.spots(answer) if answer else ()
        return pane(self._library, cited, render.index(event.mark, len(cited), 1), side)


def _label(*fields: Any) -> gr.Accordion:
    try:
        return gr.Accordion(label=said(read(*fields)))
    except RagError as error:
        return gr.Accordion(label=str(error))


def shown(comparison: Sides, left: str, right: str) -> Html:
    """Both answers side by side, and where they agree and differ."""
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
            _side("left", left, comparison),
            _side("right", right, comparison),
            class_="sides",
        ),
    )


def _side(name: str, title: str, comparison: Sides) -> Html:
    answer = comparison.left if name == "left" else comparison.right
    stands = comparison.left_stands if name == "left" else comparison.right_stands
    other = comparison.right_stands if name == "left" else comparison.left_stands
    body: list[Html | None]
    if answer.claims:
        notes = [_note(stand) for stand in stands] if other else []
        body = [
            element("div", render.claims(answer.claims, name), class_="answer"),
            *notes,
            render.sources(answer.citations, name),
        ]
    else:
        body = [render.nothing(answer, name)]
    return element(
        "section", element("h3", inline(title)), *body, class_="side", aria_label=f"{name}: {title}"
    )


def _note(stand: Stand) -> Html:
    if stand.agrees:
        return element("p", "The other side says so too.", class_="agrees")
    reason = stand.reason or "its words are not there"
    text = reason.replace("the evidence", "what the other side cites")
    return element("p", "Differs: ", inline(text), class_="differs")
