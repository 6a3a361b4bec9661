"""Pack the sentences of an article into passages that an encoder can read at once."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate, groupby

from rag.article import Article, Passage, Sentence

TokenCounter = Callable[[Sequence[str]], Sequence[int]]
"""Texts to the number of encoder tokens in each, without special tokens."""

_FULL = 0.6  # of the size: from here on a passage may end early, where a paragraph ends


def passages(
    article: Article,
    sentences: Sequence[Sentence],
    count_tokens: TokenCounter,
    *,
    size: int,
    overlap: int,
) -> tuple[Passage, ...]:
    """Neighbouring whole sentences, packed into passages of at most `size` tokens.

    Every sentence is in a passage. A passage that is full enough ends where a paragraph ends, and
    what is left at the end is shared evenly, so that there is no short last passage. A sentence of
    more than `size` tokens is a passage by itself, of which an encoder sees only the beginning.

    Args:
        sentences: all sentences of `article`, in order.
        count_tokens: the tokens of a passage are taken to be the sum of those of its sentences.
        size: of an encoder's window, without room for special tokens.
        overlap: a passage begins with sentences that end the one before, worth at most this many
            tokens.
    """
    if not 0 <= overlap < size:
        raise ValueError(f"overlap must be at least 0 and less than size, not {overlap} of {size}")
    counts = count_tokens([sentence.quote(article) for sentence in sentences])
    found: list[Passage] = []
    first = 0
    for too_long, group in groupby(counts, key=lambda count: count > size):
        last = first + len(list(group))
        if too_long:
            ranges: Sequence[tuple[int, int]] = [(at, at + 1) for at in range(first, last)]
        else:
            paragraphs = _paragraph_ends(article, sentences, first, last)
            ranges = _pack(counts[first:last], paragraphs, size, overlap)
            ranges = [(first + start, first + end) for start, end in ranges]
        found += (
            Passage(article.id, sentences[start].start, sentences[end - 1].end, start, end)
            for start, end in ranges
        )
        first = last
    return tuple(found)


def _paragraph_ends(
    article: Article, sentences: Sequence[Sentence], first: int, last: int
) -> list[int]:
    """How many sentences from `first` on end a paragraph before `last`, in order."""
    return [
        at - first
        for at in range(first + 1, last)
        if "\n" in article.text[sentences[at - 1].end : sentences[at].start]
    ]


def _pack(
    counts: Sequence[int], paragraphs: Sequence[int], size: int, overlap: int
) -> list[tuple[int, int]]:
    """Ranges of sentences none of which is longer than `size`."""
    tokens = list(accumulate(counts, initial=0))  # before each sentence
    ranges: list[tuple[int, int]] = []
    start = done = 0  # sentences before `done` are in a passage
    while done < len(counts):
        rest = tokens[-1] - tokens[start]
        fits = bisect_right(tokens, tokens[start] + size) - 1
        if rest <= size:
            end = len(counts)
        elif rest < 1.5 * size:
            end = bisect_left(tokens, tokens[start] + rest / 2)
        else:
            end = _last_between(paragraphs, bisect_left(tokens, tokens[start] + _FULL * size), fits)
        end = min(max(end, done + 1), fits)
        ranges.append((start, end))
        done = end
        if end < len(counts):
            room = min(overlap, size - counts[end])
            start = max(start + 1, bisect_left(tokens, tokens[end] - room))
    return ranges


def _last_between(ordered: Sequence[int], low: int, high: int) -> int:
    """The last of these numbers that is at most `high`, if it is at least `low`, or `high`."""
    at = bisect_right(ordered, high)
    return ordered[at - 1] if at and ordered[at - 1] >= low else high
