"""Question -> search -> choose -> numbered sentences -> generate -> ground -> Answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from time import perf_counter
from typing import Any

from rag.answer import Answer, Trace
from rag.choose import Choice, choose
from rag.citation import Citation, Claim, Source, pieces, source_dict
from rag.errors import Cancelled, PromptTooLong, UsageError
from rag.evidence import Evidence, claim, fitting, written
from rag.generate import Model, Usage
from rag.lines import Rules, parse
from rag.locate import Locator
from rag.parts import parts
from rag.point import pointed, quotable
from rag.prompt import Prompt, Template
from rag.read import normalise
from rag.reread import reread
from rag.rivals import Reader, rivals
from rag.search import Found, Hit

PASSAGES = 6  # whose sentences are scored: more cost time and find no more
SENTENCES = 8  # put before the model: on the development set they hold all facts for 87 %
TOKENS = 450  # of these sentences at most; each token costs 1.5 ms on two cores
LINES = 3
ANSWER_TOKENS = 120
NEAREST = 3  # passages shown where the articles don't say
DOUBT = 0.9  # above this probability that no sentence answers, the articles are taken not to say
HOPELESS = 0.98  # above this probability nothing is read again


@dataclass(slots=True)
class AnswerStream:
    """An answer on its way: iterate for its text, claim by claim, as soon as each is checked.

    Nothing is shown before it was checked, so the pieces joined are the answer's text. `answer`
    runs the rest. Closing it, or `cancel` from another thread, stops the model at once.
    """

    _pieces: Generator[str]
    _stop: threading.Event
    _claims: list[Claim] = field(default_factory=list)
    _answers: list[Answer] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        return next(self._pieces)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims so far."""
        return tuple(self._claims)

    @property
    def answer(self) -> Answer:
        for _ in self:
            pass
        if not self._answers:  # it ended before its end
            raise Cancelled
        return self._answers[0]

    def cancel(self) -> None:
        """Ends the generation; iterating further raises `Cancelled`."""
        self._stop.set()

    def close(self) -> None:
        """Ends it here and frees the model for other questions."""
        self._pieces.close()


def check_question(question: str) -> str:
    """A question fit to be asked.

    Raises:
        UsageError: it is empty.
    """
    question = " ".join(normalise(question).split())
    if not question:
        raise UsageError("the question is empty", remedy='ask something: rag ask "Who …?"')
    return question


@dataclass(frozen=True, slots=True)
class Means:
    """What answers are made with.

    Attributes:
        search: finds passages for a part of the question.
        locator, model: called only when there is something to ask them; without a model the answer
            is in the articles' own words.
        wording, reading: what a model is told to answer from sentences, and to read them again.
        prove: raises if a citation isn't what is stored; called before anything leaves.
    """

    search: Callable[[str], Found]
    locator: Callable[[], Locator]
    model: Callable[[], Model | None]
    wording: Template
    reading: Template
    prove: Callable[[Sequence[Citation]], None]


def start(
    question: str, found: Found, means: Means, trace: Trace, doubt: float = DOUBT
) -> AnswerStream:
    """Begins to answer from what a search found; see `AnswerStream`.

    Args:
        trace: its `asked` is what the question means, where that differs from its words.
        doubt: probability that no sentence answers above which the articles are taken not to say.
    """
    stop = threading.Event()
    claims: list[Claim] = []
    answers: list[Answer] = []

    def run() -> Generator[str]:
        for one in _claims(trace.asked or question, found, means, trace, doubt, stop):
            means.prove(one.citations)
            claims.append(one)
            yield pieces(claims)[-1]
        nearest = () if claims else tuple(_nearest(found.hits))
        means.prove(nearest)
        answer = Answer(question, tuple(claims), not claims, trace, nearest)
        answers.append(answer)
        if not claims:
            yield answer.text

    return AnswerStream(run(), stop, claims, answers)


def _claims(
    question: str,
    found: Found,
    means: Means,
    trace: Trace,
    doubt: float,
    stop: threading.Event,
) -> Iterator[Claim]:
    """The claims of an answer; none if the articles don't say."""
    _add_hits(found, trace)
    trace.milliseconds |= found.milliseconds
    if not found.hits:
        return
    locator = means.locator()
    _go_on(stop)
    with _timed(trace, "locate_ms"):
        choice = choose(question, found, locator)
    _go_on(stop)
    trace.locator = locator.fingerprint
    trace.none = round(choice.none, 4)
    trace.elsewhere = sorted(choice.elsewhere)
    if not choice.evidence or choice.none > max(doubt, HOPELESS):
        return
    with _timed(trace, "load_model_ms"):
        model = means.model()
    if read := _reader(question, model, means.reading, trace, doubt, stop):
        choice = read(choice)
        trace.none = round(choice.none, 4)
    if choice.none > doubt:
        return
    choice = replace(choice, parts=_parts(question, means, locator, trace, doubt, stop))
    _go_on(stop)
    if model is None or not model.reliable:
        choice = replace(choice, rivals=tuple(rivals(question, choice, read)))
        _give(quotable(question, choice), choice, trace)
        yield from pointed(question, choice)
        return
    trace.model, trace.prompt = model.fingerprint, means.wording.fingerprint
    given, prompt = _fill(question, choice.ranked[:SENTENCES], model, means.wording)
    _give(given, choice, trace)
    lines = _lines(model, prompt, len(given), trace, stop)
    yield from _grounded(question, lines, given)


def _reader(
    question: str,
    model: Model | None,
    template: Template,
    trace: Trace,
    doubt: float,
    stop: threading.Event,
) -> Reader | None:
    """What reads the best sentences again, where the model was trained for that."""
    if model is None or not model.adapter:
        return None
    trace.model, trace.prompt = model.fingerprint, template.fingerprint
    trace.adapter = model.adapter
    spent = partial(record, trace=trace)
    return partial(
        reread, question, model=model, template=template, spent=spent, stop=stop, doubt=doubt
    )


