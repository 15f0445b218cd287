"""Forms of an import: the file, and what its columns hold and how the customers are asked."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from oauth.models import Account
from reviewhub.backoffice.business import offer, written_in_view
from reviewhub.backoffice.pages import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
)
from reviewhub.languages import number
from reviewhub.refused import Refused
from reviews.admin.consents import check_consent, consent_fields
from reviews.models import ImportJob, ReviewRequest, Sequence
from reviews.models.base import MAX_DELAY_HOURS
from reviews.requests import import_files, imports
from reviews.requests.csv_encoding import CHOICES, MOST_BYTES, Unreadable
from reviews.requests.csv_files import MOST_ROWS
from reviews.requests.import_columns import FIELDS

ASKING = ("has_header", "channel", "sequence", "delay_hours", "after_hours", "leaves_out_doubts")
CONSENT = ("consent_channel", "consent_wording", "consent_source", "consent_at")
SETTINGS = (*ASKING, *CONSENT)
LEAVE_OUT = [("", _("– leave out –"))]
AFTER = [
    (0, _("At the time of the visit")),
    (2, _("Two hours after")),
    (4, _("Four hours after")),
    (24, _("A day after")),
    (48, _("Two days after")),
    (72, _("Three days after")),
    (168, _("A week after")),
]
KINDS = ".csv,.tsv,.txt,.xlsx,.xlsm,.xls,.ods,text/csv"


class UploadForm(forms.Form):
    """A file, and the account that it is for: one in which the person may change things."""

    account = forms.ModelChoiceField(
        Account.objects.none(), label=_("Business"), empty_label=None, widget=UnfoldAdminSelectWidget
    )
    file = forms.FileField(
        label=_("File: a workbook or CSV"),
        widget=UnfoldAdminFileFieldWidget({"accept": KINDS}),
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
            return import_files.receive(
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
    after_hours = forms.TypedChoiceField(
        label=_("When the customer is asked"),
        choices=AFTER,
        coerce=lambda hours: int(hours or 24),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_(
            "Counts from the date of the visit, where a column holds it. A date without a time counts as noon."
        ),
    )
    leaves_out_doubts = forms.BooleanField(
        label=_("Leave out rows with doubts"),
        required=False,
        help_text=_("They count as problems then: you get them as a file, to look at them."),
    )
    consent_channel, consent_wording, consent_source, consent_at = consent_fields(
        nobody=_("Nobody, as far as we know"), whom=_("All of these have agreed to")
    )

    def __init__(self, job: ImportJob, data: Any = None) -> None:
        settings = {name: getattr(job, name) for name in SETTINGS}
        columns = {f"column_{place}": field for place, field in enumerate(job.columns)}
        super().__init__(data, initial=settings | columns)
        if "visited_at" not in (self.data if self.is_bound else columns).values():
            self.fields["after_hours"].widget = forms.HiddenInput()
        sequence: Any = self.fields["sequence"]
        sequence.queryset = Sequence.objects.for_account(job.account).order_by("name")
        if readings := import_files.readings(job):
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

    def save(self, job: ImportJob, **also: Any) -> bool:
        """Keep the settings, and others that no field holds; False when the import has been started meanwhile."""
        columns = [self.cleaned_data[column.name] for column in self.columns()]
        settings: dict[str, Any] = {name: self.cleaned_data[name] for name in SETTINGS}
        settings["after_hours"] = settings["after_hours"] if settings["after_hours"] != "" else job.after_hours
        encoding = self.cleaned_data.get("encoding", "")
        return imports.configure(job, columns=columns, encoding=encoding, now=timezone.now(), **settings, **also)


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
