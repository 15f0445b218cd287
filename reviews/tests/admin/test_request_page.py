"""A request's page: a sentence first, one colour for each word, taking a cancelling back, codes in plain words."""

import re
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.admin import badges, reasons
from reviews.admin.request_words import sentence
from reviews.contacts import do_not_contact
from reviews.models import Delivery, DeliveryEvent, ReviewRequest
from reviews.models.provider_codes import CODES
from reviews.requests import lifecycle
from reviews.tests.support.helpers import asked, in_state

pytestmark = pytest.mark.django_db


def address(request: ReviewRequest, name: str = "change") -> str:
    return reverse(f"admin:reviews_reviewrequest_{name}", args=[request.pk])


def shown(client: Client, request: ReviewRequest) -> str:
    return " ".join(client.get(address(request)).content.decode().split())


def standing(html: str) -> str:
    (text,) = re.findall(r'<p class="st-standing">(.*?)</p>', html)
    return str(text).strip()


SENTENCES = {
    "scheduled": "Not sent yet: it waits for its time.",
    "sent": "Sent, and not answered yet. Nothing more is sent.",
    "responded": "Answered: Went to Google.",
    "completed": "No answer came.",
    "suppressed": "Not sent: Replied that no more texts are wanted.",
    "cancelled": "Cancelled by Ann.",
    "failed": "Not sent: The address does not exist. Ask the customer for the right one."
    " Correct the address and ask again.",
}
REASONS = {
    "responded": "Went to Google.",
    "completed": "No answer.",
    "suppressed": "Said stop (text message)",
    "cancelled": "Cancelled by Ann.",
    "failed": "The mail came back.",
}
MESSAGES = {"scheduled": "planned", "failed": "bounced", "cancelled": "cancelled", "suppressed": "cancelled"}


@pytest.mark.parametrize("status", ReviewRequest.Status.values)
def test_a_sentence_says_how_it_stands(account: Account, owner: User, now: datetime, status: str) -> None:
    request = in_state(account, status, now)
    ReviewRequest.objects.update(reason=REASONS.get(status, ""))
    code = "5.1.1" if status == "failed" else ""
    Delivery.objects.update(status=MESSAGES.get(status, "delivered"), error_code=code, error_text=code and "550 no")
    with time_machine.travel(now, tick=False):
        html = shown(signed_in(owner), request)
    assert standing(html) == SENTENCES[status]
    assert badges.word_of(ReviewRequest.objects.get()) in html


def test_a_message_that_is_tried_again_says_why(account: Account, owner: User, now: datetime) -> None:
    request = asked(account, now)
    Delivery.objects.update(error_code="429", reason="Attempt 2 failed; the next one follows.")
    assert standing(shown(signed_in(owner), request)).startswith(
        "Not sent yet, and tried again: The provider was asked"
    )


def test_one_word_has_one_colour_on_a_page(account: Account, owner: User, now: datetime) -> None:
    request = asked(account, now)
    delivery = Delivery.objects.get()
    statuses = list(Delivery.Status.values)
    for number, status in enumerate(statuses):
        row = Delivery.objects.create(
            account=account,
            request=request,
            step=number + 1,
            channel="email",
            address=delivery.address,
            status=status,
            due_at=now,
            created_at=now,
        )
        for kind in DeliveryEvent.Kind.values:
            DeliveryEvent.objects.create(
                account=account,
                delivery=row,
                provider="p",
                key=f"{number}{kind}",
                kind=kind,
                text="x",
                occurred_at=now,
                received_at=now,
            )
    ReviewRequest.objects.update(status="sent", sent_at=now)
    html = shown(signed_in(owner), request)
    found = re.findall(r'<span class="inline-block font-semibold[^"]*?(bg-\S+)[^"]*"[^>]*>\s*([^<]+?)\s*</span>', html)
    colours: dict[str, set[str]] = {}
    for colour, word in found:
        colours.setdefault(word, set()).add(colour)
    assert len(colours) > 10
    assert {word: several for word, several in colours.items() if len(several) > 1} == {}


