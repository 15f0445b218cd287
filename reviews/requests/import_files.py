"""Files of imports: received as drafts, and read again row by row."""

import hashlib
import zlib
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from django.db.models import QuerySet
from django.utils.translation import gettext

from oauth.models import Account, User
from reviewhub.languages import number
from reviewhub.refused import Refused
from reviews.models import ImportJob
from reviews.requests import csv_encoding, workbooks
from reviews.requests.csv_encoding import Guess, Unreadable
from reviews.requests.csv_files import MOST_ROWS, Row, count_rows, delimiter_of, rows_of
from reviews.requests.import_columns import lay_out

SAMPLE = 50  # rows that are looked at to guess what the columns hold
MOST_DRAFTS = 20  # of an account: each keeps its file


def receive(*, account: Account, user: User, name: str, raw: bytes, now: datetime) -> ImportJob:
    """Store the file as a draft, with a guess at its columns; ask nobody yet. Raises Unreadable, and Refused.

    Of a workbook one sheet is stored, as CSV. A file with the headings of an earlier one has the columns that somebody
    chose for that.
    """
    if ImportJob.objects.for_account(account).filter(status=ImportJob.Status.DRAFT).count() >= MOST_DRAFTS:
        raise Refused("file", f"{MOST_DRAFTS} files wait to be started: start some first, or cancel them.")
    sheet = workbooks.read(raw)
    content = sheet.raw if sheet else raw
    encoding = Guess("utf-8") if sheet else csv_encoding.guess(raw)
    csv_encoding.check(content, encoding.encoding)

    def lines() -> Iterator[str]:
        return csv_encoding.lines_of(content, encoding.encoding)

    delimiter = workbooks.DELIMITER if sheet else delimiter_of(lines())
    sample = list(islice(rows_of(lines(), delimiter), SAMPLE))
    if not sample:
        raise Unreadable(gettext("The file is empty."))
    layout = lay_out(sample)
    filled = sheet.filled if sheet else count_rows(lines(), delimiter)
    total = filled - layout.skipped - layout.has_header
    if total > MOST_ROWS:
        raise Unreadable(
            gettext("The file has %(total)s rows, and %(most)s is the most: split it.")
            % {"total": number(total), "most": number(MOST_ROWS)}
        )
    if total < 1:
        raise Unreadable(gettext("The file has headings and no rows."))
    job = ImportJob(
        account=account,
        user=user,
        name=name[:200],
        content=zlib.compress(content, level=1),  # a fifth larger than by the usual level, in a third of the time
        sheet=sheet.name[:100] if sheet else "",
        other_sheets=sheet.others if sheet else [],
        encoding=encoding.encoding,
        is_encoding_sure=encoding.is_sure,
        digest=hashlib.sha256(raw).hexdigest(),
        delimiter=delimiter,
        has_header=layout.has_header,
        skipped=layout.skipped,
        first_row=sample[layout.skipped].cells,
        columns=layout.columns,
        total=total,
        created_at=now,
        stirred_at=now,
    )
    if earlier := same_headings(job):
        job.columns, job.after_hours = earlier.columns, earlier.after_hours
    job.save(force_insert=True)
    return job


def same_before(job: ImportJob) -> ImportJob | None:
    """Return the last import of the very same file that asked somebody, if there is one."""
    return _earlier(job).filter(digest=job.digest, asked__gt=0).first()


def same_headings(job: ImportJob) -> ImportJob | None:
    """Return the last import with the same headings that asked somebody: what its columns hold was chosen well."""
    if not job.has_header:
        return None
    earlier = _earlier(job).filter(has_header=True, first_row=job.first_row, asked__gt=0).first()
    return earlier if earlier and len(earlier.columns) == len(job.columns) else None


def _earlier(job: ImportJob) -> QuerySet[ImportJob]:
    others = ImportJob.objects.for_account(job.account).exclude(pk=job.pk)
    return others.exclude(status=ImportJob.Status.DRAFT).defer("content").order_by("-created_at")


def rows_from(job: ImportJob) -> Iterator[Row]:
    """Yield the rows of the file below its headings, from the first that was not asked."""
    return islice(all_rows(job), headings_end(job) + job.position, None)


def all_rows(job: ImportJob) -> Iterator[Row]:
    """Yield the rows of the file from its first line on, whatever they are."""
    return rows_of(csv_encoding.lines_of(zlib.decompress(job.content), job.encoding), job.delimiter)


def headings_end(job: ImportJob) -> int:
    """Return how many rows stand above the first customer: a title counts only where headings follow it."""
    return job.skipped + 1 if job.has_header else 0


def titles(job: ImportJob) -> list[str]:
    """Return the rows above the headings, each as one line."""
    above = islice(all_rows(job), job.skipped if job.has_header else 0)
    return [" · ".join(filter(None, row.cells)) for row in above]


def readings(job: ImportJob) -> dict[str, str]:
    """Return the first words of the file that read differently by its encoding, for each that it may have."""
    return csv_encoding.readings(zlib.decompress(job.content))


def headings(job: ImportJob) -> list[str]:
    """Return the heading of each column; "Column 3" where the file has none."""
    names = job.first_row if job.has_header else []
    numbers = [gettext("Column %(number)s") % {"number": position + 1} for position in range(len(job.columns))]
    return [(names[position] if position < len(names) else "") or number for position, number in enumerate(numbers)]
