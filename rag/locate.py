"""Where in some passages a question is answered, and whether it is at all.

A small network reads the question with each passage, as BERT readers do (arXiv:1810.04805), and
gives every sentence and every phrase a probability that it answers. All passages share one
distribution with "none of them" (Clark and Gardner, ACL 2018), so that those of different passages
compare. It is the embedded encoder with the adapter of `rag/adapters`; `training/` has its recipe.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.network import Ids, load_network, load_tokenizer, padded, whole

Logits = NDArray[np.float32]

QUESTION = 40  # tokens of a question that are read
WINDOW = 288  # tokens of question, heading and passage together
PHRASE = 30  # tokens of a phrase at most
PHRASES = 20  # the likeliest that are given back


@dataclass(frozen=True, slots=True)
class Reading:
    """A passage to be read.

    Attributes:
        heading: what it stands under; read with it, but no part of an answer.
        sentences: their half-open ranges of code points in `text`.
    """

    heading: str
    text: str
    sentences: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase that may be the answer: `text[start:end]` of a reading, inside one sentence.

    Attributes:
        reading, sentence: their places.
        probability: that the answer begins and ends there.
    """

    reading: int
    sentence: int
    start: int
    end: int
    probability: float


@dataclass(frozen=True, slots=True)
class Located:
    """What reading some passages showed.

    Attributes:
        sentences: for each reading, the log-odds of each sentence against "none answers"; minus
            infinity for what lies outside the window.
        phrases: the likeliest, best first.
    """

    sentences: tuple[tuple[float, ...], ...]
    phrases: tuple[Phrase, ...]


class Locator(Protocol):
    """What reads passages. `rag.testing.FakeLocator` is one without a network.

    Attributes:
        fingerprint: of all that decides about its numbers.
    """

    @property
    def fingerprint(self) -> str: ...

    def locate(self, question: str, readings: Sequence[Reading]) -> Located:
        """Reads the question with each passage."""
        ...


Tokenised = tuple[list[int], list[tuple[int, int]]]
"""Tokens of a text, and the half-open range of code points of each."""


