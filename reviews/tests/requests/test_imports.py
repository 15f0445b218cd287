"""Lists of customers: each row asked once, whatever happens in between."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from oauth.models import Account, User
from reviews.contacts.suppressions import suppress
from reviews.models import Contact, Delivery, ImportJob, ImportRow, ReviewRequest, Suppression
from reviews.requests import import_files, import_rows, imports
from reviews.requests.csv_files import Row, Unreadable

pytestmark = pytest.mark.django_db

LIST = """First name;E-mail;Mobile;Job
Ada;ada@example.com;;A1
Bea;;+12125550102;A2
;nobody;;A3
Cid;;;A4
Ada;ADA@example.com ;;A5
Dan;dan@example.com;12;A6
"""


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The tasks that were put into the queue, by the job they are about."""
    jobs: list[int] = []
    monkeypatch.setattr(imports, "enqueue", lambda _, pk: jobs.append(pk))
    return jobs


@pytest.fixture
def job(account: Account, owner: User) -> ImportJob:
    return received(account, owner, LIST)


def received(account: Account, owner: User, file: str | bytes) -> ImportJob:
    raw = file if isinstance(file, bytes) else file.encode()
    return import_files.receive(account=account, user=owner, name="list.csv", raw=raw, now=timezone.now())


def run(job: ImportJob, *, check: bool = False) -> ImportJob:
    assert imports.start(job, check=check, now=timezone.now())
    imports.work(job.pk)
    return ImportJob.objects.get(pk=job.pk)


def counts(job: ImportJob) -> tuple[int, int, int, int]:
    return job.asked, job.known, job.suppressed, job.refused


def many(count: int) -> str:
    return "email\n" + "".join(f"{number}@example.com\n" for number in range(count))


def test_a_file_becomes_a_draft_that_asks_nobody(job: ImportJob) -> None:
    assert (job.status, job.total, job.has_header, job.delimiter) == ("draft", 6, True, ";")
    assert job.columns == ["first_name", "email", "mobile_phone_number", "external_id"]
    assert import_files.headings(job) == ["First name", "E-mail", "Mobile", "Job"]
    imports.work(job.pk)
    assert not ReviewRequest.objects.exists()


def test_rows_are_asked_and_those_with_problems_kept_with_their_reasons(job: ImportJob, queued: list[int]) -> None:
    done = run(job)
    assert queued == [job.pk]
    assert (done.status, done.position, counts(done)) == ("done", 6, (3, 1, 0, 2))
    assert done.content == b""
    assert done.ended_at is not None
    assert sorted(Contact.objects.values_list("email", "phone", "first_name")) == [
        ("", "+12125550102", "Bea"),
        ("ada@example.com", "", "Ada"),
        ("dan@example.com", "", "Dan"),
    ]
    request = ReviewRequest.objects.get(external_id="A2")
    assert (request.source, request.metadata) == ("import", {"import": job.pk, "line": 3})
    assert [(problem.line, problem.text) for problem in done.problems.all()] == [
        (4, "E-mail: Enter a valid email address."),
        (5, "No e-mail address and no mobile number."),
    ]
    assert done.problems.get(line=5).cells == ["Cid", "", "", "A4"]


def test_the_chosen_sequence_channel_and_wait_are_kept(job: ImportJob, account: Account) -> None:
    job.channel, job.delay_hours, job.sequence = "sms", 48, account.sequences.get()
    job.save()
    begun = timezone.now()
    done = run(job)
    assert counts(done) == (1, 0, 0, 5)
    assert ReviewRequest.objects.get().scheduled_for >= begun + timedelta(hours=48)
    assert "channel is sms" in done.problems.get(line=2).text


