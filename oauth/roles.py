"""Roles in accounts: which ones the signed-in person works in, and where they may change things.

Owners and managers change things, viewers look. An operator (superuser) may do everything everywhere.
"""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from oauth.models import Membership
from oauth.scopes import WRITE, in_order

WRITERS = {Membership.Role.OWNER, Membership.Role.MANAGER}


class MayOnlyLook(PermissionDenied):
    """The person may see what they wanted to change."""


def memberships_of(request: HttpRequest) -> list[Membership]:
    """The person's memberships in active accounts; one query for each request."""
    if not hasattr(request, "_memberships"):
        user: Any = request.user
        rows = Membership.objects.filter(user=user, account__is_active=True) if user.is_authenticated else None
        request._memberships = [] if rows is None else list(rows.select_related("account"))  # type: ignore[attr-defined]
    memberships: list[Membership] = request._memberships  # type: ignore[attr-defined]
    return memberships


def roles_of(request: HttpRequest) -> dict[UUID, str]:
    """The person's role in each of their accounts."""
    return {membership.account_id: membership.role for membership in memberships_of(request)}


def written_accounts(request: HttpRequest) -> list[UUID]:
    """The accounts in which the person may change things: a manager here may be a viewer there."""
    return [account for account, role in roles_of(request).items() if role in WRITERS]


def scopes_now(granted: str, role: str) -> list[str]:
    """Return what a key or token may do now: of the scopes that were granted, those that its person's role allows."""
    scopes = in_order(granted.split())
    return scopes if role in WRITERS else [scope for scope in scopes if scope != WRITE]


def is_operator(request: HttpRequest) -> bool:
    return bool(request.user.is_active and getattr(request.user, "is_superuser", False))
