"""What the measurements do inside the stock project's own process: see `bench.ours`, which does the same in ours."""

import secrets
import time
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application, Grant, RefreshToken
from rest_framework.authtoken.models import Token

from bench.inside import analyze, count_calls, counted
from bench.oauth_calls import CHALLENGE, REDIRECT_URI
from bench.stock.models import Link

SCOPE = "read write"
TOKEN, INTROSPECT = "/o/token/", "/o/introspect/"


def prepare(codes: int, tokens: int, hashed: bool) -> dict[str, Any]:
    """A client with codes to exchange and tokens to check; `hashed` is the library's default for secrets."""
    user, application, secret = _client(hashed=hashed)
    made = {
        "token_path": TOKEN,
        "introspection_path": INTROSPECT,
        "client_id": application.client_id,
        "client_secret": secret,
        "codes": _codes(user, application, codes),
        "tokens": [access for access, _ in _pairs(user, application, tokens)],
    }
    analyze()
    return made


def count() -> dict[str, int]:
    return count_calls(**prepare(codes=2, tokens=1, hashed=False))


def revoke(pairs: int, timed: int) -> dict[str, float]:
    """Seconds of ending `timed` pairs of a user who has `pairs`, and statements of one. `revoke()` of each is the only
    way the library has: its call for it (RFC 7009) ends one token."""
    user, application, _ = _client(hashed=False)
    _pairs(user, application, pairs)
    analyze()
    live = RefreshToken.objects.filter(user=user, revoked=None)
    rows = list(live[: timed + 1])
    statements, _ = counted(rows.pop().revoke)
    began = time.perf_counter()
    for row in rows:
        row.revoke()
    seconds = time.perf_counter() - began
    assert live.count() == AccessToken.objects.filter(user=user).count() == pairs - timed - 1
    return {"seconds": seconds, "statements": statements}


def tokens() -> dict[str, str]:
    """One of each kind: the REST framework's own, and a bearer token."""
    user, application, _ = _client(hashed=False)
    ((access, _),) = _pairs(user, application, 1)
    return {"framework": Token.objects.create(user=user).key, "bearer": access}


def links(tokens: list[str]) -> None:
    """A link of each name, to follow."""
    Link.objects.bulk_create([Link(token=token, url="https://example.com/") for token in tokens], batch_size=1000)
    analyze()


# --- Rows ------------------------------------------------------------------------------------


def _client(*, hashed: bool) -> tuple[User, Application, str]:
    name = secrets.token_hex(8)
    user = User.objects.create_user(name)
    secret = secrets.token_urlsafe(32)
    application = Application.objects.create(
        name=name,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        redirect_uris=REDIRECT_URI,
        client_secret=secret,
        hash_client_secret=hashed,
    )
    return user, application, secret


def _codes(user: User, application: Application, count: int) -> list[str]:
    codes = [secrets.token_urlsafe(32) for _ in range(count)]
    Grant.objects.bulk_create(
        Grant(
            user=user,
            application=application,
            code=code,
            expires=timezone.now() + timedelta(hours=1),
            redirect_uri=REDIRECT_URI,
            scope=SCOPE,
            code_challenge=CHALLENGE,
            code_challenge_method="S256",
        )
        for code in codes
    )
    return codes


def _pairs(user: User, application: Application, count: int) -> list[tuple[str, str]]:
    pairs = [(secrets.token_urlsafe(32), secrets.token_urlsafe(32)) for _ in range(count)]
    expires = timezone.now() + timedelta(hours=1)
    rows = AccessToken.objects.bulk_create(
        AccessToken(user=user, application=application, token=access, expires=expires, scope=SCOPE)
        for access, _ in pairs
    )
    RefreshToken.objects.bulk_create(
        RefreshToken(user=user, application=application, token=refresh, access_token=row)
        for (_, refresh), row in zip(pairs, rows, strict=True)
    )
    return pairs
