"""The list of events, for programs that have no webhook."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from oauth.models import Account
from reviews.models import Delivery, Event
from reviews.pages import actions
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked, refused
from reviews.webhooks import endpoints, events

pytestmark = pytest.mark.django_db

EVENTS = "/api/v1/events"


def test_the_feed_is_newest_first_and_leads_on(owner_api: Any, account: Account, now: datetime) -> None:
    for number in range(5):
        asked(account, now, Person(email=f"{number}@example.com"))
    first = owner_api.get(EVENTS, {"page_size": 2}).json()
    walked = first["results"] + (second := owner_api.get(first["next"]).json())["results"]
    walked += owner_api.get(second["next"]).json()["results"]
    assert [row["data"]["review_request"]["contact_email"] for row in walked] == [
        f"{number}@example.com" for number in (4, 3, 2, 1, 0)
    ]
    assert len({row["id"] for row in walked}) == 5
    again = owner_api.get(EVENTS).json()["results"]
    assert [row["id"] for row in again] == [row["id"] for row in walked]  # ids are stable
    assert set(again[0]) == {"id", "type", "timestamp", "data"}


@pytest.mark.parametrize(("first", "last"), [("Jane", "Smith"), ("", "")])
def test_a_name_comes_in_two_parts_as_well(
    owner_api: Any, account: Account, now: datetime, first: str, last: str
) -> None:
    asked(account, now, Person(first_name=first, last_name=last, email="jane@example.com"))
    told = owner_api.get(EVENTS).json()["results"][0]["data"]["review_request"]
    assert told["contact_name"] == (f"{first} {last}".strip() or None)
    assert (told["contact_first_name"], told["contact_last_name"]) == (first or None, last or None)


def test_the_feed_takes_filters(owner_api: Any, account: Account, now: datetime) -> None:
    asked(account, now)
    row = Delivery.objects.select_related("request").get()
    actions.record_feedback(delivery=row, rating=3, text="So so", now=now + timedelta(hours=1))

    def types(**query: Any) -> list[str]:
        answer = owner_api.get(EVENTS, query)
        assert answer.status_code == 200, answer.content
        return [row["type"] for row in answer.json()["results"]]

    everything = ["feedback.created", "review_request.responded", "review_request.scheduled"]
    assert types() == everything
    assert types(type="feedback.created") == everything[:1]
    assert types(type=["feedback.created", "review_request.scheduled"]) == [everything[0], everything[2]]
    assert types(occurred_after=(now + timedelta(minutes=1)).isoformat()) == everything[:2]
    assert types(occurred_before=(now + timedelta(minutes=1)).isoformat()) == everything[2:]
    refused(owner_api.get(EVENTS, {"type": "nope"}), "type")
    refused(owner_api.get(EVENTS, {"cursor": "nope"}), "cursor")


def test_the_feed_is_the_accounts_own_and_holds_no_tests(
    owner_api: Any, stranger_api: Any, account: Account, now: datetime
) -> None:
    asked(account, now)
    endpoint, _ = endpoints.subscribe(account=account, url="https://hooks.example.com/catch/1", names=[])
    endpoints.test(endpoint, now)
    assert len(owner_api.get(EVENTS).json()["results"]) == 1
    assert stranger_api.get(EVENTS).json()["results"] == []
    assert Client().get(EVENTS).status_code == 401


def test_a_page_of_the_feed_costs_few_statements(
    owner_api: Any, account: Account, now: datetime, django_assert_max_num_queries: Any
) -> None:
    events.record(*(Event(account=account, type="contact.erased", occurred_at=now) for _ in range(5)))
    for number in range(30):
        asked(account, now, Person(email=f"{number}@example.com"))
    owner_api.get("/api/v1/status")
    with django_assert_max_num_queries(4):
        owner_api.get(EVENTS)
