"""The simulator's page: an account's rules are tried on invented customers, to see what would be sent, and when."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectWidget

from oauth.models import Account
from reviewhub.backoffice.business import accounts_in_view, accounts_to_choose, offer
from reviewhub.backoffice.pages import UnfoldAdminIntegerFieldWidget
from reviewhub.backoffice.progress import progress_page
from reviews.models import Sequence, Simulation
from reviews.simulation import runs
from reviews.simulation.charts import charts
from reviews.simulation.plan import MOST_CONTACTS, MOST_DAYS, InvalidPlan, Plan, Rates, today
from reviews.simulation.runner import sequence_of

RATES: dict[str, tuple[Any, Any]] = {
    "delivery": (_("Seen, %"), _("Of the messages that were sent, the share that somebody sees.")),
    "bounce": (_("Dead addresses, %"), _("The share of addresses that do not exist.")),
    "click": (_("Go to a review site, %"), _("The share of seen messages.")),
    "reply": (_("Answer in words, %"), _("The share of seen messages.")),
    "opt_out": (_("Opt out, %"), _("The share of seen messages.")),
}


class AccountSequenceField(forms.ModelChoiceField):
    """A choice of sequences, named with their account where there are several accounts."""

    several = False

    def label_from_instance(self, row: Any) -> str:
        return f"{row.account}: {row}" if self.several else str(row)


class SimulatorForm(forms.Form):
    """A simulation to run: an account of the person's own, a sequence, a time, and how customers behave."""

    account = forms.ModelChoiceField(
        Account.objects.none(), label=_("Business"), empty_label=None, widget=UnfoldAdminSelectWidget
    )
    sequence = AccountSequenceField(
        Sequence.objects.none(),
        label=_("Sequence"),
        required=False,
        empty_label=_("The business's default"),
        widget=UnfoldAdminSelectWidget,
    )
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=MOST_DAYS, widget=UnfoldAdminIntegerFieldWidget)
    contacts = forms.IntegerField(
        min_value=1, max_value=MOST_CONTACTS, widget=UnfoldAdminIntegerFieldWidget, label=_("Customers")
    )
    asks_per_day = forms.IntegerField(
        label=_("Asks a day"),
        required=False,
        min_value=1,
        max_value=MOST_CONTACTS,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Each customer is asked once, evenly over the days, if empty."),
    )
    seed = forms.IntegerField(
        label=_("Seed"),
        min_value=0,
        max_value=2**31 - 1,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("The same number, the same customers."),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = accounts_to_choose(accounts_in_view(request))  # viewers may simulate, too
        sequence: Any = self.fields["sequence"]
        sequence.queryset = (
            Sequence.objects.filter(account__in=accounts).select_related("account").order_by("account__name", "name")
        )
        sequence.several = accounts.count() > 1
        offer(self.fields["account"], accounts_in_view(request))
        for name, (label, help_text) in RATES.items():
            self.fields[f"{name}_rate"] = forms.FloatField(
                label=label,
                min_value=0,
                max_value=100,
                help_text=help_text,
                widget=UnfoldAdminDecimalFieldWidget({"step": "any"}),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        account, sequence = cleaned.get("account"), cleaned.get("sequence")
        if account and sequence and sequence.account_id != account.pk:
            self.add_error("sequence", gettext("This sequence belongs to another account."))
        if account and not self.errors:
            try:
                cleaned["sequence"] = sequence or sequence_of(account)
                cleaned["plan"] = self._plan(cleaned, timezone.now()).check()
            except InvalidPlan as error:
                self.add_error(error.field, error.reason)
        return cleaned

    def _plan(self, cleaned: dict[str, Any], now: datetime) -> Plan:
        return Plan(
            start=today(now, ZoneInfo(cleaned["account"].time_zone)),
            days=cleaned["days"],
            contacts=cleaned["contacts"],
            asks_per_day=cleaned["asks_per_day"],
            seed=cleaned["seed"],
            rates=Rates(**{name: cleaned[f"{name}_rate"] / 100 for name in RATES}),
        )

    def asked(self) -> dict[str, Any]:
        """Return the texts as they were filled in, to be shown again."""
        return {name: self.data.get(name, "") for name in self.fields}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def simulator(request: HttpRequest) -> HttpResponse:
    """Show the person's last simulation; POST starts another one, or stops it."""
    if request.method == "POST":
        return _stop(request) if "stop" in request.POST else _start(request)
    return _page(request, None)


def _stop(request: HttpRequest) -> HttpResponse:
    runs.stop(user=request.user)  # type: ignore[arg-type]
    return redirect("simulator")


def _start(request: HttpRequest) -> HttpResponse:
    form = SimulatorForm(request, request.POST)
    if form.is_valid():
        form_data = form.cleaned_data
        try:
            runs.start(
                user=request.user,  # type: ignore[arg-type]
                account=form_data["account"],
                sequence=form_data["sequence"],
                plan=form_data["plan"],
                asked=form.asked(),
                now=timezone.now(),
            )
        except runs.Busy as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("simulator")
    return _page(request, form)


def _page(request: HttpRequest, form: SimulatorForm | None) -> HttpResponse:
    own = Simulation.objects.filter(user=request.user.pk, account__in=accounts_to_choose(accounts_in_view(request)))
    own = own.exclude(asked__has_key=runs.EXAMPLES)
    simulation = own.select_related("account").first()
    lost = simulation is not None and simulation.is_lost(timezone.now())
    running = simulation is not None and simulation.status == Simulation.Status.RUNNING and not lost
    result = simulation.result if simulation is not None and simulation.status == Simulation.Status.DONE else None
    context = {
        **admin.site.each_context(request),
        "title": gettext("Simulator"),
        "form": form or SimulatorForm(request, initial=_initial(request, simulation)),
        "is_bound": form is not None,
        "simulation": simulation,
        "lost": lost,
        "result": result,
        "charts": charts(result) if result else None,
    }
    return progress_page(
        request, "admin/reviews/simulator.html", context, is_running=running, status=400 if form else 200
    )


def _initial(request: HttpRequest, simulation: Simulation | None) -> dict[str, Any]:
    """Return what was filled in last; with the sequence that the address names, where a sequence's page leads here."""
    initial = dict(simulation.asked) if simulation else _defaults()
    number = request.GET.get("sequence", "")
    if number.isascii() and number.isdecimal() and len(number) < 19:
        accounts = accounts_to_choose(accounts_in_view(request))
        row = Sequence.objects.filter(account__in=accounts, pk=int(number)).first()
        if row is not None:
            initial |= {"sequence": row.pk, "account": row.account_id}
    return initial


def _defaults() -> dict[str, Any]:
    rates = Rates()
    percent = {f"{name}_rate": f"{getattr(rates, name) * 100:g}" for name in RATES}
    return {"days": Plan.days, "contacts": Plan.contacts, "seed": Plan.seed, **percent}
