"""What a gold file is measured with: `[tool.rag.eval]` of the nearest `pyproject.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import UsageError
from rag.evaluate.verdict import Rules, read_rules, settings

_KNOWN = {"articles", "library", "baseline", "paired", "floors", "ceilings", "compared"}
_KNOWN |= {"tolerance", "alpha"}


@dataclass(frozen=True, slots=True)
class Config:
    """How to measure.

    Attributes:
        articles: files and folders to build a library of; a folder of this name beside the gold
            file if the table names neither these nor a library.
        library: one that exists.
        baseline: where the baseline is kept, whether or not there is one yet; `baseline.json`
            beside the gold file if the table doesn't say.
        paired: also ask with the evidence withheld.
    """

    rules: Rules
    articles: tuple[Path, ...]
    library: Path | None
    baseline: Path
    paired: bool


def read_config(gold: Path) -> Config:
    """The settings for a gold file; paths in the table start at its `pyproject.toml`.

    Raises:
        UsageError: something in the table isn't one.
    """
    file, table = settings(gold.parent)
    where = f"{file} [tool.rag.eval]"
    if unknown := sorted(table.keys() - _KNOWN):
        raise UsageError(f"unknown setting {unknown[0]!r}", where=where)
    base = file.parent if file else Path()
    usual = gold.parent / "articles"
    articles = tuple(base / path for path in _paths(table, "articles", where))
    library = next((base / path for path in _paths(table, "library", where)), None)
    if not articles and library is None and usual.is_dir():
        articles = (usual,)
    baseline = next((base / path for path in _paths(table, "baseline", where)), None)
    paired = table.get("paired", False)
    if not isinstance(paired, bool):
        raise UsageError(f"paired is {paired!r}, neither true nor false", where=where)
    return Config(
        rules=read_rules(table, where),
        articles=articles,
        library=library,
        baseline=baseline or gold.parent / "baseline.json",
        paired=paired,
    )


def _paths(table: dict[str, Any], name: str, where: str) -> list[str]:
    value = table.get(name, [])
    some = [value] if isinstance(value, str) else value
    if not isinstance(some, list) or not all(isinstance(one, str) for one in some):
        raise UsageError(f"{name} is {value!r}, not a path", where=where)
    return some
