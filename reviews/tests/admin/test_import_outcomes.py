"""What came of an import, as staff see it: its tiles and their rows, the question before much leaves, taking back."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.models import Contact, Delivery, ImportJob, ReviewRequest
from reviews.requests import import_files, imports
from reviews.tests.admin.test_imports import ADD, address, settings
from reviews.tests.support.workbooks import xlsx

pytestmark = pytest.mark.django_db

LIST = "email\nada@example.com\nbea@gmial.com\nada@example.com\nnobody\n"


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    jobs: list[int] = []
    monkeypatch.setattr(imports, "enqueue", lambda _, pk: jobs.append(pk))
    return jobs


@pytest.fixture
def job(account: Account, owner: User) -> ImportJob:
    return received(account, owner, LIST)


@pytest.fixture
def done(job: ImportJob) -> ImportJob:
    return run(job)


def received(account: Account, owner: User, text: str) -> ImportJob:
    return import_files.receive(account=account, user=owner, name="list.csv", raw=text.encode(), now=timezone.now())


def run(job: ImportJob) -> ImportJob:
    assert imports.start(job, check=False, now=timezone.now())
    imports.work(job.pk)
    return ImportJob.objects.get(pk=job.pk)


def rows(job: ImportJob, tile: str) -> str:
    return reverse("admin:reviews_importjob_rows", args=[job.pk, tile])


def one_column(**changed: str) -> dict[str, str]:
    asked = settings(**changed)
    return (
        {name: value for name, value in asked.items() if not name.startswith("column_")}
        | {"column_0": "email"}
        | changed
    )


TILES = [
    ("asked", ["ada@example.com", "bea@gmial.com"]),
    ("doubts", ["gmial.com may be a typing error for gmail.com."]),
    ("known", ["Line 4"]),
    ("suppressed", ["No row of the file is of this kind."]),
    ("problems", ["Line 5", "Enter a valid email address.", "nobody", "problems.csv"]),
]


@pytest.mark.parametrize(("tile", "words"), TILES)
@pytest.mark.parametrize("state", ["draft", "checked", "done"])
def test_each_tile_opens_its_rows(job: ImportJob, owner: User, tile: str, words: list[str], state: str) -> None:
    if state != "draft":
        imports.start(job, check=state == "checked", now=timezone.now())
        imports.work(job.pk)
    client = signed_in(owner)
    assert f'href="{rows(job, tile)}"' in client.get(address(job)).content.decode()
    page = client.get(rows(job, tile)).content.decode()
    for word in words:
        assert word in page


def test_rows_are_shown_page_by_page(account: Account, owner: User) -> None:
    job = received(account, owner, "email\n" + "".join(f"{number}@example.com\n" for number in range(120)))
    client = signed_in(owner)
    first, last = (client.get(rows(job, "asked"), {"page": page}).content.decode() for page in ("x", "99"))
    assert "0@example.com" in first
    assert "Page 1 of 3" in first
    assert "119@example.com" in last
    assert 'rel="next"' not in last


def test_a_page_of_rows_takes_few_statements(done: ImportJob, owner: User, django_assert_max_num_queries: Any) -> None:
    client = signed_in(owner)
    client.get(rows(done, "asked"))
    with django_assert_max_num_queries(12):
        client.get(rows(done, "asked"))


def test_rows_of_another_account_do_not_exist(done: ImportJob, stranger: User, viewer: User) -> None:
    assert signed_in(stranger).get(rows(done, "asked")).status_code == 302
    assert signed_in(viewer).get(rows(done, "asked")).status_code == 200
    assert signed_in(viewer).get(rows(done, "shoes")).status_code == 302


def test_problems_of_a_draft_are_a_file_too(job: ImportJob, owner: User) -> None:
    response = signed_in(owner).get(reverse("admin:reviews_importjob_problems", args=[job.pk]))
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert text.splitlines() == ["email,Problem", "nobody,Line 5: E-mail: Enter a valid email address."]


# --- Workbooks ----------------------------------------------------------------------------------------


def test_a_workbook_is_taken_and_its_sheet_is_named(account: Account, owner: User) -> None:
    customers = [["Customers of November"], [], ["Customer", "E-mail"], ["Smith, Jane", "jane@example.com"]]
    raw = xlsx({"Read me": [["ours"]], "People": customers})
    file = SimpleUploadedFile("list.xlsx", raw)
    client = signed_in(owner)
    page = client.post(ADD, {"account": str(account.pk), "file": file}, follow=True).content.decode()
    assert "Read from the sheet “People”." in page
    assert "Not read: Read me." in page
    assert "Left out above the headings: Customers of November." in page
    assert "How the letters are read" not in page
    job = ImportJob.objects.get()
    client.post(address(job), one_column(start="1", column_0="name", column_1="email"))
    job.refresh_from_db()
    imports.work(job.pk)
    contact = Contact.objects.get()
    assert (contact.first_name, contact.last_name) == ("Jane", "Smith")


def test_a_column_that_nobody_looks_at_is_named(account: Account, owner: User) -> None:
    job = received(account, owner, "email,Shoe size\na@example.com,44\n")
    assert "Not used: Shoe size." in signed_in(owner).get(address(job)).content.decode()


# --- The question -------------------------------------------------------------------------------------


@pytest.fixture
def many(account: Account, owner: User) -> ImportJob:
    account.window_start = account.window_end = account.window_start.replace(hour=0)  # mail leaves at any time
    account.save()
    return received(account, owner, "email\n" + "".join(f"{number}@example.com\n" for number in range(60)))


def test_before_much_leaves_at_once_somebody_is_asked(many: ImportJob, owner: User, queued: list[int]) -> None:
    client = signed_in(owner)
    page = client.post(address(many), one_column(start="1"), follow=True).content.decode()
    assert "60 messages would leave within the next hour." in page
    assert "Start the import" not in page
    assert queued == []
    client.post(address(many), one_column(now="1"))
    assert queued == [many.pk]
    many.refresh_from_db()
    assert (many.status, many.spread_hours) == ("running", 0)


def test_a_list_is_spread_over_three_days(many: ImportJob, owner: User, queued: list[int]) -> None:
    assert "Spread over 3 days" in signed_in(owner).get(f"{address(many)}?question=1").content.decode()
    signed_in(owner).post(address(many), one_column(spread="1"))
    many.refresh_from_db()
    assert (many.status, many.spread_hours, queued) == ("running", 72, [many.pk])


@pytest.mark.parametrize("changed", [{"delay_hours": "48"}, {}])
def test_nobody_is_asked_where_little_leaves_at_once(
    many: ImportJob, job: ImportJob, owner: User, queued: list[int], changed: dict[str, str]
) -> None:
    chosen = many if changed else job
    signed_in(owner).post(address(chosen), one_column(start="1", **changed))
    assert queued == [chosen.pk]


# --- Taking back --------------------------------------------------------------------------------------


def take_back(job: ImportJob, user: User) -> Any:
    return signed_in(user).post(address(job), {"take_back": "1"}, follow=True)


def test_what_has_not_left_is_taken_back(done: ImportJob, owner: User, queued: list[int]) -> None:
    sent = ReviewRequest.objects.get(contact__email="ada@example.com")
    ReviewRequest.objects.filter(pk=sent.pk).update(status="sent", sent_at=timezone.now())
    assert "Take back what has not left" in signed_in(owner).get(address(done)).content.decode()
    queued.clear()
    assert "Taking back …" in take_back(done, owner).content.decode()
    assert queued == [done.pk]
    imports.work(done.pk)
    done.refresh_from_db()
    assert (done.status, done.taken_back, done.gone_before) == ("undone", 1, 1)
    assert set(ReviewRequest.objects.values_list("status", "reason")) == {("cancelled", f"Cancelled by {owner}.")}
    assert not Delivery.objects.filter(status="planned").exists()
    page = signed_in(owner).get(address(done)).content.decode()
    assert "taken back. 1 customer had nothing yet, and is not asked." in page
    assert "1 had a message already" in page
    assert "Take back what has not left" not in page


def test_a_worker_that_dies_while_taking_back_is_followed_by_another(
    account: Account, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "UNDONE_AT_ONCE", 3)
    job = run(received(account, owner, "email\n" + "".join(f"{number}@example.com\n" for number in range(8))))
    assert imports.take_back(job, by="Olivia", now=timezone.now())
    undone, calls = imports.import_undo.take_back, []

    def die(*given: Any) -> int:
        calls.append(given)
        count = undone(*given)
        if len(calls) == 2:
            raise KeyboardInterrupt  # after the rows were written, before the commit
        return count

    monkeypatch.setattr(imports.import_undo, "take_back", die)
    with pytest.raises(KeyboardInterrupt):
        imports.work(job.pk)
    assert ReviewRequest.objects.filter(status="cancelled").count() == 3
    ImportJob.objects.update(stirred_at=timezone.now() - imports.STALLED)
    imports.work(job.pk)
    job.refresh_from_db()
    assert (job.status, job.taken_back, job.gone_before) == ("undone", 8, 0)


def test_only_one_begins_to_take_back_and_no_viewer(
    done: ImportJob, owner: User, viewer: User, stranger: User, queued: list[int]
) -> None:
    queued.clear()
    assert take_back(done, viewer).status_code == 403
    take_back(done, stranger)
    assert queued == []
    take_back(done, owner)
    assert "nothing was changed" in take_back(done, owner).content.decode()
    assert queued == [done.pk]


def test_a_draft_is_not_taken_back(job: ImportJob, owner: User, queued: list[int]) -> None:
    assert "nothing was changed" in take_back(job, owner).content.decode()
    assert queued == []


def test_who_was_taken_back_may_be_asked_again(done: ImportJob, account: Account, owner: User) -> None:
    imports.take_back(done, by="Olivia", now=timezone.now())
    imports.work(done.pk)
    assert run(received(account, owner, LIST)).asked == 2
