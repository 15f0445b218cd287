"""Calls that meet: what a race leaves behind, shown with threads on PostgreSQL.

Not on SQLite, where a transaction takes the one write lock first and such a race cannot happen.
"""

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from oauth.hashers import new_token, token_hash
from oauth.models import AccessToken, Grant, Membership, RefreshToken
from oauth.models.tokens import ACCESS_PREFIX, REFRESH_PREFIX
from oauth.server import grants
from oauth.tests.flow import REDIRECT_URI, App, refused
from oauth.tests.threads import at_once, somebody_waits_for_us

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(settings.SQLITE, reason="needs PostgreSQL: SQLite lets one writer in at a time"),
    pytest.mark.django_db(transaction=True),
]

TRIALS = 60
SCOPE = "read write"
MOST_REFRESHES = 100  # of a chain in one trial, so that a chain that is never refused ends as well


# --- Racing ---------------------------------------------------------------------------------------------


def trials() -> Iterator[int]:
    """Each trial begins with an empty cache: failures are counted there by address, and after 60 comes 429."""
    for trial in range(TRIALS):
        cache.clear()
        yield trial


def statuses(answers: list[Any]) -> list[int]:
    return sorted(answer.status_code for answer in answers)


def alive(**chosen: Any) -> int:
    """Count the tokens of a family or a person that are alive."""
    refresh_tokens = RefreshToken.objects.filter(revoked=None, **chosen).count()
    return refresh_tokens + AccessToken.objects.filter(**chosen).count()


# --- Codes and pairs, written as the endpoints write them, but faster --------------------------------------


def new_grant(app: App, code: str) -> Grant:
    made: Grant = Grant.objects.create(
        user=app.user,
        account=app.account,
        membership=app.account.memberships.get(user=app.user),
        application=app.application,
        code=token_hash(code),
        expires=timezone.now() + timedelta(seconds=600),
        redirect_uri=REDIRECT_URI,
        scope=SCOPE,
    )
    return made


def new_pair(app: App, code: str = "") -> dict[str, str]:
    """The first pair of a family, as the exchange of that code leaves it."""
    grant = new_grant(app, code or uuid.uuid4().hex)
    grant.consumed_at, grant.token_family = timezone.now(), uuid.uuid4()
    grant.save()
    pair = {"access_token": new_token(ACCESS_PREFIX), "refresh_token": new_token(REFRESH_PREFIX)}
    grants.issue_pair(grant, **pair, scope=SCOPE, now=timezone.now())
    return pair


@transaction.atomic
def next_pair(app: App, refresh_token: str) -> dict[str, str]:
    """The pair that follows that refresh token, which is spent then."""
    row = grants.find_refresh_token(refresh_token, app.application)
    assert row is not None
    names = {"access_token": ACCESS_PREFIX, "refresh_token": REFRESH_PREFIX}
    pair = {name: grants.derived_token(prefix, refresh_token) for name, prefix in names.items()}
    grants.issue_pair(row, **pair, scope=SCOPE, now=timezone.now())
    return pair


# --- The token endpoint -----------------------------------------------------------------------------------


def test_case_07_a_code_exchanged_twice_at_once_gives_one_pair_which_the_other_ends(app: App) -> None:
    for _ in trials():
        code = uuid.uuid4().hex
        grant = new_grant(app, code)
        answers = at_once(*[partial(app.exchange, code)] * 2)
        assert statuses(answers) == [200, 400]
        given, not_given = sorted(answers, key=lambda answer: answer.status_code)
        refused(not_given, 400, "invalid_grant")
        grant.refresh_from_db()
        assert RefreshToken.objects.filter(token_family=grant.token_family).count() == 1
        assert alive(token_family=grant.token_family) == 0
        assert not app.alive(given.json()["access_token"])


def test_case_21_six_refreshes_at_once_give_one_and_the_same_pair(app: App) -> None:
    for _ in trials():
        token = new_pair(app)["refresh_token"]
        answers = at_once(*[partial(app.refresh, token)] * 6)
        assert statuses(answers) == [200] * 6
        pairs = {(answer.json()["access_token"], answer.json()["refresh_token"]) for answer in answers}
        assert len(pairs) == 1
        family = RefreshToken.objects.get(token_checksum=token_hash(token)).token_family
        assert RefreshToken.objects.filter(token_family=family, revoked=None).count() == 1
        assert app.alive(pairs.pop()[0])


