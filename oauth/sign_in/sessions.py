"""Sessions of a person: noted when they are seen, listed, and ended.

A person's sessions belong to a generation (`User.session_generation`), which is part of what Django compares at every
request. Ending the others counts it on, and takes this session along: so it ends those that nobody has noted, too, and
one that begins at the same moment.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, update_session_auth_hash
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from oauth.hashers import token_hash
from oauth.models import User, UserSession
from oauth.models.user_session import LONGEST_ADDRESS, LONGEST_USER_AGENT
from reviewhub.client_address import client_address

SIGNED_IN_AT = "signed_in_at"  # in a session: seconds since 1970; a new key of the session does not change it
SEEN_EVERY = 300  # seconds of the clock, in which a session is written once at most
MOST_SHOWN = 50


def note_sessions(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: note which sessions people use, and when. A request that needs no session costs nothing."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        key = request.session.session_key if request.session.accessed else None
        if key and SESSION_KEY in request.session and isinstance(request.user, User) and _is_due(key):
            # It may have ended while this request was answered, or nothing can be written: the page matters more.
            with suppress(DatabaseError):
                _note(request, key, request.user, timezone.now())
        return response

    return middleware


def _is_due(key: str) -> bool:
    window = int(time.time()) // SEEN_EVERY
    return bool(cache.add(f"seen:{token_hash(key)[:32]}:{window}", 1, SEEN_EVERY * 2))


def _note(request: HttpRequest, key: str, user: User, now: datetime) -> None:
    began = request.session.get(SIGNED_IN_AT)
    row = UserSession(
        session_id=key,
        user=user,
        address=client_address(request)[:LONGEST_ADDRESS],
        user_agent=request.headers.get("User-Agent", "")[:LONGEST_USER_AGENT],
        signed_in_at=datetime.fromtimestamp(began, UTC) if began else now,
        last_seen_at=now,
    )
    UserSession.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["session"],
        update_fields=["address", "user_agent", "last_seen_at"],
    )


def begin(request: HttpRequest) -> None:
    """Keep in the session when it began: a person has just signed in."""
    request.session[SIGNED_IN_AT] = time.time()


def list_sessions(user: User, now: datetime) -> list[UserSession]:
    """Return the sessions in which the person is signed in, those seen last first, at most MOST_SHOWN."""
    rows = UserSession.objects.filter(user=user, session__expire_date__gt=now).select_related("session")
    valid = {user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()}
    newest = rows.order_by("-last_seen_at")[:MOST_SHOWN]
    return [row for row in newest if row.session.get_decoded().get(HASH_SESSION_KEY) in valid]


def end_one(request: HttpRequest, session_id: UUID) -> bool:
    """End another session of the person; return False if they have none of that id."""
    others = Session.objects.exclude(pk=request.session.session_key)
    count, _ = others.filter(of_user__pk=session_id, of_user__user=request.user.pk).delete()
    return bool(count)


def end_others(request: HttpRequest) -> None:
    """End every session of the person but this one, which gets a new key: a copied cookie ends as well.

    Raises SessionInterrupted if another one has ended this session while the request was on its way.
    """
    with transaction.atomic():
        if request.session.get(HASH_SESSION_KEY) != lock(request.user).get_session_auth_hash():
            raise SessionInterrupted("This session was ended a moment ago.")
        user = _end(request.user)
        update_session_auth_hash(request, user)
        request.session.save()  # with the person: another request of this browser sees both, or none


def end_all(user: User) -> None:
    """End every session of the person."""
    with transaction.atomic():
        _end(user)


def lock(user: Any) -> User:
    """Return the person's row, locked until the transaction ends: changes of how they sign in go one by one."""
    return User.objects.select_for_update().get(pk=user.pk)


def _end(user: Any) -> User:
    row = lock(user)
    row.session_generation += 1
    row.save(update_fields=["session_generation"])
    Session.objects.filter(of_user__user=row).delete()
    return row