def test_a_whole_name_is_taken_apart_and_hours_may_be_a_column(account: Account, owner: User) -> None:
    text = (
        "Customer,Email,Delay hours\nJane van Dyck,jane@example.com,24\nBob,bob@example.com,\nCy,cy@example.com,soon\n"
    )
    begun = timezone.now()
    done = run(received(account, owner, text))
    jane, bob = (Contact.objects.get(email=f"{name}@example.com") for name in ("jane", "bob"))
    assert (jane.first_name, jane.last_name, bob.first_name, bob.last_name) == ("Jane", "van Dyck", "Bob", "")
    assert jane.review_requests.get().scheduled_for >= begun + timedelta(hours=24)
    assert [problem.text for problem in done.problems.all()] == ["Hours to wait: A valid integer is required."]


def test_a_name_that_begins_with_the_family_is_greeted_by_the_first_name(account: Account, owner: User) -> None:
    run(received(account, owner, 'Customer,Email\n"Smith, Jane",jane@example.com\n'))
    contact = Contact.objects.get()
    assert (contact.first_name, contact.last_name) == ("Jane", "Smith")


def test_a_company_in_the_column_of_names_is_kept_as_such(account: Account, owner: User) -> None:
    run(received(account, owner, 'Customer,Company,Email\n"Acme, Inc.",,office@example.com\n'))
    contact = Contact.objects.get()
    assert (contact.first_name, contact.company_name) == ("", "Acme, Inc.")


def test_a_row_with_a_broken_byte_is_a_problem_and_all_others_keep_their_letters(account: Account, owner: User) -> None:
    file = b"Name,Email,Note\n" + b"J\xffrg,a@example.com,\n" + "Jürgen,j@example.com,\n".encode()
    done = run(received(account, owner, file + b"Zoe,z@example.com,\xff\n"))
    assert set(Contact.objects.values_list("first_name", flat=True)) == {"Jürgen", "Zoe"}, "the note is not used"
    problem = done.problems.get()
    assert (problem.line, "character that cannot be read as UTF-8" in problem.text) == (2, True)


def test_a_file_in_another_encoding_is_read_as_a_person_says(account: Account, owner: User) -> None:
    job = received(account, owner, "Prénom;E-Mail\nJürgen;j@example.com\n".encode("mac_roman"))
    assert not job.is_encoding_sure
    assert job.columns == ["", "email"]
    columns = ["", "email"]
    assert imports.configure(job, has_header=True, columns=columns, encoding="mac_roman", now=timezone.now())
    fresh = ImportJob.objects.get(pk=job.pk)
    assert (fresh.first_row, fresh.columns) == (["Prénom", "E-Mail"], ["first_name", "email"])
    run(fresh)
    assert Contact.objects.get().first_name == "Jürgen"


def test_an_import_of_an_earlier_version_goes_on(account: Account, owner: User) -> None:
    """Its file was stored as text in UTF-8, and the column of the encoding has its default."""
    job = received(account, owner, "Name,Email\nJürgen,j@example.com\n")
    assert job.encoding == "utf-8"
    run(job)
    assert Contact.objects.get().first_name == "Jürgen"


def test_the_same_file_again_asks_nobody_twice(job: ImportJob, account: Account, owner: User) -> None:
    first = run(job)
    again = received(account, owner, LIST)
    assert import_files.same_before(again) == first
    assert counts(run(again)) == (0, 4, 0, 2)
    assert ReviewRequest.objects.count() == Delivery.objects.count() == 3


def test_a_check_says_what_would_come_of_it_and_changes_nothing(job: ImportJob, account: Account) -> None:
    suppress(
        account=account,
        channel="email",
        address="dan@example.com",
        reason=Suppression.Reason.UNSUBSCRIBED,
        evidence="test",
        now=timezone.now(),
    )
    checked = run(job, check=True)
    assert (checked.status, checked.checked, checked.position, counts(checked)) == ("draft", True, 0, (2, 1, 1, 2))
    assert checked.problems.count() == 2
    assert not Contact.objects.exists()
    assert not ReviewRequest.objects.exists()
    assert counts(run(checked)) == (2, 1, 1, 2)
    assert ImportRow.objects.filter(outcome=ImportRow.Outcome.PROBLEM).count() == 2


