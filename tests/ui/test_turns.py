"""The chat's turns: what is kept, left, stopped and given back. See `test_page.py`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import gradio as gr
import pytest
from playwright.sync_api import Browser, Page, expect

from rag import Conversation, Filter, Library
from rag.add import Document
from rag.errors import NotFound
from rag.ui.chat import Chat
from rag.ui.history import History
from rag.ui.working import Running

Open = Callable[..., Page]
Ask = Callable[[Page, str], None]

BELL = "Why did the museum give the bell back?"
FERRY = "How many people were hurt in the ferry fire?"
SOLDIERS = "How many North Korean soldiers have been wounded?"


def begin(page: Page, question: str) -> None:
    """Asks, and waits until the question is shown."""
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_selector(".turn.live")


def narrow(page: Page, day: str) -> None:
    page.click("#chat .scope button")
    page.get_by_label("From day").first.fill(day)


def chat_of(page: Page) -> str:
    return page.url.partition("chat=")[2]


def test_what_cant_wait_is_given_back(open_page: Open, stocked: Library, ask: Ask) -> None:
    page = open_page()
    page.route("**/queue/join*", lambda route: route.fulfill(status=503, body='{"detail": "full"}'))
    page.fill("#question textarea", BELL)
    page.press("#question textarea", "Enter")
    expect(page.locator("#status .failure")).to_contain_text("wasn't answered")
    expect(page.locator("#question textarea")).to_have_value(BELL)
    expect(page.locator(".turn.live")).to_have_count(0)
    page.unroute("**/queue/join*")
    ask(page, BELL)


def test_a_filter_set_while_an_answer_runs_counts_for_the_next(
    open_page: Open, stocked: Library, ask: Ask
) -> None:
    page = open_page()
    page.click("#chat .scope button")
    begin(page, FERRY)
    page.get_by_label("From day").first.fill("2090-01-01")
    page.wait_for_selector(".thread > .turn .claim")
    expect(page.locator("#chat .scope")).to_contain_text("from 2090-01-01")
    ask(page, FERRY)
    none = page.locator(".thread > .turn >> nth=1 >> .searched").first
    expect(none).to_contain_text("Searched 0 articles (from 2090-01-01)")


def test_a_chat_whose_articles_are_gone_can_still_be_asked(
    open_page: Open, stocked: Library, ask: Ask
) -> None:
    narrowed = Conversation.new(Filter(articles=("0123456789ab",)))
    kept = narrowed.with_answer(stocked.ask(BELL), 0)
    stocked.conversations.save(kept)
    page = open_page(f"?chat={kept.id}")
    expect(page.locator("#chat .scope")).to_contain_text("1 chosen")
    ask(page, FERRY)
    none = page.locator(".thread > .turn >> nth=1 >> .searched").first
    expect(none).to_contain_text("Searched 0 articles (1 chosen)")


def test_nothing_is_asked_while_a_day_isnt_one(open_page: Open, stocked: Library) -> None:
    page = open_page()
    narrow(page, "yesterday")
    page.fill("#question textarea", BELL)
    page.press("#question textarea", "Enter")
    expect(page.get_by_text("yesterday: a day is written like").first).to_be_visible()
    expect(page.locator(".turn.live")).to_have_count(0)
    expect(page.locator("#question textarea")).to_have_value(BELL)


def test_a_chat_that_went_on_in_another_tab_loses_no_turn(
    open_page: Open, stocked: Library, ask: Ask
) -> None:
    one = open_page()
    ask(one, FERRY)
    other = open_page(f"?chat={chat_of(one)}")
    first = chat_of(one)
    ask(other, BELL)
    ask(one, SOLDIERS)
    expect(one.locator("#status")).to_contain_text("went on elsewhere")
    assert chat_of(one) != first
    load = stocked.conversations.load
    assert [answer.question for answer in load(first).answers] == [FERRY, BELL]
    assert [answer.question for answer in load(chat_of(one)).answers] == [FERRY, SOLDIERS]


def test_a_chat_removed_while_it_answers_stays_removed(
    open_page: Open, stocked: Library, ask: Ask
) -> None:
    page = open_page()
    ask(page, "Who resigned?")
    id = chat_of(page)
    page.fill("#find input, #find textarea", "resigned")
    begin(page, "And who is the director of the museum?")
    page.click(f".forget[data-id='{id}']")
    page.wait_for_selector(".welcome")
    expect(page.locator(".turn")).to_have_count(0)
    ask(page, FERRY)
    with pytest.raises(NotFound):
        stocked.conversations.load(id)
    found = page.locator("#chats .chat").all_text_contents()
    assert FERRY not in found, "the list forgot what is searched for"


def test_an_edit_is_left_by_a_key(open_page: Open, stocked: Library, ask: Ask) -> None:
    page = open_page()
    ask(page, FERRY)
    for leave in (lambda: page.keyboard.press("Escape"), lambda: page.click("[data-do=leave]")):
        page.click("[data-do=edit]")
        expect(page.locator("#status")).to_contain_text("Editing question 1")
        leave()
        expect(page.locator("#status")).not_to_contain_text("Editing")
        expect(page.locator("#question textarea")).to_have_value("")
    ask(page, BELL)
    expect(page.locator(".thread > .turn")).to_have_count(2)


def test_stop_ends_a_search_too(open_page: Open, stocked: Library) -> None:
    page = open_page()
    begin(page, "Which of the satellites that were launched in July never left the rocket?")
    page.keyboard.press("Escape")
    expect(page.locator("#status")).to_contain_text("Stopped. The question is back in its box.")
    expect(page.locator(".turn")).to_have_count(0)


def test_keys_lead_to_the_question_and_through_the_citations(
    open_page: Open, stocked: Library, ask: Ask
) -> None:
    page = open_page()
    ask(page, BELL)
    page.click("[role=tab] >> text=Library")
    page.keyboard.press("/")
    expect(page.locator("#question textarea")).to_be_focused()
    page.click("[role=tab] >> text=Eval")
    page.keyboard.press("Control+k")
    expect(page.locator("#find input, #find textarea")).to_be_focused()
    page.click("h1")
    page.keyboard.press("n")
    expect(page.locator(".claim .mark.lit")).to_have_text("1")
    page.wait_for_selector("#source mark.lit")
    page.keyboard.press("Escape")
    expect(page.locator(".claim .mark >> nth=0")).to_be_focused()
    page.keyboard.press("p")
    marks = page.locator(".claim .mark").count()
    expect(page.locator(".claim .mark.lit").first).to_have_text(str(marks))


def test_disagreeing_numbers_are_shown_with_their_sources(
    open_page: Open, stocked: Library, ask: Ask
) -> None:
    page = open_page()
    ask(page, "how many hurt ferry fire")
    said = page.locator(".thread > .turn .claim").all_text_contents()
    assert len(said) > 1
    assert all(", " in claim.partition(": ")[0] for claim in said)


def test_an_article_read_is_asked_alone(open_page: Open, stocked: Library, ask: Ask) -> None:
    page = open_page(size=(390, 844))
    page.click("[role=tab] >> text=Library")
    page.fill("#filter input, #filter textarea", "bell")
    expect(page.locator("#table tbody tr")).to_have_count(1)
    page.click("#table [data-do=read]")
    page.click("#source [data-do=ask]")
    expect(page.locator("#chat .scope")).to_contain_text("1 chosen")
    ask(page, FERRY)
    kept = stocked.conversations.load(chat_of(page))
    assert kept.filter.articles == (stocked.article("museum-bell.html").id,)


def test_an_answer_is_copied_where_there_is_no_clipboard(
    open_page: Open, stocked: Library, ask: Ask
) -> None:
    page = open_page()
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    ask(page, BELL)
    page.click("[data-do=copy]")
    expect(page.locator("[data-do=copy]")).to_have_text("Copied")


def test_a_chat_outlives_the_server(
    serve: Callable[..., AbstractContextManager[str]],
    browser: Browser,
    tmp_path: Path,
    ask: Ask,
) -> None:
    library = Library.open(tmp_path / "library")
    library.add_documents([Document("flood.txt", b"The Lenn rose by two metres on Monday.")])
    said = []
    path = ""
    for _ in range(2):
        with serve(library.directory) as address:
            page = browser.new_page()
            page.set_default_timeout(60_000)
            page.goto(address + path)
            page.wait_for_selector(".thread")
            if not path:
                ask(page, "How much did the Lenn rise?")
                path = f"?chat={chat_of(page)}"
            page.wait_for_selector(".thread > .turn")
            said.append(page.locator(".thread > .turn .answer").text_content())
            page.context.close()
    assert said[0] == said[1]
    assert "two metres" in str(said[0])


async def laid_out(library: Library) -> Chat:
    """The chat within a page of its own; where no loop runs, Gradio would make one and leave it."""
    with gr.Blocks():
        return Chat(library, Running(), gr.HTML(js_on_load="'ask' 'cite'"), History(library))


def test_a_page_that_slept_goes_on_in_its_chat(library: Library) -> None:
    kept = Conversation.new().with_answer(library.ask("How much did the Lenn rise?"))
    library.conversations.save(kept)
    with ThreadPoolExecutor(1) as thread:  # in this one the browser's loop may run
        chat = thread.submit(asyncio.run, laid_out(library)).result()
    forgotten = Conversation.new()
    assert chat._whole(forgotten, kept.id).to_dict() == kept.to_dict()
    assert chat._whole(forgotten, "") is forgotten
