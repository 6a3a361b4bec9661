"""`rag eval`, on the embedded models."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from rag.cli import evaluating
from rag.evaluate import verdict

Rag = Callable[..., Result]
FILES = {"report.html", "report.json", "times.json", "summary.md", "junit.xml"}
ITEMS: list[dict[str, Any]] = [
    {
        "id": "cost",
        "question": "What did the new bridge over the Brosund cost?",
        "facts": [{"number": 41000000, "unit": ["kroner"]}],
        "must_not": ["9 million"],
        "evidence": [
            [
                {
                    "article": "bridge.md",
                    "quote": "It cost 41 million kroner, nine million more than planned "
                    "\U0001f309.",
                }
            ]
        ],
    },
    {
        "id": "director",
        "question": "Who is the director of the maritime museum?",
        "facts": [{"any": ["paul okafor"]}],
        "evidence": [[{"article": "museum.md", "start": 86, "end": 120}]],
        "cluster": "museum",
    },
    {"id": "vitamin", "question": "Which vitamin prevents scurvy?", "answerable": False},
    {
        "id": "summary",
        "summarize": ["bridge.md"],
        "length": "headline",
        "facts": [{"any": ["bridge"]}, {"any": ["brosund"]}],
    },
]


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    return write(tmp_path / "gold.jsonl", ITEMS)


def write(file: Path, items: list[dict[str, Any]]) -> Path:
    file.write_text("".join(json.dumps(item) + "\n" for item in items), "utf-8")
    return file


def test_a_run_is_blessed_compared_and_reported(
    rag: Rag, gold: Path, shared: Path, tmp_path: Path
) -> None:
    baseline, out = tmp_path / "baseline.json", tmp_path / "out"
    blessed = rag("eval", gold, "--bless", baseline, "--paired", library=shared)
    assert blessed.exit_code == 0, blessed.output
    assert "PASS" in blessed.stdout
    compared = rag("eval", gold, "--paired", "--report", out, library=shared)  # found beside it
    assert compared.exit_code == 0, compared.output
    assert "fact_recall" in compared.stdout
    assert {file.name for file in out.iterdir()} == FILES
    assert (out / "report.json").read_bytes() == baseline.read_bytes()


def test_a_recording_is_scored_without_a_model(
    rag: Rag, gold: Path, shared: Path, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    assert rag("eval", gold, "--report", first, library=shared).exit_code == 0
    options = ("--replay", first / "report.json", "--report", second)
    nowhere = {"env": {"RAG_MODEL": "/nowhere"}}
    assert rag("eval", gold, *options, library=shared, **nowhere).exit_code == 0
    names = [folder / "report.json" for folder in (first, second)]
    assert names[0].read_bytes() == names[1].read_bytes()
    same = rag("eval", "compare", *names)
    assert (same.exit_code, "0 items of 4 changed" in same.stdout) == (0, True)


def test_what_fails_says_so_and_is_not_blessed(rag: Rag, shared: Path, tmp_path: Path) -> None:
    wrong = {**ITEMS[0], "facts": [{"number": 5}], "must_pass": True}
    gold = write(tmp_path / "wrong.jsonl", [wrong])
    done = rag("eval", gold, "--bless", tmp_path / "b.json", library=shared)
    assert done.exit_code == 1
    assert "cost must pass: doesn't say: 5" in done.stdout
    assert done.stdout.rstrip().endswith("REGRESSION")
    assert "not blessed" in done.stderr
    assert not (tmp_path / "b.json").exists()


def test_a_wrong_bound_is_said_before_anything_is_asked(rag: Rag, tmp_path: Path) -> None:
    gold = write(tmp_path / "gold.jsonl", ITEMS[:2])
    (tmp_path / "pyproject.toml").write_text("[tool.rag.eval.floors]\nrefused = 0.5\n", "utf-8")
    done = rag("eval", gold, library=tmp_path / "none")
    assert done.exit_code == 2
    assert "refused: a bound for a metric that no item of this gold file can have" in done.stderr


def test_what_cannot_be_written_is_said_before_anything_is_asked(
    rag: Rag, gold: Path, tmp_path: Path
) -> None:
    for options in (("--report", gold / "out"), ("--bless", gold / "b"), ("--bless", tmp_path)):
        done = rag("eval", gold, *options, library=tmp_path / "none")
        assert done.exit_code == 2, done.output
        assert str(options[1].name) in done.stderr
    assert rag("eval", gold, "--bless", tmp_path / "new" / "b", library=gold).exit_code == 3
    assert (tmp_path / "new").is_dir()


def test_another_gold_file_is_not_comparable(
    rag: Rag, gold: Path, shared: Path, tmp_path: Path
) -> None:
    baseline = tmp_path / "b.json"
    assert rag("eval", gold, "--bless", baseline, library=shared).exit_code == 0
    other = write(tmp_path / "other.jsonl", ITEMS[1:])
    done = rag("eval", other, "--baseline", baseline, library=shared)
    assert done.exit_code == 4
    assert "--allow gold" in done.stdout
    allowed = rag("eval", other, "--baseline", baseline, "--allow", "gold", library=shared)
    assert allowed.exit_code == 0, allowed.output


def test_all_that_may_differ_can_be_allowed() -> None:
    assert evaluating.SYSTEM == verdict.SYSTEM


def test_json(rag: Rag, gold: Path, shared: Path) -> None:
    found = json.loads(rag("eval", gold, "--json", library=shared).stdout)
    assert found["verdict"]["code"] == 0
    assert found["counts"]["error"] == 0
    assert len(found["items"]) == 4
    assert found["times"]["seconds"] > 0


@pytest.mark.parametrize(
    ("items", "what"),
    [
        ([{"id": "a"}], '"question" is missing'),
        ([{**ITEMS[0], "evidence": [[{"article": "x.md", "quote": "q"}]]}], "no article 'x.md'"),
    ],
)
def test_a_wrong_gold_file_is_wrong_use(
    rag: Rag, shared: Path, tmp_path: Path, items: list[dict[str, Any]], what: str
) -> None:
    done = rag("eval", write(tmp_path / "gold.jsonl", items), library=shared)
    assert done.exit_code == 2
    assert what in done.stderr


def test_a_library_that_is_not_there_is_no_regression(rag: Rag, gold: Path, tmp_path: Path) -> None:
    assert rag("eval", gold, library=tmp_path / "none").exit_code == 3


def test_a_model_that_does_not_load_is_no_regression(rag: Rag, gold: Path, shared: Path) -> None:
    done = rag("eval", gold, library=shared, env={"RAG_MODEL": "/nowhere.gguf"})
    assert done.exit_code == 3
    assert "no such model" in done.stdout + done.stderr


def test_check_takes_the_library_that_is_configured(
    rag: Rag, gold: Path, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text(f'[tool.rag.eval]\nlibrary = "{shared}"\n', "utf-8")
    for options in ((), ("-q",), ("--encoder", "none")):
        checked = rag("eval", *options, "check", gold)
        assert checked.exit_code == 0, checked.output
        assert "4 items: 0 errors" in checked.stdout


def test_the_default_library_can_be_named(
    rag: Rag, gold: Path, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "other.txt").write_text("Nothing of the kind.")
    (tmp_path / "indexes").mkdir()
    (tmp_path / "indexes" / "default").symlink_to(shared, target_is_directory=True)
    assert rag("eval", "check", gold).exit_code == 2
    assert rag("eval", "check", gold, "--library", "indexes/default").exit_code == 0


def test_check_and_new(rag: Rag, gold: Path, articles: Path, tmp_path: Path) -> None:
    checked = rag("eval", "check", gold, "--articles", articles)
    assert checked.exit_code == 0, checked.output
    assert "4 items: 0 errors" in checked.stdout
    drafted = rag("eval", "new", articles)
    assert drafted.exit_code == 0
    file = tmp_path / "draft.jsonl"
    file.write_text(drafted.stdout, "utf-8")
    again = rag("eval", "check", file, "--articles", articles)
    assert again.exit_code == 0, again.output
    assert "a draft that nobody has corrected" in again.stdout
    doubled = write(tmp_path / "twice.jsonl", [ITEMS[0], {**ITEMS[0], "id": "again"}])
    assert rag("eval", "check", doubled, "--articles", articles).exit_code == 2