def test_other_columns_make_a_check_void(job: ImportJob) -> None:
    checked = run(job, check=True)
    columns = ["", "email", "", ""]
    assert imports.configure(checked, has_header=False, columns=columns, encoding="", now=timezone.now())
    fresh = ImportJob.objects.get(pk=job.pk)
    assert (fresh.checked, fresh.total, counts(fresh), fresh.problems.count()) == (False, 7, (0, 0, 0, 0), 0)
    assert imports.start(fresh, check=False, now=timezone.now())
    assert not imports.configure(checked, has_header=True, columns=columns, encoding="", now=timezone.now())
    assert not imports.start(checked, check=True, now=timezone.now())


# --- In the background ----------------------------------------------------------------------------


@pytest.fixture
def long(account: Account, owner: User, monkeypatch: pytest.MonkeyPatch) -> ImportJob:
    monkeypatch.setattr(imports, "CHUNK", 10)
    return received(account, owner, many(35))


def test_a_worker_makes_room_and_another_goes_on(
    long: ImportJob, queued: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 0.0, 1.0, 100.0])
    monkeypatch.setattr(imports.time, "monotonic", lambda: next(clock))
    imports.start(long, check=False, now=timezone.now())
    imports.work(long.pk)
    halfway = ImportJob.objects.get(pk=long.pk)
    assert (halfway.status, halfway.position, halfway.asked, halfway.percent) == ("running", 20, 20, 57)
    assert queued == [long.pk, long.pk]
    monkeypatch.undo()
    imports.work(long.pk)
    assert ImportJob.objects.get(pk=long.pk).status == "done"
    assert ReviewRequest.objects.count() == 35


