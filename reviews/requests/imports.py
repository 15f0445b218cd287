"""Imports of customer lists: from a file to asks, in the background, each row once.

Rows are asked in chunks. A chunk and the job's position are written in one transaction, so a worker may die at any
moment: the next one begins with the first row that was not asked. A check asks in the same way, and rolls back.
"""

import hashlib
import logging
import re
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from oauth.models import Account, User
from reviewhub.outages import DATABASE_AWAY
from reviewhub.refused import Refused
from reviewhub.rest.errors import flatten_errors
from reviews.models import ImportJob, ImportProblem, ReviewRequest
from reviews.models.base import Channel
from reviews.requests import csv_encoding
from reviews.requests.ask import Ask, ask_all
from reviews.requests.csv_encoding import CHOICES, UNKNOWN, Unreadable
from reviews.requests.csv_files import (
    MOST_ROWS,
    Row,
    delimiter_of,
    guess_columns,
    has_header,
    rows_of,
)
from reviews.requests.intake import FLAT_CONSENT, read_ask
from reviews.requests.names import split_name
from reviews.worker import task_paths
from reviews.worker.heartbeat import is_stopping
from reviews.worker.queue import enqueue

logger = logging.getLogger(__name__)

CHUNK = 500
SAMPLE = 50  # rows that are looked at to guess what the columns hold
SLICE = 5.0  # seconds of work in one task: messages wait in the same queue, and must not wait longer
STALLED = timedelta(seconds=30)
DRAFTS_KEPT, PROBLEMS_KEPT = timedelta(days=7), timedelta(days=30)
# Names of the API's fields, as a form calls them.
_LABELS = {"mobile_phone_number": "mobile number", "email": "e-mail", "delay_hours": "hours to wait"}


@dataclass
class Counts:
    """Numbers of rows by what came of them, and the rows with problems."""

    asked: int = 0
    known: int = 0
    suppressed: int = 0
    problems: tuple[ImportProblem, ...] = ()


# --- Receiving a file -----------------------------------------------------------------------------


def receive(*, account: Account, user: User, name: str, raw: bytes, now: datetime) -> ImportJob:
    """Store the file as a draft, with a guess at its columns; ask nobody yet. Raises Unreadable."""
    encoding = csv_encoding.guess(raw)
    text = csv_encoding.decode(raw, encoding.encoding)
    delimiter = delimiter_of(text)
    sample = list(islice(rows_of(text, delimiter), SAMPLE))
    if not sample:
        raise Unreadable("The file is empty.")
    header = has_header(sample)
    total = sum(1 for _ in rows_of(text, delimiter)) - header
    if total > MOST_ROWS:
        raise Unreadable(f"The file has {total:,} rows, and {MOST_ROWS:,} is the most: split it.")
    if not total:
        raise Unreadable("The file has headings and no rows.")
    return ImportJob.objects.create(
        account=account,
        user=user,
        name=name[:200],
        content=zlib.compress(raw),
        encoding=encoding.encoding,
        is_encoding_sure=encoding.is_sure,
        digest=hashlib.sha256(raw).hexdigest(),
        delimiter=delimiter,
        has_header=header,
        first_row=sample[0].cells,
        columns=guess_columns(sample, header=header),
        total=total,
        created_at=now,
        stirred_at=now,
    )


def same_before(job: ImportJob) -> ImportJob | None:
    """Return the last import of the very same file that asked somebody, if there is one."""
    others = ImportJob.objects.for_account(job.account).filter(digest=job.digest, asked__gt=0)
    return (
        others.exclude(pk=job.pk)
        .exclude(status=ImportJob.Status.DRAFT)
        .defer("content")
        .order_by("-created_at")
        .first()
    )


def rows_from(job: ImportJob) -> Iterator[Row]:
    """Yield the rows of the file below its headings, from the first that was not asked."""
    return islice(_all_rows(job), job.has_header + job.position, None)


def _all_rows(job: ImportJob) -> Iterator[Row]:
    return rows_of(csv_encoding.decode(zlib.decompress(job.content), job.encoding), job.delimiter)


def readings(job: ImportJob) -> dict[str, str]:
    """Return the first words of the file that read differently by its encoding, for each that it may have."""
    return csv_encoding.readings(zlib.decompress(job.content))


def headings(job: ImportJob) -> list[str]:
    """Return the heading of each column; "Column 3" where the file has none."""
    names = job.first_row if job.has_header else []
    numbers = [f"Column {position + 1}" for position in range(len(job.columns))]
    return [(names[position] if position < len(names) else "") or number for position, number in enumerate(numbers)]


