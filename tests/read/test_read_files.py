"""Finding files, and reading their bytes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from rag.errors import DamagedFile, LimitExceeded, ReadError, UnsupportedFormat, UsageError
from rag.read import Limits, discover, load


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("b.txt", "a.md", "sub/c.PDF", "sub/deep/d.html", "photo.jpg", "notes.log",
                 ".hidden.txt", ".git/e.txt", "sub/Z.txt", "odd [1].txt"):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text")
    (tmp_path / "sub/loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "sub/loop2").symlink_to(tmp_path / "sub", target_is_directory=True)
    (tmp_path / "self.txt").symlink_to(tmp_path / "self.txt")
    (tmp_path / "dangling.txt").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.txt")
    return tmp_path


def names(found: Iterable[Path | ReadError], root: Path) -> list[str]:
    return [str(item.relative_to(root)) if isinstance(item, Path) else repr(item) for item in found]


ALL = ["a.md", "b.txt", "odd [1].txt", "sub/Z.txt", "sub/c.PDF", "sub/deep/d.html"]


def test_a_folder(tree: Path) -> None:
    assert names(discover([tree]), tree) == ALL


def test_each_file_once_and_in_the_order_given(tree: Path) -> None:
    paths = [tree / "sub", str(tree / "b.txt"), tree / "sub" / ".." / "b.txt", tree]
    found = [os.path.realpath(path) for path in discover(paths) if isinstance(path, Path)]
    assert len(found) == len(set(found)) == len(ALL)
    assert found[0].endswith("sub/Z.txt")


def test_a_named_file_counts_whatever_it_is_called(tree: Path) -> None:
    named = [tree / "photo.jpg", tree / ".hidden.txt", tree / "odd [1].txt"]
    assert list(discover(named)) == named


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.txt", ["b.txt", "odd [1].txt"]),
        ("**/*.txt", ["b.txt", "odd [1].txt", "sub/Z.txt"]),
        ("*.log", ["notes.log"]),
        ("[ab].*", ["a.md", "b.txt"]),
        ("s*/d*", ["sub/deep/d.html"]),
        ("su[b]", ALL),  # it has a link to the folder above it
        ("**", ALL),
        ("sub/**/d.ht?l", ["sub/deep/d.html"]),
        (".hid*", [".hidden.txt"]),
    ],
)
def test_patterns(pattern: str, expected: list[str], tree: Path) -> None:
    found = names((Path(os.path.realpath(str(path))) for path in discover([tree / pattern])), tree)
    assert sorted(found) == sorted(expected)


def test_links_in_all_directions_are_followed_once(tmp_path: Path) -> None:
    folders = [tmp_path / f"f{number}" for number in range(12)]
    for folder in folders:
        folder.mkdir()
        (folder / "a.txt").touch()
        for other in folders:
            (folder / f"to {other.name}").symlink_to(other, target_is_directory=True)
    assert len(list(discover([tmp_path]))) == len(folders)
    assert len(list(discover([tmp_path / "**" / "*.txt"]))) == len(folders)


def test_a_relative_pattern(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    assert next(discover(["*.md", "."])) == Path("a.md")


@pytest.mark.parametrize(
    "name",
    ["nowhere.txt", "nowhere/", "*.nothing", "**.nothing", "dangling.txt", "nowhere/*.txt"],
)
def test_what_is_not_there_is_said_at_once(name: str, tree: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere|nothing|dangling"):
        discover([tree / "a.md", tree / name])


def test_an_empty_path_is_not_this_folder() -> None:
    with pytest.raises(UsageError, match="empty"):
        discover([""])


WITHOUT_RIGHTS = """
import os, sys
from pathlib import Path
from rag.errors import ReadError
from rag.read import Limits, discover, load
root = Path(sys.argv[1])
if os.geteuid() == 0:
    os.seteuid(65534)
for item in discover([root, root / "**"]):
    print(item.name if isinstance(item, Path) else item.what)
try:
    load(root / "secret.txt", Limits())
except ReadError as error:
    print(error.what, "|", error.where == str(root / "secret.txt"), "|", error.remedy)
"""


def test_no_rights() -> None:
    # In a process of its own, which gives up the rights of root if it has them; so the folder must
    # be one that anybody can enter, unlike those of pytest.
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("a.txt", "locked/b.txt", "z.txt", "secret.txt"):
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text("text")
        root.chmod(0o755)
        (root / "locked").chmod(0)
        (root / "secret.txt").chmod(0)
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", WITHOUT_RIGHTS, folder],
            capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        (root / "locked").chmod(0o700)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "a.txt",
        "there are no rights to list this folder",
        "secret.txt",
        "z.txt",
        "there are no rights to read it | True | change its permissions",
    ]


def test_loading(tree: Path) -> None:
    assert load(tree / "a.md", Limits()) == b"text"
    assert load(tree / "a.md", Limits(file_bytes=4)) == b"text"


@pytest.mark.parametrize(
    ("name", "error", "what"),
    [
        ("vanished.txt", DamagedFile, "it has vanished"),
        ("a.md/x.txt", DamagedFile, "it has vanished"),
        ("sub", UnsupportedFormat, "it is a folder"),
        ("pipe.txt", UnsupportedFormat, "it is a pipe or a device"),
        ("self.txt", DamagedFile, "it can't be read: .*"),
        ("b.txt", LimitExceeded, "it has 0 MB, the limit is 0"),
    ],
)
def test_what_cannot_be_loaded(name: str, error: type[ReadError], what: str, tree: Path) -> None:
    with pytest.raises(error, match=what) as caught:
        load(tree / name, Limits(file_bytes=3))
    assert caught.value.where == str(tree / name)
    assert caught.value.remedy


def test_a_device() -> None:
    with pytest.raises(UnsupportedFormat, match="a device"):
        load(Path("/dev/zero"), Limits())


def test_a_large_sparse_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(LimitExceeded, match=r"it has 200 MB, the limit is 100"):
        load(path, Limits())


def test_names_that_are_no_text(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff.txt"))
    path.write_text("text")
    (found,) = discover([tmp_path])
    assert found == path
    with pytest.raises(LimitExceeded) as caught:
        load(path, Limits(file_bytes=1))
    assert str(caught.value.where).endswith("bad\\xff.txt")
