"""The process that parses: what it survives, and what survives it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from rag.errors import DamagedFile, LimitExceeded, RagError, ReadError, UsageError
from rag.read import Limits, Reader
from rag.read.child import _refuse

ROOT = Path(__file__).parents[2]
SLOW = ("*a **b " * 2_000_000).encode()  # Markdown that takes minutes


def child_of(reader: Reader) -> subprocess.Popen[bytes]:
    assert reader._child is not None
    return reader._child


def is_next_file_read(reader: Reader) -> bool:
    return reader.read(b"Next.", "next.txt").articles[0].text == "Next."


def test_one_child_for_many_files() -> None:
    with Reader() as reader:
        assert is_next_file_read(reader)
        first = child_of(reader)
        assert is_next_file_read(reader)
        assert child_of(reader) is first
    assert first.poll() == 0


def test_too_slow() -> None:
    with Reader(Limits(seconds=1.5)) as reader:
        with pytest.raises(LimitExceeded, match=r"slow\.md: it took longer than 1.5 seconds"):
            reader.read(SLOW, "slow.md")
        assert is_next_file_read(reader)


def test_too_much_memory() -> None:
    with Reader(Limits(memory_bytes=250_000_000)) as reader:
        assert is_next_file_read(reader)
        with pytest.raises(LimitExceeded, match=r"big\.html: .*memory"):
            reader.read(b"<html><body>" + b"<p>x</p>" * 5_000_000, "big.html")
        assert is_next_file_read(reader)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
def test_child_dies_between_two_files(number: signal.Signals) -> None:
    with Reader() as reader:
        assert is_next_file_read(reader)
        child_of(reader).send_signal(number)
        child_of(reader).wait()
        assert is_next_file_read(reader)


@pytest.mark.parametrize(
    ("number", "error", "what"),
    [
        (signal.SIGSEGV, DamagedFile, "crashed its parser"),
        (signal.SIGKILL, LimitExceeded, "too much memory or time"),
        (signal.SIGXCPU, LimitExceeded, "too much memory or time"),
    ],
)
def test_child_dies_while_it_reads(
    number: signal.Signals, error: type[ReadError], what: str
) -> None:
    with Reader() as reader:
        killer = threading.Timer(0.5, lambda: child_of(reader).send_signal(number))
        killer.start()
        with pytest.raises(error, match=rf"slow\.md: .*{what}"):
            reader.read(SLOW, "slow.md")
        killer.join()
        assert is_next_file_read(reader)


def test_a_child_that_was_used_is_given_another_chance() -> None:
    text = b"<html><body>" + b"<p>x</p>" * 200
    with Reader() as reader:
        assert is_next_file_read(reader)
        used = child_of(reader)
        # Stopped, it can't answer before it is killed.
        used.send_signal(signal.SIGSTOP)
        killer = threading.Timer(0.3, used.kill)
        killer.start()
        assert reader.read(text, "a.html").articles
        killer.join()
        assert child_of(reader) is not used


def test_closing() -> None:
    reader = Reader()
    reader.close()
    reader.close()
    with pytest.raises(UsageError, match="closed"):
        reader.read(b"text", "a.txt")


def test_data_over_the_limit() -> None:
    with Reader(Limits(file_bytes=10)) as reader:
        assert reader.read(b"x" * 10, "a.txt").articles
        with pytest.raises(LimitExceeded, match=r"a\.txt: it has 0 MB"):
            reader.read(b"x" * 11, "a.txt")


def test_a_line_of_many_megabytes() -> None:
    line = b"The river rose. " * 2_000_000
    with Reader() as reader:
        with pytest.raises(LimitExceeded, match="characters, the limit is 20000000"):
            reader.read(line, "long.txt")
        assert len(reader.read(line[:16_000_000], "long.txt").articles[0].text) == 15_999_999


def test_several_threads() -> None:
    wrong: list[object] = []
    with Reader() as reader:

        def work(number: int) -> None:
            for _ in range(10):
                text = f"Thread {number}."
                found = reader.read(text.encode(), "a.txt").articles[0].text
                if found != text:
                    wrong.append(found)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_odd_names() -> None:
    with Reader() as reader:
        for name in (
            "",
            ".txt",
            "/",
            "a/.hidden",
            "\udcff.txt",
            "x" * 5000,
            "https://x.org",
            "a\nb.txt",
        ):
            try:
                (article,) = reader.read(b"Text.", name).articles
            except ReadError as error:
                assert "no reader" in error.what
            else:
                assert article.title
                assert len(article.title) <= 300
                article.title.encode()
                assert article.path is not None
                article.path.encode()


@pytest.mark.parametrize("name", ["photo.jpg", "a.json", "program.py"])
def test_suffix_without_a_reader(name: str, reader: Reader) -> None:
    with pytest.raises(ReadError, match=r'no reader for "\.\w+" files \(readable are \.atom'):
        reader.read(b"text", name)


def test_the_same_file_gives_the_same_articles() -> None:
    page = b"<html><body><h1>T</h1>" + b"<p>Some words in a paragraph.</p>" * 50
    with Reader() as one, Reader() as two:
        one.read(b"<html><body><p>Another page.</p>", "b.html")
        assert one.read(page, "a.html") == two.read(page, "a.html")


def test_any_bytes_under_any_name_give_articles_or_a_read_error(reader: Reader) -> None:
    import random

    rng = random.Random(7)
    starts = [
        b"",
        b"%PDF-1.4\n",
        b"PK\x03\x04",
        b"<html>",
        b"<rss>",
        b"---\n",
        b"{",
        b"\xff\xfe",
        b"<?xml ",
    ]
    for number in range(150):
        data = rng.choice(starts) + rng.randbytes(rng.randrange(300))
        suffix = rng.choice(
            ["txt", "md", "html", "pdf", "docx", "epub", "csv", "tsv", "jsonl", "xml"]
        )
        try:
            result = reader.read(data, f"{number}.{suffix}")
        except ReadError as error:
            assert error.where == f"{number}.{suffix}"
            assert error.what
            assert error.remedy
        else:
            assert all(article.text and article.title for article in result.articles)


def test_what_a_parser_says_is_a_note_not_the_message(reader: Reader) -> None:
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("word/document.xml", "<not-word/>")
    with pytest.raises(DamagedFile, match=r"^a\.docx: it can't be parsed \(save it anew") as caught:
        reader.read(out.getvalue(), "a.docx")
    assert caught.value.__notes__[0].startswith("The parser said: ")


@pytest.mark.parametrize(
    "event", ["socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system"]
)
def test_the_child_makes_no_connections_and_no_processes(event: str) -> None:
    with pytest.raises(PermissionError):
        _refuse(event, ())
    _refuse("open", ("x",))


def test_the_child_inherits_no_sockets_and_cannot_write(tmp_path: Path) -> None:
    import socket

    with socket.socket() as open_socket, Reader() as reader:
        open_socket.bind(("127.0.0.1", 0))
        os.set_inheritable(open_socket.fileno(), True)
        assert is_next_file_read(reader)
        process = child_of(reader).pid
        files = [str(file.readlink()) for file in Path(f"/proc/{process}/fd").iterdir()]
        assert not any(file.startswith("socket:") for file in files)
        limits = Path(f"/proc/{process}/limits").read_text()
    assert "Max file size             0 " in limits
    assert "Max core file size        0 " in limits
    assert "Max address space         2000000000 " in limits


INTERRUPTED = """
import signal, sys
from rag.read import Reader
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background ignores it
with Reader() as reader:
    reader.read(b"Next.", "next.txt")
    print(reader._child.pid, flush=True)
    try:
        reader.read(b"*a **b " * 2_000_000, "slow.md")
    except KeyboardInterrupt:
        print(reader.read(b"Next.", "next.txt").articles[0].text, flush=True)
