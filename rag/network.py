"""A transformer prepared for the CPU in a folder, run by OpenVINO."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError

STEP = 16  # texts are padded to a multiple of this many tokens: each new shape costs 10 ms once

Ids = NDArray[np.int64]


@contextmanager
def whole(what: str, folder: Path) -> Iterator[None]:
    """Loading from a prepared model's folder: whatever goes wrong means that it is damaged.

    Raises:
        ModelError: something did.
    """
    try:
        yield
    except Exception as error:  # tokenizers raises nothing more special
        raise ModelError(
            f"the prepared {what} is damaged",
            where=str(folder),
            remedy="delete that folder; it is made anew from the original model",
        ) from error


def load_tokenizer(folder: Path, window: int) -> Any:
    """The tokenizer of a prepared model, which cuts texts at `window` tokens."""
    # Its threads would compete with OpenVINO's; one is fast enough.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(window)
    tokenizer.no_padding()
    # "[SEP]" in an article is five characters, not the end of a text.
    tokenizer.encode_special_tokens = True
    return tokenizer


def load_network(folder: Path, threads: int = 0) -> Any:
    """The network, a function of its named inputs that any thread may call; `threads` is 0 for one
    a core."""
    block_telemetry()
    import openvino

    options: dict[str, Any] = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": threads or cores(),
    }
    if os.access(folder, os.W_OK):
        # What a compilation makes is loaded in a fifth of its time.
        options["CACHE_DIR"] = str(folder / "compiled")

    def compile_model() -> Any:
        return openvino.Core().compile_model(str(folder / "model.xml"), "CPU", options)

    # Compiling gives the thread that does it a signal stack, which ends with the model: a signal
    # after that would end the process, so it must not be the main thread, which receives them.
    with ThreadPoolExecutor(max_workers=1) as thread:
        network = thread.submit(compile_model).result()
    lock = threading.Lock()

    def run(inputs: Mapping[str, Ids]) -> Any:
        with lock:  # called from a second thread meanwhile, OpenVINO raises
            return network(inputs)

    return run


def block_telemetry() -> None:
    """OpenVINO and NNCF report their use to their maker unless an optional module is missing."""
    blocked: dict[str, Any] = {"openvino_telemetry": None}  # None makes the import fail
    sys.modules.update(blocked)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def padded(tokens: Sequence[Sequence[int]]) -> tuple[Ids, Ids]:
    """Tokens as one array and its mask, both of shape (texts, tokens)."""
    longest = max(len(ids) for ids in tokens)
    width = -(-longest // STEP) * STEP
    ids = np.zeros((len(tokens), width), np.int64)
    mask = np.zeros_like(ids)
    for row, some in enumerate(tokens):
        ids[row, : len(some)] = some
        mask[row, : len(some)] = 1
    return ids, mask
