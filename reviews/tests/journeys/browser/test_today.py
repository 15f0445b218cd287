"""Today in a real browser: a customer is asked in one press, and each word before the press is true."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from oauth.models import Account, User
from reviews.models import Contact, Delivery, ReviewRequest
from reviews.requests import lifecycle
from reviews.requests.matching import Person
from reviews.tests.support.browser import DESK, PHONE, fits, in_a_browser, sign_in
from reviews.tests.support.helpers import asked

pytestmark = in_a_browser

# Counts what a thumb or a mouse presses; typing and moving to a field by the keyboard are no presses.
COUNT = """addEventListener("click", event => {
  if (event.target.closest("button, a, summary")) sessionStorage.presses = Number(sessionStorage.presses ?? 0) + 1;
}, true);"""


@pytest.fixture
def today(page: Any, live_server: Any, owner: User, account: Account) -> Any:
    """The first page on a phone, signed in, with the presses counted from there."""
    page.goto(f"{live_server.url}/admin/")
    sign_in(page, owner)
    page.wait_for_url("**/admin/")
    page.add_init_script(COUNT)
    page.evaluate(COUNT)
    page.get_by_label("First name").wait_for()
    return page


def presses(page: Any) -> int:
    return int(page.evaluate("sessionStorage.presses ?? 0"))


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_a_customer_is_asked_in_one_press(today: Any, screen: dict[str, int]) -> None:
    today.set_viewport_size(screen)
    today.reload()
    assert fits(today)
    ask = today.get_by_role("button", name="Ask", exact=True)
    assert ask.bounding_box()["y"] < screen["height"] - 64  # above the bar at the bottom: no scrolling
    today.get_by_label("First name").focus()
    today.keyboard.type("Ava")
    today.keyboard.press("Tab")
    today.keyboard.type("Martin")
    today.keyboard.press("Tab")
    today.keyboard.press("Tab")
    today.keyboard.type("ava@example.com")
    today.wait_for_selector(".rh-preview :text('How did we do, Ava?')")
    ask.click()
    today.wait_for_selector("text=/Ava Martin (is|will be) asked .* by e-mail/")
    assert presses(today) == 1
    today.wait_for_function("document.activeElement?.name === 'first_name'")
    assert today.evaluate("scrollY") == 0  # what came of it stands above the form
    assert today.get_by_label("First name").input_value() == ""
    assert today.get_by_role("link", name="See the request").is_visible()
    assert fits(today)
    assert ReviewRequest.objects.get().contact.name == "Ava Martin"


def test_the_first_page_opens_at_its_top_and_leaves_the_keyboard_of_a_phone_away(today: Any) -> None:
    assert today.evaluate("document.activeElement === document.body && scrollY === 0")


def test_a_slip_is_mended_by_its_button(today: Any) -> None:
    today.get_by_label("E-mail").fill("ava@gmial.com")
    today.get_by_role("button", name="ava@gmail.com").click()
    assert today.get_by_label("E-mail").input_value() == "ava@gmail.com"
    today.wait_for_selector(".rh-take[name=_take]", state="detached")
    assert today.evaluate("document.activeElement.name") == "email"
    assert not Contact.objects.exists()


def test_asking_is_off_where_nothing_would_be_sent_or_records_all_the_same(today: Any, account: Account) -> None:
    past = timezone.now() - timedelta(days=12)
    asked(account, past, person=Person(first_name="Ava", email="ava@example.com"))
    ask, record = (today.get_by_role("button", name=name, exact=True) for name in ("Ask", "Record all the same"))
    today.get_by_label("E-mail").fill("ava@example.com")
    today.wait_for_selector("text=Nothing will be sent.")
    assert ask.is_disabled()
    assert not record.is_visible()
    Delivery.objects.all().delete()
    ReviewRequest.objects.update(status="completed", sent_at=past, ended_at=past)
    today.get_by_label("Last name").fill("Martin")
    record.wait_for()
    assert not ask.is_visible()
    today.get_by_label("E-mail").fill("ben@example.com")
    ask.wait_for()
    assert ask.is_enabled()
    today.get_by_label("E-mail").fill("ava@example.com")
    record.click()
    today.wait_for_selector("text=is recorded, and nothing is sent")
    assert ReviewRequest.objects.filter(status="suppressed").count() == 1


def test_a_landline_is_said_before_the_press(today: Any) -> None:
    today.get_by_label("Mobile number").fill("+442079460000")
    today.wait_for_selector(".rh-hints :text('is a landline number; a text may not arrive')")


def test_the_enter_key_asks_whatever_is_doubted(today: Any) -> None:
    today.get_by_label("E-mail").fill("ava@gmial.com")
    today.wait_for_selector(".rh-hints :text('Did you mean')")
    today.keyboard.press("Enter")
    today.wait_for_selector("text=See the request")
    assert Contact.objects.get().email == "ava@gmial.com"


def test_the_first_message_opens_in_place(today: Any) -> None:
    today.get_by_role("button", name="Send it to me").click()
    today.wait_for_selector("#first-message-shown .rh-subject :text('How did we do')")
    today.frame_locator("#first-message-shown iframe").get_by_text("Riverside Dental").first.wait_for()
    assert today.locator("#first-message-shown .rh-bubble").is_visible()
    assert today.url.endswith("/admin/")
    assert fits(today)


def test_it_renews_itself_while_something_moves_and_keeps_what_is_typed(today: Any, account: Account) -> None:
    asked(account, timezone.now(), person=Person(first_name="Ava", email="ava@example.com"))
    Delivery.objects.update(due_at=timezone.now())
    today.reload()
    today.get_by_label("First name").fill("Ben")
    lifecycle.respond(request=ReviewRequest.objects.get(), now=timezone.now(), reason="Replied by text message.")
    today.wait_for_selector("#lately :text('Ava answered.')")
    assert today.get_by_label("First name").input_value() == "Ben"
    assert today.locator("#again").get_attribute("hx-get") is None  # nothing moves any more


@pytest.fixture
def without_script(chromium: Any, live_server: Any, owner: User, account: Account) -> Iterator[Any]:
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/")
    sign_in(page, owner)
    yield page
    context.close()


def test_all_of_it_works_without_a_script(without_script: Any) -> None:
    page = without_script
    page.get_by_label("First name").fill("Ava")
    page.get_by_label("E-mail").fill("ava@gmial.com")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="ava@gmail.com").click()
    assert page.get_by_label("E-mail").input_value() == "ava@gmail.com"
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_selector("text=/Ava (is|will be) asked/")
    assert page.url.endswith("/admin/#id_first_name")  # back where it was begun
    page.get_by_role("button", name="Send it to me").click()
    page.wait_for_selector("#first-message-shown iframe")
    assert Contact.objects.get().email == "ava@gmail.com"
