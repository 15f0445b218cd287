"""The rows of a list as a file: the same rows, safe for a spreadsheet, streamed and bounded."""

import csv
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from oauth.models import Account, Membership, User
from oauth.tests.flow import signed_in
from reviews.models import Contact, ReviewRequest
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked
from reviews.tests.support.lists import LISTS, exported, page_of

pytestmark = pytest.mark.django_db


def ask_some(account: Account, now: datetime, *names: str) -> None:
    for number, name in enumerate(names):
        person = Person(email=f"{name.lower()}@example.com", first_name=name)
        asked(account, now + timedelta(minutes=number), person=person)


def test_nobody_without_the_back_office_gets_a_file(account: Account, client: Any, now: datetime) -> None:
    ask_some(account, now, "Ann")
    for address in LISTS.values():
        response = client.get(f"{address}export.csv")
        assert response.status_code == 302
        assert response.url.startswith("/admin/login/")
    assert signed_in(User.objects.create_user(email="new@example.com")).get(
        f"{LISTS['requests']}export.csv"
    ).status_code in (302, 403)


def test_a_file_holds_the_rows_of_the_list_in_its_order(account: Account, owner: User, now: datetime) -> None:
    ask_some(account, now, "Ann", "Bob", "Cat")
    ReviewRequest.objects.filter(contact__first_name="Bob").update(status="sent")
    page = page_of(owner, "requests", status__exact="scheduled", o="oldest", p="1")
    assert 'href="export.csv?o=oldest&amp;status__exact=scheduled"' in page
    names = [line.split(",")[0] for line in exported(owner, "requests", status__exact="scheduled", o="oldest")]
    assert names == ["Customer", "Ann", "Cat"]
    assert len(exported(owner, "requests", q="bob")) == 2


def test_a_file_for_filters_that_no_row_could_have_is_refused(account: Account, owner: User, now: datetime) -> None:
    ask_some(account, now, "Ann")
    for query in ({"created_at__gte": "never"}, {"q": "\0"}, {"nonsense": "1"}):
        assert signed_in(owner).get(f"{LISTS['requests']}export.csv", query).status_code == 400


def test_a_file_names_the_business_only_where_several_are_in_view(
    account: Account, other_account: Account, owner: User, operator: User, now: datetime
) -> None:
    Membership.objects.create(account=other_account, user=owner, role="viewer")
    ask_some(account, now, "Ann")
    ask_some(other_account, now, "Bob")
    lines = exported(operator, "customers")
    assert lines[0].startswith("Business,First name")
    assert {line.split(",")[0] for line in lines[1:]} == {account.name, other_account.name}
    assert len(exported(owner, "customers")) == 2
    assert exported(owner, "customers")[0].startswith("First name")


def test_formulas_are_marked_as_text_and_times_name_their_zone(account: Account, owner: User, now: datetime) -> None:
    Contact.objects.create(account=account, first_name="=cmd|' /C calc'!A0", last_name="@SUM(1)", phone="+12125551234")
    Contact.objects.update(created_at=datetime.fromisoformat("2026-03-03T15:00:00+00:00"))
    line = next(csv.reader(exported(owner, "customers")[1:]))
    assert line[:2] == ["'=cmd|' /C calc'!A0", "'@SUM(1)"]
    assert line[4] == "+12125551234"
    assert line[-1] == "2026-03-03T10:00:00-05:00"  # by the clock of the business


def test_a_file_is_streamed_in_chunks_and_ends_at_its_bound(
    account: Account, owner: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import connection

    monkeypatch.setattr("reviewhub.backoffice.export.CHUNK", 2)
    monkeypatch.setattr("reviewhub.backoffice.export.MOST_EXPORTED", 5)
    ask_some(account, now, "Ann", "Bob", "Cat", "Dan", "Eve", "Fay")
    response: Any = signed_in(owner).get(f"{LISTS['customers']}export.csv")
    assert response.streaming
    assert response["Content-Disposition"] == 'attachment; filename="customers.csv"'
    parts: Any = iter(response.streaming_content)
    with CaptureQueriesContext(connection) as before:
        first = [next(parts) for _ in range(4)]  # the mark, the headings, two rows
    with CaptureQueriesContext(connection) as later:
        rest = list(parts)
    assert [line.split(b",")[0] for line in first[2:]] == [b"Fay", b"Eve"]
    assert 0 < len(before) < len(later)  # the other chunks are read when their time comes
    assert [line.split(b",")[0] for line in rest[:3]] == [b"Dan", b"Cat", b"Bob"]
    assert (
        rest[3].decode().strip().strip('"') == "Only the first 5 rows are here: filter the list, and export the others."
    )
    assert len(rest) == 4


def test_a_row_that_goes_while_the_file_is_read_is_left_out(account: Account, owner: User, now: datetime) -> None:
    Contact.objects.create(account=account, first_name="Ann", email="a@example.com")
    Contact.objects.create(account=account, first_name="Bob", email="b@example.com")
    response: Any = signed_in(owner).get(f"{LISTS['customers']}export.csv")
    Contact.objects.filter(first_name="Bob").delete()
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["Ann"]
