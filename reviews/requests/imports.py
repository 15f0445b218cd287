"""Imports of customer lists: from a file to asks, in the background, each row once.

Rows are asked in chunks. A chunk and the job's position are written in one transaction, so a worker may die at any
moment: the next one begins with the first row that was not asked. A chunk that a worker died of is asked row by row,
and a row that workers die of is left out. A check asks in the same way, and rolls back.
"""

import hashlib
import logging
import time
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from oauth.models import Account, User
from reviewhub.languages import number
from reviewhub.outages import DATABASE_AWAY
from reviewhub.refused import Refused
from reviews.models import ImportJob, ImportProblem
from reviews.requests import csv_encoding, import_rows
from reviews.requests.csv_encoding import Unreadable
from reviews.requests.csv_files import (
    MOST_ROWS,
    Row,
    delimiter_of,
    guess_columns,
    has_header,
    rows_of,
)
from reviews.requests.import_rows import Counts
from reviews.worker import task_paths
from reviews.worker.heartbeat import is_stopping
from reviews.worker.queue import enqueue

logger = logging.getLogger(__name__)

CHUNK = 500
SAMPLE = 50  # rows that are looked at to guess what the columns hold
SLICE = 5.0  # seconds of work in one task: messages wait in the same queue, and must not wait longer
STALLED = timedelta(seconds=30)
MOST_LAPSES = 2  # workers that died over a row, the last one over it alone; then it is left out
MOST_DRAFTS = 20  # of an account: each keeps its file
DRAFTS_KEPT, PROBLEMS_KEPT = timedelta(days=7), timedelta(days=30)


# --- Receiving a file -----------------------------------------------------------------------------


def receive(*, account: Account, user: User, name: str, raw: bytes, now: datetime) -> ImportJob:
    """Store the file as a draft, with a guess at its columns; ask nobody yet. Raises Unreadable, and Refused."""
    if ImportJob.objects.for_account(account).filter(status=ImportJob.Status.DRAFT).count() >= MOST_DRAFTS:
        raise Refused("file", f"{MOST_DRAFTS} files wait to be started: start some first, or cancel them.")
    encoding = csv_encoding.guess(raw)
    text = csv_encoding.decode(raw, encoding.encoding)
    delimiter = delimiter_of(text)
    sample = list(islice(rows_of(text, delimiter), SAMPLE))
    if not sample:
        raise Unreadable(gettext("The file is empty."))
    header = has_header(sample)
    total = sum(1 for _ in rows_of(text, delimiter)) - header
    if total > MOST_ROWS:
        raise Unreadable(
            gettext("The file has %(total)s rows, and %(most)s is the most: split it.")
            % {"total": number(total), "most": number(MOST_ROWS)}
        )
    if not total:
        raise Unreadable(gettext("The file has headings and no rows."))
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
    numbers = [gettext("Column %(number)s") % {"number": position + 1} for position in range(len(job.columns))]
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
    counts = dict.fromkeys(("position", "asked", "known", "suppressed", "refused", "lapses", "careful_until"), 0)
    return counts | {"stirred_at": now}


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
    """Begin to ask, or to check the whole file; return False when somebody has started the job meanwhile.

    Raises Refused while another import of the account is at work: each has its turn in the same queue.
    """
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=job.account_id)  # the second of two presses waits
        other = _at_work().filter(account=job.account_id).exclude(pk=job.pk).first()
        if other is not None:
            raise Refused("status", f"The import “{other}” is at work: wait until it has ended, or stop it.")
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
    """Ask chunk after chunk for SLICE seconds; enqueue a task for the rest.

    A row that ends in an error of ours costs only itself: its chunk is asked anew row by row, and it becomes a problem.
    """
    until = time.monotonic() + SLICE
    rows: Iterator[Row] | None = None
    while time.monotonic() < until and not is_stopping():
        job = _begin(job_id, timezone.now())
        if job is None:
            return
        try:
            rows = rows or rows_from(job)
            chunk = list(islice(rows, 1 if job.position < job.careful_until else CHUNK))
        except MemoryError:
            logger.error("an import takes more memory than a worker may have")
            _fail(job, "It takes more memory than there is for an import: split the file.")
            return
        except Exception:
            logger.exception("the file of an import cannot be read any more")
            _fail(job, "The file cannot be read any more.")
            return
        try:
            with transaction.atomic():
                if not _is_still(job):
                    return
                _take(job, chunk)
        except DATABASE_AWAY:
            raise  # the next tick finds the job
        except Exception:
            logger.exception("rows of an import cannot be asked")
            rows = None
            _take_care(job, chunk)
        if not chunk:
            return
    enqueue(task_paths.IMPORT_ROWS, job_id)


