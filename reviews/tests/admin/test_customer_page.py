"""A customer's page: read first, with the ways, the story, and what is pressed there."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.contacts import do_not_contact, doubts, erase, opt_outs, suppressions
from reviews.delivery import drain
from reviews.inbox import items
from reviews.models import Contact, Delivery, DeliveryEvent, InboxItem, ReviewRequest, Suppression
from reviews.pages import actions
from reviews.requests.matching import Person
from reviews.tests.support.helpers import JANE, Clock, FakeProvider, asked

pytestmark = pytest.mark.django_db

MOST_STATEMENTS = 15


def address(contact: Contact, name: str = "change") -> str:
    return reverse(f"admin:reviews_contact_{name}", args=[contact.pk])


def shown(client: Client, contact: Contact) -> str:
    return " ".join(client.get(address(contact)).content.decode().split())


def text_of(html: str) -> str:
    content = html.split('id="content"')[1]
    return " ".join(re.sub(r"<[^>]+>", " ", content).split())


@pytest.fixture
def fresh(account: Account) -> Contact:
    return Contact.objects.create(account=account, first_name="Fay", email="fay@example.com", phone="+12125550109")


def opt_out(account: Account, now: datetime, channel: str = "sms", at: str = JANE.phone, **more: Any) -> None:
    values = {"reason": Suppression.Reason.STOP, "evidence": "Text message: Stop it!"} | more
    opt_outs.opt_out(account=account, channel=channel, address=at, now=now, **values)


# --- To read ----------------------------------------------------------------------------------------


def test_the_ways_stand_with_their_state_and_the_customers_words(account: Account, owner: User, now: datetime) -> None:
    contact = asked(account, now).contact
    opt_out(account, now)
    text = text_of(shown(signed_in(owner), contact))
    assert "E-mail jane@example.com May be written to" in text
    assert "Text message +12125551234 Replied that no more messages are wanted" in text
    assert "Text message: Stop it!" in text
    assert "Why nothing is sent there" in text


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("unsubscribed", "Unsubscribed"),
        ("complained", "Reported our message as spam"),
        ("bounced", "Does not exist: correct it"),
        ("staff", "Do not contact, as staff noted"),
        ("wrong_number", "Belongs to somebody else: correct it"),
        ("unclear", "a text may have been an opt-out, and waits for you"),
    ],
)
def test_each_reason_is_said_in_words(fresh: Contact, owner: User, now: datetime, reason: str, words: str) -> None:
    suppressions.suppress(
        account=fresh.account,
        channel="sms",
        address=fresh.phone,
        reason=Suppression.Reason(reason),
        evidence="",
        now=now,
    )
    text = text_of(shown(signed_in(owner), fresh))
    assert words in text
    assert ("Correct it" in text) == (reason in ("bounced", "wrong_number"))


def test_a_way_that_lacks_a_consent_says_so(fresh: Contact, owner: User) -> None:
    Account.objects.update(texts_need_consent=True)
    assert "No consent to text messages is recorded." in text_of(shown(signed_in(owner), fresh))


def test_the_story_has_words_stars_messages_and_what_comes_next(
    account: Account, owner: User, clock: Clock, provider: FakeProvider
) -> None:
    first = asked(account, clock())
    drain.send_due(clock)
    actions.record_feedback(delivery=Delivery.objects.get(step=0), rating=2, text="Waited <long>.", now=clock())
    clock.forward(days=100)
    second = asked(account, clock())
    drain.send_due(clock)
    event = DeliveryEvent.objects.create(
        account=account,
        delivery=Delivery.objects.get(request=second, step=0),
        provider="twilio",
        key="1",
        kind="replied",
        address=JANE.phone,
        text="See you soon",
        occurred_at=clock(),
        received_at=clock(),
    )
    items.add_reply(event, account=account)
    with time_machine.travel(clock(), tick=False):
        html = shown(signed_in(owner), first.contact)
    text = text_of(html)
    assert text.index("Sent, and not answered yet.") < text.index("Answered with 2 stars of 5.")
    assert "Waited &lt;long&gt;." in text
    assert 'aria-label="2 of 5 stars"' in html
    assert "See you soon" in text
    assert "Next : Reminder 1, text message" in text or "Next: Reminder 1, text message" in text
    assert "First ask, e-mail" in text
    assert 'title="' in html.split("What happened")[1]  # the exact time


def test_a_long_story_is_bounded_and_leads_to_the_list(account: Account, owner: User, now: datetime) -> None:
    contact = asked(account, now).contact
    sequence = account.sequences.get()
    for number in range(30):
        moment = now - timedelta(days=100 + number)
        request = ReviewRequest.objects.create(
            account=account,
            contact=contact,
            sequence=sequence,
            status="completed",
            reason="No answer.",
            scheduled_for=moment,
            created_at=moment,
            sent_at=moment,
            ended_at=moment,
        )
        Delivery.objects.create(
            account=account,
            request=request,
            step=0,
            channel="email",
            address=contact.email,
            status="sent",
            due_at=moment,
            created_at=moment,
            sent_at=moment,
        )
    client = signed_in(owner)
    client.get("/admin/")
    with CaptureQueriesContext(connection) as queries:
        html = shown(client, contact)
    assert len(queries) <= MOST_STATEMENTS
    assert html.count("No answer came.") == 19  # and the open one
    ReviewRequest.objects.filter(status="scheduled").update(status="completed", reason="No answer.", ended_at=now)
    with CaptureQueriesContext(connection) as queries:  # the gates are looked at, too
        assert address(contact, "ask_again") in shown(client, contact)
    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) <= MOST_STATEMENTS
    assert "All requests to this customer" in html
    assert "q=jane%40example.com" in html


def test_an_erased_customer_has_no_buttons_and_no_data(account: Account, owner: User, now: datetime) -> None:
    contact = asked(account, now).contact
    erase.erase(contact=contact, by="Ann", now=now)
    html = shown(signed_in(owner), contact)
    assert "This customer was erased." in html
    assert "jane" not in html.lower()
    for name in ("ask_again", "leave_alone", "allow_again", "erase", "edit"):
        assert address(contact, name) not in html
    assert signed_in(owner).get(address(contact, "edit")).status_code == 403


def test_a_viewer_reads_without_buttons(account: Account, viewer: User, now: datetime) -> None:
    contact = asked(account, now).contact
    opt_out(account, now)
    client = signed_in(viewer)
    html = shown(client, contact)
    assert "Replied that no more messages are wanted" in html
    for name in ("ask_again", "leave_alone", "allow_again", "erase", "edit", "evidence"):
        assert address(contact, name) not in html
        assert client.get(address(contact, name)).status_code == 403
    assert address(contact, "data") in html


@pytest.mark.parametrize("name", ["change", "edit", "data", "hand_out", "history", "ask_again", "leave_alone"])
def test_to_a_stranger_the_customer_is_not_there(account: Account, stranger: User, now: datetime, name: str) -> None:
    contact = asked(account, now).contact
    response = signed_in(stranger).get(address(contact, name), follow=True)
    assert "Jane" not in response.content.decode()
    if name != "change":  # Django leads home from a form that is not there
        assert response.status_code == 404
    for key in ("x", "00000000-0000-0000-0000-000000000000"):
        missing = address(contact, "edit").replace(str(contact.pk), key)
        assert signed_in(stranger).get(missing).status_code == 404


def test_the_operator_reads_and_acts(account: Account, operator: User, now: datetime) -> None:
    contact = asked(account, now).contact
    client = signed_in(operator)
    assert address(contact, "leave_alone") in shown(client, contact)
    client.post(address(contact, "leave_alone"))
    assert Suppression.objects.active().count() == 2


def test_the_form_has_an_address_of_its_own_and_leads_back(fresh: Contact, owner: User) -> None:
    client = signed_in(owner)
    assert 'name="first_name"' not in client.get(address(fresh)).content.decode()
    form = client.get(address(fresh, "edit")).content.decode()
    assert 'name="first_name"' in form
    values = {"first_name": "Faye", "email": fresh.email, "phone": fresh.phone}
    saved = client.post(address(fresh, "edit"), values)
    assert (saved.status_code, saved["Location"]) == (302, address(fresh))
    assert Contact.objects.get().first_name == "Faye"
    refused = client.post(address(fresh, "edit"), values | {"email": "nobody@"})
    assert refused.status_code == 200
    assert "Enter a valid email address." in refused.content.decode()


# --- Ask for a review -------------------------------------------------------------------------------


def test_one_press_asks_a_known_customer(fresh: Contact, owner: User) -> None:
    client = signed_in(owner)
    assert f'action="{address(fresh, "ask_again")}"' in shown(client, fresh)
    answer = client.post(address(fresh, "ask_again"), follow=True)
    request = ReviewRequest.objects.get()
    assert (request.contact, request.source, request.status) == (fresh, "staff", "scheduled")
    assert request.asked_by == owner
    assert answer.redirect_chain[-1][0] == reverse("admin:reviews_reviewrequest_change", args=[request.pk])
    assert "Asked: the message leaves as soon as it may." in answer.content.decode()
    again = client.post(address(fresh, "ask_again"), follow=True).content.decode()
    assert ReviewRequest.objects.count() == 1
    assert "open review request already" in again


def test_the_customer_of_the_page_is_asked_and_not_another_with_the_number(account: Account, owner: User) -> None:
    for name in ("Ida", "Max"):
        Contact.objects.create(
            account=account, first_name=name, phone="+12125550109", shares_phone=Contact.objects.exists()
        )
    ida = Contact.objects.get(first_name="Ida")
    signed_in(owner).post(address(ida, "ask_again"))
    assert ReviewRequest.objects.get().contact == ida


def closed(contact: Contact, now: datetime) -> None:
    do_not_contact.leave_alone(contact=contact, by="Ann", now=now)


def in_doubt(contact: Contact, now: datetime) -> None:
    doubts.hold(account=contact.account, number=contact.phone, evidence="", now=now)


def rested(contact: Contact, now: datetime) -> None:
    request = asked(contact.account, now, person=Person(email=contact.email))
    ReviewRequest.objects.filter(pk=request.pk).update(status="completed", sent_at=now, ended_at=now)


def under_way(contact: Contact, now: datetime) -> None:
    asked(contact.account, now, person=Person(email=contact.email))


def without_consent(contact: Contact, now: datetime) -> None:
    Account.objects.update(texts_need_consent=True, mail_needs_consent=True)


def without_addresses(contact: Contact, now: datetime) -> None:
    Contact.objects.filter(pk=contact.pk).update(phone="")
    Contact.objects.filter(pk=contact.pk).update(email="")


@pytest.mark.parametrize(
    ("shut", "words"),
    [
        (closed, "No way is left on which the customer may be written to."),
        (in_doubt, "A text from the customer may have been an opt-out: decide that in the inbox first."),
        (rested, "You wait 90 days between two asks: the next one may go out on 1 Jun 2026."),
        (under_way, "A request to this customer is under way."),
        (without_consent, "No consent to e-mail is recorded. No consent to text messages is recorded."),
    ],
)
def test_a_shut_gate_stands_in_place_of_the_button(
    fresh: Contact, owner: User, now: datetime, shut: Any, words: str
) -> None:
    shut(fresh, now)
    with time_machine.travel(now + timedelta(minutes=1), tick=False):
        client = signed_in(owner)
        html = shown(client, fresh)
        assert words in html
        assert f'action="{address(fresh, "ask_again")}"' not in html
        before = ReviewRequest.objects.count()
        answer = client.post(address(fresh, "ask_again"), follow=True).content.decode()
    assert ReviewRequest.objects.count() == before  # nothing is left behind by a press that comes too late
    assert words in answer or "open review request already" in answer


def test_a_customer_without_an_address_cannot_be_asked(fresh: Contact, owner: User, now: datetime) -> None:
    without_addresses(fresh, now)
    html = shown(signed_in(owner), fresh)
    assert address(fresh, "ask_again") not in html
    assert address(fresh, "leave_alone") not in html
    assert "No mobile number is known" in html


def test_the_ask_form_comes_filled_in(fresh: Contact, owner: User, stranger: User) -> None:
    client = signed_in(owner)
    link = f"{reverse('admin:reviews_reviewrequest_add')}?customer={fresh.pk}"
    assert link in shown(client, fresh)
    form = client.get(link).content.decode()
    for value in ("Fay", "fay@example.com", "+12125550109"):
        assert f'value="{value}"' in form
    for query in ("customer=x", "customer=%00", "customer=00000000-0000-0000-0000-000000000000"):
        assert client.get(f"{reverse('admin:reviews_reviewrequest_add')}?{query}").status_code == 200
    assert "Fay" not in signed_in(stranger).get(link).content.decode()


# --- Do not contact ---------------------------------------------------------------------------------


def test_do_not_contact_asks_once_for_all_ways(account: Account, owner: User, now: datetime) -> None:
    contact = asked(account, now).contact
    client = signed_in(owner)
    question = client.get(address(contact, "leave_alone")).content.decode()
    assert "Not written to any more: jane@example.com, +12125551234." in question
    assert "1 planned message is cancelled." in question
    assert not Suppression.objects.exists()
    answer = client.post(address(contact, "leave_alone"), follow=True).content.decode()
    assert "Jane Smith is not contacted any more." in answer
    assert set(Suppression.objects.values_list("channel", "reason")) == {("email", "staff"), ("sms", "staff")}
    assert address(contact, "leave_alone") not in answer  # there is nothing left to close
    client.post(address(contact, "leave_alone"))
    assert Suppression.objects.count() == 2


def test_a_shared_number_is_named_before(account: Account, fresh: Contact, owner: User) -> None:
    Contact.objects.create(account=account, first_name="Max", phone=fresh.phone, shares_phone=True)
    assert (
        "Another customer has the same number" in signed_in(owner).get(address(fresh, "leave_alone")).content.decode()
    )


def feedback(account: Account, now: datetime) -> InboxItem:
    asked(account, now)
    actions.record_feedback(delivery=Delivery.objects.get(), rating=1, text="Never write to me again.", now=now)
    return InboxItem.objects.get()


def test_from_an_item_of_the_inbox_it_leads_back_there(account: Account, owner: User, now: datetime) -> None:
    item = feedback(account, now)
    contact = item.contact
    assert contact is not None
    client, page = signed_in(owner), reverse("admin:reviews_inboxitem_change", args=[item.pk])
    link = f"{address(contact, 'leave_alone')}?item={item.pk}"
    assert f'href="{link}"' in client.get(page).content.decode()
    question = client.get(link).content.decode()
    assert f'name="item" value="{item.pk}"' in question
    assert f'href="{page}"' in question
    answer = client.post(address(contact, "leave_alone"), {"item": str(item.pk)})
    assert (answer.status_code, answer["Location"]) == (302, page)
    words = f"Never write to me again. (taken for a wish not to be written to, by {owner})"
    assert set(Suppression.objects.values_list("evidence", flat=True)) == {words}


@pytest.mark.parametrize("key", ["", "x", "999999", "-1", "9" * 40, "٣", "1 OR 1"])
def test_an_item_that_is_none_leads_to_the_customer(account: Account, owner: User, now: datetime, key: str) -> None:
    contact = asked(account, now).contact
    client = signed_in(owner)
    assert client.get(address(contact, "leave_alone"), {"item": key}).status_code == 200
    answer = client.post(address(contact, "leave_alone"), {"item": key})
    assert (answer.status_code, answer["Location"]) == (302, address(contact))


def test_another_customers_item_lends_no_words(
    account: Account, other_account: Account, owner: User, fresh: Contact, now: datetime
) -> None:
    item = feedback(other_account, now)
    client = signed_in(owner)
    assert "Never write" not in client.get(address(fresh, "leave_alone"), {"item": item.pk}).content.decode()
    answer = client.post(address(fresh, "leave_alone"), {"item": str(item.pk)})
    assert answer["Location"] == address(fresh)
    assert not Suppression.objects.filter(evidence__contains="Never write").exists()


def test_a_viewer_has_no_such_button_on_the_item(account: Account, viewer: User, now: datetime) -> None:
    item = feedback(account, now)
    page = signed_in(viewer).get(reverse("admin:reviews_inboxitem_change", args=[item.pk])).content.decode()
    assert "do-not-contact" not in page


def test_ways_are_allowed_again_with_a_reason(account: Account, owner: User, now: datetime) -> None:
    contact = asked(account, now).contact
    do_not_contact.leave_alone(contact=contact, by="Ann", now=now)
    client = signed_in(owner)
    assert address(contact, "allow_again") in shown(client, contact)
    texts = Suppression.objects.get(channel="sms")
    for form in ({"ways": [str(texts.pk)]}, {"because": "x"}, {"because": "x", "ways": ["999"]}):
        assert client.post(address(contact, "allow_again"), form).status_code == 200  # the form, with its error
    assert Suppression.objects.active().count() == 2
    client.post(address(contact, "allow_again"), {"ways": [str(texts.pk)], "because": "Called us"})
    texts.refresh_from_db()
    assert (texts.lifted_at is not None, texts.lifted_because) == (True, f"Called us ({owner})")
    assert Suppression.objects.active().get().channel == "email"


# --- Data and history -------------------------------------------------------------------------------


def test_all_data_can_be_read_and_taken_as_a_file(account: Account, owner: User, now: datetime) -> None:
    item = feedback(account, now)
    assert item.contact is not None
    client = signed_in(owner)
    page = client.get(address(item.contact, "data")).content.decode()
    for words in (
        "Jane",
        "jane@example.com",
        "Never write to me again.",
        "First ask",
        address(item.contact, "hand_out"),
    ):
        assert words in page
    for name in ("first_name", "review_request", "scheduled_for", "in_stock"):
        assert f"<dt>{name}" not in page


def test_the_history_says_who_did_what(account: Account, owner: User, now: datetime) -> None:
    contact = asked(account, now).contact
    client = signed_in(owner)
    client.post(address(contact, "leave_alone"))
    values = {"first_name": "Janet", "last_name": "Smith", "email": JANE.email, "phone": JANE.phone}
    client.post(address(contact, "edit"), values)
    page = client.get(address(contact, "history")).content.decode()
    assert "Do not contact" in page
    assert f"by {owner}" in page
    assert "Changed First name." in page
    assert "Not written to from here on" in page
    assert "probably" not in page
    erase.erase(contact=contact, by="Ann", now=now)
    page = client.get(address(contact, "history")).content.decode()
    assert "Erased" in page
    assert "jane" not in page.lower()
