"""Connections of an account: the apps that act for it, and the people who allowed them to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Min

from oauth.models import Account, RefreshToken
from oauth.roles import scopes_now
from oauth.scopes import in_order


@dataclass(frozen=True)
class Connection:
    """An app and the person who connected it, once or several times: what it may do now, since when, its last use."""

    application_id: int
    application: str
    user_id: str
    person: str
    scopes: list[str]
    connected_at: datetime
    last_used_at: datetime | None


def connections_of(account: Account, now: datetime) -> list[Connection]:
    """The account's connections, the newest first."""
    live = RefreshToken.objects.live(now).acting().with_role().filter(account=account, application__is_active=True)
    rows = live.values(
        *("application_id", "application__name", "application__client_id"),
        *("user_id", "user__name", "user__email", "scope", "role"),
    ).annotate(first_connected_at=Min("connected_at"), last_used_at=Max("access_token__last_used_at"))
    connections: dict[tuple[Any, Any], Connection] = {}
    for row in rows.order_by("first_connected_at"):  # one for each set of scopes
        key = row["application_id"], row["user_id"]
        earlier = connections.get(key)
        uses = [moment for moment in (row["last_used_at"], earlier and earlier.last_used_at) if moment]
        connections[key] = Connection(
            application_id=row["application_id"],
            application=row["application__name"] or row["application__client_id"],
            user_id=str(row["user_id"]),
            person=row["user__name"] or row["user__email"],
            scopes=in_order([*scopes_now(row["scope"], row["role"]), *(earlier.scopes if earlier else ())]),
            connected_at=earlier.connected_at if earlier else row["first_connected_at"],
            last_used_at=max(uses) if uses else None,
        )
    return sorted(connections.values(), key=lambda connection: connection.connected_at, reverse=True)
