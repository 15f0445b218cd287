"""The menu of the back-office: the pages that the person may open, those of every day first."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from oauth.roles import is_operator
from reviews.admin.inbox import MOST_WAITING, waiting_count

GROUPS = [
    (
        "Every day",
        [
            ("reviews.ReviewRequest", "Review requests", "send"),
            ("reviews.Contact", "Contacts", "group"),
            ("reviews.ImportJob", "Imports", "upload_file"),
            ("reviews.InboxItem", "Inbox", "inbox"),
            ("reviews.Suppression", "Suppressions", "block"),
        ],
    ),
    (
        "Set up",
        [
            ("reviews.Sequence", "Sequences", "linear_scale"),
            ("reviews.ReviewSite", "Review sites", "star"),
            ("oauth.Account", "Accounts", "storefront"),
            ("oauth.Invitation", "Invitations", "person_add"),
            ("connections", "Connected apps", "cable"),
            ("reviews.Endpoint", "Webhooks", "webhook"),
            ("oauth.ApiKey", "API keys", "key"),
            ("oauth.Application", "OAuth apps", "apps"),
        ],
    ),
    (
        "Look closer",
        [
            ("simulator", "Simulator", "science"),
            ("reviews.Delivery", "Deliveries", "mail"),
            ("reviews.Consent", "Consents", "handshake"),
            ("reviews.DeliveryEvent", "Provider events", "bolt"),
            ("reviews.Event", "Events", "history"),
            ("reviews.Notice", "Webhook notices", "outbox"),
            ("reviews.MergeCandidate", "Merge candidates", "merge"),
        ],
    ),
    (
        "Installation",
        [
            ("operations", "Operations", "speed"),
            ("oauth.User", "People", "person"),
            ("oauth.Membership", "Memberships", "badge"),
            ("mfa.Authenticator", "Second factors", "phonelink_lock"),
            ("oauth.AccessToken", "Access tokens", "token"),
            ("oauth.RefreshToken", "Refresh tokens", "autorenew"),
            ("oauth.Grant", "Authorization codes", "password"),
            ("reviews.WorkerBeat", "Workers", "monitor_heart"),
            ("reviews.ChannelHealth", "Channel health", "health_and_safety"),
            ("reviews.Pause", "Pauses", "pause_circle"),
            ("reviews.Tally", "Tallies", "tag"),
            ("reviews.IdempotencyKey", "Idempotency keys", "content_copy"),
            ("django_q.OrmQ", "Queue", "queue"),
            ("django_q.Schedule", "Schedules", "schedule"),
            ("django_q.Failure", "Failed tasks", "error"),
        ],
    ),
]

OPERATORS_ONLY = {"operations"}  # of the pages that belong to no model


def menu(request: HttpRequest) -> list[dict[str, Any]]:
    """Return groups of links, without the pages that this person may not open."""
    pages = {page.opts.label: page for page in admin.site._registry.values()}
    groups = [
        {
            "title": title,
            "separator": True,
            "items": [
                _item(request, label, name, icon, pages)
                for label, name, icon in links
                if _may_open(request, label, pages)
            ],
        }
        for title, links in GROUPS
    ]
    home = {"title": "", "items": [{"title": "Dashboard", "icon": "home", "link": reverse("admin:index")}]}
    return [home, *(group for group in groups if group["items"])]


def _item(request: HttpRequest, label: str, name: str, icon: str, pages: dict[str, Any]) -> dict[str, Any]:
    item = {"title": name, "icon": icon, "link": _list_url(pages[label]) if label in pages else reverse(label)}
    if label == "reviews.InboxItem" and (waiting := waiting_count(request)):
        item |= {"badge": f"{waiting}" if waiting < MOST_WAITING else f"{MOST_WAITING}+", "badge_variant": "info"}
    return item


def _may_open(request: HttpRequest, label: str, pages: dict[str, Any]) -> bool:
    if label in pages:
        return bool(pages[label].has_view_permission(request))
    return label not in OPERATORS_ONLY or is_operator(request)


def _list_url(page: Any) -> str:
    return reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist")
