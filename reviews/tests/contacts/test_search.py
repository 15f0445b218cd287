"""Finding customers by what staff type."""

from datetime import datetime

import pytest
from django.conf import settings

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.contacts import search
from reviews.contacts.search import search_contacts
from reviews.models import Contact, ReviewRequest
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db

REQUESTS, CONTACTS = "/admin/reviews/reviewrequest/", "/admin/reviews/contact/"


@pytest.fixture
def people(account: Account) -> list[Contact]:
    return [
        Contact.objects.create(account=account, **given)
        for given in (
            {"first_name": "Zoë", "last_name": "O'Neil", "email": "zoe@example.com"},
            {"first_name": "Al", "last_name": "Smith", "phone": "+12125550102", "company_name": "Smith & Sons"},
            {"first_name": "Bo", "email": "bo_50%@example.com"},
        )
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("zoe@example.com", [0]),
        ("zoë", [0]),
        pytest.param("ZOË", [0], marks=pytest.mark.skipif(settings.SQLITE, reason="SQLite's capitals are ASCII's")),
        ("o'neil zo", [0]),
        ("example", [0, 2]),
        ("sons smith", [1]),
        ("(212) 555-0102", [1]),
        ("0102", [1]),
        ("212.555", [1]),
        ("al", [1]),
        ("smith zoe", []),
        ("50%", [2]),
        ("o_5", [2]),
        ("%", [2]),
        ("\\", []),
        ("nobody", []),
    ],
)
def test_every_word_is_somewhere(people: list[Contact], text: str, found: list[int]) -> None:
    assert set(search_contacts(Contact.objects.all(), text)) == {people[place] for place in found}


def test_short_words_are_looked_for_among_the_newest(people: list[Contact], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "NEWEST", 1)
    assert not search_contacts(Contact.objects.all(), "al")
    assert set(search_contacts(Contact.objects.all(), "bo")) == {people[2]}


def test_a_request_is_found_by_its_customer_and_by_the_callers_own_id(
    account: Account, owner: User, now: datetime
) -> None:
    asked(account, now, person=Person(first_name="Zebedee", email="zebedee@example.com"), external_id="JOB 7")
    asked(account, now, person=Person(first_name="Quagga", email="quagga@example.com"))
    client = signed_in(owner)
    for text in ("zebed", "JOB 7"):
        page = client.get(REQUESTS, {"q": text}).content.decode()
        assert "Zebedee" in page
        assert "Quagga" not in page
    assert "Zebedee" not in client.get(REQUESTS, {"q": "JOB"}).content.decode()
    assert "Quagga" in client.get(CONTACTS, {"q": "quagga@"}).content.decode()


def test_another_accounts_customers_and_ids_are_not_found(account: Account, stranger: User, now: datetime) -> None:
    asked(account, now, person=Person(first_name="Zebedee", email="zebedee@example.com"), external_id="JOB7")
    client = signed_in(stranger)
    for url in (REQUESTS, CONTACTS):
        for text in ("zebedee", "JOB7"):
            assert "Zebedee" not in client.get(url, {"q": text}).content.decode()


def test_too_many_are_cut_and_that_is_said(
    account: Account, owner: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("reviews.contacts.search", "reviews.admin.requests"):
        monkeypatch.setattr(f"{module}.MOST_FOUND", 2)
    for number in range(3):
        asked(account, now, person=Person(first_name="Zebedee", email=f"z{number}@example.com"))
    page = signed_in(owner).get(REQUESTS, {"q": "zebedee"}).content.decode()
    assert "More than 2 customers match" in page
    shown = [request for request in ReviewRequest.objects.all() if f'href="{request.pk}/change/' in page]
    assert len(shown) == 2
