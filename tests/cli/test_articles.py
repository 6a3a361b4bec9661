"""`rag list`, `rag show` and `rag remove`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result

Rag = Callable[..., Result]
Done = Callable[..., str]
Exact = Callable[[dict[str, Any], Path], bool]


def test_list_and_show(done: Done, shared: Path, articles: Path) -> None:
    listed = json.loads(done("list", "--json", library=shared))["articles"]
    assert [one["date"] for one in listed] == ["2024-03-05", "2023-11-20", None]
    assert listed[2]["paths"] == [str(articles / "bread.txt")]
    assert len(done("list", library=shared).splitlines()) == 3
    id = listed[2]["id"]
    text = (articles / "bread.txt").read_text("utf-8")
    assert done("show", id, "--text", library=shared) == text.removesuffix("\n")
    assert done("show", id[:6], "--span", "4-10", library=shared) == "bakery"
    shown = json.loads(done("show", articles / "bread.txt", "--json", library=shared))
    assert shown["characters"] == len(shown["text"])
    part = json.loads(done("show", id, "--span", "4:10", "--json", library=shared))
    assert (part["start"], part["end"], part["quote"]) == (4, 10, "bakery")
    assert "source  The Coast Courier" in done("show", listed[0]["id"], library=shared)


def test_unknown_references_fail(rag: Rag, shared: Path, tmp_path: Path) -> None:
    for arguments in (
        ("show", "feedbeef"),
        ("remove", "bread", "feedbeef"),
        ("summarize", "feedbeef"),
        ("ask", "why", "--article", "feedbeef"),
    ):
        result = rag(*arguments, library=shared)
        assert result.exit_code == 1, arguments
        assert result.stdout == ""
        assert result.stderr.startswith("rag: error: feedbeef: no article")
    (tmp_path / "new.txt").write_text("It is not added yet.")
    result = rag("summarize", tmp_path / "new.txt", library=shared)
    assert "add it with `rag add`" in result.stderr


def test_remove(done: Done, rag: Rag, own: Path, articles: Path) -> None:
    assert "removed" in done("remove", "bread", library=own)
    assert len(done("remove", articles, library=own).splitlines()) == 2
    assert json.loads(done("list", "--json", library=own)) == {"articles": []}
    assert json.loads(done("stats", "--json", library=own))["articles"] == 0
    assert rag("ask", "anything?", library=own).exit_code == 1
