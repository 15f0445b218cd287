"""Items of the inbox: made once, merged, erased and handed out with their customer."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from oauth.models import Account
from reviewhub.testing import make_account
from reviews.contacts import erase, merge
from reviews.contacts.export import known_about
from reviews.delivery import drain
from reviews.delivery.channels import ChannelError
from reviews.inbox import items
from reviews.models import Contact, Delivery, InboxItem, Suppression
from reviews.pages import actions
from reviews.tests.inbox.test_decisions import texted
from reviews.tests.support.helpers import Clock, FakeProvider, asked

pytestmark = pytest.mark.django_db


def test_feedback_has_one_item_that_follows_its_changes(account: Account, clock: Clock) -> None:
    asked(account, clock())
    for rating, words in ((2, "Hm."), (5, "Better.")):
        actions.record_feedback(delivery=Delivery.objects.get(), rating=rating, text=words, now=clock())
        item = InboxItem.objects.get()
        assert (item.kind, item.stars, item.text, item.handled_at) == ("feedback", rating, words, None)
        items.handle(InboxItem.objects.all(), by=None, now=clock())


def test_feedback_of_an_unknown_visitor_has_an_item(account: Account, clock: Clock) -> None:
    actions.record_scanned_feedback(account=account, rating=4, text="", now=clock())
    item = InboxItem.objects.get()
    assert (item.stars, item.contact, item.request) == (4, None, None)


def test_a_text_has_one_item_in_each_account(account: Account, clock: Clock) -> None:
    other = make_account("Other")
    event = texted(account, clock())
    for owner in (account, account, other):
        items.add_reply(event, account=owner)
    assert set(InboxItem.objects.values_list("account", flat=True)) == {account.pk, other.pk}
    assert InboxItem.objects.count() == 2


@pytest.mark.parametrize(("code", "kind"), [("550 5.1.1", True), ("552", False)])
def test_an_address_that_does_not_exist_becomes_an_item(
    account: Account, clock: Clock, provider: FakeProvider, code: str, kind: bool
) -> None:
    request = asked(account, clock())
    provider.errors = [ChannelError(code, "No such user here", permanent=True, address_gone=kind)]
    drain.send_due(clock)
    rows = InboxItem.objects.filter(kind="bounce", request=request, contact=request.contact, text="No such user here")
    assert rows.exists() is kind


def test_an_address_that_is_suppressed_anyway_is_no_bounce_to_correct(account: Account, clock: Clock) -> None:
    asked(account, clock())
    delivery = Delivery.objects.get()
    for _ in range(2):
        items.record_bounce(delivery, evidence="550", text="Gone", now=clock())
    assert InboxItem.objects.count() == 1
    InboxItem.objects.all().delete()
    Suppression.objects.update(reason="unsubscribed")
    items.record_bounce(delivery, evidence="550", text="Gone", now=clock())
    assert not InboxItem.objects.exists()


def test_the_first_who_handles_an_item_stays_named(account: Account, owner: object, clock: Clock) -> None:
    actions.record_scanned_feedback(account=account, rating=4, text="", now=clock())
    rows = InboxItem.objects.all()
    assert items.handle(rows, by=owner, now=clock()) == 1  # type: ignore[arg-type]
    assert items.handle(rows, by=None, now=clock()) == 0
    assert rows.get().handled_by == owner
    assert items.reopen(rows) == 1
    assert rows.get().handled_at is None


def test_items_go_along_with_a_merge(account: Account, clock: Clock) -> None:
    request = asked(account, clock())
    actions.record_feedback(delivery=Delivery.objects.get(), rating=2, text="Hm.", now=clock())
    kept = Contact.objects.create(account=account, email="kept@example.com")
    merge.merge(kept=kept, other=request.contact, by="Ann", now=timezone.now())
    assert InboxItem.objects.get().contact == kept


def test_a_merge_with_a_number_in_doubt_holds_the_other_number_too(account: Account, clock: Clock) -> None:
    from reviews.contacts import doubts

    request = asked(account, clock())
    doubts.hold(account=account, number="+12125551234", evidence="", now=clock())
    other = Contact.objects.create(account=account, phone="+12125550009")
    merge.merge(kept=request.contact, other=other, by="Ann", now=clock())
    assert set(Suppression.objects.values_list("address", "reason")) == {
        ("+12125551234", "unclear"),
        ("+12125550009", "unclear"),
    }
    request.refresh_from_db()
    assert (request.status, request.held) == ("scheduled", "unclear_opt_out")


def test_erasing_blanks_the_words_and_the_note(account: Account, clock: Clock) -> None:
    request = asked(account, clock())
    actions.record_feedback(delivery=Delivery.objects.get(), rating=2, text="Hm.", now=clock())
    InboxItem.objects.update(note="Jane called.")
    erase.erase(contact=request.contact, by="Ann", now=clock())
    item = InboxItem.objects.get()
    assert (item.text, item.note, item.stars) == ("", "", 2)


def test_what_is_handed_out_has_the_items(account: Account, clock: Clock) -> None:
    request = asked(account, clock())
    items.add_reply(texted(account, clock(), "Thanks"), account=account)
    [item] = known_about(request.contact)["inbox"]
    assert (item["kind"], item["text"]) == ("reply", "Thanks")


def test_to_tell_staff_costs_the_customer_s_call_no_statement(account: Account, clock: Clock) -> None:
    counts = []
    for rating in (5, 1):
        with CaptureQueriesContext(connection) as queries:
            actions.record_scanned_feedback(account=account, rating=rating, text="", now=clock())
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert list(InboxItem.objects.order_by("pk").values_list("is_to_tell", flat=True)) == [False, True]
