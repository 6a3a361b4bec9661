"""Summaries beside lead-1, lead-3, a plain lead and TextRank, at equal length.

`python -m bench.summaries GOLD ARTICLES`: GOLD holds summary items in the format of `rag eval`,
with key facts and, for ROUGE, gold summaries in "answer". Prints Markdown tables: key-fact recall
and ROUGE, what each way of trimming does, and new numbers and names, which there must be none of.
"""

from __future__ import annotations

import math
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import mean

import numpy as np

from rag import Library
from rag.evaluate.gold import Item, load_gold
from rag.ground import check, new_names, numbers
from rag.snapshot import StoredArticle
from rag.summarize.candidates import leads
from rag.summarize.sift import kinds
from rag.summarize.trim import OPERATIONS, forms
from rag.summary import Summary

LENGTHS = (40, 80, 150, 250)
_SAID = re.compile(r", (?:according to [^,]+|(?:[\w.]+ ){1,4}(?:said|says|told [\w ]+))(?=\.$)")

Summarise = Callable[[StoredArticle, int], list[str]]


def main(gold: str, articles: str) -> None:
    """Measures and prints."""
    with tempfile.TemporaryDirectory() as folder:
        library = Library.open(folder)
        library.add(articles)
        items = [(item, _stored(library, item)) for item in load_gold(gold).items if item.summarize]
        ways: dict[str, Summarise] = {
            "lead": _lead,
            "TextRank": _textrank,
            "Citespan": lambda stored, words: _texts(
                library.summarize(stored.article.id, length=words)
            ),
        }
        print("| words | way | key-fact recall | ROUGE-1 | ROUGE-2 | words used |")
        print("|---:|---|---:|---:|---:|---:|")
        _row("1 sentence", "lead-1", items, lambda stored, _: _sentences(stored)[:1], 0)
        _row(
            *("headline", "Citespan", items),
            lambda stored, _: _texts(library.summarize(stored.article.id, length="headline")),
            0,
        )
        _row("3 sentences", "lead-3", items, lambda stored, _: _sentences(stored)[:3], 0)
        for words in LENGTHS:
            for name, way in ways.items():
                _row(str(words), name, items, way, words)
        _trimming(items)
        _faithful(library, items)


def _stored(library: Library, item: Item) -> StoredArticle:
    (id,) = library.find(item.summarize)
    with library._store.snapshot() as snapshot:
        return snapshot.article(id)


def _texts(summary: Summary) -> list[str]:
    return [claim.text for claim in summary.claims]


def _sentences(stored: StoredArticle) -> list[str]:
    return [sentence.quote(stored.article) for sentence in stored.sentences]


def _row(
    length: str,
    name: str,
    items: Sequence[tuple[Item, StoredArticle]],
    way: Summarise,
    words: int,
) -> None:
    recalls, ones, twos, used = [], [], [], []
    for item, stored in items:
        text = " ".join(way(stored, words))
        recalls.append(mean(fact.is_in(text) for fact in item.facts))
        used.append(len(text.split()))
        if item.answers:
            ones.append(max(_rouge(text, answer, 1) for answer in item.answers))
            twos.append(max(_rouge(text, answer, 2) for answer in item.answers))
    rouge = [f"{mean(some):.3f}" if some else "–" for some in (ones, twos)]
    print(f"| {length} | {name} | {mean(recalls):.3f} | {' | '.join(rouge)} | {mean(used):.0f} |")


def _rouge(text: str, gold: str, size: int) -> float:
    """F1 of shared words, or of pairs of them (Lin, 2004), without stemming."""
    mine, theirs = (
        Counter(words if size == 1 else pairwise(words))
        for words in (re.findall(r"[^\W_]+", one.lower()) for one in (text, gold))
    )
    return 2 * (mine & theirs).total() / ((mine.total() + theirs.total()) or 1)


def _lead(stored: StoredArticle, words: int) -> list[str]:
    """The first sentences, as many as fit."""
    chosen: list[str] = []
    for text in _sentences(stored):
        if chosen and sum(len(one.split()) for one in chosen) + len(text.split()) > words:
            break
        chosen.append(text)
    return chosen


def _textrank(stored: StoredArticle, words: int) -> list[str]:
    """Mihalcea and Tarau, 2004: shared words over the logarithms of the lengths, and PageRank."""
    texts = _sentences(stored)
    bags = [set(text.lower().split()) for text in texts]
    size = len(texts)
    near = np.zeros((size, size))
    for a in range(size):
        for b in range(a):
            scale = math.log(len(bags[a]) + 1) + math.log(len(bags[b]) + 1)
            near[a, b] = near[b, a] = len(bags[a] & bags[b]) / scale if scale else 0.0
    out = near.sum(axis=1)
    out[out == 0] = 1.0
    rank = np.full(size, 1 / size)
    for _ in range(50):
        rank = 0.15 / size + 0.85 * (near / out[:, None]).T @ rank
    chosen: list[int] = []
    room = words
    for at in np.argsort(-rank, kind="stable"):
        if not chosen or len(texts[at].split()) <= room:
            chosen.append(int(at))
            room -= len(texts[at].split())
    return [texts[at] for at in sorted(chosen)]


def _trimming(items: Sequence[tuple[Item, StoredArticle]]) -> None:
    """What each operation does by itself to all sentences that say something."""
    applied: Counter[str] = Counter()
    saved: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    said = unseen = sentences = 0
    for item, stored in items:
        article = stored.article
        for sentence, kind in zip(stored.sentences, kinds(article, stored.sentences), strict=True):
            if kind != "said":
                continue
            text = sentence.quote(article)
            sentences += 1
            before = text
            made = list(forms(text, article.date, leads=leads(article, sentence)))
            for form in made[1:]:
                name = form.left_out[-1]
                applied[name] += 1
                saved[name] += len(before.split()) - form.words
                lost[name] += sum(f.is_in(before) and not f.is_in(form.text) for f in item.facts)
                before = form.text
            tried = {one for form in made for one in form.left_out}
            for name, operation in OPERATIONS.items():
                refused[name] += name not in tried and operation(text) != text
            without = _SAID.sub("", text)
            said += without != text
            unseen += without != text and check(without, [text]).support == "supported"
    print(f"\n{sentences} sentences\n")
    print("| left out | times | words saved each | key facts lost | refused by the check |")
    print("|---|---:|---:|---:|---:|")
    for name in OPERATIONS:
        each = saved[name] / max(1, applied[name])
        print(f"| {name} | {applied[name]} | {each:.1f} | {lost[name]} | {refused[name]} |")
    print(f"\nwho said it, at the end of a sentence: {said}; the check passes {unseen} of them")


def _faithful(library: Library, items: Sequence[tuple[Item, StoredArticle]]) -> None:
    claims = exact = new = 0
    for _, stored in items:
        for length in ("headline", "short", "long"):
            for claim in library.summarize(stored.article.id, length=length).claims:
                cited = " ".join(citation.quote for citation in claim.citations)
                claims += 1
                exact += all(citation.holds(stored.article) for citation in claim.citations)
                new += len(numbers(claim.text) - numbers(cited)) + len(new_names(claim.text, cited))
    print(f"\n{claims} claims, {exact} with exact spans, {new} new numbers and names")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
