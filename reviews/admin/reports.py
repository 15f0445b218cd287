"""Reports: how far customers came, messages by day, how requests stand, and why messages did not arrive."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from reviewhub.backoffice.business import accounts_in_view, accounts_to_choose
from reviewhub.backoffice.pages import UnfoldAdminSelectWidget
from reviews.admin.badges import word_of_status
from reviews.insights.account import Funnel, Scope, overview
from reviews.insights.charts import columns_by_day, percent
from reviews.models import ReviewRequest, Sequence
from reviews.models.base import Channel
from reviews.models.provider_codes import explain

PERIODS = [("7", _("7 days")), ("30", _("30 days")), ("90", _("90 days"))]
USUAL_DAYS = 30
LONGEST_CHOICE = 200  # accounts; more are no choice


class ScopeForm(forms.Form):
    """The scope of the numbers, within the businesses in view: a sequence, a channel, a period."""

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
    days = forms.ChoiceField(label=_("Period"), choices=PERIODS, required=False, widget=UnfoldAdminSelectWidget)

    def __init__(self, request: HttpRequest) -> None:
        super().__init__({"days": str(USUAL_DAYS)} | request.GET.dict())
        self.accounts = accounts_in_view(request)
        sequences = Sequence.objects.filter(account__in=accounts_to_choose(self.accounts)[:LONGEST_CHOICE])
        rows = sequences.order_by("account__name", "name").select_related("account")
        self.fields["sequence"].queryset = rows  # type: ignore[attr-defined]
        if len(rows[:2]) < 2:
            del self.fields["sequence"]

    def scope(self) -> Scope:
        """Return the chosen scope; a choice that was not offered counts as none."""
        self.is_valid()
        sequence = self.cleaned_data.get("sequence")
        return Scope(
            accounts=self.accounts,
            days=int(self.cleaned_data.get("days") or USUAL_DAYS),
            sequence=sequence.pk if sequence else None,
            channel=self.cleaned_data.get("channel") or "",
        )


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """Show the numbers of the businesses in view; of all businesses to the operator who looks at all."""
    form = ScopeForm(request)
    scope = form.scope()
    numbers = overview(scope, now=timezone.localtime())
    total = sum(numbers.requests.values())
    context = {
        **admin.site.each_context(request),
        "title": _("Reports"),
        "form": form,
        "scope": scope,
        "bars": [
            (status.value, word_of_status(status), numbers.requests[status], percent(numbers.requests[status], total))
            for status in ReviewRequest.Status
        ],
        "funnel": _funnel(numbers.funnel),
        "chart": columns_by_day(numbers.days) if numbers.funnel.sent else None,
        "failures": [(explain(code), count) for code, count in numbers.failures],
    }
    return TemplateResponse(request, "admin/reports.html", context)


def _funnel(funnel: Funnel) -> list[tuple[str | Promise, int, str]]:
    steps = [
        (_("Sent"), funnel.sent),
        (_("Delivered"), funnel.delivered),
        (_("Seen"), funnel.seen),
        (_("Went to a review site"), funnel.clicked),
        (_("Left feedback"), funnel.feedback),
    ]
    return [(name, count, percent(count, funnel.sent)) for name, count in steps]
