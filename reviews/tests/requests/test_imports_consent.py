"""Consents from a file: of each customer by columns, of all of them by settings, and of nobody by guess."""

from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from oauth.models import Account, User
from reviews.models import Consent, ImportJob, ReviewRequest
from reviews.requests import import_files, imports

pytestmark = pytest.mark.django_db

COLUMNS = ["email", "mobile_phone_number", "consent_at", "consent_wording", "consent_source", "consent_channel"]
HEADINGS = "email;mobile;consent date;consent text;consent source;consent channel"
NOBODY: dict[str, Any] = {
    "consent_channel": "",
    "consent_wording": "",
    "consent_source": "",
    "consent_at": None,
}
ALL = {
    "consent_channel": "both",
    "consent_wording": "I agree to be asked.",
    "consent_source": "Old booking form",
    "consent_at": datetime.fromisoformat("2026-02-01T12:00:00Z"),
}


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "enqueue", lambda *_: None)


def run(account: Account, owner: User, text: str, **settings: Any) -> ImportJob:
    job = import_files.receive(account=account, user=owner, name="list.csv", raw=text.encode(), now=timezone.now())
    asking: dict[str, Any] = {"channel": "auto", "sequence": None, "delay_hours": 0, "encoding": ""}
    assert imports.configure(
        job, has_header=job.has_header, columns=job.columns, now=timezone.now(), **asking, **(NOBODY | settings)
    )
    assert imports.start(job, check=False, now=timezone.now())
    imports.work(job.pk)
    job.refresh_from_db()
    return job


def test_the_columns_are_found(account: Account, owner: User) -> None:
    row = "a@example.com;+12125550101;2026-02-01;Yes;Form;both"
    job = run(account, owner, f"{HEADINGS}\n{row}\n")
    assert job.columns == COLUMNS
    assert set(Consent.objects.values_list("channel", "wording", "source", "via")) == {
        ("email", "Yes", "Form", "import"),
        ("sms", "Yes", "Form", "import"),
    }


def test_a_column_that_only_says_yes_or_no_is_no_date(account: Account, owner: User) -> None:
    job = run(account, owner, "email;consent\na@example.com;yes\n")
    assert job.columns == ["email", ""]
    assert not Consent.objects.exists()


@pytest.mark.parametrize(
    ("cell", "at"),
    [
        ("2026-02-01", "2026-02-01T00:00:00-05:00"),
        ("2026-02-01 14:30", "2026-02-01T14:30:00-05:00"),
        ("2026-02-01T14:30:15", "2026-02-01T14:30:15-05:00"),
        ("2026-02-01T14:30:15Z", "2026-02-01T14:30:15+00:00"),
        ("1.2.2026", "2026-02-01T00:00:00-05:00"),
        ("01.02.2026 14:30", "2026-02-01T14:30:00-05:00"),
        ("2026-07-01 12:00", "2026-07-01T12:00:00-04:00"),
    ],
)
def test_a_time_is_read_by_the_clock_of_the_business(account: Account, owner: User, cell: str, at: str) -> None:
    run(account, owner, f"email;consent date\na@example.com;{cell}\n", **(ALL | {"consent_at": None}))
    assert Consent.objects.get().at == datetime.fromisoformat(at)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("03/04/2026", "'03/04/2026' is no date; write it like 2026-01-31"),
        ("yes", "'yes' is no date"),
        ("2026-02-30", "is no date"),
        ("2999-01-01", "Consent at: Must not be in the future."),
        ("1970-01-01", "Consent at: Must not be before 2000."),
    ],
)
def test_a_consent_is_not_dated_by_a_guess(account: Account, owner: User, cell: str, words: str) -> None:
    text = f"email;consent date\na@example.com;{cell}\nb@example.com;2026-02-01\n"
    job = run(account, owner, text, **(ALL | {"consent_at": None}))
    assert (job.asked, job.refused) == (1, 1)
    assert words in job.problems.get().text


def test_a_setting_speaks_for_all_who_have_the_address(account: Account, owner: User) -> None:
    text = "email;mobile\na@example.com;+12125550101\nb@example.com;\n;+12125550103\n"
    job = run(account, owner, text, **(ALL | {"consent_channel": "sms"}))
    assert (job.asked, job.refused) == (3, 0)
    assert set(Consent.objects.values_list("address", flat=True)) == {"+12125550101", "+12125550103"}
    row = Consent.objects.first()
    assert row is not None
    assert (row.wording, row.source, row.at) == ("I agree to be asked.", "Old booking form", ALL["consent_at"])


def test_where_a_column_is_empty_nobody_has_agreed(account: Account, owner: User) -> None:
    text = "email;consent date\na@example.com;2026-02-01\nb@example.com;\n"
    run(account, owner, text, **(ALL | {"consent_at": None}))
    assert set(Consent.objects.values_list("address", flat=True)) == {"a@example.com"}
    assert ReviewRequest.objects.count() == 2


def test_a_part_that_is_missing_everywhere_is_a_problem_of_the_row(account: Account, owner: User) -> None:
    job = run(account, owner, "email;consent date\na@example.com;2026-02-01\n")
    assert job.refused == 1
    assert "Consent channel" in job.problems.get().text


def test_an_account_that_demands_consents_asks_those_who_gave_one(account: Account, owner: User) -> None:
    account.mail_needs_consent = True
    account.save()
    text = "email;consent date\na@example.com;2026-02-01\nb@example.com;\n"
    job = run(account, owner, text, **(ALL | {"consent_at": None}))
    assert (job.asked, job.suppressed) == (1, 1)
    assert ReviewRequest.objects.get(status="suppressed").reason == "No consent to e-mail is recorded."


def test_the_same_file_twice_keeps_a_consent_once(account: Account, owner: User) -> None:
    for _ in range(2):
        run(account, owner, "email\na@example.com\n", **ALL)
    assert Consent.objects.count() == 1
