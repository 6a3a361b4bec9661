"""Intervals and the test of chance: against tables, by hand, and in simulation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluate import stats

# Intervals


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [  # Newcombe, Statistics in Medicine 17 (1998), table I, method 3; and 8 of 10
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
        (8, 10, 0.4902, 0.9433),
    ],
)
def test_wilson_agrees_with_the_published_table(
    hits: float, n: int, low: float, high: float
) -> None:
    assert stats.wilson(hits, n) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 500), st.data())
def test_wilson_holds_the_share_and_mirrors(n: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, n))
    low, high = stats.wilson(hits, n)
    assert 0.0 <= low <= hits / n + 1e-12
    assert hits / n - 1e-12 <= high <= 1.0
    assert stats.wilson(n - hits, n) == pytest.approx((1 - high, 1 - low))


def each(values: Sequence[float]) -> list[str]:
    """A cluster for each."""
    return [str(n) for n in range(len(values))]


def interval(values: Sequence[float], clusters: Sequence[str]) -> tuple[float, float]:
    found = stats.interval(values, clusters)
    assert found
    return found


def test_shares_have_wilsons_interval_and_other_means_a_bootstrap() -> None:
    assert interval([1.0] * 8 + [0.0] * 2, ["a"] * 10) == stats.wilson(8, 10)
    values = [0.5, 1.0, 0.25, 0.0, 1.0, 0.75] * 3
    low, high = interval(values, each(values))
    assert min(values) <= low < sum(values) / len(values) < high <= max(values)
    assert (low, high) == interval(values, each(values))  # seeded
    assert interval([0.5] * 4, each([0.5] * 4)) == (0.5, 0.5)


def test_items_of_a_cluster_are_drawn_together() -> None:
    values = [0.0, 0.1, 0.0, 0.1, 0.9, 1.0, 0.9, 1.0]
    apart, together = interval(values, each(values)), interval(values, list("aabbccdd"))
    assert together[1] - together[0] > 1.2 * (apart[1] - apart[0])


def test_one_cluster_alone_has_no_interval() -> None:
    assert stats.interval([0.2, 0.9], ["a", "a"]) is None
    assert stats.interval([0.2], ["a"]) is None


def test_the_bootstrap_covers_about_what_it_says() -> None:
    random = np.random.default_rng(1)
    clusters = [str(n // 3) for n in range(90)]
    covered = 0
    for _ in range(150):
        shared = np.repeat(random.normal(size=30), 3)
        low, high = interval(list(0.5 + 0.1 * (shared + random.normal(size=90))), clusters)
        covered += low <= 0.5 <= high
    assert 0.88 <= covered / 150 <= 0.99  # 95 %, a little less with 30 clusters


# Chance


@pytest.mark.parametrize(
    ("losses", "clusters", "p"),
    [
        ([], "", 1.0),
        ([0.0, 0.0], "ab", 1.0),
        ([1.0], "a", 1 / 2),
        ([-1.0], "a", 1.0),
        ([1.0, 1.0], "ab", 1 / 4),
        ([1.0, 1.0, 1.0], "abc", 1 / 8),
        ([1.0, 1.0, -1.0], "abc", 4 / 8),  # +++ and three with one minus
        ([2.0, 1.0, -1.0], "abc", 3 / 8),  # +++ (4), ++- and +-+ (2); the last is 2 too
        ([0.5, 0.25], "ab", 1 / 4),
        ([1.0] * 14, "abcdefghijklmn", 2**-14),
        # what nothing changed says nothing
        ([1.0, 0.0, 0.0, 1.0, 0.0], "abcde", 1 / 4),
        # a cluster counts once, however many of its items lose
        ([1.0] * 8, "aaaaaaaa", 1 / 2),
        ([1.0] * 8, "aaaabbbb", 1 / 4),
        ([1.0, -1.0], "aa", 1.0),
        # 0.1 * 3 and 0.3 tie, though they differ as floating numbers
        ([0.1, 0.1, 0.1, -0.3], "aaab", 3 / 4),
    ],
)
def test_chance_is_counted_over_all_swaps(losses: list[float], clusters: str, p: float) -> None:
    assert stats.chance(losses, list(clusters)) == pytest.approx(p)


def test_many_clusters_are_sampled_and_agree_with_all_swaps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    losses = [1.0, 0.5, -0.5, 1.0, 0.25, -0.75, 1.0, 0.5, -1.0, 1.0]
    exact = stats.chance(losses, each(losses))
    monkeypatch.setattr(stats, "EXACT", 0)
    sampled = stats.chance(losses, each(losses))
    assert sampled == pytest.approx(exact, abs=0.02)
    assert sampled == stats.chance(losses, each(losses))  # seeded
    assert 1 / (stats.RESAMPLES + 1) <= stats.chance([1.0] * 40, each([1.0] * 40)) < 0.001


def test_chance_alone_is_seldom_called_a_loss() -> None:
    random = np.random.default_rng(2)
    for clusters in (12, 24):  # all swaps, and some of them
        names = [str(n // 2) for n in range(2 * clusters)]
        p_values = []
        for _ in range(400):
            shared = np.repeat(random.normal(size=clusters), 2)
            losses = shared + 0.5 * random.normal(size=2 * clusters)
            p_values.append(stats.chance(list(losses), names))
        assert np.mean(np.array(p_values) <= 0.05) <= 0.075
        assert 0.45 <= np.mean(p_values) <= 0.55


def test_without_clusters_chance_would_be_taken_for_a_loss() -> None:
    """That the clusters do something: the same nulls, items of a cluster alike."""
    random = np.random.default_rng(3)
    wrong = 0
    for _ in range(100):
        losses = np.repeat(random.normal(size=8), 6)
        wrong += stats.chance(list(losses), each(list(losses))) <= 0.05
    assert wrong / 100 > 0.15


# Several tests


@pytest.mark.parametrize(
    ("p_values", "expected"),
    [
        ([], []),
        ([0.2], [0.2]),
        ([0.01, 0.02], [0.02, 0.02]),
        ([0.04, 0.01, 0.03], [0.06, 0.03, 0.06]),
        ([0.01, 0.01, 0.01], [0.03, 0.03, 0.03]),
        ([0.5, 0.9], [1.0, 1.0]),  # never above 1, never below a smaller one's
        ([0.001, 0.3, 0.02, 0.02], [0.004, 0.3, 0.06, 0.06]),
    ],
)
def test_holm_by_hand(p_values: list[float], expected: list[float]) -> None:
    assert stats.holm(p_values) == pytest.approx(expected)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_lies_between_each_and_bonferroni(p_values: list[float]) -> None:
    for p, adjusted in zip(p_values, stats.holm(p_values), strict=True):
        assert p - 1e-12 <= adjusted <= min(1.0, len(p_values) * p) + 1e-12


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.0625, 0.1])
@pytest.mark.parametrize("tests", [1, 2, 8, 11])
def test_the_clusters_needed_are_those_that_chance_needs(alpha: float, tests: int) -> None:
    needed = stats.clusters_needed(alpha, tests)

    def adjusted(worse: int) -> float:
        losses = [1.0] * worse + [0.0] * (40 - worse)
        return stats.holm([stats.chance(losses, each(losses)), *[1.0] * (tests - 1)])[0]

    assert adjusted(needed) <= alpha < adjusted(needed - 1)
