"""Two businesses with a row of everything, and callers of each kind who belong to one of them."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.sessions.models import Session
from django.http import SimpleCookie
from django.test import Client
from django.utils import timezone

from oauth.api_keys import create_api_key
from oauth.calls import throttling
from oauth.models import Account, IDToken, Membership, User, UserSession
from oauth.tests.flow import App, make_application, signed_in
from reviewhub.testing import make_member
from reviews.models import WorkerBeat
from reviews.tests.journeys.attack.routes import account_path, rows_of
from reviews.tests.support.rows import fill

SHORTEST = 6  # characters of a text by which an account is known


@dataclass
class Caller:
    """Somebody who sends requests."""

    name: str
    client: Client
    is_program: bool = False
    is_member: bool = False  # of the account that is attacked, as a viewer: reads, and writes nothing

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """Send the request, with a form to pages, and JSON to the API. The next one comes from the same session."""
        cookies = self.client.cookies.output(header="")
        try:
            if body is None:
                return self.client.generic(method, path)
            if path.startswith("/api/"):
                return self.client.generic(method, path, json.dumps(body), content_type="application/json")
            return self.client.post(path, {name: str(value) for name, value in body.items()})
        finally:  # one of the addresses signs out
            self.client.cookies = SimpleCookie(cookies)


@pytest.fixture
def victim(full: Account, viewer: User) -> Account:
    """The account that is attacked, with a row of everything."""
    user = full.memberships.get(role="owner").user
    App(user, full, make_application(name="Quagga's own app", client_id="victims-own", user=user)).pair()
    IDToken.objects.create(user=user, expires=timezone.now())
    EmailAddress.objects.create(user=user, email=user.email)
    Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "Quagga's phone"})
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "Quagga"})
    session = Session.objects.create(session_key="quagga" * 5, expire_date=timezone.now() + timedelta(days=1))
    seen = {"signed_in_at": timezone.now(), "last_seen_at": timezone.now()}
    UserSession.objects.create(session=session, user=user, user_agent="Quagga", **seen)
    WorkerBeat.objects.update(beat_at=timezone.now() + timedelta(hours=1))  # an attack takes longer than a beat counts
    return full


@pytest.fixture
def attacker(other_account: Account, stranger: User, now: datetime) -> Account:
    """Another account with a row of everything, from which the attacks come."""
    fill(other_account, stranger, now, first_name="Yorick", word="Okapi")
    return other_account


@pytest.fixture
def callers(
    victim: Account, attacker: Account, viewer: User, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[Caller]]:
    """Everybody who may not touch the victim's rows."""
    monkeypatch.setattr(throttling, "MOST_FROM_ADDRESS", 1_000_000)
    monkeypatch.setattr(throttling, "MOST_FOR_NAME", 1_000_000)
    owner = attacker.memberships.get(role="owner").user
    manager, looker = (make_member(attacker, role, f"{role}@harbour.example") for role in ("manager", "viewer"))
    former = make_member(victim, "owner", "former@riverside.example")
    Membership.objects.filter(user=former).delete()
    _, key = create_api_key(account=attacker, user=owner, name="all")
    token = App(owner, attacker, make_application(client_id="least"))
    pair = token.exchange(token.code(scope="read")).json()
    bearers = {"API key": key, "token that reads": pair["access_token"]}
    people = {"owner": owner, "manager": manager, "viewer": looker, "former owner": former}
    callers = [Caller("anonymous", Client())]
    callers += [Caller(name, Client(headers={"Authorization": f"Bearer {key}"}), True) for name, key in bearers.items()]
    callers += [Caller(name, signed_in(user)) for name, user in people.items()]
    callers.append(Caller("viewer of the account", signed_in(viewer), is_member=True))
    for caller in callers:
        caller.client.raise_request_exception = False
    logging.disable(logging.CRITICAL)  # each refusal is a traceback
    yield callers
    logging.disable(logging.NOTSET)


# --- What is the account's alone -----------------------------------------------------------------------


def models_of_accounts() -> list[Any]:
    """Return the models of ours whose rows belong to an account."""
    ours = (model for app in ("oauth", "reviews") for model in apps.get_app_config(app).get_models())
    # Versions stand on the page of the row that they are of.
    return [model for model in ours if account_path(model) and not hasattr(model, "instance_type")]


def texts_of(account: Account) -> set[str]:
    """Return all texts and keys in the rows of the account, but for words that a program chose from a list."""
    texts: set[str] = set()
    for model in models_of_accounts():
        fields = [field for field in model._meta.concrete_fields if not field.choices]
        names = [field.attname for field in fields if field.get_internal_type() in TEXTS]
        for values in rows_of(account, model).values_list(*names):
            texts |= {str(value) for value in values if value and len(str(value)) >= SHORTEST}
    return texts


TEXTS = {"CharField", "TextField", "UUIDField", "EmailField", "URLField"}


@pytest.fixture
def marks(victim: Account, attacker: Account) -> set[str]:
    """Texts and keys that stand in rows of the victim, and in none of the attacker."""
    return texts_of(victim) - texts_of(attacker) - {"Quagga"}  # which rows of the installation are called, too


def state_of(account: Account, tables: set[str] | None = None) -> dict[str, Any]:
    """Return every value of every row of the account, by table; only of `tables`, where they are given."""
    return {
        model._meta.db_table: list(rows_of(account, model).values_list())
        for model in models_of_accounts()
        if tables is None or model._meta.db_table in tables
    }
