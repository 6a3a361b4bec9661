"""A model in llama.cpp: its tokens, KV cache and logits. Nothing else imports llama_cpp.

Written against llama.cpp's C interface rather than the `Llama` class of llama-cpp-python, which
copies all logits, hides the state of the KV cache, and can't stop while it reads a prompt.
"""

from __future__ import annotations

import ctypes
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import Cancelled, ModelError
from rag.models import ModelFile
from rag.network import cores
from rag.prompt import Prompt, chat_format

CONTEXT = 4096  # tokens of prompt and answer together, unless the model knows fewer
BATCH = 256  # tokens of a prompt evaluated at once: larger ones are no faster on a CPU
WEIGHED = 96  # tokens whose logits are kept at once: of branches
BRANCHES = 8  # continuations evaluated at once

Row = tuple[int, int, Sequence[int]]
"""A token in a batch, its position, and the sequences that it belongs to."""


class Llama:
    """A GGUF model in llama.cpp, on the CPU.

    One generation at a time: a second one waits for the first to end or to be closed.

    Args:
        threads: 0 for one a core; part of what makes an answer repeat to the letter.

    Raises:
        ModelError: llama.cpp can't load the file.
    """

    def __init__(self, file: ModelFile, context: int = CONTEXT, threads: int = 0) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._owner: int | None = None  # the thread whose generation has the lock
        self._in_cache: list[int] = []  # the fixed start of a prompt
        self._stop = threading.Event()
        self._llama = _library()
        self._model = self._load_model()
        self._vocab = self._llama.llama_model_get_vocab(self._model)
        trained = self._llama.llama_model_n_ctx_train(self._model)
        self.context = min(context, trained)
        self._context = self._make_context(threads or cores())
        self._vocabulary = int(self._llama.llama_vocab_n_tokens(self._vocab))
        self._memory = self._llama.llama_get_memory(self._context)
        self._ends_with = [token for token in self._end_tokens() if token >= 0]
        self.chat = chat_format(self._has_control_token)

    @property
    def name(self) -> str:
        return self._file.name

    @property
    def fingerprint(self) -> str:
        return self._file.fingerprint

    @property
    def reliable(self) -> bool:
        return self._file.reliable

    @property
    def adapter(self) -> str | None:
        return self._file.adapter

    def close(self) -> None:
        """Frees the memory of the model; it can't be used any more."""
        with self._lock:
            if self._context:
                self._llama.llama_free(self._context)
                self._llama.llama_model_free(self._model)
                self._context = self._model = None

    def __del__(self) -> None:
        if getattr(self, "_context", None):
            self.close()

    # Loading

    def _load_model(self) -> Any:
        parameters = self._llama.llama_model_default_params()
        parameters.n_gpu_layers = 0
        model = self._llama.llama_model_load_from_file(str(self._file.path).encode(), parameters)
        if not model:
            raise ModelError(
                "llama.cpp can't load this model",
                where=str(self._file.path),
                remedy="it may be incomplete or of a kind not known yet; fetch it again",
            )
        return model

    def _make_context(self, threads: int) -> Any:
        llama = self._llama
        parameters = llama.llama_context_default_params()
        parameters.n_ctx = self.context
        parameters.n_batch = parameters.n_ubatch = BATCH
        parameters.n_threads = parameters.n_threads_batch = threads
        parameters.flash_attn_type = llama.LLAMA_FLASH_ATTN_TYPE_ENABLED
        parameters.n_outputs_max = WEIGHED  # of as many as a batch has would take 30 MB more
        parameters.n_seq_max = 1 + BRANCHES
        parameters.kv_unified = True  # branches share what comes before them
        context = llama.llama_init_from_model(self._model, parameters)
        if not context:
            raise ModelError(
                f"no memory for a context of {self.context} tokens",
                where=str(self._file.path),
                remedy="close other programs, or choose a smaller model",
            )
        # Kept in an attribute: ctypes would free the callback while llama.cpp still calls it.
        self._abort = llama.ggml_abort_callback(self._must_abort)
        return context

    def _must_abort(self, _data: object) -> bool:
        return self._stop.is_set()

    # Tokens

    def count_tokens(self, prompt: Prompt) -> int:
        return len(self._tokens(prompt))

    def _tokens(self, prompt: Prompt) -> list[int]:
        if not self._model:  # llama.cpp would end the process
            raise ModelError("this model has been closed", where=self.name)
        start = [self._llama.llama_vocab_bos(self._vocab)] if self._adds_bos() else []
        for part in prompt:
            start += self._tokenize(part.text, part.control)
        return start

    def _adds_bos(self) -> bool:
        return bool(self._llama.llama_vocab_get_add_bos(self._vocab))

    def _tokenize(self, text: str, control: bool) -> list[int]:
        raw = text.encode()
        room = len(raw) + 8
        while True:
            tokens = (self._llama.llama_token * room)()
            count = self._llama.llama_tokenize(
                self._vocab, raw, len(raw), tokens, room, False, control
            )
            if count >= 0:
                return list(tokens[:count])
            room = -count

    def _end_tokens(self) -> tuple[int, int]:
        """Of an answer, and of a text; -1 where the model has none."""
        return self._llama.llama_vocab_eot(self._vocab), self._llama.llama_vocab_eos(self._vocab)

    def _has_control_token(self, text: str) -> bool:
        tokens = self._tokenize(text, control=True)
        return len(tokens) == 1 and bool(self._llama.llama_vocab_is_control(self._vocab, tokens[0]))

    def _piece(self, token: int) -> bytes:
        room = 64
        while True:
            buffer = ctypes.create_string_buffer(room)
            size = self._llama.llama_token_to_piece(self._vocab, token, buffer, room, 0, False)
            if size >= 0:
                return buffer.raw[:size]
            room = -size

    # Evaluating

    @contextmanager
    def _taken(self) -> Iterator[None]:
        """The model for this generation alone."""
        # Another thread's answer ends some time; an unfinished one of this thread never would.
        if self._owner == threading.get_ident():
            raise ModelError(
                "this thread is still reading another answer",
                where=self.name,
                remedy="read it to its end or close it first",
            )
        with self._lock:
            self._owner = threading.get_ident()
            try:
                yield
            finally:
                self._owner = None

    def _read(self, prompt: Prompt) -> tuple[int, int]:
        """Evaluates a prompt; returns its tokens and how many of them were in the KV cache.

        Only the fixed start is taken from the cache, and it is always evaluated by itself: the
        last digits of what a token computes to depend on the batch that it is in, so that reuse at
        any other place could change the answer.
        """
        fixed, rest = self._split(prompt)
        is_there = bool(fixed) and self._in_cache == fixed
        if not is_there or not self._llama.llama_memory_seq_rm(self._memory, 0, len(fixed), -1):
            is_there = False  # or the memory of this model can't be cut
            self._clear()
        # Asked at every node of the graph, which costs too much for the single tokens of an answer.
        self._llama.llama_set_abort_callback(self._context, self._abort, None)
        try:
            with _ctrl_c_sets(self._stop):
                if not is_there:
                    self._evaluate(fixed)
                    self._in_cache = fixed
                self._evaluate(rest)
        finally:
            self._llama.llama_set_abort_callback(
                self._context, self._llama.ggml_abort_callback(), None
            )
        return len(fixed) + len(rest), len(fixed) if is_there else 0

    def _split(self, prompt: Prompt) -> tuple[list[int], list[int]]:
        """The tokens of a prompt that are fixed, up to the first that isn't, and the rest."""
        count = next((n for n, part in enumerate(prompt) if not part.fixed), 0)
        fixed = self._tokens(prompt[:count]) if count else []
        return fixed, self._tokens(prompt)[len(fixed) :]

    def _evaluate(self, tokens: list[int]) -> None:
        for start in range(0, len(tokens), BATCH):
            self._decode(tokens[start : start + BATCH])

    def _decode(self, tokens: list[int]) -> None:
        """Evaluates tokens; the logits after the last are kept."""
        array = (self._llama.llama_token * len(tokens))(*tokens)
        self._run(self._llama.llama_batch_get_one(array, len(tokens)))

    def _decode_branches(
        self, known: int, start: list[int], branches: Sequence[list[int]]
    ) -> list[int]:
        """Evaluates a start and several continuations of it, as if each came alone.

        All tokens are in one batch, which takes half of the time of one batch a branch. The logits
        after the last token of the start and after every one of a branch are kept, `WEIGHED` at
        most. What comes before the start stays in the KV cache, and nothing else.

        Args:
            known: tokens before the start, in the KV cache.

        Returns:
            For each branch the place in the batch of its first token, or of what would follow.
        """
        # Sequence 0 is what is known; the start belongs to all branches, each a sequence more.
        names = range(1, len(branches) + 1)
        rows: list[Row] = [(token, known + at, names) for at, token in enumerate(start)]
        places = []
        for name, tokens in zip(names, branches, strict=True):
            places.append(len(rows))
            rows += [(token, at, [name]) for at, token in enumerate(tokens, known + len(start))]
        batch = self._batch(rows, kept_from=len(start) - 1)
        try:
            for name in names:
                self._llama.llama_memory_seq_cp(self._memory, 0, name, 0, known)
            self._run(batch)
        finally:
            self._llama.llama_batch_free(batch)
            for name in names:
                self._llama.llama_memory_seq_rm(self._memory, name, -1, -1)
        return places

    def _batch(self, rows: Sequence[Row], kept_from: int) -> Any:
        """A batch, which must be freed.

        Args:
            kept_from: the first of which the logits are kept.
        """
        batch = self._llama.llama_batch_init(len(rows), 0, max(len(one[2]) for one in rows))
        batch.n_tokens = len(rows)
        for row, (token, position, sequences) in enumerate(rows):
            batch.token[row], batch.pos[row] = token, position
            batch.n_seq_id[row] = len(sequences)
            for place, name in enumerate(sequences):
                batch.seq_id[row][place] = name
            batch.logits[row] = row >= kept_from
        return batch

    def _run(self, batch: Any) -> None:
        if self._stop.is_set():
            raise Cancelled
        code = self._llama.llama_decode(self._context, batch)
        if code == 0:
            return
        self._clear()  # what the cache holds of this batch is uncertain
        if self._stop.is_set():
            raise Cancelled
        raise ModelError(f"llama.cpp failed with code {code}", where=self.name)

    def _clear(self) -> None:
        self._in_cache = []
        self._llama.llama_memory_clear(self._memory, True)

    def _logits(self, place: int = -1) -> NDArray[np.float32]:
        """Of what follows a token of those evaluated last, by its place."""
        pointer = self._llama.llama_get_logits_ith(self._context, place)
        return np.ctypeslib.as_array(pointer, shape=(self._vocabulary,))

    def _ends(self, token: int) -> bool:
        return bool(self._llama.llama_vocab_is_eog(self._vocab, token))

    def _forget(self, known: int) -> None:
        """Leaves only the first `known` tokens in the KV cache."""
        if not self._llama.llama_memory_seq_rm(self._memory, 0, known, -1):
            raise ModelError("the memory of this model can't be cut", where=self.name)