def configure(
    job: ImportJob, *, has_header: bool, columns: list[str], encoding: str, now: datetime, **settings: object
) -> bool:
    """Change how the file is read and asked; drop the result of an earlier check.

    `encoding`: the one that a person chose; empty where there is nothing to choose. In another encoding, columns that
    hold nothing yet are guessed anew. `settings`: channel, sequence, delay_hours, and the consent of everybody in the
    file. Return False when the job has been started meanwhile.
    """
    changes = {"has_header": has_header, "total": job.total + job.has_header - has_header, **settings}
    if encoding and encoding != job.encoding:
        job.encoding = encoding
        sample = list(islice(_all_rows(job), SAMPLE))
        guesses = guess_columns(sample, header=has_header)
        columns = [
            column or ("" if guess in columns else guess) for column, guess in zip(columns, guesses, strict=False)
        ]
        changes |= {"first_row": sample[0].cells}
    if encoding:
        changes |= {"encoding": encoding, "is_encoding_sure": True}
    changes["columns"] = columns
    return _move(
        job, (ImportJob.Status.DRAFT,), ImportJob.Status.DRAFT, **changes, **_from_the_start(now), checked=False
    )


def _from_the_start(now: datetime) -> dict[str, object]:
    return {"position": 0, "asked": 0, "known": 0, "suppressed": 0, "refused": 0, "stirred_at": now}


def _move(job: ImportJob, start: Sequence[str], to: str, **changes: object) -> bool:
    """Move the job if the database has it in one of the states of `start`; return whether it did."""
    with transaction.atomic():
        if not ImportJob.objects.filter(pk=job.pk, status__in=start).update(status=to, **changes):
            return False
        if to in (ImportJob.Status.DRAFT, *ImportJob.AT_WORK):
            job.problems.all().delete()
    for name, value in {"status": to, **changes}.items():
        setattr(job, name, value)
    return True


# --- Running -----------------------------------------------------------------------------------


def start(job: ImportJob, *, check: bool, now: datetime) -> bool:
    """Begin to ask, or to check the whole file; return False when somebody has started the job meanwhile."""
    if not _move(
        job,
        (ImportJob.Status.DRAFT,),
        ImportJob.Status.CHECKING if check else ImportJob.Status.RUNNING,
        **_from_the_start(now),
        checked=check,
    ):
        return False
    enqueue(task_paths.IMPORT_ROWS, job.pk)
    return True


def cancel(job: ImportJob, *, now: datetime) -> bool:
    """Stop after the chunk at work; what was asked stays, a check is dropped. Return False when the job has ended."""
    if _move(job, (ImportJob.Status.CHECKING,), ImportJob.Status.DRAFT, **_from_the_start(now), checked=False):
        return True
    moved = ImportJob.objects.filter(pk=job.pk, status__in=(ImportJob.Status.DRAFT, ImportJob.Status.RUNNING)).update(
        status=ImportJob.Status.CANCELLED, content=b"", ended_at=now, stirred_at=now
    )
    return bool(moved)


def work(job_id: int) -> None:
    """Ask chunk after chunk for SLICE seconds; enqueue a task for the rest."""
    until = time.monotonic() + SLICE
    rows: Iterator[Row] | None = None
    position = -1
    while time.monotonic() < until and not is_stopping():
        try:
            with transaction.atomic():
                job = _at_work().filter(pk=job_id).select_for_update(skip_locked=True, of=("self",)).first()
                if job is None or (rows is not None and job.position != position):
                    return  # ended, or held by another worker
                rows = rows or rows_from(job)
                chunk = list(islice(rows, CHUNK))
                _take(job, chunk)
                position = job.position
                if not chunk:
                    return
        except DATABASE_AWAY:
            raise  # the database is away: the next tick finds the job
        except Exception:
            logger.exception("an import failed")
            _move(
                ImportJob(pk=job_id),
                ImportJob.AT_WORK,
                ImportJob.Status.FAILED,
                error="An error of ours; the log has it.",
            )
            return
    enqueue(task_paths.IMPORT_ROWS, job_id)


def wake_stalled(now: datetime) -> None:
    """Enqueue the jobs whose worker died."""
    for pk in _at_work().filter(stirred_at__lt=now - STALLED).values_list("pk", flat=True):
        enqueue(task_paths.IMPORT_ROWS, pk)


def forget(now: datetime) -> None:
    """Delete drafts that nobody started, and the problem rows of old imports: both hold addresses."""
    ImportJob.objects.filter(status=ImportJob.Status.DRAFT, stirred_at__lt=now - DRAFTS_KEPT).delete()
    ImportProblem.objects.filter(job__ended_at__lt=now - PROBLEMS_KEPT).delete()


def _at_work() -> QuerySet[ImportJob]:
    """Return the jobs at work without their files, which are read once for many chunks."""
    return ImportJob.objects.filter(status__in=ImportJob.AT_WORK).select_related("account").defer("content")


def _take(job: ImportJob, chunk: list[Row]) -> None:
    """Ask a chunk and count it; an empty one ends the job. Runs inside the transaction that holds the job."""
    now = timezone.now()
    if chunk:
        counts = check(job, chunk, now) if job.status == ImportJob.Status.CHECKING else _ask(job, chunk, now)
        ImportProblem.objects.bulk_create(counts.problems)
        job.position += len(chunk)
        job.asked += counts.asked
        job.known += counts.known
        job.suppressed += counts.suppressed
        job.refused += len(counts.problems)
    elif job.status == ImportJob.Status.CHECKING:
        job.status, job.position = ImportJob.Status.DRAFT, 0
    else:
        job.status, job.ended_at, job.content = ImportJob.Status.DONE, now, b""
    job.stirred_at = now
    changed = ["status", "position", "asked", "known", "suppressed", "refused", "stirred_at"]
    job.save(update_fields=[*changed, "ended_at", "content"] if job.ended_at else changed)


