"""What a German colleague's press stores and sends is in the language of what it is for, not in German."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import get_language, override

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.contacts.suppressions import suppress
from reviews.delivery.content.render import render
from reviews.delivery.preview import look_ahead
from reviews.models import Consent, Delivery, FollowUpStep, ReviewRequest, Suppression
from reviews.requests.ask import Ask
from reviews.tests.support.helpers import JANE, asked, post

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def german(owner: User) -> Client:
    User.objects.filter(pk=owner.pk).update(language="de")
    return signed_in(owner)


def ask(browser: Client, account: Account, **fields: str) -> Any:
    form = {"account": str(account.pk), "first_name": "Jane", "email": "jane@example.com", "when": "0"} | fields
    return browser.post(reverse("admin:reviews_reviewrequest_add"), form, follow=True)


def test_the_reason_of_an_ask_is_stored_in_english_and_said_in_german(
    german: Client, account: Account, now: datetime
) -> None:
    suppress(
        account=account,
        channel="email",
        address="jane@example.com",
        reason=Suppression.Reason.UNSUBSCRIBED,
        evidence="",
        now=now,
    )
    page = ask(german, account, _record="yes").content.decode()
    request = ReviewRequest.objects.get()
    assert request.reason == "This contact cannot be written to (e-mail: unsubscribed)."
    assert "cannot be written to" not in page
    assert "nicht geschrieben werden" in page or "nicht kontaktiert" in page or "abgemeldet" in page.lower()
    assert get_language() == "en"


def test_a_hold_is_stored_in_english(german: Client, account: Account, now: datetime, owner: User) -> None:
    request = asked(account, now)
    german.post(f"/admin/reviews/reviewrequest/{request.pk}/hold/", {"because": "refund"})
    request.refresh_from_db()
    assert request.hold_reason == f"A refund is under way. Held by {owner}."
    assert Delivery.objects.get(request=request).reason == request.hold_reason


def test_an_opt_out_is_stored_in_english(german: Client, account: Account, now: datetime, owner: User) -> None:
    request = asked(account, now)
    form = {"account": str(account.pk), "channel": "email", "address": JANE.email, "evidence": ""}
    german.post(reverse("admin:reviews_suppression_add"), form)
    request.refresh_from_db()
    assert request.reason == "Added by staff (e-mail)"
    assert Suppression.objects.get().evidence == f"Added by {owner}."
    assert set(Consent.objects.values_list("source", flat=True)) <= {"Added by staff"}


def test_a_customer_is_written_to_in_the_accounts_language_whoever_looks(account: Account, now: datetime) -> None:
    asked(account, now)
    delivery = Delivery.objects.select_related("account", "request__contact").get()
    step = FollowUpStep.objects.filter(sequence__account=account).order_by("position")[0]
    with override("de"):
        message = render(delivery, step)
        _, planned = look_ahead(account=account, wanted=Ask(person=JANE), now=now)
    assert "No more mail like this" in message.html
    assert '<html lang="en">' in message.html
    assert "Tell us how it went" in message.html
    assert planned == [] or "Tell us how it went" in planned[0].html


def test_a_recipients_page_speaks_the_accounts_language_to_a_german_colleague(
    german: Client, account: Account, now: datetime
) -> None:
    asked(account, now)
    response = german.get(f"/r/{Delivery.objects.get().link_token}", headers={"accept-language": "de"})
    assert '<html lang="en" dir="ltr">' in response.content.decode()
    assert "Content-Language" not in response


def test_the_api_says_english_to_everybody(owner_api: Any, german: Client, account: Account) -> None:
    german.get("/admin/")
    body = post(owner_api, {}, **{"Accept-Language": "de"})
    assert body.json()["fields"]["email"] == ["Give an email or a mobile_phone_number: one of the two is needed."]
    assert "Content-Language" not in body
    wrong = post(owner_api, {"email": "jane@example.com", "mobile_phone_number": "12"})
    assert "write it like" in wrong.content.decode()
