"""Rows of an import: each is read as an ask, by the columns and settings of its job, or refused with the reason."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext
from rest_framework.exceptions import ValidationError

from reviewhub.rest.errors import flatten_errors
from reviews.models import ImportJob, ImportRow, ReviewRequest
from reviews.models.base import MAX_DELAY_HOURS, Channel
from reviews.requests import import_cells
from reviews.requests.ask import NO_SITE, Ask, AskResult, ask_all
from reviews.requests.csv_encoding import CHOICES, UNKNOWN
from reviews.requests.csv_files import Row
from reviews.requests.import_cells import Unusable
from reviews.requests.intake import FLAT_CONSENT, read_ask
from reviews.requests.names import split_name, without_titles

ERROR_OF_OURS = "An error of ours: this row was left out, and the log has the reason."
LONG_AGO = timedelta(days=30)  # after a visit that is longer past, an ask needs a second look
NOON = timedelta(hours=12)  # the time of a visit of which the day alone is known
SOON = timedelta(hours=1)
# Names of the API's fields, as a form calls them.
_LABELS = {"mobile_phone_number": "mobile number", "email": "e-mail", "delay_hours": "hours to wait"}

# Columns of which the cells are read as a call of the API is.
_AS_THEY_ARE = ("last_name", "company_name", "external_id", "time_zone")

Outcome = ImportRow.Outcome


@dataclass
class Counts:
    """What came of rows: one for each. `soon`: those whose first message leaves within the hour."""

    rows: list[ImportRow] = field(default_factory=list)
    soon: int = 0

    def _number(self, outcome: Outcome) -> int:
        return sum(row.outcome == outcome for row in self.rows)

    @cached_property
    def asked(self) -> int:
        return self._number(Outcome.ASKED)

    @cached_property
    def known(self) -> int:
        return self._number(Outcome.KNOWN)

    @cached_property
    def suppressed(self) -> int:
        return self._number(Outcome.SUPPRESSED)

    @cached_property
    def refused(self) -> int:
        return self._number(Outcome.PROBLEM)

    @cached_property
    def doubtful(self) -> int:
        """How many of those that are asked have doubts."""
        return sum(row.outcome == Outcome.ASKED and bool(row.text) for row in self.rows)


@dataclass(frozen=True)
class _Read:
    """A row as an ask, with the doubts about it in words."""

    ask: Ask
    doubts: list[str]


def check(job: ImportJob, rows: Sequence[Row], now: datetime) -> Counts:
    """Count what would come of the rows: ask them, and roll back.

    A customer who stands in several chunks of the file counts in each.
    """
    with transaction.atomic():
        counts = ask(job, rows, now)
        transaction.set_rollback(True)
    for row in counts.rows:
        row.request_id = None
    return counts


def ask(job: ImportJob, rows: Sequence[Row], now: datetime) -> Counts:
    """Ask for every row that is an ask. Runs inside the caller's transaction."""
    wanted = [_read_or_refuse(job, row, now) for row in rows]
    results = iter(
        ask_all(account=job.account, wanted=[each.ask for each in wanted if isinstance(each, _Read)], now=now)
    )
    counts = Counts()
    for row, each in zip(rows, wanted, strict=True):
        result = next(results) if isinstance(each, _Read) else each
        if isinstance(result, AskResult) and isinstance(each, _Read):
            counts.rows.append(_row(job, row, each, result))
            due = result.request.scheduled_for
            counts.soon += counts.rows[-1].outcome == Outcome.ASKED and due is not None and due <= now + SOON
        else:
            counts.rows.append(problem(job, row, str(result)))
    return counts


def problem(job: ImportJob, row: Row, text: str) -> ImportRow:
    """Return the row as one that is not asked, with its cells, so that it can be mended."""
    return ImportRow(job=job, line=row.line, text=text[:500], cells=row.cells)


def _row(job: ImportJob, row: Row, read: _Read, result: AskResult) -> ImportRow:
    outcome, doubts = Outcome.ASKED, [*read.doubts, *(words for words in result.warnings if words != NO_SITE)]
    if not result.created:
        outcome, doubts = Outcome.KNOWN, []
    elif result.request.status == ReviewRequest.Status.SUPPRESSED:
        outcome, doubts = Outcome.SUPPRESSED, [result.request.reason]
    text = " ".join(dict.fromkeys(doubts))[:500]
    return ImportRow(job=job, line=row.line, outcome=outcome, text=text, request_id=result.request.pk)


# --- Reading -----------------------------------------------------------------------------------------


def _read_or_refuse(job: ImportJob, row: Row, now: datetime) -> _Read | Unusable:
    try:
        read = _read(job, row, now)
    except Unusable as refusal:
        return refusal
    if read.doubts and job.leaves_out_doubts:
        return Unusable(" ".join(read.doubts))
    return read


