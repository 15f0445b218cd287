"""The ledger of consents: what counts for an address, what is told of it, and that it is kept once."""

import uuid
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from oauth.models import Account
from reviews.contacts import merge, opt_outs, suppressions
from reviews.models import Consent, Contact, Delivery, Event, ReviewRequest, Suppression
from reviews.models.addresses import hash_address
from reviews.models.base import Channel
from reviews.models.consent import missing_consent
from reviews.requests.ask import Ask, weigh
from reviews.requests.consents import Agreement
from reviews.requests.matching import Person
from reviews.tests.support.helpers import JANE, asked

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
NUMBER, MAIL = JANE.phone, JANE.email
WORDS = "Riverside may text me to ask for a review."


def agreement(at: datetime, channel: Channel = Channel.SMS, address: str = NUMBER, wording: str = WORDS) -> Agreement:
    return Agreement(channel=channel, address=address, wording=wording, source="Form", at=at)


def ask_again(account: Account, now: datetime, *agreements: Agreement, **wanted: Any) -> ReviewRequest:
    return asked(account, now, agreements=agreements, **wanted)


def opt_out(account: Account, now: datetime, reason: Suppression.Reason = Suppression.Reason.STOP) -> Suppression:
    return opt_outs.opt_out(
        account=account, channel="sms", address=NUMBER, reason=reason, evidence="Text message SM1: STOP", now=now
    )


def lift(suppression: Suppression, now: datetime) -> None:
    assert suppressions.lift(suppression=suppression, because="Asked for it", now=now)


def told() -> list[str]:
    events = Event.objects.filter(type__startswith="consent.").order_by("occurred_at", "pk")
    return list(events.values_list("type", flat=True))


@pytest.fixture
def demanding(account: Account) -> Account:
    account.texts_need_consent = True
    account.save()
    return account


# --- Kept ---------------------------------------------------------------------------------------


def test_a_consent_is_kept_with_its_proof_for_its_address(account: Account, now: datetime) -> None:
    request = ask_again(account, now, agreement(now - DAY))
    row = Consent.objects.get()
    assert (row.contact, row.channel, row.address) == (request.contact, "sms", NUMBER)
    assert row.address_hash == hash_address(account.pk, "sms", NUMBER)
    assert (row.kind, row.wording, row.source) == ("given", WORDS, "Form")
    assert (row.at, row.recorded_at, row.via) == (now - DAY, now, "api")
    event = Event.objects.get(type="consent.given")
    assert (event.consent, event.contact, event.occurred_at) == (row, request.contact, now)


def test_the_same_consent_is_kept_and_told_once_with_whichever_ask_it_comes(account: Account, now: datetime) -> None:
    ask_again(account, now, agreement(now - DAY), external_id="job-1")
    ask_again(account, now, agreement(now - DAY), external_id="job-1")  # the same call once more
    ask_again(account, now, agreement(now - DAY))  # while the request is open
    assert Consent.objects.count() == 1
    assert told() == ["consent.given"]


def test_another_consent_comes_beside_the_first_also_with_an_ask_that_is_known(account: Account, now: datetime) -> None:
    ask_again(account, now, agreement(now - 2 * DAY), external_id="job-1")
    ask_again(account, now, agreement(now - DAY), external_id="job-1")
    ask_again(account, now, agreement(now - DAY, wording="Other words"))
    ask_again(account, now, agreement(now - DAY, Channel.EMAIL, MAIL))
    assert Consent.objects.count() == 4
    assert {row.contact for row in Consent.objects.all()} == {Contact.objects.get()}


def test_a_consent_stays_when_its_request_is_gone_or_the_address_changes(account: Account, now: datetime) -> None:
    request = ask_again(account, now, agreement(now - DAY))
    Contact.objects.filter(pk=request.contact_id).update(phone="+12125550199")
    Delivery.objects.all().delete()
    request.delete()
    assert Consent.objects.get().address == NUMBER


def test_nothing_that_a_customer_does_is_taken_for_a_consent(account: Account, now: datetime) -> None:
    request = asked(account, now)
    lift(opt_out(account, now), now + DAY)
    assert not Consent.objects.filter(kind="given").exists()
    assert request.contact.consents.count() == 1


# --- Withdrawn ----------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", [Suppression.Reason.STOP, Suppression.Reason.UNSUBSCRIBED, Suppression.Reason.STAFF])
def test_an_opt_out_withdraws_and_is_told_once(account: Account, now: datetime, reason: Suppression.Reason) -> None:
    request = ask_again(account, now, agreement(now - DAY))
    opt_out(account, now + DAY, reason)
    opt_out(account, now + 2 * DAY, reason)
    first = Consent.objects.filter(kind="withdrawn").earliest("at")
    assert (first.address, first.contact, first.at) == (NUMBER, request.contact, now + DAY)
    assert (first.source, first.wording) == (reason.label, "Text message SM1: STOP")
    assert told() == ["consent.given", "consent.withdrawn"]


def test_a_list_that_staff_take_in_each_night_adds_nothing(account: Account, now: datetime) -> None:
    for night in range(3):
        opt_out(account, now + night * DAY, Suppression.Reason.STAFF)
    assert Consent.objects.count() == 1


def test_a_bounce_withdraws_nothing(account: Account, now: datetime) -> None:
    suppressions.suppress(
        account=account, channel="sms", address=NUMBER, reason=Suppression.Reason.BOUNCED, evidence="", now=now
    )
    assert not Consent.objects.exists()