# --- Leaving ------------------------------------------------------------------------------------------------


def leave_and_come_back(app: App) -> None:
    Membership.objects.filter(account=app.account, user=app.user).delete()
    Membership.objects.create(account=app.account, user=app.user, role="owner")


def test_a_pair_that_is_being_made_while_its_person_leaves_is_dead(app: App) -> None:
    first = new_pair(app)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            second = next_pair(app, first["refresh_token"])
            pool.submit(at_once, partial(leave_and_come_back, app)).result()
        assert not app.alive(second["access_token"])
        refused(app.refresh(second["refresh_token"]), 400, "invalid_grant")


def test_a_chain_that_goes_on_refreshing_ends_when_its_person_leaves(app: App) -> None:
    for _ in trials():
        chain = partial(refresh_until_refused, app, new_pair(app)["refresh_token"])
        answers, _ = at_once(chain, partial(leave_and_come_back, app))
        assert answers is not None
        refused(answers[-1], 400, "invalid_grant")
        assert not [answer for answer in answers[:-1] if app.alive(answer.json()["access_token"])]


# --- Revoking ---------------------------------------------------------------------------------------------


def refresh_until_refused(app: App, token: str) -> list[Any]:
    """The answers to a client that goes on with each refresh token it is given."""
    answers = [app.refresh(token)]
    while answers[-1].status_code == 200 and len(answers) < MOST_REFRESHES:
        answers.append(app.refresh(answers[-1].json()["refresh_token"]))
    return answers


def revoke_all_after(app: App, bearer: str, seconds: float) -> list[Any]:
    time.sleep(seconds)
    return [app.revoke(bearer)]


def test_case_47_revoking_all_ends_chains_that_go_on_refreshing(app: App) -> None:
    for trial in trials():
        bearer = new_pair(app)["access_token"]  # of its own: a chain would rotate it away
        chains = [partial(refresh_until_refused, app, new_pair(app)["refresh_token"]) for _ in range(4)]
        # It meets the chains at another moment in each trial.
        (revoked,), *refreshed = at_once(partial(revoke_all_after, app, bearer, trial % 10 / 500), *chains)
        assert revoked.status_code == 200, revoked.content
        for answers in refreshed:
            assert statuses(answers[:-1]) == [200] * (len(answers) - 1)
            refused(answers[-1], 400, "invalid_grant")
        assert alive(user=app.user) == 0


def test_an_app_that_revokes_a_token_ends_the_pair_that_a_refresh_is_just_making(app: App) -> None:
    first = new_pair(app)
    body = app.credentials | {"token": first["refresh_token"]}

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            next_pair(app, first["refresh_token"])
            revoking = pool.submit(at_once, partial(app.server.post, "/oauth/revoke", body, "application/json"))
            while not somebody_waits_for_us() and not revoking.done():
                time.sleep(0.01)
        (revoked,) = revoking.result()
    assert revoked.status_code == 200, revoked.content
    assert alive(user=app.user) == 0


def test_two_who_revoke_all_at_once_leave_nothing(app: App) -> None:
    for _ in trials():
        bearers = [new_pair(app)["access_token"] for _ in range(4)]
        answers = at_once(*[partial(app.revoke, bearer) for bearer in bearers[:2]])
        assert statuses(answers) in ([200, 200], [200, 401])  # 401: the other one was through by then
        assert alive(user=app.user) == 0


@pytest.mark.parametrize("what", ["code", "grandparent"])
def test_revoking_all_and_the_reuse_of_what_is_spent_do_not_disturb_each_other(app: App, what: str) -> None:
    for _ in trials():
        code = uuid.uuid4().hex
        bearer, first = new_pair(app)["access_token"], new_pair(app, code)
        next_pair(app, next_pair(app, first["refresh_token"])["refresh_token"])
        reuse = partial(app.exchange, code) if what == "code" else partial(app.refresh, first["refresh_token"])
        revoked, reused = at_once(partial(app.revoke, bearer), reuse)
        assert revoked.status_code == 200, revoked.content
        refused(reused, 400, "invalid_grant")
        assert alive(user=app.user) == 0
