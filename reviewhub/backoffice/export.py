"""The rows of a list as a CSV file, streamed."""

from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from django.http import StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from reviewhub.csv_rows import write_rows

if TYPE_CHECKING:
    from reviewhub.backoffice.lists import ListedRows

MOST_EXPORTED = 100_000
CHUNK = 500


def file_of(rows: "ListedRows") -> StreamingHttpResponse:
    """Answer with all rows of the list, up to MOST_EXPORTED; a last line says where some were left out.

    They are read by their keys, some hundred at a time: a cursor of the server does not outlive a transaction of
    PgBouncer, and without one the database's library would hold all rows at once.
    """
    keys = list(rows.queryset.values_list("pk", flat=True)[: MOST_EXPORTED + 1])
    # The answer is written when the request's language and zone are no longer in use.
    lines = _lines(rows, keys, translation.get_language(), timezone.get_current_timezone())
    return stream(lines, rows.listing.file_name)


def stream(lines: Iterable[list[str]], name: str) -> StreamingHttpResponse:
    """Answer with the lines as a CSV file of that name, as they come."""
    response = StreamingHttpResponse(write_rows(lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _lines(rows: "ListedRows", keys: list[Any], language: str | None, zone: tzinfo) -> Iterator[list[str]]:
    now = timezone.now()
    with translation.override(language):
        headings = [str(heading) for heading in rows.listing.columns]
        business = str(_("Business"))
    yield [business, *headings] if rows.sees_several else headings
    exported = keys[:MOST_EXPORTED]
    for start in range(0, len(exported), CHUNK):
        with translation.override(language), timezone.override(zone):
            cells = _cells(rows, exported[start : start + CHUNK], now)
        yield from cells
    if len(keys) > MOST_EXPORTED:
        with translation.override(language):
            most = number_format(MOST_EXPORTED, force_grouping=True)
            words = _("Only the first %(most)s rows are here: filter the list, and export the others.") % {"most": most}
        yield [words]


def _cells(rows: "ListedRows", keys: list[Any], now: datetime) -> list[list[str]]:
    by_key = rows.apply_select_related(rows.root_queryset).in_bulk(keys)
    chunk = [by_key[key] for key in keys if key in by_key]  # a row may be gone meanwhile
    cells = rows.listing.cells(chunk, now)
    if not rows.sees_several:
        return cells
    return [[row.account.name, *line] for row, line in zip(chunk, cells, strict=True)]


def iso(moment: datetime | None) -> str:
    """Return the moment as a file has it: ISO 8601, with the offset of the zone in use."""
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else ""
