"""The lists of the back-office in a real browser: their height on a phone, the keyboard alone, no script."""

from datetime import datetime
from typing import Any

import pytest

from oauth.models import Account, User
from reviews.models import ReviewRequest
from reviews.requests.matching import Person
from reviews.tests.support.browser import DESK, PHONE, fits, in_a_browser, sign_in
from reviews.tests.support.helpers import asked
from reviews.tests.support.lists import LISTS

pytestmark = in_a_browser

MOST_HIGH, MOST_OF_A_ROW = 4_000, 72  # pixels


def ask_many(account: Account, now: datetime, rows: int) -> None:
    for number in range(rows):
        person = Person(
            first_name="Wolfeschlegelstein",
            last_name=f"Müller-Lüdenscheidt-Hausenberger {number}",
            email=f"c{number}.with-a-rather-long-name@example.com",
        )
        asked(account, now, person=person)


def open_list(page: Any, live_server: Any, user: User, name: str) -> None:
    page.goto(f"{live_server.url}{LISTS[name]}")
    sign_in(page, user)
    page.wait_for_url(f"**{LISTS[name]}")


def heights(page: Any) -> list[int]:
    return list(page.evaluate("[...document.querySelectorAll('.rl-rows > li')].map(row => row.offsetHeight)"))


@pytest.mark.parametrize("name", ["customers", "requests"])
def test_50_rows_are_short_on_a_phone(
    page: Any, live_server: Any, operator: User, account: Account, other_account: Account, now: datetime, name: str
) -> None:
    ask_many(account, now, 51)
    open_list(page, live_server, operator, name)  # with the business in each row
    assert fits(page)
    assert len(heights(page)) == 50
    assert max(heights(page)) <= MOST_OF_A_ROW
    assert page.evaluate("document.documentElement.scrollHeight") <= MOST_HIGH
    page.get_by_role("link", name="Select", exact=True).click()
    page.wait_for_url("**select=1**")
    assert fits(page)
    assert max(heights(page)) <= MOST_OF_A_ROW
    targets = page.evaluate("[...document.querySelectorAll('.rl a, .rl button')].map(it => it.offsetHeight)")
    assert min(targets) >= 24
    page.set_viewport_size(DESK)
    assert fits(page)


def test_a_row_is_reached_by_the_keyboard_and_shows_where_one_is(
    page: Any, live_server: Any, owner: User, account: Account, now: datetime
) -> None:
    request = asked(account, now)
    open_list(page, live_server, owner, "requests")
    page.get_by_role("link", name="Export CSV").focus()
    for _ in range(5):
        page.keyboard.press("Tab")
        if "Jane Smith" in page.evaluate("document.activeElement.innerText"):
            break
    name = page.evaluate("document.activeElement.innerText.replace(/\\s+/g, ' ')")
    assert name.startswith("Jane Smith ")
    assert "First ask by e-mail" in name
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{request.pk}/change/")


def test_anywhere_in_a_row_is_its_link(
    page: Any, live_server: Any, owner: User, account: Account, now: datetime
) -> None:
    request = asked(account, now)
    open_list(page, live_server, owner, "requests")
    box = page.locator(".rl-rows > li").bounding_box()
    page.mouse.click(box["x"] + box["width"] - 6, box["y"] + box["height"] - 6)
    page.wait_for_url(f"**/{request.pk}/change/")


def test_rows_are_chosen_and_acted_on_without_a_script(
    chromium: Any, live_server: Any, owner: User, account: Account, now: datetime
) -> None:
    for name in ("Ann", "Bob"):
        asked(account, now, person=Person(first_name=name, email=f"{name.lower()}@example.com"))
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    open_list(page, live_server, owner, "requests")
    assert page.get_by_role("checkbox").count() == 0
    page.get_by_role("link", name="Select", exact=True).click()
    page.locator("li", has_text="Bob").click()  # the whole row is the box's label
    page.get_by_role("button", name="Cancel the chosen requests").click()
    page.wait_for_selector("text=Cancelled: 1.")
    assert page.get_by_role("checkbox").count() == 0  # done with choosing
    assert ReviewRequest.objects.get(status="cancelled").contact.first_name == "Bob"
    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()
    assert download.value.suggested_filename == "requests.csv"
    context.close()