def check(job: ImportJob, rows: list[Row], now: datetime) -> Counts:
    """Count what would come of the rows: ask them, and roll back.

    A customer who stands in several chunks of the file counts in each.
    """
    with transaction.atomic():
        counts = _ask(job, rows, now)
        transaction.set_rollback(True)
    return counts


class _Unusable(Exception):
    """A row that is no ask; the text tells the person who imports it why."""


def _ask(job: ImportJob, rows: list[Row], now: datetime) -> Counts:
    asks: list[Ask | _Unusable] = [_read_or_refuse(job, row) for row in rows]
    results = iter(ask_all(account=job.account, wanted=[ask for ask in asks if isinstance(ask, Ask)], now=now))
    counts, problems = Counts(), []
    for row, ask in zip(rows, asks, strict=True):
        result = next(results) if isinstance(ask, Ask) else ask
        if isinstance(result, Refused | _Unusable):
            problems.append(ImportProblem(job=job, line=row.line, text=str(result)[:500], cells=row.cells))
        elif not result.created:
            counts.known += 1
        elif result.request.status == ReviewRequest.Status.SUPPRESSED:
            counts.suppressed += 1
        else:
            counts.asked += 1
    counts.problems = tuple(problems)
    return counts


def _read_or_refuse(job: ImportJob, row: Row) -> Ask | _Unusable:
    try:
        return _read(job, row)
    except _Unusable as problem:
        return problem


def _read(job: ImportJob, row: Row) -> Ask:
    """Read the row as an ask, by the columns and settings of the job. Raises _Unusable."""
    values: dict[str, object] = {"channel": job.channel, "delay_hours": job.delay_hours}
    if job.sequence_id:
        values["sequence"] = str(job.sequence_id)
    cells = dict(zip(job.columns, row.cells, strict=False))
    for field, cell in cells.items():
        if field and UNKNOWN in cell:
            encoding = CHOICES.get(job.encoding, job.encoding)
            raise _Unusable(f"“{cell}” holds a character that cannot be read as {encoding}: write it anew.")
        if field in FLAT_CONSENT:
            continue
        if field == "name":
            values |= split_name(cell)
        elif field == "delay_hours":
            values[field] = int(cell) if cell.isdecimal() else cell or job.delay_hours
        elif field and (cell or field not in values):
            values[field] = cell
    values["consent"] = _consent(job, cells)
    try:
        intake = read_ask(job.account, values)
    except ValidationError as error:
        raise _Unusable(_explain(flatten_errors(error.detail))) from error
    return replace(intake.ask, source=ReviewRequest.Source.IMPORT, metadata={"import": job.pk, "line": row.line})


def _consent(job: ImportJob, cells: dict[str, str]) -> dict[str, str] | None:
    """Return the consent of a row: its own cells, with the file's settings for the parts that no column holds.

    None where the columns of the consent are empty: nobody is taken to have agreed because others in the file have.
    The settings speak for those who have the address that they are about. Raises _Unusable.
    """
    own = {name: cells[column] for column, name in FLAT_CONSENT.items() if column in cells}
    if own and not any(own.values()):
        return None
    of_file: dict[str, Any] = {name: getattr(job, column) for column, name in FLAT_CONSENT.items() if name not in own}
    if not own and not of_file["channel"]:
        return None
    needed = {Channel.EMAIL: "email", Channel.SMS: "mobile_phone_number"}.get(of_file.get("channel", ""))
    if needed and not cells.get(needed):
        return None
    if own.get("at"):
        own["at"] = _moment(own["at"], ZoneInfo(job.account.time_zone)).isoformat()
    elif of_file.get("at"):
        of_file["at"] = of_file["at"].isoformat()
    return of_file | own


# Beside those of ISO 8601: with points, the day stands first everywhere. A date with slashes is not read: 3/4 is a day
# in March here, in April there, and a consent must not be dated by a guess.
_TIMES = ("%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S")


def _moment(cell: str, zone: ZoneInfo) -> datetime:
    """Read the time in a cell: by the account's clock where the cell has no offset, the day's beginning for a date.

    Raises _Unusable.
    """
    with suppress(ValueError):
        moment = datetime.fromisoformat(cell)
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    for form in _TIMES:
        with suppress(ValueError):
            return datetime.strptime(cell, form).replace(tzinfo=zone)
    raise _Unusable(f"Consent: {cell!r} is no date; write it like 2026-01-31, or 2026-01-31 14:30.")


def _explain(errors: dict[str, list[str]]) -> str:
    """Say in words what is wrong with a row, from the messages for each field."""
    if {"email", "mobile_phone_number"} <= set(errors):
        return "No e-mail address and no mobile number."
    labels = {field: _LABELS.get(field, re.sub(r"[_.]", " ", field)).capitalize() for field in errors}
    return " ".join(f"{labels[field]}: {' '.join(messages)}" for field, messages in errors.items())
