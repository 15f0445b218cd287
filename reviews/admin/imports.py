"""Imports of customers from a file: the upload, the columns and settings, a check, and how far it has come."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from oauth.models import Account
from reviewhub.backoffice.business import offer, written_in_view
from reviewhub.backoffice.lists import WithList
from reviewhub.backoffice.pages import (
    GeneratedRows,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
)
from reviewhub.csv_rows import write_rows
from reviewhub.languages import number
from reviewhub.refused import Refused
from reviewhub.sentences import said
from reviews.admin.consents import check_consent, consent_fields
from reviews.admin.lists.imports import Imports
from reviews.models import ImportJob, ReviewRequest, Sequence
from reviews.models.base import MAX_DELAY_HOURS
from reviews.requests import import_rows, imports
from reviews.requests.ask import NO_SITE
from reviews.requests.csv_encoding import CHOICES, MOST_BYTES, Unreadable
from reviews.requests.csv_files import FIELDS, MOST_ROWS, Row

REFRESH_SECONDS = 2
EXAMPLES = 3  # values of a column that are shown
PROBLEMS_SHOWN = 20
ASKING = ("has_header", "channel", "sequence", "delay_hours")
CONSENT = ("consent_channel", "consent_wording", "consent_source", "consent_at")
SETTINGS = (*ASKING, *CONSENT)
LEAVE_OUT = [("", _("– leave out –"))]


class UploadForm(forms.Form):
    """A file, and the account that it is for: one in which the person may change things."""

    account = forms.ModelChoiceField(
        Account.objects.none(), label=_("Business"), empty_label=None, widget=UnfoldAdminSelectWidget
    )
    file = forms.FileField(
        label=_("CSV file"),
        widget=UnfoldAdminFileFieldWidget({"accept": ".csv,.tsv,.txt,text/csv"}),
    )

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(*args)
        self.fields["file"].help_text = gettext(
            "One customer a row, with an e-mail address or a mobile number; %(number)s rows at most."
        ) % {"number": number(MOST_ROWS)}
        offer(self.fields["account"], written_in_view(request))

    def save(self, request: HttpRequest) -> ImportJob | None:
        """Make the import; None when the file cannot be read, which is an error of its field."""
        file = self.cleaned_data["file"]
        try:
            return imports.receive(
                account=self.cleaned_data["account"],
                user=request.user,  # type: ignore[arg-type]
                name=file.name,
                raw=file.read(MOST_BYTES + 1),
                now=timezone.now(),
            )
        except (Unreadable, Refused) as error:
            self.add_error("file", str(error))
            return None


class SettingsForm(forms.Form):
    """The settings of an import: the meaning of each column, and how the customers are asked."""

    has_header = forms.BooleanField(label=_("The first row holds headings"), required=False)
    channel = forms.ChoiceField(
        label=_("Channel"), choices=ReviewRequest.ChannelRule.choices, widget=UnfoldAdminSelectWidget
    )
    sequence = forms.ModelChoiceField(
        Sequence.objects.none(),
        label=_("Sequence"),
        required=False,
        empty_label=_("The business's default"),
        widget=UnfoldAdminSelectWidget,
    )
    delay_hours = forms.IntegerField(
        label=_("Hours to wait"), min_value=0, max_value=MAX_DELAY_HOURS, widget=UnfoldAdminIntegerFieldWidget
    )
    consent_channel, consent_wording, consent_source, consent_at = consent_fields(
        nobody=_("Nobody, as far as we know"), whom=_("All of these have agreed to")
    )

    def __init__(self, job: ImportJob, data: Any = None) -> None:
        settings = {name: getattr(job, name) for name in SETTINGS}
        columns = {f"column_{place}": field for place, field in enumerate(job.columns)}
        super().__init__(data, initial=settings | columns)
        sequence: Any = self.fields["sequence"]
        sequence.queryset = Sequence.objects.for_account(job.account).order_by("name")
        if readings := imports.readings(job):
            self.fields["encoding"] = _encoding_field(job, readings)
        for name in columns:
            choices = LEAVE_OUT + list(FIELDS.items())
            self.fields[name] = forms.ChoiceField(choices=choices, required=False, widget=UnfoldAdminSelectWidget)

    def columns(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith("column_")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = [value for name, value in cleaned.items() if name.startswith("column_") and value]
        for field in dict.fromkeys(chosen):
            if chosen.count(field) > 1:
                self.add_error(None, gettext("Only one column can hold “%(field)s”.") % {"field": FIELDS[field]})
        if not {"email", "mobile_phone_number"} & set(chosen):
            self.add_error(None, gettext("Say which column holds the e-mail address or the mobile number."))
        check_consent(self, cleaned, now=timezone.now(), elsewhere=set(chosen))
        return cleaned

    def save(self, job: ImportJob) -> bool:
        """Keep the settings; False when the import has been started meanwhile."""
        columns = [self.cleaned_data[column.name] for column in self.columns()]
        settings = {name: self.cleaned_data[name] for name in SETTINGS}
        encoding = self.cleaned_data.get("encoding", "")
        return imports.configure(job, columns=columns, encoding=encoding, now=timezone.now(), **settings)


def _encoding_field(job: ImportJob, readings: dict[str, str]) -> forms.ChoiceField:
    """Return the question how the file's letters are to be read; already answered where its bytes tell."""
    return forms.ChoiceField(
        label=gettext("The line in which every letter is right"),
        choices=[(encoding, f"{words} ({CHOICES[encoding]})") for encoding, words in readings.items()],
        initial=job.encoding if job.is_encoding_sure else None,
        widget=UnfoldAdminRadioSelectWidget,
        error_messages={
            "required": gettext("Choose the line in which every letter is right: the file can be read in several ways.")
        },
    )


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
        problems = self.admin_site.admin_view(self.problems)
        return [path("<int:pk>/problems.csv", problems, name="reviews_importjob_problems"), *super().get_urls()]

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
        if "cancel" in request.POST:
            done = imports.cancel(job, now=now)
        else:
            form = SettingsForm(job, request.POST)
            if not form.is_valid():
                return self._page(request, job, form)
            done = form.save(job)
            if done and {"check", "start"} & set(request.POST):
                try:
                    done = imports.start(job, check="check" in request.POST, now=now)
                except Refused as refusal:
                    messages.warning(request, refusal.reason)
        if not done:
            messages.warning(
                request, gettext("This import has been started or has ended meanwhile: nothing was changed.")
            )
        return HttpResponseRedirect(_address(job))

    def _page(self, request: HttpRequest, job: ImportJob, form: SettingsForm | None = None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": job.name,
            "opts": self.opts,
            "job": job,
            "may_write": self.has_write_permission(request, job),
            "refresh": REFRESH_SECONDS,
        }
        if job.status == ImportJob.Status.DRAFT:
            context |= _draft(job, form or SettingsForm(job))
            for field in context["form"].fields.values():
                field.disabled = not context["may_write"]
        elif job.status not in ImportJob.AT_WORK:
            context["problems"] = list(job.problems.all()[:PROBLEMS_SHOWN])
        return TemplateResponse(request, "admin/reviews/importjob/page.html", context, status=400 if form else 200)

    def problems(self, request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
        """Answer with the rows that have problems as a file, to be mended and imported again."""
        job = self.get_object(request, str(pk))
        if job is None:
            return _gone(self, request, str(pk))
        response = StreamingHttpResponse(write_rows(_with_problems(job)), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="import-{job.pk}-problems.csv"'
        return response


def _gone(page: ImportJobAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Answer as Django's pages do for a row that does not exist."""
    response: HttpResponse = page._get_obj_does_not_exist_redirect(request, page.opts, object_id)
    return response


def _address(job: ImportJob) -> str:
    return reverse("admin:reviews_importjob_change", args=[job.pk])


def _with_problems(job: ImportJob) -> Iterator[list[str]]:
    """Yield the rows with problems as they came, under their own headings, with one more column for the problem."""
    width = len(job.columns)
    yield [*imports.headings(job), gettext("Problem")]
    for problem in job.problems.order_by("line").iterator():
        yield [
            *problem.cells[:width],
            *[""] * (width - len(problem.cells)),
            gettext("Line %(line)s: %(text)s") % {"line": problem.line, "text": said(problem.text)},
        ]


def _draft(job: ImportJob, form: SettingsForm) -> dict[str, Any]:
    """Return what the page of a draft shows: columns with examples, and a check of the first rows, or of all."""
    rows = list(islice(imports.rows_from(job), imports.CHUNK))
    columns = [
        {"heading": heading, "examples": _examples(rows, place), "field": field}
        for place, (heading, field) in enumerate(zip(imports.headings(job), form.columns(), strict=True))
    ]
    if job.checked:
        tally = import_rows.Counts(job.asked, job.known, job.suppressed, tuple(job.problems.all()[:PROBLEMS_SHOWN]))
    else:
        tally = import_rows.check(job, rows, timezone.now())
    return {
        "form": form,
        "encoding": form["encoding"] if "encoding" in form.fields else None,
        "columns": columns,
        "settings": [form[name] for name in ASKING],
        "consent": [form[name] for name in CONSENT],
        "tally": tally,
        "problem_count": job.refused if job.checked else len(tally.problems),
        "problems": tally.problems[:PROBLEMS_SHOWN],
        "looked_at": job.total if job.checked else len(rows),
        "before": imports.same_before(job),
        "no_site": "" if job.account.review_sites.filter(is_active=True).exists() else NO_SITE,
    }


def _examples(rows: list[Row], place: int) -> list[str]:
    cells = (row.cells[place] for row in rows if place < len(row.cells) and row.cells[place])
    return list(islice(cells, EXAMPLES))
