from datetime import datetime, timedelta

import pytest
from django.db import transaction

from oauth.models import Account
from reviews.models import Contact, MergeCandidate, ReviewRequest
from reviews.models.addresses import InvalidPhone, normalise_email, normalise_phone
from reviews.requests import matching
from reviews.requests.matching import Match, Person

pytestmark = pytest.mark.django_db

NUMBER = "+12125551234"


def matched(account: Account, **given: str) -> Match:
    with transaction.atomic():
        (match,) = matching.find(account, [Person(**given)])
        matching.keep([match])
    return match


def request_of(contact: Contact, moment: datetime) -> None:
    ReviewRequest.objects.create(
        account=contact.account,
        contact=contact,
        sequence=contact.account.sequences.get(),
        status="completed",
        scheduled_for=moment,
        created_at=moment,
        ended_at=moment,
    )


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("(212) 555-1234", "US", "+12125551234"),
        ("+1 212 555 1234", "DE", "+12125551234"),
        ("030 901820", "DE", "+4930901820"),
        ("tel:+12125551234", "US", "+12125551234"),
    ],
)
def test_numbers_are_stored_as_e164(text: str, country: str, expected: str) -> None:
    assert normalise_phone(text, country)[0] == expected


@pytest.mark.parametrize("text", ["12", "not a number", "+1", "1" * 40, "+999123456789", ""])
def test_what_no_network_could_route_is_refused(text: str) -> None:
    with pytest.raises(InvalidPhone):
        normalise_phone(text, "US")


def test_a_possible_number_nobody_has_passes_with_a_warning() -> None:
    number, warning = normalise_phone("+12120000000", "US")
    assert number == "+12120000000"
    assert "does not look like" in warning


def test_addresses_match_in_any_case_and_form() -> None:
    assert normalise_email("  Jane@EXAMPLE.com ") == "jane@example.com"
    assert normalise_email("x@e\u0301.example") == normalise_email("x@\u00c9.example")


def test_the_same_address_is_the_same_contact(account: Account) -> None:
    first = matched(account, email="jane@example.com")
    second = matched(account, email="jane@example.com", first_name="Jane")
    assert second.contact == first.contact
    assert Contact.objects.get().first_name == "Jane"


def test_blanks_are_filled_and_names_never_emptied(account: Account) -> None:
    matched(account, email="jane@example.com", first_name="Jane", company_name="Smith Ltd")
    matched(account, email="jane@example.com", phone="+12125551234", first_name="", last_name="Smith")
    jane = Contact.objects.get()
    assert (jane.first_name, jane.last_name, jane.company_name) == ("Jane", "Smith", "Smith Ltd")
    assert jane.phone == "+12125551234"


def test_a_number_finds_the_contact_when_the_address_is_new(account: Account) -> None:
    first = matched(account, phone="+12125551234")
    second = matched(account, phone="+12125551234", email="jane@example.com")
    assert second.contact == first.contact
    assert Contact.objects.get().email == "jane@example.com"


def test_a_new_address_with_a_known_number_is_a_new_contact(account: Account) -> None:
    carol = matched(account, email="carol@example.com", phone=NUMBER, first_name="Carol").contact
    dave = matched(account, email="dave@example.com", phone=NUMBER, first_name="Dave")
    assert dave.is_new
    assert "Another contact has this mobile number" in dave.warnings[0]
    names = Contact.objects.filter(phone=NUMBER).order_by("email").values_list("email", "first_name")
    assert list(names) == [("carol@example.com", "Carol"), ("dave@example.com", "Dave")]
    candidate = MergeCandidate.objects.get()
    assert (candidate.by_email, candidate.by_phone) == (dave.contact, carol)


def test_a_known_pair_is_neither_noted_nor_warned_about_again(account: Account) -> None:
    matched(account, email="carol@example.com", phone=NUMBER)
    matched(account, email="dave@example.com", phone=NUMBER)
    MergeCandidate.objects.all().delete()  # staff have looked at it
    again = matched(account, email="dave@example.com", phone=NUMBER)
    assert (again.is_new, again.warnings) == (False, [])
    assert not MergeCandidate.objects.exists()


