"""Erasure of customers who came by an import."""

import pytest
from django.utils import timezone

from oauth.models import Account, User
from reviews.contacts.erase import erase
from reviews.models import Contact, ImportJob, ImportRow
from reviews.requests import import_files, imports

pytestmark = pytest.mark.django_db


def test_what_an_import_said_about_the_customer_is_forgotten(
    account: Account, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "enqueue", lambda *_: None)
    raw = b"email,mobile\nada@gmial.com,\nbea@gmial.com,\n"
    job = import_files.receive(account=account, user=owner, name="l.csv", raw=raw, now=timezone.now())
    imports.start(job, check=False, now=timezone.now())
    imports.work(job.pk)
    assert ImportJob.objects.get().doubtful == 2
    erase(contact=Contact.objects.get(email="ada@gmial.com"), by="Olivia", now=timezone.now())
    assert [bool(text) for text in ImportRow.objects.order_by("line").values_list("text", flat=True)] == [False, True]
