"""Imports of customers from a file: the upload, the columns and settings, a check, and how far it has come."""

from itertools import islice
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext

from reviewhub.backoffice.lists import WithList
from reviewhub.backoffice.pages import GeneratedRows
from reviewhub.backoffice.progress import progress_page
from reviewhub.csv_rows import write_rows
from reviewhub.refused import Refused
from reviews.admin import import_outcomes
from reviews.admin.import_forms import ASKING, CONSENT, SettingsForm, UploadForm
from reviews.admin.lists.imports import Imports
from reviews.models import ImportJob
from reviews.requests import import_files, import_rows, imports
from reviews.requests.ask import NO_SITE
from reviews.requests.csv_files import Row

EXAMPLES = 3  # values of a column that are shown
PROBLEMS_SHOWN = 20
MANY = 50  # messages that would leave within the hour, from which on somebody is asked once
SPREAD_HOURS = 72


@admin.register(ImportJob)
class ImportJobAdmin(GeneratedRows, WithList):
    """Imports, each with a page of its own: settings while it is a draft, then its progress, then its problems."""

    listing = Imports()
    search_fields = ("name",)
    ordering = ("-created_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportJob]:
        rows: QuerySet[ImportJob] = super().get_queryset(request)
        return rows.defer("content")

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return self.has_write_permission(request)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/problems.csv", view(self.problems), name="reviews_importjob_problems"),
            path("<int:pk>/rows/<slug:tile>/", view(self.rows), name="reviews_importjob_rows"),
        ]
        return [*own, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request, request.POST, request.FILES) if request.method == "POST" else UploadForm(request)
        if form.is_bound and form.is_valid() and (job := form.save(request)):
            return HttpResponseRedirect(_address(job))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Import customers"),
            "opts": self.opts,
            "form": form,
        }
        status = 400 if form.is_bound else 200
        return TemplateResponse(request, "admin/reviews/importjob/upload.html", context, status=status)

    # --- The page of one --------------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        job = self.get_object(request, object_id)
        if job is None:
            return _gone(self, request, object_id)
        if not self.has_view_permission(request, job):
            raise PermissionDenied
        if request.method != "POST":
            return self._page(request, job)
        if not self.has_write_permission(request, job):
            raise PermissionDenied
        return self._act(request, job)

    def _act(self, request: HttpRequest, job: ImportJob) -> HttpResponse:
        now = timezone.now()
        question = ""
        try:
            if "take_back" in request.POST:
                done = imports.take_back(job, by=str(request.user), now=now)
            elif "cancel" in request.POST:
                done = imports.cancel(job, now=now)
            elif job.status == ImportJob.Status.DRAFT:
                form = SettingsForm(job, request.POST)
                if not form.is_valid():
                    return self._page(request, job, form)
                done, question = self._go_on(request, job, form)
            else:
                done = False
        except Refused as refusal:
            messages.warning(request, refusal.reason)
            done = True
        if not done:
            messages.warning(
                request, gettext("This import has been started or has ended meanwhile: nothing was changed.")
            )
        return HttpResponseRedirect(_address(job) + question)

    def _go_on(self, request: HttpRequest, job: ImportJob, form: SettingsForm) -> tuple[bool, str]:
        """Keep the settings, and begin what was asked for; where much would leave at once, ask first.

        Return whether anything was done, and what stands behind the page's address.
        """
        spread = SPREAD_HOURS if "spread" in request.POST else 0
        if not form.save(job, spread_hours=spread):
            return False, ""
        now = timezone.now()
        if "check" in request.POST:
            return imports.start(job, check=True, now=now), ""
        if not {"start", "now", "spread"} & set(request.POST):
            return True, ""
        if "start" in request.POST and _leaving_soon(job) >= MANY:
            return True, "?question=1#question"
        return imports.start(job, check=False, now=now), ""

    def _page(self, request: HttpRequest, job: ImportJob, form: SettingsForm | None = None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": job.name,
            "opts": self.opts,
            "job": job,
            "may_write": self.has_write_permission(request, job),
        }
        if job.status == ImportJob.Status.DRAFT:
            context |= _draft(job, form or SettingsForm(job))
            context["is_asking"] = context["may_write"] and "question" in request.GET and context["soon"] >= MANY
            context["days"] = SPREAD_HOURS // 24
            for field in context["form"].fields.values():
                field.disabled = not context["may_write"]
        elif job.status not in ImportJob.AT_WORK:
            context["problems"] = list(job.problems.all()[:PROBLEMS_SHOWN])
            context["may_take_back"] = context["may_write"] and imports.may_take_back(job)
        return progress_page(
            request,
            "admin/reviews/importjob/page.html",
            context,
            is_running=job.status in ImportJob.AT_WORK,
            status=400 if form else 200,
        )

    def problems(self, request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
        """Answer with the rows that have problems as a file, to be mended and imported again."""
        job = self.get_object(request, str(pk))
        if job is None:
            return _gone(self, request, str(pk))
        response = StreamingHttpResponse(
            write_rows(import_outcomes.with_problems(job)), content_type="text/csv; charset=utf-8"
        )
        response["Content-Disposition"] = f'attachment; filename="import-{job.pk}-problems.csv"'
        return response

    def rows(self, request: HttpRequest, pk: int, tile: str) -> HttpResponse:
        """Answer with the rows that a tile counts, page by page, each with what is said about it."""
        job = self.get_object(request, str(pk))
        if job is None or tile not in import_outcomes.TILES:
            return _gone(self, request, str(pk))
        page = import_outcomes.page_of(job, tile, request.GET.get("page"))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Rows of %(file)s") % {"file": job.name},
            "opts": self.opts,
            "job": job,
            "tile": tile,
            "words": import_outcomes.TILES[tile].words,
            "page": page,
            "lines": import_outcomes.shown(job, list(page)),
            "looked_at": import_outcomes.looked_at(job),
        }
        return TemplateResponse(request, "admin/reviews/importjob/rows.html", context)


