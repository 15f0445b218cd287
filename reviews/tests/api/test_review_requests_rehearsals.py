"""A dry run tells what the call itself would answer (case A6)."""

from datetime import datetime
from typing import Any

import pytest

from oauth.models import Account
from reviews.contacts import doubts, opt_outs
from reviews.models import Contact, FollowUpStep, RequestAlias, ReviewRequest, ReviewSite, Sequence, Suppression
from reviews.requests import lifecycle
from reviews.tests.support.helpers import JANE, REFERENCE, asked, post
from reviews.texts import texts_in

pytestmark = pytest.mark.django_db


def nothing(account: Account, now: datetime) -> None:
    """Nobody has been asked yet."""


def open_request(account: Account, now: datetime) -> None:
    asked(account, now, external_id="job-1", metadata={"a": 1})


def open_request_without_id(account: Account, now: datetime) -> None:
    asked(account, now)


def known_id(account: Account, now: datetime) -> None:
    request = asked(account, now, external_id="job-2")
    lifecycle.cancel_request(request=request, now=now)


def known_further_id(account: Account, now: datetime) -> None:
    open_request(account, now)
    RequestAlias.objects.create(
        account=account, request=ReviewRequest.objects.get(), external_id="job-2", created_at=now
    )


def responded(account: Account, now: datetime) -> None:
    lifecycle.respond(request=asked(account, now, external_id="job-2"), now=now, reason="")


def cooling_down(account: Account, now: datetime) -> None:
    request = asked(account, now)
    ReviewRequest.objects.filter(pk=request.pk).update(status="completed", ended_at=now, sent_at=now)


def opted_out(account: Account, now: datetime) -> None:
    where = {"account": account, "reason": Suppression.Reason.STAFF, "evidence": "", "now": now}
    for channel, address in (("email", JANE.email), ("sms", JANE.phone)):
        opt_outs.opt_out(channel=channel, address=address, **where)  # type: ignore[arg-type]


def in_doubt(account: Account, now: datetime) -> None:
    doubts.hold(account=account, number=JANE.phone, evidence="maybe stop?", now=now)


def no_site(account: Account, now: datetime) -> None:
    ReviewSite.objects.all().delete()


def shared_number(account: Account, now: datetime) -> None:
    Contact.objects.create(account=account, phone=JANE.phone, email="john@example.com")


def no_default_sequence_and_an_open_request(account: Account, now: datetime) -> None:
    open_request(account, now)
    Sequence.objects.update(is_default=False)


SCENES = [
    *(nothing, open_request, open_request_without_id, known_id, known_further_id, responded, cooling_down, opted_out),
    *(in_doubt, no_site, shared_number, no_default_sequence_and_an_open_request),
]
BODIES: dict[str, dict[str, Any]] = {
    "plain": {},
    "bad phone": {"mobile_phone_number": "12"},
    "another id": {"external_id": "job-2"},
    "no such sequence": {"external_id": "job-2", "sequence": "none"},
    "a channel without address": {"external_id": "job-2", "channel": "sms", "mobile_phone_number": ""},
    "language": {"language": "de-at"},
    "no metadata": {"external_id": "job-2", "metadata": None},
}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_status_and_warnings_are_those_of_the_call(
    owner_api: Any, account: Account, now: datetime, scene: Any, body: str
) -> None:
    scene(account, now)
    wanted = REFERENCE | BODIES[body]
    rows = Contact.objects.count(), ReviewRequest.objects.count(), RequestAlias.objects.count()
    rehearsal = post(owner_api, wanted | {"dry_run": True})
    assert (Contact.objects.count(), ReviewRequest.objects.count(), RequestAlias.objects.count()) == rows
    answer = post(owner_api, wanted)
    if answer.status_code == 400:
        assert (rehearsal.status_code, rehearsal.json()) == (400, answer.json())
        return
    assert rehearsal.status_code == 200
    names = ("status", "warnings")
    assert {name: rehearsal.json()[name] for name in names} == {name: answer.json()[name] for name in names}
    is_made = answer.status_code == 201 and answer.json()["status"] == "scheduled"
    assert bool(rehearsal.json()["messages"]) == is_made
    assert (rehearsal.json()["reason"] is None) == is_made
    assert [gate["gate"] for gate in rehearsal.json()["gates"]] == [
        *("external_id", "open_request", "cool_down", "opt_out", "consent")
    ]


def test_a_dry_run_says_which_messages_lack_a_text_in_the_customers_language(owner_api: Any, account: Account) -> None:
    spanish = vars(texts_in("es", informal=False).first)
    FollowUpStep.objects.filter(position=0).update(translations={"es": spanish})
    body = {"email": "jane@example.com", "language": "es-MX", "dry_run": True}
    rehearsal = post(owner_api, body).json()
    assert rehearsal["warnings"] == [
        "No Spanish text for Reminder after 3 days: it goes in English.",
        "No Spanish text for Reminder after 7 days: it goes in English.",
    ]
    assert [message["language"] for message in rehearsal["messages"]] == ["es", "en", "en"]
    assert rehearsal["messages"][0]["subject"] == "¿Qué tal le fue con nosotros?"
    assert post(owner_api, body | {"language": "en"}).json()["warnings"] == []
    assert not Contact.objects.exists()


def test_a_dry_run_knows_the_language_of_a_customer_on_file(owner_api: Any, account: Account, now: datetime) -> None:
    Contact.objects.create(account=account, email="jane@example.com", language="fr")
    warnings = post(owner_api, {"email": "jane@example.com", "dry_run": True}).json()["warnings"]
    assert "No French text for First ask: it goes in English." in warnings
