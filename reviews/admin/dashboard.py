"""Today, the first page of the back-office: what keeps messages from leaving, and how many are under way."""

from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from oauth.models import Account
from oauth.roles import is_operator, roles_of
from reviewhub.backoffice.business import accounts_in_view
from reviews.insights import installation
from reviews.insights.account import Scope, overview
from reviews.insights.charts import columns_by_day
from reviews.models import ReviewSite, WorkerBeat
from reviews.models.provider_codes import explain

DAYS = 30
WITHOUT_SITE_SHOWN = 3  # accounts


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return the context of the page: numbers of the businesses in view, of all businesses for the operator."""
    now = timezone.localtime()
    accounts = accounts_in_view(request)
    numbers = overview(Scope(accounts=accounts, days=DAYS), now=now)
    return context | {
        "title": _("Today"),
        "days": DAYS,
        "numbers": numbers,
        "total": sum(numbers.requests.values()),
        "chart": columns_by_day(numbers.days) if numbers.funnel.sent else None,
        "worker_alive": numbers.worker_beat is not None and now - numbers.worker_beat <= WorkerBeat.STALE_AFTER,
        "faults": [(pause, explain(pause.code)) for pause in installation.account_faults(accounts)],
        "sandbox": settings.SANDBOX,
        "without_site": _without_site(request),
        "operator": is_operator(request),
    }


def _without_site(request: HttpRequest) -> list[str]:
    """Return the names of accounts that the person works in, among those in view, that have no review site."""
    accounts, roles = accounts_in_view(request), roles_of(request)
    own = [pk for pk in roles if accounts is None or pk in accounts]
    has_site = Exists(ReviewSite.objects.filter(account=OuterRef("pk"), is_active=True))
    rows = Account.objects.filter(~has_site, pk__in=own).order_by("name")
    return list(rows.values_list("name", flat=True)[:WITHOUT_SITE_SHOWN])
