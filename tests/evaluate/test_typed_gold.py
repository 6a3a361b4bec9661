"""The gold files of typed questions that the project ships."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.evaluate import load_gold
from rag.evaluate.config import read_config

FOLDER = Path(__file__).parents[2] / "eval" / "typed"


@pytest.mark.parametrize(("name", "answerable", "others"), [("choose", 80, 32), ("report", 40, 16)])
def test_typed_gold_files_are_measured_without_the_bounds_of_the_project(
    name: str, answerable: int, others: int
) -> None:
    file = FOLDER / f"{name}.jsonl"
    items = load_gold(file).items
    assert [sum(item.answerable is it for item in items) for it in (True, False)] == [
        answerable,
        others,
    ]
    config = read_config(file)
    assert config.articles == (FOLDER / "articles",)
    assert not config.rules.floors