def _read(job: ImportJob, row: Row, now: datetime) -> _Read:
    """Read the row as an ask, by the columns and settings of the job. Raises Unusable."""
    account = job.account
    cells = {field: cell for field, cell in zip(job.columns, row.cells, strict=False) if field}
    _check_letters(job, cells)
    doubts = _doubts_of_quotes(job, row)
    values: dict[str, object] = {"channel": job.channel}
    if job.sequence_id:
        values["sequence"] = str(job.sequence_id)
    if cells.get("name"):
        values |= split_name(cells["name"])
    values |= {name: cells[name] for name in _AS_THEY_ARE if cells.get(name)}
    if cell := cells.get("first_name"):
        values["first_name"] = without_titles(cell)
    if cell := cells.get("email"):
        values["email"], doubt = import_cells.read_email(cell)
        doubts.append(doubt)
    if cell := cells.get("mobile_phone_number"):
        values["mobile_phone_number"], doubt = import_cells.read_phone(cell, account.country)
        if not values["mobile_phone_number"] and not values.get("email"):
            raise Unusable(doubt)
        doubts.append(doubt)
    if cell := cells.get("language"):
        values["language"], doubt = import_cells.read_language_cell(cell)
        doubts.append(doubt)
    values["consent"] = _consent(job, cells)
    visit = _visit(job, cells)
    # The wait of a row with a visit counts from that; what is more than whole hours is added to the ask itself.
    hours = cells.get("delay_hours") or (job.after_hours if visit else job.delay_hours)
    values["delay_hours"] = int(hours) if isinstance(hours, str) and hours.isdecimal() else hours
    try:
        intake = read_ask(account, values)
    except ValidationError as error:
        raise Unusable(_explain(flatten_errors(error.detail))) from error
    wanted = intake.ask
    if visit:
        if now - visit > LONG_AGO:
            doubts.append(gettext("The visit was long ago: on %(day)s.") % {"day": visit.date().isoformat()})
        wanted = replace(wanted, delay=max(visit + wanted.delay - now, timedelta()))
        if wanted.delay > timedelta(hours=MAX_DELAY_HOURS):
            raise Unusable(gettext("Date of the visit: it is more than a year ahead."))
    doubts += [
        import_cells.doubt_of_domain(wanted.person.email),
        import_cells.doubt_of_country(wanted.person.phone, account.country),
        *intake.warnings,
    ]
    return _Read(
        replace(
            wanted,
            delay=wanted.delay + _share_of_spread(job, row),
            source=ReviewRequest.Source.IMPORT,
            by=job.user_id,
            metadata={"import": job.pk, "line": row.line},
        ),
        [doubt for doubt in doubts if doubt],
    )


def _check_letters(job: ImportJob, cells: dict[str, str]) -> None:
    for cell in cells.values():
        if UNKNOWN in cell:
            encoding = CHOICES.get(job.encoding, job.encoding)
            raise Unusable(
                gettext("“%(cell)s” holds a character that cannot be read as %(encoding)s: write it anew.")
                % {"cell": cell, "encoding": encoding}
            )


def _doubts_of_quotes(job: ImportJob, row: Row) -> list[str]:
    """Return a doubt where a cell looks as if it had swallowed whole rows: a quote opens, and another one closes it."""
    swallowed = any(
        "@" in line and job.delimiter in line for cell in row.cells for line in cell.splitlines()[1:] if row.begins
    )
    if not swallowed:
        return []
    words = gettext(
        'It reaches from line %(first)s to line %(last)s: a quote (") may be missing, and rows be lost in it.'
    )
    return [words % {"first": row.begins, "last": row.line}]


def _share_of_spread(job: ImportJob, row: Row) -> timedelta:
    """Return how much later the row's first message leaves, where all of the file are spread over some time."""
    if not job.spread_hours or not job.total:
        return timedelta()
    return timedelta(hours=job.spread_hours) * min(row.line, job.total) / job.total


def _visit(job: ImportJob, cells: dict[str, str]) -> datetime | None:
    """Return when the customer was there; None where no column says so, or the cell is empty. Raises Unusable."""
    cell = cells.get("visited_at")
    if not cell:
        return None
    visit = import_cells.read_time(cell, ZoneInfo(job.account.time_zone), country=job.account.country)
    if visit is None:
        raise Unusable(
            gettext("Date of the visit: %(cell)s is no date; write it like 2026-01-31, or 2026-01-31 14:30.")
            % {"cell": repr(cell)}
        )
    return visit + NOON if import_cells.is_date_alone(cell) else visit


def _consent(job: ImportJob, cells: dict[str, str]) -> dict[str, str] | None:
    """Return the consent of a row: its own cells, with the file's settings for the parts that no column holds.

    None where the columns of the consent are empty: nobody is taken to have agreed because others in the file have.
    The settings speak for those who have the address that they are about. Raises Unusable.
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
        own["at"] = _consented_at(own["at"], ZoneInfo(job.account.time_zone)).isoformat()
    elif of_file.get("at"):
        of_file["at"] = of_file["at"].isoformat()
    return of_file | own


def _consented_at(cell: str, zone: ZoneInfo) -> datetime:
    """Read the time of a consent, which must not be dated by a guess: no date with slashes. Raises Unusable."""
    moment = import_cells.read_time(cell, zone)
    if moment is None:
        raise Unusable(
            gettext("Consent: %(cell)s is no date; write it like 2026-01-31, or 2026-01-31 14:30.")
            % {"cell": repr(cell)}
        )
    return moment


def _explain(errors: dict[str, list[str]]) -> str:
    """Say in words what is wrong with a row, from the messages for each field."""
    if {"email", "mobile_phone_number"} <= set(errors):
        return gettext("No e-mail address and no mobile number.")
    labels = {field: _LABELS.get(field, re.sub(r"[_.]", " ", field)).capitalize() for field in errors}
    return " ".join(f"{labels[field]}: {' '.join(messages)}" for field, messages in errors.items())
