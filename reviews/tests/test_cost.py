"""What the hot paths cost, in statements: each is a round trip to the database. BEGIN and COMMIT count."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oauth.models import Account, User
from reviews.models import Contact
from reviews.tests.helpers import REFERENCE

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


def test_a_new_contact_costs_at_most_ten_statements(client: Any) -> None:
    ran = statements(client, REFERENCE)
    assert len(ran) <= 10, "\n".join(ran)
    assert ran[-1] == "COMMIT"
    assert not [sql for sql in ran if "SAVEPOINT" in sql]


def test_a_known_contact_costs_at_most_ten_statements(client: Any, account: Account) -> None:
    Contact.objects.create(account=account, email="jane@example.com", phone="+12125551234")
    assert len(statements(client, REFERENCE)) <= 10  # with the names filled in


def test_an_external_id_costs_one_more(client: Any) -> None:
    assert len(statements(client, REFERENCE | {"external_id": "job-1"})) <= 11


def test_a_duplicate_costs_less(client: Any) -> None:
    statements(client, REFERENCE)
    assert len(statements(client, REFERENCE)) <= 6
