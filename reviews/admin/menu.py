"""The menu of the back-office: six places for everybody, and the installation for the operator.

A place may have tabs: pages that stand side by side under its name. Whoever adds a page of the back-office names it
here, in the tab where people look for it.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from oauth.roles import is_operator
from reviews.admin.inbox import MOST_WAITING, waiting_count


@dataclass(frozen=True)
class Page:
    """A page of the menu. `target` and `also` are labels of models, or names of addresses; all lie below the page."""

    label: str | Promise
    target: str
    icon: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """One of the six places. The first of its tabs that the person may open is the page that the menu leads to."""

    label: str | Promise
    icon: str
    tabs: tuple[Page, ...]


PLACES = (
    Place(_("Today"), "home", (Page(_("Today"), "admin:index"),)),
    Place(_("Inbox"), "inbox", (Page(_("Inbox"), "reviews.InboxItem"),)),
    Place(
        _("Customers"),
        "group",
        (
            Page(_("Customers"), "reviews.Contact"),
            Page(_("Imports"), "reviews.ImportJob"),
            Page(_("Do not contact"), "reviews.Suppression"),
            Page(_("Possible duplicates"), "reviews.MergeCandidate"),
            Page(_("Consents"), "reviews.Consent"),
        ),
    ),
    Place(_("Requests"), "send", (Page(_("Requests"), "reviews.ReviewRequest"),)),
    Place(_("Reports"), "bar_chart", (Page(_("Numbers"), "reports"), Page(_("Simulator"), "simulator"))),
    Place(
        _("Settings"),
        "settings",
        (
            Page(_("Business"), "settings-business", also=("oauth.Account",)),
            Page(_("Page"), "settings-page"),
            Page(_("Messages"), "reviews.Sequence"),
            Page(_("Review sites"), "settings-sites", also=("reviews.ReviewSite",)),
            Page(_("People"), "settings-people"),
            Page(_("Apps, keys and webhooks"), "settings-connections", also=("connections", "reviews.Endpoint")),
        ),
    ),
)

INSTALLATION = (
    Page(_("Operations"), "operations", "speed"),
    Page(_("Held after a restore"), "held", "pause_circle"),
    Page(_("What is kept"), "kept", "schedule"),
    Page(_("Businesses"), "oauth.Account", "storefront"),
    Page(_("People who sign in"), "oauth.User", "person"),
    Page(_("Roles"), "oauth.Membership", "badge"),
    Page(_("Second factors"), "mfa.Authenticator", "phonelink_lock"),
    Page(_("Invitations"), "oauth.Invitation", "person_add"),
    Page(_("API keys"), "oauth.ApiKey", "key"),
    Page(_("OAuth apps"), "oauth.Application", "apps"),
)
# What is looked at when something is to be found out.
BEHIND = (
    Page(_("Messages"), "reviews.Delivery", "mail"),
    Page(_("Provider reports"), "reviews.DeliveryEvent", "bolt"),
    Page(_("Events"), "reviews.Event", "history"),
    Page(_("Webhook calls"), "reviews.Notice", "outbox"),
    Page(_("Access tokens"), "oauth.AccessToken", "token"),
    Page(_("Refresh tokens"), "oauth.RefreshToken", "autorenew"),
    Page(_("Authorization codes"), "oauth.Grant", "password"),
    Page(_("Workers"), "reviews.WorkerBeat", "monitor_heart"),
    Page(_("Troubles"), "reviews.Trouble", "warning"),
    Page(_("Restores"), "reviews.Restore", "history"),
    Page(_("Purges"), "reviews.Purge", "history"),
    Page(_("Channel health"), "reviews.ChannelHealth", "health_and_safety"),
    Page(_("Pauses"), "reviews.Pause", "pause_circle"),
    Page(_("Tallies"), "reviews.Tally", "tag"),
    Page(_("Idempotency keys"), "reviews.IdempotencyKey", "content_copy"),
    Page(_("Queue"), "django_q.OrmQ", "queue"),
    Page(_("Schedules"), "django_q.Schedule", "schedule"),
    Page(_("Failed tasks"), "django_q.Failure", "error"),
)


def menu(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the places, and for the operator the groups of the installation, as the theme takes them.

    An item holds `title`, `icon`, `link`, `active`, maybe `badge`, and `tabs`: those of a place with more than one.
    """
    pages = {page.opts.label: page for page in admin.site._registry.values()}
    groups: list[dict[str, Any]] = [
        {"title": "", "items": [item for place in PLACES if (item := _place(request, place, pages))]}
    ]
    if is_operator(request):
        groups += [
            {"title": _("Installation"), "items": [_item(request, page, pages) for page in INSTALLATION]},
            {"title": _("Behind the scenes"), "items": [_item(request, page, pages) for page in BEHIND]},
        ]
    return groups


def _place(request: HttpRequest, place: Place, pages: dict[str, Any]) -> dict[str, Any] | None:
    """Return the place without what the person may not open; None if nothing is left."""
    tabs = [_item(request, page, pages) for page in place.tabs if _may_open(request, page.target, pages)]
    if not tabs:
        return None
    active = any(tab["active"] for tab in tabs) and not _is_installation(request, pages)
    item = {"title": place.label, "icon": place.icon, "link": tabs[0]["link"], "active": active}
    if place.tabs[0].target == "reviews.InboxItem" and (waiting := waiting_count(request)):
        item["badge"] = f"{waiting}" if waiting < MOST_WAITING else f"{MOST_WAITING}+"
    return item | {"tabs": tabs if len(tabs) > 1 else []}


def _is_installation(request: HttpRequest, pages: dict[str, Any]) -> bool:
    """Return True for a page of the operator's own menu: what stands there stands in no tab besides."""
    return is_operator(request) and any(_item(request, page, pages)["active"] for page in INSTALLATION)


def _item(request: HttpRequest, page: Page, pages: dict[str, Any]) -> dict[str, Any]:
    link, *others = (_address(target, pages) for target in (page.target, *page.also))
    home = reverse("admin:index")
    active = request.path == home if link == home else request.path.startswith((link, *others))
    return {"title": capfirst(str(page.label)), "icon": page.icon, "link": link, "active": active}


def _may_open(request: HttpRequest, target: str, pages: dict[str, Any]) -> bool:
    return target not in pages or bool(pages[target].has_view_permission(request))


def _address(target: str, pages: dict[str, Any]) -> str:
    if target not in pages:
        return reverse(target)
    opts = pages[target].opts
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
