"""Writes docs/metrics.md from the docstrings of the metrics: python docs/make_metrics.py"""

from __future__ import annotations

from pathlib import Path

from rag.evaluate.metrics import names, parse

HEADER = """# The metrics of `rag eval`

Made from the docstrings of `rag/evaluate/metrics` by `python docs/make_metrics.py`; a test
compares them. Of a name that ends in `@k`, the first k passages count: `half_hit@5`. The arrow says
where good values lie.
"""
ARROWS = {"higher": "\u2191", "lower": "\u2193", "neither": ""}


def page() -> str:
    """The whole page."""
    groups: dict[str, list[str]] = {}
    for name in names():
        metric = parse(name.replace("@k", "@5"))
        row = f"| `{name}` {ARROWS[metric.better]} | {metric.definition} |"
        groups.setdefault(metric.group, []).append(row)
    tables = (
        f"## {group.capitalize()}\n\n| metric | definition |\n|---|---|\n" + "\n".join(rows)
        for group, rows in groups.items()
    )
    return "\n\n".join([HEADER.rstrip(), *tables]) + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("metrics.md").write_text(page(), "utf-8")
