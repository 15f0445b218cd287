"""The frame of the back-office in a real browser: menu, switcher, user menu, the bar of a phone; by keyboard, too."""

from typing import Any

import pytest

from oauth.models import Account, Membership, User
from reviews.models import Contact
from reviews.tests.support.browser import DESK, PHONE, fits, in_a_browser, log_out, sign_in

pytestmark = in_a_browser


@pytest.fixture
def two(account: Account, other_account: Account, owner: User) -> None:
    """The owner has two businesses, each with a customer."""
    Membership.objects.create(account=other_account, user=owner, role="owner")
    Contact.objects.create(account=account, first_name="River", email="river@example.com")
    Contact.objects.create(account=other_account, first_name="Harbour", email="harbour@example.com")


def start(page: Any, live_server: Any, owner: User, size: dict[str, int], path: str = "/") -> None:
    page.set_viewport_size(size)
    page.goto(live_server.url + path)
    sign_in(page, owner)
    page.wait_for_load_state()


def test_the_front_door_leads_to_today(page: Any, live_server: Any, owner: User) -> None:
    start(page, live_server, owner, DESK)
    assert page.title() == "Today | ReviewHub"
    places = page.locator("#menu .rh-places").first.get_by_role("link").all_inner_texts()
    assert [name.split("\n")[-1].strip() for name in places] == [
        *("Today", "Inbox", "Customers", "Requests", "Reports", "Settings")
    ]
    assert page.get_by_role("link", name="View site").count() == 0


@pytest.mark.usefixtures("two")
def test_a_switch_takes_two_presses_and_stays_on_the_list(page: Any, live_server: Any, owner: User) -> None:
    start(page, live_server, owner, DESK, "/admin/reviews/contact/")
    assert page.get_by_text("Harbour", exact=False).first.is_visible()
    page.get_by_role("button", name="Business: Harbour Garage").click()
    page.get_by_role("button", name="Riverside Dental").click()
    page.wait_for_load_state()
    assert page.url.endswith("/admin/reviews/contact/")
    assert page.get_by_text("river@example.com").count()
    assert page.get_by_text("harbour@example.com").count() == 0


@pytest.mark.usefixtures("two")
def test_a_switch_in_another_tab_lets_no_write_land_in_the_wrong_business(
    page: Any, live_server: Any, owner: User, account: Account
) -> None:
    start(page, live_server, owner, DESK, "/admin/reviews/contact/add/")
    other = page.context.new_page()
    other.set_viewport_size(DESK)
    other.goto(f"{live_server.url}/admin/")
    other.get_by_role("button", name="Business: Harbour Garage").click()
    other.get_by_role("button", name="Riverside Dental").click()
    other.wait_for_load_state()
    page.get_by_label("E-mail").fill("late@example.com")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_load_state()
    assert Contact.objects.get(email="late@example.com").account.name == "Harbour Garage"


def test_on_a_phone_the_bar_leads_to_the_four_of_every_day(page: Any, live_server: Any, owner: User) -> None:
    start(page, live_server, owner, PHONE)
    bar = page.get_by_role("navigation", name="Every day")
    for name, title in (("Ask", "Ask a customer"), ("Inbox", "Inbox"), ("Customers", "Customers"), ("Today", "Today")):
        bar.get_by_role("link", name=name).click()
        page.wait_for_load_state()
        assert page.title().startswith(title)
        assert fits(page)


def test_the_menu_of_a_phone_is_opened_and_left_by_keyboard(page: Any, live_server: Any, owner: User) -> None:
    start(page, live_server, owner, PHONE)
    menu = page.locator("#menu")
    assert menu.is_hidden()
    page.get_by_role("button", name="Open the menu").focus()
    page.keyboard.press("Enter")
    assert menu.is_visible()
    page.keyboard.press("Escape")
    assert menu.is_hidden()
    page.keyboard.press("Enter")
    menu.get_by_role("link", name="Settings").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("nav[aria-label=Settings]")


def test_one_logs_out_by_keyboard(page: Any, live_server: Any, owner: User) -> None:
    start(page, live_server, owner, DESK)
    page.get_by_role("button", name=owner.name or owner.email).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Log out").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in**")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_security_and_connections_stand_in_the_frame(
    page: Any, live_server: Any, owner: User, account: Account, size: dict[str, int]
) -> None:
    start(page, live_server, owner, size, "/security")
    for path in ("/security", f"/connections/{account.pk}", "/password/change"):
        page.goto(live_server.url + path)
        assert page.locator("#menu").count() == 1, path
        assert fits(page), path
    log_out(page, owner)
    page.wait_for_url("**/sign-in**")


def test_the_colours_chosen_hold_on_pages_of_either_kind(page: Any, live_server: Any, owner: User) -> None:
    start(page, live_server, owner, DESK)
    page.get_by_role("button", name=owner.name or owner.email).click()
    page.get_by_role("button", name="Dark").click()
    for path in ("/security", "/admin/"):
        page.goto(live_server.url + path)
        page.wait_for_selector("html.dark")
    page.goto(f"{live_server.url}/security")
    page.get_by_role("button", name=owner.name or owner.email).click()
    page.get_by_role("button", name="Light").click()
    page.goto(f"{live_server.url}/admin/")
    page.wait_for_selector("html:not(.dark)")


def test_the_menu_is_used_without_a_script(chromium: Any, live_server: Any, owner: User) -> None:
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    start(page, live_server, owner, PHONE)
    page.get_by_role("button", name="Open the menu").click()
    page.locator("#menu").get_by_role("link", name="Requests").click()
    page.wait_for_url("**/reviewrequest/")
    context.close()