def test_a_worker_that_dies_costs_no_row_and_asks_none_twice(
    long: ImportJob, queued: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    imports.start(long, check=False, now=timezone.now())
    asked, calls = import_rows.ask, []

    def die(job: ImportJob, *given: Any) -> Any:
        calls.append(job.position)
        tally = asked(job, *given)
        if len(calls) == 3:
            raise KeyboardInterrupt  # after the rows were written, before the commit
        return tally

    monkeypatch.setattr(import_rows, "ask", die)
    with pytest.raises(KeyboardInterrupt):
        imports.work(long.pk)
    assert ReviewRequest.objects.count() == ImportJob.objects.get(pk=long.pk).position == 20
    queued.clear()
    imports.wake_stalled(timezone.now())
    imports.work(long.pk)
    assert (queued, ImportJob.objects.get(pk=long.pk).position) == ([], 20)  # it may be at work still
    wait_until_it_is_stalled()
    imports.wake_stalled(timezone.now())
    assert queued == [long.pk]
    imports.work(long.pk)
    done = ImportJob.objects.get(pk=long.pk)
    assert (done.status, counts(done)) == ("done", (35, 0, 0, 0))
    assert ReviewRequest.objects.count() == 35
    assert calls == [0, 10, 20, *range(20, 30), 30]  # with care where one had died


def wait_until_it_is_stalled() -> None:
    ImportJob.objects.update(stirred_at=timezone.now() - imports.STALLED)


@pytest.mark.parametrize(("position", "deaths"), [(0, 2), (17, 3), (34, 3)])
@pytest.mark.parametrize("check", [False, True])
def test_a_row_that_kills_its_workers_costs_only_itself(
    long: ImportJob, queued: list[int], monkeypatch: pytest.MonkeyPatch, position: int, deaths: int, check: bool
) -> None:
    imports.start(long, check=check, now=timezone.now())
    read, died = import_rows._read, []

    def die(job: ImportJob, row: Row, now: datetime) -> Any:
        if row.line == position + 2:  # below the headings
            died.append(job.position)
            raise KeyboardInterrupt
        return read(job, row, now)

    monkeypatch.setattr(import_rows, "_read", die)
    for _ in range(deaths):
        with pytest.raises(KeyboardInterrupt):
            imports.work(long.pk)
        wait_until_it_is_stalled()
    imports.work(long.pk)
    done = ImportJob.objects.get(pk=long.pk)
    assert (done.status, counts(done)) == ("draft" if check else "done", (34, 0, 0, 1))
    assert ReviewRequest.objects.count() == (0 if check else 34)
    [problem] = done.problems.all()
    assert (problem.line, problem.text) == (position + 2, import_rows.ERROR_OF_OURS)
    assert len(died) == deaths


@pytest.mark.parametrize("error", [ZeroDivisionError("ours"), MemoryError()])
def test_a_row_that_ends_in_an_error_of_ours_costs_only_itself(
    long: ImportJob, queued: list[int], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    imports.start(long, check=False, now=timezone.now())
    read = import_rows._read

    def fail(job: ImportJob, row: Row, now: datetime) -> Any:
        if row.line == 19:
            raise error
        return read(job, row, now)

    monkeypatch.setattr(import_rows, "_read", fail)
    imports.work(long.pk)
    done = ImportJob.objects.get(pk=long.pk)
    assert (done.status, counts(done)) == ("done", (34, 0, 0, 1))
    assert ReviewRequest.objects.count() == 34
    assert list(done.problems.values_list("line", "text")) == [(19, import_rows.ERROR_OF_OURS)]


def test_a_file_that_cannot_be_read_any_more_is_told_and_what_was_asked_stays(
    long: ImportJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    imports.start(long, check=False, now=timezone.now())
    monkeypatch.setattr(imports, "rows_from", lambda _: 1 / 0)
    imports.work(long.pk)
    failed = ImportJob.objects.get(pk=long.pk)
    assert (failed.status, failed.error) == ("failed", "The file cannot be read any more.")


def test_a_cancelled_one_stops_and_says_how_far_it_came(long: ImportJob, monkeypatch: pytest.MonkeyPatch) -> None:
    imports.start(long, check=False, now=timezone.now())
    clock = iter([0.0, 0.0, 100.0])
    monkeypatch.setattr(imports.time, "monotonic", lambda: next(clock))
    imports.work(long.pk)
    monkeypatch.undo()
    assert imports.cancel(long, now=timezone.now())
    imports.work(long.pk)
    stopped = ImportJob.objects.get(pk=long.pk)
    assert (stopped.status, stopped.position, stopped.content) == ("cancelled", 10, b"")
    assert ReviewRequest.objects.count() == 10
    assert not imports.cancel(long, now=timezone.now())


def test_a_cancelled_check_leaves_the_draft(long: ImportJob) -> None:
    imports.start(long, check=True, now=timezone.now())
    assert imports.cancel(long, now=timezone.now())
    assert ImportJob.objects.get(pk=long.pk).status == "draft"


def test_old_drafts_and_problems_are_forgotten(job: ImportJob, account: Account, owner: User) -> None:
    done = run(received(account, owner, LIST))
    later = timezone.now() + imports.ROWS_KEPT + timedelta(minutes=1)
    imports.forget(timezone.now())
    assert ImportJob.objects.count() == 2
    assert done.problems.count() == 2
    imports.forget(later)
    assert list(ImportJob.objects.all()) == [done]
    assert done.problems.count() == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [("email\n", "no rows"), (many(100_001), "split it"), ('a,"b\nc', "opens in line 1")],
    ids=["headings", "rows", "quote"],
)
def test_files_that_cannot_be_taken(account: Account, owner: User, text: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        received(account, owner, text)
    assert not ImportJob.objects.exists()


def test_a_chunk_takes_few_statements(account: Account, owner: User, django_assert_max_num_queries: Any) -> None:
    job = received(account, owner, many(500))
    with django_assert_max_num_queries(37):
        assert run(job).asked == 500


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL: SQLite lets one writer in at a time")
def test_two_workers_at_one_job_ask_each_row_once(long: ImportJob) -> None:
    imports.start(long, check=False, now=timezone.now())

    def work(_: int) -> None:
        try:
            imports.work(long.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    imports.work(long.pk)  # all may have met each other
    done = ImportJob.objects.get(pk=long.pk)
    assert (done.status, counts(done)) == ("done", (35, 0, 0, 0))
    assert ReviewRequest.objects.count() == 35
