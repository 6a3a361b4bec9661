"""The tabs beside the chat: the library, summaries and evals. See `test_page.py`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from rag import Library

Open = Callable[..., Page]
Work = Callable[[Page], None]


def find(page: Page, text: str) -> None:
    page.fill("#filter input, #filter textarea", text)


def test_adding_and_removing_keep_the_view_of_the_table(
    open_page: Open, stocked: Library, tmp_path: Path
) -> None:
    file = tmp_path / "a-ferry.txt"
    file.write_text("A ferry of the Lenn line ran aground near Lenndorf on Monday.")
    page = open_page()
    page.click("[role=tab] >> text=Library")
    find(page, "ferry")
    expect(page.locator("#table tbody tr")).to_have_count(2)
    page.click("#table [data-key=title]")
    expect(page.locator("#table th.title[aria-sort=ascending]")).to_be_visible()
    titles = page.locator("#table .read").all_text_contents()
    assert titles == sorted(titles, key=str.casefold)
    page.fill("#path input, #path textarea", str(file))
    page.click("#add")
    expect(page.locator("#added")).to_contain_text("1 new article, 1 passage.")
    expect(page.locator("#table tbody tr")).to_have_count(3)
    page.wait_for_timeout(500)  # what follows an event comes after it
    expect(page.locator("#table tbody tr")).to_have_count(3)
    expect(page.locator("#table th.title[aria-sort=ascending]")).to_be_visible()
    page.click(f"#table tr:has-text('{file.name}') [data-do=remove]")
    expect(page.locator("#table tbody tr")).to_have_count(2)
    page.wait_for_timeout(500)
    expect(page.locator("#table tbody tr")).to_have_count(2)
    page.click("#changed summary")
    changes = page.locator("#changed .what").all_text_contents()
    assert changes[:2] == ["removed", "added"]


def test_drops_wait_for_each_other_and_keep_files_of_one_name_apart(
    open_page: Open, stocked: Library, work: Work, tmp_path: Path
) -> None:
    files = [tmp_path / "a" / "note.txt", tmp_path / "b" / "note.txt", tmp_path / "c" / "note3.txt"]
    for number, file in enumerate(files):
        file.parent.mkdir()
        file.write_text(f"The zeppelin number {number} landed in Lenndorf on Monday.")
    busy, page = open_page(), open_page()
    work(busy)
    page.click("[role=tab] >> text=Library")
    page.set_input_files("#drop input", files[:2])
    page.wait_for_selector("#stop-adding")
    page.wait_for_selector("#drop >> text=Drop File Here")  # it is emptied at once, for the next
    page.set_input_files("#drop input", files[2:])
    page.wait_for_selector("#drop >> text=Drop File Here")
    busy.click("#stop-eval")
    find(page, "note")
    expect(page.locator("#table tbody tr")).to_have_count(3)
    names = {name for one in stocked.articles() for name in one.paths if "note" in name}
    assert len(names) >= 2
    for name in names:
        stocked.remove(name)


def test_stop_ends_what_waits_to_be_added(
    open_page: Open, stocked: Library, work: Work, tmp_path: Path
) -> None:
    file = tmp_path / "late.txt"
    file.write_text("The late train reached Lenndorf at noon.")
    busy, page = open_page(), open_page()
    work(busy)
    page.click("[role=tab] >> text=Library")
    page.fill("#path input, #path textarea", str(file))
    page.click("#add")
    page.click("#stop-adding")
    expect(page.locator("#added")).to_contain_text("Stopped.")
    expect(page.locator("#stop-adding")).to_be_hidden()
    busy.click("[role=tab] >> text=Ask")
    busy.click("#new-chat")
    busy.click("[role=tab] >> text=Eval")
    busy.wait_for_timeout(500)
    expect(busy.locator("#eval-said progress")).to_be_visible()  # a new chat is none of its
    busy.click("#stop-eval")
    assert not [one for one in stocked.articles() if "late" in one.title]


def test_an_article_read_is_summarised_alone(open_page: Open, stocked: Library) -> None:
    page = open_page()
    page.click("[role=tab] >> text=Library")
    find(page, "bell")
    expect(page.locator("#table tbody tr")).to_have_count(1)
    page.click("#table [data-do=read]")
    page.click("#source [data-do=summarise]")
    page.wait_for_selector("#summary .claim .mark")
    expect(page.locator("#summary h3")).to_contain_text("bell")
    expect(page.locator(".tabitem:visible .scope")).to_contain_text("1 chosen")
    page.click(".tabitem:visible .scope button >> nth=0")
    page.locator("label:visible", has_text="Source contains").locator("input, textarea").fill(
        "Standard"
    )
    expect(page.locator(".tabitem:visible .scope")).to_contain_text("source “Standard”")


def test_an_eval_tells_what_did_not_pass(open_page: Open, stocked: Library, tmp_path: Path) -> None:
    gold = Path(__file__).parents[2] / "eval" / "gold.jsonl"
    item = json.loads(gold.read_text("utf-8").splitlines()[0])
    item |= {"facts": [{"any": ["zeppelins of Lenndorf"]}], "answer": "zeppelins"}
    (tmp_path / "gold.jsonl").write_text(json.dumps(item))
    page = open_page()
    page.click("[role=tab] >> text=Eval")
    page.set_input_files("#gold input", tmp_path / "gold.jsonl")
    page.wait_for_selector("#gold .file-preview, #gold table")
    page.click("#run-eval")
    page.wait_for_selector("#eval table, #eval-said .failure")
    expect(page.locator("#eval .unpassed li")).to_have_count(1)
    expect(page.locator("#eval .unpassed li span")).not_to_have_text("")


def test_stop_ends_adding_and_what_was_done_is_listed(
    open_page: Open, stocked: Library, tmp_path: Path
) -> None:
    for number in range(400):
        lines = [f"Crate {number} of ship {line} held {number + line} lamps." for line in range(40)]
        (tmp_path / f"crate{number}.txt").write_text(" ".join(lines))
    page = open_page()
    page.click("[role=tab] >> text=Library")
    find(page, "crate")
    page.fill("#path input, #path textarea", str(tmp_path))
    page.click("#add")
    page.wait_for_selector("#added progress")
    page.click("#stop-adding")
    expect(page.locator("#added")).to_contain_text("Files that were done are in the library.")
    expect(page.locator("#stop-adding")).to_be_hidden()
    done = [one for one in stocked.articles() if "crate" in one.title]
    assert len(done) < 400
    expect(page.locator("#table tbody tr")).to_have_count(min(len(done), 100))
    if done:
        stocked.remove(str(tmp_path))
