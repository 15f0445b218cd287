"""Who leaves an account, or may do less there: what becomes of keys, codes and tokens, by whatever road."""

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from oauth.api_keys import create_api_key
from oauth.models import AccessToken, Account, ApiKey, Grant, Invitation, Membership, RefreshToken, User
from oauth.server import grants
from oauth.sign_in.invitations import accept
from oauth.tests.flow import App, refused, signed_in
from reviewhub.testing import make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(operator: User) -> Client:
    return signed_in(operator)


class Held:
    """All that a person holds in an account: a pair of tokens, a code that is not exchanged yet, an API key."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.pair, self.code = app.pair(), app.code()
        self.key = create_api_key(account=app.account, user=app.user, name="script")[1]

    def works(self) -> list[bool]:
        """Which of them work: access token, key, refresh token, code. The last two are used up by asking."""
        alive = [self.app.alive(self.pair["access_token"]), self.app.alive(self.key)]
        answers = [self.app.refresh(self.pair["refresh_token"]), self.app.exchange(self.code)]
        for answer in answers:
            if answer.status_code != 200:
                refused(answer, 400, "invalid_grant")
        return alive + [answer.status_code == 200 for answer in answers]


@pytest.fixture
def held(app: App) -> Held:
    return Held(app)


def confirmed(office: Client, address: str, form: dict[str, Any]) -> None:
    assert office.post(address, form).status_code == 302


def by_its_page(office: Client, row: Membership) -> None:
    confirmed(office, reverse("admin:oauth_membership_delete", args=[row.pk]), {"post": "yes"})


def by_the_list(office: Client, row: Membership) -> None:
    form = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    confirmed(office, reverse("admin:oauth_membership_changelist"), form)


def by_settings(office: Client, row: Membership) -> None:
    make_member(row.account, "owner", "second@riverside.example")  # the only one stays
    confirmed(office, reverse("settings-people-remove", args=[row.pk]), {})


def by_a_query(office: Client, row: Membership) -> None:
    Membership.objects.filter(pk=row.pk).delete()


def by_sql(office: Client, row: Membership) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM oauth_membership WHERE id = %s", [row.pk])


def by_another_persons_name(office: Client, row: Membership) -> None:
    Membership.objects.filter(pk=row.pk).update(user=User.objects.create_user("joe@example.com"))


ROADS = [by_its_page, by_the_list, by_settings, by_a_query, by_sql, by_another_persons_name]


def made_anew(app: App) -> None:
    Membership.objects.create(account=app.account, user=app.user, role="owner")


def invited_again(app: App) -> None:
    now = timezone.now()
    row = Invitation.objects.create(account=app.account, email=app.user.email, role="owner", sent_at=now)
    accept(row, app.user, now)


@pytest.mark.parametrize("leave", ROADS, ids=lambda road: road.__name__)
def test_what_a_person_held_ends_when_they_leave_and_stays_ended_when_they_come_back(
    held: Held, office: Client, leave: Callable[[Client, Membership], None]
) -> None:
    membership = Membership.objects.get(user=held.app.user)
    leave(office, membership)
    assert not Membership.objects.filter(user=held.app.user)
    assert not held.app.alive(held.pair["access_token"])
    made_anew(held.app)
    assert held.works() == [False] * 4
    assert all(Held(held.app).works())


def test_an_invitation_brings_back_the_person_and_not_their_keys(held: Held) -> None:
    Membership.objects.filter(user=held.app.user).delete()
    invited_again(held.app)
    assert held.works() == [False] * 4


@pytest.mark.parametrize("model", [User, Account])
def test_what_a_person_held_goes_with_the_person_and_with_the_account(held: Held, model: type[Any]) -> None:
    if model is Account:
        held.app.account.sequences.all().delete()
    model.objects.filter(pk__in=[held.app.user.pk, held.app.account.pk]).delete()
    assert not [rows for rows in (AccessToken, RefreshToken, Grant, ApiKey) if rows.objects.exists()]


@pytest.mark.parametrize("of", ["code", "refresh token"])
def test_a_pair_that_is_being_made_while_its_person_leaves_and_comes_back_is_dead(
    held: Held, monkeypatch: pytest.MonkeyPatch, of: str
) -> None:
    issue = grants.issue_pair

    def leave_first(*origin: Any, **values: Any) -> None:
        Membership.objects.filter(user=held.app.user).delete()
        made_anew(held.app)
        issue(*origin, **values)

    monkeypatch.setattr(grants, "issue_pair", leave_first)
    answer = held.app.exchange(held.code) if of == "code" else held.app.refresh(held.pair["refresh_token"])
    assert answer.status_code == 200
    assert not held.app.alive(answer.json()["access_token"])
    refused(held.app.refresh(answer.json()["refresh_token"]), 400, "invalid_grant")


def test_the_pages_show_no_access_of_who_has_left(held: Held, office: Client) -> None:
    address = reverse("account-connections", args=[held.app.account.pk])
    assert "script" in office.get(address, follow=True).content.decode()
    Membership.objects.filter(user=held.app.user).delete()
    made_anew(held.app)
    page = office.get(address, follow=True).content.decode()
    assert "Keys with which your own scripts" in page
    assert "Apps that you let work with this business" in page
    assert "left" in office.get(reverse("admin:oauth_apikey_changelist")).content.decode()


def test_whose_a_membership_is_stays_as_it_was_made(held: Held, office: Client) -> None:
    row, other = Membership.objects.get(user=held.app.user), User.objects.create_user("joe@example.com")
    form = {"user": other.pk, "account": held.app.account.pk, "role": "viewer"}
    confirmed(office, reverse("admin:oauth_membership_change", args=[row.pk]), form)
    row.refresh_from_db()
    assert (row.user, row.role) == (held.app.user, "viewer")


# --- Deactivated ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [User, Account])
def test_nothing_works_while_the_person_or_the_account_is_off(held: Held, model: type[Any]) -> None:
    model.objects.update(is_active=False)
    assert held.works() == [False] * 4
    model.objects.update(is_active=True)
    assert held.app.alive(held.pair["access_token"])


def test_a_person_whom_the_operator_deactivates_holds_nothing_when_they_are_active_again(
    held: Held, office: Client
) -> None:
    person = held.app.user
    address = reverse("admin:oauth_user_change", args=[person.pk])
    confirmed(office, address, {"email": person.email, "is_staff": "on"})
    person.refresh_from_db()
    assert not person.is_active
    confirmed(office, address, {"email": person.email, "is_staff": "on", "is_active": "on"})
    assert held.works() == [False] * 4


# --- A lower role ---------------------------------------------------------------------------------------


def test_a_demoted_persons_token_says_everywhere_what_it_may_do_now(held: Held) -> None:
    app, access, refresh = held.app, held.pair["access_token"], held.pair["refresh_token"]
    assert scopes_by_all(app, access, refresh) == ["read write"] * 3
    Membership.objects.filter(user=app.user).update(role="viewer")
    assert scopes_by_all(app, access, refresh) == ["read"] * 3
    page = signed_in(app.user).get(reverse("settings-connections")).content.decode()
    assert "See your customers" in page
    assert "Ask your customers" not in page
    headers = {"Authorization": f"Bearer {access}"}
    asked = app.server.post("/api/v1/review-requests", {}, content_type="application/json", headers=headers)
    assert (asked.status_code, asked.json()["error"]) == (403, "insufficient_scope")
    again = [app.refresh(refresh).json() for _ in range(2)]
    assert [pair["scope"] for pair in again] == ["read", "read"]
    Membership.objects.filter(user=app.user).update(role="manager")
    assert scopes_by_all(app, again[0]["access_token"], again[0]["refresh_token"]) == ["read write"] * 3


def scopes_by_all(app: App, access: str, refresh: str) -> list[str]:
    """What the status says of an access token, and introspection of it and of its refresh token."""
    status = app.server.get("/api/v1/status", headers={"Authorization": f"Bearer {access}"}).json()
    bodies = [app.credentials | {"token": token} for token in (access, refresh)]
    described = [app.server.post("/oauth/introspect", body, content_type="application/json") for body in bodies]
    return [" ".join(status["scopes"]), *[answer.json()["scope"] for answer in described]]


# --- From before ----------------------------------------------------------------------------------------


def test_what_was_made_before_0014_belongs_to_the_membership_of_then(held: Held) -> None:
    models = (AccessToken, RefreshToken, Grant, ApiKey)
    for model in models:
        model.objects.update(membership=None)
    assert not held.app.alive(held.key)
    step = import_module("oauth.migrations.0018_memberships_of_credentials")
    step.find_memberships(apps, SimpleNamespace(connection=connection))
    (membership,) = Membership.objects.all()
    assert {row.membership_id for model in models for row in model.objects.all()} == {membership.pk}
    Membership.objects.update(created_at=timezone.now() + timedelta(seconds=1))  # as if they had come back since
    step.find_memberships(apps, SimpleNamespace(connection=connection))
    assert {row.membership_id for model in models for row in model.objects.all()} == {None}
