"""Gold files as pytest collects them, in a project of a user's own, on the embedded models."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

FLOOD = (
    "The river Skell rose by two metres on Tuesday after four days of rain in the hills.\n"
    "Mayor Ada Holm closed the old bridge at noon and asked some 300 people to leave.\n"
    "Nobody was hurt, but about 40 cars were lost in the car park of the station.\n"
)
ITEMS = [
    {
        "id": "closed",
        "question": "Who closed the old bridge at noon?",
        "facts": [{"any": ["ada holm"]}],
        "evidence": [[{"article": "flood.txt", "quote": FLOOD.split("\n")[1]}]],
        "must_pass": True,
        "tags": ["person"],
    },
    {
        "id": "sheep",
        "question": "How many cars were lost in the car park of the station?",
        "facts": [{"number": 7000}],
        "evidence": [[{"article": "flood.txt", "quote": FLOOD.split("\n")[2]}]],
    },
    {"id": "far", "question": "Which vitamin prevents scurvy?", "answerable": False},
]

UNANSWERABLE = '{"id": "a", "question": "q", "answerable": false}\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "flood.txt").write_text(FLOOD, "utf-8")
    write(tmp_path, ITEMS)
    return tmp_path


def write(project: Path, items: list[dict[str, object]], settings: str = "") -> None:
    lines = "".join(json.dumps(item) + "\n" for item in items)
    (project / "gold.jsonl").write_text(lines, "utf-8")
    (project / "pyproject.toml").write_text(f"[tool.rag.eval]\n{settings}", "utf-8")


def run(project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-W", "error", *options]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


def test_one_test_an_item_and_one_for_the_verdict(project: Path) -> None:
    done = run(project, "--junitxml=junit.xml", "-v")
    assert done.returncode == 0, done.stdout
    assert "3 passed, 1 xfailed" in done.stdout
    cases = ElementTree.parse(project / "junit.xml").iter("testcase")  # ours
    assert [case.get("name") for case in cases] == ["closed", "sheep", "far", "verdict"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("-k", "person"), "1 passed, 3 deselected"),
        (("-m", "unanswerable"), "1 passed, 3 deselected"),
        (("-k", "sheep"), "1 xfailed"),
    ],
)
def test_items_are_chosen_by_id_tag_and_kind(
    project: Path, options: tuple[str, ...], expected: str
) -> None:
    done = run(project, *options)
    assert expected in done.stdout
    assert done.returncode == 0


def test_what_must_pass_and_a_floor_fail_the_run(project: Path) -> None:
    changed = [ITEMS[0], {**ITEMS[1], "must_pass": True}, ITEMS[2]]
    write(project, changed, "[tool.rag.eval.floors]\nall_facts = 0.9\n")
    done = run(project)
    assert done.returncode == 1
    assert "must pass: doesn't say: 7,000" in done.stdout
    assert "all_facts is 0.500, below its floor of 0.9" in done.stdout
    assert "REGRESSION" in done.stdout


@pytest.mark.parametrize(
    ("lines", "settings", "what"),
    [
        ("{not json\n", "", "line 1: not JSON"),
        ("", "", "there is no item in it"),
        (UNANSWERABLE, "florrs = 1\n", "unknown setting"),
        (UNANSWERABLE, "floors.fact_recall = 1\n", "no item of this gold file can have"),
    ],
)
def test_a_wrong_gold_file_is_an_error_of_collection(
    project: Path, lines: str, settings: str, what: str
) -> None:
    write(project, [], settings)
    (project / "gold.jsonl").write_text(lines, "utf-8")
    done = run(project)
    assert done.returncode == 2
    assert what in done.stdout
    assert "Traceback" not in done.stdout


def test_without_a_gold_file_nothing_heavy_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text(
        "import sys\ndef test(): assert not {'numpy', 'faiss', 'click'} & set(sys.modules)\n"
    )
    assert run(tmp_path).returncode == 0
