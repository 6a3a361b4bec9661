"""Asking: what the model writes is checked, streamed, replaced or refused; citations are exact."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from rag import Answer, Filter, Library
from rag.answer import Trace
from rag.ask import LINES, PASSAGES, AnswerStream, Means, start
from rag.choose import choose
from rag.citation import NOT_FOUND
from rag.errors import Cancelled, ModelError
from rag.locate import Located, Reading
from rag.point import NEAR
from rag.prompt import Prompt, load_template
from rag.testing import FakeEncoder, FakeLocator, FakeModel

QUESTION = "By how many metres has the river Lenn in Lenndorf risen?"
# The three that the search finds best, as they are numbered; the second is the very best.
RAIN, RIVER, PEOPLE = (
    "Heavy rain fell on Lenndorf for nine days.",
    "The river Lenn rose by four metres.",
    "About 300 people left their houses.",
)


class WatchedModel(FakeModel):
    """Keeps what it has written, and whether it was let go."""

    written = ""
    free = True

    def generate(self, prompt: Prompt, **options: object) -> Iterator[str]:  # type: ignore[override]
        self.written, self.free = "", False
        try:
            for piece in super().generate(prompt, **options):  # type: ignore[arg-type]
                self.written += piece
                yield piece
        finally:
            self.free = True


Make = Callable[..., tuple[Library, WatchedModel]]


@pytest.fixture
def make(stock: Path) -> Make:
    """A library with a model that writes these answers."""

    def library(*script: str, **options: object) -> tuple[Library, WatchedModel]:
        model = WatchedModel(script, **options)  # type: ignore[arg-type]
        return Library(stock, encoder=FakeEncoder(), locator=FakeLocator(), model=model), model

    return library


def shown(answer: Answer) -> list[tuple[str, str, list[str]]]:
    """Its claims with their support and quotes."""
    return [(c.text, c.support, [cited.quote for cited in c.citations]) for c in answer.claims]


# What becomes of the model's words


RIVER_QUOTED = (RIVER, "quoted", [RIVER])


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (
            "[2] The river rose by four metres.",
            [("The river rose by four metres.", "supported", [RIVER])],
        ),
        (
            "[2] The wild river rose by four quick metres.",
            [("The wild river rose by four quick metres.", "partly", [RIVER])],
        ),
        (
            "[1,2] Heavy rain fell, the river rose by four metres.",
            [("Heavy rain fell, the river rose by four metres.", "supported", [RAIN, RIVER])],
        ),
        # Wrong words give way to the sentence that they were to stand on.
        ("[2] The river rose by five metres.", [RIVER_QUOTED]),
        ("[2]", [RIVER_QUOTED]),
        ("[3] About 400 people left.", [(PEOPLE, "quoted", [PEOPLE])]),
        ("[1] Heavy rain fell.", [("Heavy rain fell.", "supported", [RAIN])]),
        ("[0]", []),
        ("", []),
        ("[2", [RIVER_QUOTED]),
        # One claim after the other; each once.
        (
            "[1] Heavy rain fell.\n[2] The river rose.\n[1] Heavy rain fell.",
            [("Heavy rain fell.", "supported", [RAIN]), ("The river rose.", "supported", [RIVER])],
        ),
        (
            "[2] The river rose.\n[3] About 400 people left.\n[2] The river rose by six metres.",
            [
                ("The river rose.", "supported", [RIVER]),
                (PEOPLE, "quoted", [PEOPLE]),
                RIVER_QUOTED,
            ],
        ),
        ("[2] The river rose.\n[0]", [("The river rose.", "supported", [RIVER])]),
        # Marks in the text are the program's to write.
        ("[2] The river [3] rose [1, 2].", [("The river rose .", "supported", [RIVER])]),
    ],
)
def test_what_becomes_of_the_models_words(
    make: Make, script: str, expected: list[tuple[str, str, list[str]]]
) -> None:
    library, _ = make(script)
    answer = library.ask(QUESTION)
    assert shown(answer) == expected
    assert answer.abstained == (not expected)
    assert (answer.text == NOT_FOUND) == (not expected)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("[2] The river rose.", None),
        ("[2] The river rose by five metres.", "the number 5 is not in the evidence"),
        ("[2]", "the model wrote nothing"),
    ],
)
def test_a_claim_says_why_it_is_a_quote(make: Make, script: str, reason: str | None) -> None:
    (claim,) = make(script)[0].ask(QUESTION).claims
    assert claim.reason == reason


def test_marks_follow_the_claims(make: Make) -> None:
    library, _ = make("[3,1] About 300 people left, heavy rain fell.\n[1] Heavy rain fell.")
    answer = library.ask(QUESTION)
    assert answer.text == "About 300 people left, heavy rain fell. [1][2] Heavy rain fell. [2]"
    assert [cited.quote for cited in answer.citations] == [PEOPLE, RAIN]


def test_an_answer_has_few_lines(make: Make) -> None:
    words = ("heavy", "rain", "fell", "nine", "days")
    library, _ = make("\n".join(f"[1] {word.title()}." for word in words))
    assert len(library.ask(QUESTION).claims) == LINES


# Where the articles don't say


def test_a_refusal_shows_what_came_nearest(make: Make) -> None:
    library, _ = make("[0]")
    answer = library.ask(QUESTION)
    assert answer.text == NOT_FOUND
    assert len(answer.nearest) == 3
    assert answer.nearest[0].article.title == "The flood at Lenndorf"
    assert answer.trace.raw == "[0]"
    for cited in answer.nearest:
        assert cited.holds(library.article(cited.article.id))


@pytest.mark.parametrize(
    ("question", "filter", "nearest"),
    [
        ("qqq zzz www", Filter(), 3),
        (QUESTION, Filter(title="no such title"), 0),
        (QUESTION, Filter(articles=("0" * 12,)), 0),
    ],
)
def test_where_nothing_is_near_the_model_is_not_asked(
    make: Make, question: str, filter: Filter, nearest: int
) -> None:
    library, model = make("[1] Nonsense.")
    answer = library.ask(question, filter=filter)
    assert (answer.text, answer.claims, answer.abstained) == (NOT_FOUND, (), True)
    assert len(answer.nearest) == nearest
    assert model.prompts == []
    assert (answer.trace.model, answer.trace.given, answer.trace.raw) == (None, [], "")
    assert list(library.ask(question, filter=filter, stream=True)) == [NOT_FOUND]


def test_it_abstains_where_it_doubts_more_than_it_may(make: Make) -> None:
    library, _ = make("[2] The river rose.")
    none = choose(QUESTION, library.search(QUESTION, k=PASSAGES), FakeLocator()).none
    assert 0 < none < 1
    for doubt, abstained in ((none, False), (none - 1e-6, True), (1.0, False), (0.0, True)):
        answer = library.ask(QUESTION, doubt=doubt)
        assert answer.abstained == abstained
        assert answer.trace.none == pytest.approx(none, abs=1e-4)


def test_the_trace_tells_which_articles_were_set_back_for_their_names(make: Make) -> None:
    library, _ = make("[1] The mayor is Ada Park.")
    trace = library.ask("Who is the mayor of Lenndorf?").trace
    named = {one["article"]["id"]: one["article"]["title"] for one in trace.hits}
    assert len(named) > 1
    assert {named[one] for one in trace.elsewhere} == {*named.values()} - {"The flood at Lenndorf"}


# An unreliable model is not asked: the answer is pointed at


def test_a_likely_phrase_is_the_answer(stock: Path) -> None:
    model = WatchedModel(["[2] It rose."], reliable=False)
    locator = FakeLocator({"four metres": 0.6, "by four": 0.1, "nine days": 0.1})
    library = Library(stock, encoder=FakeEncoder(), locator=locator, model=model)
    answer = library.ask(QUESTION)
    assert shown(answer) == [("four metres", "quoted", [RIVER])]
    assert model.prompts == []


@pytest.mark.parametrize(
    ("phrases", "question"),
    [
        ({}, QUESTION),
        ({"four metres": 0.04}, QUESTION),  # hardly likely
        ({"four metres": 0.3, "The river": 0.3}, QUESTION),  # two answers, or none
        ({"four metres": 0.9}, f"{QUESTION[:-1]} and why?"),
    ],
)
def test_else_the_sentence_is(stock: Path, phrases: dict[str, float], question: str) -> None:
    model = FakeModel(reliable=False)
    library = Library(stock, encoder=FakeEncoder(), locator=FakeLocator(phrases), model=model)
    assert shown(library.ask(question))[0] == RIVER_QUOTED


def test_a_second_sentence_is_quoted_where_it_is_nearly_as_likely(stock: Path) -> None:
    library = Library(
        stock, encoder=FakeEncoder(), locator=FakeLocator(), model=FakeModel(reliable=False)
    )
    asked = "Heavy rain fell, the river rose"
    answer = library.ask(asked)
    ranked = choose(asked, library.search(asked, k=PASSAGES), FakeLocator()).evidence
    assert ranked[1].score > ranked[0].score - NEAR
    assert [claim.text for claim in answer.claims] == [one.text for one in ranked[:2]]


# On its way


STORY = "[2] The river rose.\n[1] Heavy rain fell.\n[3] About 300 people left."


def test_a_claim_is_streamed_as_soon_as_it_is_checked(make: Make) -> None:
    library, model = make(STORY)
    stream = library.ask(QUESTION, stream=True)
    assert model.written == ""
    pieces = []
    for line in STORY.split("\n"):
        pieces.append(next(stream))
        assert model.written.rstrip("\n").endswith(line), "it wrote on before this was shown"
    assert list(stream) == []
    assert pieces == ["The river rose. [1]", " Heavy rain fell. [2]", " About 300 people left. [3]"]
    assert stream.answer.text == "".join(pieces)
    assert stream.answer == stream.answer


def test_nothing_is_shown_before_it_was_proved(stock: Path) -> None:
    model = FakeModel([STORY])
    found = Library(stock, encoder=FakeEncoder(), locator=FakeLocator(), model=model).search(
        QUESTION
    )
    proofs: list[int] = []

    def prove(citations: object) -> None:
        proofs.append(1)
        raise AssertionError("inexact")

    templates = load_template("answer"), load_template("read")
    means = Means(lambda question: found, FakeLocator, lambda: model, *templates, prove)
    stream = start(QUESTION, found, means, Trace())
    with pytest.raises(AssertionError, match="inexact"):
        next(stream)
    assert proofs


@pytest.mark.parametrize("shown_before", [0, 1])
@pytest.mark.parametrize("thread", [False, True])
def test_cancelling_ends_the_answer_and_leaves_the_library_usable(
    make: Make, shown_before: int, thread: bool
) -> None:
    library, model = make(STORY)
    stream = library.ask(QUESTION, stream=True)
    for _ in range(shown_before):
        next(stream)
    if thread:
        other = threading.Thread(target=stream.cancel)
        other.start()
        other.join()
    else:
        stream.cancel()
    with pytest.raises(Cancelled):
        next(stream)
    assert "300" not in model.written
    with pytest.raises(Cancelled):
        _ = stream.answer
    assert model.free
    assert len(library.ask(QUESTION).claims) == 3


def test_closing_frees_the_model(make: Make) -> None:
    library, model = make(STORY)
    stream = library.ask(QUESTION, stream=True)
    next(stream)
    assert not model.free
    stream.close()
    assert model.free
    assert list(stream) == []
    with pytest.raises(Cancelled):
        _ = stream.answer
    assert len(library.ask(QUESTION).claims) == 3


def test_what_breaks_the_model_is_told_and_the_library_stays_usable(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, model = make(STORY)

    def broken(*_: object, **__: object) -> Iterator[str]:
        yield "[2] The riv"
        raise ModelError("llama.cpp failed with code 1")

    with monkeypatch.context() as patch:
        patch.setattr(model, "generate", broken)
        with pytest.raises(ModelError, match="code 1"):
            library.ask(QUESTION)
    assert len(library.ask(QUESTION).claims) == 3


class Stopping(FakeLocator):
    """Somebody stops the answer while the passages are read."""

    stream: AnswerStream | None = None

    def locate(self, question: str, readings: Sequence[Reading]) -> Located:
        if self.stream:
            self.stream.cancel()
        return super().locate(question, readings)


@pytest.mark.parametrize("before", [True, False])
def test_what_is_stopped_goes_on_to_no_further_step(stock: Path, before: bool) -> None:
    locator, model = Stopping(), WatchedModel(["[2]"])
    library = Library(stock, encoder=FakeEncoder(), locator=locator, model=model)
    stream = library.ask(QUESTION, stream=True)
    if before:
        stream.cancel()
    else:
        locator.stream = stream
    with pytest.raises(Cancelled):
        next(stream)
    assert model.prompts == []
    locator.stream = None
    assert library.ask(QUESTION).claims
