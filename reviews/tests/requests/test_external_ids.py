"""External ids: one finds one request, whichever ask brought it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from oauth.models import Account
from reviews.contacts import erase, search
from reviews.models import Contact, RequestAlias, ReviewRequest
from reviews.requests import external_ids, lifecycle
from reviews.requests.ask import Ask, AskResult, ask, ask_all
from reviews.requests.duplicates import KNOWN_ID, OPEN_REQUEST
from reviews.requests.matching import Person
from reviews.tests.support.helpers import JANE, REFERENCE, URL, asked, post
from reviews.tests.support.races import alone

pytestmark = pytest.mark.django_db

FINDS = "external_id: “{}” finds that review request from now on."
METADATA = "metadata was left out: that review request keeps its own."


def ids_of(request: ReviewRequest) -> list[str]:
    request.refresh_from_db()
    return [request.external_id, *request.aliases.order_by("pk").values_list("external_id", flat=True)]


def test_a_second_ask_with_another_id_is_answered_with_the_open_request_and_its_id_finds_that(owner_api: Any) -> None:
    """Case A5."""
    first = post(owner_api, REFERENCE | {"external_id": "job-1"})
    second = post(owner_api, REFERENCE | {"external_id": "job-2", "metadata": {"job": 2}})
    body = second.json()
    assert (first.status_code, second.status_code, body["id"]) == (201, 200, first.json()["id"])
    assert (body["external_id"], body["message"]) == ("job-1", OPEN_REQUEST)
    assert body["warnings"] == [OPEN_REQUEST, FINDS.format("job-2"), METADATA]
    for external_id in ("job-1", "job-2"):
        [found] = owner_api.get(f"{URL}?external_id={external_id}").json()["results"]
        assert found["id"] == body["id"]
        assert owner_api.get(f"{URL}/external_id:{external_id}").json()["id"] == body["id"]
        again = post(owner_api, {"email": "somebody@else.example", "external_id": external_id})
        assert (again.status_code, again.json()["id"]) == (200, body["id"])
        assert again.json()["warnings"] == [KNOWN_ID]
    assert not Contact.objects.filter(email="somebody@else.example").exists()
    assert owner_api.get(f"{URL}/{body['id']}").json()["metadata"] == REFERENCE["metadata"]


def test_the_same_call_twice_is_told_that_it_is_known_and_nothing_else(owner_api: Any) -> None:
    body = REFERENCE | {"external_id": "job-1"}
    post(owner_api, body)
    assert post(owner_api, body).json()["warnings"] == [KNOWN_ID]
    assert post(owner_api, REFERENCE).json()["warnings"] == [OPEN_REQUEST]
    assert not RequestAlias.objects.exists()


def test_a_request_without_an_id_takes_the_first_one_as_its_own(account: Account, now: datetime) -> None:
    request = asked(account, now)
    for external_id in ("job-1", "job-2", "job-3", "job-2"):
        assert asked(account, now, external_id=external_id) == request
    assert ids_of(request) == ["job-1", "job-2", "job-3"]


def test_an_id_finds_its_request_after_that_has_ended(account: Account, now: datetime) -> None:
    request = asked(account, now, external_id="job-1")
    asked(account, now, external_id="job-2")
    lifecycle.cancel_request(request=request, now=now)
    result = ask(account=account, wanted=Ask(JANE, external_id="job-2"), now=now)
    assert (result.request, result.created, result.warnings) == (request, False, [KNOWN_ID])


def test_the_same_id_of_another_account_is_another_id(account: Account, other_account: Account, now: datetime) -> None:
    for each in (account, other_account):
        request = asked(each, now, external_id="job-1")
        asked(each, now, external_id="job-2")
        assert ids_of(request) == ["job-1", "job-2"]
        assert external_ids.find(each, ["job-2", "job-1", ""]) == {"job-1": request, "job-2": request}


def test_several_asks_in_one_call_each_leave_their_id(account: Account, now: datetime) -> None:
    wanted = [Ask(JANE, external_id=f"job-{number}") for number in (1, 2, 3, 2)]
    results = ask_all(account=account, wanted=wanted, now=now)
    requests = [result.request for result in results if isinstance(result, AskResult)]
    assert len({request.pk for request in requests}) == 1
    assert ids_of(requests[0]) == ["job-1", "job-2", "job-3"]


def test_who_is_erased_leaves_no_id(account: Account, now: datetime) -> None:
    request = asked(account, now, external_id="job-1")
    asked(account, now, external_id="job-2")
    erase.erase(contact=request.contact, by="Ann", now=now)
    assert ids_of(request) == [""]


def test_staff_find_a_request_by_a_further_id(account: Account, other_account: Account, now: datetime) -> None:
    request = asked(account, now, external_id="job-1")
    asked(account, now, external_id="job-2")
    for accounts, found in ((account, [request]), (other_account, [])):
        rows, _ = search.search_requests(
            ReviewRequest.objects.all(),
            " job-2 ",
            contacts=Contact.objects.none(),
            accounts=Account.objects.filter(pk=accounts.pk),
        )
        assert list(rows) == found


def test_an_id_is_an_alias_once(account: Account, now: datetime) -> None:
    request = asked(account, now, external_id="job-1")
    asked(account, now, external_id="job-2")
    with pytest.raises(IntegrityError), transaction.atomic():
        RequestAlias.objects.create(account=account, request=request, external_id="job-2", created_at=now)


def test_an_ask_with_an_id_costs_one_lock_and_one_look_more(account: Account, now: datetime) -> None:
    asked(account, now, person=Person(email="warm@example.com"))
    with CaptureQueriesContext(connection) as without:
        asked(account, now, person=Person(email="a@example.com"))
    with CaptureQueriesContext(connection) as with_id:
        asked(account, now, person=Person(email="b@example.com"), external_id="job-1")
    assert len(with_id) - len(without) == (1 if settings.SQLITE else 2)


@pytest.mark.skipif(settings.SQLITE, reason="looks at PostgreSQL's plans")
def test_ids_are_looked_up_by_their_indexes(account: Account, now: datetime) -> None:
    with CaptureQueriesContext(connection) as queries, connection.cursor() as cursor:
        external_ids.find(account, ["job-1", "job-2"])
        list(external_ids.having(ReviewRequest.objects.for_account(account), account, "job-1"))
        plans = ""
        cursor.execute("SET LOCAL enable_seqscan = off")
        for query in queries.captured_queries[:3]:
            cursor.execute("EXPLAIN " + query["sql"])
            plans += "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan on reviews_reviewrequest" not in plans
    assert {"request_once_per_external_id", "request_alias_once"} <= set(plans.replace("(", " ").split())


# --- At once -----------------------------------------------------------------------------------------

on_postgres = pytest.mark.skipif(settings.SQLITE, reason="needs PostgreSQL: SQLite lets one writer in at a time")


def together(calls: list[Any]) -> list[Any]:
    """Make the calls at the same moment, each on a connection of its own."""
    barrier = Barrier(len(calls))

    def one(call: Any) -> Any:
        connection.ensure_connection()
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(alone, partial(one, call)) for call in calls]]


@pytest.mark.postgres
@on_postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_named", [True, False], ids=["alias", "own"])
@pytest.mark.parametrize("trial", range(6))
def test_an_id_that_two_asks_bring_at_once_is_one_requests(account: Account, is_named: bool, trial: int) -> None:
    """One is answered with Jane's open request, the other asks Bob: whoever comes second is answered with the first."""
    now = timezone.now()
    jane = asked(account, now, external_id="job-1" if is_named else "")
    wanted = [Ask(JANE, external_id="job-2"), Ask(Person(email="bob@example.com"), external_id="job-2")]
    results = together([partial(ask, account=account, wanted=each, now=now) for each in wanted])
    assert {result.request.pk for result in results} in ({jane.pk}, {results[1].request.pk})
    assert len({result.request.pk for result in results}) == 1
    own = ReviewRequest.objects.filter(external_id="job-2").count()
    assert own + RequestAlias.objects.filter(external_id="job-2").count() == 1


@pytest.mark.postgres
@on_postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k"}], ids=["plain", "with a key"])
def test_calls_that_each_bring_further_ids_wait_for_each_other(
    account: Account, owner_api: Any, headers: dict[str, str]
) -> None:
    people = [{"email": f"{name}@example.com"} for name in "abcd"]
    post(owner_api, {"requests": people}, f"{URL}/bulk")

    def bulk(number: int) -> Any:
        rows = [person | {"external_id": f"{number}-{person['email']}-{n}"} for n in range(3) for person in people]
        named = {name: f"{value}{number}" for name, value in headers.items()}
        return post(owner_api, {"requests": rows if number % 2 else rows[::-1]}, f"{URL}/bulk", **named)

    answers = together([partial(bulk, number) for number in range(4)])
    assert {answer.status_code for answer in answers} == {200}
    assert {row["status"] for answer in answers for row in answer.json()["results"]} == {200}
    own = ReviewRequest.objects.exclude(external_id="").count()
    assert own + RequestAlias.objects.count() == 4 * 3 * 4
