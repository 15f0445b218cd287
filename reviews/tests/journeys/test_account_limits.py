"""What one account can fill has a limit of its own: the greedy one is told, the modest one beside it notices nothing.

Calls of the API are in `oauth/tests/calls`, invitations in `oauth/tests/sign_in`, webhooks in `reviews/tests/webhooks`.
"""

import uuid
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from oauth import api_keys
from oauth.models import Account, ApiKey, Membership, User
from oauth.tests.flow import signed_in
from reviewhub.testing import make_member
from reviews.admin import sequence_editor
from reviews.admin.settings import sites
from reviews.models import ImportJob, ReviewSite, Sequence, Simulation
from reviews.requests import import_files, imports, sequences
from reviews.simulation import runs
from reviews.tests.support.helpers import FakeProvider

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def greedy(owner: User) -> Client:
    """The owner of `account`."""
    return signed_in(owner)


@pytest.fixture
def modest(stranger: User) -> Client:
    """The owner of `other_account`."""
    return signed_in(stranger)


def text(response: Any) -> str:
    return str(response.content.decode())


# --- Rows ----------------------------------------------------------------------------------------------


def test_api_keys(
    greedy: Client, modest: Client, account: Account, other_account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_keys, "MOST", 2)
    key = {"name": "Website", "scopes": ["read"], "days": "0"}
    here, there = f"/connections/{account.pk}", f"/connections/{other_account.pk}"
    assert [greedy.post(here, key).status_code for _ in range(3)] == [200, 200, 400]
    refused = greedy.post("/admin/settings/connections/keys/make/", key)
    for answer in (greedy.post(here, key), refused):
        assert "The account has 2 keys already: revoke some first." in text(answer)
    assert modest.post(there, key).status_code == 200
    ApiKey.objects.filter(account=account).update(revoked_at=timezone.now())
    assert greedy.post(here, key).status_code == 200


def test_review_sites(
    greedy: Client, modest: Client, account: Account, other_account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sites, "MOST", 1)
    add, site = "/admin/settings/sites/add/", {"name": "Us", "url": "https://us.example/", "is_active": "on"}
    assert "has 1 review sites already" in text(greedy.post(add, site))
    own = ReviewSite.objects.get(account=account)
    assert greedy.post(reverse("settings-sites-edit", args=[own.pk]), site).status_code == 302
    ReviewSite.objects.filter(account=other_account).delete()
    assert modest.post(add, site).status_code == 302


def test_sequences(greedy: Client, modest: Client, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequences, "MOST", 2)
    for client in (greedy, modest):
        sequence = Sequence.objects.filter(account__memberships__user__pk=client.session["_auth_user_id"]).get()
        copy = reverse("admin:reviews_sequence_change", args=[sequence.pk]).replace("change", "copy")
        assert client.post(copy, follow=True).status_code == 200
    assert Sequence.objects.count() == 4
    sequence = account.sequences.order_by("pk")[0]
    copy = reverse("admin:reviews_sequence_change", args=[sequence.pk]).replace("change", "copy")
    assert "has 2 sequences already" in text(greedy.post(copy, follow=True))
    new = {"account": str(account.pk), "name": "Third", "slug": "third"}
    assert "has 2 sequences already" in text(greedy.post("/admin/reviews/sequence/add/", new))
    assert Sequence.objects.count() == 4


# --- Work ------------------------------------------------------------------------------------------------


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    jobs: list[int] = []
    monkeypatch.setattr(imports, "enqueue", lambda _, pk: jobs.append(pk))
    return jobs


def draft(account: Account) -> ImportJob:
    raw = b"email\nada@example.com\n"
    return import_files.receive(
        account=account, user=User.objects.all()[0], name="list.csv", raw=raw, now=timezone.now()
    )


def press(client: Client, job: ImportJob, button: str) -> str:
    form = {"column_0": "email", "channel": "auto", "sequence": "", "delay_hours": "0", "has_header": "on", button: "1"}
    return text(client.post(reverse("admin:reviews_importjob_change", args=[job.pk]), form, follow=True))


def test_imports_at_work(
    greedy: Client, modest: Client, account: Account, other_account: Account, queued: list[int]
) -> None:
    first, second, other = draft(account), draft(account), draft(other_account)
    press(greedy, first, "start")
    for button in ("start", "check"):
        assert "The import “list.csv” is at work: wait until it has ended, or stop it." in press(greedy, second, button)
    press(modest, other, "start")
    assert queued == [first.pk, other.pk]
    press(greedy, first, "cancel")
    press(greedy, second, "start")
    assert queued == [first.pk, other.pk, second.pk]


def test_files_that_wait(
    greedy: Client, modest: Client, account: Account, other_account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_files, "MOST_DRAFTS", 1)
    for client, there, answer in ((greedy, account, 302), (greedy, account, 400), (modest, other_account, 302)):
        file = SimpleUploadedFile("list.csv", b"email\nada@example.com\n", content_type="text/csv")
        page = client.post("/admin/reviews/importjob/add/", {"account": str(there.pk), "file": file})
        assert page.status_code == answer
        assert ("1 files wait to be started" in text(page)) == (answer == 400)
    assert ImportJob.objects.count() == 2


def test_simulations(account: Account, other_account: Account, owner: User, stranger: User) -> None:
    colleague = make_member(account, Membership.Role.VIEWER, "colleague@riverside.example")
    now = timezone.now()

    def start(user: User, there: Account) -> None:
        runs._take_row(user, now, account=there, run=uuid.uuid4(), asked={})

    start(owner, account)
    with pytest.raises(runs.Busy, match="A colleague's simulation"):
        start(colleague, account)
    start(stranger, other_account)
    assert Simulation.objects.running(now).count() == 2


def test_tests_of_messages(greedy: Client, modest: Client, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = FakeProvider()
    monkeypatch.setattr("reviews.delivery.send_test.get_channel", lambda _: provider)
    monkeypatch.setattr(sequence_editor, "TESTS_PER_HOUR", 0)
    monkeypatch.setattr(sequence_editor, "count_one", lambda key, _: int(str(account.pk) in key))
    cache.clear()
    colleague = signed_in(make_member(account, Membership.Role.MANAGER, "colleague@riverside.example"))
    for client, words in ((greedy, True), (colleague, True), (modest, False)):
        user = User.objects.get(pk=client.session["_auth_user_id"])
        sequence = Sequence.objects.get(account__memberships__user=user)
        page = reverse("admin:reviews_sequence_send_test", args=[sequence.pk])
        form = {"step": str(sequence.steps.get(position=0).pk), "channel": "email"}
        assert ("At most 0 tests an hour" in text(client.post(page, form))) == words
    assert len(provider.sent) == 1
