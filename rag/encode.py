"""Texts to vectors.

An encoder is a sentence-transformers model, prepared once (see `rag.prepare`) so that it runs in
int8 without torch. What was measured for this choice is in `docs/performance.md`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.network import load_network, load_tokenizer, padded, whole

Vectors = NDArray[np.float32]

BATCH = 32  # texts encoded at once when there are many
FEW = 8  # and when there are few: less padding, a question is answered sooner
RECENT = 4096  # texts whose vectors are kept, 2 KB each with the embedded encoder


class Encoder(Protocol):
    """What a library needs of an encoder. `rag.testing.FakeEncoder` is one without a model.

    Attributes:
        name: of the model, for people.
        fingerprint: of weights, tokenizer, pooling, prefixes and precision; vectors of encoders
            with different fingerprints can't be compared.
        dimension: of the vectors.
        window: tokens that the encoder sees of a text, special tokens not counted.
    """

    @property
    def name(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    @property
    def window(self) -> int: ...

    def encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Vectors of unit length, shape (texts, dimension); `progress` gets how many are new."""
        ...

    def encode_query(self, text: str) -> Vectors:
        """The vector of a question, shape (dimension,)."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has, special tokens not counted."""
        ...


@dataclass(frozen=True, slots=True)
class Card:
    """What a prepared encoder knows of itself (`encoder.json` in its folder).

    Attributes:
        window: tokens, special ones included.
        query_prefix, passage_prefix: what the model wants in front of questions and passages.
    """

    name: str
    fingerprint: str
    dimension: int
    window: int
    query_prefix: str = ""
    passage_prefix: str = ""

    @classmethod
    def read(cls, folder: Path) -> Card:
        return cls(**json.loads((folder / "encoder.json").read_text("utf-8")))


class PreparedEncoder:
    """An encoder prepared in `folder`, run by OpenVINO on the CPU.

    Args:
        threads: 0 for one a core.

    Raises:
        ModelError: the folder doesn't hold a whole prepared encoder.
    """

    def __init__(self, folder: Path, threads: int = 0) -> None:
        with whole("encoder", folder):
            self._card = Card.read(folder)
            self._tokenizer = load_tokenizer(folder, self._card.window)
            self._run = load_network(folder, threads)
        self._special = self._tokenizer.num_special_tokens_to_add(False)

    @property
    def name(self) -> str:
        return self._card.name

    @property
    def fingerprint(self) -> str:
        return self._card.fingerprint

    @property
    def dimension(self) -> int:
        return self._card.dimension

    @property
    def window(self) -> int:
        return int(self._card.window - self._special)

    def encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Vectors:
        return self._encode([self._card.passage_prefix + text for text in texts], progress)

    def encode_query(self, text: str) -> Vectors:
        return np.asarray(self._encode([self._card.query_prefix + text], None)[0])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [sum(len(part.ids) for part in (e, *e.overflowing)) for e in encodings]

    def _encode(self, texts: Sequence[str], progress: Callable[[int], None] | None) -> Vectors:
        vectors = np.empty((len(texts), self.dimension), np.float32)
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch_fast(list(texts))]
        for batch in _batches(tokens):
            ids, mask = padded([tokens[at] for at in batch])
            vectors[batch] = self._run({"input_ids": ids, "attention_mask": mask})[0]
            if progress:
                progress(len(batch))
        return vectors


def _batches(tokens: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Places of texts of similar length, longest first, so that little is wasted on padding."""
    order = sorted(range(len(tokens)), key=lambda at: -len(tokens[at]))
    size = BATCH if len(tokens) > 2 * BATCH else FEW
    for start in range(0, len(order), size):
        yield order[start : start + size]


class Recent:
    """The vectors of the texts that were encoded last: a question is often about the articles that
    the one before it was about.

    An encoder makes the same of a text whatever is encoded with it, so that what is kept is what it
    would make again.
    """

    def __init__(self, most: int = RECENT) -> None:
        self._most = most
        self._kept: dict[str, Vectors] = {}  # that used last at the end
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str], encoder: Encoder) -> Vectors:
        """As `encoder.encode`, which has to be the same one each time."""
        with self._lock:
            new = [text for text in dict.fromkeys(texts) if text not in self._kept]
            made = dict(zip(new, encoder.encode(new), strict=True)) if new else {}
            for text in dict.fromkeys(texts):
                self._kept[text] = made[text] if text in made else self._kept.pop(text)
            vectors = [self._kept[text] for text in texts]
            for text in list(self._kept)[: -self._most]:
                del self._kept[text]
        return np.stack(vectors) if vectors else np.empty((0, encoder.dimension), np.float32)