def _gone(page: ImportJobAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Answer as Django's pages do for a row that does not exist."""
    response: HttpResponse = page._get_obj_does_not_exist_redirect(request, page.opts, object_id)
    return response


def _address(job: ImportJob) -> str:
    return reverse("admin:reviews_importjob_change", args=[job.pk])


def _leaving_soon(job: ImportJob) -> int:
    """Return how many messages would leave within the hour: counted in the first rows, and taken to go on like that."""
    return _soon(job, import_outcomes.first_rows(job))


def _soon(job: ImportJob, counts: import_rows.Counts) -> int:
    return counts.soon * job.total // len(counts.rows) if counts.rows else 0


def _draft(job: ImportJob, form: SettingsForm) -> dict[str, Any]:
    """Return what the page of a draft shows: columns with examples, and a check of the first rows, or of all."""
    rows = list(islice(import_files.rows_from(job), imports.CHUNK))
    headings = import_files.headings(job)
    columns = [
        {"heading": heading, "examples": _examples(rows, place), "field": field}
        for place, (heading, field) in enumerate(zip(headings, form.columns(), strict=True))
    ]
    counts = import_rows.check(job, rows, timezone.now())
    problems = job.problems.all()[:PROBLEMS_SHOWN] if job.checked else import_outcomes.problems_in(counts)
    return {
        "form": form,
        "encoding": form["encoding"] if "encoding" in form.fields else None,
        "columns": columns,
        "settings": [form[name] for name in ASKING],
        "consent": [form[name] for name in CONSENT],
        "tally": job if job.checked else counts,
        "soon": _soon(job, counts),
        "problems": list(problems)[:PROBLEMS_SHOWN],
        "looked_at": import_outcomes.looked_at(job),
        "titles": import_files.titles(job),
        "unused": [heading for heading, field in zip(headings, job.columns, strict=True) if not field],
        "as_before": _as_before(job),
        "before": import_files.same_before(job),
        "no_site": "" if job.account.review_sites.filter(is_active=True).exists() else NO_SITE,
    }


def _as_before(job: ImportJob) -> ImportJob | None:
    """Return the earlier import whose columns this one has, where somebody chose them there."""
    earlier = import_files.same_headings(job)
    return earlier if earlier and earlier.columns == job.columns else None


def _examples(rows: list[Row], place: int) -> list[str]:
    cells = (row.cells[place] for row in rows if place < len(row.cells) and row.cells[place])
    return list(islice(dict.fromkeys(cells), EXAMPLES))
