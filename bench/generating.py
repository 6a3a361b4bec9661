"""Our adapter over llama.cpp against the bare calls on the same tokens, in the same process."""

from __future__ import annotations

import ctypes
import time

import numpy as np

from bench.measure import Row
from rag import models
from rag.generate import LlamaModel, Usage
from rag.llama import BATCH
from rag.prompt import Part

TOKENS = 64
TEXT = "The council met on Monday to speak about the harbour, the budget and the new bridge. " * 25


def rows() -> list[Row]:
    """Prompt evaluation and decoding: ours, the floor, and their ratio."""
    model = LlamaModel(models.model_file())
    ours, floor = [], []
    for _ in range(3):
        ours.append(_ours(model))
        floor.append(_floor(model))
    reading, writing = (max(rates) for rates in zip(*ours, strict=True))
    floor_reading, floor_writing = (max(rates) for rates in zip(*floor, strict=True))
    return [
        Row("reading a prompt", f"{reading:.0f} tokens/s"),
        Row("floor: bare llama.cpp", f"{floor_reading:.0f} tokens/s"),
        Row("reading / floor", f"{reading / floor_reading:.2f}"),
        Row("writing", f"{writing:.0f} tokens/s"),
        Row("floor: bare llama.cpp", f"{floor_writing:.0f} tokens/s"),
        Row("writing / floor", f"{writing / floor_writing:.2f}"),
    ]


def _ours(model: LlamaModel) -> tuple[float, float]:
    model._clear()
    usage = Usage()
    letters = "abcdefgh"  # an allow-list keeps the model from ending before its time
    for _ in model.generate((Part(TEXT),), limit=TOKENS, allow=lambda _: letters, usage=usage):
        pass
    return 1000 * usage.prompt / usage.prompt_ms, 1000 * usage.generated / usage.generate_ms


def _floor(model: LlamaModel) -> tuple[float, float]:
    import llama_cpp

    model._clear()
    tokens = model._tokens((Part(TEXT),))
    began = time.perf_counter()
    for start in range(0, len(tokens), BATCH):
        _decode(model, tokens[start : start + BATCH])
    read = time.perf_counter()
    for _ in range(TOKENS):
        logits = np.ctypeslib.as_array(
            llama_cpp.llama_get_logits_ith(model._context, -1), shape=(model._vocabulary,)
        )
        _decode(model, [int(np.argmax(logits))])
    end = time.perf_counter()
    model._clear()
    return len(tokens) / (read - began), TOKENS / (end - read)


def _decode(model: LlamaModel, tokens: list[int]) -> None:
    import llama_cpp

    array = (llama_cpp.llama_token * len(tokens))(*tokens)
    assert (
        llama_cpp.llama_decode(
            model._context, llama_cpp.llama_batch_get_one(array, ctypes.c_int32(len(tokens)))
        )
        == 0
    )
