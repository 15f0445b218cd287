"""Codes, token pairs and their families: finding, issuing and revoking them. Only hashes are stored.

A refresh is idempotent nevertheless: the new pair is derived from the presented refresh token with a key of ours, so
that a parallel worker or a retry gets the same pair again.
"""

import hashlib
import hmac
import uuid
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import router, transaction
from django.db.models import Model, Q, QuerySet

from oauth.hashers import token_hash
from oauth.models import AccessToken, Account, Application, Grant, RefreshToken, User
from oauth.models.account import ActingQuerySet
from oauth.models.tokens import REFRESH_PREFIX
from reviewhub.statements import Change, Insert, Select

M = TypeVar("M", bound=Model)

GRACE = timedelta(seconds=60)  # for which a rotated token may still refresh: parallel workers of an app use it at once


def derived_token(prefix: str, refresh_token: str) -> str:
    """Return the token of a kind that follows a refresh token: the same each time, and derived with our secret key."""
    key = settings.OAUTH_TOKEN_KEY.encode()
    digest = hmac.new(key, f"{prefix}:{refresh_token}".encode(), hashlib.sha256).digest()
    return prefix + urlsafe_b64encode(digest).rstrip(b"=").decode()


# --- Finding -----------------------------------------------------------------------------------------


def find_code(code: str, client: Application) -> Grant | None:
    """Return the grant of a client's code, locked until the transaction ends; None if it gives no right any more."""
    return _grant_of.first(code=token_hash(code), application=client.pk)


def find_refresh_token(token: str, client: Application) -> RefreshToken | None:
    """Return the row of a client's refresh token, live or rotated, locked until the transaction ends."""
    return _refresh_token_of.first(token_checksum=token_hash(token), application=client.pk)


def live_refresh_token(token: str, client: Application, now: datetime) -> RefreshToken | None:
    """Return the row of a client's live refresh token, without a lock, with its user's `role`."""
    rows = RefreshToken.objects.live(now).acting().with_role()
    return rows.filter(token_checksum=token_hash(token), application=client).first()


def _lock(rows: ActingQuerySet[M], *columns: str) -> QuerySet[M]:
    """Select and lock the rows; of their columns, only those that an exchange or a refresh uses, and the `role`."""
    return (
        rows.with_role()
        .only("user", "account", "membership", "application", "token_family", *columns)
        .select_for_update(of=("self",))
    )


_grant_of = Select(
    lambda code, application: _lock(
        Grant.objects.acting().filter(code=code, application=application),
        *("redirect_uri", "scope", "expires", "code_challenge", "code_challenge_method", "consumed_at"),
    )
)
_refresh_token_of = Select(
    lambda token_checksum, application: _lock(
        RefreshToken.objects.acting().filter(token_checksum=token_checksum, application=application),
        *("scope", "access_token", "created", "connected_at", "revoked"),
    )
)


def successor(row: RefreshToken, token: str) -> RefreshToken | None:
    """Return the refresh token that followed this one, given by its row and its text; None if it was not rotated."""
    checksum = token_hash(derived_token(REFRESH_PREFIX, token))
    rows = RefreshToken.objects.filter(token_checksum=checksum, token_family=row.token_family)
    return rows.select_related("access_token").first()


# --- Issuing -----------------------------------------------------------------------------------------


def consume(grant: Grant, now: datetime) -> None:
    """Note that a code was used, and begin the family of its tokens."""
    grant.consumed_at, grant.token_family = now, uuid.uuid4()
    _use_up(pk=grant.pk, consumed_at=now, token_family=grant.token_family, updated=now)


