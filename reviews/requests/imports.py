"""Imports of customer lists: from a file to asks, in the background, each row once.

Rows are asked in chunks. A chunk and the job's position are written in one transaction, so a worker may die at any
moment: the next one begins with the first row that was not asked. A chunk that a worker died of is asked row by row,
and a row that workers die of is left out. A check asks in the same way, and rolls back. Taking an import back walks
over its rows as asking does.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from oauth.models import Account
from reviewhub.outages import DATABASE_AWAY
from reviewhub.refused import Refused
from reviewhub.statements import insert_rows
from reviews.models import ImportJob, ImportRow
from reviews.requests import import_rows, import_undo
from reviews.requests.csv_files import Row
from reviews.requests.import_columns import guess_columns
from reviews.requests.import_files import SAMPLE, all_rows, headings_end, rows_from
from reviews.requests.import_rows import Counts
from reviews.worker import task_paths
from reviews.worker.heartbeat import is_stopping
from reviews.worker.queue import enqueue

logger = logging.getLogger(__name__)

CHUNK = 500
UNDONE_AT_ONCE = 100  # requests that are taken back in one transaction: each is locked until its end
SLICE = 5.0  # seconds of work in one task: messages wait in the same queue, and must not wait longer
STALLED = timedelta(seconds=30)
MOST_LAPSES = 2  # workers that died over a row, the last one over it alone; then it is left out
DRAFTS_KEPT, ROWS_KEPT = timedelta(days=7), timedelta(days=30)

Status = ImportJob.Status
ENDED = (Status.DONE, Status.CANCELLED, Status.FAILED)


# --- States ---------------------------------------------------------------------------------------


def configure(
    job: ImportJob, *, has_header: bool, columns: list[str], encoding: str, now: datetime, **settings: object
) -> bool:
    """Change how the file is read and asked; drop the result of an earlier check.

    `encoding`: the one that a person chose; empty where there is nothing to choose. In another encoding, columns that
    hold nothing yet are guessed anew. `settings`: channel, sequence, the hours to wait, and the consent of everybody in
    the file. Return False when the job has been started meanwhile.
    """
    above = headings_end(job)
    job.has_header = has_header
    changes = {"has_header": has_header, "total": job.total + above - headings_end(job), **settings}
    if encoding and encoding != job.encoding:
        job.encoding = encoding
        sample = list(islice(all_rows(job), job.skipped, job.skipped + SAMPLE))
        guesses = guess_columns(sample, header=has_header)
        columns = [
            column or ("" if guess in columns else guess) for column, guess in zip(columns, guesses, strict=False)
        ]
        changes |= {"first_row": sample[0].cells}
    if encoding:
        changes |= {"encoding": encoding, "is_encoding_sure": True}
    changes["columns"] = columns
    return _move(job, (Status.DRAFT,), Status.DRAFT, **changes, **_from_the_start(now), checked=False)


def _from_the_start(now: datetime) -> dict[str, object]:
    counted = ("asked", "doubtful", "known", "suppressed", "refused")
    counts = dict.fromkeys(("position", *counted, "lapses", "careful_until"), 0)
    return counts | {"stirred_at": now}


def _move(job: ImportJob, start: Sequence[str], to: str, **changes: object) -> bool:
    """Move the job if the database has it in one of the states of `start`; return whether it did."""
    with transaction.atomic():
        if not ImportJob.objects.filter(pk=job.pk, status__in=start).update(status=to, **changes):
            return False
        if to in (Status.DRAFT, Status.CHECKING, Status.RUNNING):
            job.rows.all().delete()
    for name, value in {"status": to, **changes}.items():
        setattr(job, name, value)
    return True


# --- Running -----------------------------------------------------------------------------------


def start(job: ImportJob, *, check: bool, now: datetime) -> bool:
    """Begin to ask, or to check the whole file; return False when somebody has started the job meanwhile.

    Raises Refused while another import of the account is at work: each has its turn in the same queue.
    """
    to = Status.CHECKING if check else Status.RUNNING
    return _to_work(job, (Status.DRAFT,), to, **_from_the_start(now), checked=check)


def take_back(job: ImportJob, *, by: str, now: datetime) -> bool:
    """Begin to cancel what an import that has ended asked for; return False when somebody has begun it meanwhile.

    `by`: the name of a person. Raises Refused while another import of the account is at work.
    """
    counts = dict.fromkeys(("position", "lapses", "careful_until", "taken_back", "gone_before"), 0)
    return _to_work(job, ENDED, Status.UNDOING, **counts, undone_by=by[:254], stirred_at=now)


def may_take_back(job: ImportJob) -> bool:
    """Tell whether an import that has ended asked somebody, and its rows are still there."""
    return job.status in ENDED and job.rows.filter(outcome=ImportRow.Outcome.ASKED).exists()


def _to_work(job: ImportJob, start: Sequence[str], to: Status, **changes: object) -> bool:
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=job.account_id)  # the second of two presses waits
        other = _at_work().filter(account=job.account_id).exclude(pk=job.pk).first()
        if other is not None:
            raise Refused("status", f"The import “{other}” is at work: wait until it has ended, or stop it.")
        if not _move(job, start, to, **changes):
            return False
    enqueue(task_paths.IMPORT_ROWS, job.pk)
    return True


def cancel(job: ImportJob, *, now: datetime) -> bool:
    """Stop after the chunk at work; what was asked stays, a check is dropped. Return False when the job has ended."""
    if _move(job, (Status.CHECKING,), Status.DRAFT, **_from_the_start(now), checked=False):
        return True
    moved = ImportJob.objects.filter(pk=job.pk, status__in=(Status.DRAFT, Status.RUNNING)).update(
        status=Status.CANCELLED, content=b"", ended_at=now, stirred_at=now
    )
    return bool(moved)


def work(job_id: int) -> None:
    """Ask chunk after chunk for SLICE seconds; enqueue a task for the rest.

    A row that ends in an error of ours costs only itself: its chunk is asked anew row by row, and it becomes a problem.
    """
    until = time.monotonic() + SLICE
    rows: Iterator[Row] | Iterator[ImportRow] | None = None
    while time.monotonic() < until and not is_stopping():
        job = _begin(job_id, timezone.now())
        if job is None:
            return
        try:
            is_undoing = job.status == Status.UNDOING
            rows = rows or (import_undo.rows_from(job) if is_undoing else rows_from(job))
            usual = UNDONE_AT_ONCE if is_undoing else CHUNK
            chunk: list[Row | ImportRow] = list(islice(rows, 1 if job.position < job.careful_until else usual))
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
    _move(job, ImportJob.AT_WORK, Status.FAILED, error=error)


def wake_stalled(now: datetime) -> None:
    """Enqueue the jobs whose worker died."""
    for pk in _at_work().filter(stirred_at__lt=now - STALLED).values_list("pk", flat=True):
        enqueue(task_paths.IMPORT_ROWS, pk)


def forget(now: datetime) -> None:
    """Delete drafts that nobody started, and the rows of old imports: both hold addresses."""
    ImportJob.objects.filter(status=Status.DRAFT, stirred_at__lt=now - DRAFTS_KEPT).delete()
    ImportRow.objects.filter(job__ended_at__lt=now - ROWS_KEPT).exclude(job__status=Status.UNDOING).delete()


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


def _take(job: ImportJob, chunk: Sequence[Row | ImportRow]) -> None:
    """Ask a chunk, or take it back, and count it; an empty one ends the job.

    Runs inside the transaction that holds the job.
    """
    now = timezone.now()
    if not chunk:
        _end(job, now)
    elif len(chunk) == 1 and job.lapses > MOST_LAPSES:
        _give_up(job, chunk[0], now)
    elif job.status == Status.UNDOING:
        taken_back = import_undo.take_back(job, [row for row in chunk if isinstance(row, ImportRow)], now)
        job.taken_back += taken_back
        job.gone_before += len(chunk) - taken_back
        _save(job, len(chunk), now, "taken_back", "gone_before")
    else:
        rows = [row for row in chunk if isinstance(row, Row)]
        is_check = job.status == Status.CHECKING
        _count(job, import_rows.check(job, rows, now) if is_check else import_rows.ask(job, rows, now), now)


def _take_care(job: ImportJob, chunk: Sequence[Row | ImportRow]) -> None:
    """Go on after an error of ours: without the row, where it was one, else row by row."""
    with transaction.atomic():
        if not _is_still(job):
            return
        if len(chunk) == 1:
            _give_up(job, chunk[0], timezone.now())
        else:
            ImportJob.objects.filter(pk=job.pk).update(lapses=0, careful_until=job.position + CHUNK)


def _give_up(job: ImportJob, row: Row | ImportRow, now: datetime) -> None:
    if isinstance(row, ImportRow):
        job.gone_before += 1
        _save(job, 1, now, "gone_before")
    else:
        _count(job, Counts([import_rows.problem(job, row, import_rows.ERROR_OF_OURS)]), now)


def _count(job: ImportJob, counts: Counts, now: datetime) -> None:
    insert_rows(counts.rows)
    job.asked += counts.asked
    job.doubtful += counts.doubtful
    job.known += counts.known
    job.suppressed += counts.suppressed
    job.refused += counts.refused
    _save(job, len(counts.rows), now, "asked", "doubtful", "known", "suppressed", "refused")


def _save(job: ImportJob, done: int, now: datetime, *counted: str) -> None:
    job.position += done
    job.lapses, job.stirred_at = 0, now
    job.save(update_fields=["position", *counted, "lapses", "stirred_at"])


def _end(job: ImportJob, now: datetime) -> None:
    changes: dict[str, object] = {"status": Status.DRAFT, "position": 0}
    if job.status == Status.RUNNING:
        changes = {"status": Status.DONE, "ended_at": now, "content": b""}
    elif job.status == Status.UNDOING:
        changes = {"status": Status.UNDONE, "ended_at": now}
    ImportJob.objects.filter(pk=job.pk).update(**changes, lapses=0, careful_until=0, stirred_at=now)
