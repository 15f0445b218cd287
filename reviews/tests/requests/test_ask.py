from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError

from oauth.models import Account
from reviewhub.refused import Refused
from reviews.contacts import suppressions
from reviews.models import Contact, Delivery, ReviewRequest, Sequence, Suppression
from reviews.requests import lifecycle
from reviews.requests.ask import Ask, ask, weigh
from reviews.requests.matching import Person
from reviews.tests.support.helpers import JANE, asked, deliveries

pytestmark = pytest.mark.django_db


def test_an_ask_leaves_a_contact_a_request_and_its_first_message(account: Account, now: datetime) -> None:
    answer = ask(account=account, wanted=Ask(person=JANE, delay=timedelta(hours=2)), now=now)
    assert answer.created
    assert answer.message == "Review request scheduled for jane@example.com"
    assert answer.request.status == "scheduled"
    assert answer.request.scheduled_for == now + timedelta(hours=2)
    message = Delivery.objects.get()
    assert (message.step, message.channel, message.address) == (0, "email", "jane@example.com")
    assert message.due_at == now + timedelta(hours=2)


def test_a_contact_without_mail_is_texted(account: Account, now: datetime) -> None:
    answer = ask(account=account, wanted=Ask(person=Person(phone="+12125551234")), now=now)
    assert answer.message == "Review request scheduled for +12125551234"
    assert Delivery.objects.get().channel == "sms"


def test_the_caller_may_choose_the_channel(account: Account, now: datetime) -> None:
    asked(account, now, channel="sms")
    assert Delivery.objects.get().channel == "sms"


def test_a_channel_without_an_address_is_refused_by_name(account: Account, now: datetime) -> None:
    with pytest.raises(Refused) as refusal:
        asked(account, now, person=Person(email="a@b.example"), channel="sms")
    assert refusal.value.field == "mobile_phone_number"
    assert not Contact.objects.exists()


def test_a_message_due_at_night_waits_for_the_window(account: Account, now: datetime) -> None:
    request = asked(account, now, delay=timedelta(hours=12))  # 22:00 in New York
    assert request.scheduled_for == now + timedelta(hours=23)
    assert Delivery.objects.get().reason.startswith("22:00 → 09:00")


def test_a_known_external_id_answers_with_the_first_request(account: Account, now: datetime) -> None:
    first = asked(account, now, external_id="job-1")
    answer = ask(account=account, wanted=Ask(person=Person(email="other@example.com"), external_id="job-1"), now=now)
    assert (answer.created, answer.request) == (False, first)
    assert not Contact.objects.filter(email="other@example.com").exists()


def test_an_external_id_of_another_account_means_nothing(
    account: Account, other_account: Account, now: datetime
) -> None:
    theirs = asked(other_account, now, external_id="job-1")
    assert asked(account, now, external_id="job-1") != theirs


def test_an_open_request_is_answered_instead_of_a_second(account: Account, now: datetime) -> None:
    first = asked(account, now)
    answer = ask(account=account, wanted=Ask(person=JANE), now=now)
    assert (answer.created, answer.request) == (False, first)
    assert ReviewRequest.objects.count() == 1


def test_the_database_itself_holds_one_open_request_per_contact(account: Account, now: datetime) -> None:
    first = asked(account, now)
    first.pk, first._state.adding = None, True
    with pytest.raises(IntegrityError, match=r"request_one_open_per_contact|reviews_reviewrequest.contact_id"):
        first.save(force_insert=True)


@pytest.mark.parametrize(("days", "status"), [(89, "suppressed"), (90, "scheduled")])
def test_the_cool_down_ends_to_the_day(account: Account, now: datetime, days: int, status: str) -> None:
    first = asked(account, now)
    ReviewRequest.objects.filter(pk=first.pk).update(status="completed", sent_at=now, ended_at=now)
    again = asked(account, now + timedelta(days=days))
    assert again.status == status
    if status == "suppressed":
        assert "asked 89 days ago" in again.reason
        assert deliveries(again) == []


def test_a_cancelled_request_that_was_never_sent_starts_no_cool_down(account: Account, now: datetime) -> None:
    lifecycle.cancel_request(request=asked(account, now), now=now)
    assert asked(account, now).status == "scheduled"


def test_an_opted_out_address_gives_way_to_the_other_channel(account: Account, now: datetime) -> None:
    unsubscribe(account, "email", JANE.email, now)
    asked(account, now)
    assert Delivery.objects.get().channel == "sms"


def test_a_contact_opted_out_of_everything_is_recorded_and_not_asked(account: Account, now: datetime) -> None:
    unsubscribe(account, "email", JANE.email, now)
    unsubscribe(account, "sms", JANE.phone, now)
    request = asked(account, now)
    assert request.status == "suppressed"
    assert request.reason == "This contact cannot be written to (e-mail: unsubscribed; text message: unsubscribed)."
    assert request.ended_at == now


def test_an_opt_out_at_another_account_does_not_count(account: Account, other_account: Account, now: datetime) -> None:
    unsubscribe(other_account, "email", JANE.email, now)
    asked(account, now)
    assert Delivery.objects.get().channel == "email"


def test_a_lifted_suppression_no_longer_counts(account: Account, now: datetime) -> None:
    suppression = unsubscribe(account, "email", JANE.email, now)
    assert suppressions.lift(suppression=suppression, because="asked for it by phone", now=now)
    asked(account, now)
    assert Delivery.objects.get().channel == "email"


def test_a_sequence_is_found_by_slug_and_by_id_inside_the_account(
    account: Account, other_account: Account, now: datetime
) -> None:
    own = Sequence.objects.get(account=account)
    theirs = Sequence.objects.get(account=other_account)
    wanted = weigh(account=account, wanted=Ask(person=JANE, sequence="standard"), now=now)
    assert wanted.first.sequence == own
    assert weigh(account=account, wanted=Ask(person=JANE, sequence=str(own.pk)), now=now).first.sequence == own
    for name in (str(theirs.pk), "nope", "9" * 40):
        with pytest.raises(Refused) as refusal:
            asked(account, now, sequence=name)
        assert refusal.value.field == "sequence"


def test_weighing_writes_nothing_and_names_the_gates_in_order(account: Account, now: datetime) -> None:
    verdict = weigh(account=account, wanted=Ask(person=JANE), now=now)
    assert [gate.gate for gate in verdict.gates] == ["external_id", "open_request", "cool_down", "opt_out", "consent"]
    assert all(gate.passed for gate in verdict.gates)
    assert not Contact.objects.exists()
    assert not ReviewRequest.objects.exists()


def test_weighing_says_which_gate_is_shut(account: Account, now: datetime) -> None:
    asked(account, now, external_id="job-1")
    verdict = weigh(account=account, wanted=Ask(person=JANE, external_id="job-1"), now=now)
    assert {gate.gate: gate.passed for gate in verdict.gates} == {
        "external_id": False,
        "open_request": False,
        "cool_down": True,
        "opt_out": True,
        "consent": True,
    }


def unsubscribe(account: Account, channel: str, address: str, now: datetime) -> Suppression:
    return suppressions.suppress(
        account=account,
        channel=channel,
        address=address,
        reason=Suppression.Reason.UNSUBSCRIBED,
        evidence="test",
        now=now,
    )
