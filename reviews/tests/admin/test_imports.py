"""Imports, as staff see them: from the file to the customers asked."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.models import Consent, Contact, ImportJob, ReviewRequest
from reviews.requests import import_files, imports
from reviews.requests.ask import NO_SITE
from reviews.tests.requests.test_imports import LIST

pytestmark = pytest.mark.django_db

ADD = "/admin/reviews/importjob/add/"


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    jobs: list[int] = []
    monkeypatch.setattr(imports, "enqueue", lambda _, pk: jobs.append(pk))
    return jobs


@pytest.fixture
def job(account: Account, owner: User) -> ImportJob:
    return import_files.receive(account=account, user=owner, name="list.csv", raw=LIST.encode(), now=timezone.now())


def address(job: ImportJob) -> str:
    return reverse("admin:reviews_importjob_change", args=[job.pk])


def upload(client: Client, account: Account, text: str, *, encoding: str = "utf-8") -> Any:
    file = SimpleUploadedFile("list.csv", text.encode(encoding), content_type="text/csv")
    return client.post(ADD, {"account": str(account.pk), "file": file}, follow=True)


def settings(**changed: str) -> dict[str, str]:
    columns = ["first_name", "email", "mobile_phone_number", "external_id"]
    given = {f"column_{place}": field for place, field in enumerate(columns)}
    return given | {"has_header": "on", "channel": "auto", "sequence": "", "delay_hours": "0"} | changed


def test_a_file_is_taken_looked_at_and_asked(account: Account, owner: User, queued: list[int]) -> None:
    client = signed_in(owner)
    page = upload(client, account, LIST).content.decode()
    job = ImportJob.objects.get()
    assert (job.name, job.user, job.status) == ("list.csv", owner, "draft")
    assert "What will come of the 6 rows" in page
    assert "Line 4: E-mail: Enter a valid email address." in page
    assert not Contact.objects.exists()

    running = client.post(address(job), settings(start="1"), follow=True).content.decode()
    assert queued == [job.pk]
    assert "Asking …" in running
    assert 'http-equiv="refresh"' in running
    imports.work(job.pk)
    done = client.get(address(job)).content.decode()
    assert "list.csv: all 6 rows are done." in done
    assert 'http-equiv="refresh"' not in done
    looking = client.get(address(job), headers={"HX-Request": "true", "HX-Target": "progress"})
    assert (looking["HX-Redirect"], looking.content) == (address(job), b"")
    assert ReviewRequest.objects.count() == 3


def test_an_import_for_an_account_without_a_review_site_says_so(job: ImportJob, owner: User) -> None:
    client = signed_in(owner)
    assert NO_SITE not in client.get(address(job)).content.decode()
    job.account.review_sites.all().delete()
    assert NO_SITE in client.get(address(job)).content.decode()


def test_the_whole_file_is_checked_in_the_background(job: ImportJob, owner: User, queued: list[int]) -> None:
    client = signed_in(owner)
    assert "Checking …" in client.post(address(job), settings(check="1"), follow=True).content.decode()
    imports.work(job.pk)
    assert "What will come of the 6 rows" in client.get(address(job)).content.decode()
    assert ImportJob.objects.get().checked
    assert not ReviewRequest.objects.exists()


def test_rows_with_problems_come_back_as_a_file_that_can_be_imported_again(job: ImportJob, owner: User) -> None:
    imports.start(job, check=False, now=timezone.now())
    imports.work(job.pk)
    client = signed_in(owner)
    response = client.get(reverse("admin:reviews_importjob_problems", args=[job.pk]))
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert text.splitlines() == [
        "First name,E-mail,Mobile,Job,Problem",
        ",nobody,,A3,Line 4: E-mail: Enter a valid email address.",
        "Cid,,,A4,Line 5: No e-mail address and no mobile number.",
    ]
    assert "attachment" in response["Content-Disposition"]
    mended = text.replace("nobody", "nobody@example.com")
    upload(client, job.account, mended)
    again = ImportJob.objects.latest("pk")
    assert again.columns == ["first_name", "email", "mobile_phone_number", "external_id", ""]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"column_0": "email"}, "Only one column can hold “E-mail”"),
        ({"column_1": "", "column_2": ""}, "Say which column holds the e-mail address or the mobile number"),
        ({"delay_hours": "-1"}, "greater than or equal to 0"),
        ({"column_0": "shoe_size"}, "Select a valid choice"),
    ],
)
def test_wrong_settings_are_said_and_nothing_starts(
    job: ImportJob, owner: User, queued: list[int], changed: dict[str, str], words: str
) -> None:
    response = signed_in(owner).post(address(job), settings(start="1", **changed))
    assert response.status_code == 400
    assert words in response.content.decode()
    assert queued == []


@pytest.mark.parametrize(("text", "words"), [("", "empty"), ("email\n", "no rows"), ("PK\x03\x04", "cannot be read")])
def test_a_file_that_cannot_be_read_is_refused_at_its_field(
    account: Account, owner: User, text: str, words: str
) -> None:
    page = upload(signed_in(owner), account, text)
    assert page.status_code == 400
    assert words in page.content.decode()
    assert not ImportJob.objects.exists()


def test_a_file_that_may_be_read_in_several_ways_is_not_started_before_somebody_chose(
    account: Account, owner: User, queued: list[int]
) -> None:
    client = signed_in(owner)
    list_ = LIST.replace("Ada", "Jürgen")
    page = upload(client, account, list_, encoding="mac_roman").content.decode()
    assert "Which of these lines is right?" in page
    assert "Jürgen (Macintosh)" in page
    job = ImportJob.objects.get()
    refused = client.post(address(job), settings(start="1"))
    assert (refused.status_code, queued) == (400, [])
    assert "Choose the line in which every letter is right" in refused.content.decode()
    client.post(address(job), settings(start="1", encoding="mac_roman"))
    imports.work(job.pk)
    assert Contact.objects.get(email="ada@example.com").first_name == "Jürgen"


def test_a_page_says_how_the_letters_of_a_file_were_read(account: Account, owner: User) -> None:
    page = upload(signed_in(owner), account, LIST.replace("Ada", "Zoë"), encoding="cp1252").content.decode()
    assert "How the letters are read" in page
    assert re.search(r'value="cp1252"[^>]*checked', page)


def test_the_same_file_again_is_told(job: ImportJob, account: Account, owner: User) -> None:
    imports.start(job, check=False, now=timezone.now())
    imports.work(job.pk)
    assert "The very same file was imported on" in upload(signed_in(owner), account, LIST).content.decode()


def test_a_started_one_is_stopped_and_cannot_be_started_again(job: ImportJob, owner: User) -> None:
    client = signed_in(owner)
    client.post(address(job), settings(start="1"))
    twice = client.post(address(job), settings(start="1"), follow=True).content.decode()
    assert "nothing was changed" in twice
    stopped = client.post(address(job), {"cancel": "1"}, follow=True).content.decode()
    assert "list.csv: stopped after 0 of 6 rows" in stopped


def test_a_viewer_looks_and_changes_nothing(job: ImportJob, account: Account, viewer: User) -> None:
    client = signed_in(viewer)
    content = client.get(address(job)).content.decode()
    assert "Start the import" not in content
    assert all("disabled" in field for field in re.findall(r"<select[^>]*>", content))
    assert client.post(address(job), settings(start="1")).status_code == 403
    assert client.get(ADD).status_code == 403
    assert upload(client, account, LIST).status_code == 403
    assert ImportJob.objects.get().status == "draft"


def test_another_accounts_import_does_not_exist(job: ImportJob, stranger: User) -> None:
    client = signed_in(stranger)
    problems = reverse("admin:reviews_importjob_problems", args=[job.pk])
    for response in (client.get(address(job)), client.get(problems), client.post(address(job), settings(start="1"))):
        assert (response.status_code, response["Location"]) == (302, "/admin/")
    assert upload(client, job.account, LIST).status_code == 400  # no account that could be chosen
    assert ImportJob.objects.get().status == "draft"


def test_a_list_of_imports_does_not_read_the_files(
    job: ImportJob, owner: User, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(owner)
    with django_assert_max_num_queries(9) as queries:
        assert "list.csv" in client.get("/admin/reviews/importjob/").content.decode()
    assert not [query for query in queries if '"content"' in query["sql"]]


ALL_AGREED = {
    "consent_channel": "both",
    "consent_wording": "I agree.",
    "consent_source": "Booking form",
    "consent_at": "2026-02-01T12:00",
}


def test_all_of_a_file_are_said_to_have_agreed(job: ImportJob, owner: User) -> None:
    client = signed_in(owner)
    client.post(address(job), settings(start="1", **ALL_AGREED))
    job.refresh_from_db()
    assert (job.consent_channel, job.consent_wording, job.status) == ("both", "I agree.", "running")
    assert job.consent_at is not None
    assert job.consent_at.isoformat() == "2026-02-01T17:00:00+00:00"  # noon in New York
    imports.work(job.pk)
    assert set(Consent.objects.values_list("address", flat=True)) == {
        "ada@example.com",
        "+12125550102",
        "dan@example.com",
    }


def test_the_settings_are_shown_again_as_they_were(job: ImportJob, owner: User) -> None:
    client = signed_in(owner)
    page = client.post(address(job), settings(look="1", **ALL_AGREED), follow=True).content.decode()
    assert 'value="2026-02-01T12:00"' in page
    assert "I agree.</textarea>" in page


@pytest.mark.parametrize(
    "changes",
    [
        {"consent_wording": ""},
        {"consent_at": ""},
        {"consent_channel": ""},
        {"consent_at": "2999-01-01T00:00"},
        {"column_0": "consent_at", "consent_channel": ""},
    ],
)
def test_a_consent_of_all_that_proves_nothing_is_refused(job: ImportJob, owner: User, changes: dict[str, str]) -> None:
    response = signed_in(owner).post(address(job), settings(start="1", **(ALL_AGREED | changes)))
    assert response.status_code == 400
    assert ImportJob.objects.get().status == "draft"


def test_a_column_may_hold_a_part_of_the_consent(job: ImportJob, owner: User) -> None:
    form = settings(look="1", column_0="consent_at", **(ALL_AGREED | {"consent_at": ""}))
    assert signed_in(owner).post(address(job), form).status_code == 302
