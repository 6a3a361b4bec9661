"""What is denied, and what is only possible: the same where the same is said."""

from __future__ import annotations

from time import process_time

import pytest

from rag.claims.stance import Stance
from rag.ground import check

LONG = (
    "While they do not burrow themselves, they seek shelter in the burrows of other animals and "
    "never close the old ones."
)


@pytest.mark.parametrize(
    ("claim", "evidence", "wrong"),
    [
        # Two places of one word: the claim is compared with the one that it repeats.
        ("They seek shelter in the burrows of other animals.", LONG, None),
        ("They burrow themselves and seek shelter.", LONG, "leaves out"),
        ("They do not seek shelter in the burrows of other animals.", LONG, "denies"),
        ("They close the old ones.", LONG, "leaves out"),
        ("The ants do not move, they stay.", "The ants move. They do not stay.", "denies"),
        # Denied in other words.
        ("The men were not armed.", "The men were unarmed.", None),
        ("The men were not armed.", "The men were armed.", "denies"),
        ("She did not sign the letter.", "She refused to sign the letter.", None),
        ("She signed the letter.", "She refused to sign the letter.", "leaves out"),
        ("She signed the letter.", "She failed to sign the letter.", "leaves out"),
        ("The panels unfolded.", "The panels were unable to unfold.", "leaves out"),
        # Denied twice.
        ("The program existed.", "He did not deny that the program existed.", None),
        ("The program did not exist.", "He denied that the program existed.", None),
        ("No one could not enter the palace.", "No one could enter the palace.", "denies"),
        # No denial.
        ("No, the bridge was closed.", "The bridge was closed on Monday.", None),
        ("The bridge closed in May.", "Not only the bridge closed in May, the road did.", None),
        ("The bridge opened in May.", "The bridge did not open until May.", None),
        ("The court fined him in case 4.", "The court fined him in case No. 4 in May.", None),
    ],
)
def test_negations(claim: str, evidence: str, wrong: str | None) -> None:
    verdict = check(claim, [evidence])
    if wrong:
        assert verdict.support == "unsupported"
        assert wrong in (verdict.reason or ""), verdict
    else:
        assert verdict.support != "unsupported", verdict


@pytest.mark.parametrize(
    ("evidence", "cue"),
    [
        ("The bridge may close in May.", "may"),
        ("The bridge might close in May.", "might"),
        ("The bridge will probably close in May.", "probably"),
        ("The bridge is expected to close in May.", "expected"),
        ("The bridge is said to close in May.", "said to"),
        ("The city plans to close the bridge in May.", "plans to"),
        ("The city planned to close the bridge in May.", "planned to"),
        ("The city is planning to close the bridge in May.", "planning to"),
        ("The city tried to close the bridge in May.", "tried to"),
        ("The city allegedly closed the bridge in May.", "allegedly"),
        ("The city reportedly closed the bridge in May.", "reportedly"),
        ("The city is accused of closing the bridge in May.", "accused of"),
        ("The union believes that the closing of the bridge in May helped.", "believes that"),
    ],
)
def test_a_doubt_of_the_evidence_must_stay(evidence: str, cue: str) -> None:
    dropped = check("The city closed the bridge in May.", [f"{evidence} It helps the city."])
    assert dropped.support == "partly"
    assert dropped.reason == f'it leaves out "{cue}"'
    kept = check("The city may close the bridge in May.", [f"{evidence} It helps the city."])
    assert "leaves out" not in (kept.reason or "")


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        # Doubt of another verb, or of the same verb elsewhere.
        ("The bridge was closed.", "The bridge was closed and may be sold."),
        (
            "The bridge was closed.",
            ["The bridge may be closed.", "On Friday the bridge was closed."],
        ),
        # Said in another way, or more carefully than the evidence says it.
        ("The city could close the bridge.", "The city may close the bridge."),
        ("The city has plans to close the bridge.", "The city plans to close the bridge."),
        ("The city may close the bridge.", "The city will close the bridge."),
        # No doubt, but trust, and a thing thought of.
        ("They trained apprentices.", "They believed in training apprentices, and trained many."),
        ("She closed the bridge.", "She had thought of closing the bridge, and closed it."),
        # A month.
        ("The bridge closed.", "On May 3 the bridge closed."),
    ],
)
def test_where_no_doubt_is_lost(claim: str, evidence: str | list[str]) -> None:
    verdict = check(claim, [evidence] if isinstance(evidence, str) else evidence)
    assert "leaves out" not in (verdict.reason or ""), verdict


def test_a_long_sentence_is_looked_at_in_no_time() -> None:
    began = process_time()
    Stance("not a, but b " * 8_000)
    assert process_time() - began < 5
