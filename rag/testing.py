"""Stand-ins for the models, for tests of what is built on Citespan: no weights, no waiting.

>>> import tempfile
>>> from pathlib import Path
>>> from rag import Library
>>> folder = Path(tempfile.mkdtemp())
>>> _ = (folder / "flood.txt").write_text("Rain fell all week. The river rose by two metres.")
>>> model = FakeModel(["[2] The river rose by two metres."])
>>> library = Library.open(
...     folder / "library", encoder=FakeEncoder(), locator=FakeLocator(), model=model
... )
>>> _ = library.add(folder / "flood.txt")
>>> library.ask("The river rose by how many metres?").text
'The river rose by two metres. [1]'
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b

import numpy as np

from rag.encode import Vectors
from rag.errors import Cancelled, PromptTooLong
from rag.generate import END, AllowList, Usage, Weigher
from rag.llama import WEIGHED
from rag.locate import Located, Phrase, Reading
from rag.prompt import CHAT_FORMATS, ChatFormat, Prompt

_WORD = re.compile(r"\w+")
UNLIKELY = -20.0  # logarithm of the probability of what a `FakeModel` doesn't say
_TOKEN = re.compile(r"\s*\S+|\s+\Z")


class FakeEncoder:
    """An `Encoder` for which texts are alike as far as they share words; a word is a token.

    Each word adds 1 to one of the vector's numbers, chosen by its hash. Texts have the same vector
    in every process and on every machine.

    Args:
        name: encoders of different names or dimensions have different fingerprints.

    Attributes:
        encoded: how many texts it has encoded, questions not counted.
    """

    def __init__(self, name: str = "fake", dimension: int = 64, window: int = 256) -> None:
        self.name = name
        self.dimension = dimension
        self.window = window
        self.fingerprint = f"{name}-{dimension}"
        self.encoded = 0

    def encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Vectors:
        self.encoded += len(texts)
        if progress and texts:
            progress(len(texts))
        vectors = [self.encode_query(text) for text in texts]
        return np.array(vectors, np.float32).reshape(-1, self.dimension)

    def encode_query(self, text: str) -> Vectors:
        vector = np.zeros(self.dimension, np.float32)
        for word in _WORD.findall(text.casefold())[: self.window] or [""]:
            digest = blake2b(word.encode(errors="replace"), digest_size=8).digest()
            vector[int.from_bytes(digest, "big") % self.dimension] += 1
        return np.asarray(vector / np.linalg.norm(vector))

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(_WORD.findall(text)) for text in texts]


class FakeLocator:
    """A `Locator` for which a sentence answers as far as it has the question's words.

    The log-odds of a sentence go from -6, where it has none of them, to 10, where it has all.

    Args:
        phrases: each is pointed at wherever it stands, with its probability.
    """

    fingerprint = "fake-locator"

    def __init__(self, phrases: Mapping[str, float] | None = None) -> None:
        self._phrases = phrases or {}

    def locate(self, question: str, readings: Sequence[Reading]) -> Located:
        asked = set(_WORD.findall(question.casefold()))
        sentences = tuple(
            tuple(_odds(asked, reading.text[start:end]) for start, end in reading.sentences)
            for reading in readings
        )
        phrases = sorted(self._found(readings), key=lambda phrase: -phrase.probability)
        return Located(sentences, tuple(phrases))

    def _found(self, readings: Sequence[Reading]) -> Iterator[Phrase]:
        for at, reading in enumerate(readings):
            for number, (start, end) in enumerate(reading.sentences):
                for text, probability in self._phrases.items():
                    place = reading.text.find(text, start, end)
                    if place >= 0:
                        yield Phrase(at, number, place, place + len(text), probability)


def _odds(asked: set[str], sentence: str) -> float:
    said = set(_WORD.findall(sentence.casefold()))
    return 16 * len(asked & said) / max(1, len(asked)) - 6


class FakeModel:
    """A `Model` that writes what it is told; a word with the white space before it is a token.

    It obeys an allow-list as a real model does: where the next character of its script may not
    follow, the first one that may takes its place.

    Args:
        script: the answers, one a generation, the last one again and again; or a function from the
            prompt's text to the answer.

    Attributes:
        prompts: the texts of all prompts so far, control tokens included.
    """

    chat: ChatFormat = CHAT_FORMATS[0]

    def __init__(
        self,
        script: Sequence[str] | Callable[[str], str] = ("[0]",),
        *,
        context: int = 4096,
        name: str = "fake",
        reliable: bool = True,
        adapter: str | None = None,
    ) -> None:
        self.name = name
        self.fingerprint = f"{name}-model"
        self.context = context
        self.reliable = reliable
        self.adapter = adapter
        self.prompts: list[str] = []
        self._script = script

    def count_tokens(self, prompt: Prompt) -> int:
        return len(_TOKEN.findall(_text(prompt)))

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
        usage.prompt = self._count(prompt, limit)
        answer = self._answer(_text(prompt))
        text = ""
        while not (stop and stop.is_set()):
            allowed = allow and allow(text)
            character = _allowed(answer[len(text) : len(text) + 1], allowed)
            tokens = len(_TOKEN.findall(text + character))
            if character == END or tokens > limit:
                return
            text += character
            usage.generated = tokens
            yield character
        raise Cancelled

    @contextmanager
    def weighing(
        self,
        prompt: Prompt,
        *,
        stop: threading.Event | None = None,
        usage: Usage | None = None,
    ) -> Iterator[Weigher]:
        usage = usage if usage is not None else Usage()
        usage.prompt = self._count(prompt, WEIGHED)
        yield _FakeWeigher(self._answer(_text(prompt)), stop)

    def _count(self, prompt: Prompt, more: int) -> int:
        count = self.count_tokens(prompt)
        if count + more > self.context:
            raise PromptTooLong(
                f"{count} tokens and {more} more don't fit {self.context}", where=self.name
            )
        return count

    def _answer(self, prompt: str) -> str:
        self.prompts.append(prompt)
        if callable(self._script):
            return self._script(prompt)
        return self._script[min(len(self.prompts), len(self._script)) - 1]


class _FakeWeigher:
    """A `Weigher` that holds an answer for sure."""

    def __init__(self, answer: str, stop: threading.Event | None) -> None:
        self._said = answer
        self._stop = stop

    def weigh(self, start: str, texts: Sequence[str], complete: bool = False) -> list[float]:
        if self._stop and self._stop.is_set():
            raise Cancelled

        def holds(text: str) -> bool:
            return self._said == text if complete else self._said.startswith(text)

        return [0.0 if holds(start + text) else UNLIKELY for text in texts]


def _text(prompt: Prompt) -> str:
    return "".join(part.text for part in prompt)


def _allowed(character: str, allowed: Sequence[str] | None) -> str:
    """What is written where a model wants `character` (`END` when it has no more to say)."""
    if allowed is None or character in allowed:
        return character
    return allowed[0] if allowed else END
