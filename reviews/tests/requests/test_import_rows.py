"""Rows of lists: what of them is doubted, and how languages, visits and waits are read."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from oauth.models import Account, User
from reviews.models import Contact, ImportJob, ImportRow, ReviewRequest
from reviews.requests import import_files, imports

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "enqueue", lambda *_: None)


def run(account: Account, owner: User, text: str, **settings: Any) -> ImportJob:
    job = import_files.receive(account=account, user=owner, name="l.csv", raw=text.encode(), now=timezone.now())
    ImportJob.objects.filter(pk=job.pk).update(**settings)
    assert imports.start(job, check=False, now=timezone.now())
    imports.work(job.pk)
    done = ImportJob.objects.get(pk=job.pk)
    assert done.status == "done"
    assert done.asked + done.known + done.suppressed + done.refused == done.total == done.rows.count()
    return done


def doubts(job: ImportJob) -> list[str]:
    return list(job.rows.filter(outcome=ImportRow.Outcome.ASKED).exclude(text="").values_list("text", flat=True))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("0211 123456,a@example.com", "+49211123456 is a landline number"),
        ("+1 212 555 0101,", "+12125550101 is a number of another country (US)"),
        ("abc,a@example.com", "'abc' is not a phone number"),
        ("4.9151E+11,a@example.com", "4.9151E+11 is what is left of a number"),
        ("12125550101,a@example.com", "+12125550101 is a number of another country (US)"),
        (",a@gmial.com", "gmial.com may be a typing error for gmail.com"),
        (",a@gmail.con", "gmail.con may be a typing error for gmail.com"),
        (",a@example.com ::: b@example.com", "The cell has several: a@example.com is taken"),
    ],
)
def test_what_may_reach_nobody_is_asked_and_doubted(account: Account, owner: User, row: str, words: str) -> None:
    account.country = "DE"
    account.save()
    job = run(account, owner, f"mobile,email\n{row}\n0151 23456789,z@example.com\n")
    assert (job.asked, job.doubtful) == (2, 1)
    [text] = doubts(job)
    assert words in text
    assert job.rows.get(text=text).cells == [], "of those who are asked the customer's record has the data"


@pytest.mark.parametrize(
    "row",
    [
        "+49 151 23456789,a@gmx.de",
        "15123456789,a@gmail.com",
        "4915123456789,a@mail.com",
        "4915123456789.0,",
        ",Jane Smith <a@example.com>",
        ",mailto:a@example.com",
    ],
)
def test_usual_ways_to_write_an_address_are_not_doubted(account: Account, owner: User, row: str) -> None:
    account.country = "DE"
    account.save()
    job = run(account, owner, f"mobile,email\n{row}\n")
    assert (job.asked, doubts(job)) == (1, [])
    contact = Contact.objects.get()
    assert contact.phone.startswith("+49151") or contact.email == "a@example.com"


def test_a_number_that_is_cut_short_and_no_address_is_a_problem_with_its_reason(account: Account, owner: User) -> None:
    job = run(account, owner, 'mobile,email\n"4,9151E+11",\n')
    assert "what is left of a number" in job.problems.get().text


def test_rows_with_doubts_are_left_out_as_somebody_wants(account: Account, owner: User) -> None:
    job = run(account, owner, "email\na@gmial.com\nb@example.com\n", leaves_out_doubts=True)
    assert (job.asked, job.doubtful, job.refused) == (1, 0, 1)
    assert job.problems.get().cells == ["a@gmial.com"], "to be mended"


def test_rows_that_a_missing_quote_may_have_swallowed_are_doubted(account: Account, owner: User) -> None:
    job = run(account, owner, 'email,note\na@example.com,"x\nb@example.com,y\nc@example.com,z"\nd@example.com,"a\nb"\n')
    assert job.total == 2
    [text] = doubts(job)
    assert "It reaches from line 2 to line 4" in text


# --- Languages --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "language", "doubted"),
    [
        ("de", "de", False),
        ("de_AT.UTF-8", "de-AT", False),
        ("Deutsch", "de", False),
        ("Allemand", "de", False),
        ("Español", "es", False),
        ("Französisch", "fr", False),
        ("ENGLISH", "en", False),
        ("", "", False),
        ("Klingon", "", True),
        ("pl", "", True),
    ],
)
def test_a_language_is_read_by_its_code_or_its_name(
    account: Account, owner: User, cell: str, language: str, doubted: bool
) -> None:
    job = run(account, owner, f"email,language\na@example.com,{cell}\n")
    assert ReviewRequest.objects.get().language == language
    assert any("There are no texts in the language" in text for text in doubts(job)) is doubted


# --- Visits and waits ---------------------------------------------------------------------------------


def day(offset: int, form: str = "%Y-%m-%d") -> str:
    return f"{timezone.localtime() + timedelta(days=offset):{form}}"


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%Y-%m-%d 12:00", "%m/%d/%Y 12:00 PM"])
def test_a_customer_is_asked_a_day_after_the_visit(account: Account, owner: User, form: str) -> None:
    run(account, owner, f"email,date of visit\na@example.com,{day(10, form)}\n")
    due = ReviewRequest.objects.get().scheduled_for
    assert due is not None
    assert timedelta(days=9.9) < due - timezone.now() < timedelta(days=12)


def test_the_wait_after_a_visit_is_chosen_or_stands_in_the_row(account: Account, owner: User) -> None:
    text = f"email,visit,hours to wait\na@example.com,{day(10)},\nb@example.com,{day(10)},72\n"
    run(account, owner, text, after_hours=2)
    first, second = (ReviewRequest.objects.get(contact__email=f"{name}@example.com") for name in "ab")
    waits = [_hours(first.scheduled_for, second.scheduled_for)]
    assert waits == [pytest.approx(70, abs=24)]


def _hours(first: datetime | None, second: datetime | None) -> float:
    assert first
    assert second
    return (second - first).total_seconds() / 3600


def test_a_visit_that_is_past_is_asked_about_at_once_and_doubted_when_it_is_long_ago(
    account: Account, owner: User
) -> None:
    job = run(account, owner, f"email,visit\na@example.com,{day(-5)}\nb@example.com,{day(-50)}\nc@example.com,\n")
    assert (job.asked, job.refused) == (3, 0)
    assert doubts(job) == [f"The visit was long ago: on {day(-50)}."]


@pytest.mark.parametrize("cell", ["soon", "2026-02-30", "13/13/2026", "9999-01-01"])
def test_a_visit_that_is_no_date_is_a_problem(account: Account, owner: User, cell: str) -> None:
    job = run(account, owner, f"email,visit\na@example.com,{cell}\n")
    assert job.problems.get().text.startswith("Date of the visit: ")


def test_a_file_is_spread_over_some_days(account: Account, owner: User) -> None:
    text = "email\n" + "".join(f"{number}@example.com\n" for number in range(20))
    run(account, owner, text, spread_hours=72)
    due = sorted(filter(None, ReviewRequest.objects.values_list("scheduled_for", flat=True)))
    assert timedelta(days=2) < due[-1] - due[0] < timedelta(days=5)
    assert len({f"{moment:%j}" for moment in due}) >= 3


# --- Headings -----------------------------------------------------------------------------------------


@pytest.fixture
def chosen(account: Account, owner: User) -> None:
    """An import for which somebody chose what no guess would find."""
    text = "who,where,what\nAda,a@example.com,x\n"
    job = import_files.receive(account=account, user=owner, name="l.csv", raw=text.encode(), now=timezone.now())
    assert job.columns == ["", "email", ""]
    columns = ["first_name", "email", "company_name"]
    imports.configure(job, has_header=True, columns=columns, encoding="", now=timezone.now(), after_hours=72)
    imports.start(job, check=False, now=timezone.now())
    imports.work(job.pk)


@pytest.mark.usefixtures("chosen")
@pytest.mark.parametrize(
    ("headings", "columns"),
    [("who,where,what", ["first_name", "email", "company_name"]), ("who,where,whatever", ["", "email", ""])],
)
def test_the_columns_of_the_next_file_with_the_same_headings_are_those_that_somebody_chose(
    account: Account, owner: User, headings: str, columns: list[str]
) -> None:
    raw = f"{headings}\nBea,b@example.com,y\n".encode()
    job = import_files.receive(account=account, user=owner, name="2.csv", raw=raw, now=timezone.now())
    assert job.columns == columns


@pytest.mark.usefixtures("chosen")
def test_another_account_has_nothing_of_it(other_account: Account, owner: User) -> None:
    raw = b"who,where,what\nBea,b@example.com,y\n"
    job = import_files.receive(account=other_account, user=owner, name="2.csv", raw=raw, now=timezone.now())
    assert job.columns == ["", "email", ""]


def test_a_title_above_the_headings_is_asked_as_nobody(account: Account, owner: User) -> None:
    job = run(account, owner, "Customers of November\n\nName,Email\nAda,a@example.com\n")
    assert (job.total, job.asked, job.skipped) == (1, 1, 1)
    assert import_files.headings(job) == ["Name", "Email"]


def test_a_title_that_was_guessed_wrongly_is_a_row_again(account: Account, owner: User) -> None:
    raw = b"Title\nName,Email\nAda,a@example.com\n"
    job = import_files.receive(account=account, user=owner, name="l.csv", raw=raw, now=timezone.now())
    assert imports.configure(job, has_header=False, columns=job.columns, encoding="", now=timezone.now())
    assert job.total == len(list(import_files.rows_from(job))) == 3