def test_a_number_alone_means_the_contact_without_an_address(account: Account) -> None:
    matched(account, email="carol@example.com", phone=NUMBER)
    alone = Contact.objects.create(account=account, phone=NUMBER, shares_phone=True)
    assert matched(account, phone=NUMBER, first_name="Al").contact == alone
    alone.refresh_from_db()
    assert alone.first_name == "Al"


@pytest.mark.parametrize("last", ["carol", "dave", "erin"])
def test_a_number_alone_means_else_the_contact_asked_last(account: Account, now: datetime, last: str) -> None:
    names = ["carol", "dave", "erin"]
    people = {name: matched(account, email=f"{name}@example.com", phone=NUMBER).contact for name in names}
    for minutes, name in enumerate([*(name for name in names if name != last), last]):
        request_of(people[name], now + timedelta(minutes=minutes))
    assert matched(account, phone=NUMBER).contact == people[last]


def test_where_nobody_was_asked_the_newest_contact_is_meant(account: Account) -> None:
    for name in ("carol", "dave"):
        matched(account, email=f"{name}@example.com", phone=NUMBER)
    moment = Contact.objects.get(email="carol@example.com").created_at
    Contact.objects.update(created_at=moment)  # then the id decides, the same way each time
    newest = max(Contact.objects.all(), key=lambda contact: contact.pk)
    assert {matched(account, phone=NUMBER).contact for _ in range(3)} == {newest}


def test_a_number_alone_overwrites_no_name(account: Account) -> None:
    matched(account, email="carol@example.com", phone=NUMBER, first_name="Carol", time_zone="America/Denver")
    match = matched(account, phone=NUMBER, first_name="Dave", last_name="Miller", company_name="Miller Ltd")
    assert "another name" in match.warnings[0]
    matched(account, phone=NUMBER, first_name="CAROL", last_name="Jones", time_zone="America/New_York")
    carol = Contact.objects.get()
    assert (carol.name, carol.company_name, carol.time_zone) == ("Carol Jones", "", "America/Denver")


def test_a_number_alone_replaces_the_name_where_there_is_no_address(account: Account) -> None:
    matched(account, phone=NUMBER, first_name="Jan")
    matched(account, phone=NUMBER, first_name="Jane")
    assert Contact.objects.get().first_name == "Jane"


def test_a_new_address_fills_in_a_contact_that_has_none_and_leaves_its_name(account: Account) -> None:
    matched(account, phone=NUMBER, first_name="Carol")
    match = matched(account, phone=NUMBER, email="jane@example.com", first_name="Jane")
    assert (match.is_new, Contact.objects.get().name, Contact.objects.get().email) == (
        False,
        "Carol",
        "jane@example.com",
    )


def test_another_number_than_the_one_on_file_is_not_taken(account: Account) -> None:
    matched(account, email="jane@example.com", phone=NUMBER)
    match = matched(account, email="jane@example.com", phone="+12125559999")
    assert match.contact.phone == NUMBER
    assert match.warnings == ["This contact already has another mobile number; the one on file is kept."]


def test_two_contacts_named_together_share_the_number_and_are_noted(account: Account) -> None:
    by_email = matched(account, email="jane@example.com").contact
    by_phone = matched(account, phone=NUMBER).contact
    for _ in range(2):
        match = matched(account, email="jane@example.com", phone=NUMBER)
    assert match.contact == by_email
    assert match.contact.phone == NUMBER
    candidate = MergeCandidate.objects.get()
    assert (candidate.by_email, candidate.by_phone) == (by_email, by_phone)


def test_another_accounts_contact_is_never_found(account: Account, other_account: Account) -> None:
    theirs = matched(other_account, email="jane@example.com").contact
    ours = matched(account, email="jane@example.com").contact
    assert ours != theirs
    assert theirs.account == other_account


def test_an_unchanged_contact_costs_one_statement(account: Account, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    matched(account, email="jane@example.com", first_name="Jane")
    with transaction.atomic(), django_assert_num_queries(1):
        matching.keep(matching.find(account, [Person(email="jane@example.com", first_name="Jane")]))
