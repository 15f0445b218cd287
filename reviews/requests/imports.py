"""Lists of customers: from a file to asks, in the background, each row once.

A file's rows are asked in chunks. Each chunk and the count of what is done are one transaction, so a worker may die
at any moment: whoever goes on begins with the first row that was not asked. Checking a file is the same, taken back.
"""

import hashlib
import logging
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from django.db import OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from oauth.models import Account, User
from reviewhub.rest.errors import flat_errors
from reviews.models import ImportJob, ImportProblem, ReviewRequest
from reviews.requests.ask import Answer, Ask, Refused, ask_all
from reviews.requests.csv_files import (
    MOST_ROWS,
    Row,
    Unreadable,
    decode,
    delimiter_of,
    guess_columns,
    has_header,
    rows_of,
)
from reviews.requests.intake import read_ask
from reviews.worker.queue import enqueue, stopping

logger = logging.getLogger(__name__)

Status = ImportJob.Status

CHUNK = 500
SLICE = 5.0  # seconds after which a task makes room for others; messages must not wait longer
STALLED = timedelta(seconds=30)
DRAFTS_KEPT, PROBLEMS_KEPT = timedelta(days=7), timedelta(days=30)
# How the API's fields are called on a form.
_WORDS = {"mobile_phone_number": "mobile number", "email": "e-mail", "delay_hours": "hours to wait"}


@dataclass
class Tally:
    """What came of rows."""

    asked: int = 0
    known: int = 0
    suppressed: int = 0
    problems: tuple[ImportProblem, ...] = ()


# --- Taking a file -----------------------------------------------------------------------------


def receive(*, account: Account, user: User, name: str, raw: bytes, now: datetime) -> ImportJob:
    """Keep the file, with a guess at its columns. Nothing is asked yet. Raises Unreadable."""
    text = decode(raw)
    delimiter = delimiter_of(text)
    first = list(islice(rows_of(text, delimiter), 50))
    if not first:
        raise Unreadable("The file is empty.")
    header = has_header(first)
    total = sum(1 for _ in rows_of(text, delimiter)) - header
    if total > MOST_ROWS:
        raise Unreadable(f"The file has {total:,} rows, and {MOST_ROWS:,} is the most: split it.")
    if not total:
        raise Unreadable("The file has headings and no rows.")
    return ImportJob.objects.create(
        account=account,
        user=user,
        name=name[:200],
        content=zlib.compress(text.encode()),
        digest=hashlib.sha256(text.encode()).hexdigest(),
        delimiter=delimiter,
        has_header=header,
        first_row=first[0].cells,
        columns=guess_columns(first, header=header),
        total=total,
        created_at=now,
        stirred_at=now,
    )


def same_before(job: ImportJob) -> ImportJob | None:
    """The last import of the very same file that asked somebody."""
    others = ImportJob.objects.for_account(job.account).filter(digest=job.digest, asked__gt=0)
    return others.exclude(pk=job.pk).exclude(status=Status.DRAFT).defer("content").order_by("-created_at").first()


def rows_from(job: ImportJob) -> Iterator[Row]:
    """The rows of the file, without its headings, from the first that is not done."""
    text = zlib.decompress(job.content).decode()
    return islice(rows_of(text, job.delimiter), job.has_header + job.position, None)


def headings(job: ImportJob) -> list[str]:
    """What stands above each column; its number where nothing does."""
    named = job.first_row if job.has_header else []
    numbers = [f"Column {place + 1}" for place in range(len(job.columns))]
    return [(named[place] if place < len(named) else "") or number for place, number in enumerate(numbers)]


def settle(job: ImportJob, *, has_header: bool, now: datetime, **settings: object) -> bool:
    """Read the file in another way from now on; a check that was made before counts no more.

    `settings`: columns, channel, sequence, delay_hours. False when the job has been started meanwhile.
    """
    changes = {"has_header": has_header, "total": job.total + job.has_header - has_header, **settings}
    return _move(job, (Status.DRAFT,), Status.DRAFT, **changes, **_fresh(now), checked=False)


def _fresh(now: datetime) -> dict[str, object]:
    return {"position": 0, "asked": 0, "known": 0, "suppressed": 0, "refused": 0, "stirred_at": now}


def _move(job: ImportJob, start: Sequence[str], to: str, **changes: object) -> bool:
    """Change the job where it stands as expected, in the database and here."""
    with transaction.atomic():
        if not ImportJob.objects.filter(pk=job.pk, status__in=start).update(status=to, **changes):
            return False
        if to in (Status.DRAFT, *ImportJob.AT_WORK):
            job.problems.all().delete()
    for name, value in {"status": to, **changes}.items():
        setattr(job, name, value)
    return True


# --- Running -----------------------------------------------------------------------------------


def start(job: ImportJob, *, check: bool, now: datetime) -> bool:
    """Begin to ask, or to check the whole file; False when it has been started meanwhile."""
    if not _move(job, (Status.DRAFT,), Status.CHECKING if check else Status.RUNNING, **_fresh(now), checked=check):
        return False
    enqueue("reviews.tasks.import_rows", job.pk)
    return True