@dataclass(frozen=True, slots=True)
class Row:
    """A question with a passage, as tokens.

    Attributes:
        second: the first token after the question.
        body: the first token of the passage.
        offsets: of the passage's tokens, in code points; none ends after the sentence that it
            begins in.
        sentence: of each of these tokens, the place of its sentence; -1 for none.
    """

    ids: list[int]
    second: int
    body: int
    offsets: list[tuple[int, int]]
    sentence: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        question: str,
        reading: Reading,
        tokens: Callable[[str], Tokenised],
        marks: tuple[int, int],
    ) -> Row:
        """`[CLS] question [SEP] heading. passage [SEP]`, as much of it as the window holds.

        Args:
            marks: the tokens [CLS] and [SEP].
        """
        first, last = marks
        asked = tokens(question)[0][:QUESTION]
        heading = tokens(f"{reading.heading}.")[0] if reading.heading else []
        # A heading as long as a passage is none.
        heading = heading[: WINDOW // 4]
        ids, offsets = tokens(reading.text)
        room = WINDOW - len(asked) - len(heading) - 3
        front = [first, *asked, last, *heading]
        offsets, sentence = _placed(offsets[:room], reading.sentences)
        return cls([*front, *ids[:room], last], 2 + len(asked), len(front), offsets, sentence)


class PreparedLocator:
    """A locator prepared in `folder` (see `rag.prepare`).

    Args:
        threads: 0 for one a core.

    Raises:
        ModelError: the folder doesn't hold a whole prepared locator.
    """

    def __init__(self, folder: Path, threads: int = 0) -> None:
        with whole("locator", folder):
            card = json.loads((folder / "locator.json").read_text("utf-8"))
            self.fingerprint = str(card["fingerprint"])
            self._marks = int(card["first"]), int(card["last"])
            self._tokenizer = load_tokenizer(folder, WINDOW)
            self._run = load_network(folder, threads)

    def locate(self, question: str, readings: Sequence[Reading]) -> Located:
        if not readings:
            return Located((), ())
        rows = [Row.of(question, one, self._tokens, self._marks) for one in readings]
        logits = self._logits(rows)
        sentences = tuple(
            tuple(_sentence_logits(one[:, 2], row, len(reading.sentences)))
            for one, row, reading in zip(logits, rows, readings, strict=True)
        )
        return Located(sentences, tuple(_phrases(logits, rows)))

    def _tokens(self, text: str) -> Tokenised:
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        return encoding.ids, encoding.offsets

    def _logits(self, rows: Sequence[Row]) -> list[Logits]:
        """For each row, the three logits of each token of its passage."""
        ids, mask = padded([row.ids for row in rows])
        types = np.zeros_like(ids)
        for at, row in enumerate(rows):
            types[at, row.second : len(row.ids)] = 1
        inputs: dict[str, Ids] = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        out: Any = self._run(inputs)[0]
        return [
            np.asarray(out[at, row.body : row.body + len(row.offsets)], np.float32)
            for at, row in enumerate(rows)
        ]


def _placed(
    offsets: Sequence[tuple[int, int]], sentences: Sequence[tuple[int, int]]
) -> tuple[list[tuple[int, int]], NDArray[np.int64]]:
    """The tokens, cut where the sentences that they begin in end, and the places of these."""
    if not offsets or not sentences:
        return list(offsets), np.full(len(offsets), -1, np.int64)
    starts, stops = np.array(offsets).T
    begins, ends = np.array(sentences).T
    found = np.searchsorted(begins, starts, side="right") - 1
    inside = (found >= 0) & (starts < ends[found])
    stops = np.where(inside, np.minimum(stops, ends[found]), stops)
    cut = list(zip(starts.tolist(), stops.tolist(), strict=True))
    return cut, np.where(inside, found, -1)


def _sentence_logits(evidence: Logits, row: Row, count: int) -> Iterator[float]:
    """The mean of its tokens' logits for each sentence."""
    for number in range(count):
        tokens = evidence[row.sentence == number]
        yield float(tokens.mean()) if len(tokens) else -np.inf


def _phrases(logits: Sequence[Logits], rows: Sequence[Row]) -> Iterator[Phrase]:
    """The likeliest phrases over all rows; start and end are taken to be independent."""
    starts = _log_sum([one[:, 0] for one in logits])
    ends = _log_sum([one[:, 1] for one in logits])
    found: list[tuple[float, int, int, int]] = []
    for at, (one, row) in enumerate(zip(logits, rows, strict=True)):
        if len(one):
            found += ((score, at, a, b) for score, a, b in _best_pairs(one, row))
    found.sort(reverse=True)
    for score, at, first, last in found[:PHRASES]:
        row = rows[at]
        yield Phrase(
            at,
            int(row.sentence[first]),
            row.offsets[first][0],
            row.offsets[last][1],
            float(np.exp(min(0.0, score - starts - ends))),
        )


def _best_pairs(logits: Logits, row: Row) -> Iterator[tuple[float, int, int]]:
    """Scores, first and last tokens of the best phrases of one passage."""
    both = logits[:, None, 0] + logits[None, :, 1]
    place = np.arange(len(logits))
    distance = place[None, :] - place[:, None]
    within = (distance >= 0) & (distance < PHRASE)
    within &= (row.sentence[:, None] == row.sentence[None, :]) & (row.sentence[:, None] >= 0)
    both = np.where(within, both, -np.inf)
    best = np.argsort(both, axis=None)[::-1][:PHRASES]
    for first, last in zip(*np.unravel_index(best, both.shape), strict=True):
        if np.isfinite(both[first, last]):
            yield float(both[first, last]), int(first), int(last)


def _log_sum(logits: Sequence[Logits]) -> float:
    """Logarithm of the sum of all exponentials and that of the null, whose logit is 0."""
    every = np.concatenate([*logits, np.zeros(1, np.float32)])
    highest = float(every.max())
    return highest + float(np.log(np.exp(every - highest).sum()))
