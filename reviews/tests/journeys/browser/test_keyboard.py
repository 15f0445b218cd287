"""A day at the keyboard: Tab, Enter and Escape reach all that a mouse does."""

from typing import Any

import pytest

from oauth.models import Account, User
from reviews.models import ReviewRequest
from reviews.tests.support.browser import DESK, PHONE, in_a_browser

pytestmark = in_a_browser

MOST_TABS = 80
# What has the focus: its name as it is heard, and whether one sees that it has it.
FOCUS = r"""() => {
  const one = document.activeElement, style = getComputedStyle(one);
  const said = (one.labels?.[0] ?? one).cloneNode(true);
  said.querySelectorAll("[aria-hidden=true]").forEach(silent => silent.remove());
  const name = one.getAttribute("aria-label") ?? said.textContent;
  const seen = style.outlineStyle !== "none" || style.boxShadow !== "none";
  return {name: name.replace(/\s+/g, " ").replace(/[ *:]+$/, "").trim(), seen};
}"""


def tab_to(page: Any, name: str) -> None:
    """Press Tab until the element of this name has the focus, which one sees."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus["name"] == name:
            assert focus["seen"], f"nobody sees that {name} has the focus"
            return
    pytest.fail(f"{MOST_TABS} presses of Tab did not reach “{name}”")


def enter(page: Any) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_function("!document.documentElement.hasAttribute('x-cloak')")


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_somebody_signs_in_asks_a_customer_reads_the_request_and_signs_out(
    chromium: Any, live_server: Any, owner: User, account: Account, screen: dict[str, int]
) -> None:
    page = chromium.new_page(viewport=screen)
    page.goto(f"{live_server.url}/admin/")
    if page.evaluate("document.activeElement.name") != "login":
        tab_to(page, "E-mail")
    page.keyboard.type(owner.email)
    tab_to(page, "Password")
    page.keyboard.type("correct horse")
    enter(page)
    page.wait_for_url("**/admin/")

    tab_to(page, "First name")
    page.keyboard.type("Jane")
    tab_to(page, "E-mail")
    page.keyboard.type("jane@example.com")
    tab_to(page, "Ask")
    enter(page)
    page.wait_for_selector("text=/Jane (is|will be) asked .* by e-mail/")
    assert ReviewRequest.objects.get().contact.first_name == "Jane"
    tab_to(page, "See the request")
    enter(page)
    page.wait_for_selector("h2:has-text('What happened')")

    if screen is PHONE:
        tab_to(page, "Open the menu")
        page.keyboard.press("Enter")
    else:
        tab_to(page, "Requests")
        enter(page)
        assert page.locator("h1").inner_text().strip()
    tab_to(page, owner.email)
    page.keyboard.press("Enter")
    tab_to(page, "Log out")
    enter(page)
    page.goto(f"{live_server.url}/admin/")
    assert "/sign-in" in page.url
    page.close()


def test_filters_open_close_and_give_the_focus_back(chromium: Any, live_server: Any, operator: User) -> None:
    page = chromium.new_page(viewport=DESK)
    page.goto(f"{live_server.url}/admin/oauth/user/")
    tab_to(page, "E-mail")
    page.keyboard.type(operator.email)
    tab_to(page, "Password")
    page.keyboard.type("correct horse")
    enter(page)
    tab_to(page, "Filters")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#changelist-filter').contains(document.activeElement)")
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement.innerText?.startsWith('Filters')")
    assert page.locator("#changelist-filter").is_hidden()
    page.close()


def test_the_first_press_of_tab_leads_past_the_menu(
    chromium: Any, live_server: Any, owner: User, account: Account
) -> None:
    page = chromium.new_page(viewport=DESK)
    page.goto(f"{live_server.url}/admin/")
    page.get_by_label("E-mail").fill(owner.email)
    page.get_by_label("Password").fill("correct horse")
    enter(page)
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)["name"] == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.close()
