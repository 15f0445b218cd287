"""ETag, If-Match and If-None-Match: two programs do not overwrite each other, and none reads twice what it has."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from oauth.models import Account
from oauth.tests.flow import refused
from reviews.models import Contact, ReviewRequest
from reviews.tests.support.helpers import URL, asked
from reviews.tests.support.races import alone, somebody_waits
from reviews.tests.support.waiting import until

pytestmark = pytest.mark.django_db

CONTACTS, EVENTS = "/api/v1/contacts", "/api/v1/events"
OLD = '"0123456789abcdef0123456789abcdef"'


@pytest.fixture
def request_(account: Account) -> ReviewRequest:
    return asked(account, timezone.now(), delay=timedelta(hours=5))


@pytest.fixture
def paths(request_: ReviewRequest) -> dict[str, str]:
    return {"contact": f"{CONTACTS}/{request_.contact_id}", "request": f"{URL}/{request_.pk}", "events": EVENTS}


CHANGES = {"contact": {"first_name": "Joan"}, "request": {"metadata": {"a": 1}}}
# What else changes a request, in an order in which each may be done.
MOVES = ["hold", "release", "responded"]


def version(api: Any, path: str) -> str:
    etag: str = api.get(path)["ETag"]
    assert etag.startswith('"')
    return etag


@pytest.mark.parametrize("what", ["contact", "request", "events"])
@pytest.mark.parametrize("form", ["{}", "W/{}", '"x", {}', "*"])
def test_what_the_caller_has_is_not_sent_again(owner_api: Any, paths: dict[str, str], what: str, form: str) -> None:
    etag = version(owner_api, paths[what])
    again = owner_api.get(paths[what], headers={"If-None-Match": form.format(etag)})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    assert again["Cache-Control"] == "no-store"
    assert owner_api.head(paths[what], headers={"If-None-Match": etag}).status_code == 304
    assert owner_api.get(paths[what], headers={"If-None-Match": OLD}).status_code == 200


def test_an_event_changes_the_version_of_the_list(owner_api: Any, paths: dict[str, str]) -> None:
    etag = version(owner_api, EVENTS)
    assert owner_api.post(f"{paths['request']}/hold", {"because": "refund"}, format="json").status_code == 200
    assert owner_api.get(EVENTS, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_made_on_the_version_that_was_read_alone(owner_api: Any, paths: dict[str, str], what: str) -> None:
    read = version(owner_api, paths[what])
    first = owner_api.patch(paths[what], CHANGES[what], format="json", headers={"If-Match": read})
    assert (first.status_code, first["ETag"]) == (200, version(owner_api, paths[what]))
    assert first["ETag"] != read
    late = owner_api.patch(paths[what], {"last_name": "X", "metadata": {}}, format="json", headers={"If-Match": read})
    refused(late, 412, "precondition_failed")
    assert version(owner_api, paths[what]) == first["ETag"]
    # A weak one is no match: RFC 9110 §13.1.1.
    for named, status in (("*", 200), (f"{OLD}, {{}}", 200), ("W/{}", 412)):
        headers = {"If-Match": named.format(version(owner_api, paths[what]))}
        assert owner_api.patch(paths[what], CHANGES[what], format="json", headers=headers).status_code == status


def test_every_other_call_that_changes_a_request_asks_for_the_version(owner_api: Any, paths: dict[str, str]) -> None:
    for move in [*MOVES, "cancel"]:
        path, body = f"{paths['request']}/{move}", {"because": "refund"} if move == "hold" else {}
        refused(owner_api.post(path, body, format="json", headers={"If-Match": OLD}), 412, "precondition_failed")
        if move == "cancel":
            break  # it has ended otherwise
        headers = {"If-Match": version(owner_api, paths["request"])}
        assert owner_api.post(path, body, format="json", headers=headers).status_code == 200


def test_only_the_version_that_was_read_is_erased(owner_api: Any, paths: dict[str, str], request_: Any) -> None:
    refused(owner_api.delete(paths["contact"], headers={"If-Match": OLD}), 412, "precondition_failed")
    assert Contact.objects.get().erased_at is None
    headers = {"If-Match": version(owner_api, paths["contact"])}
    assert owner_api.delete(paths["contact"], headers=headers).status_code == 204


def test_by_a_key_the_first_answer_has_the_version_and_a_repeated_one_none(
    owner_api: Any, paths: dict[str, str]
) -> None:
    headers = {"If-Match": version(owner_api, paths["contact"]), "Idempotency-Key": "k1"}
    first, second = (
        owner_api.patch(paths["contact"], CHANGES["contact"], format="json", headers=headers) for _ in range(2)
    )
    assert (first.status_code, second.status_code) == (200, 200)
    assert first["ETag"] == version(owner_api, paths["contact"])
    assert "ETag" not in second


@pytest.mark.parametrize("named", ["", "nonsense", "W/", '"', "\x00"])
def test_what_names_no_version_asks_for_none(owner_api: Any, paths: dict[str, str], named: str) -> None:
    headers = {"If-Match": named, "If-None-Match": named}
    assert owner_api.get(paths["contact"], headers=headers).status_code == 200
    assert owner_api.patch(paths["contact"], CHANGES["contact"], format="json", headers=headers).status_code == 200


@pytest.mark.parametrize("what", CHANGES)
def test_a_stranger_learns_nothing_by_a_version(stranger_api: Any, paths: dict[str, str], what: str) -> None:
    for headers in ({"If-Match": OLD}, {"If-None-Match": "*"}):
        refused(stranger_api.patch(paths[what], CHANGES[what], format="json", headers=headers), 404, "not_found")
        refused(stranger_api.get(paths[what], headers=headers), 404, "not_found")


def test_who_names_no_version_pays_nothing(owner_api: Any, paths: dict[str, str]) -> None:
    owner_api.patch(paths["contact"], CHANGES["contact"], format="json")
    with CaptureQueriesContext(connection) as without:
        owner_api.patch(paths["contact"], {"first_name": "Ann"}, format="json")
    with CaptureQueriesContext(connection) as naming:
        owner_api.patch(paths["contact"], {"first_name": "Bea"}, format="json", headers={"If-Match": "*"})
    assert len(naming) > len(without)


@pytest.mark.postgres
@pytest.mark.skipif(settings.SQLITE, reason="needs connections that wait for each other")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", CHANGES)
def test_of_two_who_read_the_same_version_one_is_refused(owner_api: Any, paths: dict[str, str], what: str) -> None:
    read = version(owner_api, paths[what])
    model, pk = (Contact, "contact") if what == "contact" else (ReviewRequest, "request")
    key = paths[pk].rpartition("/")[2]

    def change(number: int) -> int:
        body = {"first_name": f"Joan {number}", "metadata": {"number": number}}
        answer = owner_api.patch(paths[what], body, format="json", headers={"If-Match": read})
        return int(answer.status_code)

    with ThreadPoolExecutor(2) as threads:
        with transaction.atomic():
            model.objects.select_for_update(of=("self",)).get(pk=key)  # both wait for it
            calls = [threads.submit(alone, partial(change, number)) for number in range(2)]
            until(somebody_waits)
        assert sorted(call.result() for call in calls) == [200, 412]