def _parts(
    question: str,
    means: Means,
    locator: Locator,
    trace: Trace,
    doubt: float,
    stop: threading.Event,
) -> tuple[Evidence, ...]:
    """The sentence that answers each part best, of each that one answers; none of a single part."""
    asked = parts(question)
    if len(asked) == 1:
        return ()
    trace.parts = list(asked)
    found = []
    with _timed(trace, "parts_ms"):
        for one in asked:
            _go_on(stop)
            further = means.search(one)
            _add_hits(further, trace)
            choice = choose(one, further, locator)
            if choice.evidence and choice.none <= doubt:
                found.append(choice.evidence[0])
    return tuple(found)


def _add_hits(found: Found, trace: Trace) -> None:
    """What a search found, each passage once: the parts of a question find much of the same."""
    known = {(hit["article"]["id"], hit["start"]) for hit in trace.hits}
    new = [hit for hit in found.hits if (hit.article.id, hit.passage.start) not in known]
    trace.hits += [hit_dict(hit) for hit in new]
    trace.warnings += [one for one in found.warnings if one not in trace.warnings]


def _give(given: Sequence[Evidence], choice: Choice, trace: Trace) -> None:
    trace.given = [given_dict(one) for one in given]
    trace.left_out = len(choice.ranked) - len(given)


def _go_on(stop: threading.Event) -> None:
    """Between two steps: a model sees for itself that it was stopped."""
    if stop.is_set():
        raise Cancelled


@contextmanager
def _timed(trace: Trace, step: str) -> Iterator[None]:
    began = perf_counter()
    yield
    trace.milliseconds[step] = 1000 * (perf_counter() - began)


def _fill(
    question: str, evidence: Sequence[Evidence], model: Model, template: Template
) -> tuple[list[Evidence], Prompt]:
    """As many of the sentences as the budget allows, and the prompt with them."""

    def prompt(some: Sequence[Evidence]) -> Prompt:
        return model.chat.render(template.turns(sentences=written(some), question=question))

    room = model.context - ANSWER_TOKENS
    needed = model.count_tokens(prompt(()))
    budget = min(room, needed + TOKENS)
    given = fitting(evidence, lambda some: model.count_tokens(prompt(some)) <= budget)
    # The best alone may take more than its due: a table's row has a token for each digit.
    given = given or fitting(evidence[:1], lambda one: model.count_tokens(prompt(one)) <= room)
    if not given:
        raise PromptTooLong(
            f"the question takes {needed} of the {room} tokens that the model can read, "
            "which leaves no room for a sentence of the articles",
            where=model.name,
            remedy="ask a shorter question",
        )
    return given, prompt(given)


def _lines(
    model: Model, prompt: Prompt, sentences: int, trace: Trace, stop: threading.Event
) -> Iterator[str]:
    """The lines that the model writes, each when it is complete."""
    usage = Usage()
    rules = Rules(sentences, LINES)
    text = ""
    try:
        stream = model.generate(
            prompt, limit=ANSWER_TOKENS, allow=rules.allow, stop=stop, usage=usage
        )
        for piece in stream:
            text += piece
            *complete, text = text.split("\n")
            yield from complete
            trace.raw += piece
        yield text
    finally:
        record(usage, trace)


def _grounded(question: str, lines: Iterator[str], given: Sequence[Evidence]) -> Iterator[Claim]:
    """What the model says, each once, or what it points at where its words don't hold."""
    shown: list[str] = []
    for raw in lines:
        line = parse(raw, len(given))
        made = claim(line, given, question) if line else None
        if made and made.text not in shown:
            shown.append(made.text)
            yield made


def record(usage: Usage, trace: Trace) -> None:
    """Adds what a generation cost to a trace."""
    for name, count in (
        ("prompt", usage.prompt),
        ("reused", usage.reused),
        ("generated", usage.generated),
    ):
        trace.tokens[name] = trace.tokens.get(name, 0) + count
    for name, spent in (("prompt_ms", usage.prompt_ms), ("generate_ms", usage.generate_ms)):
        trace.milliseconds[name] = trace.milliseconds.get(name, 0.0) + spent


def _nearest(hits: Sequence[Hit]) -> Iterator[Citation]:
    for hit in hits[:NEAREST]:
        yield Citation.of(hit.article, hit.passage)


def given_dict(evidence: Evidence) -> dict[str, Any]:
    """A sentence that a model was given, as a trace keeps it."""
    return {
        "article": evidence.article.id,
        "start": evidence.sentence.start,
        "end": evidence.sentence.end,
        "score": round(evidence.score, 4),
    }


def hit_dict(hit: Hit) -> dict[str, Any]:
    """A hit as `rag search --json` and traces show it."""
    scores = hit.scores
    return {
        "article": source_dict(Source.of(hit.article)),
        "start": hit.passage.start,
        "end": hit.passage.end,
        "text": hit.passage.quote(hit.article),
        "scores": {
            "total": round(scores.total, 4),
            "fused": round(scores.fused, 5),
            "dense": scores.dense and round(scores.dense, 4),
            "dense_rank": scores.dense_rank,
            "words": scores.words and round(scores.words, 4),
            "words_rank": scores.words_rank,
        },
        "sentences": [
            {
                "start": match.sentence.start,
                "end": match.sentence.end,
                "text": match.sentence.quote(hit.article),
                "score": round(match.score, 4),
                "cosine": round(match.cosine, 4),
            }
            for match in hit.matches
        ],
        "copies": list(hit.copies),
    }
