"""Decisions of staff about a text: an opt-out, or none; and what counts when nobody decides."""

from datetime import datetime, timedelta

import pytest

from oauth.models import Account, User
from reviewhub.refused import Refused
from reviews.contacts import doubts
from reviews.delivery import drain
from reviews.inbox import decisions, items
from reviews.models import Delivery, DeliveryEvent, InboxItem, ReviewRequest, Suppression
from reviews.tests.support.helpers import JANE, Clock, FakeProvider, asked

pytestmark = pytest.mark.django_db

NUMBER = JANE.phone


def texted(account: Account, now: datetime, words: str = "cancel my 3 pm", key: str = "1") -> DeliveryEvent:
    return DeliveryEvent.objects.create(
        account=account,
        delivery=Delivery.objects.filter(account=account).first(),
        provider="twilio",
        key=key,
        kind="replied",
        address=NUMBER,
        text=words,
        occurred_at=now,
        received_at=now,
    )


@pytest.fixture
def unclear(account: Account, clock: Clock, provider: FakeProvider) -> InboxItem:
    """An open request that is held, and the item that asks about it."""
    asked(account, clock())
    suppression, _ = doubts.hold(account=account, number=NUMBER, evidence="Text message 1", now=clock())
    items.add_unclear(texted(account, clock()), account=account, suppression=suppression, tell=True)
    return InboxItem.objects.get()


def test_an_opt_out_suppresses_with_evidence_and_name(unclear: InboxItem, owner: User, clock: Clock) -> None:
    decisions.opt_out(item=unclear, by=owner, now=clock())
    suppression = Suppression.objects.get()
    assert suppression.reason == "stop"
    assert suppression.evidence == f"Text message: cancel my 3 pm Taken for an opt-out by {owner}."
    request = ReviewRequest.objects.get()
    assert (request.status, request.held, request.reason) == (
        "suppressed",
        "",
        f"Opted out by text message, as {owner} read it.",
    )
    unclear.refresh_from_db()
    assert (unclear.outcome, unclear.handled_by, unclear.is_to_tell) == ("opted_out", owner, False)


def test_no_opt_out_lets_everything_go_on(
    unclear: InboxItem, owner: User, clock: Clock, provider: FakeProvider
) -> None:
    decisions.dismiss(item=unclear, by=owner, now=clock.forward(days=2))
    assert not Suppression.objects.active().exists()
    assert ReviewRequest.objects.get().held == ""
    assert drain.send_due(clock) == 1
    unclear.refresh_from_db()
    assert (unclear.outcome, unclear.handled_by) == ("not_an_opt_out", owner)


def test_one_decision_is_about_all_texts_of_the_number(unclear: InboxItem, owner: User, clock: Clock) -> None:
    event = texted(unclear.account, clock(), key="2")
    items.add_unclear(event, account=unclear.account, suppression=unclear.suppression, tell=False)  # type: ignore[arg-type]
    decisions.opt_out(item=unclear, by=owner, now=clock())
    assert set(InboxItem.objects.values_list("outcome", flat=True)) == {"opted_out"}


@pytest.mark.parametrize("second", [decisions.opt_out, decisions.dismiss])
def test_the_second_of_two_people_is_told(
    unclear: InboxItem, owner: User, operator: User, clock: Clock, second: object
) -> None:
    seen_before = InboxItem.objects.get()
    decisions.dismiss(item=unclear, by=owner, now=clock())
    with pytest.raises(Refused, match=f"{owner} was faster: not an opt-out"):
        second(item=seen_before, by=operator, now=clock())  # type: ignore[operator]
    assert not Suppression.objects.active().exists()


def test_a_reply_is_taken_for_an_opt_out_also_once_it_is_handled(
    account: Account, owner: User, clock: Clock, provider: FakeProvider
) -> None:
    asked(account, clock())
    items.add_reply(texted(account, clock(), "Lass gut sein"), account=account)
    item = InboxItem.objects.get()
    items.handle(InboxItem.objects.all(), by=owner, now=clock())
    decisions.opt_out(item=item, by=owner, now=clock())
    assert Suppression.objects.get().reason == "stop"
    assert ReviewRequest.objects.get().status == "suppressed"
    assert items.reopen(InboxItem.objects.all()) == 0


def test_an_item_without_a_number_is_no_opt_out(account: Account, owner: User, clock: Clock) -> None:
    asked(account, clock())
    items.record_bounce(Delivery.objects.get(), evidence="550", text="No such user", now=clock())
    with pytest.raises(Refused, match="No number"):
        decisions.opt_out(item=InboxItem.objects.get(), by=owner, now=clock())


# --- Nobody decides ------------------------------------------------------------------------------


def test_after_seven_days_it_counts_as_an_opt_out(unclear: InboxItem, clock: Clock) -> None:
    assert decisions.close_undecided(now=clock.forward(days=7, seconds=-1)) == 0
    assert decisions.close_undecided(now=clock.forward(seconds=1)) == 1
    assert decisions.close_undecided(now=clock()) == 0
    suppression = Suppression.objects.get()
    assert (suppression.reason, suppression.evidence) == (
        "stop",
        "Text message 1 Perhaps an opt-out, which nobody decided within 7 days: it counts as one.",
    )
    request = ReviewRequest.objects.get()
    assert (request.status, request.reason) == ("suppressed", decisions.UNDECIDED)
    unclear.refresh_from_db()
    assert (unclear.outcome, unclear.handled_by) == ("undecided", None)


def test_the_hourly_sweep_closes_what_nobody_decided(unclear: InboxItem) -> None:
    from reviews import tasks

    tasks.sweep()  # the clock of the item stands in March
    assert Suppression.objects.get().reason == "stop"


def test_one_number_that_fails_keeps_no_other(
    unclear: InboxItem, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    doubts.hold(account=unclear.account, number="+12125550001", evidence="", now=clock() + timedelta(seconds=1))
    close = decisions._close
    monkeypatch.setattr(decisions, "_close", lambda row, now: 1 / 0 if row.address == NUMBER else close(row, now))
    assert decisions.close_undecided(now=clock.forward(days=8)) == 1
    assert Suppression.objects.get(address="+12125550001").reason == "stop"
