"""What the OAuth server stores and takes back: codes, token pairs, families. Hashes only.

A refresh is idempotent though only hashes are kept: the new pair is derived from the presented
refresh token with a key of ours, so that a parallel worker or a retry gets the same pair again.
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
from oauth.models import AccessToken, Application, Grant, RefreshToken, User
from oauth.models.tokens import REFRESH_PREFIX
from reviewhub.statements import Change, Insert, Select

M = TypeVar("M", bound=Model)

GRACE = timedelta(seconds=60)  # for parallel workers that refresh at once


def derived_token(prefix: str, refresh_token: str) -> str:
    """The token of that kind which follows a refresh token: the same each time, and only for us."""
    key = settings.OAUTH_TOKEN_KEY.encode()
    digest = hmac.new(key, f"{prefix}:{refresh_token}".encode(), hashlib.sha256).digest()
    return prefix + urlsafe_b64encode(digest).rstrip(b"=").decode()


# --- Finding -----------------------------------------------------------------------------------------


def find_code(code: str, client: Application) -> Grant | None:
    """The grant of a code of that client, locked until the transaction ends; None if it gives no right any more."""
    return _grant_of.first(code=token_hash(code), application=client.pk)


def find_refresh_token(token: str, client: Application) -> RefreshToken | None:
    """The row of a refresh token of that client, live or rotated, found and locked in the same way."""
    return _refresh_token_of.first(token_checksum=token_hash(token), application=client.pk)


def live_refresh_token(token: str, client: Application, now: datetime) -> RefreshToken | None:
    """The row of a refresh token of that client with which one could go on now."""
    rows = RefreshToken.objects.live(now).acting()
    return rows.filter(token_checksum=token_hash(token), application=client).first()


def _locked(rows: QuerySet[M], *columns: str) -> QuerySet[M]:
    return rows.only("user", "account", "application", "token_family", *columns).select_for_update(of=("self",))


_grant_of = Select(
    lambda code, application: _locked(
        Grant.objects.acting().filter(code=code, application=application),
        *("redirect_uri", "scope", "expires", "code_challenge", "code_challenge_method", "consumed_at"),
    )
)
_refresh_token_of = Select(
    lambda token_checksum, application: _locked(
        RefreshToken.objects.acting().filter(token_checksum=token_checksum, application=application),
        *("scope", "access_token", "created", "connected_at", "revoked"),
    )
)


def successor(row: RefreshToken, token: str) -> RefreshToken | None:
    """The refresh token that followed `token` in its family, if it was rotated."""
    following = token_hash(derived_token(REFRESH_PREFIX, token))
    rows = RefreshToken.objects.filter(token_checksum=following, token_family=row.token_family)
    return rows.select_related("access_token").first()


# --- Issuing -----------------------------------------------------------------------------------------


def consume(grant: Grant, now: datetime) -> None:
    """Note that a code was used, and begin the family of tokens that it leads to."""
    grant.consumed_at, grant.token_family = now, uuid.uuid4()
    _use_up(pk=grant.pk, consumed_at=now, token_family=grant.token_family, updated=now)


def issue_pair(
    origin: Grant | RefreshToken, *, access_token: str, refresh_token: str, scope: str, now: datetime
) -> None:
    """Store the pair that a code or a refresh token leads to. `scope` is what the access token may do."""
    whose = {"user": origin.user_id, "account": origin.account_id, "application": origin.application_id}
    shared = whose | {"token_family": origin.token_family, "token": "", "resource": [], "created": now, "updated": now}
    fresh: dict[str, str | datetime] = {
        "token_checksum": token_hash(access_token),
        "scope": scope,
        "expires": now + timedelta(seconds=settings.ACCESS_TOKEN_SECONDS),
    }
    if isinstance(origin, RefreshToken):
        # The row of the former access token becomes the new one's: the former ends, and its last use stays known.
        access, connected_at = origin.access_token_id, origin.connected_at
        _retire(pk=origin.pk, revoked=now, updated=now, access_token=None)
        _renew(pk=access, **fresh, created=now, updated=now)
    else:
        access, connected_at = _add_access_token(**shared, **fresh), now
    _add_refresh_token(
        **shared,
        token_checksum=token_hash(refresh_token),
        scope=origin.scope,
        access_token=access,
        connected_at=connected_at,
    )


_SHARED = "user", "account", "application", "token_family", "token", "resource", "created", "updated"
_FRESH = "token_checksum", "scope", "expires"
_add_access_token = Insert(AccessToken, *_SHARED, *_FRESH)
_add_refresh_token = Insert(RefreshToken, *_SHARED, "token_checksum", "scope", "access_token", "connected_at")
_use_up = Change(lambda pk, **values: (Grant.objects.filter(pk=pk), values))
_retire = Change(lambda pk, **values: (RefreshToken.objects.filter(pk=pk), values))
_renew = Change(lambda pk, **values: (AccessToken.objects.filter(pk=pk), values))


# --- Taking back -------------------------------------------------------------------------------------


def revoke_family(family: uuid.UUID | None, now: datetime) -> int:
    """End a whole chain of refreshed tokens; returns how many live tokens it had."""
    return _revoke(Q(token_family=family), now) if family else 0


def revoke_connection(*, account: Any, application: Any, user: Any, now: datetime) -> int:
    """End what a person let an app do for an account; returns how many live tokens there were."""
    return _revoke_with_codes(Q(account=account, application=application, user=user), now)


def revoke_user(user: User, now: datetime) -> int:
    """End everything that was granted in the person's name, codes not yet exchanged included."""
    return _revoke_with_codes(Q(user=user), now)


def revoke_token(token: str, owned: Q, now: datetime) -> int:
    """End the pair that a token belongs to, if `owned` covers it; returns how many live tokens it had."""
    model = RefreshToken if token.startswith(REFRESH_PREFIX) else AccessToken
    row = model.objects.filter(owned, token_checksum=token_hash(token)).first()
    if row is None:
        return 0
    return revoke_family(row.token_family, now)


@transaction.atomic
def _revoke_with_codes(chosen: Q, now: datetime) -> int:
    delete(Grant.objects.filter(chosen, consumed_at=None))
    return _revoke(chosen, now)


@transaction.atomic(savepoint=False)
def _revoke(chosen: Q, now: datetime) -> int:
    """A refresh that runs meanwhile ends its row before we can, and adds a live one: so until none is live."""
    count = 0
    live = RefreshToken.objects.filter(chosen, revoked=None)
    while live.exists():  # not until an update changed none: it may have waited for just such a refresh
        count += live.update(revoked=now, updated=now, access_token=None)
    # Not those of a code that was exchanged since: what is granted after the end is a beginning.
    ended = AccessToken.objects.filter(chosen, refresh_token=None)
    count += ended.filter(expires__gt=now).count()
    delete(ended)
    return count


def delete(rows: Any) -> int:
    """Delete rows that nothing refers to, in one statement: the usual way loads them all, to look for what does."""
    return int(rows._raw_delete(router.db_for_write(rows.model)))
