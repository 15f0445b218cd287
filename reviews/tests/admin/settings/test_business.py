"""Settings, Business: each field is read as people write it, and a save says what it means."""

import gzip
from datetime import time
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from oauth.models import Account, User
from oauth.tests.flow import signed_in

pytestmark = pytest.mark.django_db

PAGE = "/admin/settings/business/"


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def client_of_owner(owner: User) -> Client:
    return signed_in(owner)


def form(account: Account, **changes: str) -> dict[str, str]:
    """What a browser sends for the account as it is, with changes; an empty one leaves a box unticked."""
    values = {
        "name": account.name,
        "postal_address": account.postal_address,
        "country": account.country,
        "time_zone": account.time_zone,
        "window_start": f"{account.window_start}",
        "window_end": f"{account.window_end}",
        "cooldown_days": f"{account.cooldown_days}",
    }
    return values | changes


def saved(client: Client, account: Account, **changes: str) -> str:
    """Save the form; return what is said then."""
    answer = client.post(PAGE, form(account, **changes), follow=True)
    assert answer.status_code == 200
    account.refresh_from_db()
    return words(answer)


def test_the_page_says_country_and_city_and_no_code(client_of_owner: Client, account: Account) -> None:
    page = words(client_of_owner.get(PAGE))
    assert '<option value="US" selected>United States</option>' in page
    assert '<optgroup label="United States">' in page
    assert page.index('<optgroup label="United States">') < page.index('<optgroup label="Africa">')
    assert "New York (" in page
    assert "Text messages never leave before 08:00 or after 21:00." in page
    assert "API calls" not in page
    assert str(account.pk) not in words(client_of_owner.get(PAGE)).replace(
        f'name="business" value="{account.pk}"', ""
    ).replace(f"/account/{account.pk}/history/", "")


def test_countries_have_names_in_the_language_of_the_page(client_of_owner: Client) -> None:
    from reviewhub.backoffice.places import countries

    with translation.override("de"):
        names = dict(countries())
    assert (names["DE"], names["AT"]) == ("Deutschland", "Österreich")
    assert list(names.values()).index("Österreich") < list(names.values()).index("Polen")


def test_nothing_changed_is_said(client_of_owner: Client, account: Account) -> None:
    assert "Nothing was changed." in saved(client_of_owner, account)
    assert account.history.count() == 1  # as it was made


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"window_start": "10:00:00", "window_end": "18:30:00"}, "Messages leave from 10:00 until 18:30 now"),
        ({"window_start": "00:00:00", "window_end": "00:00:00"}, "Mail leaves at any hour now"),
        ({"cooldown_days": "1"}, "asked again after 1 day at the earliest"),
        ({"texts_need_consent": "on"}, "No text leaves any more to a number whose owner did not agree to it."),
        ({"mail_needs_consent": "on"}, "No mail leaves any more to an address whose owner did not agree to it."),
        ({"sender_name": "The Dentists"}, "The next mails come from “The Dentists”."),
        ({"reply_to": "desk@riverside.example"}, "goes to desk@riverside.example."),
    ],
)
def test_a_save_says_what_it_means(
    client_of_owner: Client, account: Account, changes: dict[str, str], text: str
) -> None:
    assert text in saved(client_of_owner, account, **changes)


def test_place_and_hours_are_kept(client_of_owner: Client, account: Account) -> None:
    saved(
        client_of_owner, account, country="DE", time_zone="Europe/Berlin", window_start="09:30:00", skip_holidays="on"
    )
    assert (account.country, account.time_zone, account.skip_holidays) == ("DE", "Europe/Berlin", True)
    assert account.window_start == time(9, 30)
    assert account.history.latest().history_user.email == "owner@riverside.example"


