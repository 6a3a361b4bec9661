"""The chat: asking, following up, stopping, and going back to what was asked before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import gradio as gr

from rag import examples
from rag.answer import Answer
from rag.ask import check_question
from rag.conversation.kept import Conversation
from rag.errors import Cancelled, NotFound, RagError, UsageError
from rag.library import Library
from rag.markup import Html, element
from rag.snapshot import Filter
from rag.ui import render, source
from rag.ui.adding import adding
from rag.ui.events import FAULT, INSTANT, LATEST, Update, part, queued, told
from rag.ui.filters import read
from rag.ui.history import History
from rag.ui.scope import RAW, Scope
from rag.ui.thread import exported, shown
from rag.ui.working import Running

QUESTION = 2000  # characters; a longer one is no question
_EVENTS = ("cite", "edit", "retry", "undo", "ask", "examples", "export")


@dataclass(frozen=True, slots=True)
class Pending:
    """A question that is being answered.

    Attributes:
        before: the turns that stay before it, and the articles that it may use.
        shown: the conversation as it was when it was asked.
    """

    question: str
    before: Conversation
    shown: Conversation


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
        self._failure = gr.JSON(visible="hidden")
        self.current = gr.Textbox("", visible="hidden")  # the chat that the page shows
        self.address = gr.Textbox("", visible="hidden")
        self._lay_out()
        self._wire()

    def _lay_out(self) -> None:
        with gr.Column(elem_id="chat"):
            with gr.Column(elem_id="turns"):
                self.past = part("past", *_EVENTS)
                self.live = part("live")
            with gr.Column(elem_id="composer"):
                self.status = part("status", "leave")
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
        chat = [self.conversation, self.current]
        done = [*chat, self.past, self.live, self.status, self._pending, self._editing, self.box]
        now = [self._pending, *chat]
        asks = [
            gr.on(
                [self.box.submit, self.send.click],
                self._begin,
                [*now, self.box, self._editing, *self.scope.fields],
                begun,
                **RAW,
                **INSTANT,
            ),
            self.past.ask(self._begin_example, [*now, *self.scope.fields], begun, **RAW, **INSTANT),
            self.past.retry(self._begin_again, [*now, *self.scope.fields], begun, **RAW, **INSTANT),
        ]
        work = queued(self.status)
        # A question after a chat was removed waits until the answer on its way has ended.
        many: dict[str, Any] = {"trigger_mode": "multiple", **work}
        answering = [ask.success(self._answer, [self._pending], done, **many) for ask in asks]
        for answer in answering:
            # Gradio calls what is stopped a failure too: the browser knows what was clicked.
            failed = "(_, ...rest) => [citespan.failed(), ...rest]"
            given = [self._failure, self._pending]
            answer.failure(self._failed, given, done, js=failed, **INSTANT)
            listed = [self._history.find, self.conversation]
            answer.success(self._listed, listed, [self._history.list], **LATEST)
        self.loaded = self.past.examples(self._examples, None, [self.past, self.live], **work)
        self.halt.click(self._halt, now, done, cancels=[*answering, self.loaded], **INSTANT)
        self._wire_turns(chat, done)
        self._wire_history(chat, answering)

    def _wire_turns(self, chat: list[Any], done: list[Any]) -> None:
        self.past.cite(self._cite, chat, [self._pane], **LATEST)
        editing = [self.box, self._editing, self.status]
        self.past.edit(self._edit, chat, editing, **INSTANT)
        self.status.leave(self._leave, None, editing, **INSTANT)
        undone = [*done, self._history.list]
        self.past.undo(self._undo, [*chat, self._history.find], undone, **INSTANT)
        self.past.export(self._export, chat, [self._file], **INSTANT).then(
            None, [self._file], None, js="(file) => citespan.download(file)", **INSTANT
        )
        narrowed = [self.scope.box, *self.scope.fields]
        self._pane.ask(self._narrow, None, narrowed, **INSTANT)

    def _wire_history(self, chat: list[Any], answering: list[Any]) -> None:
        history = self._history
        opened = [*chat, self.past, self.live, self.status, self._pending, self._editing, self.box]
        opened += [history.list, self.scope.box, *self.scope.fields]
        history.new.click(self._new, [history.find], opened, cancels=answering, **INSTANT)
        history.list.open(self._open, [history.find], opened, cancels=answering, **INSTANT)
        history.list.forget(self._forget, [*chat, history.find], opened, **INSTANT)
        history.find.change(
            self._listed,
            [history.find, self.conversation],
            [history.list],
            **LATEST,
        )
        self.opened = opened

    def _whole(self, conversation: Conversation, current: str) -> Conversation:
        """The conversation that the page shows: Gradio forgets those of pages that slept long."""
        if not current or conversation.id == current:
            return conversation
        return self._library.conversations.load(current)

    # Asking

    @told
    def _begin(
        self,
        pending: Pending | None,
        conversation: Conversation,
        current: str,
        text: str,
        editing: int | None,
        *fields: Any,
    ) -> Update:
        whole = self._whole(conversation, current)
        count = len(whole.turns)
        keep = count if editing is None else min(editing, count)
        return self._started(pending, whole, read(*fields), text, keep)

    @told
    def _begin_example(
        self,
        pending: Pending | None,
        conversation: Conversation,
        current: str,
        event: gr.EventData,
        *fields: Any,
    ) -> Update:
        whole = self._whole(conversation, current)
        return self._started(pending, whole, read(*fields), str(event.question), len(whole.turns))

    @told
    def _begin_again(
        self,
        pending: Pending | None,
        conversation: Conversation,
        current: str,
        *fields: Any,
    ) -> Update:
        whole = self._whole(conversation, current)
        if not whole.turns:
            raise gr.Error("There is nothing to ask again.", print_exception=False)
        last = len(whole.turns) - 1
        question = whole.turns[last].answer.question
        return self._started(pending, whole, read(*fields), question, last)

    def _started(
        self,
        pending: Pending | None,
        conversation: Conversation,
        filter: Filter,
        text: str,
        keep: int,
    ) -> Update:
        """The page while an answer is awaited."""
        if pending is not None:
            raise gr.Error("One question at a time: stop the first.", print_exception=False)
        try:
            question = check_question(text[:QUESTION])
        except UsageError as error:
            raise gr.Error("Write a question first.", print_exception=False) from error
        count = len(conversation.turns)
        before = replace(conversation.until(keep), filter=filter)
        # Turns that stay as they are aren't sent again: the browser needs the time for the answer.
        past = {}
        if not 0 < keep == count:
            past[self.past] = shown(self._library, before, welcomes=False)
        return past | {
            self._pending: Pending(question, before, conversation),
            self.live: render.pending(question, (), "Reading the articles"),
            self.box: "",
            self.status: "",
        }

    def _answer(self, pending: Pending | None, request: gr.Request) -> Iterator[Any]:
        if pending is None:  # stopped before its turn came
            yield gr.skip()  # a handler that shows nothing at all empties what it could show
            return
        # Its turn has come: Gradio's clocks, which the browser draws sixty times a second while a
        # request waits, would take the cores from the model.
        yield gr.skip()
        question, before = pending.question, pending.before
        try:
            with self._running.of(request.session_hash, "answer") as stop:
                stream = self._library.ask(
                    question, history=before.answers, filter=before.filter, stream=True
                )
                stop.calls(stream.cancel)
                try:
                    for _ in stream:
                        live = render.pending(question, stream.claims, "Checking")
                        yield {self.live: live}
                    answer = stream.answer
                finally:
                    stream.cancel()
                    stream.close()
                after = before.with_answer(answer, self._searched(answer, before.filter))
        except Cancelled:
            yield gr.skip()
            return
        except RagError as error:
            yield self._given_back(pending, render.failure(str(error)))
            return
        except Exception:  # a fault: told on the page, raised again for the terminal
            yield self._given_back(pending, render.failure(FAULT))
            raise
        # Else the chat was left or removed at the last moment.
        kept = not stop.event.is_set()
        yield self._idle() | self._kept(after, pending.shown) if kept else gr.skip()

    def _searched(self, answer: Answer, filter: Filter) -> int | None:
        """How many articles an answer might have come from, where that is to be told."""
        return len(self._library.articles(filter)) if answer.abstained else None

    def _kept(self, conversation: Conversation, over: Conversation) -> Update:
        """Stores a conversation; the page that shows it, and what to say of the storing."""
        said = ""
        try:
            kept = self._library.conversations.save(conversation, over)
        except RagError as error:
            kept, said = conversation, render.failure(f"This chat isn't stored yet: {error}")
        if kept.id != conversation.id:
            said = _status("This chat went on elsewhere meanwhile; it is kept as one of its own.")
        return self._showing(kept) | {self.status: said}

    def _showing(self, conversation: Conversation) -> Update:
        return {
            self.conversation: conversation,
            self.current: conversation.id if conversation.turns else "",
            self.past: shown(self._library, conversation),
        }

    def _idle(self) -> Update:
        """The page when nothing is awaited any more."""
        return {self.live: "", self._pending: None, self._editing: None}

    def _given_back(self, pending: Pending, said: Html) -> Update:
        """The page as it was before a question, which is back in its box."""
        page = self._idle() | self._showing(pending.shown)
        return page | {self.box: pending.question, self.status: said}

    @told
    def _failed(self, real: bool, pending: Pending | None) -> Any:
        """The page when an answer didn't even begin: the line is full, the server was away."""
        if not real or pending is None:
            return gr.skip()
        said = render.failure("This wasn't answered. Try it again in a moment.")
        return self._given_back(pending, said)

    @told
    def _halt(
        self,
        pending: Pending | None,
        conversation: Conversation,
        current: str,
        request: gr.Request,
    ) -> Update:
        self._running.end(request.session_hash, "answer", "examples")
        if pending:
            said = _status("Stopped. The question is back in its box.")
            return self._given_back(pending, said)
        showing = self._showing(self._whole(conversation, current))
        return self._idle() | showing | {self.status: _status("Stopped.")}

    # Changing what was asked

    @told
    def _edit(self, conversation: Conversation, current: str, event: gr.EventData) -> Update:
        turns = self._whole(conversation, current).turns
        turn = render.index(event.turn, len(turns))
        later = len(turns) - turn - 1
        loses = f" The {later} after it will be dropped." if later else ""
        said = f"Editing question {turn + 1}.{loses}"
        return {
            self.box: turns[turn].answer.question,
            self._editing: turn,
            self.status: element(
                "p", said, render.button("leave", "Leave it as it was"), role="status"
            ),
        }

    def _leave(self) -> Update:
        return {self.box: "", self._editing: None, self.status: ""}

    @told
    def _undo(self, conversation: Conversation, current: str, search: str) -> Update:
        whole = self._whole(conversation, current)
        if not whole.turns:
            raise gr.Error("There is nothing to take back.", print_exception=False)
        before = whole.until(len(whole.turns) - 1)
        return (
            self._idle()
            | self._kept(before, whole)
            | {
                self.box: whole.turns[-1].answer.question,
                self._history.list: self._history.html(search, before.id),
            }
        )

    # Opening

    @told
    def start(self, id: str) -> Update:
        """The page when it is loaded: a new chat, or the one that its address names."""
        try:
            conversation = self._library.conversations.load(id) if id else Conversation.new()
        except NotFound:
            conversation = Conversation.new()
        except RagError as error:
            return self._at(Conversation.new(), "") | {self.status: render.failure(str(error))}
        return self._at(conversation, "")

    @told
    def again(self, conversation: Conversation, current: str) -> Html:
        """The turns anew: what the welcome says depends on the library."""
        return shown(self._library, self._whole(conversation, current))

    def _at(self, conversation: Conversation, search: str) -> Update:
        """The page with this conversation."""
        return {
            **self._showing(conversation),
            self.status: "",
            self._history.list: self._history.html(search, conversation.id),
            self.box: "",
            **self.scope.filled(conversation.filter),
            **self._idle(),
        }

    @told
    def _listed(self, search: str, conversation: Conversation) -> Html:
        return self._history.html(search, conversation.id)

    @told
    def _new(self, search: str, request: gr.Request) -> Update:
        self._running.end(request.session_hash, "answer")
        return self._at(Conversation.new(), search)

    @told
    def _open(self, search: str, event: gr.EventData, request: gr.Request) -> Update:
        self._running.end(request.session_hash, "answer")
        try:
            return self._at(self._library.conversations.load(str(event.id)), search)
        except RagError as error:
            return self._at(Conversation.new(), search) | {self.status: render.failure(str(error))}

    @told
    def _forget(
        self,
        conversation: Conversation,
        current: str,
        search: str,
        event: gr.EventData,
        request: gr.Request,
    ) -> Update:
        id = str(event.id)
        open = id in (conversation.id, current)
        if open:  # an answer on its way would bring it back
            self._running.end(request.session_hash, "answer")
        self._library.conversations.remove(id)
        if open:
            return self._at(Conversation.new(), search)
        return {self._history.list: self._history.html(search, conversation.id)}

    @told
    def _narrow(self, event: gr.EventData) -> Update:
        """The chat asks one article, which is read just now."""
        return self.scope.filled(Filter(articles=(str(event.article),)))

    @told
    def _cite(self, conversation: Conversation, current: str, event: gr.EventData) -> Html:
        turns = self._whole(conversation, current).turns
        owner = str(event.owner)
        owners = [render.owner(turn, at) for at, turn in enumerate(turns)]
        turn = render.index(owners.index(owner) if owner in owners else None, len(turns))
        cited = render.spots(turns[turn].answer)
        return source.pane(self._library, cited, render.index(event.mark, len(cited), 1), owner)

    @told
    def _export(self, conversation: Conversation, current: str, event: gr.EventData) -> list[str]:
        return exported(self._whole(conversation, current), str(event.kind))

    def _examples(self, request: gr.Request) -> Iterator[Update]:
        """Adds the example articles, and shows what to ask them."""
        said = ""
        try:
            with self._running.of(request.session_hash, "examples") as stop:
                add = partial(self._library.add_documents, examples.documents())
                yield from adding(add, stop, lambda bar: {self.live: bar})
        except Cancelled:
            pass
        except RagError as error:
            said = render.failure(str(error))
        except Exception:  # a fault: told on the page, raised again for the terminal
            yield {self.live: render.failure(FAULT)}
            raise
        yield {self.live: said, self.past: shown(self._library, Conversation.new())}


def _status(text: str) -> Html:
    return element("p", text, role="status")
