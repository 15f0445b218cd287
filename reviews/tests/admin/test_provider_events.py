"""Providers' reports, as staff see and handle them."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from oauth.models import Account, Membership, User
from oauth.tests.flow import signed_in
from reviews.delivery.provider_events import apply
from reviews.models import Delivery, DeliveryEvent, ReviewRequest
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db

LIST = "admin:reviews_deliveryevent_changelist"
PAGE = "admin:reviews_deliveryevent_change"


@pytest.fixture
def bounce(account: Account, now: datetime) -> DeliveryEvent:
    """A bounce of a mail that left; not applied yet."""
    asked(account, now)
    Delivery.objects.update(status="sent", sent_at=now, provider_id="id-1")
    ReviewRequest.objects.update(status="sent", sent_at=now)
    return DeliveryEvent.objects.create(
        account=account,
        delivery=Delivery.objects.get(),
        provider="postmark",
        key="e1",
        kind="bounced",
        provider_id="id-1",
        code="5.1.1",
        text="no such user <b>here</b>",
        occurred_at=now,
        received_at=now,
        payload={"Email": "jane@example.com", "Details": "<script>no</script>"},
    )


def page(user: User, event: DeliveryEvent) -> Any:
    return signed_in(user).get(reverse(PAGE, args=[event.pk]))


def choose(client: Client, *events: DeliveryEvent) -> str:
    chosen = {"action": "apply_again", "_selected_action": [str(event.pk) for event in events]}
    content: str = client.post(reverse(LIST), chosen, follow=True).content.decode()
    return content


def test_the_list_says_what_was_reported_by_whom_and_when(bounce: DeliveryEvent, owner: User) -> None:
    content = signed_in(owner).get(reverse(LIST)).content.decode()
    for words in ("Bounced", "no such user", "postmark", "Jane Smith", "Step 0 by E-mail"):
        assert words in content


def test_the_page_shows_the_raw_report_as_text(bounce: DeliveryEvent, owner: User) -> None:
    content = page(owner, bounce).content.decode()
    assert "&quot;Email&quot;: &quot;jane@example.com&quot;" in content
    assert "<script>no</script>" not in content


def test_a_report_is_seen_by_the_accounts_people_and_the_operator_alone(
    bounce: DeliveryEvent, viewer: User, stranger: User, operator: User
) -> None:
    assert page(viewer, bounce).status_code == page(operator, bounce).status_code == 200
    answer = signed_in(stranger).get(reverse(PAGE, args=[bounce.pk]), follow=True)
    assert "jane@example.com" not in answer.content.decode()
    assert "postmark" not in signed_in(stranger).get(reverse(LIST)).content.decode()


def test_a_report_that_nobody_is_found_for_is_the_operators(bounce: DeliveryEvent, owner: User, operator: User) -> None:
    DeliveryEvent.objects.update(account=None, delivery=None)
    assert "no such user" not in signed_in(owner).get(reverse(LIST)).content.decode()
    assert "no such user" in signed_in(operator).get(reverse(LIST)).content.decode()
    assert "jane@example.com" in page(operator, bounce).content.decode()
    assert "jane@example.com" not in signed_in(owner).get(reverse(PAGE, args=[bounce.pk]), follow=True).content.decode()


def test_staff_apply_a_report_again(bounce: DeliveryEvent, owner: User) -> None:
    client = signed_in(owner)
    for _ in range(2):
        assert "Applied: 1." in choose(client, bounce)
    assert Delivery.objects.get(channel="email").status == "bounced"
    assert Delivery.objects.filter(channel="sms").count() == 1


def test_who_only_looks_applies_nothing(bounce: DeliveryEvent, viewer: User) -> None:
    choose(signed_in(viewer), bounce)
    assert Delivery.objects.get().status == "sent"


def test_a_manager_of_one_account_applies_nothing_where_they_only_look(
    bounce: DeliveryEvent, stranger: User, account: Account
) -> None:
    Membership.objects.create(account=account, user=stranger, role="viewer")
    client = signed_in(stranger)
    client.post(reverse("switch-business"), {"to": str(account.pk)})
    choose(client, bounce)
    assert Delivery.objects.get().status == "sent"


def test_a_report_that_fails_is_counted_and_logged_and_the_others_are_applied(
    bounce: DeliveryEvent,
    owner: User,
    account: Account,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    other = DeliveryEvent.objects.create(
        account=account, provider="twilio", key="e2", kind="replied", occurred_at=now, received_at=now, text="Hi"
    )
    monkeypatch.setattr(apply.replies, "take", lambda *_, **__: 1 / 0)
    assert "Applied: 1. Failed: 1." in choose(signed_in(owner), bounce, other)
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.getMessage() == f"provider event {other.pk} could not be applied"
    assert record.name.startswith("reviews.admin.")


def test_the_request_and_the_message_show_what_the_customer_replied(bounce: DeliveryEvent, owner: User) -> None:
    DeliveryEvent.objects.update(kind="replied", provider="twilio", text="You were great!")
    request, delivery = ReviewRequest.objects.get(), Delivery.objects.get()
    for name, row in (("reviewrequest", request), ("delivery", delivery)):
        content = signed_in(owner).get(reverse(f"admin:reviews_{name}_change", args=[row.pk])).content.decode()
        assert "You were great!" in content, name
        assert "Replied" in content, name


def test_the_requests_page_costs_the_same_however_much_was_reported(
    bounce: DeliveryEvent, owner: User, now: datetime, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, address = signed_in(owner), reverse("admin:reviews_reviewrequest_change", args=[bounce.delivery.request_id])  # type: ignore[union-attr]
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for number in range(5):
        DeliveryEvent.objects.create(
            account=bounce.account,
            delivery=bounce.delivery,
            provider="postmark",
            key=f"more{number}",
            occurred_at=now,
            received_at=now,
        )
    with django_assert_num_queries(len(one)):
        client.get(address)
