"""Other machines come in with the password only."""

from __future__ import annotations

from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect


def test_nothing_is_told_before_the_password(guarded: str) -> None:
    with pytest.raises(HTTPError, match="401"):
        urlopen(f"{guarded}config", timeout=60)


def test_the_right_password_lets_in_and_a_wrong_one_does_not(
    browser: Browser, guarded: str
) -> None:
    page = browser.new_page()
    page.goto(guarded)
    log_in(page, "marlin")
    expect(page.get_by_text("Incorrect Credentials")).to_be_visible(timeout=60_000)
    assert page.locator("#question").count() == 0
    log_in(page, "swordfish")
    page.wait_for_selector("#question textarea", timeout=60_000)
    page.click("[role=tab] >> text=Library")
    page.wait_for_selector("#drop", timeout=60_000)
    assert page.locator("#path").count() == 0, "files of the server can be named"
    page.context.close()


def log_in(page: Page, password: str) -> None:
    page.get_by_label("username").fill("anyone")
    page.get_by_label("password").fill(password)
    page.get_by_role("button", name="Login").click()
