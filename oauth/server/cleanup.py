"""Clean-up of codes, tokens, invitations and sessions that are needed no longer."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

from oauth.models import AccessToken, Grant, Invitation, RefreshToken, SignInLink, UserSession
from oauth.models.tokens import idle_period
from oauth.server import grants

BATCH = 5000  # rows a statement, so that none holds its locks for long
CODES_KEPT = timedelta(days=1)  # after their end: a used code that comes again is noticed
REVOKED_KEPT = timedelta(days=30)  # a stolen refresh token that comes again ends its family
INVITATIONS_KEPT = timedelta(days=90)  # after their latest mail, whatever became of them: they hold addresses


def clean_up(now: datetime) -> int:
    """Delete ended codes, spent refresh tokens, idle pairs, old invitations, ended sessions; return the number of rows.

    An access token stays as long as its refresh token lives, expired or not: it holds the last use.
    """
    refreshed = RefreshToken.objects.filter(access_token=OuterRef("pk"))
    return sum(
        _delete(rows)
        for rows in (
            Grant.objects.filter(expires__lt=now - CODES_KEPT),
            RefreshToken.objects.filter(revoked__lt=now - REVOKED_KEPT),
            RefreshToken.objects.filter(revoked=None, created__lt=now - idle_period()),
            AccessToken.objects.filter(~Exists(refreshed), expires__lt=now),
            Invitation.objects.filter(sent_at__lt=now - INVITATIONS_KEPT),
            SignInLink.objects.filter(expires_at__lte=now),
            UserSession.objects.filter(session__expire_date__lt=now),
            Session.objects.filter(expire_date__lt=now),
        )
    )


def _delete(rows: Any) -> int:
    total = 0
    while deleted := grants.delete(rows.model.objects.filter(pk__in=rows.order_by().values("pk")[:BATCH])):
        total += deleted
    return total
