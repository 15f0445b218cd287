"""The choices of a report: a period, a sequence and a channel. They stand in the page's address."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reviewhub.backoffice.business import accounts_in_view, accounts_to_choose
from reviewhub.backoffice.pages import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget
from reviewhub.languages import number
from reviews.insights.periods import LONGEST, Period
from reviews.insights.reports import Scope
from reviews.models import Sequence
from reviews.models.base import Channel

OWN = "own"
PERIODS = [
    ("7", _("7 days")),
    ("30", _("30 days")),
    ("90", _("90 days")),
    ("365", _("12 months")),
    (OWN, _("Own dates")),
]
USUAL_DAYS = 30
EARLIEST = date(2000, 1, 1)
LONGEST_CHOICE = 200  # sequences; more are no choice


class ReportForm(forms.Form):
    """The scope of the numbers, within the businesses in view."""

    days = forms.ChoiceField(label=_("Period"), choices=PERIODS, required=False, widget=UnfoldAdminSelectWidget)
    first = forms.DateField(label=_("First day"), required=False, widget=UnfoldAdminTextInputWidget({"type": "date"}))
    last = forms.DateField(label=_("Last day"), required=False, widget=UnfoldAdminTextInputWidget({"type": "date"}))
    sequence = forms.ModelChoiceField(
        Sequence.objects.none(),
        required=False,
        label=_("Sequence"),
        empty_label=_("All sequences"),
        widget=UnfoldAdminSelectWidget,
    )
    channel = forms.ChoiceField(
        label=_("Channel"),
        choices=[("", _("Both channels")), *Channel.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, request: HttpRequest, now: datetime) -> None:
        self.now = now
        self.accounts = accounts_in_view(request)
        usual = Period.until_today(USUAL_DAYS, now)
        chosen: dict[str, Any] = {"days": str(USUAL_DAYS)} | request.GET.dict()
        if chosen["days"] == OWN:
            chosen = {"first": usual.first.isoformat(), "last": usual.last.isoformat()} | chosen
        super().__init__(chosen)
        sequences = Sequence.objects.filter(account__in=accounts_to_choose(self.accounts)[:LONGEST_CHOICE])
        rows = sequences.order_by("account__name", "name").select_related("account")
        self.fields["sequence"].queryset = rows  # type: ignore[attr-defined]
        if len(rows[:2]) < 2:
            del self.fields["sequence"]
        if chosen["days"] != OWN:
            del self.fields["first"], self.fields["last"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first is None or last is None:
            return cleaned
        last = cleaned["last"] = min(last, self.now.date())
        if first > last:
            self.add_error("first", gettext("The first day comes after the last one, or is still to come."))
        elif first < EARLIEST:
            self.add_error("first", gettext("There is nothing from before the year %(year)s.") % {"year": 2000})
        elif (last - first).days >= LONGEST:
            words = gettext("A report covers at most %(most)s days.") % {"most": number(LONGEST)}
            self.add_error("first", words)
        return cleaned

    @property
    def problems(self) -> list[str]:
        """What is wrong with the dates, in words; other choices that were not offered count as none."""
        return [str(problem) for name in ("first", "last") for problem in self.errors.get(name, [])]

    def scope(self) -> Scope:
        """Return the chosen scope. A choice that was not offered, and dates that are none, count as the usual ones."""
        self.is_valid()
        sequence = self.cleaned_data.get("sequence")
        return Scope(
            accounts=self.accounts,
            period=self._period(),
            sequence=sequence.pk if sequence else None,
            channel=self.cleaned_data.get("channel") or "",
        )

    def _period(self) -> Period:
        days, first, last = (self.cleaned_data.get(name) for name in ("days", "first", "last"))
        usual = Period.until_today(USUAL_DAYS, self.now)
        if days == OWN:
            return Period(first, last, usual.zone) if first and last else usual
        return Period.until_today(int(days), self.now) if days else usual
