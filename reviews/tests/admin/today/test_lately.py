"""Lately: what happened to many customers at once is told as a number."""

import re
from datetime import datetime, timedelta

import pytest

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.admin.today.lately import READ
from reviews.models import Event
from reviews.requests import lifecycle
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db


def lately(owner: User) -> list[str]:
    html = signed_in(owner).get("/admin/").content.decode().split('id="lately"')[1].split("</section>")[0]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in html.split("<li>")[1:]]


def ask_many(account: Account, count: int, now: datetime) -> None:
    for customer in range(count):
        person = Person(first_name=f"Cy{customer}", email=f"cy{customer}@example.com")
        asked(account, now + timedelta(seconds=customer), person=person)


def test_few_are_told_by_name(account: Account, owner: User, now: datetime) -> None:
    ask_many(account, 3, now)
    assert [row.split(" will")[0] for row in lately(owner)] == ["Cy2", "Cy1", "Cy0"]


def test_many_are_told_as_a_number_and_what_happened_between_by_name(
    account: Account, owner: User, now: datetime
) -> None:
    ask_many(account, 5, now)
    for row in account.review_requests.all():
        lifecycle.cancel_request(request=row, now=now, reason="Cancelled by Ann.")
    asked(account, now, person=Person(first_name="Ida", email="ida@example.com"))
    rows = lately(owner)
    assert rows[0].startswith("Ida will be asked.")
    assert rows[1].startswith("5 requests were cancelled.")
    assert rows[2].startswith("5 customers will be asked.")


def test_what_is_not_read_is_not_counted_out(account: Account, owner: User, now: datetime) -> None:
    ask_many(account, READ + 1, now)
    [row] = lately(owner)
    assert row.startswith(f"{READ}+ customers will be asked.")
    assert Event.objects.count() > READ
