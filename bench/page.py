"""The page of `rag ui` in a real browser, beside the Python API in this process."""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Page, sync_playwright

from bench.measure import ARTICLES, Row
from rag import Answer, Conversation, Library

QUESTIONS = (
    "How many North Korean soldiers have been wounded?",
    "Why did the museum give the bell back?",
    "How many people were hurt in the ferry fire?",
    "Who is the mayor of Lenndorf?",
    "When was the bell cast?",
)
TURNS = 100
NEEDLE = "The keeper of the ledger of Lenndorf is called Ottilie Brandt."
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or ""

# Both resolve when what is waited for has been laid out, to milliseconds since the key or click.
# Waiting costs nothing: a look at each frame would take the model's cores.
ASKED = """question => new Promise(done => {
    const box = document.querySelector('#question textarea');
    const turns = () => document.querySelectorAll('.thread > .turn').length;
    const before = turns();
    let began, first = null, longest = 0;
    new PerformanceObserver(list => {
        for (const task of list.getEntries()) longest = Math.max(longest, task.duration);
    }).observe({ type: 'longtask' });
    const laidOut = then => requestAnimationFrame(() =>
        setTimeout(() => then(performance.now() - began)));
    const seen = new MutationObserver(() => {
        const over = turns() > before;
        if (first === null && (over || document.querySelector('.turn.live .claim'))) {
            first = 0;
            laidOut(time => first = time);
        }
        if (!over) return;
        seen.disconnect();
        laidOut(time => setTimeout(() => done([first, time, longest]), 100));
    });
    seen.observe(document.querySelector('#turns'), { childList: true, subtree: true });
    box.value = question;
    box.dispatchEvent(new Event('input', { bubbles: true }));
    requestAnimationFrame(() => {
        began = performance.now();
        box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
        box.dispatchEvent(new KeyboardEvent('keypress', { key: 'Enter', bubbles: true }));
    });
})"""
OPENED = """selector => new Promise(done => {
    const began = performance.now();
    const look = () => document.querySelector('#source mark.lit')
        ? done(performance.now() - began) : requestAnimationFrame(look);
    document.querySelector(selector).click();
    look();
})"""


def rows() -> list[Row]:
    """The start, first words, a long article, and a conversation of a hundred turns."""
    with tempfile.TemporaryDirectory() as folder:
        library = Library.open(Path(folder) / "library")
        library.add(ARTICLES)
        library.add(_long_article(Path(folder)))
        ready = statistics.median(_ready(library) for _ in range(5))
        plain = _first_words(library)
        long = _conversation(library)
        with _served(library) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM or None, args=["--no-sandbox"]
            )
            page = browser.new_page()
            page.goto(address)
            page.wait_for_selector(".thread")
            for question in QUESTIONS:
                _asked(page, question)
            shown = [_asked(page, question) for question in QUESTIONS]
            opened = _opening(page)
            page.goto(f"{address}?chat={long}")
            page.wait_for_selector(f".thread > .turn >> nth={TURNS - 1}")
            late = [_asked(page, question) for question in QUESTIONS]
            browser.close()
    api = statistics.median(plain)
    more = statistics.median(one[0] for one in shown) - api
    whole, slow = (statistics.median(one[1] for one in some) for some in (shown, late))
    frame = statistics.median(one[2] for one in late)
    return [
        Row("`rag ui`: the page is served", f"{ready:.1f} s", "5 s", ready <= 5),
        Row("floor: first word of the Python API", f"{api:.0f} ms"),
        Row("the page's first word, beyond it", f"{more:.0f} ms", "100 ms", more <= 100),
        Row(
            "an article of 200,000 characters opens at its highlight",
            f"{opened:.0f} ms",
            "300 ms",
            opened <= 300,
        ),
        Row("floor: an answer is shown in a short chat", f"{whole:.0f} ms"),
        Row(f"an answer is shown in a chat of {TURNS} turns", f"{slow:.0f} ms"),
        Row("the longest that the page stands still for it", f"{frame:.0f} ms"),
    ]


def _long_article(folder: Path) -> Path:
    lines = [
        f"Line {n} of the ledger says that {n} crowns were paid in that year." for n in range(3200)
    ]
    lines[2000] = NEEDLE
    path = folder / "ledger.txt"
    path.write_text("\n\n".join(lines), "utf-8")
    return path


def _first_words(library: Library) -> list[float]:
    """Milliseconds, in a chat that asks all questions once before, as the page's does."""
    history: list[Answer] = []
    times: list[float] = []
    for question in 2 * QUESTIONS:
        began = time.perf_counter()
        stream = library.ask(question, history=history, stream=True)
        next(stream)
        times.append(1000 * (time.perf_counter() - began))
        for _ in stream:
            pass
        history.append(stream.answer)
    return times[len(QUESTIONS) :]


def _conversation(library: Library) -> str:
    """The id of a kept conversation of many turns."""
    answers = [library.ask(question) for question in QUESTIONS]
    chat = Conversation.new()
    for answer in islice(cycle(answers), TURNS):
        chat = chat.with_answer(answer)
    library.conversations.save(chat)
    return chat.id


@contextmanager
def _served(library: Library) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "rag.cli", "--library", str(library.directory), "ui"]
    with subprocess.Popen(
        [*command, "--no-open", "--port", str(port)], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def _ready(library: Library) -> float:
    """Seconds from the command to the page's answer, files in the page cache."""
    began = time.perf_counter()
    with _served(library) as address, urlopen(address) as answer:
        answer.read()
        return time.perf_counter() - began


def _asked(page: Page, question: str) -> tuple[float, float, float]:
    """Milliseconds to the first word and to the whole answer, and of the page's longest task."""
    first, whole, frame = page.evaluate(ASKED, question)
    page.wait_for_selector("#send")
    return first, whole, frame


def _opening(page: Page) -> float:
    """Milliseconds from the click on a citation of the long article to its highlight."""
    times: list[float] = []
    for _ in range(3):
        _asked(page, "What is the keeper of the ledger of Lenndorf called?")
        times.append(page.evaluate(OPENED, ".thread > .turn:last-child .claim .mark"))
        page.click("[aria-label='Close the article']")
        page.reload()  # else the article is there already
        page.wait_for_selector(".thread > .turn")
    return statistics.median(times)


if __name__ == "__main__":
    from bench.measure import table

    print(table(rows()))
