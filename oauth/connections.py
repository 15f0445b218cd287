"""What an account let apps do: the apps that are connected, and by whom."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Min

from oauth.models import Account, RefreshToken
from oauth.scopes import in_order


@dataclass(frozen=True)
class Connection:
    """An app that a person connected, however often: scopes of all, since the first, last used by any."""

    application_id: int
    application: str
    user_id: str
    person: str
    scopes: list[str]
    connected_at: datetime
    last_used_at: datetime | None


def connections_of(account: Account, now: datetime) -> list[Connection]:
    """The account's connections, the newest first."""
    live = RefreshToken.objects.live(now).acting().filter(account=account, application__is_active=True)
    rows = live.values(
        "application_id", "application__name", "application__client_id", "user_id", "user__name", "user__email", "scope"
    ).annotate(since=Min("connected_at"), used=Max("access_token__last_used_at"))
    found: dict[tuple[Any, Any], Connection] = {}
    for row in rows.order_by("since"):
        key = row["application_id"], row["user_id"]
        former = found.get(key)
        used = [moment for moment in (row["used"], former and former.last_used_at) if moment]
        found[key] = Connection(
            application_id=row["application_id"],
            application=row["application__name"] or row["application__client_id"],
            user_id=str(row["user_id"]),
            person=row["user__name"] or row["user__email"],
            scopes=in_order([*row["scope"].split(), *(former.scopes if former else ())]),
            connected_at=former.connected_at if former else row["since"],
            last_used_at=max(used) if used else None,
        )
    return sorted(found.values(), key=lambda connection: connection.connected_at, reverse=True)
