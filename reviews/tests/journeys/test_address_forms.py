"""One address in its several forms: it is one from where it comes in to the mail server (docs/rules.md D1)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.test import Client
from django.utils import timezone

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.contacts import erase
from reviews.contacts.search import search_contacts
from reviews.delivery import drain
from reviews.delivery.channels import get_channel
from reviews.delivery.drain import Worker
from reviews.delivery.provider_events import apply
from reviews.models import Contact, Delivery, DeliveryEvent, ImportRow, ReviewRequest, Suppression
from reviews.models.addresses import hash_address
from reviews.requests import import_files, imports
from reviews.tests.support.helpers import URL, Clock, refused
from reviews.tests.support.mail import Inbox, free_port
from reviews.tests.support.provider_posts import SECRET, basic

pytestmark = pytest.mark.django_db

API = "/api/v1"
UNICODE, ASCII = "x@münchen.example", "x@xn--mnchen-3ya.example"
FORMS = [UNICODE, ASCII, "X@MÜNCHEN.Example", " x@mu\u0308n\u200bchen.example "]


@pytest.fixture(autouse=True)
def frozen(now: datetime, time_machine: Any) -> None:
    time_machine.move_to(now, tick=False)


@pytest.fixture
def sink(settings: Any) -> Iterator[Inbox]:
    """A mail server, and a worker that sends to it."""
    handler = Inbox()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.MAIL_PROVIDER, settings.SANDBOX = True, False
    with drain.working_as(Worker(get_channel)):
        yield handler
    controller.stop()


def ask(api: Any, email: str, **more: Any) -> dict[str, Any]:
    response = api.post(URL, {"email": email, **more}, format="json")
    assert response.status_code in (200, 201), response.content
    body: dict[str, Any] = response.json()
    return body


def suppress(api: Any, address: str) -> dict[str, Any]:
    response = api.post(f"{API}/suppressions", {"address": address}, format="json")
    assert response.status_code in (200, 201), response.content
    body: dict[str, Any] = response.json()
    return body


@pytest.mark.parametrize(
    ("typed", "recipient"),
    [
        ("anna@straße.example", "anna@xn--strae-oqa.example"),
        ("anna@STRAẞE.example", "anna@xn--strae-oqa.example"),
        ("a@βόλος.example", "a@xn--nxasmm1c.example"),
        *((form, ASCII) for form in FORMS),
    ],
)
def test_a_mail_goes_to_the_host_that_was_meant(
    owner_api: Any, sink: Inbox, clock: Clock, typed: str, recipient: str
) -> None:
    body = ask(owner_api, typed)
    assert body["contact_email"] == recipient
    assert drain.send_due(clock) == 1
    assert sink.recipients == [recipient]
    assert sink.mails[0]["To"] == recipient


def test_an_answer_goes_to_the_host_that_was_meant(
    owner_api: Any, account: Account, sink: Inbox, clock: Clock, settings: Any
) -> None:
    settings.DEFAULT_FROM_EMAIL = "Reviews <reviews@straße.example>"
    Account.objects.filter(pk=account.pk).update(reply_to="Desk@straße.example")
    ask(owner_api, "jane@example.com")
    assert drain.send_due(clock) == 1
    [mail] = sink.mails
    assert mail["Reply-To"] == "desk@xn--strae-oqa.example"
    assert mail["From"] == "Riverside Dental <reviews@xn--strae-oqa.example>"
    assert mail["Message-ID"].endswith("@xn--strae-oqa.example>")


def test_a_reply_to_address_that_is_none_is_left_out(
    owner_api: Any, account: Account, sink: Inbox, clock: Clock
) -> None:
    Account.objects.filter(pk=account.pk).update(reply_to="bıll@example.com")
    ask(owner_api, "jane@example.com")
    assert drain.send_due(clock) == 1
    assert sink.mails[0]["Reply-To"] is None


@pytest.mark.parametrize("email", ["bıll@example.com", "\u212aarl@example.com", "a@ſmith.example", "jörg@example.com"])
def test_an_address_that_would_become_another_is_refused_at_its_field(
    owner_api: Any, account: Account, owner: User, email: str
) -> None:
    refused(owner_api.post(URL, {"email": email}, format="json"), "email")
    refused(owner_api.post(f"{API}/suppressions", {"address": email}, format="json"), "address")
    refused(owner_api.get(f"{API}/contacts", {"email": email}), "email")
    refused(owner_api.get(f"{API}/suppressions", {"address": email}), "address")
    bulk = owner_api.post(f"{URL}/bulk", {"requests": [{"email": email}]}, format="json")
    assert "email" in str(bulk.json())
    contact = Contact.objects.create(account=account, email="jane@example.com")
    refused(owner_api.patch(f"{API}/contacts/{contact.pk}", {"email": email}, format="json"), "email")
    page = signed_in(owner).post(
        f"/admin/reviews/contact/{contact.pk}/change/", {"account": account.pk, "email": email}
    )
    assert page.status_code == 200  # the form again, with its error
    assert page.context["adminform"].form.errors.keys() == {"email"}
    contact.refresh_from_db()
    assert contact.email == "jane@example.com"
    assert not ReviewRequest.objects.exists()
    assert not Suppression.objects.exists()


def test_a_row_of_an_import_with_such_an_address_is_a_problem(account: Account, owner: User, now: datetime) -> None:
    raw = "email\nbıll@example.com\nX@München.example\nx@xn--mnchen-3ya.example\n".encode()
    job = import_files.receive(account=account, user=owner, name="list.csv", raw=raw, now=now)
    assert imports.start(job, check=False, now=now)
    imports.work(job.pk)
    problem = ImportRow.objects.get(outcome=ImportRow.Outcome.PROBLEM)
    assert (problem.line, "“ı” stands before the @" in problem.text) == (2, True)
    assert Contact.objects.get().email == ASCII


def test_a_message_from_before_to_what_no_mail_can_go_to_goes_by_the_other_channel(
    owner_api: Any, sink: Inbox, clock: Clock, settings: Any
) -> None:
    settings.TEXT_PROVIDER = True
    ask(owner_api, "jane@example.com", mobile_phone_number="+12125551234")
    Contact.objects.update(email="bıll@example.com")
    Delivery.objects.update(address="bıll@example.com")
    drain.send_due(clock)
    assert sink.recipients == []
    assert Delivery.objects.get(channel="email").status == "failed"
    assert Delivery.objects.filter(channel="sms", address="+12125551234").exists()


# --- Opt-outs: both ways round ------------------------------------------------------------------------


@pytest.mark.parametrize("opted_out", FORMS)
@pytest.mark.parametrize("asked", [UNICODE, ASCII])
def test_an_opt_out_of_one_form_stops_asks_in_the_others(
    owner_api: Any, sink: Inbox, clock: Clock, opted_out: str, asked: str
) -> None:
    suppress(owner_api, opted_out)
    assert ask(owner_api, asked)["status"] == "suppressed"
    assert drain.send_due(clock) == 0
    assert sink.recipients == []


@pytest.mark.parametrize(("asked", "opted_out"), [(UNICODE, ASCII), (ASCII, UNICODE)])
def test_an_opt_out_of_one_form_stops_what_is_planned_to_the_other(
    owner_api: Any, sink: Inbox, clock: Clock, asked: str, opted_out: str
) -> None:
    body = ask(owner_api, asked)
    suppress(owner_api, opted_out)
    assert owner_api.get(f"{URL}/{body['id']}").json()["status"] == "suppressed"
    assert drain.send_due(clock) == 0
    assert sink.recipients == []


def test_two_forms_are_one_customer_and_one_opt_out(owner_api: Any) -> None:
    first, second = ask(owner_api, UNICODE), ask(owner_api, ASCII)
    assert first["id"] == second["id"]
    ids = {suppress(owner_api, form)["id"] for form in FORMS}
    assert len(ids) == 1
    for form in FORMS:
        [row] = owner_api.get(f"{API}/suppressions", {"address": form}).json()["results"]
        assert row["address"] == ASCII
        [contact] = owner_api.get(f"{API}/contacts", {"email": form}).json()["results"]
        assert contact["email"] == ASCII


def suppressed_of_old(account: Account, now: datetime) -> Suppression:
    """Who was erased before addresses had one form: the hash is of the address as it was typed."""
    return Suppression.objects.create(
        account=account,
        channel="email",
        address_hash=hash_address(account.pk, "email", UNICODE),
        reason="erased",
        created_at=now,
    )


def test_the_hash_of_who_was_erased_before_stops_an_ask(
    owner_api: Any, account: Account, sink: Inbox, clock: Clock, now: datetime
) -> None:
    suppressed_of_old(account, now)
    for form in FORMS:
        assert ask(owner_api, form)["status"] == "suppressed"
        assert [row["reason"] for row in owner_api.get(f"{API}/suppressions", {"address": form}).json()["results"]]
    assert drain.send_due(clock) == 0


def test_the_hash_of_who_was_erased_before_stops_a_message_at_its_last_gate(
    owner_api: Any, account: Account, sink: Inbox, clock: Clock, now: datetime
) -> None:
    """The hash comes in between the claim and the send, which no earlier look can see."""
    ask(owner_api, ASCII)
    suppressed_of_old(account, now)
    assert drain.send_due(clock) == 0
    assert sink.recipients == []
    assert Delivery.objects.get().status == "cancelled"


def test_an_opt_out_over_the_hash_of_who_was_erased_before_is_no_second_one(
    owner_api: Any, account: Account, now: datetime
) -> None:
    row = suppressed_of_old(account, now)
    assert suppress(owner_api, ASCII)["id"] == row.pk
    assert Suppression.objects.count() == 1


def test_who_is_erased_stays_suppressed_in_every_form(owner_api: Any, now: datetime) -> None:
    ask(owner_api, UNICODE)
    erase.erase(contact=Contact.objects.get(), by="staff", now=now)
    for form in FORMS:
        assert ask(owner_api, form)["status"] == "suppressed"


# --- Provider reports ---------------------------------------------------------------------------------


@pytest.mark.parametrize("named", [*FORMS, f"<{ASCII}>", f"Xaver <{UNICODE}>"])
def test_a_provider_may_name_the_address_in_any_form(
    owner_api: Any, sink: Inbox, clock: Clock, settings: Any, named: str
) -> None:
    """The report has our key of the message and no id of the provider's: it is found by the address."""
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    ask(owner_api, UNICODE)
    assert drain.send_due(clock) == 1
    message = Delivery.objects.get(step=0)
    report = {
        "event": "hard_bounce",
        "email": named,
        "ts_epoch": int(timezone.now().timestamp()) * 1000,
        "message-id": f"<{message.message_key}@elsewhere>",
    }
    Delivery.objects.update(provider_id="")  # the answer that named it was lost
    response = Client().post("/hooks/mail/brevo", report, content_type="application/json", headers=basic())
    assert response.status_code == 200
    assert apply.apply(event_id=DeliveryEvent.objects.get().pk, now=timezone.now()).done
    message.refresh_from_db()
    assert message.status == "bounced"
    assert Suppression.objects.get().address == ASCII