@contextmanager
def _ctrl_c_sets(stop: threading.Event) -> Iterator[None]:
    """Lets Ctrl-C set an event and raises KeyboardInterrupt at the end.

    Otherwise Python raises it in whatever it runs next: the callback that llama.cpp calls, out of
    which nothing can be raised, so that it would be lost.
    """
    on_main = threading.current_thread() is threading.main_thread()
    if not on_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    pressed = threading.Event()

    def handle(_number: int, _frame: object) -> None:
        pressed.set()
        stop.set()

    signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if pressed.is_set():
            raise KeyboardInterrupt


@contextmanager
def _little_spinning() -> Iterator[None]:
    """Loads OpenMP so that threads which wait for each other soon let others have the core.

    Unless told, they spin 300,000 times first: beside another busy program an answer then takes a
    hundred times as long (`docs/performance.md`). 1,000 times costs nothing on a quiet machine.
    """
    name = "GOMP_SPINCOUNT"
    if name in os.environ or "OMP_WAIT_POLICY" in os.environ:
        yield
        return
    os.environ[name] = "1000"
    try:
        yield
    finally:
        del os.environ[name]


_SILENT: Any = None  # the callback that llama.cpp logs to, kept from being freed


def _library() -> Any:
    """The module llama_cpp, started and told to be silent."""
    global _SILENT
    with _little_spinning():
        import llama_cpp

    if _SILENT is None:
        _SILENT = llama_cpp.llama_log_callback(lambda *_: None)
        llama_cpp.llama_log_set(_SILENT, ctypes.c_void_p(0))
        llama_cpp.llama_backend_init()
    return llama_cpp
