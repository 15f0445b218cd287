"""The cost of the hot paths in statements: each is a round trip to the database. BEGIN and COMMIT count."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from oauth.models import Account, User
from reviews.delivery import drain
from reviews.models import Contact
from reviews.models.base import Channel
from reviews.requests import matching
from reviews.requests.consents import Agreement
from reviews.requests.matching import Person
from reviews.tests.support.helpers import REFERENCE, Clock, FakeProvider, asked

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client(api_client: Callable[..., Any], owner: User, account: Account) -> Any:
    made = api_client(owner, account)
    made.get("/api/v1/status")  # the key's last use is noted once a minute
    return made


def statements(client: Any, body: dict[str, Any]) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        response = client.post("/api/v1/review-requests", body, format="json")
    assert response.status_code in (200, 201), response.content
    return [query["sql"] for query in queries]


# The last is the event with its notices, which SQLite cannot add in one. PostgreSQL takes all that write in one trip.
MOST = {"postgresql": 11, "sqlite": 12}[connection.vendor]


def test_a_new_contact_costs_few_statements(client: Any) -> None:
    ran = statements(client, REFERENCE)
    assert len(ran) <= MOST, "\n".join(ran)
    assert ran[-1] == "COMMIT"
    assert not [sql for sql in ran if "SAVEPOINT" in sql]


def test_a_known_contact_costs_few_statements(client: Any, account: Account) -> None:
    Contact.objects.create(account=account, email="jane@example.com", phone="+12125551234")
    assert len(statements(client, REFERENCE)) <= MOST  # with the names filled in


def test_an_external_id_costs_one_more(client: Any) -> None:
    assert len(statements(client, REFERENCE | {"external_id": "job-1"})) <= MOST + 1


CONSENT = {"channel": "email", "wording": "Yes", "source": "Form", "at": "2026-03-01T12:00:00Z"}


def test_a_consent_costs_one_more_and_to_demand_it_another(client: Any, account: Account) -> None:
    statements(client, {"email": "warm@example.com"})
    plain = len(statements(client, {"email": "a@example.com"}))
    event = {"postgresql": 0, "sqlite": 2}[connection.vendor]  # its event and notices, for which SQLite needs two
    assert len(statements(client, {"email": "b@example.com", "consent": CONSENT})) == plain + 1 + event
    assert len(statements(client, {"email": "b@example.com", "consent": CONSENT})) <= plain
    Account.objects.filter(pk=account.pk).update(mail_needs_consent=True)
    assert len(statements(client, {"email": "c@example.com", "consent": CONSENT})) == plain + 2 + event


def test_a_duplicate_costs_less(client: Any) -> None:
    statements(client, REFERENCE)
    assert len(statements(client, REFERENCE)) <= 6


@pytest.mark.skipif(settings.SQLITE, reason="needs PostgreSQL, which tells how many rows were read")
@pytest.mark.parametrize("person", [Person(email="jane@example.com"), Person(phone="+12125551234")])
def test_a_contact_is_found_by_its_address_in_a_plan_for_all_values(account: Account, person: Person) -> None:
    Contact.objects.bulk_create(Contact(account=account, email=f"{number}@example.com") for number in range(1000))
    jane = Contact.objects.create(account=account, email="jane@example.com", phone="+12125551234")
    read = "SELECT idx_tup_fetch + seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'reviews_contact'"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ANALYZE reviews_contact; SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute(read)
        (before,) = cursor.fetchone()
        (match,) = matching.find(account, [person])
        cursor.execute(read)
        (after,) = cursor.fetchone()
    assert match.contact == jane
    assert after - before <= 3


# --- Sending ------------------------------------------------------------------------------------

# On SQLite the mark, the request's move, the events, a look at the request, the follow-up and the declaration, each by
# itself.
STATEMENTS_A_MAIL = {"postgresql": 1, "sqlite": 9}


def test_a_mail_costs_one_statement_whatever_the_other_channel_has(
    account: Account, clock: Clock, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drain, "ASK_AGAIN", 60.0)  # so that a machine that is busy asks no more often

    def drained(mails: int) -> int:
        for number in range(mails):
            asked(account, clock(), Person(email=f"{mails}-{number}@example.com"))
        with CaptureQueriesContext(connection) as queries:
            assert drain.send_due(clock) == mails
        return len(queries)

    drained(1)  # warms up
    assert drained(9) - drained(4) == 5 * STATEMENTS_A_MAIL[connection.vendor]


def test_a_mail_costs_the_same_where_consents_are_demanded(
    account: Account, clock: Clock, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drain, "ASK_AGAIN", 60.0)

    def drained(mails: int) -> int:
        for number in range(mails):
            address = f"{mails}-{number}@example.com"
            agreed = Agreement(channel=Channel.EMAIL, address=address, wording="Yes", source="Form", at=clock())
            asked(account, clock(), Person(email=address), agreements=(agreed,))
        with CaptureQueriesContext(connection) as queries:
            assert drain.send_due(clock) == mails
        return len(queries)

    drained(1)  # warms up
    plain = drained(4)
    Account.objects.filter(pk=account.pk).update(mail_needs_consent=True)
    account.refresh_from_db()
    assert drained(5) - plain == STATEMENTS_A_MAIL[connection.vendor] + 1  # the look at the consents of a whole claim
