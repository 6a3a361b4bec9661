"""Running a language model: prompts to text, greedily. Nothing else imports llama_cpp.

Written against llama.cpp's C interface rather than the `Llama` class above it, which copies all
logits, hides the state of the KV cache, and can't stop while it reads a prompt.
"""

from __future__ import annotations

import codecs
import ctypes
import math
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import Cancelled, ModelError, PromptTooLong
from rag.models import ModelFile
from rag.network import cores
from rag.prompt import ChatFormat, Prompt, chat_format

CONTEXT = 4096  # tokens of prompt and answer together, unless the model knows fewer
BATCH = 256  # tokens of a prompt evaluated at once: larger ones are no faster on a CPU
END = ""  # in an allow-list: the end of the answer

AllowList = Callable[[str], Sequence[str] | None]
"""What may follow the text so far: single ASCII characters and `END`; None for anything."""


@dataclass(slots=True)
class Usage:
    """What one generation cost; filled in while it runs.

    Attributes:
        prompt: tokens of the prompt; of these, `reused` were in the KV cache already.
        generated: tokens of the answer.
        prompt_ms, generate_ms: milliseconds spent on each.
        choices: for each token that an allow-list decided about, the probability that the model
            gave each character on it.
        surprise: nats of the tokens that no allow-list decided about, the end among them: the
            negative logarithm of their probability.
    """

    prompt: int = 0
    reused: int = 0
    generated: int = 0
    prompt_ms: float = 0.0
    generate_ms: float = 0.0
    choices: list[dict[str, float]] = field(default_factory=list)
    surprise: float = 0.0


class Model(Protocol):
    """What answering needs of a language model. `rag.testing.FakeModel` is one without weights.

    Attributes:
        name: for people.
        fingerprint: of the weights and their form.
        context: tokens that prompt and answer may have together.
        reliable, adapter: see `rag.models.ModelFile`.
    """

    @property
    def name(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def context(self) -> int: ...
    @property
    def chat(self) -> ChatFormat: ...
    @property
    def reliable(self) -> bool: ...
    @property
    def adapter(self) -> str | None: ...

    def count_tokens(self, prompt: Prompt) -> int:
        """How many tokens the model reads for this prompt, exactly."""
        ...

    def generate(
        self,
        prompt: Prompt,
        *,
        limit: int,
        allow: AllowList | None = None,
        stop: threading.Event | None = None,
        usage: Usage | None = None,
    ) -> Iterator[str]:
        """The most likely continuation, in pieces of whole characters, `limit` tokens at most.

        Raises:
            PromptTooLong: prompt and limit don't fit the context.
            Cancelled: `stop` was set.
        """
        ...


class LlamaModel:
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
        self._characters: dict[str, int] = {}
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
        parameters.n_outputs_max = 1  # logits of the last token only: saves 50 MB
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

    def _token_of(self, character: str) -> int:
        """The token that writes just this character, nothing before it."""
        if character not in self._characters:
            token = self._tokenize(character, control=False)[-1]
            if self._piece(token) != character.encode():
                raise ModelError(
                    f"the model has no token of its own for {character!r}",
                    where=self.name,
                    remedy="choose another model",
                )
            self._characters[character] = token
        return self._characters[character]

    # Generating

    def generate(
        self,
        prompt: Prompt,
        *,
        limit: int,
        allow: AllowList | None = None,
        stop: threading.Event | None = None,
        usage: Usage | None = None,
    ) -> Iterator[str]:
        count = self.count_tokens(prompt)
        if count + limit > self.context:
            raise PromptTooLong(
                f"{count} tokens and {limit} to write don't fit the {self.context} of the "
                "model's context",
                where=self.name,
                remedy="shorten the question, or choose a model with a larger context",
            )
        with self._taken():
            self._stop = threading.Event() if stop is None else stop
            yield from self._generate(prompt, limit, allow, usage if usage is not None else Usage())

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

    def _generate(
        self, prompt: Prompt, limit: int, allow: AllowList | None, usage: Usage
    ) -> Iterator[str]:
        from time import perf_counter

        began = perf_counter()
        usage.prompt, usage.reused = self._read(prompt)
        usage.prompt_ms += 1000 * (perf_counter() - began)
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        text = ""
        chosen: int | None = None
        for _ in range(limit):
            began = perf_counter()
            if chosen is not None:
                self._decode([chosen])
            token = self._choose(allow(text) if allow else None, usage)
            if token is None:
                break
            usage.generated += 1
            piece = decoder.decode(self._piece(token))
            usage.generate_ms += 1000 * (perf_counter() - began)
            text += piece
            if piece:
                yield piece
            chosen = token
        if rest := decoder.decode(b"", final=True):
            yield rest

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
        if self._stop.is_set():
            raise Cancelled
        array = (self._llama.llama_token * len(tokens))(*tokens)
        batch = self._llama.llama_batch_get_one(array, len(tokens))
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

    def _choose(self, allowed: Sequence[str] | None, usage: Usage) -> int | None:
        """The most likely token among those allowed; None for the end."""
        logits = self._logits()
        top = int(np.argmax(logits))
        if allowed is None:
            usage.surprise += _log_sum(logits) - float(logits[top])
            return None if self._ends(top) else top
        tokens = {one: self._token_of(one) for one in allowed if one != END}
        if not tokens:
            return None
        every = _log_sum(logits)
        usage.choices.append({c: math.exp(float(logits[t]) - every) for c, t in tokens.items()})
        # The model's own wish to end is worth that of its most likely token, if that ends.
        if END in allowed and self._ends(top):
            return None
        return max(tokens.values(), key=lambda token: float(logits[token]))

    def _logits(self) -> NDArray[np.float32]:
        pointer = self._llama.llama_get_logits_ith(self._context, -1)
        return np.ctypeslib.as_array(pointer, shape=(self._vocabulary,))

    def _ends(self, token: int) -> bool:
        return bool(self._llama.llama_vocab_is_eog(self._vocab, token))


def _log_sum(logits: NDArray[np.float32]) -> float:
    """Logarithm of the sum of their exponentials."""
    highest = float(logits.max())
    return highest + math.log(float(np.exp(logits - highest).sum()))


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
    """llama_cpp, started once and told to be silent."""
    global _SILENT
    with _little_spinning():
        import llama_cpp

    if _SILENT is None:
        _SILENT = llama_cpp.llama_log_callback(lambda *_: None)
        llama_cpp.llama_log_set(_SILENT, ctypes.c_void_p(0))
        llama_cpp.llama_backend_init()
    return llama_cpp
