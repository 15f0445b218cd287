"""Nothing that opens an account is in the database as it was issued."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from oauth.hashers import token_hash
from oauth.models import User
from oauth.tests.flow import SECRET, VERIFIER, App, pkce

pytestmark = [pytest.mark.attack, pytest.mark.django_db]

SECRETS = re.compile(r"rh[ars]?_[\w-]{43}")


def everything_stored() -> str:
    """Every row of every table, whichever app or library it belongs to."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        assert {"oauth_grant", "oauth_accesstoken", "django_session", "django_q_ormq"} <= set(tables)
        rows: list[Any] = []
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 (a name of our own)
            rows += cursor.fetchall()
    return repr(rows)


def readable(stored: str) -> str:
    """Also what sessions hold: signed, not encrypted, so that whoever has the table reads it."""
    from django.contrib.sessions.models import Session

    return stored + repr([session.get_decoded() for session in Session.objects.all()])


def test_after_a_whole_flow_no_table_holds_a_code_token_secret_or_key(app: App, operator: User) -> None:
    issued = {SECRET}
    # The app: codes used, pending, with PKCE; pairs fresh, refreshed, repeated, revoked, reused.
    code, pending = app.code(**pkce()), app.code()
    first = app.exchange(code, code_verifier=VERIFIER).json()
    pairs = [first, app.refresh(first["refresh_token"]).json(), app.refresh(first["refresh_token"]).json()]
    ended = app.pair()
    app.revoke(ended["access_token"], {"token": ended["refresh_token"]})
    reused = app.code()
    pairs += [ended, app.exchange(reused).json()]
    app.exchange(reused)
    issued |= {code, pending, reused, VERIFIER}
    issued |= {pair[name] for pair in pairs for name in ("access_token", "refresh_token")}
    # The people: keys and secrets, made on each page that shows one.
    key = {"name": "Website", "scopes": ["read"], "days": "0"}
    pages = [app.browser.post(f"/connections/{app.account.pk}", key)]
    office = Client()
    office.force_login(operator)
    form = {"name": "CRM", "client_type": "confidential", "redirect_uris": "https://crm.example/cb", "is_active": "on"}
    pages.append(office.post(reverse("admin:oauth_application_add"), form))
    rotate = {"action": "rotate", "_selected_action": [str(app.application.pk)]}
    pages.append(office.post(reverse("admin:oauth_application_changelist"), rotate))
    in_view = {"business": str(app.account.pk)}
    pages.append(office.post(reverse("settings-keys-make"), in_view | key))
    for page in pages:
        found = SECRETS.findall(page.content.decode())
        assert len(found) == 1
        issued |= set(found)
        office.get(reverse("admin:index"))  # what a message would have left behind is stored by now
    assert len(issued) == 17

    stored = readable(everything_stored())
    assert token_hash(pairs[1]["access_token"]) in stored
    assert [value for value in issued if value in stored] == []


def test_the_search_would_find_a_secret(app: App) -> None:
    pair = app.pair()
    session = app.browser.session
    session["kept"] = pair["access_token"]
    session.save()
    assert pair["access_token"] in readable(everything_stored())
