"""Names and figures in each other's place."""

from __future__ import annotations

import pytest

from rag.ground import check

SUED = "On Friday Novak Steel sued Ostrand Bank over a loan."
DEAD = "The agency said that nearly 300 soldiers died and about 2,700 were wounded."
LOW = "Ada Low, who leads the Greens, met Eve Park of the Labor Alliance and offered her a seat."


@pytest.mark.parametrize(
    ("claim", "evidence", "is_swapped"),
    [
        ("Novak Steel sued Ostrand Bank.", SUED, False),
        ("Ostrand Bank sued Novak Steel.", SUED, True),
        ("Ostrand Bank sued Novak Steel over a loan on Friday.", SUED, True),
        ("Ostrand Bank was sued by Novak Steel.", SUED, False),
        ("Novak Steel was sued by Ostrand Bank.", SUED, True),
        ("Ostrand Bank was sued by Novak Steel over a loan.", SUED, False),
        # The verb without a direction, or names side by side.
        ("Eve Park met Ada Low.", "Ada Low met Eve Park.", False),
        ("Eve Park and Ada Low resigned.", "Ada Low and Eve Park resigned.", False),
        # A clause that moved.
        (
            "Lenndorf's bridge was closed, said Park.",
            "Park said the bridge in Lenndorf shut.",
            False,
        ),
        ("The CDU won in Germany.", "In Germany, the CDU won.", False),
    ],
)
def test_names_stand_round_a_verb(claim: str, evidence: str, is_swapped: bool) -> None:
    verdict = check(claim, [evidence])
    assert ("other way round" in (verdict.reason or "")) == is_swapped, verdict
    assert (verdict.support == "unsupported") == is_swapped


@pytest.mark.parametrize(
    ("claim", "evidence", "misplaced"),
    [
        ("About 2,700 soldiers were wounded.", DEAD, None),
        ("Nearly 300 soldiers died.", DEAD, None),
        ("The agency said that nearly 2,700 soldiers died.", DEAD, "2,700"),
        ("The Greens met Eve Park of the Labor Alliance.", LOW, None),
        ("Ada Low met Eve Park of the Labor Alliance.", LOW, None),
    ],
)
def test_what_stands_elsewhere(claim: str, evidence: str, misplaced: str | None) -> None:
    verdict = check(claim, [evidence])
    reason = f"{misplaced} stands elsewhere in the evidence" if misplaced else None
    assert verdict.reason == reason
    assert verdict.support == ("partly" if misplaced else "supported")
