"""Does it say "not in the articles" when it must, and only then? Of questions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from rag.evaluate.case import Case
from rag.evaluate.metrics.registry import of_case, of_run

Judged = Sequence[tuple[Case, bool]]


@of_case("abstention")
def refused(case: Case, _: int) -> float | None:
    """1 if an unanswerable question is refused, else 0: recall of abstention."""
    return float(case.response.abstained) if case.item.kind == "unanswerable" else None


@of_case("abstention", "lower")
def wrongly_refused(case: Case, _: int) -> float | None:
    """1 if an answerable question is refused, else 0."""
    return float(case.response.abstained) if case.item.kind == "answerable" else None


@of_case("abstention")
def refused_withheld(case: Case, _: int) -> float | None:
    """1 if an answerable question is refused when the articles with its evidence are kept from
    the search, else 0: the paired test, in which the question itself gives nothing away."""
    withheld = case.response.withheld
    return None if withheld is None else float(withheld)


def _counts(cases: Judged) -> tuple[int, int, int]:
    """Refused rightly, refused in all, and how many should have been."""
    questions = [case for case, _ in cases if case.item.kind != "summary"]
    refusals = [case for case in questions if case.response.abstained]
    right = sum(case.item.kind == "unanswerable" for case in refusals)
    return right, len(refusals), sum(case.item.kind == "unanswerable" for case in questions)


@of_run("abstention")
def abstention_precision(cases: Judged) -> float | None:
    """Share of the refused questions that are unanswerable; None if none is refused."""
    right, all_refused, _ = _counts(cases)
    return right / all_refused if all_refused else None


@of_run("abstention")
def abstention_f1(cases: Judged) -> float | None:
    """Harmonic mean of the precision and the recall of abstention; None without unanswerable
    questions."""
    right, all_refused, wanted = _counts(cases)
    return 2 * right / (all_refused + wanted) if wanted else None


@of_run("abstention", "lower")
def risk_area(cases: Judged) -> float | None:
    """Area under the coverage-risk curve (El-Yaniv and Wiener, 2010; Geifman and El-Yaniv, 2017):
    the answers sorted by confidence, the mean over n of the share of wrong ones among the first n.
    An answer is wrong if its item doesn't pass. None where a system gives no confidence."""
    points = [(0.0, 0.0), *coverage_risk(cases)]
    area = sum((here - before) * risk for (before, _), (here, risk) in pairwise(points))
    return area / points[-1][0] if points[-1][0] else None


def coverage_risk(cases: Judged) -> list[tuple[float, float]]:
    """The curve: share of all questions answered, and share of wrong ones among these answers.

    Questions of equal confidence enter together, so that their order changes nothing.
    """
    questions = [(case, passed) for case, passed in cases if case.item.kind != "summary"]
    surest_first = sorted(
        (-case.response.confidence, not passed)
        for case, passed in questions
        if case.response.confidence is not None and not case.response.abstained
    )
    curve = []
    wrong = 0
    for n, (confidence, is_wrong) in enumerate(surest_first, 1):
        wrong += is_wrong
        if n == len(surest_first) or surest_first[n][0] != confidence:
            curve.append((n / len(questions), wrong / n))
    return curve
