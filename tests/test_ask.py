"""Asking: what the model writes is checked, streamed, replaced or refused; citations are exact."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag import Answer, Filter, Library
from rag.answer import NOT_FOUND, Trace
from rag.ask import LINES, start
from rag.errors import Cancelled, ModelError
from rag.prompt import Prompt, load_template
from rag.testing import FakeEncoder, FakeModel

QUESTION = "By how many metres has the river Lenn in Lenndorf risen?"
# The three that the search finds best, as they are numbered; the second is the very best.
RAIN, RIVER, PEOPLE = (
    "Heavy rain fell on Lenndorf for nine days.",
    "The river Lenn rose by four metres.",
    "About 300 people left their houses.",
)
DID_NOT_HOLD = "the model's words did not hold"


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
        return Library(stock, encoder=FakeEncoder(), model=model), model

    return library


def shown(answer: Answer) -> list[tuple[str, str, list[str]]]:
    """Its claims with their support and quotes."""
    return [(c.text, c.support, [cited.quote for cited in c.citations]) for c in answer.claims]


# What becomes of the model's words


RIVER_QUOTED = (RIVER, "quoted", [RIVER])


@pytest.mark.parametrize(
    ("script", "reliable", "unreliable"),
    [
        (
            "[2] The river rose by four metres.",
            *([("The river rose by four metres.", "supported", [RIVER])],) * 2,
        ),
        (
            "[2] The wild river rose by four quick metres.",
            *([("The wild river rose by four quick metres.", "partly", [RIVER])],) * 2,
        ),
        (
            "[1,2] Heavy rain fell, the river rose by four metres.",
            *([("Heavy rain fell, the river rose by four metres.", "supported", [RAIN, RIVER])],)
            * 2,
        ),
        # Wrong words give way to the sentence that they were to stand on.
        ("[2] The river rose by five metres.", [RIVER_QUOTED], [RIVER_QUOTED]),
        ("[2]", [RIVER_QUOTED], [RIVER_QUOTED]),
        ("[3] About 400 people left.", [(PEOPLE, "quoted", [PEOPLE])], [RIVER_QUOTED]),
        # An unreliable model is believed only where it agrees with the search.
        ("[1] Heavy rain fell.", [("Heavy rain fell.", "supported", [RAIN])], [RIVER_QUOTED]),
        ("[0]", [], [RIVER_QUOTED]),
        ("", [], [RIVER_QUOTED]),
        # One claim after the other; each once.
        (
            "[1] Heavy rain fell.\n[2] The river rose.\n[1] Heavy rain fell.",
            [("Heavy rain fell.", "supported", [RAIN]), ("The river rose.", "supported", [RIVER])],
            [RIVER_QUOTED],
        ),
        (
            "[2] The river rose.\n[3] About 400 people left.\n[2] The river rose by six metres.",
            [
                ("The river rose.", "supported", [RIVER]),
                (PEOPLE, "quoted", [PEOPLE]),
                RIVER_QUOTED,
            ],
            [("The river rose.", "supported", [RIVER])],
        ),
        (
            "[2] The river rose.\n[0]",
            *([("The river rose.", "supported", [RIVER])],) * 2,
        ),
        # Marks in the text are the program's to write.
        (
            "[2] The river [3] rose [1, 2].",
            *([("The river rose .", "supported", [RIVER])],) * 2,
        ),
    ],
)
def test_what_becomes_of_the_models_words(
    make: Make,
    script: str,
    reliable: list[tuple[str, str, list[str]]],
    unreliable: list[tuple[str, str, list[str]]],
) -> None:
    for is_reliable, expected in ((True, reliable), (False, unreliable)):
        library, _ = make(script, reliable=is_reliable)
        answer = library.ask(QUESTION)
        assert shown(answer) == expected
        assert answer.abstained == (not expected)
        assert (answer.text == NOT_FOUND) == (not expected)


@pytest.mark.parametrize(
    ("script", "reliable", "reason"),
    [
        ("[2] The river rose.", True, None),
        ("[2] The river rose by five metres.", True, "the number 5 is not in the evidence"),
        ("[2] The river rose by five metres.", False, "the number 5 is not in the evidence"),
        ("[2]", True, "the model wrote nothing"),
        ("[1] Heavy rain fell.", False, DID_NOT_HOLD),
    ],
)
def test_a_claim_says_why_it_is_a_quote(
    make: Make, script: str, reliable: bool, reason: str | None
) -> None:
    (claim,) = make(script, reliable=reliable)[0].ask(QUESTION).claims
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


def test_doubt_begins_below_the_best_cosine(make: Make) -> None:
    library, model = make("[2] The river rose.")
    found = library.search(QUESTION)
    best = max(match.cosine for _, match in found.best_sentences())
    template = load_template("answer")
    for doubt, abstained in ((best, False), (best + 1e-6, True), (0.0, False), (1.1, True)):
        stream = start(
            QUESTION, found, lambda: model, template, Trace(), lambda _: None, doubt=doubt
        )
        assert stream.answer.abstained == abstained


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
    found = Library(stock, encoder=FakeEncoder(), model=model).search(QUESTION)
    proofs: list[int] = []

    def prove(citations: object) -> None:
        proofs.append(1)
        raise AssertionError("inexact")

    stream = start(QUESTION, found, lambda: model, load_template("answer"), Trace(), prove)
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
