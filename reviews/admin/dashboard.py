"""The first page of the back-office: numbers of the accounts, how far customers came, and why messages failed."""

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils import timezone

from oauth.models import Account
from oauth.roles import is_operator, roles_of
from reviewhub.backoffice.pages import UnfoldAdminSelectWidget
from reviews.insights import installation
from reviews.insights.account import Funnel, Scope, overview
from reviews.insights.charts import columns_by_day, percent
from reviews.models import ReviewRequest, ReviewSite, Sequence, WorkerBeat
from reviews.models.base import Channel
from reviews.models.provider_codes import explain

PERIODS = [("7", "7 days"), ("30", "30 days"), ("90", "90 days")]
USUAL_DAYS = 30
WITHOUT_SITE_SHOWN = 3  # accounts
LONGEST_CHOICE = 200  # accounts or sequences; more are no choice


class ScopeForm(forms.Form):
    """The scope of the numbers: the person's own accounts, their sequences, a channel, a period."""

    account = forms.ModelChoiceField(
        Account.objects.none(), required=False, empty_label="All accounts", widget=UnfoldAdminSelectWidget
    )
    sequence = forms.ModelChoiceField(
        Sequence.objects.none(), required=False, empty_label="All sequences", widget=UnfoldAdminSelectWidget
    )
    channel = forms.ChoiceField(
        choices=[("", "Both channels"), *Channel.choices], required=False, widget=UnfoldAdminSelectWidget
    )
    days = forms.ChoiceField(label="Period", choices=PERIODS, required=False, widget=UnfoldAdminSelectWidget)

    def __init__(self, request: HttpRequest) -> None:
        super().__init__({"days": str(USUAL_DAYS)} | request.GET.dict())
        accounts = Account.objects.order_by("name")
        roles = roles_of(request)
        self.own = None if is_operator(request) else list(roles)
        if self.own is not None:
            accounts = accounts.filter(pk__in=self.own)
        has_site = Exists(ReviewSite.objects.filter(account=OuterRef("pk"), is_active=True))
        rows = list(accounts.annotate(has_site=has_site).values_list("pk", "name", "has_site")[:LONGEST_CHOICE])
        self.without_site = [name for pk, name, has_one in rows if not has_one and pk in roles]
        offered = [pk for pk, _, _ in rows]
        self._offer("account", Account.objects.filter(pk__in=offered).order_by("name"), len(offered))
        sequences = Sequence.objects.filter(account__in=offered).order_by("account__name", "name")
        self._offer("sequence", sequences.select_related("account"), len(sequences[:2]))

    def _offer(self, name: str, rows: Any, count: int) -> None:
        """Offer rows as choices; remove the field where there are fewer than two."""
        field: Any = self.fields[name]
        field.queryset = rows
        if count < 2:
            del self.fields[name]

    def scope(self) -> Scope:
        """Return the chosen scope; a choice that was not offered counts as none."""
        self.is_valid()
        account, sequence = self.cleaned_data.get("account"), self.cleaned_data.get("sequence")
        return Scope(
            accounts=[account.pk] if account else self.own,
            days=int(self.cleaned_data.get("days") or USUAL_DAYS),
            sequence=sequence.pk if sequence else None,
            channel=self.cleaned_data.get("channel") or "",
        )


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return the context of the page: numbers of the person's own accounts, of all accounts for the operator."""
    now = timezone.localtime()
    form = ScopeForm(request)
    scope = form.scope()
    numbers = overview(scope, now=now)
    total = sum(numbers.requests.values())
    context |= {
        "form": form,
        "scope": scope,
        "numbers": numbers,
        "total": total,
        "bars": [
            (status.value, status.label, numbers.requests[status], percent(numbers.requests[status], total))
            for status in ReviewRequest.Status
        ],
        "funnel": _funnel(numbers.funnel),
        "chart": columns_by_day(numbers.days) if numbers.funnel.sent else None,
        "failures": [(code, explain(code), count) for code, count in numbers.failures],
        "worker_alive": numbers.worker_beat is not None and now - numbers.worker_beat <= WorkerBeat.STALE_AFTER,
        "faults": [(pause, explain(pause.code)) for pause in installation.account_faults(form.own)],
        "sandbox": settings.SANDBOX,
        "without_site": form.without_site[:WITHOUT_SITE_SHOWN],
        "operator": is_operator(request),
    }
    return context


def _funnel(funnel: Funnel) -> list[tuple[str, int, str]]:
    steps = [
        ("Sent", funnel.sent),
        ("Delivered", funnel.delivered),
        ("Seen", funnel.seen),
        ("Went to a review site", funnel.clicked),
        ("Left feedback", funnel.feedback),
    ]
    return [(name, count, percent(count, funnel.sent)) for name, count in steps]