def cancel(job: ImportJob, *, now: datetime) -> bool:
    """Stop after the rows that are being asked; what was asked stays. A check is dropped. False when it has ended."""
    if _move(job, (Status.CHECKING,), Status.DRAFT, **_fresh(now), checked=False):
        return True
    moved = ImportJob.objects.filter(pk=job.pk, status__in=(Status.DRAFT, Status.RUNNING)).update(
        status=Status.CANCELLED, content=b"", ended_at=now, stirred_at=now
    )
    return bool(moved)


def work(job_id: int) -> None:
    """Ask row after row for SLICE seconds; a task of its own goes on with the rest."""
    until = time.monotonic() + SLICE
    rows: Iterator[Row] | None = None
    position = -1
    while time.monotonic() < until and not stopping():
        try:
            with transaction.atomic():
                job = _at_work().filter(pk=job_id).select_for_update(skip_locked=True, of=("self",)).first()
                if job is None or (rows is not None and job.position != position):
                    return  # ended, or in the hands of another worker
                rows = rows or rows_from(job)
                chunk = list(islice(rows, CHUNK))
                _take(job, chunk)
                position = job.position
                if not chunk:
                    return
        except OperationalError:
            raise  # the database is away: the next tick finds the job
        except Exception:
            logger.exception("an import failed")
            _move(ImportJob(pk=job_id), ImportJob.AT_WORK, Status.FAILED, error="An error of ours; the log has it.")
            return
    enqueue("reviews.tasks.import_rows", job_id)


def wake_stalled(now: datetime) -> None:
    """Go on with jobs whose worker died."""
    for pk in _at_work().filter(stirred_at__lt=now - STALLED).values_list("pk", flat=True):
        enqueue("reviews.tasks.import_rows", pk)


def forget(now: datetime) -> None:
    """Drop files that nobody started, and the rows with problems of old ones: they hold addresses."""
    ImportJob.objects.filter(status=Status.DRAFT, stirred_at__lt=now - DRAFTS_KEPT).delete()
    ImportProblem.objects.filter(job__ended_at__lt=now - PROBLEMS_KEPT).delete()


def _at_work() -> QuerySet[ImportJob]:
    """Without the files, which are read once for many chunks."""
    return ImportJob.objects.filter(status__in=ImportJob.AT_WORK).select_related("account").defer("content")


def _take(job: ImportJob, chunk: list[Row]) -> None:
    """Ask a chunk and count it; without one, end. Runs inside a transaction that holds the job."""
    now = timezone.now()
    if chunk:
        tally = check(job, chunk, now) if job.status == Status.CHECKING else _ask(job, chunk, now)
        ImportProblem.objects.bulk_create(tally.problems)
        job.position += len(chunk)
        job.asked += tally.asked
        job.known += tally.known
        job.suppressed += tally.suppressed
        job.refused += len(tally.problems)
    elif job.status == Status.CHECKING:
        job.status, job.position = Status.DRAFT, 0
    else:
        job.status, job.ended_at, job.content = Status.DONE, now, b""
    job.stirred_at = now
    changed = ["status", "position", "asked", "known", "suppressed", "refused", "stirred_at"]
    job.save(update_fields=[*changed, "ended_at", "content"] if job.ended_at else changed)


def check(job: ImportJob, rows: list[Row], now: datetime) -> Tally:
    """What would come of those rows: they are asked, and all of it is taken back.

    A customer who is in the file again, further away, counts each time.
    """
    with transaction.atomic():
        tally = _ask(job, rows, now)
        transaction.set_rollback(True)
    return tally


def _ask(job: ImportJob, rows: list[Row], now: datetime) -> Tally:
    read = [_read(job, row) for row in rows]
    answers = iter(ask_all(account=job.account, wanted=[one for one in read if isinstance(one, Ask)], now=now))
    tally, problems = Tally(), []
    for row, one in zip(rows, read, strict=True):
        answer = next(answers) if isinstance(one, Ask) else one
        if isinstance(answer, Answer):
            if not answer.created:
                tally.known += 1
            elif answer.request.status == ReviewRequest.Status.SUPPRESSED:
                tally.suppressed += 1
            else:
                tally.asked += 1
        else:
            text = answer.reason if isinstance(answer, Refused) else answer
            problems.append(ImportProblem(job=job, line=row.line, text=text[:500], cells=row.cells))
    tally.problems = tuple(problems)
    return tally


def _read(job: ImportJob, row: Row) -> Ask | str:
    """The row as an ask, or what is wrong with it."""
    values: dict[str, object] = {"channel": job.channel, "delay_hours": job.delay_hours}
    if job.sequence_id:
        values["sequence"] = str(job.sequence_id)
    for field, cell in zip(job.columns, row.cells, strict=False):
        if field == "name":
            values["first_name"], _, values["last_name"] = cell.partition(" ")
        elif field == "delay_hours":
            values[field] = int(cell) if cell.isdecimal() else cell or job.delay_hours
        elif field:
            values[field] = cell
    try:
        given = read_ask(job.account, values)
    except ValidationError as error:
        found = flat_errors(error.detail)
        if {"email", "mobile_phone_number"} <= set(found):
            return "No e-mail address and no mobile number."
        return " ".join(
            f"{_WORDS.get(name, name.replace('_', ' ')).capitalize()}: {' '.join(said)}" for name, said in found.items()
        )
    return replace(given.ask, source=ReviewRequest.Source.IMPORT, metadata={"import": job.pk, "line": row.line})
