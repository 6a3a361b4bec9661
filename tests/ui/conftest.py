"""One server and one browser for all tests of the page, on the embedded models."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from rag import Library
from rag.read.files import discover

ROOT = Path(__file__).parents[2]
ARTICLES = ROOT / "eval" / "articles"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or ""
WIDE = (1280, 800)
FAILED = pytest.StashKey[bool]()
READY = 60_000  # milliseconds that anything may take on a machine that is busy
expect.set_options(timeout=READY)


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library of the server; empty when the session begins."""
    return tmp_path_factory.mktemp("ui") / "library"


@contextmanager
def serving(
    directory: Path, *options: str, end: int = signal.SIGTERM, **environment: str
) -> Iterator[str]:
    """The address of a server that is started as a user starts it, and ended by a signal."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "rag.cli", "--library", str(directory), "ui", "--no-open"]
    log = directory.with_name(f"errors-{port}")
    with log.open("w") as errors:
        server = subprocess.Popen(
            [*command, "--port", str(port), *options],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, **environment},
        )
        assert server.stdout
        try:
            line = server.stdout.readline().strip()
            assert line, log.read_text()
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.send_signal(end)
            server.communicate(timeout=30)
    assert "Traceback" not in log.read_text(), log.read_text()


@pytest.fixture(scope="session")
def serve() -> Callable[..., AbstractContextManager[str]]:
    """Starts another server."""
    return serving


@pytest.fixture(scope="session")
def address(directory: Path) -> Iterator[str]:
    """The server of all tests."""
    with serving(directory) as address, urlopen(address, timeout=60) as page:
        assert page.status == 200
        yield address


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server for other machines too, with the password "swordfish" and an empty library."""
    directory = tmp_path_factory.mktemp("guarded") / "library"
    with serving(directory, "--host", "0.0.0.0", RAG_UI_PASSWORD="swordfish") as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("no chromium on this machine: install it or name it in $CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Watched:
    """What a page did that it mustn't: foreign requests, dialogs, errors."""

    def __init__(self, address: str) -> None:
        self._address = address
        self.foreign: list[str] = []
        self.dialogs: list[str] = []
        self.errors: list[str] = []

    def watch(self, page: Page) -> None:
        page.on("request", self._requested)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", self._dialog)

    def _requested(self, request: Request) -> None:
        if not request.url.startswith((self._address, "data:", "blob:")):
            self.foreign.append(request.url)

    def _dialog(self, dialog: object) -> None:
        self.dialogs.append(dialog.message)  # type: ignore[attr-defined]
        dialog.accept()  # type: ignore[attr-defined]


@pytest.fixture
def watched(address: str) -> Iterator[Watched]:
    """Watches pages; a test fails if one of them asked another machine for anything."""
    seen = Watched(address)
    yield seen
    assert seen.foreign == []
    assert seen.errors == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keeps whether a test failed, for `open_page`."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture
def open_page(
    browser: Browser, address: str, watched: Watched, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Opens a page, each in a browser profile of its own.

    What the pages say is printed when a test fails: it tells a lost click from a stuck server.
    """
    contexts = []

    def open(
        path: str = "",
        *,
        size: tuple[int, int] = WIDE,
        theme: str = "light",
        bypass_csp: bool = False,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=theme,
            bypass_csp=bypass_csp,
        )
        context.set_default_timeout(READY)
        contexts.append(context)
        page = context.new_page()
        watched.watch(page)
        page.goto(address + path)
        page.wait_for_selector(".thread")
        return page

    yield open
    for context in contexts:
        for page in context.pages if FAILED in request.node.stash else ():
            print(f"--- {page.url}", page.inner_text("body"), sep="\n")
        context.close()


@pytest.fixture(scope="session")
def stocked(address: str, directory: Path) -> Library:
    """The server's library with the example articles, as one that reads beside it sees it."""
    from rag import examples

    library = Library.open(directory)
    if not library.articles():
        assert not library.add_documents(examples.documents()).failed
    assert len(library.articles()) == len(list(discover([ARTICLES])))
    return library


@pytest.fixture(scope="session")
def ask() -> Callable[[Page, str], None]:
    """Asks and waits for the answer."""
    return _ask


@pytest.fixture(scope="session")
def highlighted() -> Callable[[Page, int], str]:
    """The text that a mark highlights in the source pane."""
    return _highlighted


@pytest.fixture(scope="session")
def payloads() -> list[str]:
    """Texts that want to be more than text."""
    return list(json.loads(Path(__file__).with_name("hostile.json").read_text("utf-8")))


@pytest.fixture(scope="session")
def work(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Page], None]:
    """Begins what keeps the model busy until it is stopped, however fast the machine: an eval."""
    gold = (ROOT / "eval" / "gold.jsonl").read_text("utf-8").splitlines()
    item = next(one for line in gold if (one := json.loads(line))["facts"])
    many = tmp_path_factory.mktemp("busy") / "gold.jsonl"
    many.write_text("".join(json.dumps(item | {"id": f"busy-{n}"}) + "\n" for n in range(5000)))

    def begin(page: Page) -> None:
        page.click("[role=tab] >> text=Eval")
        page.set_input_files("#gold input", many)
        page.wait_for_selector("#gold .file-preview, #gold table")
        page.click("#run-eval")
        page.wait_for_selector("#eval-said progress")

    return begin


def _ask(page: Page, question: str) -> None:
    before = page.locator(".thread > .turn").count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_selector(f".thread > .turn >> nth={before}")
    page.wait_for_selector("#send")


def _highlighted(page: Page, mark: int) -> str:
    return str(
        page.evaluate(
            "mark => [...document.querySelectorAll('#source mark')]"
            ".filter(one => one.dataset.marks.split(' ').includes(mark))"
            ".map(one => one.textContent).join('')",
            str(mark),
        )
    )
