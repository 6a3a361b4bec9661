"""`rag stats`, `rag verify`, `rag rebuild`, `rag models` and `rag doctor`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from rag.cli import packages

Rag = Callable[..., Result]
Done = Callable[..., str]
Exact = Callable[[dict[str, Any], Path], bool]


def test_stats_verify_rebuild(done: Done, rag: Rag, own: Path) -> None:
    assert json.loads(done("stats", "--json", library=own))["articles"] == 3
    assert "encoder     all-minilm-l6-v2" in done("stats", library=own)
    assert done("verify", library=own) == "all is as it was stored\n"
    for file in own.glob("*faiss*"):
        file.write_bytes(b"no index")
    damaged = rag("verify", "--json", library=own)
    assert damaged.exit_code == 1
    assert json.loads(damaged.stdout)["ok"] is False
    assert json.loads(damaged.stdout)["damage"]
    assert rag("verify", library=own).stderr.startswith("rag: error: ")
    assert done("rebuild", library=own).startswith("rebuilt: 3 articles")
    assert json.loads(done("verify", "--json", library=own))["ok"] is True
    assert done("rebuild", "--encode", library=own).startswith("rebuilt: 3 articles")


@pytest.mark.parametrize(
    "reading",
    [
        ("ask", "why?"),
        ("search", "why"),
        ("summarize", "--all"),
        ("list",),
        ("show", "x"),
        ("remove", "x"),
        ("stats",),
        ("verify",),
        ("rebuild",),
    ],
)
def test_reading_makes_no_library(rag: Rag, reading: tuple[str, ...], tmp_path: Path) -> None:
    result = rag(*reading, "--library", tmp_path / "none")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "there is no library here" in result.stderr
    assert not (tmp_path / "none").exists()


def test_models(done: Done) -> None:
    listed = json.loads(done("models", "--json"))["models"]
    assert [one["name"] for one in listed[:2]] == ["all-minilm-l6-v2", "smollm2-135m"]
    assert all(one["size_mb"] > 0 and one["licence"] for one in listed)
    assert len(listed) >= 4
    assert "smollm2-135m" in done("models")


def test_a_model_that_is_none(rag: Rag, shared: Path, tmp_path: Path) -> None:
    (tmp_path / "no.gguf").write_bytes(b"no model at all")
    question = "What did the new bridge cost?"
    for model in (tmp_path / "no.gguf", tmp_path / "gone.gguf"):
        result = rag("ask", question, "--model", model, library=shared)
        assert result.exit_code == 1
        assert result.stderr.startswith(f"rag: error: {model}: ")


def test_doctor(
    done: Done, rag: Rag, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = json.loads(done("doctor", "--json", library=shared))
    states = {check["name"]: check["state"] for check in found["checks"]}
    assert found["ok"]
    assert {"python", "packages", "torch", "cache", "encoder", "model", "library"} <= states.keys()
    (tmp_path / "file").touch()
    monkeypatch.setenv("RAG_CACHE", str(tmp_path / "file" / "cache"))
    broken = rag("doctor", library=tmp_path / "none")
    assert broken.exit_code == 1
    assert "fail  cache: " in broken.stdout
    assert "$RAG_CACHE" in broken.stdout
    assert "warn  encoder: not prepared yet" in broken.stdout


def test_doctor_finds_missing_old_and_broken_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "crashing.py").write_text("import os; os.abort()")
    (tmp_path / "raising.py").write_text("raise ImportError('no libfoo')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    needed = (
        packages.Needed("tqdm", "crashing", "1"),
        packages.Needed("click", "raising", "1"),
        packages.Needed("filelock", "filelock", "999"),
        packages.Needed("no-such-package", "no_such_package", "1"),
        packages.Needed("numpy", "numpy", "2.0"),
    )
    monkeypatch.setattr(packages, "NEEDED", needed)
    problems = {package.name: package.problem or "" for package in packages.packages()}
    assert "ends the process" in problems["tqdm"]
    assert "no libfoo" in problems["click"]
    assert "too old" in problems["filelock"]
    assert problems["no-such-package"] == "not installed"
    assert problems["numpy"] == ""
