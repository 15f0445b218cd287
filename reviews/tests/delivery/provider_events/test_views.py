"""Endpoints of providers: proof of the caller, answers, and each event stored once."""

import base64
import hmac
import json
import logging
import re
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
import time_machine
from anymail import webhooks
from django.db import OperationalError
from django.test import Client, RequestFactory
from standardwebhooks import WebhookVerificationError
from twilio.request_validator import RequestValidator

from oauth.models import Account
from reviewhub.outages import DATABASE_AWAY
from reviews import tasks
from reviews.delivery.provider_events import mail_providers
from reviews.models import Delivery, DeliveryEvent, ReviewRequest, Suppression
from reviews.tests.support.helpers import JANE, asked
from reviews.tests.support.provider_posts import PUBLIC, TOKEN, VOICES, Svix, Voice, twilio, twilio_proof
from reviews.worker import queue

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailNotSupportedWarning"),
    pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailDeprecationWarning"),
]


@pytest.fixture(autouse=True)
def configured(settings: Any) -> None:
    """Set up a public address other than the one at which the tests call."""
    settings.PUBLIC_URL, settings.TWILIO_AUTH_TOKEN = PUBLIC, TOKEN
    settings.TWILIO_FROM = "+15005550006"
    settings.ANYMAIL = {"WEBHOOK_SECRET": "hooks:correct horse"}


@pytest.fixture
def caller() -> Client:
    return Client(raise_request_exception=False)