def test_the_latest_act_counts_by_its_own_time(demanding: Account, now: datetime) -> None:
    def missing() -> str:
        return missing_consent(demanding, "sms", NUMBER)

    assert missing() == "No consent to text messages is recorded."
    ask_again(demanding, now, agreement(now - 5 * DAY))
    assert missing() == ""
    lift(opt_out(demanding, now), now)
    assert missing() == "Consent to text messages was withdrawn, and none was given since."
    ask_again(demanding, now + DAY, agreement(now - DAY))  # told later, given before
    assert missing().startswith("Consent to text messages was withdrawn")
    ask_again(demanding, now + DAY, agreement(now))  # of the same moment: the withdrawal counts
    assert missing().startswith("Consent to text messages was withdrawn")
    ask_again(demanding, now + 2 * DAY, agreement(now + DAY))
    assert missing() == ""
    assert missing_consent(demanding, "sms", "+12125550199") != ""
    assert missing_consent(demanding, "email", MAIL) == ""  # is not demanded


# --- The gate at the ask --------------------------------------------------------------------------

TEXT_ONLY = Person(phone=NUMBER)


def test_an_account_that_demands_nothing_asks_as_before(account: Account, now: datetime) -> None:
    assert asked(account, now, person=TEXT_ONLY).status == "scheduled"


def test_without_a_consent_nobody_is_asked_and_the_reason_is_kept(demanding: Account, now: datetime) -> None:
    request = asked(demanding, now, person=TEXT_ONLY)
    assert (request.status, request.reason) == ("suppressed", "No consent to text messages is recorded.")
    assert not Delivery.objects.exists()


def test_the_consent_of_the_ask_itself_counts(demanding: Account, now: datetime) -> None:
    assert ask_again(demanding, now, agreement(now), person=TEXT_ONLY).status == "scheduled"


def test_a_consent_for_another_number_counts_for_that_number_alone(demanding: Account, now: datetime) -> None:
    request = ask_again(demanding, now, agreement(now, address="+12125550199"), person=TEXT_ONLY)
    assert request.status == "suppressed"


def test_the_other_channel_is_taken_where_it_demands_none(demanding: Account, now: datetime) -> None:
    asked(demanding, now, channel="auto")
    assert Delivery.objects.get().channel == "email"
    demanding.mail_needs_consent, demanding.texts_need_consent = True, False
    demanding.save()
    other = Person(email="bob@example.com", phone="+12125550177")
    assert Delivery.objects.get(request=asked(demanding, now, person=other)).channel == "sms"


def test_a_withdrawn_consent_opens_no_gate_after_the_opt_out_was_lifted(demanding: Account, now: datetime) -> None:
    ask_again(demanding, now - 5 * DAY, agreement(now - 6 * DAY), person=TEXT_ONLY)
    lift(opt_out(demanding, now - 2 * DAY), now - DAY)
    request = ask_again(demanding, now, agreement(now - 6 * DAY), person=TEXT_ONLY)
    assert (request.status, request.reason) == (
        "suppressed",
        "Consent to text messages was withdrawn, and none was given since.",
    )


def test_the_rehearsal_says_so_and_writes_nothing(demanding: Account, now: datetime) -> None:
    verdict = weigh(account=demanding, wanted=Ask(person=TEXT_ONLY), now=now)
    assert [gate.gate for gate in verdict.gates if not gate.passed] == ["consent"]
    assert verdict.reason == "No consent to text messages is recorded."
    with_consent = Ask(person=TEXT_ONLY, agreements=(agreement(now),))
    assert weigh(account=demanding, wanted=with_consent, now=now).reason == ""
    assert not Consent.objects.exists()


def test_an_opt_out_is_named_before_a_missing_consent(demanding: Account, now: datetime) -> None:
    opt_out(demanding, now)
    verdict = weigh(account=demanding, wanted=Ask(person=TEXT_ONLY), now=now)
    assert [gate.gate for gate in verdict.gates if not gate.passed] == ["opt_out"]


# --- Merged, and from before ------------------------------------------------------------------------


def test_a_merge_keeps_the_consents_of_both(account: Account, now: datetime) -> None:
    one = ask_again(account, now, agreement(now - DAY, Channel.EMAIL, MAIL), person=Person(email=MAIL)).contact
    other = ask_again(account, now, agreement(now - 2 * DAY), person=TEXT_ONLY).contact
    kept = merge.merge(kept=one, other=other, by="Ann", now=now)
    assert {(row.contact, row.address) for row in Consent.objects.all()} == {(kept, MAIL), (kept, NUMBER)}


def test_opt_outs_from_before_the_ledger_count_as_withdrawals(demanding: Account, now: datetime) -> None:
    """Migration 0020: an older consent that is told later would count otherwise, once the opt-out is lifted."""
    for address, reason in ((NUMBER, "stop"), ("+12125550199", "bounced")):
        Suppression.objects.create(
            account=demanding,
            channel="sms",
            address=address,
            address_hash=hash_address(demanding.pk, "sms", address),
            reason=reason,
            evidence="before",
            created_at=now,
            lifted_at=now + DAY,
        )
    import_module("reviews.migrations.0021_past_withdrawals").note_withdrawals(apps, None)
    row = Consent.objects.get()
    assert (row.address, row.kind, row.at, row.source, row.wording) == (
        NUMBER,
        "withdrawn",
        now,
        "Replied STOP",
        "before",
    )
    assert isinstance(row.pk, uuid.UUID)
    assert ask_again(demanding, now + 2 * DAY, agreement(now - DAY), person=TEXT_ONLY).status == "suppressed"
