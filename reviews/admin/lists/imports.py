"""The list of imports."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from reviewhub.backoffice.export import iso
from reviewhub.backoffice.lists import Line, Listing, Order
from reviews.admin.lists.words import in_words, joined
from reviews.models import ImportJob

Status = ImportJob.Status
TONES = {"draft": "wait", "done": "good", "failed": "bad"}


class Imports(Listing[ImportJob]):
    title = _("Imports")
    search_label = _("Name of the file")
    empty = _(
        "Here stands each list of customers that you imported, and what came of it. Import a workbook or a CSV file."
    )
    add_label = _("Import customers")
    file_name = "imports"
    orders = (
        Order("", _("Newest first"), ("-created_at", "-pk")),
        Order("oldest", _("Oldest first"), ("created_at", "pk")),
    )
    columns = (
        _("File"),
        _("Status"),
        _("Rows"),
        _("Rows done"),
        _("Asked"),
        _("Asked already"),
        _("Not to be contacted"),
        _("With problems"),
        _("What happened"),
        _("Added"),
        _("Ended"),
    )

    def lines(self, rows: Sequence[ImportJob], now: datetime) -> list[Line]:
        return [Line(row.name, _line(row), row.ended_at or row.created_at, TONES.get(row.status, "")) for row in rows]

    def cells(self, rows: Sequence[ImportJob], now: datetime) -> list[list[str]]:
        return [
            [
                row.name,
                row.get_status_display(),
                *map(str, (row.total, row.position, row.asked, row.known, row.suppressed, row.refused)),
                _line(row),
                iso(row.created_at),
                iso(row.ended_at),
            ]
            for row in rows
        ]

    def counted(self, count: int) -> str:
        return ngettext("%(count)s import", "%(count)s imports", count) % {"count": count}


def _line(job: ImportJob) -> str:
    if job.status == Status.DRAFT:
        return joined([gettext("To be started"), _customers(job.total), _problems(job.refused)])
    if job.status == Status.CHECKING:
        return gettext("Being checked: %(done)s of %(total)s rows") % {"done": job.position, "total": job.total}
    if job.status == Status.UNDOING:
        return gettext("Being taken back: %(done)s of %(total)s") % {"done": job.position, "total": job.asked}
    if job.status == Status.UNDONE:
        return joined([gettext("Taken back"), _asked(job)])
    if job.status == Status.FAILED:
        return joined([gettext("Stopped"), in_words(job.error), _asked(job)])
    left_out = ngettext("%(count)s must not be contacted", "%(count)s must not be contacted", job.suppressed)
    known = ngettext("%(count)s was asked already", "%(count)s were asked already", job.known)
    return joined(
        [
            gettext("Cancelled") if job.status == Status.CANCELLED else "",
            _asked(job),
            _doubts(job.doubtful),
            gettext("at work") if job.status == Status.RUNNING else "",
            _problems(job.refused),
            known % {"count": job.known} if job.known else "",
            left_out % {"count": job.suppressed} if job.suppressed else "",
        ]
    )


def _asked(job: ImportJob) -> str:
    return gettext("%(asked)s of %(total)s asked") % {"asked": job.asked, "total": job.total}


def _customers(count: int) -> str:
    return ngettext("%(count)s customer", "%(count)s customers", count) % {"count": count}


def _doubts(count: int) -> str:
    return ngettext("%(count)s with doubts", "%(count)s with doubts", count) % {"count": count} if count else ""


def _problems(count: int) -> str:
    return ngettext("%(count)s problem", "%(count)s problems", count) % {"count": count} if count else ""