class Security:
    """Tests that every endpoint has in common. A subclass names the providers (`spoken`: keys of VOICES)."""

    @pytest.fixture
    def voice(self, spoken: str, settings: Any) -> Voice:
        voice = VOICES[spoken]
        settings.ANYMAIL = dict(voice.keys)
        return voice

    def test_the_right_proof_is_answered_well_and_the_event_kept(self, voice: Voice, caller: Client) -> None:
        answer = voice.post(caller, voice.body(), voice.proof(voice.body()))
        assert 200 <= answer.status_code < 300, answer.content
        event = DeliveryEvent.objects.get()
        assert (event.provider, event.account) == (voice.name, None)
        assert event.payload
        assert event.kind in ("delivered", "sent", "replied")

    def test_without_proof_it_is_refused(self, voice: Voice, caller: Client) -> None:
        assert voice.post(caller, voice.body(), {"X-Missing": "all"}).status_code == voice.without
        assert not DeliveryEvent.objects.exists()

    def test_with_a_wrong_proof_it_is_refused_and_the_log_says_why(
        self, voice: Voice, caller: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        assert voice.post(caller, voice.body(), voice.proof(voice.body(), right=False)).status_code == 403
        assert re.search(r"a provider event was refused: \w+", caplog.text)
        assert not DeliveryEvent.objects.exists()

    def test_a_changed_body_is_refused_where_it_is_signed(self, voice: Voice, caller: Client) -> None:
        assert voice.tampered() != voice.body()
        answer = voice.post(caller, voice.tampered(), voice.proof(voice.body()))
        if voice.signs_body:
            assert answer.status_code == 403
            assert not DeliveryEvent.objects.exists()
        else:  # the secret alone says who it is
            assert answer.status_code == 200

    def test_with_nothing_to_prove_itself_by_set_up_it_is_refused(
        self, voice: Voice, caller: Client, settings: Any
    ) -> None:
        settings.ANYMAIL, settings.TWILIO_AUTH_TOKEN = {}, ""
        assert voice.post(caller, voice.body(), voice.proof(voice.body())).status_code == 403
        assert not DeliveryEvent.objects.exists()

    def test_a_get_stores_nothing(self, voice: Voice, caller: Client) -> None:
        status = caller.get(voice.path).status_code
        assert status == (200 if voice.name == "unisender_go" else 405)
        assert not DeliveryEvent.objects.exists()

    def test_a_body_without_sense_is_refused(self, voice: Voice, caller: Client) -> None:
        answer = voice.post(caller, voice.senseless(), voice.proof(voice.senseless()))
        assert answer.status_code == 400
        assert not DeliveryEvent.objects.exists()

    def test_a_repetition_is_stored_once(self, voice: Voice, caller: Client) -> None:
        for _ in range(2):
            assert voice.post(caller, voice.body(), voice.proof(voice.body())).status_code < 300
        assert DeliveryEvent.objects.count() == 1

    def test_more_than_a_mebibyte_is_refused(self, voice: Voice, caller: Client) -> None:
        body = voice.body() + b" " * 1024 * 1024
        assert voice.post(caller, body, voice.proof(body)).status_code == 413
        assert not DeliveryEvent.objects.exists()

    @pytest.mark.parametrize("error", DATABASE_AWAY)
    def test_a_database_that_is_down_lets_it_come_again(
        self, voice: Voice, caller: Client, error: type[Exception], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*_: Any, **__: Any) -> None:
            raise error

        monkeypatch.setattr(DeliveryEvent.objects, "bulk_create", away)
        assert voice.post(caller, voice.body(), voice.proof(voice.body())).status_code == 503


@pytest.mark.parametrize("spoken", [name for name, voice in VOICES.items() if voice.name != "twilio"])
class TestMailProviders(Security):
    """Every provider that anymail has."""


@pytest.mark.parametrize("spoken", ["text status", "text message"])
class TestTwilio(Security):
    """Status callbacks of texts, and texts of customers."""


def test_every_provider_of_anymails_has_a_view_and_tests() -> None:
    from pathlib import Path

    providers = {path.stem for path in Path(next(iter(webhooks.__path__))).glob("[a-z]*.py")} - {"base"}
    assert providers == set(mail_providers.VIEWS)
    assert providers == {voice.name for voice in VOICES.values()} - {"twilio"}


def test_another_provider_is_not_found(caller: Client) -> None:
    assert caller.post("/hooks/mail/pigeon").status_code == 404


def test_a_provider_may_check_that_the_address_exists(caller: Client) -> None:
    assert caller.head("/hooks/mail/mandrill").status_code == 200


def test_amazon_is_asked_for_the_secret(caller: Client) -> None:
    answer = caller.post("/hooks/mail/amazon_ses", b"{}", content_type="text/plain")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Basic realm="ReviewHub"')


@pytest.mark.parametrize(
    ("address", "status", "asked"),
    [
        ("https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription", 200, True),
        ("https://sns.evil.example/?Action=ConfirmSubscription", 400, False),
        ("https://sns.eu-west-1.amazonaws.com.evil.example/", 400, False),
        ("http://sns.eu-west-1.amazonaws.com/", 400, False),
    ],
)
def test_amazons_subscription_is_confirmed_at_amazons_address_alone(
    caller: Client, monkeypatch: pytest.MonkeyPatch, address: str, status: int, asked: bool
) -> None:
    called: list[str] = []

    class Answer:
        def raise_for_status(self) -> None:
            """Well."""

    def get(url: str, **_: Any) -> Answer:
        called.append(url)
        return Answer()

    monkeypatch.setattr(mail_providers.requests, "get", get)
    voice = VOICES["amazon_ses"]
    body = json.dumps({"Type": "SubscriptionConfirmation", "MessageId": "n1", "SubscribeURL": address}).encode()
    headers = voice.proof(body) | {"x-amz-sns-message-type": "SubscriptionConfirmation"}
    assert voice.post(caller, body, headers).status_code == status
    assert called == ([address] if asked else [])


@pytest.mark.parametrize("fault", [requests.ConnectTimeout, requests.ConnectionError, requests.HTTPError])
def test_amazon_that_cannot_be_reached_is_asked_to_call_again(
    caller: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: type[Exception]
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise fault("https://sns.eu-west-1.amazonaws.com/?Token=secret")

    monkeypatch.setattr(mail_providers.requests, "get", fail)
    voice = VOICES["amazon_ses"]
    address = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription"
    body = json.dumps({"Type": "SubscriptionConfirmation", "MessageId": "n1", "SubscribeURL": address}).encode()
    headers = voice.proof(body) | {"x-amz-sns-message-type": "SubscriptionConfirmation"}
    with caplog.at_level(logging.WARNING):
        answer = voice.post(caller, body, headers)
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    lines = [(record.name, record.getMessage(), record.exc_info) for record in caplog.records]
    assert lines[0][1:] == (f"a provider cannot be reached: {fault.__name__}", None)
    assert [name for name, *_ in lines[1:]] in ([], ["django.request"])  # Django's own line of an answer of 503


@pytest.mark.parametrize(("age", "status"), [(305, 403), (290, 200), (-290, 200), (-305, 403)])
def test_a_signature_of_resends_is_good_for_five_minutes(caller: Client, settings: Any, age: int, status: int) -> None:
    voice = Svix("resend", VOICES["resend"].report)
    settings.ANYMAIL = VOICES["resend"].keys
    voice.age = age
    assert voice.post(caller, voice.body(), voice.proof(voice.body())).status_code == status


def test_the_signature_that_svix_publishes_as_an_example_is_right(settings: Any) -> None:
    """https://docs.svix.com/receiving/verifying-payloads/how-manual"""
    settings.ANYMAIL = {"RESEND_SIGNING_SECRET": "whsec_plJ3nmyCDGBKInavdOK15jsl"}
    body = b'{"event_type":"ping","data":{"success":true}}'
    headers = {
        "svix-id": "msg_loFOjxBNrRLzqYUf",
        "svix-timestamp": "1731705121",
        "svix-signature": "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
    }
    with time_machine.travel(1731705121, tick=False):
        mail_providers.Resend().validate_request(RequestFactory().generic("POST", "/", body, headers=headers))
        tampered = RequestFactory().generic("POST", "/", body.replace(b"true", b"null"), headers=headers)
        with pytest.raises(WebhookVerificationError):
            mail_providers.Resend().validate_request(tampered)


@pytest.mark.parametrize("name", ["svix-id", "svix-timestamp", "svix-signature"])
def test_resends_signature_needs_all_of_its_headers(caller: Client, settings: Any, name: str) -> None:
    voice = VOICES["resend"]
    settings.ANYMAIL = voice.keys
    headers = voice.proof(voice.body())
    assert voice.post(caller, voice.body(), headers | {name: ""}).status_code == 403
    assert voice.post(caller, voice.body(), headers | {name: "x"}).status_code == 403


@pytest.mark.parametrize("secret", ["whsec_", "whsec_a"])
def test_a_secret_of_resends_that_is_none_lets_nobody_in(caller: Client, settings: Any, secret: str) -> None:
    voice = VOICES["resend"]
    settings.ANYMAIL = {"RESEND_SIGNING_SECRET": secret}
    headers = voice.proof(voice.body())
    signed = f"e1.{headers['svix-timestamp']}.".encode() + voice.body()
    by_no_key = base64.b64encode(hmac.digest(b"", signed, "sha256")).decode()
    assert voice.post(caller, voice.body(), headers | {"svix-signature": f"v1,{by_no_key}"}).status_code == 403


def test_a_signature_for_the_proxys_inner_address_is_refused(caller: Client) -> None:
    form = {"MessageSid": "SM1", "MessageStatus": "sent", "To": "+12125551234"}
    path = "/hooks/twilio/status"
    answer = caller.post(path, form, headers=twilio_proof(path, form, site="http://testserver"))
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/hooks/twilio/status?message=k", "/hooks/twilio/message"])
@pytest.mark.parametrize(
    ("public", "signed", "is_taken"),
    [
        ("https://reviews.example", "https://reviews.example", True),
        ("https://reviews.example", "https://reviews.example:443", True),
        ("https://reviews.example:443", "https://reviews.example", True),
        ("https://reviews.example:443", "https://reviews.example:443", True),
        ("http://reviews.example", "http://reviews.example:80", True),
        ("http://reviews.example:80", "http://reviews.example", True),
        ("https://reviews.example:8443", "https://reviews.example:8443", True),
        ("https://reviews.example:8443", "https://reviews.example", True),
        ("https://reviews.example:8443", "https://reviews.example:443", False),
        ("https://reviews.example", "https://reviews.example:80", False),
        ("https://reviews.example", "https://reviews.example:8443", False),
        ("https://reviews.example", "http://reviews.example", False),
    ],
)
def test_twilio_signs_the_public_address_with_its_port_or_without(
    caller: Client, settings: Any, public: str, signed: str, is_taken: bool, path: str
) -> None:
    """As Twilio's own validator has it, for what it reports and for what customers write."""
    settings.PUBLIC_URL = public
    form = {
        "MessageSid": "SM1",
        "MessageStatus": "sent",
        "To": "+12125551234",
        "From": "+12125550000",
        "Body": "Thanks",
    }
    headers = twilio_proof(path, form, site=signed)
    assert RequestValidator(TOKEN).validate(public + path, form, headers["X-Twilio-Signature"]) == is_taken
    sent = urlencode(form)
    answer = caller.generic("POST", path, sent, content_type="application/x-www-form-urlencoded", headers=headers)
    assert answer.status_code == ((200 if path.endswith("message") else 204) if is_taken else 403)


def test_an_event_is_kept_without_the_characters_that_a_database_cannot_hold(caller: Client) -> None:
    report = VOICES["postmark"].report | {"Details": "a\0b \ud800", "Ratio": float("nan"), "MessageID": "id\0"}
    body = json.dumps(report).encode()
    assert VOICES["postmark"].post(caller, body, VOICES["postmark"].proof(body)).status_code == 200
    event = DeliveryEvent.objects.get()
    assert (event.payload["Details"], event.payload["Ratio"], event.provider_id) == ("a\ufffdb ?", "nan", "id\ufffd")


# --- From the call to the row -------------------------------------------------------------------


def sent_mail(account: Account, now: Any) -> Delivery:
    asked(account, now)
    Delivery.objects.update(status="sent", sent_at=now, provider_id="id-1")
    ReviewRequest.objects.update(status="sent", sent_at=now)
    return Delivery.objects.get()


def test_an_event_is_applied_by_a_task_after_the_commit(
    account: Account, now: Any, caller: Client, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued: list[tuple[Any, ...]] = []
    monkeypatch.setattr(queue, "async_task", lambda *given, **_: queued.append(given))
    delivery = sent_mail(account, now)
    voice = VOICES["postmark"]
    with django_capture_on_commit_callbacks(execute=True):
        voice.post(caller, voice.body(), voice.proof(voice.body()))
        delivery.refresh_from_db()
        assert (delivery.status, queued) == ("sent", [])
    event = DeliveryEvent.objects.get()
    assert queued == [("reviews.tasks.apply_events", event.pk)]
    assert tasks.apply_events(event.pk) == 1
    delivery.refresh_from_db()
    event.refresh_from_db()
    assert (delivery.status, event.account, event.delivery) == ("delivered", account, delivery)


def test_a_queue_that_is_out_of_reach_loses_no_event(
    caller: Client, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(queue, "async_task", away)
    voice = VOICES["postmark"]
    with django_capture_on_commit_callbacks(execute=True):
        assert voice.post(caller, voice.body(), voice.proof(voice.body())).status_code == 200
    assert DeliveryEvent.objects.get().applied_at is None


def test_a_task_takes_nothing_but_whole_numbers() -> None:
    with pytest.raises(TypeError):
        queue.enqueue("reviews.tasks.apply_events", "jane@example.com")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        ({"RecordType": "SpamComplaint", "Type": "SpamComplaint", "Email": JANE.email}, "complained"),
        (
            {"RecordType": "SubscriptionChange", "SuppressSending": True, "SuppressionReason": "ManualSuppression"},
            "unsubscribed",
        ),
    ],
)
def test_a_complaint_or_an_unsubscription_has_taken_effect_before_the_answer(
    account: Account, now: Any, caller: Client, report: dict[str, Any], reason: str
) -> None:
    sent_mail(account, now)
    body = json.dumps(report | {"MessageID": "id-1"}).encode()
    assert VOICES["postmark"].post(caller, body, VOICES["postmark"].proof(body)).status_code == 200
    assert Suppression.objects.get().reason == reason
    assert ReviewRequest.objects.get().status == "suppressed"


def test_a_text_status_names_the_message_by_our_own_key(account: Account, now: Any, caller: Client) -> None:
    """The answer that would have named Twilio's id was lost."""
    asked(account, now, channel="sms")
    Delivery.objects.update(status="unknown")
    delivery = Delivery.objects.get()
    path = f"/hooks/twilio/status?message={delivery.message_key}"
    answer = twilio(caller, path, MessageSid="SM1", MessageStatus="delivered", To=JANE.phone)
    assert answer.status_code == 204
    tasks.apply_events(DeliveryEvent.objects.get().pk)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.provider_id) == ("delivered", "SM1")
    assert ReviewRequest.objects.get().status == "sent"


def test_storing_an_event_costs_few_statements(
    account: Account, now: Any, caller: Client, django_assert_max_num_queries: Any
) -> None:
    sent_mail(account, now)
    voice = VOICES["postmark"]
    with django_assert_max_num_queries(4):  # savepoint, insert, read back, release
        voice.post(caller, voice.body(), voice.proof(voice.body()))
