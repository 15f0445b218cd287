"""What needs somebody: each in a sentence, the heaviest first, never more than some lines."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from oauth.models import Account
from reviews.inbox import items
from reviews.inbox.attention import MOST_COUNTED, SHOWN, Attention, attention_of, attention_of_all
from reviews.insights.standing import standing_of, standing_of_all
from reviews.models import Contact, Delivery, DeliveryEvent, Endpoint, Feedback, InboxItem, Pause, ReviewRequest
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db


def needs(account: Account, now: datetime, **differently: Any) -> Attention:
    given: dict[str, Any] = {"beat_at": now, "now": now, "is_operator": False, "may_write": True} | differently
    return attention_of(account, standing_of(account, now=now), **given)


def said(attention: Attention) -> list[str]:
    return [matter.sentence for matter in attention.matters]


def item(account: Account, now: datetime, name: str = "Ava", **columns: Any) -> InboxItem:
    contact = Contact.objects.create(account=account, first_name=name, email=f"{name.lower()}@example.com")
    given = {"kind": "feedback", "created_at": now} | columns
    return InboxItem.objects.create(account=account, contact=contact, **given)


def test_nothing_waits(account: Account, now: datetime) -> None:
    assert needs(account, now) == Attention()


def test_the_worst_stars_come_first_then_the_oldest_words(
    account: Account, other_account: Account, now: datetime
) -> None:
    item(account, now, "Rae", kind="reply", text="Where do I park?")
    item(account, now, "Ben", stars=2)
    item(account, now, "Ava", stars=1, text="Waited an hour.\nThen  left.")
    item(account, now, "Cy", stars=1)
    item(account, now, "Una", kind="unclear_opt_out", text="maybe stop?")
    item(account, now, "Fine", stars=3)
    item(account, now, "Done", stars=1, handled_at=now)
    item(other_account, now, "Theirs", stars=1)
    attention = needs(account, now)
    assert said(attention) == [
        "Ava gave 1 star. “Waited an hour. Then left.”",
        "Cy gave 1 star.",
        "Ben gave 2 stars.",
        "Rae replied. “Where do I park?”",
        "Una wrote something that may be an opt-out. “maybe stop?”",
    ]
    assert [matter.action for matter in attention.matters] == ["Answer", "Answer", "Answer", "Answer", "Decide"]
    first = InboxItem.objects.get(contact__first_name="Ava")
    assert attention.matters[0].link == reverse("admin:reviews_inboxitem_change", args=[first.pk])


def test_who_may_only_look_is_not_told_to_do_it(account: Account, now: datetime) -> None:
    item(account, now, stars=1)
    account.review_sites.all().delete()
    (matter,) = needs(account, now, may_write=False).matters
    assert matter.action == "Read it"


def test_a_long_reply_is_cut_and_shown_as_text(account: Account, now: datetime) -> None:
    item(account, now, kind="reply", text="<b>" + "long " * 2_000)
    (sentence,) = said(needs(account, now))
    assert sentence.startswith("Ava replied. “<b>long long")
    assert sentence.endswith("…”")
    assert len(sentence) < 130


@pytest.mark.parametrize(("count", "others", "more"), [(SHOWN, 0, False), (SHOWN + 1, 1, False), (130, 95, True)])
def test_what_has_no_line_is_counted_as_far_as_it_matters(
    account: Account, now: datetime, count: int, others: int, more: bool, django_assert_max_num_queries: Any
) -> None:
    rows = [InboxItem(account=account, kind="feedback", stars=1, created_at=now) for _ in range(count)]
    InboxItem.objects.bulk_create(rows)
    standing = standing_of(account, now=now)
    with django_assert_max_num_queries(2):
        attention = attention_of(account, standing, beat_at=now, now=now, is_operator=False, may_write=True)
    assert (len(attention.matters), attention.others, attention.are_others_more) == (SHOWN, others, more)
    assert MOST_COUNTED - SHOWN == 95


def bounced(account: Account, now: datetime) -> ReviewRequest:
    request = asked(account, now, person=Person(first_name="Ava", email="ava@gone.example"))
    items.record_bounce(Delivery.objects.get(), evidence="", text="550", now=now)
    return request


def test_a_wrong_address_leads_to_where_it_is_corrected(account: Account, now: datetime) -> None:
    request = bounced(account, now)
    ReviewRequest.objects.update(status="failed", ended_at=now)
    (matter,) = needs(account, now).matters
    assert matter.sentence == "ava@gone.example does not exist: Ava got nothing."
    assert matter.action == "Correct it"
    assert matter.link == reverse("admin:reviews_reviewrequest_correct_address", args=[request.pk])


def test_an_address_that_was_corrected_leads_to_the_item(account: Account, now: datetime) -> None:
    bounced(account, now)
    Contact.objects.update(email="ava@here.example")
    (matter,) = needs(account, now).matters
    assert matter.link == reverse("admin:reviews_inboxitem_change", args=[InboxItem.objects.get().pk])


def test_feedback_of_nobody_known_has_a_name_for_it(account: Account, now: datetime) -> None:
    feedback = Feedback.objects.create(account=account, rating=1, text="", created_at=now, updated_at=now)
    items.keep_feedback(feedback)
    assert said(needs(account, now)) == ["Somebody at the printed code gave 1 star."]


def test_no_worker_is_said_to_each_as_they_can_mend_it(account: Account, now: datetime) -> None:
    (theirs,) = needs(account, now, beat_at=None).matters
    assert "Your operator has to start it" in theirs.sentence
    assert theirs.link == ""
    (ours,) = needs(account, now, beat_at=now - timedelta(seconds=61), is_operator=True).matters
    assert "manage.py worker" in ours.sentence
    assert ours.link == reverse("operations")
    assert needs(account, now, beat_at=now - timedelta(seconds=60)) == Attention()


def test_a_pause_comes_before_what_one_customer_said(account: Account, other_account: Account, now: datetime) -> None:
    item(account, now, stars=1)
    account.text_sender = "+15005550001"
    account.save()
    Pause.objects.create(channel="sms", sender="+15005550001", code="20003", since=now, retry_at=now)
    first, second = needs(account, now).matters
    assert first.sentence.startswith("Text messages from +15005550001 wait.")
    assert second.sentence == "Ava gave 1 star."
    assert needs(other_account, now) == Attention()
    assert len(attention_of_all(standing_of_all(now=now), beat_at=now, now=now).matters) == 1


def test_a_missing_site_and_a_dead_webhook_come_last(account: Account, now: datetime) -> None:
    item(account, now, stars=2)
    account.review_sites.all().delete()
    Endpoint.objects.create(account=account, url="https://a.example/", is_active=False, failing_since=now)
    sentences = said(needs(account, now))
    assert sentences[0] == "Ava gave 2 stars."
    assert sentences[1].startswith("No review site")
    assert sentences[2].startswith("A webhook was switched off")


def test_the_operator_of_all_is_told_of_texts_that_fit_nobody(now: datetime, db: None) -> None:
    at = timezone.now()
    columns = {"provider": "twilio", "kind": "replied", "meaning": "stop", "occurred_at": at, "received_at": at}
    for key in "ab":
        DeliveryEvent.objects.create(key=key, address="+12125550100", text="STOP", **columns)
    (matter,) = attention_of_all(standing_of_all(now=now), beat_at=now, now=now).matters
    assert matter.sentence == "2 texts from customers fit no business."


def test_what_is_tried_again_is_said_by_its_cause(account: Account, other_account: Account, now: datetime) -> None:
    asked(account, now)
    Delivery.objects.update(error_code="421", attempts=1)
    assert len(needs(account, now).matters) == 1
    assert said(needs(account, now))[0].startswith("1 mail waits: ")
    assert said(needs(account, now, is_operator=True))[0].startswith("1 mail waits: ")
    assert needs(other_account, now) == Attention()


def test_a_pause_is_said_once_with_the_messages_that_it_holds(account: Account, now: datetime) -> None:
    asked(account, now)
    Delivery.objects.update(error_code="535", attempts=1)
    Pause.objects.create(channel="email", code="535", since=now, retry_at=now)
    (sentence,) = said(needs(account, now))
    assert sentence.startswith("1 mail waits: ")
