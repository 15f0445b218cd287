"""Imports: lists of customers that staff upload as files."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reviews.models.base import AccountQuerySet
from reviews.models.consent import CONSENT_CHANNELS, MOST_SOURCE, MOST_WORDING
from reviews.models.request import ReviewRequest
from reviews.models.sequence import Sequence


class ImportJob(models.Model):
    """A file, the settings it is read with, and counts of its rows. Only `requests.imports` changes `status`."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("To be started")
        CHECKING = "checking", _("Being checked")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")
        FAILED = "failed", _("Failed")
        UNDOING = "undoing", _("Being taken back")
        UNDONE = "undone", _("Taken back")

    AT_WORK = (Status.CHECKING, Status.RUNNING, Status.UNDOING)

    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, db_index=False, related_name="import_jobs")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField(
        help_text=_("The file as it came, a workbook's sheet as CSV, compressed; empty when the job has ended.")
    )
    sheet = models.CharField(max_length=100, blank=True, db_default="", help_text=_("Of a workbook: what is read."))
    other_sheets = models.JSONField(default=list, db_default=[], help_text=_("Sheets of it that are not read."))
    encoding = models.CharField(max_length=10, default="utf-8", db_default="utf-8")
    is_encoding_sure = models.BooleanField(
        default=True, db_default=True, help_text=_("Else somebody has to choose it.")
    )
    digest = models.CharField(max_length=64, editable=False, help_text=_("Tells whether the same file came before."))
    delimiter = models.CharField(max_length=1)
    has_header = models.BooleanField(_("first row holds headings"))
    skipped = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text=_("Rows above the headings, such as a title.")
    )
    first_row = models.JSONField(help_text=_("The cells of the first row that is not skipped, which may be headings."))
    columns = models.JSONField(help_text=_("For each column the field that it holds."))
    channel = models.CharField(max_length=5, choices=ReviewRequest.ChannelRule, default=ReviewRequest.ChannelRule.AUTO)
    sequence = models.ForeignKey(Sequence, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    delay_hours = models.PositiveSmallIntegerField(_("hours to wait"), default=0)
    after_hours = models.PositiveSmallIntegerField(
        _("hours after the visit"), default=24, db_default=24, help_text=_("Counts where a column holds the visit.")
    )
    spread_hours = models.PositiveSmallIntegerField(
        _("spread over"), default=0, db_default=0, help_text=_("Hours in which the first messages leave, evenly.")
    )
    leaves_out_doubts = models.BooleanField(_("leave out rows with doubts"), default=False, db_default=False)
    # A consent of everybody in the file; a column of the file that holds a part of it goes before.
    consent_channel = models.CharField(max_length=5, choices=CONSENT_CHANNELS, blank=True, db_default="")
    consent_wording = models.TextField(max_length=MOST_WORDING, blank=True, db_default="")
    consent_source = models.CharField(max_length=MOST_SOURCE, blank=True, db_default="")
    consent_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=9, choices=Status, default=Status.DRAFT)
    total = models.PositiveIntegerField(_("rows"))
    position = models.PositiveIntegerField(_("rows done"), default=0)
    asked = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(_("open already"), default=0)
    suppressed = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(_("with problems"), default=0)
    doubtful = models.PositiveIntegerField(_("with doubts"), default=0, db_default=0)
    taken_back = models.PositiveIntegerField(_("taken back"), default=0, db_default=0)
    gone_before = models.PositiveIntegerField(_("too late to take back"), default=0, db_default=0)
    undone_by = models.CharField(max_length=254, blank=True, db_default="", help_text=_("Who took it back."))
    lapses = models.PositiveSmallIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text=_("How often a worker began the next rows and did not finish."),
    )
    careful_until = models.PositiveIntegerField(
        default=0, db_default=0, editable=False, help_text=_("Rows before this one are asked one by one.")
    )
    checked = models.BooleanField(default=False, help_text=_("The counts are of a check of the whole file."))
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    stirred_at = models.DateTimeField(help_text=_("When something last happened."))
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    status__in=["draft", "checking", "running", "done", "cancelled", "failed", "undoing", "undone"]
                ),
                name="import_status_known",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-created_at"], name="import_newest"),
            models.Index(
                fields=["stirred_at"],
                name="import_at_work",
                condition=models.Q(status__in=["checking", "running", "undoing"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def problems(self) -> "models.QuerySet[ImportRow]":
        """The rows that were not asked for their own fault."""
        return self.rows.filter(outcome=ImportRow.Outcome.PROBLEM)

    @property
    def percent(self) -> int:
        whole = self.asked if self.status == self.Status.UNDOING else self.total
        return 100 * self.position // whole if whole else 100


class ImportRow(models.Model):
    """What came of a row of a file. The cells of those with problems are kept, to be mended; of others, the request.

    `text`: why it is a problem, or the doubts about a row that is none. A check of a whole file makes rows as well,
    without requests.
    """

    class Outcome(models.TextChoices):
        ASKED = "asked", _("Asked")
        KNOWN = "known", _("Asked already")
        SUPPRESSED = "suppressed", _("Not to be asked")
        PROBLEM = "problem", _("With a problem")

    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, db_index=False, related_name="rows")
    line = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.PROBLEM, db_default=Outcome.PROBLEM)
    text = models.CharField(max_length=500, blank=True)
    cells = models.JSONField(default=list)
    # No foreign key: a request may be erased, and is then not there to be shown.
    request_id = models.UUIDField(null=True)

    class Meta:
        db_table = "reviews_importproblem"  # of the time when only rows with problems were kept
        ordering = ["line"]
        indexes = [models.Index(fields=["job", "outcome", "line"], name="import_rows_in_order")]

    def __str__(self) -> str:
        return gettext("Line %(line)s: %(text)s") % {"line": self.line, "text": self.text}

    @property
    def shown(self) -> str:
        """The cells that are not empty, in one line."""
        return " · ".join(cell for cell in self.cells if cell)
