"""API keys: creating one, finding its holder, revoking several."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from oauth.hashers import new_token, token_hash
from oauth.models import Account, ApiKey, Membership, User
from oauth.models.api_key import PREFIX
from oauth.roles import scopes_now
from oauth.scopes import DEFAULT_SCOPES
from reviewhub.refused import Refused

MOST = 50  # live keys of an account
NO_HOLDER = "Nobody works in this account yet, so the key would be nobody's."


def create_api_key(
    *,
    account: Account,
    user: User,
    name: str,
    scopes: list[str] | None = None,
    expires_at: datetime | None = None,
    key: str | None = None,
) -> tuple[ApiKey, str]:
    """Create a key of a member; return its row and its value, which is stored nowhere.

    `key` is for the demo account alone: its key is derived from SECRET_KEY, and stays the same.
    """
    value = key or new_token(PREFIX)
    row = ApiKey.objects.create(
        account=account,
        user=user,
        membership=account.memberships.get(user=user),
        name=name,
        prefix=value[:8],
        key_hash=token_hash(value),
        scope=" ".join(scopes or DEFAULT_SCOPES),
        expires_at=expires_at,
    )
    return row, value


def check_number(account: Account, now: datetime) -> None:
    """Raise Refused if the account has as many live keys as it may."""
    if ApiKey.objects.live(now).filter(account=account).count() >= MOST:
        raise Refused("account", f"The account has {MOST} keys already: revoke some first.")


def keys_of(account: Account, now: datetime) -> list[tuple[ApiKey, list[str]]]:
    """Return the account's live keys, the newest first, each with what it may do now."""
    keys = ApiKey.objects.live(now).acting().with_role().filter(account=account)
    return [(key, scopes_now(key.scope, key.role)) for key in keys.select_related("user").order_by("-created_at")]


def find_holder(account: Account, user: Any) -> User | None:
    """Return the person that a new key belongs to: `user` if they work in the account, else its first owner.

    An account without owners has its first member instead; None if nobody works there.
    """
    memberships = account.memberships.select_related("user").order_by("created_at")
    own = [membership for membership in memberships if membership.user == user]
    owners = [membership for membership in memberships if membership.role == Membership.Role.OWNER]
    return next((membership.user for membership in [*own, *owners, *memberships]), None)


def revoke_api_keys(keys: QuerySet[ApiKey], now: datetime) -> int:
    """End the keys at once; return how many were not revoked before."""
    return keys.filter(revoked_at=None).update(revoked_at=now)
