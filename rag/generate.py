"""Running a language model: prompts to text, greedily, and how likely it holds given texts."""

from __future__ import annotations

import codecs
import math
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError, PromptTooLong
from rag.llama import BRANCHES, CONTEXT, WEIGHED, Llama
from rag.models import ModelFile
from rag.prompt import ChatFormat, Prompt

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
    """

    prompt: int = 0
    reused: int = 0
    generated: int = 0
    prompt_ms: float = 0.0
    generate_ms: float = 0.0


class Weigher(Protocol):
    """A prompt that a model has read, for asking what it holds of some continuations."""

    def weigh(self, start: str, texts: Sequence[str], complete: bool = False) -> list[float]:
        """The logarithm of each text's probability after the prompt and `start`.

        It is minus infinity for a text that is longer than `rag.llama.WEIGHED` tokens with `start`.

        Args:
            start, texts: tokens of their own each; not empty.
            complete: a text's probability is that of nothing following it.

        Raises:
            Cancelled: `stop` was set.
        """
        ...


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

    def weighing(
        self,
        prompt: Prompt,
        *,
        stop: threading.Event | None = None,
        usage: Usage | None = None,
    ) -> AbstractContextManager[Weigher]:
        """The model after it has read a prompt, for this caller alone until it is left.

        Raises:
            PromptTooLong: prompt and what is weighed don't fit the context.
            Cancelled: `stop` was set.
        """
        ...


class LlamaModel(Llama):
    """A `Model` in llama.cpp, on the CPU.

    One generation at a time: a second one waits for the first to end or to be closed. Arguments and
    errors are those of `Llama`.
    """

    def __init__(self, file: ModelFile, context: int = CONTEXT, threads: int = 0) -> None:
        super().__init__(file, context, threads)
        self._characters: dict[str, int] = {}

    def generate(
        self,
        prompt: Prompt,
        *,
        limit: int,
        allow: AllowList | None = None,
        stop: threading.Event | None = None,
        usage: Usage | None = None,
    ) -> Iterator[str]:
        usage = usage if usage is not None else Usage()
        with self._begun(prompt, limit, stop, usage):
            yield from self._generate(limit, allow, usage)

    @contextmanager
    def weighing(
        self,
        prompt: Prompt,
        *,
        stop: threading.Event | None = None,
        usage: Usage | None = None,
    ) -> Iterator[Weigher]:
        usage = usage if usage is not None else Usage()
        with self._begun(prompt, WEIGHED, stop, usage):
            self._forget(usage.prompt)
            yield _LlamaWeigher(partial(self._weigh, usage.prompt), usage)

    @contextmanager
    def _begun(
        self, prompt: Prompt, more: int, stop: threading.Event | None, usage: Usage
    ) -> Iterator[None]:
        """The model for one caller alone, after it has read a prompt that leaves room for more."""
        count = self.count_tokens(prompt)
        if count + more > self.context:
            raise PromptTooLong(
                f"{count} tokens and {more} to write don't fit the {self.context} of the "
                "model's context",
                where=self.name,
                remedy="shorten the question, or choose a model with a larger context",
            )
        with self._taken():
            self._stop = threading.Event() if stop is None else stop
            began = perf_counter()
            usage.prompt, usage.reused = self._read(prompt)
            usage.prompt_ms += 1000 * (perf_counter() - began)
            yield

    def _generate(self, limit: int, allow: AllowList | None, usage: Usage) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        text = ""
        chosen: int | None = None
        for _ in range(limit):
            began = perf_counter()
            if chosen is not None:
                self._decode([chosen])
            token = self._choose(allow(text) if allow else None)
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

    def _choose(self, allowed: Sequence[str] | None) -> int | None:
        """The most likely token among those allowed; None for the end."""
        logits = self._logits()
        top = int(np.argmax(logits))
        if allowed is None:
            return None if self._ends(top) else top
        tokens = [self._token_of(one) for one in allowed if one != END]
        # The model's own wish to end is worth that of its most likely token, if that ends.
        if not tokens or (END in allowed and self._ends(top)):
            return None
        return max(tokens, key=lambda token: float(logits[token]))

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

    # Weighing

    def _weigh(self, read: int, start: str, texts: Sequence[str], complete: bool) -> list[float]:
        """As `Weigher.weigh` does it.

        Args:
            read: tokens of the prompt, which are in the KV cache.
        """
        before = self._tokenize(start, control=False)
        every = [self._tokenize(text, control=False) for text in texts]
        found = [-math.inf] * len(texts)
        for group in _groups(every, WEIGHED - len(before)):
            branches = [every[text] if complete else every[text][:-1] for text in group]
            places = self._decode_branches(read, before, branches)
            for text, place in zip(group, places, strict=True):
                found[text] = self._log_likelihood(every[text], len(before) - 1, place, complete)
        return found

    def _log_likelihood(self, tokens: list[int], first: int, place: int, complete: bool) -> float:
        """Of tokens that were evaluated as a branch.

        Args:
            first, place: in the batch, the token before them and the first of them.
        """
        befores = [first, *range(place, place + len(tokens))]
        total = sum(
            _log_probability(self._logits(before), token)
            for before, token in zip(befores, tokens, strict=False)
        )
        if complete:
            last = self._logits(befores[-1])
            total += max(_log_probability(last, end) for end in self._ends_with)
        return total


def _groups(texts: Sequence[list[int]], most: int) -> Iterator[list[int]]:
    """The places of texts that are weighed at once: of `most` tokens together, longer ones left
    out."""
    group: list[int] = []
    room = most
    for text, tokens in enumerate(texts):
        if len(tokens) > most:
            continue
        if len(group) == BRANCHES or len(tokens) > room:
            yield group
            group, room = [], most
        group.append(text)
        room -= len(tokens)
    if group:
        yield group


class _LlamaWeigher:
    """See `Weigher`."""

    def __init__(self, weigh: Callable[[str, Sequence[str], bool], list[float]], usage: Usage):
        self._weigh = weigh
        self._usage = usage

    def weigh(self, start: str, texts: Sequence[str], complete: bool = False) -> list[float]:
        began = perf_counter()
        try:
            return self._weigh(start, texts, complete)
        finally:
            self._usage.generate_ms += 1000 * (perf_counter() - began)


def _log_probability(logits: NDArray[np.float32], token: int) -> float:
    """The logarithm of a token's probability."""
    highest = float(logits.max())
    together = math.log(float(np.exp(logits - highest).sum()))
    return float(logits[token]) - highest - together
