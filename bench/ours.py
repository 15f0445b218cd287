"""What the measurements do inside ReviewHub's own process; `bench.stock.inside` does the same in the stock project."""

import secrets
import time
import uuid
from datetime import time as clock_time
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.test import Client
from django.utils import timezone

from bench.inside import analyze, count_calls, counted
from bench.oauth_calls import CHALLENGE, REDIRECT_URI
from oauth.api_keys import create_api_key
from oauth.applications import create_application
from oauth.hashers import new_token, token_hash
from oauth.models import AccessToken, Account, Application, Grant, Membership, RefreshToken, User
from oauth.models.tokens import ACCESS_PREFIX, REFRESH_PREFIX
from reviews.models import Contact, Delivery, ReviewSite
from reviews.requests import import_files, imports
from reviews.requests.accounts import create_account
from reviews.requests.ask import Ask, ask, ask_all
from reviews.requests.matching import Person
from reviews.webhooks import endpoints

SCOPE = "read write"
ALL_DAY: dict[str, Any] = {"window_start": clock_time(0), "window_end": clock_time(0)}
TOKEN, INTROSPECT, REVOKE = "/oauth/token", "/oauth/introspect", "/oauth/revoke"


def prepare(codes: int, tokens: int) -> dict[str, Any]:
    """A client with codes to exchange and tokens to check."""
    member, application, secret = _client()
    made = {
        "token_path": TOKEN,
        "introspection_path": INTROSPECT,
        "client_id": application.client_id,
        "client_secret": secret,
        "codes": _codes(member, application, codes),
        "tokens": _pairs(member, application, tokens),
    }
    analyze()
    return made


def count() -> dict[str, int]:
    return count_calls(**prepare(codes=2, tokens=1))


def revoke(pairs: int) -> dict[str, float]:
    """Seconds and statements of the call that ends all tokens of a user, who has `pairs` of them."""
    client = Client(SERVER_NAME="127.0.0.1")
    for having in (1, pairs):  # the first warms up
        member, application, _ = _client()
        bearer, *_ = _pairs(member, application, having)
        analyze()
        call = partial(client.generic, "POST", REVOKE, headers={"Authorization": f"Bearer {bearer}"})
        began = time.perf_counter()
        statements, response = counted(call)
        seconds = time.perf_counter() - began
        assert response.json()["revoked_count"] == 2 * having, response.content
        assert not AccessToken.objects.filter(user=member.user).exists()
        assert not RefreshToken.objects.filter(user=member.user, revoked=None).exists()
    return {"seconds": seconds, "statements": statements}


def ask_many(count: int, tag: str) -> None:
    """Ask that many new contacts by mail, now."""
    _ask_all([Person(email=f"{tag}-{number}@example.com", first_name="Ada") for number in range(count)])


def ask_by_text(count: int, start: int, zone: str) -> None:
    """Ask that many new contacts by text, now: in a zone where texts may leave at this hour."""
    _ask_all([Person(phone=f"+4474{start + number:08}", first_name="Ada") for number in range(count)])
    Contact.objects.filter(email="").update(time_zone=zone)
    Delivery.objects.filter(status=Delivery.Status.PLANNED).update(due_at=timezone.now())


def move_in(url: str) -> str:
    """Make a modest account beside the one that is there, with a webhook; return its API key."""
    user = User.objects.get()
    account = create_account(name="Modest", owner=user, postal_address="2 Main Street", **ALL_DAY)
    endpoints.subscribe(account=account, url=f"{url}/modest", names=["review_request.scheduled"])
    return create_api_key(account=account, user=user, name="modest")[1]


def be_greedy(url: str, mails: int, rows: int, endpoint_count: int) -> None:
    """Have the demo's account ask and import many, and tell webhooks that never answer."""
    account, user, now = Account.objects.exclude(name="Modest").get(), User.objects.get(), timezone.now()
    for number in range(endpoint_count):
        endpoints.subscribe(account=account, url=f"{url}/silent/{number}", names=[])
    for first in range(0, mails, 500):
        people = [Person(email=f"greedy{number}@example.com") for number in range(first, min(first + 500, mails))]
        ask_all(account=account, wanted=[Ask(person=person) for person in people], now=now)
    raw = "".join(["email\n", *(f"row{number}@example.com\n" for number in range(rows))]).encode()
    job = import_files.receive(account=account, user=user, name="greedy.csv", raw=raw, now=now)
    imports.start(job, check=False, now=now)


def operator_cookie() -> str:
    """The session cookie of somebody who may see everything."""
    client = Client()
    client.force_login(User.objects.create_superuser("operator@example.com"))
    return client.cookies["sessionid"].value


def first_site() -> int:
    """A review site of the account."""
    return ReviewSite.objects.values_list("pk", flat=True)[0]


def _ask_all(persons: list[Person], together: int = 500) -> None:
    account = Account.objects.get()
    for first in range(0, len(persons), together):
        with transaction.atomic():
            for person in persons[first : first + together]:
                ask(account=account, wanted=Ask(person=person), now=timezone.now())


# --- Rows ------------------------------------------------------------------------------------


def _client() -> tuple[Membership, Application, str]:
    name = secrets.token_hex(8)
    user = User.objects.create_user(f"{name}@example.com")
    account = Account.objects.create(name=name, postal_address="1 Main Street, Springfield")
    member = Membership.objects.create(account=account, user=user, role=Membership.Role.OWNER)
    return member, *create_application(name=name, redirect_uris=[REDIRECT_URI])


def _codes(member: Membership, application: Application, count: int) -> list[str]:
    codes = [secrets.token_urlsafe(32) for _ in range(count)]
    Grant.objects.bulk_create(
        Grant(
            user=member.user,
            account=member.account,
            membership=member,
            application=application,
            code=token_hash(code),
            expires=timezone.now() + timedelta(hours=1),
            redirect_uri=REDIRECT_URI,
            scope=SCOPE,
            code_challenge=CHALLENGE,
            code_challenge_method="S256",
        )
        for code in codes
    )
    return codes


def _pairs(member: Membership, application: Application, count: int) -> list[str]:
    """Token pairs, each of its own family, as if the user had connected anew each time; the access tokens."""
    tokens = [new_token(ACCESS_PREFIX) for _ in range(count)]
    owners = {"user": member.user, "account": member.account, "membership": member}
    shared: dict[str, Any] = owners | {"application": application}
    expires = timezone.now() + timedelta(hours=1)
    rows = AccessToken.objects.bulk_create(
        AccessToken(token_checksum=token_hash(token), token_family=uuid.uuid4(), expires=expires, scope=SCOPE, **shared)
        for token in tokens
    )
    RefreshToken.objects.bulk_create(
        RefreshToken(
            token_checksum=token_hash(new_token(REFRESH_PREFIX)),
            token_family=row.token_family,
            access_token=row,
            scope=SCOPE,
            **shared,
        )
        for row in rows
    )
    return tokens
