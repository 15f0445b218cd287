"""The inbox of what customers said."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.contacts import doubts, erase
from reviews.inbox import items
from reviews.models import Delivery, Feedback, InboxItem, ReviewRequest, Suppression
from reviews.pages import actions
from reviews.requests.matching import Person
from reviews.tests.inbox.test_decisions import NUMBER, texted
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db

LIST = "/admin/reviews/inboxitem/"


def said(account: Account, now: datetime, name: str = "Jane", **words: Any) -> Feedback:
    request = asked(account, now, person=Person(first_name=name, email=f"{name.lower()}@example.com"))
    given: dict[str, Any] = {"rating": 2, "text": "Waited long."} | words
    return actions.record_feedback(delivery=request.deliveries.get(), now=timezone.now(), **given)


def address(feedback: Feedback) -> str:
    return reverse("admin:reviews_inboxitem_change", args=[feedback.inbox_item.pk])


def listed(client: Client, **query: str) -> list[str]:
    page = client.get(LIST, query).content.decode()
    return [name for name in ("Ann", "Bob", "Cat") if f">{name}<" in page]


def test_what_waits_is_shown_first_and_counted_in_the_menu(account: Account, owner: User, now: datetime) -> None:
    client = signed_in(owner)
    rows = {name: said(account, now, name) for name in ("Ann", "Bob", "Cat")}
    InboxItem.objects.filter(feedback=rows["Bob"]).update(handled_at=now)
    assert listed(client) == ["Ann", "Cat"]
    assert listed(client, handled="yes") == ["Bob"]
    assert listed(client, handled="all") == ["Ann", "Bob", "Cat"]
    menu = client.get("/admin/").content.decode()
    assert menu.split('href="/admin/reviews/inboxitem/"')[1].split("</a>")[0].split()[-3:] != []
    assert ">2<" in "".join(menu.split('href="/admin/reviews/inboxitem/"')[1].split("</a>")[0].split())


def test_filters_find_ratings_words_and_days(account: Account, owner: User, now: datetime) -> None:
    client = signed_in(owner)
    said(account, now, "Ann", rating=5, text="")
    said(account, now, "Bob", rating=1)
    old = said(account, now, "Cat", rating=None, text="Hm.")
    InboxItem.objects.filter(feedback=old).update(created_at=datetime.fromisoformat("2025-01-01T00:00:00+00:00"))
    assert listed(client, stars="1") == ["Bob"]
    assert listed(client, words="yes") == ["Bob", "Cat"]
    assert listed(client, words="no") == ["Ann"]
    assert listed(client, period="7") == ["Ann", "Bob"]
    assert listed(client, period="x", words="x", handled="x") == ["Ann", "Bob", "Cat"]
    assert listed(client, q="Hm") == ["Cat"]


def test_one_is_handled_with_a_note_and_says_by_whom(account: Account, owner: User, now: datetime) -> None:
    client, feedback = signed_in(owner), said(account, now)
    page = client.get(address(feedback)).content.decode()
    assert "Waited long." in page
    assert 'href="mailto:jane@example.com"' in page
    assert reverse("admin:reviews_reviewrequest_change", args=[feedback.request_id]) in page
    client.post(address(feedback), {"note": "Called her.", "reviews_inboxitem_handle": "1"})
    item = InboxItem.objects.get()
    assert (item.note, item.handled_by) == ("Called her.", owner)
    assert f"by {owner}" in client.get(address(feedback)).content.decode()
    client.post(address(feedback), {"note": "Called her.", "reviews_inboxitem_reopen": "1"})
    item.refresh_from_db()
    assert (item.handled_at, item.handled_by) == (None, None)


def test_many_are_handled_at_once_and_the_first_who_did_stays_named(
    account: Account, owner: User, operator: User, now: datetime
) -> None:
    first, second = said(account, now, "Ann"), said(account, now, "Bob")
    InboxItem.objects.filter(feedback=first).update(handled_at=now, handled_by=operator)
    keys = [str(row.inbox_item.pk) for row in (first, second)]
    chosen = {"action": "mark_handled", "_selected_action": keys}
    page = signed_in(owner).post(f"{LIST}?handled=all", chosen, follow=True).content.decode()
    assert "Marked as handled: 1." in page
    assert InboxItem.objects.get(feedback=first).handled_by == operator
    assert InboxItem.objects.get(feedback=second).handled_by == owner


def test_words_that_the_customer_changes_wait_again(account: Account, owner: User, now: datetime) -> None:
    said(account, now)
    InboxItem.objects.update(handled_at=now, handled_by=owner)
    actions.record_feedback(delivery=Delivery.objects.get(), rating=1, text="And again.", now=timezone.now())
    item = InboxItem.objects.get()
    assert (item.handled_at, item.handled_by) == (None, None)
    assert (item.text, item.stars) == ("And again.", 1)


def test_what_the_customer_said_is_changed_by_nobody(account: Account, owner: User, now: datetime) -> None:
    feedback = said(account, now)
    signed_in(owner).post(address(feedback), {"note": "", "text": "Great!", "stars": "5"})
    item = InboxItem.objects.get()
    assert (item.text, item.stars) == ("Waited long.", 2)


def test_a_viewer_looks_and_a_stranger_sees_nothing(
    account: Account, viewer: User, stranger: User, now: datetime
) -> None:
    feedback = said(account, now)
    assert "Waited long." in signed_in(viewer).get(address(feedback)).content.decode()
    assert signed_in(viewer).post(address(feedback), {"note": "x", "reviews_inboxitem_handle": "1"}).status_code == 403
    assert "Waited long." not in signed_in(stranger).get(f"{LIST}?handled=all").content.decode()
    assert signed_in(stranger).post(address(feedback), {"note": "x", "reviews_inboxitem_handle": "1"}).status_code in (
        302,
        404,
    )
    item = InboxItem.objects.get()
    assert (item.note, item.handled_at) == ("", None)


def test_scanned_and_erased_feedback_has_a_page(account: Account, owner: User, now: datetime) -> None:
    client = signed_in(owner)
    scanned = actions.record_scanned_feedback(account=account, rating=5, text="By the door.", now=now)
    page = client.get(address(scanned)).content.decode()
    assert "Somebody at the printed code" in page
    assert "No way to answer is known." in page
    erased = said(account, now)
    erase.erase(contact=erased.request.contact, by="Ann", now=now)  # type: ignore[union-attr]
    page = client.get(address(erased)).content.decode()
    assert "Erased contact" in page
    assert "jane@example.com" not in page


def test_the_inbox_costs_the_same_for_one_and_for_many(
    account: Account, owner: User, now: datetime, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(owner)
    for number in range(20):
        actions.record_scanned_feedback(account=account, rating=5, text=f"{number}", now=now)
    client.get(LIST)
    with django_assert_max_num_queries(10):
        client.get(LIST)


def test_feedback_is_marked_as_handled(full: Account, owner: User) -> None:
    form = {"action": "mark_handled", "_selected_action": [str(InboxItem.objects.get().pk)]}
    signed_in(owner).post(reverse("admin:reviews_inboxitem_changelist"), form)
    assert InboxItem.objects.get().handled_at is not None


# --- Perhaps an opt-out --------------------------------------------------------------------------


@pytest.fixture
def unclear(account: Account, now: datetime) -> InboxItem:
    asked(account, now)
    suppression, _ = doubts.hold(account=account, number=NUMBER, evidence="Text message 1", now=now)
    items.add_unclear(texted(account, now), account=account, suppression=suppression, tell=True)
    return InboxItem.objects.get()


def page_of(item: InboxItem) -> str:
    return reverse("admin:reviews_inboxitem_change", args=[item.pk])


@pytest.mark.parametrize(
    ("button", "outcome", "status"),
    [("opt_out", "opted_out", "suppressed"), ("dismiss", "not_an_opt_out", "scheduled")],
)
def test_an_unclear_text_is_decided_by_one_press_on_its_page(
    unclear: InboxItem, owner: User, button: str, outcome: str, status: str
) -> None:
    client = signed_in(owner)
    page = client.get(page_of(unclear)).content.decode()
    for words in ("Perhaps an opt-out", "cancel my 3 pm", "Opt out", "Not an opt-out"):
        assert words in page
    assert "Mark as handled" not in page
    client.post(page_of(unclear), {"note": "", f"reviews_inboxitem_{button}": "1"})
    unclear.refresh_from_db()
    assert (unclear.outcome, unclear.handled_by) == (outcome, owner)
    assert ReviewRequest.objects.get().status == status
    page = client.get(page_of(unclear)).content.decode()
    assert f"by {owner}: {unclear.get_outcome_display()}" in page
    assert "Mark as waiting again" not in page


def test_what_is_unclear_is_not_handled_in_passing(unclear: InboxItem, owner: User) -> None:
    chosen = {"action": "mark_handled", "_selected_action": [str(unclear.pk)]}
    page = signed_in(owner).post(LIST, chosen, follow=True).content.decode()
    assert "Wait for your decision, each on its own page: 1." in page
    unclear.refresh_from_db()
    assert unclear.handled_at is None


def test_items_are_found_by_their_kind(unclear: InboxItem, account: Account, owner: User, now: datetime) -> None:
    said(account, now, "Ann")
    page = signed_in(owner).get(LIST, {"kind__exact": "unclear_opt_out"}).content.decode()
    assert "cancel my 3 pm" in page
    assert "Waited long." not in page


def test_viewers_and_strangers_decide_nothing(unclear: InboxItem, viewer: User, stranger: User) -> None:
    form = {"note": "", "reviews_inboxitem_opt_out": "1"}
    assert signed_in(viewer).post(page_of(unclear), form).status_code == 403
    assert signed_in(stranger).post(page_of(unclear), form).status_code in (302, 404)
    address = reverse("admin:reviews_inboxitem_opt_out", args=[unclear.pk])
    assert signed_in(viewer).post(address).status_code == 403
    assert signed_in(stranger).post(address).status_code == 404
    unclear.refresh_from_db()
    assert unclear.outcome == ""


def test_a_reply_is_marked_as_an_opt_out_on_its_requests_page(account: Account, owner: User, now: datetime) -> None:
    request = asked(account, now)
    items.add_reply(texted(account, now, "Lass gut sein"), account=account)
    item = InboxItem.objects.get()
    client = signed_in(owner)
    page = reverse("admin:reviews_reviewrequest_change", args=[request.pk])
    address = reverse("admin:reviews_inboxitem_opt_out", args=[item.pk])
    assert f'action="{address}"' in client.get(page).content.decode()
    assert client.get(address).status_code == 405
    answer = client.post(address)
    assert (answer.status_code, answer["Location"]) == (302, page)
    suppression = Suppression.objects.get()
    assert (suppression.reason, suppression.evidence) == (
        "stop",
        f"Text message: Lass gut sein Taken for an opt-out by {owner}.",
    )
    content = client.get(page).content.decode()
    assert "Opted out" in content
    assert address not in content
    assert "was faster" in client.post(address, follow=True).content.decode()


def test_a_viewer_sees_no_button_on_the_requests_page(account: Account, viewer: User, now: datetime) -> None:
    request = asked(account, now)
    items.add_reply(texted(account, now), account=account)
    page = reverse("admin:reviews_reviewrequest_change", args=[request.pk])
    assert "formaction" not in signed_in(viewer).get(page).content.decode()


def test_the_requests_page_says_that_it_is_held(unclear: InboxItem, owner: User) -> None:
    page = reverse("admin:reviews_reviewrequest_change", args=[unclear.request_id])
    content = signed_in(owner).get(page).content.decode()
    assert "A text from the customer may have been an opt-out: decide in the inbox." in content
    assert "9999" not in content
    assert "Send now" not in content
    assert "Held, was planned for" in content
    assert "Decide in the inbox" in content


# --- Addresses that do not exist -----------------------------------------------------------------


def test_an_address_that_does_not_exist_is_corrected_and_not_written_to(
    account: Account, owner: User, now: datetime
) -> None:
    asked(account, now)
    message = Delivery.objects.get()
    items.record_bounce(message, evidence="550", text="550 5.1.1 No such user", now=now)
    page = signed_in(owner).get(page_of(InboxItem.objects.get())).content.decode()
    assert reverse("admin:reviews_contact_change", args=[message.request.contact_id]) in page
    assert "correct the address" in page
    assert "550 5.1.1 No such user" in page
    assert f"mailto:{message.address}" not in page
    assert f"tel:{NUMBER}" in page


def test_an_items_page_is_called_by_its_customer_under_the_inbox(account: Account, owner: User, now: datetime) -> None:
    item = said(account, now).inbox_item
    content = signed_in(owner).get(reverse("admin:reviews_inboxitem_change", args=[item.pk])).content.decode()
    assert f"<h1>{item.contact}</h1>" in content
    assert f'<a href="{reverse("admin:reviews_inboxitem_changelist")}">Inbox</a></p>' in content
