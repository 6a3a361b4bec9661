"""Arithmetic of spans, and the metrics of retrieval against brute force."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.article import Article, Span
from rag.evaluate import Case, Item, Response, parse
from rag.evaluate.facts import Forms
from rag.evaluate.metrics import spans

# Spans as sets of positions

SPAN = st.builds(
    lambda article, start, length: Span(article, start, start + length),
    st.sampled_from("ab"),
    st.integers(-2, 12),
    st.integers(-2, 6),  # any system's spans come in, empty and reversed ones too
)
SPANS = st.lists(SPAN, max_size=5)
GOLD = st.lists(SPAN.filter(lambda span: span.start < span.end), min_size=1, max_size=4)


def places(some: Sequence[Span]) -> set[tuple[str, int]]:
    return {(span.article, at) for span in some for at in range(span.start, span.end)}


@given(SPANS, SPANS)
def test_sizes_are_those_of_sets(one: list[Span], other: list[Span]) -> None:
    assert spans.size(one) == len(places(one))
    assert spans.shared(one, other) == len(places(one) & places(other))
    assert spans.shared(one, other) == spans.shared(other, one)


@given(SPANS)
def test_merged_spans_are_the_same_places_apart_and_in_order(some: list[Span]) -> None:
    found = spans.merged(some)
    assert places(found) == places(some)
    assert spans.merged(found) == found
    for one, after in itertools.pairwise(found):
        assert one.article < after.article or one.end < after.start


@given(SPANS, GOLD)
def test_shares_are_those_of_sets(found: list[Span], gold: list[Span]) -> None:
    mine, right = places(found), places(gold)
    recall, precision = spans.recall(found, gold), spans.precision(found, gold)
    iou = spans.iou(found, gold)
    assert recall == pytest.approx(len(mine & right) / len(right))
    assert precision == pytest.approx(len(mine & right) / len(mine) if mine else 0.0)
    assert iou == pytest.approx(len(mine & right) / len(mine | right))
    assert iou <= min(recall, precision) + 1e-12
    assert (iou == 1.0) is (recall == precision == 1.0) is (mine == right)
    assert iou == spans.iou(gold, found) if mine else iou == 0.0
    if mine:
        assert recall == pytest.approx(spans.precision(gold, found))


@given(SPAN.filter(lambda span: span.start < span.end), SPANS)
def test_inside_is_a_subset(span: Span, others: list[Span]) -> None:
    assert spans.is_inside(span, others) is (places([span]) <= places(others))


# Retrieval

TEXT = Article.of("0123456789" * 4, title="a")
A, B, C = "a", "b", "c"


def value(
    name: str,
    retrieved: Sequence[tuple[str, int, int]],
    *evidence: Sequence[tuple[str, int, int]],
    kind: str = "answerable",
    given: Sequence[tuple[str, int, int]] = (),
) -> float | None:
    item = Item(
        id="x",
        line=1,
        question="" if kind == "summary" else "q",
        answerable=kind != "unanswerable",
        facts=(Forms(("f",)),) if kind == "answerable" else (),
        summarize=("a",) if kind == "summary" else (),
    )
    response = Response(
        (), False, tuple(Span(*one) for one in retrieved), tuple(Span(*one) for one in given)
    )
    gold = tuple(tuple(Span(*one) for one in spans) for spans in evidence)
    return parse(name).value(Case(item, gold, response, {"a": TEXT}))


ONE = [(A, 10, 20)]
TWO = [(A, 10, 20), (B, 0, 10)]
L2, L3 = 1 / math.log2(3), 1 / math.log2(4)  # what the second and the third rank are worth


@pytest.mark.parametrize(
    ("name", "retrieved", "evidence", "expected"),
    [
        ("article_hit@1", [(A, 0, 5)], [ONE], 1.0),
        ("article_hit@1", [(B, 0, 5), (A, 0, 5)], [ONE], 0.0),
        ("article_hit@2", [(B, 0, 5), (A, 0, 5)], [ONE], 1.0),
        ("article_hit@5", [], [ONE], 0.0),
        ("article_hit@1", [(B, 0, 5)], [ONE, [(B, 7, 9)]], 1.0),  # the other alternative
        ("half_hit@1", [(A, 0, 15)], [ONE], 1.0),
        ("half_hit@1", [(A, 0, 14)], [ONE], 0.0),
        ("half_hit@2", [(A, 0, 14), (A, 16, 20)], [ONE], 0.0),  # no passage alone
        ("half_hit@1", [(B, 10, 20)], [ONE], 0.0),  # another article's
        ("half_hit@1", [(B, 0, 10)], [TWO], 1.0),
        ("whole_hit@1", [(A, 10, 20)], [ONE], 1.0),
        ("whole_hit@1", [(A, 0, 40)], [ONE], 1.0),
        ("whole_hit@1", [(A, 10, 19)], [ONE], 0.0),
        ("article_mrr", [(B, 0, 1), (C, 0, 1), (A, 0, 1)], [ONE], 1 / 3),
        ("article_mrr", [(B, 0, 1)], [ONE], 0.0),
        ("half_mrr", [(A, 0, 10), (A, 15, 25)], [ONE], 1 / 2),
        ("whole_mrr", [(A, 0, 10), (A, 15, 25)], [ONE], 0.0),
        ("whole_mrr", [(A, 9, 21)], [ONE], 1.0),
        ("article_ndcg@5", [(A, 0, 1), (B, 0, 1)], [TWO], 1.0),
        ("article_ndcg@5", [(A, 0, 1), (A, 5, 6), (B, 0, 1)], [TWO], (1 + L3) / (1 + L2)),
        ("article_ndcg@2", [(A, 0, 1), (A, 5, 6), (B, 0, 1)], [TWO], 1 / (1 + L2)),
        ("article_ndcg@1", [(A, 0, 1), (B, 0, 1)], [TWO], 1.0),  # the ideal has one place too
        ("half_ndcg@5", [(B, 5, 10), (A, 10, 15)], [TWO], 1.0),
        ("half_ndcg@5", [(C, 0, 9), (A, 10, 20)], [ONE], L2),
        ("half_ndcg@5", [(A, 10, 20), (A, 10, 20)], [ONE], 1.0),  # once
        # one passage with both spans is no worse than two with one each
        ("whole_ndcg@5", [(A, 0, 40)], [[(A, 0, 5), (A, 7, 9)]], 1.0),
        ("whole_ndcg@5", [(C, 0, 9), (A, 0, 40)], [[(A, 0, 5), (A, 7, 9)]], 2 * L2 / (1 + L2)),
        ("whole_ndcg@5", [(C, 0, 9), (C, 0, 9)], [TWO], 0.0),
        ("character_recall@5", [(A, 0, 13), (A, 18, 30)], [ONE], 0.5),
        ("character_recall@1", [(A, 0, 13), (A, 18, 30)], [ONE], 0.3),
        ("character_recall@5", [(A, 0, 40)], [TWO], 0.5),
        ("character_precision@5", [(A, 0, 13), (A, 18, 30)], [ONE], 5 / 25),
        ("character_precision@5", [(A, 0, 15), (A, 10, 20)], [ONE], 10 / 20),  # merged
        ("character_precision@5", [], [ONE], 0.0),
        ("character_iou@5", [(A, 5, 15)], [ONE], 5 / 15),
        ("character_iou@5", [(A, 5, 15)], [[(B, 0, 1)], ONE, TWO], 5 / 15),
    ],
)
def test_a_metric_has_its_value(
    name: str,
    retrieved: list[tuple[str, int, int]],
    evidence: list[list[tuple[str, int, int]]],
    expected: float,
) -> None:
    assert value(name, retrieved, *evidence) == pytest.approx(expected)


def test_given_recall_is_of_what_the_model_saw() -> None:
    assert value("given_recall", [(A, 10, 20)], ONE, given=[(A, 15, 40)]) == 0.5
    assert value("given_recall", [(A, 10, 20)], ONE) == 0.0


NAMES = [
    *("article_hit@5", "half_hit@5", "whole_hit@5", "article_mrr", "half_mrr", "whole_mrr"),
    *("article_ndcg@5", "half_ndcg@5", "whole_ndcg@5", "character_recall@5"),
    *("character_precision@5", "character_iou@5", "given_recall"),
]


@pytest.mark.parametrize("name", NAMES)
def test_only_answerable_questions_with_evidence_count(name: str) -> None:
    assert value(name, ONE) is None
    assert value(name, ONE, ONE, kind="summary") is None
    assert value(name, ONE, kind="unanswerable") is None


def brute_ndcg(covers: float, found: Sequence[Span], gold: Sequence[Span], k: int) -> float:
    """By definition, over the ranks at which each gold span is first covered."""
    ranks = [
        next((n for n, one in enumerate(found[:k], 1) if spans.recall([one], [g]) >= covers), None)
        for g in gold
    ]
    gain = sum(1 / math.log2(rank + 1) for rank in ranks if rank)
    ideal = sum(1 / math.log2(n + 1) for n in range(1, min(k, len(gold)) + 1))
    return min(1.0, gain / ideal)


def brute_mrr(covers: float, found: Sequence[Span], gold: Sequence[Span]) -> float:
    return max(
        (
            1 / n
            for n, one in enumerate(found, 1)
            for g in gold
            if len(places([one]) & places([g])) >= covers * len(places([g]))
        ),
        default=0.0,
    )


def plain(some: Sequence[Span]) -> list[tuple[str, int, int]]:
    return [(one.article, one.start, one.end) for one in some]


@given(SPANS, st.lists(GOLD.map(lambda g: list(dict.fromkeys(g))), min_size=1, max_size=2))
def test_ranks_agree_with_brute_force(found: list[Span], alternatives: list[list[Span]]) -> None:
    gold = [plain(spans) for spans in alternatives]
    for name, covers in (("half", 0.5), ("whole", 1.0)):
        for k in (1, 3):
            expected = max(brute_ndcg(covers, found, one, k) for one in alternatives)
            assert value(f"{name}_ndcg@{k}", plain(found), *gold) == pytest.approx(expected)
            hit = value(f"{name}_hit@{k}", plain(found), *gold)
            assert hit == (max(brute_mrr(covers, found[:k], one) for one in alternatives) > 0)
        expected = max(brute_mrr(covers, found, one) for one in alternatives)
        assert value(f"{name}_mrr", plain(found), *gold) == pytest.approx(expected)


@given(SPANS, GOLD, st.sampled_from(NAMES))
def test_all_lie_between_0_and_1_and_the_gold_itself_is_best(
    found: list[Span], gold: list[Span], name: str
) -> None:
    gold = spans.merged(gold)[:5]
    if name == "article_ndcg@5":  # where a second span of an article puts the next one off
        gold = list({span.article: span for span in gold}.values())
    got = value(name, plain(found), plain(gold), given=plain(found))
    assert got is not None
    assert 0.0 <= got <= 1.0
    assert value(name, plain(gold), plain(gold), given=plain(gold)) == pytest.approx(1.0)