def issue_pair(
    origin: Grant | RefreshToken, *, access_token: str, refresh_token: str, scope: str, now: datetime
) -> None:
    """Store the pair of tokens that a code or a refresh token leads to. `scope` is that of the access token."""
    owners = {name: getattr(origin, f"{name}_id") for name in _OWNERS}
    shared = owners | {"token_family": origin.token_family, "token": "", "resource": [], "created": now, "updated": now}
    access: dict[str, str | datetime] = {
        "token_checksum": token_hash(access_token),
        "scope": scope,
        "expires": now + timedelta(seconds=settings.ACCESS_TOKEN_SECONDS),
    }
    if isinstance(origin, RefreshToken):
        # The row of the former access token becomes the new one's: the former ends, and its last use stays known.
        access_key, connected_at = origin.access_token_id, origin.connected_at
        _retire(pk=origin.pk, revoked=now, updated=now, access_token=None)
        _renew(pk=access_key, **access, created=now, updated=now)
    else:
        access_key, connected_at = _add_access_token(**shared, **access), now
    _add_refresh_token(
        **shared,
        token_checksum=token_hash(refresh_token),
        scope=origin.scope,
        access_token=access_key,
        connected_at=connected_at,
    )


_OWNERS = "user", "account", "membership", "application"
_SHARED = *_OWNERS, "token_family", "token", "resource", "created", "updated"
_ACCESS = "token_checksum", "scope", "expires"
_add_access_token = Insert(AccessToken, *_SHARED, *_ACCESS)
_add_refresh_token = Insert(RefreshToken, *_SHARED, "token_checksum", "scope", "access_token", "connected_at")
_use_up = Change(lambda pk, **values: (Grant.objects.filter(pk=pk), values))
_retire = Change(lambda pk, **values: (RefreshToken.objects.filter(pk=pk), values))
_renew = Change(lambda pk, **values: (AccessToken.objects.filter(pk=pk), values))


# --- Revoking ----------------------------------------------------------------------------------------


def revoke_family(family: uuid.UUID | None, now: datetime) -> int:
    """End a whole chain of refreshed tokens; return how many of them were live."""
    return _revoke(Q(token_family=family), now) if family else 0


def revoke_connection(*, account: Any, application: Any, user: Any, now: datetime) -> int:
    """End the tokens and codes of a person for an app in an account; return how many tokens were live."""
    return _revoke_with_codes(Q(account=account, application=application, user=user), now)


def revoke_in_account(user: User, account: Account, now: datetime) -> int:
    """End the tokens and unused codes of a person in one account; return how many tokens were live."""
    return _revoke_with_codes(Q(user=user, account=account), now)


def revoke_user(user: User, now: datetime) -> int:
    """End all tokens and unused codes of a person, in every account; return how many tokens were live."""
    return _revoke_with_codes(Q(user=user), now)


def revoke_token(token: str, condition: Q, now: datetime) -> int:
    """End the family of a token that meets the condition; return how many of its tokens were live."""
    model = RefreshToken if token.startswith(REFRESH_PREFIX) else AccessToken
    row = model.objects.filter(condition, token_checksum=token_hash(token)).first()
    if row is None:
        return 0
    return revoke_family(row.token_family, now)


@transaction.atomic
def _revoke_with_codes(condition: Q, now: datetime) -> int:
    delete(Grant.objects.filter(condition, consumed_at=None))
    return _revoke(condition, now)


@transaction.atomic(savepoint=False)
def _revoke(condition: Q, now: datetime) -> int:
    """Revoke the refresh tokens until none is live, and delete their access tokens.

    A refresh that runs at the same time may revoke a row before we reach it, and insert a new live one: so look again
    until no live row is left. An update that changed no row proves nothing, since it may have waited for that refresh.
    """
    count = 0
    live = RefreshToken.objects.filter(condition, revoked=None)
    while live.exists():
        count += live.update(revoked=now, updated=now, access_token=None)
    # An access token with a refresh token belongs to a code that was exchanged after the loop: this call spares it.
    access_tokens = AccessToken.objects.filter(condition, refresh_token=None)
    count += access_tokens.filter(expires__gt=now).count()
    delete(access_tokens)
    return count


def delete(rows: Any) -> int:
    """Delete rows that nothing refers to, in one statement: `QuerySet.delete` loads them to look for references."""
    return int(rows._raw_delete(router.db_for_write(rows.model)))
