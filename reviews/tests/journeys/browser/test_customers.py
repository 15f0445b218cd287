"""A customer in a real browser, with the presses counted that each thing takes, on a phone and at a desk."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from oauth.models import Account, User
from reviews.models import Contact, Delivery, InboxItem, ReviewRequest, Suppression
from reviews.pages import actions
from reviews.requests.matching import Person
from reviews.tests.journeys.browser.test_accessibility import grave
from reviews.tests.support.browser import DESK, PHONE, fits, in_a_browser, sign_in
from reviews.tests.support.helpers import asked

pytestmark = in_a_browser


class Presses:
    """A page of the back-office on which presses are counted."""

    def __init__(self, page: Any, base: str) -> None:
        self.page, self.base, self.count = page, base, 0

    def open(self, path: str) -> None:
        self.page.goto(f"{self.base}/admin/{path}")
        self.count = 0

    def press(self, role: str, name: str) -> None:
        self.page.get_by_role(role, name=name, exact=True).first.click()
        self.page.wait_for_load_state()
        self.count += 1

    def says(self, words: str) -> None:
        self.page.locator("#content, #main").get_by_text(words).first.wait_for()
        assert fits(self.page)


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def office(page: Any, live_server: Any, owner: User, request: pytest.FixtureRequest) -> Presses:
    page.set_viewport_size(request.param)
    page.goto(f"{live_server.url}/admin/")
    sign_in(page, owner)
    page.wait_for_url("**/admin/")
    return Presses(page, live_server.url)


def test_stop_writing_to_me_takes_one_press_and_a_confirmation(office: Presses, account: Account) -> None:
    asked(account, timezone.now())
    actions.record_feedback(delivery=Delivery.objects.get(), rating=1, text="Leave me alone.", now=timezone.now())
    office.open(f"reviews/inboxitem/{InboxItem.objects.get().pk}/change/")
    office.press("link", "Do not contact")
    office.says("Nothing is sent any more, by e-mail or by text.")
    office.press("button", "Do not contact")
    assert office.count == 2
    office.says("Jane Smith is not contacted any more.")
    assert "/inboxitem/" in office.page.url
    assert Suppression.objects.active().count() == 2


def test_a_known_customer_is_asked_again_by_one_press(office: Presses, account: Account) -> None:
    contact = Contact.objects.create(account=account, first_name="Fay", email="fay@example.com")
    office.open(f"reviews/contact/{contact.pk}/change/")
    office.press("button", "Ask for a review")
    assert office.count == 1
    office.says("Asked: the message leaves as soon as it may.")
    assert ReviewRequest.objects.get().contact == contact


def test_why_it_was_not_sent_takes_three_presses_at_most(office: Presses, account: Account, now: datetime) -> None:
    asked(account, now, person=Person(first_name="Zoë", email="zoe@exmaple.com"))
    Delivery.objects.update(status="bounced", error_code="5.1.1")
    ReviewRequest.objects.update(status="failed", ended_at=now)
    office.open(f"reviews/contact/{Contact.objects.get().pk}/change/")
    office.says("Not sent: The address does not exist. Ask the customer for the right one.")
    assert office.count == 0  # on the customer's own page
    office.press("link", "Asked by an app")
    office.press("link", "Correct the address and ask again")
    office.page.get_by_label("E-mail").fill("zoe@example.com")
    office.press("button", "Correct it and ask again")
    assert office.count == 3
    office.says("Asked: the message leaves as soon as it may.")
    assert ReviewRequest.objects.filter(status="scheduled").count() == 1


def test_a_cancelling_is_taken_back_by_one_press(office: Presses, account: Account) -> None:
    request = asked(account, timezone.now(), delay=timedelta(hours=4))
    office.open(f"reviews/reviewrequest/{request.pk}/cancel/")
    office.press("button", "Cancel the request")
    office.says("Cancelled: no more messages leave.")
    office.count = 0
    office.press("button", "Take back")
    assert office.count == 1
    office.says("Taken back: the request goes on where it stood.")


def test_the_keyboard_alone_asks_and_leaves_alone(office: Presses, account: Account) -> None:
    contact = Contact.objects.create(account=account, first_name="Fay", email="fay@example.com")
    office.open(f"reviews/contact/{contact.pk}/change/")
    button = office.page.get_by_role("button", name="Ask for a review")
    button.focus()
    office.page.keyboard.press("Enter")
    office.says("Asked: the message leaves as soon as it may.")
    office.open(f"reviews/contact/{contact.pk}/change/")
    office.page.get_by_role("link", name="Do not contact", exact=True).last.focus()
    office.page.keyboard.press("Enter")
    office.says("Nothing is sent any more")
    office.page.get_by_role("button", name="Do not contact", exact=True).focus()
    office.page.keyboard.press("Enter")
    office.says("Fay is not contacted any more.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_grave(office: Presses, account: Account, scheme: Any, now: datetime) -> None:
    request = asked(account, now)
    Delivery.objects.update(status="bounced", sent_at=now, seen_at=now, error_code="5.1.1", error_text="550")
    actions.record_feedback(delivery=Delivery.objects.get(), rating=2, text="So so.", now=now)
    ReviewRequest.objects.update(status="failed", ended_at=now)
    contact, page = request.contact_id, office.page
    page.emulate_media(color_scheme=scheme)
    customer, ask = f"reviews/contact/{contact}", f"reviews/reviewrequest/{request.pk}"
    places = [
        *(f"{customer}/{name}/" for name in ("change", "edit", "data", "do-not-contact", "history")),
        *(f"{ask}/{name}/" for name in ("change", "correct-address", "history")),
        f"reviews/inboxitem/{InboxItem.objects.get(kind='feedback').pk}/change/",
    ]
    faults = []
    for place in places:
        office.open(place)
        assert fits(page), place
        faults += [f"{place}: {fault}" for fault in grave(page)]
    assert faults == [], "\n".join(faults)


def test_everything_is_there_without_a_script(chromium: Any, live_server: Any, owner: User, account: Account) -> None:
    contact = Contact.objects.create(account=account, first_name="Fay", email="fay@example.com")
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/reviews/contact/{contact.pk}/change/")
    sign_in(page, owner)
    page.get_by_role("button", name="Ask for a review").click()
    page.get_by_text("Asked: the message leaves as soon as it may.").wait_for()
    page.get_by_role("link", name="Cancel request").click()
    page.get_by_role("button", name="Cancel the request").click()
    page.get_by_role("button", name="Take back").click()
    page.get_by_text("Taken back: the request goes on where it stood.").wait_for()
    context.close()
