"""Broken lists: each is refused in words, or no row of it is lost."""

import csv
import io
import zlib
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oauth.models import Account, User
from reviews.models import ImportJob, ImportRow
from reviews.requests import import_files, import_rows, imports
from reviews.requests.csv_encoding import Unreadable
from reviews.tests.support.workbooks import ods, xlsx

pytestmark = pytest.mark.django_db

LISTS: dict[str, tuple[bytes, int]] = {
    "a delimiter that changes": (b"name,email\nAda,a@example.com\nBea;b@example.com\nCy\tc@example.com\n", 3),
    "more cells than headings": (b"email\na@example.com,b,c,d\nb@example.com\n", 2),
    "fewer cells than headings": (b"name,email,mobile\nAda\nBea,b@example.com\n", 2),
    "the headings again in the middle": (b"name,email\nAda,a@example.com\nname,email\nBea,b@example.com\n", 3),
    "a sum at the end": (b"name,email\nAda,a@example.com\nTotal: 1 customer,\n", 2),
    "line ends of three kinds": (b"email\r\na@example.com\rb@example.com\nc@example.com", 3),
    "empty lines everywhere": (b"\n\n email \n\n\na@example.com\n\n\n\nb@example.com\n\n", 2),
    "one address twice": (b"email\na@example.com\nA@EXAMPLE.COM\n", 2),
    "nothing but names": (b"name,phone\nAda,\nBea,none\n", 2),
    "a broken byte": (b"name,email\nJ\xffrg,j@example.com\nZo\xc3\xab,z@example.com\n", 2),
    "formulas": (b"name,email\n=cmd|' /C calc'!A0,a@example.com\n\"=1+1\",@SUM(1)\n", 2),
    "a very long cell": (b"name,email\n" + b"x" * 100_000 + b",a@example.com\n", 1),
    "quotes in the middle": (b'name,email\nAda "the first",a@example.com\nBe"a,b@example.com\n', 2),
    "lines within cells": (b'name,email\n"Ada\nLovelace",a@example.com\n', 1),
    "control characters": (b"name,email\nA\x01da\x1b[0m,a@example.com\n", 1),
    "marks that turn the text round": ("name,email\n\u202eadA\u202c,a@example.com\n".encode(), 1),
    "UTF-16 without names": ("email\na@example.com\n".encode("utf-16"), 1),
    "dates for numbers": (b"mobile,email\n2026-01-31,a@example.com\n31.1.2026,\n", 2),
    "cut-down numbers": (b"mobile\n4.9151E+11\n4915112345678.0\n#N/A\n", 3),
    "a workbook with holes": (xlsx({"A": [["email", "name"], [], ["", "Ada"], ["b@example.com"]]}), 2),
    "a workbook of numbers": (xlsx({"A": [["email", "mobile"], [1, 2.5], [True, 12125550101]]}), 2),
    "a workbook of another program": (ods([["email"], ["a@example.com"], ["a@example.com"]]), 2),
}


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "enqueue", lambda *_: None)


@pytest.mark.parametrize("name", LISTS)
def test_no_row_is_lost(account: Account, owner: User, name: str) -> None:
    raw, count = LISTS[name]
    job = import_files.receive(account=account, user=owner, name=name, raw=raw, now=timezone.now())
    assert job.total == count
    imports.start(job, check=False, now=timezone.now())
    imports.work(job.pk)
    done = ImportJob.objects.get(pk=job.pk)
    assert (done.status, done.rows.count()) == ("done", count)
    assert done.asked + done.known + done.suppressed + done.refused == count
    assert not done.problems.filter(text=import_rows.ERROR_OF_OURS).exists(), "no error of ours"
    assert all(row.text and row.cells for row in done.problems)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_table_is_read_row_by_row(account: Account, owner: User, data: Any) -> None:
    """Cells of any text, written as CSV: each row that is not empty is counted once, whatever it holds."""
    cell = st.one_of(
        st.sampled_from(
            ["", "a@example.com", "b@gmial.com", "+12125550101", "4.9E+11", "Smith, Jane", "de", "2026-01-31"]
        ),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\x1e\ufeff\ufffd"), max_size=12),
    )
    table = data.draw(st.lists(st.lists(cell, min_size=1, max_size=5), min_size=1, max_size=8))
    columns = data.draw(st.permutations(["email", "mobile_phone_number", "name", "language", "visited_at"]))
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL, delimiter=",").writerows(table)
    job = ImportJob(
        account=account,
        user=owner,
        content=zlib.compress(file.getvalue().encode()),
        encoding="utf-8",
        delimiter=",",
        has_header=False,
        columns=columns,
        channel="auto",
    )
    filled = [row for row in table if any(cell.strip() for cell in row)]
    rows = list(import_files.rows_from(job))
    assert [row.cells for row in rows] == [[cell.strip() for cell in row] for row in filled]
    counts = import_rows.check(job, rows, timezone.now())
    assert len(counts.rows) == len(filled)
    assert counts.asked + counts.known + counts.suppressed + counts.refused == len(filled)
    assert all(row.text for row in counts.rows if row.outcome == ImportRow.Outcome.PROBLEM)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=300) | st.builds(bytes.__add__, st.just(b"email\n"), st.binary(max_size=100)))
def test_any_bytes_are_a_list_or_refused(account: Account, owner: User, raw: bytes) -> None:
    ImportJob.objects.all().delete()
    try:
        job = import_files.receive(account=account, user=owner, name="x", raw=raw, now=timezone.now())
    except Unreadable:
        return
    assert len(list(import_files.rows_from(job))) == job.total
