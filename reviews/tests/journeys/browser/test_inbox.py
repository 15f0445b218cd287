"""The inbox in a real browser: a complaint is answered in two presses, by keys, on a phone, and without a script."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone

from oauth.models import Account, User
from reviews.delivery import drain
from reviews.models import Contact, Delivery, InboxItem
from reviews.tests.journeys.browser.test_accessibility import grave
from reviews.tests.support.browser import DESK, PHONE, fits, in_a_browser, sign_in
from reviews.tests.support.conversations import COMPLAINT
from reviews.tests.support.helpers import FakeProvider
from reviews.tests.support.site import zone_where_it_is_noon

pytestmark = in_a_browser


@pytest.fixture
def complaints(account: Account) -> list[InboxItem]:
    """Replies of two customers, where it is noon now."""
    zone = zone_where_it_is_noon()
    rows = []
    for number, name in enumerate(["Ava", "Ben"]):
        contact = Contact.objects.create(
            account=account,
            first_name=name,
            phone=f"+1212555123{number}",
            email=f"{name.lower()}@example.com",
            time_zone=zone,
        )
        rows.append(
            InboxItem.objects.create(
                account=account, contact=contact, kind="reply", text=COMPLAINT, created_at=timezone.now()
            )
        )
    return rows


@pytest.fixture
def open_item(chromium: Any, live_server: Any, owner: User) -> Iterator[Callable[..., Any]]:
    """`open_item(item, **options)`: its page, in a browser of its own with these options, signed in as the owner."""
    contexts = []

    def visit(item: InboxItem, **options: Any) -> Any:
        context = chromium.new_context(**({"viewport": DESK} | options))
        contexts.append(context)
        page = context.new_page()
        path = f"/admin/reviews/inboxitem/{item.pk}/change/"
        page.goto(live_server.url + path)
        sign_in(page, owner)
        page.wait_for_url(f"**{path}")
        return page

    yield visit
    for context in contexts:
        context.close()


def test_a_complaint_is_answered_in_two_presses_and_seen_to_leave(
    open_item: Callable[..., Any], complaints: list[InboxItem], owner: User, provider: FakeProvider
) -> None:
    page = open_item(complaints[0])
    page.get_by_label("To Ava").click()
    page.keyboard.type("Sorry! Come at four.")
    page.get_by_text("1 segment:").wait_for()
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_text(f"by {owner}", exact=False).first.wait_for()
    page.evaluate("window.isSamePage = true")
    drain.send_due()
    page.locator("#conversation").get_by_text("Sent", exact=True).wait_for()
    assert page.evaluate("window.isSamePage"), "without a reload"
    assert [message.text for message in provider.sent] == ["Sorry! Come at four."]


def test_keys_go_on_and_write_nothing_into_the_answer(
    open_item: Callable[..., Any], complaints: list[InboxItem]
) -> None:
    first, second = complaints
    page = open_item(first)
    page.get_by_label("To Ava").click()
    page.keyboard.type("jekyll")
    assert page.get_by_label("To Ava").input_value() == "jekyll"
    assert f"/{first.pk}/" in page.url
    page.get_by_label("To Ava").fill("")
    page.get_by_label("To Ava").blur()
    page.keyboard.press("j")
    page.wait_for_url(f"**/{second.pk}/change/")
    page.keyboard.press("k")
    page.wait_for_url(f"**/{first.pk}/change/")
    page.keyboard.press("e")
    page.wait_for_url(f"**/{second.pk}/change/")
    assert list(InboxItem.objects.filter(handled_at=None)) == [second]


def test_without_a_script_it_is_written_and_sent_as_well(
    open_item: Callable[..., Any], complaints: list[InboxItem], owner: User
) -> None:
    page = open_item(complaints[0], java_script_enabled=False)
    page.get_by_label("To Ava").fill("Come at four.")
    page.get_by_role("radio", name="Answer by mail").check()
    page.get_by_role("button", name="Send", exact=True).click()
    assert page.get_by_text(f"{owner} answered by E-mail").is_visible()
    assert Delivery.objects.get().address == "ava@example.com"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_everybody_can_use_it_on_any_screen(
    open_item: Callable[..., Any], complaints: list[InboxItem], viewport: dict[str, int], scheme: str
) -> None:
    InboxItem.objects.update(text=COMPLAINT + "\n" + "word " * 2_000)
    page = open_item(complaints[0], viewport=viewport, color_scheme=scheme)
    assert fits(page)
    assert grave(page) == []
