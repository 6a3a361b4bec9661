"""The adapter to llama.cpp, on the embedded model."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag import models
from rag.errors import Cancelled, ModelError, PromptTooLong
from rag.generate import END, LlamaModel, Usage
from rag.llama import BATCH, BRANCHES, WEIGHED
from rag.models import ModelFile
from rag.prompt import Part, Prompt

START = Part("A short story about a river and a bridge. ", fixed=True)
OTHER = Part("The mayor said on Monday that nothing was decided. ", fixed=True)
LONG = Part("The river rose and the bridge was closed. " * 40, fixed=True)
SOME = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def prompt(*parts: Part | str) -> Prompt:
    return tuple(Part(part) if isinstance(part, str) else part for part in parts)


def written(model: LlamaModel, prompt: Prompt, limit: int = 12, **options: object) -> str:
    return "".join(model.generate(prompt, limit=limit, **options))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def model(real_model: LlamaModel) -> LlamaModel:
    return real_model


# Repeating

# Where digits could differ: from 64 tokens evaluated together on, attention is computed in tiles.
PROMPTS = [
    prompt(START, "Once there was"),
    prompt(START, "Once there was a bridge over the river that. " * 9),
    prompt(OTHER, "Then"),
    prompt(LONG, "So the mayor said on Monday that nothing was decided. " * 7),
    prompt("No fixed start here, it" * 15),
]


@SOME
@given(history=st.lists(st.sampled_from(PROMPTS), max_size=5), last=st.sampled_from(PROMPTS))
def test_what_came_before_changes_no_digit(
    model: LlamaModel, history: list[Prompt], last: Prompt
) -> None:
    for one in history:
        written(model, one, 3)
    after_history = written(model, last), model._logits().tobytes()
    model._clear()
    assert (written(model, last), model._logits().tobytes()) == after_history


def test_the_fixed_start_is_taken_from_the_cache(model: LlamaModel) -> None:
    model._clear()
    first, second, third = Usage(), Usage(), Usage()
    written(model, prompt(START, "It was"), usage=first)
    written(model, prompt(START, "They were many, and"), usage=second)
    written(model, prompt(OTHER, "They were many, and"), usage=third)
    assert first.reused == third.reused == 0
    assert 0 < second.reused == model.count_tokens((START,)) < second.prompt
    assert second.prompt_ms < first.prompt_ms + third.prompt_ms


def test_usage_counts_what_was_read_and_written(model: LlamaModel) -> None:
    usage, asked = Usage(), prompt(START, "The")
    written(model, asked, 7, usage=usage)
    assert usage.prompt == model.count_tokens(asked)
    assert usage.generated == 7
    assert usage.prompt_ms > 0 < usage.generate_ms


# Writing


def test_pieces_are_whole_characters(model: LlamaModel) -> None:
    asked = prompt("Repeat: \U0001f600\u4f60\u597d\u0438 \U0001f600\u4f60\u597d\u0438 \U0001f600")
    pieces = list(model.generate(asked, limit=30))
    assert "\ufffd" not in "".join(pieces[:-1])
    assert all(pieces)
    assert any(ord(character) > 127 for piece in pieces for character in piece)


def test_only_what_is_allowed_is_written(model: LlamaModel) -> None:
    plan = ["[", "123", "]", ""]

    def allow(text: str) -> list[str]:
        return list(plan[len(text)]) or [END]

    found = written(model, prompt("Choose a number: "), allow=allow)
    assert found in {"[1]", "[2]", "[3]"}


def test_nothing_allowed_ends(model: LlamaModel) -> None:
    assert written(model, prompt("Say: "), allow=lambda text: []) == ""


def test_a_character_without_a_token_of_its_own_is_refused(model: LlamaModel) -> None:
    with pytest.raises(ModelError, match="no token of its own"):
        written(model, prompt("Say: "), allow=lambda text: ["\U0001f9ff"])


# Limits


def test_a_prompt_that_does_not_fit_is_refused_and_never_cut(model: LlamaModel) -> None:
    room = model.context - model.count_tokens(prompt("one"))
    with pytest.raises(PromptTooLong, match="shorten the question"):
        written(model, prompt("one"), room + 1)
    with pytest.raises(PromptTooLong):
        written(model, prompt("one two " * model.context))


# Stopping


def timer(seconds: float) -> threading.Event:
    stop = threading.Event()
    threading.Timer(seconds, stop.set).start()
    return stop


def test_stopped_while_it_reads_the_prompt(model: LlamaModel) -> None:
    expected = written(model, PROMPTS[0])
    model._clear()
    usage = Usage()
    asked = prompt(Part("The river rose. " * 150, fixed=True), "So")
    assert model.count_tokens(asked) > 2 * BATCH
    with pytest.raises(Cancelled):
        written(model, asked, stop=timer(0.05), usage=usage)
    assert usage.generated == 0
    assert written(model, PROMPTS[0]) == expected


def test_stopped_while_it_writes(model: LlamaModel) -> None:
    stop = threading.Event()
    with pytest.raises(Cancelled):
        for _ in model.generate(PROMPTS[0], limit=50, stop=stop):
            stop.set()
    assert written(model, PROMPTS[0])


def test_an_answer_that_is_left_unread_frees_the_model(model: LlamaModel) -> None:
    started = model.generate(PROMPTS[0], limit=50)
    next(started)
    with pytest.raises(ModelError, match="still reading another answer"):
        written(model, PROMPTS[1])
    started.close()
    assert written(model, PROMPTS[1])


def test_threads_take_turns(model: LlamaModel) -> None:
    expected = {asked: written(model, asked) for asked in PROMPTS}
    found: list[bool] = []

    def ask() -> None:
        found.extend(written(model, asked) == expected[asked] for asked in PROMPTS)

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == [True] * 15


# Loading


@pytest.fixture
def broken(tmp_path: Path) -> Iterator[ModelFile]:
    shipped = models.embedded_gguf().read_bytes()
    file = tmp_path / "half.gguf"
    file.write_bytes(shipped[: len(shipped) // 2])
    yield ModelFile("half", file, "0" * 16)


def test_half_a_file_is_an_error_and_the_process_lives(broken: ModelFile) -> None:
    with pytest.raises(ModelError, match=r"half\.gguf.*can't load.*fetch it again"):
        LlamaModel(broken)


def test_a_closed_model_is_an_error_and_can_be_closed_again() -> None:
    model = LlamaModel(models.model_file(), context=256, threads=1)
    assert written(model, prompt("The"), 2)
    model.close()
    model.close()
    with pytest.raises(ModelError, match="has been closed"):
        written(model, prompt("The"), 2)


# Weighing


def weighed(
    model: LlamaModel, asked: Prompt, start: str, *texts: str, complete: bool = False
) -> list[float]:
    with model.weighing(asked) as weigher:
        return weigher.weigh(start, texts, complete)


def test_likelier_texts_weigh_more_and_all_that_may_follow_is_one(model: LlamaModel) -> None:
    asked = prompt(START, "one two")
    likely, unlikely = weighed(model, asked, " three", " four", " nine")
    assert unlikely < likely < 0
    letters = [chr(one) for one in range(32, 127)]
    assert sum(map(math.exp, weighed(model, asked, " three", *letters))) <= 1


def test_the_weight_of_a_text_is_that_of_its_tokens_one_after_the_other(model: LlamaModel) -> None:
    asked = prompt(START, "In 1998")
    [whole] = weighed(model, asked, " it", " rained all day.")
    parts = [" rained", " all", " day", "."]
    single = [
        weighed(model, asked, f" it{''.join(parts[:n])}", part)[0] for n, part in enumerate(parts)
    ]
    assert whole == pytest.approx(sum(single), abs=0.02)  # batches differ in their last digits


def test_a_complete_text_weighs_less_and_what_is_written_weighs_most(model: LlamaModel) -> None:
    pieces = list(model.generate(PROMPTS[1], limit=6))
    start, rest = pieces[0], "".join(pieces[1:])
    begun, worse = weighed(model, PROMPTS[1], start, rest, f" un{rest.strip()}")
    [complete] = weighed(model, PROMPTS[1], start, rest, complete=True)
    assert complete < begun
    assert worse < begun


def test_many_texts_weigh_what_each_weighs_alone(model: LlamaModel) -> None:
    texts = [" sun", " moon and the stars", *(f" {n} suns" for n in range(BRANCHES)), " sun"]
    long = " one two three four" * (WEIGHED // 5)
    with model.weighing(prompt("Count:")) as weigher:
        for complete in (False, True):
            alone = [weigher.weigh(" now", [text], complete)[0] for text in texts]
            together = weigher.weigh(" now", texts, complete)
            assert together == pytest.approx(alone, abs=0.02)
            # Beside more than 64 tokens the last digits are others, in 8 bits up to some tenths.
            beside = weigher.weigh(" now", [*texts[:3], long, *texts[3:]], complete)
            assert beside[:3] + beside[4:] == pytest.approx(alone, abs=1)


def test_what_there_is_no_room_for_weighs_nothing(model: LlamaModel) -> None:
    long = "x1" * model.context  # as an address in an article may be
    with model.weighing(PROMPTS[0]) as weigher:
        alone = weigher.weigh("The", [" sun"], complete=True)
        assert weigher.weigh("The", [long, " sun"], complete=True) == [-math.inf, *alone]


def test_weighing_leaves_nothing_behind(model: LlamaModel) -> None:
    expected = written(model, PROMPTS[0])
    weighed(model, PROMPTS[0], "The", " sun", " moon")
    assert written(model, PROMPTS[0]) == expected
    usage = Usage()
    with model.weighing(PROMPTS[0], usage=usage) as weigher:
        weigher.weigh("The", [" sun"])
    assert usage.prompt
    assert usage.generate_ms > 0


def test_weighing_waits_its_turn_and_can_be_stopped(model: LlamaModel) -> None:
    stop = threading.Event()
    with model.weighing(PROMPTS[0], stop=stop) as weigher:
        with pytest.raises(ModelError, match="still reading another answer"):
            written(model, PROMPTS[1])
        stop.set()
        with pytest.raises(Cancelled):
            weigher.weigh("The", [" sun"])
    assert written(model, PROMPTS[1])


def test_a_prompt_without_room_for_what_is_weighed_is_an_error(model: LlamaModel) -> None:
    long = prompt(" one" * (model.context - 8))
    with pytest.raises(PromptTooLong, match="don't fit"), model.weighing(long):
        pass
