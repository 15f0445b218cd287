"""What the OAuth server stores and takes back: codes, token pairs, families. Hashes only.

A refresh is idempotent though only hashes are kept: the new pair is derived from the presented
refresh token with a key of ours, so that a parallel worker or a retry gets the same pair again.
"""

import hashlib
import hmac
import uuid
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from oauth.hashers import token_hash
from oauth.models import AccessToken, Account, Application, Grant, Membership, RefreshToken, User

ACCESS_PREFIX, REFRESH_PREFIX = "rha_", "rhr_"
GRACE = timedelta(seconds=60)  # for parallel workers that refresh at once


def derived_token(prefix: str, refresh_token: str) -> str:
    """The token of that kind which follows a refresh token: the same each time, and only for us."""
    key = settings.OAUTH_TOKEN_KEY.encode()
    digest = hmac.new(key, f"{prefix}:{refresh_token}".encode(), hashlib.sha256).digest()
    return prefix + urlsafe_b64encode(digest).rstrip(b"=").decode()


def may_act_for(user: User, account: Account) -> bool:
    """Whether what was granted still holds: the person and the business exist and belong together."""
    is_member = Membership.objects.filter(user=user, account=account).exists()
    return user.is_active and account.is_active and is_member


def find_code(code: str, application: Application) -> Grant | None:
    """The grant of a code, locked until the transaction ends; None for another client's."""
    grants = Grant.objects.select_for_update(of=("self",)).select_related("user", "account")
    found: Grant | None = grants.filter(code=token_hash(code), application=application).first()
    return found


def find_refresh_token(token: str, application: Application) -> RefreshToken | None:
    """The row of a refresh token, locked until the transaction ends; None for another client's."""
    rows = RefreshToken.objects.select_for_update(of=("self",)).select_related("user", "account")
    found: RefreshToken | None = rows.filter(token_checksum=token_hash(token), application=application).first()
    return found


def issue_pair(
    *,
    user: User,
    account: Account,
    application: Application,
    access_token: str,
    refresh_token: str,
    scope: str,
    granted: str,
    family: uuid.UUID,
    now: datetime,
    last_used_at: datetime | None = None,
) -> None:
    """Store a new pair. `scope` is what the access token may do, `granted` what the user allowed."""
    access = AccessToken(
        user=user,
        account=account,
        application=application,
        scope=scope,
        expires=now + timedelta(seconds=settings.ACCESS_TOKEN_SECONDS),
        token="",
        token_family=family,
        last_used_at=last_used_at,
    )
    access._raw_token = access_token  # the model's field turns it into the checksum
    access.save(force_insert=True)
    refresh = RefreshToken(
        user=user,
        account=account,
        application=application,
        scope=granted,
        token="",
        access_token=access,
        token_family=family,
    )
    refresh._raw_token = refresh_token
    refresh.save(force_insert=True)


def spend(row: RefreshToken, now: datetime) -> datetime | None:
    """Retire a refresh token and its access token; returns when the pair was last used."""
    access_token = row.access_token_id
    uses = AccessToken.objects.filter(pk=access_token).values_list("last_used_at", flat=True)
    used: datetime | None = uses.first()
    RefreshToken.objects.filter(pk=row.pk).update(revoked=now, updated=now, access_token=None)
    AccessToken.objects.filter(pk=access_token).delete()
    return used


def successor(row: RefreshToken, token: str) -> RefreshToken | None:
    """The refresh token that followed `token` in its family, if it was rotated."""
    following = token_hash(derived_token(REFRESH_PREFIX, token))
    found: RefreshToken | None = (
        RefreshToken.objects.filter(token_checksum=following, token_family=row.token_family)
        .select_related("access_token")
        .first()
    )
    return found


def revoke_family(family: uuid.UUID | None, now: datetime) -> int:
    """End a whole chain of refreshed tokens; returns how many live tokens it had."""
    return _revoke(Q(token_family=family), now) if family else 0


def revoke_user(user: User, now: datetime) -> int:
    """End everything that was granted in the person's name, codes not yet exchanged included."""
    Grant.objects.filter(user=user, consumed_at=None).delete()
    return _revoke(Q(user=user), now)


def revoke_token(token: str, owned: Q, now: datetime) -> int:
    """End the pair that a token belongs to, if `owned` covers it; returns how many live tokens it had."""
    model = RefreshToken if token.startswith(REFRESH_PREFIX) else AccessToken
    row = model.objects.filter(owned, token_checksum=token_hash(token)).first()
    if row is None:
        return 0
    if row.token_family:
        return revoke_family(row.token_family, now)
    return _revoke(owned & Q(pk=row.pk), now)


@transaction.atomic
def _revoke(chosen: Q, now: datetime) -> int:
    """A refresh that runs meanwhile adds a live row behind our back, so look until none is left."""
    count: int = AccessToken.objects.filter(chosen, expires__gt=now).count()
    while revoked := RefreshToken.objects.filter(chosen, revoked=None).update(
        revoked=now, updated=now, access_token=None
    ):
        count += revoked
    AccessToken.objects.filter(chosen).delete()
    return count