def _fail(job: ImportJob, error: str) -> None:
    _move(job, ImportJob.AT_WORK, ImportJob.Status.FAILED, error=error)


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


def _begin(job_id: int, now: datetime) -> ImportJob | None:
    """Note that the next rows are begun, in a transaction of its own: whoever finds that again knows of a death.

    None when the job has ended, or is at work elsewhere.
    """
    with transaction.atomic():
        job = _at_work().filter(pk=job_id).select_for_update(skip_locked=True, of=("self",)).first()
        if job is None or (job.lapses and job.stirred_at > now - STALLED):
            return None
        if job.lapses:
            job.careful_until = max(job.careful_until, job.position + CHUNK)
        job.lapses, job.stirred_at = job.lapses + 1, now
        job.save(update_fields=["lapses", "careful_until", "stirred_at"])
    return job


def _is_still(job: ImportJob) -> bool:
    """Lock the job, and tell whether it is where it was when its rows were begun: nobody has stopped it."""
    same = {"pk": job.pk, "status": job.status, "position": job.position, "lapses": job.lapses}
    return ImportJob.objects.filter(**same).select_for_update().exists()


def _take(job: ImportJob, chunk: list[Row]) -> None:
    """Ask a chunk and count it; an empty one ends the job. Runs inside the transaction that holds the job."""
    now = timezone.now()
    if not chunk:
        _end(job, now)
    elif len(chunk) == 1 and job.lapses > MOST_LAPSES:
        _give_up(job, chunk[0], now)
    else:
        is_check = job.status == ImportJob.Status.CHECKING
        _count(job, chunk, import_rows.check(job, chunk, now) if is_check else import_rows.ask(job, chunk, now), now)


def _take_care(job: ImportJob, chunk: list[Row]) -> None:
    """Go on after an error of ours: without the row, where it was one, else row by row."""
    with transaction.atomic():
        if not _is_still(job):
            return
        if len(chunk) == 1:
            _give_up(job, chunk[0], timezone.now())
        else:
            ImportJob.objects.filter(pk=job.pk).update(lapses=0, careful_until=job.position + CHUNK)


def _give_up(job: ImportJob, row: Row, now: datetime) -> None:
    problem = ImportProblem(job=job, line=row.line, text=import_rows.ERROR_OF_OURS, cells=row.cells)
    _count(job, [row], Counts(problems=(problem,)), now)


def _count(job: ImportJob, chunk: list[Row], counts: Counts, now: datetime) -> None:
    ImportProblem.objects.bulk_create(counts.problems)
    job.position += len(chunk)
    job.asked += counts.asked
    job.known += counts.known
    job.suppressed += counts.suppressed
    job.refused += len(counts.problems)
    job.lapses, job.stirred_at = 0, now
    job.save(update_fields=["position", "asked", "known", "suppressed", "refused", "lapses", "stirred_at"])


def _end(job: ImportJob, now: datetime) -> None:
    changes: dict[str, object] = {"status": ImportJob.Status.DRAFT, "position": 0}
    if job.status == ImportJob.Status.RUNNING:
        changes = {"status": ImportJob.Status.DONE, "ended_at": now, "content": b""}
    ImportJob.objects.filter(pk=job.pk).update(**changes, lapses=0, careful_until=0, stirred_at=now)
