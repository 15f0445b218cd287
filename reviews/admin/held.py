"""The operator's page of what waits after a restore of the database: how much of each business, and the decision."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from reviewhub.languages import number
from reviews.admin.operations import for_operator
from reviews.models.base import Channel
from reviews.restoring import held

AT_ONCE = 200  # messages: somebody waits for the page meanwhile


@dataclass(frozen=True)
class Decision:
    """What may become of the messages that wait: its button, its question, and what follows from it."""

    label: str | Promise
    question: str | Promise
    effect: str | Promise


DECISIONS = {
    "send": Decision(
        _("Send them"),
        _("Send the messages that wait?"),
        _(
            "Customers who got theirs before the database was restored get it a second time. Of texts, the provider is "
            "asked first: those that it has are not sent."
        ),
    ),
    "drop": Decision(
        _("Drop them"),
        _("Drop the messages that wait?"),
        _("None of them is sent. They count as sent when they were due, and what follows them goes on as planned."),
    ),
}


def _page(request: HttpRequest, title: str, **context: Any) -> HttpResponse:
    accounts = [
        {"name": row["account"], "channel": Channel(row["channel"]).label, "count": row["count"]}
        for row in held.count_by_account()
    ]
    total = sum(row["count"] for row in accounts)
    context |= {"title": title, "accounts": accounts, "total": total, "at_once": min(total, AT_ONCE)}
    return TemplateResponse(request, "admin/held.html", admin.site.each_context(request) | context)


@require_http_methods(["GET", "HEAD"])
def page(request: HttpRequest, **url_values: Any) -> HttpResponse:
    """Show what waits."""
    asked_for = held.texts_asked_for()
    return _page(
        request, gettext("Held after a restore"), restore=held.latest(), asked_for=asked_for, decisions=DECISIONS
    )


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, **url_values: Any) -> HttpResponse:
    """Ask whether to do it; on POST, do it to the next messages and say how many are left."""
    decision = DECISIONS.get(url_values["decision"])
    if decision is None:
        raise Http404
    if request.method != "POST":
        return _page(request, str(decision.question), decision=decision)
    if url_values["decision"] == "send":
        done = held.send(now=timezone.now(), most=AT_ONCE)
        words = ngettext("%(number)s message is planned again.", "%(number)s messages are planned again.", done)
    else:
        done = held.drop(now=timezone.now(), most=AT_ONCE)
        words = ngettext("%(number)s message counts as sent.", "%(number)s messages count as sent.", done)
    messages.success(request, words % {"number": number(done)})
    return HttpResponseRedirect(reverse("held"))


urlpatterns = [
    path("", for_operator(page), name="held"),
    path("<str:decision>", for_operator(decide), name="held-decide"),
]
