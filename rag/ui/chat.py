"""The chat: asking, following up, stopping, and going back to what was asked before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from rag import examples
from rag.ask import check_question
from rag.conversation.kept import Conversation
from rag.errors import Cancelled, NotFound, RagError, UsageError
from rag.library import Library
from rag.markup import Html, element
from rag.ui import render, source
from rag.ui.adding import adding
from rag.ui.events import INSTANT, Update, part, queued
from rag.ui.history import History
from rag.ui.scope import Scope, read, said
from rag.ui.thread import exported, shown
from rag.ui.working import Running

QUESTION = 2000  # characters; a longer one is no question
_EVENTS = ("cite", "edit", "retry", "undo", "ask", "examples", "export")

Pending = tuple[str, int]  # a question, and how many turns stay before it


class Chat:
    """The chat's parts and what they do. Made inside Gradio's layout.

    Args:
        pane: where a cited article is shown.
    """

    def __init__(self, library: Library, running: Running, pane: gr.HTML, history: History) -> None:
        self._library = library
        self._running = running
        self._pane = pane
        self._history = history
        self.conversation = gr.State()
        # Gradio's constructor would also have it made anew on each load, some time after `start`.
        self.conversation.value = Conversation.new
        self._pending: gr.State = gr.State(None)
        self._editing: gr.State = gr.State(None)
        self._file = gr.JSON(visible="hidden")
        self.address = gr.Textbox("", visible="hidden")
        self._lay_out()
        self._wire()

    def _lay_out(self) -> None:
        with gr.Column(elem_id="chat"):
            with gr.Column(elem_id="turns"):
                self.past = part("past", *_EVENTS)
                self.live = part("live")
            with gr.Column(elem_id="composer"):
                self.status = part("status")
                with gr.Row(elem_id="ask-row"):
                    self.box = gr.Textbox(
                        "",
                        label="Question",
                        show_label=False,
                        placeholder="Ask your articles…",
                        lines=1,
                        max_lines=6,
                        max_length=QUESTION,
                        autofocus=True,
                        elem_id="question",
                        scale=1,
                    )
                    self.send = gr.Button("Ask", variant="primary", elem_id="send", scale=0)
                    self.halt = gr.Button("Stop", elem_id="stop", scale=0)
                self.scope = Scope(self._library, "chat")

    def _wire(self) -> None:
        begun = [self._pending, self.live, self.box, self.status, self.past]
        done = [
            *(self.conversation, self.past, self.live, self.status, self._pending, self._editing),
            *(self.box, self._history.list),
        ]
        now = [self._pending, self.conversation]
        asks = [
            gr.on(
                [self.box.submit, self.send.click],
                self._begin,
                [*now, self.box, self._editing],
                begun,
                **INSTANT,
            ),
            self.past.ask(self._begin_example, now, begun, **INSTANT),
            self.past.retry(self._begin_again, now, begun, **INSTANT),
        ]
        work = queued(self.status)
        answering = [ask.success(self._answer, now, done, **work) for ask in asks]
        self.loaded = self.past.examples(self._examples, None, [self.past, self.live], **work)
        self.halt.click(
            self._halt,
            now,
            done,
            cancels=[*answering, self.loaded],
            **INSTANT,
        )
        self.past.cite(self._cite, [self.conversation], [self._pane], **INSTANT)
        self.past.edit(
            self._edit, [self.conversation], [self.box, self._editing, self.status], **INSTANT
        )
        self.past.undo(
            self._undo,
            [self.conversation],
            [self.conversation, self.past, self.box, self.status, self._history.list],
            **INSTANT,
        )
        self._wire_history(answering)
        self._wire_scope()
        self.past.export(self._export, [self.conversation], [self._file], **INSTANT).then(
            None, [self._file], None, js="(file) => citespan.download(file)", **INSTANT
        )

    def _wire_history(self, answering: list[Any]) -> None:
        history = self._history
        opened = [self.conversation, self.past, self.live, self.status, self._pending]
        opened += [self._editing, self.box]
        opened += [history.list, self.scope.box, *self.scope.fields]
        history.new.click(self._new, [history.find], opened, cancels=answering, **INSTANT)
        history.list.open(self._open, [history.find], opened, cancels=answering, **INSTANT)
        history.list.forget(self._forget, [self.conversation, history.find], opened, **INSTANT)
        history.find.change(
            lambda search, conversation: history.html(search, conversation.id),
            [history.find, self.conversation],
            [history.list],
            trigger_mode="always_last",
            **INSTANT,
        )
        self.opened = opened

    def _wire_scope(self) -> None:
        gr.on(
            self.scope.changed,
            self._narrow,
            [self.conversation, *self.scope.fields],
            [self.conversation, self.scope.box],
            trigger_mode="always_last",
            **INSTANT,
        )

    # Asking

    def _begin(
        self, pending: Pending | None, conversation: Conversation, text: str, editing: int | None
    ) -> Update:
        count = len(conversation.turns)
        keep = count if editing is None else min(editing, count)
        return self._started(pending, conversation, text, keep)

    def _begin_example(
        self, pending: Pending | None, conversation: Conversation, event: gr.EventData
    ) -> Update:
        keep = len(conversation.turns)
        return self._started(pending, conversation, str(event.question), keep)

    def _begin_again(self, pending: Pending | None, conversation: Conversation) -> Update:
        if not conversation.turns:
            raise gr.Error("There is nothing to ask again.", print_exception=False)
        last = len(conversation.turns) - 1
        return self._started(pending, conversation, conversation.turns[last].answer.question, last)

    def _started(
        self, pending: Pending | None, conversation: Conversation, text: str, keep: int
    ) -> Update:
        """The page while an answer is awaited."""
        if pending is not None:
            raise gr.Error("One question at a time: stop the first.", print_exception=False)
        try:
            question = check_question(text[:QUESTION])
        except UsageError as error:
            raise gr.Error("Write a question first.", print_exception=False) from error
        count = len(conversation.turns)
        # Turns that stay as they are aren't sent again: the browser needs the time for the answer.
        past = {}
        if not 0 < keep == count:
            past[self.past] = shown(self._library, conversation.until(keep), welcomes=False)
        return past | {
            self._pending: (question, keep),
            self.live: render.pending(question, (), "Reading the articles"),
            self.box: "",
            self.status: "",
        }

    def _answer(
        self, pending: Pending | None, conversation: Conversation, request: gr.Request
    ) -> Iterator[Update]:
        if pending is None:  # stopped before its turn came
            return
        question, keep = pending
        before = conversation.until(keep)
        try:
            stream = self._library.ask(
                question, history=before.answers, filter=before.filter, stream=True
            )
            try:
                with self._running.of(request.session_hash, stream.cancel):
                    for _ in stream:
                        live = render.pending(question, stream.claims, "Checking")
                        yield {self.live: live}
                    answer = stream.answer
            finally:
                stream.cancel()
                stream.close()
        except Cancelled:
            return
        except RagError as error:
            yield self._idle() | {
                self.box: question,
                self.status: render.failure(str(error)),
                self.past: shown(self._library, conversation),
            }
            return
        after = before.with_answer(answer)
        yield self._idle() | {
            self.conversation: after,
            self.past: shown(self._library, after),
            self.status: self._save(after),
            self._history.list: self._history.html("", after.id),
        }

    def _save(self, conversation: Conversation) -> str:
        """Stores a conversation; what to say if it couldn't be."""
        try:
            self._library.conversations.save(conversation)
        except RagError as error:
            return render.failure(f"This chat isn't stored yet: {error}")
        return ""

    def _idle(self) -> Update:
        """The page when nothing is awaited any more."""
        return {self.live: "", self._pending: None, self._editing: None}

    def _halt(
        self, pending: Pending | None, conversation: Conversation, request: gr.Request
    ) -> Update:
        self._running.end(request.session_hash)
        said = "Stopped. The question is back in its box." if pending else "Stopped."
        back = {self.box: pending[0]} if pending else {}
        return (
            self._idle()
            | back
            | {
                self.status: element("p", said, role="status"),
                self.past: shown(self._library, conversation),
            }
        )

    # Changing what was asked

    def _edit(self, conversation: Conversation, event: gr.EventData) -> Update:
        turn = render.index(event.turn, len(conversation.turns))
        later = len(conversation.turns) - turn - 1
        loses = f" The {later} after it will be dropped." if later else ""
        return {
            self.box: conversation.turns[turn].answer.question,
            self._editing: turn,
            self.status: element("p", f"Editing question {turn + 1}.{loses}", role="status"),
        }

    def _undo(self, conversation: Conversation) -> Update:
        if not conversation.turns:
            raise gr.Error("There is nothing to take back.", print_exception=False)
        before = conversation.until(len(conversation.turns) - 1)
        return {
            self.conversation: before,
            self.past: shown(self._library, before),
            self.box: conversation.turns[-1].answer.question,
            self.status: self._save(before),
            self._history.list: self._history.html("", before.id),
        }

    # Opening

    def start(self, id: str) -> Update:
        """The page when it is loaded: a new chat, or the one that its address names."""
        try:
            conversation = self._library.conversations.load(id) if id else Conversation.new()
        except NotFound:
            conversation = Conversation.new()
        except RagError as error:
            return self._at(Conversation.new(), "") | {self.status: render.failure(str(error))}
        return self._at(conversation, "")

    def again(self, conversation: Conversation) -> Html:
        """The turns anew: what the welcome says depends on the library."""
        return shown(self._library, conversation)

    def _at(self, conversation: Conversation, search: str) -> Update:
        """The page with this conversation."""
        return {
            self.conversation: conversation,
            self.past: shown(self._library, conversation),
            self.status: "",
            self._history.list: self._history.html(search, conversation.id),
            self.box: "",
            **self.scope.filled(conversation.filter),
            **self._idle(),
        }

    def _new(self, search: str, request: gr.Request) -> Update:
        self._running.end(request.session_hash)
        return self._at(Conversation.new(), search)

    def _open(self, search: str, event: gr.EventData, request: gr.Request) -> Update:
        self._running.end(request.session_hash)
        try:
            return self._at(self._library.conversations.load(str(event.id)), search)
        except RagError as error:
            return self._at(Conversation.new(), search) | {self.status: render.failure(str(error))}

    def _forget(self, conversation: Conversation, search: str, event: gr.EventData) -> Update:
        id = str(event.id)
        try:
            self._library.conversations.remove(id)
        except RagError as error:
            return {self.status: render.failure(str(error))}
        if id == conversation.id:
            return self._at(Conversation.new(), search)
        return {self._history.list: self._history.html(search, conversation.id)}

    def _narrow(self, conversation: Conversation, *fields: Any) -> Update:
        try:
            filter = read(*fields)
        except UsageError as error:
            return {self.scope.box: gr.Accordion(label=str(error))}
        label = {self.scope.box: gr.Accordion(label=said(filter))}
        if filter == conversation.filter:
            return label  # a chat was opened, whose fields were filled in for it
        return label | {self.conversation: replace(conversation, filter=filter)}

    def _cite(self, conversation: Conversation, event: gr.EventData) -> str:
        turn = render.index(str(event.owner).removeprefix("turn-"), len(conversation.turns))
        cited = render.spots(conversation.turns[turn].answer)
        mark = render.index(event.mark, len(cited), 1)
        return source.pane(self._library, cited, mark, f"turn-{turn}")

    def _export(self, conversation: Conversation, event: gr.EventData) -> list[str]:
        return exported(conversation, str(event.kind))

    def _examples(self, request: gr.Request) -> Iterator[Update]:
        """Adds the example articles, and shows what to ask them."""
        try:
            documents = examples.documents()
            session = request.session_hash
            yield from adding(
                self._library, documents, self._running, session, lambda bar: {self.live: bar}
            )
        except Cancelled:
            said = ""
        except RagError as error:
            said = render.failure(str(error))
        else:
            said = ""
        yield {self.live: said, self.past: shown(self._library, Conversation.new())}
