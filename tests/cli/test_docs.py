"""Pages that are made from the program are those that it makes now."""

from __future__ import annotations

import json
import re
import runpy
import tomllib
from pathlib import Path

import click

from rag.cli import rag
from rag.cli.command import Explained
from rag.cli.packages import NEEDED

ROOT = Path(__file__).parents[2]


def test_the_manual_is_current() -> None:
    manual = runpy.run_path(str(ROOT / "docs" / "make_cli.py"))["manual"]
    written = (ROOT / "docs" / "cli.md").read_text("utf-8")
    assert written == manual(), "run `python docs/make_cli.py`"


def test_the_metrics_are_current() -> None:
    page = runpy.run_path(str(ROOT / "docs" / "make_metrics.py"))["page"]
    written = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    assert written == page(), "run `python docs/make_metrics.py`"


def test_the_table_of_quality_is_that_of_the_baseline() -> None:
    metrics = json.loads((ROOT / "eval" / "baseline.json").read_text("utf-8"))["metrics"]
    page = (ROOT / "docs" / "quality.md").read_text("utf-8")
    rows = re.findall(r"^\| `([\w@]+)` \| ([\d.]+)", page, re.MULTILINE)
    assert len(rows) > 20
    for name, shown in rows:
        value = metrics[name]["value"]
        assert shown == (f"{value:.3f}" if value < 10 else f"{value:.0f}"), name


def test_every_command_teaches() -> None:
    for name, command in rag.commands.items():
        assert command.help, name
        assert isinstance(command, Explained)
        assert command.prints, name
        assert any(f"rag {name}" in example for example in command.examples), name
        for option in command.params:
            assert not isinstance(option, click.Option) or option.help, (name, option.name)


def test_doctor_knows_the_dependencies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert [f"{one.name}>={one.oldest}" for one in NEEDED] == project["dependencies"]
