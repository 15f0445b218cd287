"""The rules of the OAuth server (RFC 6749, RFC 7636, RFC 9700), as the library's hooks ask for them."""

import base64
import binascii
import re
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import unquote_plus

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.utils import timezone
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.oauth2.rfc6749 import errors

from oauth import grants
from oauth.hashers import new_token, token_hash
from oauth.models import Application, Grant
from oauth.scopes import SCOPES

VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636 §4.1
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # SHA-256 in base64url, RFC 7636 §4.2


def access_token(request: Any) -> str:
    return _token(grants.ACCESS_PREFIX, request)


def refresh_token(request: Any) -> str:
    return _token(grants.REFRESH_PREFIX, request)


def _token(prefix: str, request: Any) -> str:
    if request.grant_type == "refresh_token":
        return grants.derived_token(prefix, request.refresh_token)
    return new_token(prefix)


def remaining_seconds(request: Any) -> int:
    """How long the pair lives: a repeated refresh gets the same pair, and what is left of it."""
    repeated = getattr(request, "repeated", None)
    if repeated is None or repeated.access_token is None:
        return settings.ACCESS_TOKEN_SECONDS
    return max(0, int((repeated.access_token.expires - timezone.now()).total_seconds()))


class Validator(OAuth2Validator):
    # --- The client ---------------------------------------------------------------------------

    def client_authentication_required(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        if _basic(request) or getattr(request, "client_secret", None):
            return True
        application = self._load_application(request.client_id, request)
        return application is None or application.client_type == Application.CLIENT_CONFIDENTIAL

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """By exactly one method (RFC 6749 §2.3), with a secret that is not empty."""
        basic = _basic(request)
        in_body = getattr(request, "client_secret", None)
        if basic and in_body:
            return False
        client_id, secret = _decoded(basic) if basic else (request.client_id, in_body)
        if not client_id or not secret or (request.client_id and request.client_id != client_id):
            return False
        application = self._load_application(client_id, request)
        if application is None or not application.client_secret:
            return False
        request.client_id = client_id
        return check_password(secret, application.client_secret)

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        return grant_type in ("authorization_code", "refresh_token")

    def validate_response_type(
        self, client_id: str, response_type: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        return response_type == "code"

    def is_pkce_required(self, client_id: str, request: Any) -> bool:
        return bool(request.client and request.client.client_type == Application.CLIENT_PUBLIC)

    def validate_redirect_uri(self, client_id: str, redirect_uri: str, request: Any, *args: Any, **kwargs: Any) -> bool:
        """To the letter (RFC 9700 §2.1)."""
        return redirect_uri in request.client.redirect_uris.split()

    # --- The code -----------------------------------------------------------------------------

    def save_authorization_code(self, client_id: str, code: Any, request: Any, *args: Any, **kwargs: Any) -> None:
        Grant.objects.create(
            application=request.client,
            user=request.user,
            account=request.account,
            code=token_hash(code["code"]),
            expires=timezone.now() + timedelta(seconds=600),
            redirect_uri=request.redirect_uri,
            scope=" ".join(request.scopes),
            code_challenge=request.code_challenge or "",
            code_challenge_method=request.code_challenge_method or "",
        )

    def validate_code(self, client_id: str, code: str, client: Any, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Everything but reuse, which is judged last: who lacks the verifier must not end the tokens."""
        if not request.redirect_uri:
            raise errors.InvalidRequestError(description="Missing redirect_uri parameter.", request=request)
        grant = grants.find_code(code, client)
        if grant is None or grant.is_expired() or not grants.may_act_for(grant.user, grant.account):
            return False
        verifier = request.code_verifier
        if verifier and (not grant.code_challenge or not VERIFIER.fullmatch(verifier)):
            return False
        request.grant = grant
        request.user, request.account = grant.user, grant.account
        request.scopes = grant.scope.split()
        return True

    def get_code_challenge(self, code: str, request: Any) -> str | None:
        return request.grant.code_challenge or None

    def get_code_challenge_method(self, code: str, request: Any) -> str | None:
        return request.grant.code_challenge_method or None

    def confirm_redirect_uri(
        self, client_id: str, code: str, redirect_uri: str, client: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """The last check of an exchange: the address, then whether the code was used before."""
        request = args[0] if args else kwargs["request"]
        grant, now = request.grant, timezone.now()
        if redirect_uri != grant.redirect_uri:
            raise errors.InvalidGrantError(description="The redirect_uri differs from the first.", request=request)
        if grant.consumed_at is not None:
            grants.revoke_family(grant.token_family, now)
            raise errors.InvalidGrantError(description="This code was used before.", request=request)
        grant.consumed_at, grant.token_family = now, uuid.uuid4()
        grant.save(update_fields=["consumed_at", "token_family", "updated"])
        return True

    def invalidate_authorization_code(self, client_id: str, code: str, request: Any, *args: Any, **kwargs: Any) -> None:
        """Nothing: the row stays, consumed, so that a second use is noticed."""

    # --- The refresh token --------------------------------------------------------------------

    def validate_refresh_token(self, refresh_token: str, client: Any, request: Any, *args: Any, **kwargs: Any) -> bool:
        row, now = grants.find_refresh_token(refresh_token, client), timezone.now()
        if row is None or not grants.may_act_for(row.user, row.account):
            return False
        if row.created + timedelta(seconds=settings.REFRESH_TOKEN_SECONDS) <= now:
            return False
        request.refresh_row, request.repeated = row, None
        request.user, request.account = row.user, row.account
        return row.revoked is None or self._may_repeat(row, refresh_token, request)

    def _may_repeat(self, row: Any, refresh_token: str, request: Any) -> bool:
        """A rotated token in its grace gets the same pair; later, its reuse ends the family (RFC 9700 §4.14)."""
        now = timezone.now()
        following = grants.successor(row, refresh_token)
        if following is None:  # it was revoked, not rotated
            return False
        if following.revoked is None and now - row.revoked <= grants.GRACE:
            request.repeated = following
            return True
        grants.revoke_family(row.token_family, now)
        return False

    def get_original_scopes(self, refresh_token: str, request: Any, *args: Any, **kwargs: Any) -> str:
        return str(request.refresh_row.scope)

    # --- Tokens -------------------------------------------------------------------------------

    def save_bearer_token(self, token: dict[str, Any], request: Any, *args: Any, **kwargs: Any) -> None:
        now = timezone.now()
        pair = {
            "user": request.user,
            "account": request.account,
            "application": request.client,
            "access_token": token["access_token"],
            "refresh_token": token["refresh_token"],
            "scope": " ".join(request.scopes),
            "now": now,
        }
        if request.grant_type == "authorization_code":
            grants.issue_pair(granted=pair["scope"], family=request.grant.token_family, **pair)
        elif request.repeated is None:
            row = request.refresh_row
            last_used = grants.spend(row, now)
            grants.issue_pair(granted=row.scope, family=row.token_family, last_used_at=last_used, **pair)

    def get_default_scopes(self, client_id: str, request: Any, *args: Any, **kwargs: Any) -> list[str]:
        return list(SCOPES)


def _basic(request: Any) -> str:
    """The credentials of an `Authorization: Basic` header, still encoded; the scheme in any case."""
    scheme, _, credentials = (request.headers.get("Authorization") or "").partition(" ")
    return credentials.strip() if scheme.lower() == "basic" else ""


def _decoded(credentials: str) -> tuple[str, str]:
    """Client id and secret (RFC 6749 §2.3.1: form-encoded, then as in RFC 7617); empty if unreadable."""
    try:
        client_id, _, secret = base64.b64decode(credentials, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(client_id), unquote_plus(secret)
