"""Rules of the OAuth server (RFC 6749, RFC 7636, RFC 9700), in the hooks of the library."""

import re
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.utils import timezone
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.oauth2.rfc6749 import errors

from oauth.calls.authentication import find_credential
from oauth.hashers import new_token, token_hash
from oauth.models import Application, Grant, RefreshToken
from oauth.models.tokens import ACCESS_PREFIX, REFRESH_PREFIX
from oauth.redirect_uris import is_registered
from oauth.roles import scopes_now
from oauth.scopes import SCOPES, in_order
from oauth.server import grants
from oauth.server.parameters import basic_credentials
from reviewhub.statements import Select

VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636 §4.1
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # SHA-256 in base64url, RFC 7636 §4.2


def access_token(request: Any) -> str:
    return _token(ACCESS_PREFIX, request)


def refresh_token(request: Any) -> str:
    return _token(REFRESH_PREFIX, request)


def _token(prefix: str, request: Any) -> str:
    if request.grant_type == "refresh_token":
        return grants.derived_token(prefix, request.refresh_token)
    return new_token(prefix)


def remaining_seconds(request: Any) -> int:
    """Return the seconds that the pair lives; for a repeated refresh, which gets the same pair, those that are left."""
    repeated = getattr(request, "repeated", None)
    if repeated is None:
        return settings.ACCESS_TOKEN_SECONDS
    return max(0, int((repeated.access_token.expires - timezone.now()).total_seconds()))


class Validator(OAuth2Validator):
    # --- The client ---------------------------------------------------------------------------

    def _load_application(self, client_id: str | None, request: Any) -> Application | None:
        """Return the usable app of an id, with one query for each call.

        The library's own way also looks for apps on other sites.
        """
        if request.client is None or request.client.client_id != client_id:
            application = _application_of.first(client_id=client_id) if client_id else None
            request.client = application if application and application.is_usable(request) else None
        client: Application | None = request.client
        return client

    def client_authentication_required(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        if _basic(request) is not None or request.client_secret:
            return True
        application = self._load_application(request.client_id, request)
        return application is None or application.client_type == Application.CLIENT_CONFIDENTIAL

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Authenticate by exactly one method (RFC 6749 §2.3), with a secret that is not empty."""
        basic, in_body = _basic(request), request.client_secret
        if basic and in_body:
            return False
        client_id, secret = basic or (request.client_id, in_body)
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
        return bool(request.client and request.client.is_public)

    def validate_redirect_uri(self, client_id: str, redirect_uri: str, request: Any, *args: Any, **kwargs: Any) -> bool:
        registered = request.client.redirect_uris.split()
        return is_registered(redirect_uri, registered, is_public=request.client.is_public)

    # --- The code -----------------------------------------------------------------------------

    def save_authorization_code(self, client_id: str, code: Any, request: Any, *args: Any, **kwargs: Any) -> None:
        Grant.objects.create(
            application=request.client,
            user=request.user,
            account=request.membership.account,
            membership=request.membership,
            code=token_hash(code["code"]),
            expires=timezone.now() + timedelta(seconds=600),
            redirect_uri=request.redirect_uri,
            scope=" ".join(request.scopes),
            code_challenge=request.code_challenge or "",
            code_challenge_method=request.code_challenge_method or "",
        )

    def validate_code(self, client_id: str, code: str, client: Any, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Check all but reuse, which is checked last: a caller without the verifier must not end the tokens."""
        if not request.redirect_uri:
            raise errors.InvalidRequestError(description="Missing redirect_uri parameter.", request=request)
        grant = grants.find_code(code, client)
        if grant is None or grant.is_expired():
            return False
        verifier = request.code_verifier
        if verifier and (not grant.code_challenge or not VERIFIER.fullmatch(verifier)):
            return False
        request.grant = grant
        request.scopes = grant.scope.split()
        return True

    def get_code_challenge(self, code: str, request: Any) -> str | None:
        return request.grant.code_challenge or None

    def get_code_challenge_method(self, code: str, request: Any) -> str | None:
        return request.grant.code_challenge_method or None

    def confirm_redirect_uri(
        self, client_id: str, code: str, redirect_uri: str, client: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """Check the address, then reuse of the code: these are the last checks of an exchange."""
        request = args[0] if args else kwargs["request"]
        grant, now = request.grant, timezone.now()
        if redirect_uri != grant.redirect_uri:
            raise errors.InvalidGrantError(description="The redirect_uri differs from the first.", request=request)
        if grant.consumed_at is not None:
            grants.revoke_family(grant.token_family, now)
            raise errors.InvalidGrantError(description="This code was used before.", request=request)
        grants.consume(grant, now)
        return True

    def invalidate_authorization_code(self, client_id: str, code: str, request: Any, *args: Any, **kwargs: Any) -> None:
        """Do nothing: the row stays, marked as consumed, so that a second use is noticed."""

    # --- The refresh token --------------------------------------------------------------------

    def validate_refresh_token(self, refresh_token: str, client: Any, request: Any, *args: Any, **kwargs: Any) -> bool:
        row = grants.find_refresh_token(refresh_token, client)
        if row is None or row.idle_until() <= timezone.now():
            return False
        request.refresh_row, request.repeated = row, None
        return row.access_token_id is not None if row.revoked is None else self._may_repeat(row, refresh_token, request)

    def _may_repeat(self, row: RefreshToken, refresh_token: str, request: Any) -> bool:
        """Allow a rotated token the same pair again in its grace; later, its reuse ends the family (RFC 9700 §4.14)."""
        now = timezone.now()
        successor = grants.successor(row, refresh_token)
        if successor is None:  # the token was revoked, not rotated
            return False
        if successor.revoked is None and successor.access_token and now - row.revoked <= grants.GRACE:
            request.repeated = successor
            return True
        grants.revoke_family(row.token_family, now)
        return False

    def get_original_scopes(self, refresh_token: str, request: Any, *args: Any, **kwargs: Any) -> str:
        return str(request.refresh_row.scope)

    # --- Tokens -------------------------------------------------------------------------------

    def save_bearer_token(self, token: dict[str, Any], request: Any, *args: Any, **kwargs: Any) -> None:
        """Store the pair, unless a repeated refresh finds it stored; answer with what it may do now."""
        origin = request.grant if request.grant_type == "authorization_code" else request.refresh_row
        if repeated := getattr(request, "repeated", None):
            granted = repeated.access_token.scope
        else:
            granted = " ".join(in_order(request.scopes))
            grants.issue_pair(
                origin,
                access_token=token["access_token"],
                refresh_token=token["refresh_token"],
                scope=granted,
                now=timezone.now(),
            )
        token["scope"] = " ".join(scopes_now(granted, origin.role))

    def validate_bearer_token(self, token: str, scopes: list[str], request: Any) -> bool:
        """Check a token by the API's rules, for callers of the library: person, business and role must still hold."""
        credential = find_credential(token or "", timezone.now())
        if credential is None or credential.auth_type != "oauth" or not set(scopes or ()) <= set(credential.scopes):
            return False
        request.user, request.scopes = credential.user, credential.scopes
        return True

    def get_default_scopes(self, client_id: str, request: Any, *args: Any, **kwargs: Any) -> list[str]:
        return list(SCOPES)


_application_of = Select(
    lambda client_id: Application.objects.filter(client_id=client_id).only(
        "name", "client_id", "client_type", "client_secret", "redirect_uris", "is_active"
    )
)


def _basic(request: Any) -> tuple[str, str] | None:
    return basic_credentials(request.headers.get("Authorization") or "")
