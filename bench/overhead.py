"""What a warm question costs besides the models, at the size of large libraries."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np

from bench.measure import Row
from rag import Library, copies
from rag.article import Article, Passage, Sentence
from rag.encode import Encoder
from rag.store import Entry
from rag.testing import FakeModel

SIZES = {20_000: 30, 200_000: 60}  # passages: milliseconds allowed
PASSAGES_EACH = 20
MODELS = ("encode_ms", "locate_ms", "prompt_ms", "generate_ms", "load_model_ms")
QUESTIONS = (
    "How many people live in the capital of the region?",
    "Who signed the agreement about the harbour in spring?",
    "When did the minister deny the report about the budget?",
    "Why was the bridge closed to heavy traffic?",
    "What does the company plan for its factory next year?",
)


def rows() -> list[Row]:
    """The overhead of a question, by size of library."""
    return [row for size, bound in SIZES.items() for row in _measured(size, bound)]


def _measured(size: int, bound: float) -> list[Row]:
    from rag import models

    encoder = models.encoder()
    with tempfile.TemporaryDirectory() as folder:
        _make_up(Path(folder), size, encoder)
        library = Library(folder, encoder=encoder, model=FakeModel(["[1] Nothing of it holds."]))
        for question in QUESTIONS:
            library.ask(question)
        overheads, steps = [], []
        for question in QUESTIONS * 4:
            began = time.perf_counter()
            spent = library.ask(question).trace.milliseconds
            whole = 1000 * (time.perf_counter() - began)
            overheads.append(whole - sum(spent.get(step, 0.0) for step in MODELS))
            steps.append(spent)
        value = float(np.median(overheads))
        parts = {
            name: float(np.median([step.get(name, 0.0) for step in steps]))
            for name in ("dense_ms", "words_ms", "load_ms", "rank_ms")
        }
        detail = ", ".join(f"{name[:-3]} {spent:.1f}" for name, spent in parts.items())
        return [
            Row(
                f"warm question at {size:,} passages, all but encoding and the model",
                f"{value:.1f} ms ({detail})",
                f"under {bound} ms",
                value < bound,
            )
        ]


def _make_up(folder: Path, size: int, encoder: Encoder) -> None:
    """A library of `size` passages with random vectors and words as frequent as in English."""
    chosen = np.random.default_rng(3)
    vocabulary = np.array([f"w{n}" for n in range(20_000)], object)
    # A question has frequent words and rare ones: each is half as frequent as the one before.
    for at, question in enumerate(QUESTIONS):
        for offset, word in enumerate(question.rstrip("?").lower().split()):
            vocabulary[30 * 2**offset + at] = word
    weights = 1 / np.arange(5, len(vocabulary) + 5)  # Zipf's law, flattened at its head
    weights /= weights.sum()
    library = Library.open(folder, encoder=encoder)
    with library._writing() as (writer, _):
        for start in range(0, size, PASSAGES_EACH):
            with writer.change():
                entry = _entry(chosen, vocabulary, weights, start)
                writer.replace_file(f"/made-up/{start}", str(start), [entry.article], [entry])


def _entry(
    chosen: np.random.Generator, vocabulary: np.ndarray, weights: np.ndarray, start: int
) -> Entry:
    sentences, passages, text = [], [], ""
    for _ in range(PASSAGES_EACH * 5):
        words = chosen.choice(vocabulary, 20, p=weights)
        begin = len(text) + 1 if text else 0
        text += (" " if text else "") + " ".join(words) + "."
        sentences.append((begin, len(text)))
    article = Article.of(text, title=f"Made up {start}", path=f"/made-up/{start}")
    spans = tuple(Sentence(article.id, *span) for span in sentences)
    for first in range(0, len(spans), 5):
        some = spans[first : first + 5]
        passages.append(Passage(article.id, some[0].start, some[-1].end, first, first + 5))
    vectors = chosen.standard_normal((len(passages), 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Entry(article, spans, tuple(passages), vectors, copies.sketch(text[:400]))