"""


def run(script: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", script], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def has_ended(process: int, seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def test_ctrl_c_while_a_file_is_read() -> None:
    with run(INTERRUPTED) as script:
        assert script.stdout is not None
        child = int(script.stdout.readline())
        time.sleep(0.3)
        os.killpg(script.pid, signal.SIGINT)  # as a terminal does, to the whole group
        out, err = script.communicate(timeout=20)
    assert (out, err) == ("Next.\n", "")
    assert has_ended(child)


def test_ctrl_c_that_another_thread_gets() -> None:
    # A system may give the signal of a Ctrl-C to any thread: only that one wakes up by it.
    to_itself = """
import signal, threading
def interrupt():
    threading.Event().wait(0.5)
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)
threading.Thread(target=interrupt).start()
"""
    with run(to_itself + INTERRUPTED) as script:
        out, err = script.communicate(timeout=20)
    assert (out.splitlines()[1:], err) == (["Next."], "")


def test_the_child_ends_with_its_parent() -> None:
    with run(INTERRUPTED.replace("2_000_000", "1")) as script:
        assert script.stdout is not None
        child = int(script.stdout.readline())
        script.kill()
        script.communicate(timeout=20)
    assert has_ended(child)


def test_the_child_ignores_ctrl_c() -> None:
    with Reader() as reader:
        assert is_next_file_read(reader)
        child = child_of(reader)
        child.send_signal(signal.SIGINT)
        assert is_next_file_read(reader)
        assert child_of(reader) is child


def test_a_child_that_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    with Reader() as reader:
        monkeypatch.setattr("rag.read.reader._BOOT", "import no_such_module")
        with pytest.raises(RagError, match="doesn't start"):
            reader.read(b"text", "a.txt")
        monkeypatch.setattr(sys, "executable", "/no/such/python")
        with pytest.raises(RagError, match="can't be started"):
            reader.read(b"text", "a.txt")


def test_reading_plain_text_loads_no_parsers() -> None:
    script = (
        "import sys, rag.read, rag.read.child, rag.read.plain; "
        "print([name for name in ('lxml', 'pypdf', 'trafilatura', 'mammoth', 'feedparser', "
        "'markdown_it', 'yaml', 'dateutil', 'charset_normalizer') if name in sys.modules])"
    )
    with run(script) as process:
        out, err = process.communicate(timeout=20)
    assert (out, err) == ("[]\n", "")
