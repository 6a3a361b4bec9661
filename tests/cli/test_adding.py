"""`rag add`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result

Rag = Callable[..., Result]
Done = Callable[..., str]
Exact = Callable[[dict[str, Any], Path], bool]


def test_adding_again_and_after_a_change(done: Done, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    place = tmp_path / "made"
    file.write_text("The first version speaks of apples.")
    added = json.loads(done("add", file, "--json", "--library", place))
    assert added["added"] == [str(file)]
    assert added["articles"] == 1
    assert json.loads(done("add", file, "--json", library=place))["unchanged"] == [str(file)]
    file.write_text("The second version speaks of pears.")
    assert "1 file changed: 1 new article" in done("add", tmp_path, library=place)
    assert "pears" in done("show", file, library=place)


def test_one_bad_file_fails_and_the_rest_is_kept(rag: Rag, own: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "good.txt").write_text("The pond froze over in January.")
    (folder / "empty.txt").touch()
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 and nothing more")
    result = rag("add", folder, library=own)
    assert result.exit_code == 1
    assert "1 file added, 2 files failed: 1 new article" in result.stdout
    failures = [row for row in result.stderr.splitlines() if row.startswith("failed: ")]
    assert len(failures) == 2
    assert all("(" in failure for failure in failures), "each has its remedy"
    failed = json.loads(rag("add", folder, "--json", library=own).stdout)["failed"]
    assert {Path(one["where"]).name for one in failed} == {"empty.txt", "broken.pdf"}
    assert all(one["what"] and one["remedy"] for one in failed)


def test_near_copies_are_told(rag: Rag, own: Path, articles: Path, tmp_path: Path) -> None:
    copied = (articles / "bridge.md").read_text("utf-8").replace("on Tuesday", "on Wednesday")
    (tmp_path / "copy.md").write_text(copied, "utf-8")
    result = rag("add", tmp_path / "copy.md", library=own)
    assert "1 near-copy" in result.stdout
    assert result.stderr.startswith("near-copy: ")
    assert result.exit_code == 0


def test_standard_input_and_text_column(done: Done, rag: Rag, own: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("name,story\nfox,The fox slept in the barn all day.\n")
    page = "<title>Geese</title><p>The geese left the lake on Monday morning.</p>"
    options = ("--text-column", "story", "--name", "geese.html")
    printed = done("add", "-", tmp_path / "t.csv", *options, library=own, input=page)
    assert "2 files added: 2 new articles" in printed
    assert done("show", "geese.html", "--text", library=own) == (
        "The geese left the lake on Monday morning."
    )
    assert rag("add", "-", library=own, input="").exit_code == 1


def test_addresses_are_fetched_only_on_request(rag: Rag, own: Path) -> None:
    refused = rag("add", "http://127.0.0.1:9/", library=own)
    assert (refused.exit_code, "--from-web" in refused.stderr) == (2, True)
    private = rag("add", "--from-web", "http://127.0.0.1:9/", library=own)
    assert private.exit_code == 1
    assert private.stderr.startswith("failed: http://127.0.0.1:9/: ")


def test_a_missing_path_makes_no_library(rag: Rag, tmp_path: Path) -> None:
    assert rag("add", tmp_path / "gone", library=tmp_path / "new").exit_code == 2
    assert not (tmp_path / "new").exists()
