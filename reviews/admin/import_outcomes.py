"""What came, or would come, of the rows of an import: the tiles that count them, and the pages that list them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reviewhub.sentences import said
from reviews.admin import reasons
from reviews.models import ImportJob, ImportRow, ReviewRequest
from reviews.models.addresses import show_email
from reviews.requests import import_files, import_rows, imports
from reviews.requests.import_rows import Counts

PER_PAGE = 50
Outcome = ImportRow.Outcome


@dataclass(frozen=True)
class Tile:
    """One number about the rows: its words, and which rows it counts, in the table and in a check of the first ones."""

    words: str | Promise
    rows: Q
    holds: Callable[[ImportRow], bool]


def _of(outcome: Outcome, words: str | Promise) -> Tile:
    return Tile(words, Q(outcome=outcome), lambda row: row.outcome == outcome)


TILES = {
    "asked": _of(Outcome.ASKED, _("Asked")),
    "doubts": Tile(
        _("Asked, with doubts"),
        Q(outcome=Outcome.ASKED) & ~Q(text=""),
        lambda row: row.outcome == Outcome.ASKED and bool(row.text),
    ),
    "known": _of(Outcome.KNOWN, _("Asked already, or twice in the file")),
    "suppressed": _of(Outcome.SUPPRESSED, _("Must not be asked")),
    "problems": _of(Outcome.PROBLEM, _("With problems")),
}


def is_draft_unchecked(job: ImportJob) -> bool:
    """Tell whether what comes of the rows is known by a check of the first ones alone, made when it is looked at."""
    return job.status == ImportJob.Status.DRAFT and not job.checked


def first_rows(job: ImportJob) -> Counts:
    """Return what would come of the first rows of a draft."""
    return import_rows.check(job, list(islice(import_files.rows_from(job), imports.CHUNK)), timezone.now())


def looked_at(job: ImportJob) -> int:
    """Return of how many rows the page tells what comes of them."""
    return min(imports.CHUNK, job.total) if is_draft_unchecked(job) else job.total


def problems_in(counts: Counts) -> list[ImportRow]:
    """Return the rows with problems of a check."""
    return [row for row in counts.rows if TILES["problems"].holds(row)]


def page_of(job: ImportJob, tile: str, number: str | None) -> Page[ImportRow]:
    """Return a page of the rows that the tile counts; the nearest one where there is none of that number."""
    rows: Any = job.rows.filter(TILES[tile].rows).order_by("line", "pk")
    if is_draft_unchecked(job):
        rows = [row for row in first_rows(job).rows if TILES[tile].holds(row)]
    return Paginator(rows, PER_PAGE).get_page(number)


@dataclass(frozen=True)
class Shown:
    """A row as a page shows it: its line, what is said about it, its cells, and the request that it became."""

    line: int
    words: str
    cells: str
    request: ReviewRequest | None


def shown(job: ImportJob, rows: Sequence[ImportRow]) -> list[Shown]:
    """Return the rows of a page. Their cells come from the file as long as there is one, then from the customers."""
    requests = ReviewRequest.objects.for_account(job.account).select_related("contact")
    by_key: dict[UUID | None, ReviewRequest] = {
        request.pk: request for request in requests.filter(pk__in=[row.request_id for row in rows])
    }
    cells = _cells_of(job, {row.line for row in rows if not row.cells}) if job.content else {}
    return [
        Shown(
            row.line,
            reasons.in_words(row.text) if row.outcome == Outcome.SUPPRESSED else said(row.text),
            row.shown or cells.get(row.line, "") or _addresses(by_key.get(row.request_id)),
            by_key.get(row.request_id),
        )
        for row in rows
    ]


def _addresses(request: ReviewRequest | None) -> str:
    """Return the addresses that the customer has by now, in one line."""
    return " · ".join(filter(None, (show_email(request.contact.email), request.contact.phone))) if request else ""


def _cells_of(job: ImportJob, lines: set[int]) -> dict[int, str]:
    """Return the cells of some lines of the file, each as one line; it is read no further than the last of them."""
    last = max(lines, default=0)
    cells = {}
    for row in import_files.all_rows(job):
        if row.line > last:
            break
        if row.line in lines:
            cells[row.line] = " · ".join(filter(None, row.cells))
    return cells


def with_problems(job: ImportJob) -> Iterator[list[str]]:
    """Yield the rows with problems as they came, under their own headings, with one more column for the problem."""
    width = len(job.columns)
    yield [*import_files.headings(job), gettext("Problem")]
    problems: Iterable[ImportRow] = job.problems.order_by("line").iterator()
    if is_draft_unchecked(job):
        problems = problems_in(first_rows(job))
    for problem in problems:
        yield [
            *problem.cells[:width],
            *[""] * (width - len(problem.cells)),
            gettext("Line %(line)s: %(text)s") % {"line": problem.line, "text": said(problem.text)},
        ]