def test_a_providers_code_is_said_in_words(account: Account, owner: User, now: datetime) -> None:
    request = asked(account, now)
    Delivery.objects.update(status="failed", error_code="30007", error_text="Error 30007: filtered")
    DeliveryEvent.objects.create(
        account=account,
        delivery=Delivery.objects.get(),
        provider="twilio",
        key="1",
        kind="failed",
        code="30007",
        text="Error 30007: filtered",
        occurred_at=now,
        received_at=now,
    )
    html = shown(signed_in(owner), request)
    assert html.count("The carrier filtered the text as spam.") >= 2
    assert html.count("Error 30007") == 1  # in the provider's own words, folded in
    assert "<code>" not in html


@pytest.mark.parametrize("code", [row.code for row in CODES if row.code])
def test_each_code_has_words(code: str) -> None:
    assert reasons.of_code(code) != code
    assert " " in reasons.of_code(code)


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        ("Cancelled by Ann (ann@example.com).", "Cancelled by Ann (ann@example.com)."),
        ("Cancelled through the API.", "Cancelled by an app."),
        (
            "This contact was asked 3 days ago; the account waits 90 days between requests.",
            "The customer was asked 3 days ago; you wait 90 days before you ask again.",
        ),
        ("Went to {odd} site.", "Went to {odd} site."),
        ("Something that no table knows: 100 %.", "Something that no table knows: 100 %."),
        ("", ""),
    ],
)
def test_stored_reasons_are_said_in_the_words_of_the_page(stored: str, words: str) -> None:
    assert reasons.in_words(stored) == words


# --- Cancelling, and taking it back -----------------------------------------------------------------


def test_a_cancelling_is_taken_back_by_one_press(account: Account, owner: User) -> None:
    request, client = asked(account, timezone.now()), signed_in(owner)
    answer = client.post(address(request, "cancel_this"), follow=True).content.decode()
    assert f'<a class="rh-link" href="{address(request, "take_back")}">Take back</a>' in answer  # in the message
    assert f'<form method="post" action="{address(request, "take_back")}">' in answer  # and on the page
    answer = client.post(address(request, "take_back"), follow=True).content.decode()
    assert "Taken back: the request goes on where it stood." in answer
    request.refresh_from_db()
    assert (request.status, Delivery.objects.get().status) == ("scheduled", "planned")
    twice = client.post(address(request, "take_back"), follow=True)
    assert twice.status_code == 200
    assert "Nothing was changed" in twice.content.decode()
    assert client.get(address(request, "take_back")).status_code == 403


def test_one_that_cannot_be_taken_back_any_more_says_why(account: Account, owner: User, now: datetime) -> None:
    request, client = asked(account, now), signed_in(owner)
    client.post(address(request, "cancel_this"))
    do_not_contact.leave_alone(contact=request.contact, by="Ann", now=ReviewRequest.objects.get().ended_at or now)
    answer = client.post(address(request, "take_back"), follow=True).content.decode()
    assert "must not be written to" in answer
    request.refresh_from_db()
    assert request.status == "cancelled"


def test_what_a_program_cancelled_has_no_such_button(account: Account, owner: User, now: datetime) -> None:
    request = asked(account, now)
    lifecycle.cancel_request(request=request, now=now, reason="Cancelled through the API.")
    assert address(request, "take_back") not in shown(signed_in(owner), request)


def test_the_history_says_who_cancelled_and_when(account: Account, owner: User, viewer: User, now: datetime) -> None:
    request, client = asked(account, now), signed_in(owner)
    client.post(address(request, "cancel_this"))
    page = client.get(address(request, "history")).content.decode()
    assert "probably" not in page  # Django's sentence for rows that it knows nothing of
    assert "Cancelled" in page
    assert f"by {owner}" in page
    assert f"Cancelled by {owner}." in page
    client.post(address(request, "take_back"))
    page = client.get(address(request, "history")).content.decode()
    assert "Cancelling taken back" in page
    assert page.count(f"by {owner}") == 2
    assert signed_in(viewer).get(address(request, "history")).status_code == 200


def test_the_history_of_a_foreign_request_is_not_there(account: Account, stranger: User, now: datetime) -> None:
    assert signed_in(stranger).get(address(asked(account, now), "history")).status_code == 404


def test_sentences_hold_for_messages_of_every_state(account: Account, now: datetime) -> None:
    request = asked(account, now)
    row: Any = Delivery.objects.get()
    for status in ReviewRequest.Status:
        for state in Delivery.Status:
            request.status, row.status = status, state
            assert sentence(request, [row]) or status in ("cancelled",)
            assert sentence(request, []) or status in ("cancelled",)