def test_hours_that_no_list_has_stay(client_of_owner: Client, account: Account) -> None:
    Account.objects.update(window_start=time(9, 10), window_end=time(9, 10))
    account.refresh_from_db()
    page = words(client_of_owner.get(PAGE))
    assert '<option value="00:00:00" selected>00:00</option>' in page
    assert '<option value="00:00:00" selected>midnight</option>' in page  # the same time twice: all day
    Account.objects.update(window_start=time(9, 10), window_end=time(19, 45))
    page = words(client_of_owner.get(PAGE))
    assert '<option value="09:10:00" selected>09:10</option>' in page
    assert '<option value="19:45:00" selected>19:45</option>' in page


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("(212) 555-1234", "+12125551234"), ("Riverside", "Riverside"), ("+44 20 7946 0000", "+442079460000")],
)
def test_the_sender_of_texts_is_typed_as_people_write_it(
    client_of_owner: Client, account: Account, typed: str, kept: str
) -> None:
    saved(client_of_owner, account, text_sender=typed)
    assert account.text_sender == kept


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"name": " "}, "name", "give the business a name"),
        ({"postal_address": ""}, "postal_address", "The law asks for an address"),
        ({"country": "XX"}, "country", "Select a valid choice"),
        ({"time_zone": "Mars/Base"}, "time_zone", "Select a valid choice"),
        ({"window_start": "18:00:00", "window_end": "10:00:00"}, "window_end", "The window ends before it starts."),
        ({"window_start": "22:00:00", "window_end": "23:00:00"}, "window_start", "No text could ever leave"),
        ({"window_start": "noon"}, "window_start", "Select a valid choice"),
        ({"cooldown_days": "4000"}, "cooldown_days", "3650"),
        ({"cooldown_days": "-1"}, "cooldown_days", "0"),
        ({"reply_to": "nobody"}, "reply_to", "Enter a valid email address"),
        ({"text_sender": "123"}, "text_sender", "too few or too many digits"),
        ({"text_sender": "A name that is far too long"}, "text_sender", "at most 20 characters"),
        ({"name": "a\0b"}, "name", "Null characters"),
    ],
)
def test_an_error_stands_at_its_field_and_nothing_is_saved(
    client_of_owner: Client, account: Account, changes: dict[str, str], field: str, text: str
) -> None:
    answer = client_of_owner.post(PAGE, form(account, **changes))
    page = words(answer)
    assert answer.status_code == 400
    assert text in page[page.index(f'id="id_{field}_error"') :][:300]
    assert "Nothing is saved yet" in page
    before = Account.objects.get(pk=account.pk)
    assert (before.name, before.cooldown_days, before.window_start) == ("Riverside Dental", 90, time(9))


def test_only_what_was_changed_is_written(client_of_owner: Client, account: Account) -> None:
    """Somebody changes the page's looks meanwhile, in another tab."""
    sent = form(account, cooldown_days="30")
    Account.objects.update(colour="#ff0000", calls_per_minute=7)
    client_of_owner.post(PAGE, sent | {"calls_per_minute": "9", "is_active": "", "colour": "#00ff00"})
    account.refresh_from_db()
    assert (account.cooldown_days, account.colour, account.calls_per_minute, account.is_active) == (
        30,
        "#ff0000",
        7,
        True,
    )


def test_a_viewer_looks_and_changes_nothing(viewer: User, account: Account) -> None:
    client = signed_in(viewer)
    page = words(client.get(PAGE))
    assert "disabled" in page
    assert ">Save<" not in page
    answer = client.post(PAGE, form(account, name="Mine"))
    assert answer.status_code == 403
    assert "You may look, but not change this" in words(answer)
    account.refresh_from_db()
    assert account.name == "Riverside Dental"


def test_a_form_lands_in_the_business_that_it_was_shown_for(
    owner: User, account: Account, other_account: Account, stranger: User
) -> None:
    client = signed_in(owner)
    client.post(PAGE, form(account, name="Riverside Smiles") | {"business": str(account.pk)})
    assert client.post(PAGE, form(account, name="Taken") | {"business": str(other_account.pk)}).status_code == 404
    assert set(Account.objects.values_list("name", flat=True)) == {"Riverside Smiles", "Harbour Garage"}


def test_the_page_asks_little(client_of_owner: Client, django_assert_max_num_queries: Any) -> None:
    client_of_owner.get(PAGE)
    with django_assert_max_num_queries(7):
        page = client_of_owner.get(PAGE)
    assert len(page.content) < 75_000
    assert len(gzip.compress(page.content)) < 15_000


def test_who_changed_what_is_one_press_away(client_of_owner: Client, account: Account) -> None:
    saved(client_of_owner, account, name="Riverside Smiles")
    history = words(client_of_owner.get(f"/admin/oauth/account/{account.pk}/history/"))
    assert ">Riverside Dental</del>" in history
    assert ">Riverside Smiles</ins>" in history
