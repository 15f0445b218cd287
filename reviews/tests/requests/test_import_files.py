"""Files of imports: what is read of them when, and in how much memory."""

import tracemalloc
from itertools import islice

import pytest
from django.utils import timezone

from oauth.models import Account, User
from reviews.models import ImportJob
from reviews.requests import csv_encoding, import_files, imports
from reviews.requests.csv_files import Row

pytestmark = pytest.mark.django_db


def received(account: Account, owner: User, raw: bytes) -> ImportJob:
    return import_files.receive(account=account, user=owner, name="list.csv", raw=raw, now=timezone.now())


def test_the_first_rows_are_shown_without_reading_the_others(
    account: Account, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = b"email\n" + b"".join(b"%d@example.com\n" % number for number in range(20_000))
    job = received(account, owner, raw)
    lines = []
    whole = csv_encoding.lines_of

    def counted(*given: object) -> object:
        for line in whole(*given):  # type: ignore[arg-type]
            lines.append(line)
            yield line

    monkeypatch.setattr(csv_encoding, "lines_of", counted)
    rows = list(islice(import_files.rows_from(job), imports.CHUNK))
    assert [rows[0], len(rows)] == [Row(2, ["0@example.com"]), imports.CHUNK]
    assert len(lines) == imports.CHUNK + 1


def test_a_file_is_decoded_as_it_is_read(account: Account, owner: User) -> None:
    """Letters beyond the first plane make a text four times as large as its bytes, which a web process would keep."""
    raw = b"email,note\n" + "".join(f"{n}@example.com,{'😀' * 20}\n" for n in range(40_000)).encode()
    tracemalloc.start()
    received(account, owner, raw)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < len(raw) * 3
