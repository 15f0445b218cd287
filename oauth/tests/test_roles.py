"""Roles: which accounts a person works in, and where they may change things."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from oauth.models import Account, Membership, User
from oauth.roles import is_operator, memberships_of, roles_of, written_accounts

pytestmark = pytest.mark.django_db


def request_of(user: Any) -> HttpRequest:
    request = HttpRequest()
    request.user = user
    return request


@pytest.fixture
def roles() -> tuple[User, dict[str, Account]]:
    """A person with every role, each in an account of its name, and with a role in an account that ended."""
    user = User.objects.create_user("jane@example.com")
    accounts = {role: Account.objects.create(name=role) for role in ("owner", "manager", "viewer")}
    for role, account in accounts.items():
        Membership.objects.create(user=user, account=account, role=role)
    ended = Account.objects.create(name="Ended", is_active=False)
    Membership.objects.create(user=user, account=ended, role="owner")
    Membership.objects.create(user=User.objects.create_user("joe@example.com"), account=accounts["viewer"])
    return user, accounts


def test_a_person_has_a_role_in_each_active_account(roles: tuple[User, dict[str, Account]]) -> None:
    user, accounts = roles
    assert roles_of(request_of(user)) == {account.pk: role for role, account in accounts.items()}


def test_owners_and_managers_may_change_things_and_viewers_not(roles: tuple[User, dict[str, Account]]) -> None:
    user, accounts = roles
    assert set(written_accounts(request_of(user))) == {accounts["owner"].pk, accounts["manager"].pk}


def test_memberships_are_read_once_for_each_request(
    roles: tuple[User, dict[str, Account]], django_assert_num_queries: Any
) -> None:
    request = request_of(roles[0])
    with django_assert_num_queries(1):
        assert len(memberships_of(request)) == len(roles_of(request)) == 3
        assert {membership.account.name for membership in memberships_of(request)} == {"owner", "manager", "viewer"}


def test_nobody_has_no_role(roles: tuple[User, dict[str, Account]]) -> None:
    assert memberships_of(request_of(AnonymousUser())) == []
    assert not is_operator(request_of(AnonymousUser()))


def test_an_operator_is_an_active_superuser() -> None:
    assert is_operator(request_of(User(is_superuser=True)))
    assert not is_operator(request_of(User(is_superuser=True, is_active=False)))
    assert not is_operator(request_of(User(is_staff=True)))
