"""A request that ended because of a wrong address: the address is corrected, and a new request goes there."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from oauth.tests.threads import at_once
from reviews.admin import correct_address
from reviews.contacts import opt_outs, suppressions, wrong_numbers
from reviews.delivery import drain
from reviews.delivery.channels import ChannelError
from reviews.models import Contact, Delivery, ReviewRequest, Suppression
from reviews.requests.matching import Person
from reviews.tests.support.helpers import Clock, FakeProvider, asked

pytestmark = pytest.mark.django_db

ZOE = Person(first_name="Zoë", email="zoe@exmaple.com")
RIGHT = "zoe@example.com"


@pytest.fixture
def failed(account: Account, clock: Clock, provider: FakeProvider) -> ReviewRequest:
    """A request whose mail came back at once."""
    provider.errors = [ChannelError("5.1.1", "550 5.1.1 no such user", permanent=True, address_gone=True)]
    request = asked(account, clock(), person=ZOE)
    drain.send_due(clock)
    request.refresh_from_db()
    assert (request.status, Delivery.objects.get().status) == ("failed", "bounced")
    clock.forward(hours=1)
    return request


def address(request: ReviewRequest, name: str = "correct_address") -> str:
    return reverse(f"admin:reviews_reviewrequest_{name}", args=[request.pk])


def correct(user: User, request: ReviewRequest, clock: Clock, **form: str) -> Any:
    with time_machine.travel(clock(), tick=False):
        return signed_in(user).post(address(request), form, follow=True)


def test_the_page_offers_it_and_the_form_says_what_went_wrong(failed: ReviewRequest, owner: User) -> None:
    client = signed_in(owner)
    assert f'href="{address(failed)}"' in client.get(address(failed, "change")).content.decode()
    form = client.get(address(failed)).content.decode()
    assert "zoe@exmaple.com: The address does not exist. Ask the customer for the right one." in form
    assert 'name="email"' in form
    assert 'name="phone"' not in form


def test_the_customer_gets_the_address_and_a_new_request(
    failed: ReviewRequest, owner: User, clock: Clock, provider: FakeProvider
) -> None:
    answer = correct(owner, failed, clock, email="Zoe@Example.com")
    assert Contact.objects.get().email == RIGHT
    new = ReviewRequest.objects.exclude(pk=failed.pk).get()
    assert (new.status, new.source, new.asked_by) == ("scheduled", "staff", owner)
    assert (new.sequence, new.contact) == (failed.sequence, failed.contact)
    assert answer.redirect_chain[-1][0] == address(new, "change")
    assert "Asked: the message leaves as soon as it may." in answer.content.decode()
    drain.send_due(clock)
    assert [message.to for message in provider.sent] == [RIGHT]
    failed.refresh_from_db()
    assert failed.status == "failed"


def test_the_cool_down_does_not_count_what_never_arrived(
    account: Account, owner: User, clock: Clock, provider: FakeProvider
) -> None:
    """The provider took the mail, and reported later that it came back."""
    request = asked(account, clock(), person=ZOE)
    Delivery.objects.update(status="bounced", sent_at=clock(), error_code="bounced")
    ReviewRequest.objects.update(status="failed", sent_at=clock(), ended_at=clock())
    clock.forward(hours=1)
    correct(owner, request, clock, email=RIGHT)
    assert ReviewRequest.objects.exclude(pk=request.pk).get().status == "scheduled"


def test_a_wrong_number_is_corrected_likewise(account: Account, owner: User, clock: Clock) -> None:
    request = asked(account, clock(), person=Person(first_name="Zoë", phone="+12125550177"))
    Delivery.objects.update(status="delivered", sent_at=clock())
    ReviewRequest.objects.update(status="sent", sent_at=clock())
    clock.forward(hours=1)
    wrong_numbers.remove(account=account, number="+12125550177", evidence="not Zoë", now=clock())
    request.refresh_from_db()
    assert (request.status, Contact.objects.get().phone) == ("failed", "")
    correct(owner, request, clock, phone="(212) 555-0178")
    new = ReviewRequest.objects.exclude(pk=request.pk).get()
    assert (new.status, Delivery.objects.get(request=new).address) == ("scheduled", "+12125550178")


def test_one_that_was_refused_from_the_start_is_corrected_too(account: Account, owner: User, clock: Clock) -> None:
    suppressions.suppress(
        account=account,
        channel="email",
        address="zoe@exmaple.com",
        reason=Suppression.Reason.BOUNCED,
        evidence="",
        now=clock(),
    )
    request = asked(account, clock(), person=ZOE)
    assert request.status == "suppressed"
    correct(owner, request, clock, email=RIGHT)
    assert ReviewRequest.objects.filter(status="scheduled").count() == 1


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"email": "zoe@exmaple.com"}, "Nothing arrived at this address: write the right one."),
        ({"email": " ZOE@exmaple.com "}, "Nothing arrived at this address: write the right one."),
        ({"email": "nobody@"}, "Enter a valid email address."),
        ({"email": ""}, "This field is required."),
        ({}, "This field is required."),
        ({"email": "a\0b@example.com"}, "Enter a valid email address."),
        ({"email": "max@example.com"}, "Max has this address already: ask there, or merge the two."),
    ],
)
def test_what_cannot_be_right_is_said_in_the_form(
    account: Account, failed: ReviewRequest, owner: User, clock: Clock, typed: dict[str, str], problem: str
) -> None:
    Contact.objects.create(account=account, first_name="Max", email="max@example.com")
    answer = correct(owner, failed, clock, **typed)
    assert problem in answer.content.decode()
    assert ReviewRequest.objects.count() == 1
    assert Contact.objects.filter(email="zoe@exmaple.com").exists()


def test_an_address_that_opted_out_is_saved_and_not_asked(
    account: Account, failed: ReviewRequest, owner: User, clock: Clock
) -> None:
    opt_outs.opt_out(
        account=account,
        channel="email",
        address=RIGHT,
        reason=Suppression.Reason.UNSUBSCRIBED,
        evidence="",
        now=clock(),
    )
    answer = correct(owner, failed, clock, email=RIGHT).content.decode()
    assert "The address is corrected, and nothing was sent: No way is left" in answer
    assert Contact.objects.get().email == RIGHT
    assert ReviewRequest.objects.count() == 1


def test_after_a_crash_between_the_two_a_second_press_asks(
    failed: ReviewRequest, owner: User, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = correct_address.ask_contact

    def crash(*_: Any, **__: Any) -> Any:
        raise RuntimeError

    monkeypatch.setattr(correct_address, "ask_contact", crash)
    with pytest.raises(RuntimeError):
        correct(owner, failed, clock, email=RIGHT)
    assert Contact.objects.get().email == RIGHT
    monkeypatch.setattr(correct_address, "ask_contact", real)
    for _ in range(2):  # and a third changes nothing
        correct(owner, failed, clock, email=RIGHT)
    assert ReviewRequest.objects.filter(status="scheduled").count() == 1


def end_otherwise(request: ReviewRequest) -> None:
    ReviewRequest.objects.update(status="cancelled")


def be_refused_for_its_words(request: ReviewRequest) -> None:
    Delivery.objects.update(status="failed", error_code="30007")


def have_opted_out(request: ReviewRequest) -> None:
    Delivery.objects.update(status="failed", error_code="21610")


@pytest.mark.parametrize("happen", [end_otherwise, be_refused_for_its_words, have_opted_out])
def test_where_no_address_is_to_blame_it_is_not_offered(
    failed: ReviewRequest, owner: User, happen: Callable[[ReviewRequest], None]
) -> None:
    happen(failed)
    client = signed_in(owner)
    assert address(failed) not in client.get(address(failed, "change")).content.decode()
    assert client.post(address(failed), {"email": RIGHT}).status_code == 403


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs connections that wait for each other")
@pytest.mark.parametrize("turn", range(3))
def test_two_presses_at_once_ask_once(failed: ReviewRequest, owner: User, clock: Clock, turn: int) -> None:
    def press() -> None:
        row = ReviewRequest.objects.select_related("contact__account", "account").get(pk=failed.pk)
        correct_address.correct_and_ask(row, {"email": RIGHT}, owner)

    at_once(press, press)
    assert ReviewRequest.objects.open().count() == 1
    assert Contact.objects.get().email == RIGHT
    assert Delivery.objects.filter(due_at__gt=clock() - timedelta(days=1), status="planned").count() == 1
