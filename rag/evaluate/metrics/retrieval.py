"""Did the search find the evidence? Of answerable questions, the first k passages found.

Each metric is the best over the alternatives of the evidence. `article_…` asks for the right
article, `half_…` for a passage that covers at least half of a gold span, `whole_…` for one that
covers all of it. Character metrics are those of Chroma's chunking evaluation (Smith and Troynikov,
"Evaluating Chunking Strategies for Retrieval", 2024), on merged ranges.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from rag.article import Span
from rag.evaluate.case import Case
from rag.evaluate.metrics import spans
from rag.evaluate.metrics.registry import of_case

Covers = Callable[[Span, Span], bool]
OfSpans = Callable[[Sequence[Span], Sequence[Span]], float]


def _article(passage: Span, gold: Span) -> bool:
    return passage.article == gold.article


def _half(passage: Span, gold: Span) -> bool:
    return spans.recall([passage], [gold]) >= 0.5


def _whole(passage: Span, gold: Span) -> bool:
    return spans.recall([passage], [gold]) == 1.0


def _best(case: Case, value: OfSpans, found: Sequence[Span]) -> float | None:
    """The best value over the alternatives; None where there is nothing to find."""
    if case.item.kind != "answerable":
        return None
    return max((value(found, gold) for gold in case.evidence), default=None)


def _hit(covers: Covers, found: Sequence[Span], gold: Sequence[Span]) -> float:
    return float(any(covers(passage, one) for passage in found for one in gold))


def _mrr(covers: Covers, found: Sequence[Span], gold: Sequence[Span]) -> float:
    ranks = (n for n, passage in enumerate(found, 1) if any(covers(passage, g) for g in gold))
    return 1 / next(ranks, math.inf)


def _ndcg(covers: Covers, found: Sequence[Span], gold: Sequence[Span], k: int) -> float:
    """Each gold span counts once, at the first passage that covers it. The ideal has one in each
    passage; a passage that covers several may do better, which counts as no more than that."""
    missing = list(_distinct(covers, gold))
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(missing)) + 1))
    gain = 0.0
    for rank, passage in enumerate(found, 1):
        covered = [one for one in missing if covers(passage, one)]
        if covered:
            gain += len(covered) / math.log2(rank + 1)
            missing = [one for one in missing if one not in covered]
    return min(1.0, gain / ideal)


def _distinct(covers: Covers, gold: Sequence[Span]) -> Sequence[Span]:
    """Where articles are sought, each counts once, however many gold spans are in it."""
    if covers is not _article:
        return gold
    return list({span.article: span for span in gold}.values())


@of_case("retrieval", at_k=True)
def article_hit(case: Case, k: int) -> float | None:
    """1 if one of the first k passages is of an article of the evidence, else 0."""
    return _best(case, lambda f, g: _hit(_article, f, g), case.response.retrieved[:k])


@of_case("retrieval", at_k=True)
def half_hit(case: Case, k: int) -> float | None:
    """1 if one of the first k passages covers at least half of a gold span, else 0."""
    return _best(case, lambda f, g: _hit(_half, f, g), case.response.retrieved[:k])


@of_case("retrieval", at_k=True)
def whole_hit(case: Case, k: int) -> float | None:
    """1 if one of the first k passages covers all of a gold span, else 0."""
    return _best(case, lambda f, g: _hit(_whole, f, g), case.response.retrieved[:k])


@of_case("retrieval")
def article_mrr(case: Case, _: int) -> float | None:
    """1 / rank of the first passage of an article of the evidence (Voorhees, TREC-8, 1999)."""
    return _best(case, lambda f, g: _mrr(_article, f, g), case.response.retrieved)


@of_case("retrieval")
def half_mrr(case: Case, _: int) -> float | None:
    """1 / rank of the first passage that covers at least half of a gold span, 0 if none does."""
    return _best(case, lambda f, g: _mrr(_half, f, g), case.response.retrieved)


@of_case("retrieval")
def whole_mrr(case: Case, _: int) -> float | None:
    """1 / rank of the first passage that covers all of a gold span, 0 if none does."""
    return _best(case, lambda f, g: _mrr(_whole, f, g), case.response.retrieved)


@of_case("retrieval", at_k=True)
def article_ndcg(case: Case, k: int) -> float | None:
    """nDCG (Järvelin and Kekäläinen, 2002) of the first k; gain 1 for each article of the
    evidence, where it is found first."""
    return _best(case, lambda f, g: _ndcg(_article, f, g, k), case.response.retrieved[:k])


@of_case("retrieval", at_k=True)
def half_ndcg(case: Case, k: int) -> float | None:
    """nDCG of the first k; gain 1 for each gold span, at the first passage that covers at least
    half of it; 1 at most."""
    return _best(case, lambda f, g: _ndcg(_half, f, g, k), case.response.retrieved[:k])


@of_case("retrieval", at_k=True)
def whole_ndcg(case: Case, k: int) -> float | None:
    """nDCG of the first k; gain 1 for each gold span, at the first passage that covers all of it;
    1 at most."""
    return _best(case, lambda f, g: _ndcg(_whole, f, g, k), case.response.retrieved[:k])


@of_case("retrieval", at_k=True)
def character_recall(case: Case, k: int) -> float | None:
    """Share of the gold spans' characters that are in the first k passages together."""
    return _best(case, spans.recall, case.response.retrieved[:k])


@of_case("retrieval", "neither", at_k=True)
def character_precision(case: Case, k: int) -> float | None:
    """Share of the characters of the first k passages that are in a gold span."""
    return _best(case, spans.precision, case.response.retrieved[:k])


@of_case("retrieval", "neither", at_k=True)
def character_iou(case: Case, k: int) -> float | None:
    """Characters in both the first k passages and the gold spans, over those in either."""
    return _best(case, spans.iou, case.response.retrieved[:k])


@of_case("retrieval")
def given_recall(case: Case, _: int) -> float | None:
    """Share of the gold spans' characters in the sentences that the answer could be made of: those
    that the model was given, or that might be quoted."""
    return _best(case, spans.recall, case.response.given)
