"""Rows of an import: each is read as an ask, by the columns and settings of its job, or refused with the reason."""

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext
from rest_framework.exceptions import ValidationError

from reviewhub.refused import Refused
from reviewhub.rest.errors import flatten_errors
from reviews.models import ImportJob, ImportProblem, ReviewRequest
from reviews.models.base import Channel
from reviews.requests.ask import Ask, ask_all
from reviews.requests.csv_encoding import CHOICES, UNKNOWN
from reviews.requests.csv_files import Row
from reviews.requests.intake import FLAT_CONSENT, read_ask
from reviews.requests.names import split_name

ERROR_OF_OURS = "An error of ours: this row was left out, and the log has the reason."
# Names of the API's fields, as a form calls them.
_LABELS = {"mobile_phone_number": "mobile number", "email": "e-mail", "delay_hours": "hours to wait"}


@dataclass
class Counts:
    """Numbers of rows by what came of them, and the rows with problems."""

    asked: int = 0
    known: int = 0
    suppressed: int = 0
    problems: tuple[ImportProblem, ...] = ()


def check(job: ImportJob, rows: list[Row], now: datetime) -> Counts:
    """Count what would come of the rows: ask them, and roll back.

    A customer who stands in several chunks of the file counts in each.
    """
    with transaction.atomic():
        counts = ask(job, rows, now)
        transaction.set_rollback(True)
    return counts


class _Unusable(Exception):
    """A row that is no ask; the text tells the person who imports it why."""


def ask(job: ImportJob, rows: list[Row], now: datetime) -> Counts:
    """Ask for every row that is an ask. Runs inside the caller's transaction."""
    wanted: list[Ask | _Unusable] = [_read_or_refuse(job, row) for row in rows]
    results = iter(ask_all(account=job.account, wanted=[each for each in wanted if isinstance(each, Ask)], now=now))
    counts, problems = Counts(), []
    for row, each in zip(rows, wanted, strict=True):
        result = next(results) if isinstance(each, Ask) else each
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
            raise _Unusable(
                gettext("“%(cell)s” holds a character that cannot be read as %(encoding)s: write it anew.")
                % {"cell": cell, "encoding": encoding}
            )
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
    marks: dict[str, object] = {"import": job.pk, "line": row.line}
    return replace(intake.ask, source=ReviewRequest.Source.IMPORT, by=job.user_id, metadata=marks)


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
    raise _Unusable(
        gettext("Consent: %(cell)s is no date; write it like 2026-01-31, or 2026-01-31 14:30.") % {"cell": repr(cell)}
    )


def _explain(errors: dict[str, list[str]]) -> str:
    """Say in words what is wrong with a row, from the messages for each field."""
    if {"email", "mobile_phone_number"} <= set(errors):
        return gettext("No e-mail address and no mobile number.")
    labels = {field: _LABELS.get(field, re.sub(r"[_.]", " ", field)).capitalize() for field in errors}
    return " ".join(f"{labels[field]}: {' '.join(messages)}" for field, messages in errors.items())
