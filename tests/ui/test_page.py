"""The page in a real browser, as a user goes through it, on the embedded models.

The tests run in their order: the first finds an empty library and fills it for the others.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Page, expect

from rag import Library

Open = Callable[..., Page]
Ask = Callable[[Page, str], None]
Work = Callable[[Page], None]


class Watched(Protocol):
    """See `conftest`."""

    dialogs: list[str]


BELL = "Why did the museum give the bell back?"
SHOTS = os.environ.get("CITESPAN_SHOTS")  # a folder to keep pictures of the main states in
AXE = resources.files("axe_playwright_python").joinpath("axe.min.js")


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.wait_for_timeout(250)
        page.screenshot(path=Path(SHOTS) / f"{name}.png")


def test_first_start_explains_and_loads_the_examples(open_page: Open, directory: Path) -> None:
    page = open_page()
    expect(page.locator(".lead")).to_contain_text("nothing leaves this machine")
    shot(page, "first-start")
    page.click("[data-do=examples]")
    page.wait_for_selector("[data-do=ask]")
    assert page.locator("[data-do=ask]").count() == 3
    assert len(Library(directory).articles()) == 14


def test_a_click_on_a_citation_shows_its_very_text(
    open_page: Open, stocked: Library, highlighted: Callable[[Page, int], str]
) -> None:
    page = open_page()
    page.click("[data-do=ask] >> nth=0")
    page.wait_for_selector(".thread > .turn .claim")
    page.wait_for_selector("#send")
    page.hover(".claim .mark >> nth=0")
    quote = page.locator("#quote-card blockquote").text_content()
    page.click(".claim .mark >> nth=0")
    page.wait_for_selector("#source mark.lit")
    [kept] = stocked.conversations.list(BELL)
    citation = stocked.conversations.load(kept.id).answers[0].citations[0]
    assert highlighted(page, 1) == citation.quote == quote
    expect(page.locator("#source mark.lit").first).to_be_in_viewport()
    text = page.locator("#source .text").text_content()
    assert text == stocked.article(citation.article.id).text
    page.locator("#source mark.lit").first.click()
    expect(page.locator(".claim .mark >> nth=0")).to_be_focused()
    shot(page, "answer")


def test_a_page_waits_for_nothing_in_the_queue(open_page: Open, stocked: Library) -> None:
    """What Gradio queues when a page is opened may come after what its user does then."""
    page = open_page()
    joined: list[str] = []
    page.on("request", lambda request: joined.append(request.url))
    page.reload()
    page.wait_for_selector("[data-do=ask]")
    assert any("/run/predict" in url for url in joined)
    assert [url for url in joined if "/queue/" in url] == []


def test_a_chat_goes_on_after_a_reload(open_page: Open, stocked: Library, ask: Ask) -> None:
    page = open_page()
    ask(page, "Who speaks for the Unification Ministry?")
    ask(page, "And what did he say about international law?")
    assert page.locator(".thread > .turn").count() == 2
    before = page.locator(".answer").all_text_contents()
    assert "chat=" in page.url
    page.reload()
    page.wait_for_selector(".thread > .turn >> nth=1")
    assert page.locator(".answer").all_text_contents() == before
    page.click(".thread > .turn >> nth=0 >> .claim .mark >> nth=0")
    page.wait_for_selector("#source mark.lit")
    page.fill("#find input, #find textarea", "unification")
    expect(page.locator("#chats .chat")).to_have_count(1)
    page.fill("#find input, #find textarea", "no such word")
    expect(page.locator("#chats .chat")).to_have_count(0)
    page.click("#new-chat")
    page.wait_for_selector(".welcome")
    assert "chat=" not in page.url


def test_retry_undo_and_edit(open_page: Open, stocked: Library, ask: Ask) -> None:
    page = open_page()
    ask(page, "How many North Korean soldiers have been wounded?")
    ask(page, "Who resigned?")
    said = page.locator(".turn >> nth=1 >> .answer").text_content()
    id = page.url.partition("chat=")[2]
    first = stocked.conversations.load(id).turns[1].asked
    page.click("[data-do=retry]")
    while stocked.conversations.load(id).turns[1].asked == first:
        page.wait_for_timeout(50)
    expect(page.locator(".thread > .turn")).to_have_count(2)
    assert page.locator(".turn >> nth=1 >> .answer").text_content() == said
    page.click("[data-do=undo]")
    expect(page.locator(".thread > .turn")).to_have_count(1)
    expect(page.locator("#question textarea")).to_have_value("Who resigned?")
    page.click("[data-do=edit] >> nth=0")
    page.wait_for_selector("#status >> text=Editing question 1")
    page.fill("#question textarea", BELL)
    page.click("#send")
    expect(page.locator(".thread > .turn h3")).to_have_text([BELL])


def test_what_the_articles_dont_say(open_page: Open, stocked: Library, ask: Ask) -> None:
    page = open_page()
    page.click("#chat .scope button")
    page.get_by_label("From day").first.fill("2090-01-01")
    expect(page.locator("#chat .scope")).to_contain_text("from 2090-01-01")
    ask(page, "Who won?")
    expect(page.locator(".none")).to_have_text("Not in the articles.")


@pytest.mark.parametrize(("kind", "start"), [("md", "# "), ("html", "<!doctype"), ("json", "{")])
def test_exports(open_page: Open, stocked: Library, kind: str, start: str) -> None:
    [kept, *_] = stocked.conversations.list(BELL)
    page = open_page(f"?chat={kept.id}")
    page.click(".menu summary")
    with page.expect_download() as download:
        page.click(f".menu [data-kind={kind}]")
    text = Path(download.value.path()).read_text("utf-8")
    assert text.startswith(start)
    citation = stocked.conversations.load(kept.id).answers[0].citations[0]
    assert f"{citation.start}" in text
    if kind == "json":
        assert json.loads(text)["turns"][0]["claims"][0]["citations"][0]["quote"] == citation.quote


def test_why_this_answer(open_page: Open, stocked: Library) -> None:
    [kept, *_] = stocked.conversations.list(BELL)
    page = open_page(f"?chat={kept.id}")
    page.click(".why summary >> nth=0")
    expect(page.locator(".why table tbody tr").first).to_be_visible()
    expect(page.locator(".panel").first).to_contain_text("left out")
    shot(page, "why")


def test_articles_are_added_read_and_removed(
    open_page: Open, stocked: Library, tmp_path: Path, watched: object
) -> None:
    good, bad = tmp_path / "weather.txt", tmp_path / "broken.pdf"
    good.write_text("Snow fell on Lenndorf for nine days, said Ada Holm on Monday.")
    bad.write_bytes(b"%PDF-1.4 nothing")
    page = open_page()
    page.click("[role=tab] >> text=Library")
    page.set_input_files("#drop input", [good, bad])
    page.wait_for_selector("#added .report")
    expect(page.locator("#added")).to_contain_text("1 added, 1 failed")
    expect(page.locator("#added .failures")).to_contain_text("broken.pdf")
    page.fill("#filter input, #filter textarea", "weather")
    expect(page.locator("#table tbody tr")).to_have_count(1)
    page.click("#table [data-do=read]")
    expect(page.locator("#source .text")).to_have_text(good.read_text())
    shot(page, "library")
    page.click("#table [data-do=remove]")
    expect(page.locator("#table tbody tr")).to_have_count(0)
    page.fill("#path input, #path textarea", str(tmp_path / "nowhere"))
    page.click("#add")
    expect(page.locator("#added .failure")).to_contain_text("there is no such file or folder")
    assert len(stocked.articles()) == 14


def test_a_summary_with_its_spans(
    open_page: Open, stocked: Library, highlighted: Callable[[Page, int], str]
) -> None:
    page = open_page()
    page.click("[role=tab] >> text=Summaries")
    page.get_by_placeholder("only what it finds").fill("museum bell")
    page.click("#summarise")
    page.wait_for_selector("#summary .claim .mark")
    page.click("#summary .claim .mark >> nth=0")
    page.wait_for_selector("#source mark.lit")
    quote = page.locator("#summary [id$=-mark-1] blockquote").first
    assert highlighted(page, 1) == quote.text_content()
    shot(page, "summary")


@pytest.mark.parametrize(
    ("style", "shown"),
    [("Timeline", ".timeline time"), ("Key facts", ".facts th"), ("List", ".statements .claim")],
)
def test_a_summary_in_another_style(
    open_page: Open, stocked: Library, style: str, shown: str
) -> None:
    page = open_page()
    page.click("[role=tab] >> text=Summaries")
    page.get_by_placeholder("only what it finds").fill("museum bell")
    page.get_by_label("As", exact=True).first.click()
    page.click(f"[role=option] >> text={style}")
    page.click("#summarise")
    page.wait_for_selector(f"#summary {shown}")
    page.click("#summary .answer .mark >> nth=0")
    page.wait_for_selector("#source mark.lit")
    shot(page, f"summary-{style.split()[0].lower()}")


def test_a_question_to_two_sides(open_page: Open, stocked: Library) -> None:
    page = open_page()
    page.click("[role=tab] >> text=Compare")
    page.fill("#both input, #both textarea", "How many people were hurt in the ferry fire?")
    page.click("#compare")
    expect(page.locator("#compare-said .failure")).to_contain_text("the same articles")
    for side, title in (("left", "ferry-fire.md"), ("right", "ferry-inquiry.html")):
        page.click(f"#{side}-articles input")
        page.click(f"[role=option] >> text={stocked.article(title).title}")
        page.keyboard.press("Escape")
    page.click("#compare")
    page.wait_for_selector("#comparison .side >> nth=1")
    expect(page.locator("#comparison .verdict")).to_have_text("The sides differ.")
    titles = [stocked.article(file).title for file in ("ferry-fire.md", "ferry-inquiry.html")]
    expect(page.locator("#comparison h3")).to_have_text(titles)
    expect(page.locator("#comparison .claim .differs").first).to_contain_text("Differs:")
    page.click("#comparison .side >> nth=1 >> .claim .mark >> nth=0")
    page.wait_for_selector("#source mark.lit")
    shot(page, "compare")


def test_an_eval_shows_its_report(open_page: Open, stocked: Library, tmp_path: Path) -> None:
    gold = Path(__file__).parents[2] / "eval" / "gold.jsonl"
    some = [line for line in gold.read_text("utf-8").splitlines() if '"korea.txt"' in line][:2]
    (tmp_path / "gold.jsonl").write_text("\n".join(some))
    page = open_page()
    page.click("[role=tab] >> text=Eval")
    page.set_input_files("#gold input", tmp_path / "gold.jsonl")
    page.wait_for_selector("#gold .file-preview, #gold table")
    page.click("#run-eval")
    page.wait_for_selector("#eval table, #eval-said .failure")
    expect(page.locator("#eval-said .failure")).to_have_count(0)
    assert page.locator("#eval tbody tr").count() > 5


def test_stop_frees_the_model_and_gives_the_question_back(
    open_page: Open, stocked: Library, ask: Ask, work: Work
) -> None:
    busy, page = open_page(), open_page()
    work(busy)
    page.fill("#question textarea", BELL)
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#stop")
    expect(page.locator(".turn.live h3")).to_have_text(BELL)
    shot(page, "waiting")
    page.keyboard.press("Escape")
    page.wait_for_selector("#send")
    expect(page.locator("#question textarea")).to_have_value(BELL)
    expect(page.locator(".turn")).to_have_count(0)
    busy.click("#stop-eval")
    expect(busy.locator("#eval-said")).to_contain_text("Stopped.")
    ask(page, BELL)


def test_four_pages_wait_in_a_line_and_a_closed_one_holds_up_none(
    open_page: Open, stocked: Library, work: Work
) -> None:
    pages = [open_page() for _ in range(4)]
    work(pages[0])
    for page in pages[1:]:
        page.fill("#question textarea", BELL)
        page.press("#question textarea", "Enter")
        page.wait_for_selector(".turn.live")
    expect(pages[3].locator("#status")).to_contain_text("3/3")
    pages[1].close()
    expect(pages[3].locator("#status")).to_contain_text("2/2")
    pages[0].click("#stop-eval")
    for page in pages[2:]:
        page.wait_for_selector(".thread > .turn .claim")


def test_hostile_texts_titles_and_names_are_only_text(
    open_page: Open,
    stocked: Library,
    tmp_path: Path,
    payloads: list[str],
    watched: Watched,
    ask: Ask,
) -> None:
    for number, payload in enumerate(payloads):
        name = re.sub(r"[/\n\t]", "_", payload)[:60]
        head = f"---\ntitle: {json.dumps(payload)}\n---\n"
        text = f"{head}The zebu number {number} says {payload} to all."
        (tmp_path / f"{name} {number}.md").write_text(text, "utf-8")
    added = stocked.add(tmp_path)
    try:
        assert len(added.added) + len(added.failed) == len(payloads)
        assert len(added.added) > 50
        page = open_page()
        page.click("[role=tab] >> text=Library")
        page.fill("#filter input, #filter textarea", "e")
        page.wait_for_selector("#table tbody tr")
        page.fill("#filter input, #filter textarea", "")
        expect(page.locator("#table tbody tr")).to_have_count(len(stocked.articles()))
        for row in range(0, 60, 12):
            page.click(f"#table tbody tr >> nth={row} >> [data-do=read]")
            page.wait_for_selector("#source .paper")
        page.click("[role=tab] >> text=Ask")
        for payload in (payloads[0], payloads[10], payloads[45], payloads[-4]):
            ask(page, f"What does the zebu say: {payload}?")
        assert page.locator(".thread > .turn").count() == 4
        page.click(".thread .mark >> nth=0")
        page.wait_for_timeout(300)
        assert page.evaluate(FOREIGN) == 0
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert watched.dialogs == []
    finally:
        stocked.remove(str(tmp_path))


def test_a_long_article_opens_at_once(open_page: Open, stocked: Library, tmp_path: Path) -> None:
    file = tmp_path / "long.txt"
    lines = [
        f"Line {n} of the ledger of Lenndorf says that {n} crowns were paid." for n in range(1600)
    ]
    file.write_text("\n\n".join(lines))
    stocked.add(file)
    try:
        page = open_page()
        page.click("[role=tab] >> text=Library")
        page.fill("#filter input, #filter textarea", "long")
        page.wait_for_selector("#table tbody tr >> nth=0 >> text=long")
        page.click("#table [data-do=read]")
        page.wait_for_function("document.querySelectorAll('#source .text p').length > 1500")
        assert len(page.locator("#source .text").text_content() or "") > 100_000
    finally:
        stocked.remove(str(file))


FOREIGN = """[...document.querySelectorAll("#past, #source, #table, #chats")].flatMap((one) =>
    [...one.querySelectorAll("script, iframe, object, embed, base, img, svg, style, link, a")]
).length"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_nothing_serious_for_axe(
    open_page: Open, stocked: Library, size: tuple[int, int], theme: str
) -> None:
    [kept, *_] = stocked.conversations.list(BELL)
    page = open_page(f"?chat={kept.id}", size=size, theme=theme, bypass_csp=True)
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(SERIOUS)
    page.click(".claim .mark >> nth=0")
    page.wait_for_selector("#source mark.lit")
    shot(page, f"source-{size[0]}-{theme}")
    found += page.evaluate(SERIOUS)
    page.click("[aria-label='Close the article']")
    for tab in ("Library", "Summaries", "Compare", "Eval"):
        place = f"[role=tab] >> text={tab}"
        if not page.is_visible(place):  # on a narrow page
            page.click("[aria-label='More tabs']")
            place = f".overflow-dropdown button >> text={tab}"
        page.click(place)
        page.wait_for_timeout(200)
        shot(page, f"{tab.lower()}-{size[0]}-{theme}")
        found += page.evaluate(SERIOUS)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert found == []


# Gradio's place for files has a name of its own that isn't the text in it.
SERIOUS = """async () => (await axe.run(
    { exclude: [".upload-container"] }, { resultTypes: ["violations"] })).violations
    .filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes[0].target}`)"""