# --- The back-office ----------------------------------------------------------------------------------


def test_staff_find_and_read_the_address_in_its_own_letters(owner_api: Any, owner: User) -> None:
    ask(owner_api, ASCII)
    suppress(owner_api, ASCII)
    contact, row = Contact.objects.get(), Suppression.objects.get()
    client = signed_in(owner)
    for address in (
        "/admin/reviews/contact/?q=münchen.example",
        "/admin/reviews/contact/?q=xn--mnchen",
        f"/admin/reviews/contact/{contact.pk}/change/",
        "/admin/reviews/suppression/?q=x@MÜNCHEN.example",
        f"/admin/reviews/suppression/{row.pk}/change/",
        f"/admin/reviews/reviewrequest/{ReviewRequest.objects.get().pk}/change/",
    ):
        page = client.get(address).content.decode()
        assert UNICODE in page, address
        assert ASCII not in page.replace("?q=xn--mnchen", ""), address


def test_a_contact_that_is_saved_as_it_is_shown_keeps_its_address(account: Account, owner: User) -> None:
    contact = Contact.objects.create(account=account, email=ASCII)
    data = {"account": account.pk, "email": UNICODE, "first_name": "Xaver"}
    signed_in(owner).post(f"/admin/reviews/contact/{contact.pk}/change/", data)
    contact.refresh_from_db()
    assert (contact.email, contact.first_name) == (ASCII, "Xaver")


@pytest.mark.parametrize("text", ["münchen.example", "MÜNCHEN", "x@münchen.example", "xn--mnchen-3ya", "xaver münchen"])
def test_a_host_is_sought_as_it_is_typed(account: Account, text: str) -> None:
    contact = Contact.objects.create(account=account, email=ASCII, first_name="Xaver")
    Contact.objects.create(account=account, email="x@munich.example", first_name="Xaver")
    assert list(search_contacts(Contact.objects.all(), text)) == [contact]


def test_the_recipient_reads_the_host_in_its_own_letters(owner_api: Any, client: Client) -> None:
    ask(owner_api, ASCII)
    token = Delivery.objects.get().link_token
    assert "x…@münchen.example" in client.get(f"/r/{token}/preferences").content.decode()


def test_a_contact_from_before_that_no_mail_can_go_to_says_so(account: Account, owner: User) -> None:
    contact = Contact.objects.create(account=account, email="bıll@example.com")
    page = signed_in(owner).get(f"/admin/reviews/contact/{contact.pk}/change/").content.decode()
    assert "No mail can go to such an address" in page
