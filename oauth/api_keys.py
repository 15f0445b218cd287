"""Making and ending API keys."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from oauth.hashers import new_token, token_hash
from oauth.models import Account, ApiKey, Membership, User
from oauth.models.api_key import PREFIX
from oauth.scopes import DEFAULT_SCOPES

NOBODYS = "Nobody works in this account yet, so the key would be nobody's."  # where `holder` finds none


def create_api_key(
    *,
    account: Account,
    user: User,
    name: str,
    scopes: list[str] | None = None,
    expires_at: datetime | None = None,
    key: str | None = None,
) -> tuple[ApiKey, str]:
    """Make a key and return it with its value, which is stored nowhere.

    `key` is for the demo account alone, whose key is derived and stays the same.
    """
    value = key or new_token(PREFIX)
    row = ApiKey.objects.create(
        account=account,
        user=user,
        name=name,
        prefix=value[:8],
        key_hash=token_hash(value),
        scope=" ".join(scopes or DEFAULT_SCOPES),
        expires_at=expires_at,
    )
    return row, value


def holder(account: Account, user: Any) -> User | None:
    """Whose a key becomes that `user` makes: their own; of an operator who is no member, the first owner's.

    None if nobody works in the account.
    """
    members = account.memberships.select_related("user").order_by("created_at")
    own = [member for member in members if member.user == user]
    owners = [member for member in members if member.role == Membership.Role.OWNER]
    return next((member.user for member in [*own, *owners, *members]), None)


def revoke_api_keys(keys: QuerySet[ApiKey], now: datetime) -> int:
    """End those keys at once; returns how many were not revoked before."""
    return keys.filter(revoked_at=None).update(revoked_at=now)
