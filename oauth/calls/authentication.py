"""Authentication of API calls: an OAuth access token or an API key in the Authorization header (RFC 6750 §2.1)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from oauth.hashers import token_hash
from oauth.models import AccessToken, Account, ApiKey, User
from oauth.models.account import ActingQuerySet
from oauth.models.api_key import PREFIX as KEY_PREFIX
from oauth.models.tokens import ACCESS_PREFIX
from oauth.roles import scopes_now
from reviewhub.client_address import ACCOUNT
from reviewhub.statements import Select

H = TypeVar("H", bound=Model)

REALM = "ReviewHub"
# Precision of `last_used_at`: one write a minute, not one a call.
USE_PRECISION = timedelta(seconds=60)


@dataclass(frozen=True)
class Credential:
    """A live token or API key with its user, account and role.

    `scopes` are what it may do now, as its user's role allows. `last_used_at` is the last use before this one.
    `application_id` is None for an API key.
    """

    id: str
    auth_type: str
    user: User
    account: Account
    role: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    application_id: int | None = None

    @property
    def used(self) -> str:
        """The key or app that was used, as rows keep it that it made: “api_key:” or “app:” and its id."""
        return self.id if self.application_id is None else f"app:{self.application_id}"


class BearerAuthentication(BaseAuthentication):
    """Bearer credentials; one query finds the token or key with its user, account and role."""

    def authenticate(self, request: Request) -> tuple[User, Credential] | None:
        header = get_authorization_header(request).split()
        if not header or header[0].lower() != b"bearer":
            return None
        try:
            token = header[1].decode("ascii") if len(header) == 2 else ""
        except UnicodeDecodeError:
            token = ""
        now = timezone.now()
        credential = find_credential(token, now)
        if credential is None:
            raise AuthenticationFailed
        request.META[ACCOUNT] = str(credential.account.pk)
        return credential.user, credential

    def authenticate_header(self, request: Request) -> str:
        challenge = f'Bearer realm="{REALM}"'
        # RFC 6750 §3.1: the answer to a call without any credential has no error code.
        return f'{challenge}, error="invalid_token"' if "Authorization" in request.headers else challenge


def credential_of(request: Request) -> Credential:
    """Return the credential of a request that passed the permission check."""
    credential: Credential = request.auth  # type: ignore[assignment]
    return credential


def find_credential(token: str, now: datetime) -> Credential | None:
    """Return the live credential of a token or key, and note its use; None for anything else."""
    if token.startswith(ACCESS_PREFIX):
        row = live_access_token(token, now)
        return _use(row, "oauth", row.created, row.expires, now) if row else None
    if token.startswith(KEY_PREFIX):
        key = _api_key_of.first(key_hash=token_hash(token), now=now)
        return _use(key, "api_key", key.created_at, key.expires_at, now) if key else None
    return None


def live_access_token(token: str, now: datetime) -> AccessToken | None:
    """Return the row of a live access token, with its user, account and `role`."""
    return _access_token_of.first(checksum=token_hash(token), now=now)


def _with_holder(rows: ActingQuerySet[H], *columns: str) -> QuerySet[H]:
    """Select only the columns of user and token that a request uses."""
    of_user = [f"user__{name}" for name in ("email", "name", "is_active", "is_staff", "is_superuser")]
    return (
        rows.with_role().select_related("user", "account").only("scope", "last_used_at", "account", *of_user, *columns)
    )


_access_token_of = Select(
    lambda checksum, now: _with_holder(
        AccessToken.objects.acting().filter(application__is_active=True, token_checksum=checksum, expires__gt=now),
        *("application_id", "expires", "created"),
    )
)
_api_key_of = Select(
    lambda key_hash, now: _with_holder(
        ApiKey.objects.acting().live(now).filter(key_hash=key_hash), "expires_at", "created_at"
    )
)


def _use(
    row: AccessToken | ApiKey, auth_type: str, created_at: datetime, expires_at: datetime | None, now: datetime
) -> Credential:
    """Note the use of a token or key, and return it as a credential."""
    if row.last_used_at is None or row.last_used_at <= now - USE_PRECISION:
        stale = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_PRECISION)
        type(row).objects.filter(stale, pk=row.pk).update(last_used_at=now)
    return Credential(
        id=f"{auth_type}:{row.pk}",
        auth_type=auth_type,
        user=row.user,
        account=row.account,
        role=row.role,
        scopes=scopes_now(row.scope, row.role),
        created_at=created_at,
        expires_at=expires_at,
        last_used_at=row.last_used_at,
        application_id=getattr(row, "application_id", None),
    )
