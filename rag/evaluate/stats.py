"""Intervals, and the test whether a drop is more than chance. Everything is seeded."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SEED = 20250113
RESAMPLES = 10_000
EXACT = 14  # clusters up to which all signs are tried
Z95 = 1.959963984540054  # of the normal distribution, for 95 % between -z and z

Values = NDArray[np.float64]


def interval(
    values: Sequence[float], clusters: Sequence[str], *, is_share: bool = True
) -> tuple[float, float] | None:
    """A 95 % interval of a mean; None where one cluster alone says nothing about others.

    Wilson's (1927) of a share where all values are 0 or 1, which is right at the ends too; else the
    percentiles of a bootstrap over clusters (Efron, 1979), because items about one article aren't
    independent.
    """
    if is_share and set(values) <= {0.0, 1.0}:
        return wilson(sum(values), len(values))
    sums, counts = _by_cluster(values, clusters)
    if len(sums) < 2:
        return None
    drawn = np.random.default_rng(SEED).integers(len(sums), size=(RESAMPLES, len(sums)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def wilson(hits: float, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share.

    >>> [round(bound, 3) for bound in wilson(10, 10)]
    [0.722, 1.0]
    """
    share, z2 = hits / n, Z95 * Z95
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    margin = Z95 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, centre - margin), min(1.0, centre + margin)


def auc(low: Sequence[float], high: Sequence[float]) -> float:
    """Area under the ROC curve: how often a value of `high` is above one of `low`, ties by half.

    Not a number if either is empty.

    >>> auc([0.1, 0.2], [0.2, 0.9])
    0.875
    """
    if not low or not high:
        return math.nan
    above = np.subtract.outer(np.asarray(high), np.asarray(low))
    return float(((above > 0) + 0.5 * (above == 0)).mean())


def chance(losses: Sequence[float], clusters: Sequence[str]) -> float:
    """How likely chance alone makes a loss at least as large as that seen: a one-sided p-value.

    A paired randomisation test (Fisher, 1935; Smucker, Allan and Carterette, CIKM 2007): if
    nothing changed, new and old could be swapped in each cluster. All swaps are tried where there
    are few clusters, else `RESAMPLES` of them, counting the one seen.

    Args:
        losses: how much worse each item is than before.
    """
    sums, _ = _by_cluster(losses, clusters)
    sums = sums[sums != 0.0]  # swapping nothing changes nothing
    if not len(sums):
        return 1.0
    seen = sums.sum()
    if len(sums) <= EXACT:
        every = np.arange(2 ** len(sums))[:, None] >> np.arange(len(sums)) & 1
        return float(np.mean((1 - 2 * every) @ sums >= seen - 1e-9))
    signs = np.random.default_rng(SEED).choice([-1.0, 1.0], size=(RESAMPLES, len(sums)))
    return float((np.sum(signs @ sums >= seen - 1e-9) + 1) / (RESAMPLES + 1))


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values of several tests, so that all of them together err once in 1 / alpha runs.

    Holm (1979).

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p_values)), key=lambda at: p_values[at])
    adjusted = [1.0] * len(p_values)
    highest = 0.0
    for place, at in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - place) * p_values[at]))
        adjusted[at] = round(highest, 12)
    return adjusted


def clusters_needed(alpha: float, tests: int) -> int:
    """How many clusters must be worse, and none better, before `chance` can fall below alpha.

    With c clusters worse the smallest possible p-value is 2 ** -c; Holm's first step asks for
    alpha / tests.

    >>> clusters_needed(0.05, 1), clusters_needed(0.05, 8)
    (5, 8)
    """
    return math.ceil(math.log2(tests / alpha))


def _by_cluster(values: Sequence[float], clusters: Sequence[str]) -> tuple[Values, Values]:
    """Sum and number of the values of each cluster."""
    place: dict[str, int] = {}
    index = [place.setdefault(cluster, len(place)) for cluster in clusters]
    sums = np.bincount(index, weights=np.asarray(values, float), minlength=len(place))
    return sums.astype(float), np.bincount(index, minlength=len(place)).astype(float)
