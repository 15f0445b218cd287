"""What pages of the back-office say around their rows: the way back, the title, an empty list, a row that is gone."""

from datetime import datetime, timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviewhub.backoffice.moments import time_tag
from reviews.inbox import items
from reviews.models import Contact, Delivery, InboxItem, ReviewRequest, Suppression
from reviews.pages import actions
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db


def read(client: Client, name: str, *args: object) -> str:
    return unescape(client.get(reverse(f"admin:{name}", args=args)).content.decode())


@pytest.fixture
def item(account: Account, now: datetime) -> InboxItem:
    """One star of Jane Smith's."""
    asked(account, now)
    actions.record_feedback(delivery=Delivery.objects.get(), rating=1, text="Hm.", now=now)
    return InboxItem.objects.get()


def test_an_item_of_the_inbox_is_called_by_its_customer(item: InboxItem, owner: User) -> None:
    page = read(signed_in(owner), "reviews_inboxitem_change", item.pk)
    assert "<title>Jane Smith | ReviewHub</title>" in page
    assert "<h1>Jane Smith</h1>" in page


@pytest.mark.parametrize(
    ("model", "name"), [("inboxitem", "Inbox"), ("reviewrequest", "Requests"), ("suppression", "Do not contact")]
)
def test_the_way_back_is_called_as_the_menu_calls_the_list(
    item: InboxItem, full: Account, owner: User, model: str, name: str
) -> None:
    row = {"inboxitem": item, "reviewrequest": item.request, "suppression": Suppression.objects.first()}[model]
    assert row is not None
    page = read(signed_in(owner), f"reviews_{model}_change", row.pk)
    assert page.split('class="rh-trail"')[1].split("</a>")[0].endswith(f">{name}")


@pytest.mark.parametrize(("button", "words"), [("reviews_inboxitem_handle", "Handled."), ("_save", "Saved.")])
def test_what_was_done_is_said_in_a_word(item: InboxItem, owner: User, button: str, words: str) -> None:
    address = reverse("admin:reviews_inboxitem_change", args=[item.pk])
    page = signed_in(owner).post(address, {"note": "", button: "1"}, follow=True)
    assert [str(message) for message in page.context["messages"]] == [words]


def test_a_wrong_address_is_corrected_from_the_inbox(account: Account, owner: User, now: datetime) -> None:
    delivery = asked(account, now).deliveries.get()
    items.record_bounce(delivery, evidence="bounced", text="550", now=now)
    Delivery.objects.update(status="bounced", error_code="5.1.1")
    ReviewRequest.objects.update(status="failed", ended_at=now)
    item, client = InboxItem.objects.get(), signed_in(owner)
    way = reverse("admin:reviews_reviewrequest_correct_address", args=[delivery.request_id])
    assert f'href="{way}"' in read(client, "reviews_inboxitem_change", item.pk)
    assert client.get(way).status_code == 200
    Contact.objects.update(email="jane.smith@example.com")
    assert f'href="{way}"' not in read(client, "reviews_inboxitem_change", item.pk)


def test_an_address_not_to_write_to_leads_to_its_customer(full: Account, owner: User) -> None:
    row = Suppression.objects.get()
    page = read(signed_in(owner), "reviews_suppression_change", row.pk)
    contact = full.contacts.filter(email=row.address).get()
    assert f'href="{reverse("admin:reviews_contact_change", args=[contact.pk])}"' in page
    assert "Lifted at" not in page  # it is not
    assert "field-account" not in page  # the only one in view


def test_a_row_that_is_not_there_is_said_without_its_key(account: Account, owner: User) -> None:
    page = signed_in(owner).get(reverse("admin:reviews_consent_change", args=["123456"]), follow=True)
    assert page.redirect_chain == [("/admin/", 302)]
    (message,) = page.context["messages"]
    assert "is not there" in str(message)
    assert "123456" not in str(message)


@pytest.mark.parametrize("model", ["consent", "mergecandidate"])
def test_an_empty_list_says_what_will_stand_there(account: Account, owner: User, model: str) -> None:
    client = signed_in(owner)
    assert " stand here: " in read(client, f"reviews_{model}_changelist")
    assert "No results found" not in read(client, f"reviews_{model}_changelist")


def test_a_search_without_rows_leads_back_to_the_whole_list(account: Account, owner: User) -> None:
    page = signed_in(owner).get(reverse("admin:reviews_consent_changelist"), {"q": "nobody"}).content.decode()
    assert ' href="?">Show the whole list</a>' in page


def test_what_is_due_now_has_not_happened_just_now() -> None:
    now = timezone.now()
    assert ">in a moment<" in time_tag(now - timedelta(minutes=2), ahead=True)
    assert ">2 minutes ago<" in time_tag(now - timedelta(minutes=2))
    assert ">10 minutes ago<" in time_tag(now - timedelta(minutes=10), ahead=True)  # something keeps it back


def test_pages_with_a_heading_of_their_own_have_no_empty_one(account: Account, owner: User) -> None:
    page = signed_in(owner).get("/security/", follow=True).content.decode()
    assert page.count("<h1") == 1


def test_a_form_has_one_way_to_save(account: Account, owner: User) -> None:
    page = read(signed_in(owner), "reviews_suppression_add")
    assert 'name="_save"' in page
    assert 'name="_continue"' not in page
    assert 'name="_addanother"' not in page


def test_a_request_that_is_leaving_looks_again_by_itself(account: Account, owner: User) -> None:
    request, client = asked(account, timezone.now()), signed_in(owner)
    Delivery.objects.update(due_at=timezone.now())  # at night it would be due in the morning
    assert 'hx-trigger="every 10s"' in read(client, "reviews_reviewrequest_change", request.pk)
    for status, due_at in (("planned", timezone.now() + timedelta(hours=1)), ("sent", timezone.now())):
        Delivery.objects.update(status=status, due_at=due_at)
        assert "hx-trigger" not in read(client, "reviews_reviewrequest_change", request.pk)
