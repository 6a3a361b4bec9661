"""Reports on disk: what isn't one is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rag.errors import UsageError
from rag.evaluate import Outcome, Response, load_report
from rag.evaluate.report import SCHEMA

World = Any  # of conftest.py, which can't be imported


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (json.dumps({"schema": SCHEMA + 1}), f"a report of a newer Citespan (schema {SCHEMA + 1})"),
        (json.dumps({"schema": SCHEMA}), "not a report"),
        (json.dumps({"schema": "1"}), "not a report"),
        ("{}", "not a report"),
        ("[]", "not a report"),
        ("5", "not a report"),
        ("{", "not a report"),
        (b"\xff", "not a report"),
        (None, "can't be read"),
    ],
)
def test_what_is_no_report_is_refused(
    tmp_path: Path, text: str | bytes | None, expected: str
) -> None:
    file = tmp_path / "report.json"
    if text is not None:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UsageError) as raised:
        load_report(file)
    assert expected in str(raised.value)


@pytest.mark.parametrize(
    "damage",
    [
        {"items": [{}]},
        {"items": 5},
        {"metrics": {"fact_recall": {"value": 1}}},
        {"metrics": {"fact_recall": {"value": 1, "n": 1, "more": 1}}},
        {"curve": [[1]]},
        {"system": None},
    ],
)
def test_a_damaged_report_is_refused(tmp_path: Path, world: World, damage: dict[str, Any]) -> None:
    file = tmp_path / "report.json"
    file.write_text(json.dumps({**world.baseline.to_dict(), **damage}))
    with pytest.raises(UsageError, match="not a report"):
        load_report(file)


def test_an_outcome_has_one_of_four_ends(world: World) -> None:
    found = world.baseline.outcomes[0].to_dict()
    assert Outcome.from_dict(found).to_dict() == found
    with pytest.raises(ValueError, match="no known kind or status"):
        Outcome.from_dict({**found, "status": "skipped"})
    assert Response.from_dict(found["response"]).to_dict() == found["response"]
