"""Two contacts become one: nothing is lost, and the strictest opt-out wins."""

from datetime import datetime, timedelta

import pytest

from oauth.models import Account
from reviews.contacts import merge, opt_outs, suppressions
from reviews.models import Contact, Delivery, MergeCandidate, ReviewRequest, Suppression
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db

NUMBER = "+12125550177"


@pytest.fixture
def pair(account: Account) -> tuple[Contact, Contact]:
    by_email = Contact.objects.create(account=account, email="zoe@example.com", first_name="Zoë")
    by_phone = Contact.objects.create(account=account, phone=NUMBER, first_name="Zoe", last_name="Smith")
    MergeCandidate.objects.create(account=account, by_email=by_email, by_phone=by_phone)
    return by_email, by_phone


def opt_out(account: Account, channel: str, address: str, now: datetime) -> None:
    opt_outs.opt_out(
        account=account,
        channel=channel,
        address=address,
        reason=Suppression.Reason.STOP,
        evidence="test",
        now=now,
    )


def test_blanks_are_filled_and_requests_move(account: Account, pair: tuple[Contact, Contact], now: datetime) -> None:
    request = asked(account, now, person=Person(phone=NUMBER))
    kept = merge.merge(kept=pair[0], other=pair[1], by="owner", now=now)
    assert list(Contact.objects.all()) == [kept]
    assert (kept.first_name, kept.last_name, kept.email, kept.phone) == ("Zoë", "Smith", "zoe@example.com", NUMBER)
    request.refresh_from_db()
    assert (request.contact, request.status) == (kept, "scheduled")
    assert not MergeCandidate.objects.exists()


def test_what_is_planned_to_the_other_goes_to_the_addresses_that_are_kept(account: Account, now: datetime) -> None:
    kept = Contact.objects.create(account=account, email="zoe@example.com")
    other = asked(account, now, person=Person(email="z@example.com")).contact
    merge.merge(kept=kept, other=other, by="owner", now=now)
    assert Delivery.objects.get().address == "zoe@example.com"


def test_two_with_one_number_become_one(account: Account, now: datetime) -> None:
    first = asked(account, now, person=Person(email="carol@example.com", phone=NUMBER)).contact
    second = asked(account, now, person=Person(email="carol@work.example", phone=NUMBER)).contact
    assert second.shares_phone
    kept = merge.merge(kept=second, other=first, by="owner", now=now)
    assert (kept.phone, kept.shares_phone) == (NUMBER, False)
    assert not MergeCandidate.objects.exists()


def test_of_two_open_requests_one_is_left(account: Account, pair: tuple[Contact, Contact], now: datetime) -> None:
    first = asked(account, now, person=Person(email="zoe@example.com"))
    second = asked(account, now, person=Person(phone=NUMBER))
    merge.merge(kept=pair[0], other=pair[1], by="owner", now=now)
    for request in (first, second):
        request.refresh_from_db()
    assert (first.status, second.status) == ("scheduled", "cancelled")
    assert "Merged by owner" in second.reason
    assert set(Delivery.objects.filter(request=second).values_list("status", flat=True)) == {"cancelled"}


@pytest.mark.parametrize("whose", [0, 1])
def test_an_opt_out_of_either_counts_for_all_addresses_of_the_channel(
    account: Account, now: datetime, whose: int
) -> None:
    addresses = ["a@example.com", "b@example.com"]
    contacts = [Contact.objects.create(account=account, email=address) for address in addresses]
    request = asked(account, now, person=Person(email=addresses[1 - whose]))
    opt_out(account, "email", addresses[whose], now)
    kept = merge.merge(kept=contacts[0], other=contacts[1], by="owner", now=now)
    assert kept.email == "a@example.com"
    for address in addresses:
        assert suppressions.of(account=account, channel="email", address=address).get().reason == "stop"
    request.refresh_from_db()
    assert request.status == "suppressed"


def test_a_lifted_opt_out_counts_no_more(account: Account, pair: tuple[Contact, Contact], now: datetime) -> None:
    opt_out(account, "sms", NUMBER, now)
    suppressions.lift(suppression=Suppression.objects.get(), because="asked for it", now=now + timedelta(days=1))
    merge.merge(kept=pair[0], other=pair[1], by="owner", now=now)
    assert not Suppression.objects.active().exists()


def test_contacts_of_two_accounts_stay_two(account: Account, other_account: Account, now: datetime) -> None:
    ours = Contact.objects.create(account=account, email="zoe@example.com")
    theirs = Contact.objects.create(account=other_account, phone=NUMBER)
    with pytest.raises(merge.CannotMerge, match="two accounts"):
        merge.merge(kept=ours, other=theirs, by="owner", now=now)
    assert Contact.objects.count() == 2


@pytest.mark.parametrize("gone", ["deleted", "erased", "itself"])
def test_with_one_that_is_gone_nothing_is_merged(pair: tuple[Contact, Contact], now: datetime, gone: str) -> None:
    kept, other = pair
    if gone == "deleted":
        Contact.objects.filter(pk=other.pk).delete()
    elif gone == "erased":
        Contact.objects.filter(pk=other.pk).update(erased_at=now)
    else:
        other = kept
    with pytest.raises(merge.CannotMerge, match="gone"):
        merge.merge(kept=kept, other=other, by="owner", now=now)
    assert Contact.objects.filter(pk=kept.pk).exists()
    assert not ReviewRequest.objects.exists()
