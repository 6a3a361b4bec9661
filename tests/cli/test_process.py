"""The command as a process: streams, signals, start-up, and names that mean harm."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from rag.errors import LibraryError
from rag.library import Library

# A process started in the background may have inherited that SIGINT is ignored.
RAG = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from rag.cli import main; main()"
)
HEAVY = {"numpy", "torch", "openvino", "faiss", "llama_cpp", "sqlite3", "lxml", "tqdm", "asyncio"}


def start(
    *arguments: str | Path | bytes, before: str = "", **options: Any
) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-W", "error", "-c", before + RAG, *arguments]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen(command, **options)


def run(*arguments: str | Path | bytes, **options: Any) -> tuple[int, bytes, bytes]:
    process = start(*arguments, **options)
    output, errors = process.communicate(timeout=120)
    return process.returncode, output or b"", errors or b""


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; sys.argv = ['rag', '--help']\n"
        "from rag.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        "print(*(name for name in sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    imported = {name.decode() for name in done.stderr.split()}
    assert not imported & HEAVY
    assert not {name for name in imported if name.startswith("rag.") and name[:7] != "rag.cli"}
    code, output, _ = run("--help")
    assert code == 0
    assert run() == (0, output, b""), "`rag` alone prints the help"


def test_streams_and_exit_codes(shared: Path, tmp_path: Path) -> None:
    code, output, errors = run("list", "--library", shared)
    assert (code, len(output.splitlines()), errors) == (0, 3, b"")
    code, output, errors = run("list", "--library", tmp_path / "none")
    assert (code, output) == (1, b"")
    assert errors.startswith(b"rag: error: ")
    assert len(errors.splitlines()) == 1
    code, output, errors = run("list", "--frobnicate", "--library", shared)
    assert (code, output) == (2, b"")
    assert run("--version")[1].startswith(b"rag, version ")


def test_text_is_exact_in_any_locale(shared: Path) -> None:
    library = Library(shared)
    listing = library.articles()[0]
    text = library.article(listing.id).text
    assert not text.isascii()
    plain = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"}
    arguments = ("show", listing.id, "--library", shared)
    assert run(*arguments, "--text", env=plain) == (0, text.encode(), b"")
    code, output, _ = run(*arguments, "--json", env=plain)
    assert (code, json.loads(output)["text"]) == (0, text)


def test_a_reader_who_leaves_is_no_error(shared: Path) -> None:
    for arguments in (("list",), ("show", "bread", "--text"), ("stats", "--json")):
        reading, writing = os.pipe()
        os.close(reading)
        try:
            code, _, errors = run(*arguments, "--library", shared, stdout=writing)
        finally:
            os.close(writing)
        assert (code, errors) == (141, b""), arguments


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_an_output_that_is_full_is_said(shared: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        code, _, errors = run("list", "--library", shared, stdout=full)
    assert code == 1
    assert errors.startswith(b"rag: error: ")
    assert b"No space left" in errors
    assert len(errors.splitlines()) == 1


def test_removing_several_asks_on_a_terminal(own: Path, articles: Path) -> None:
    pty = pytest.importorskip("pty")
    master, terminal = pty.openpty()
    try:
        for typed, code, left in ((b"n\n", 1, 3), (b"y\n", 0, 0)):
            os.write(master, typed)
            found, output, errors = run("remove", articles, "--library", own, stdin=terminal)
            assert found == code
            assert b"Remove 3 articles?" in errors
            assert len(output.splitlines()) == 3 - left
            assert len(Library(own).articles()) == left
    finally:
        os.close(master)
        os.close(terminal)


HOSTILE = (
    b"a\x1b[31mred\x1b]0;title\x07.txt",
    "tur\u202enrut\u2066.txt".encode(),
    b"two\nlines\r.txt",
    b"--help",
    b"not \xff utf-8 \xfe.txt",
)


def test_hostile_file_names(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    files = [os.fsencode(folder) + b"/" + name for name in HOSTILE]
    for number, file in enumerate(files):
        text = f"The lighthouse keeper counts {number + 20} boats. Nobody else does."
        Path(os.fsdecode(file)).write_text(text)
    library = tmp_path / "library"
    code, output, errors = run("add", "--library", library, *files)
    assert code == 0, errors
    assert output.startswith(b"5 files added")
    for arguments in (
        ("list",),
        ("search", "lighthouse"),
        ("ask", "Who wrote Hamlet?"),
        *(("show", file) for file in files),
    ):
        code, output, errors = run(*arguments, "--library", library)
        assert code == 0, (arguments, errors)
        printed = (output + errors).decode()
        assert not set(printed) & set("\x1b\x07\r\x9b\u202e\u2066"), arguments
    _, output, _ = run("list", "--json", "--library", library)
    assert not set(output.decode()) & set("\x1b\x07\x9b\u202e\u2066")
    paths = [path for one in json.loads(output)["articles"] for path in one["paths"]]
    assert len(paths) == len(HOSTILE)
    assert all(path.startswith(str(folder)) for path in paths)
    assert run("remove", *files, "--library", library)[0] == 0
    assert stored(library) == 0


def long_articles(folder: Path, count: int) -> None:
    """Files of about ten passages each, none like another."""
    folder.mkdir()
    chance = random.Random(7)
    words = ["".join(chance.choices("abdegiklmnorstu", k=5)) for _ in range(3000)]
    for number in range(count):
        sentences = (" ".join(chance.choices(words, k=12)).capitalize() for _ in range(30))
        (folder / f"{number:03}.txt").write_text(". ".join(sentences) + ".")


def stored(place: Path) -> int:
    try:
        return int(Library(place).stats()["files"])
    except LibraryError:
        return 0


def test_interrupted_adding_keeps_what_is_complete(tmp_path: Path) -> None:
    folder, library = tmp_path / "articles", tmp_path / "library"
    count = 25
    long_articles(folder, count)
    small_groups = "import rag.add; rag.add.GROUP = 64; "
    process = start("add", folder, "--library", library, before=small_groups)
    deadline = time.monotonic() + 100
    while not stored(library) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert (output, errors) == (b"", b"stopped; what was complete is kept\n")
    kept = stored(library)
    assert 0 < kept < count
    assert run("verify", "--library", library) == (0, b"all is as it was stored\n", b"")
    code, output, _ = run("add", folder, "--json", "--library", library)
    added = json.loads(output)
    assert code == 0
    assert (len(added["added"]), len(added["unchanged"])) == (count - kept, kept)
    assert run("verify", "--library", library)[0] == 0
