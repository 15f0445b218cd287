"""Another role, and the end of a membership: what goes with it, and that an owner stays."""

from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from oauth.api_keys import create_api_key
from oauth.models import Account, ApiKey, Grant, Membership, RefreshToken, User, UserSession
from oauth.sign_in.members import change_role, remove_member
from oauth.tests.flow import App, signed_in
from oauth.tests.threads import at_once
from reviewhub.refused import Refused
from reviewhub.testing import make_member

pytestmark = pytest.mark.django_db


def membership(user: User, account: Account) -> Membership:
    return Membership.objects.get(user=user, account=account)


@pytest.fixture
def second(account: Account) -> User:
    """Another owner of the business."""
    user: User = make_member(account, "owner", "second@riverside.example")
    return user


def test_the_only_owner_neither_leaves_nor_takes_another_role(owner: User, account: Account) -> None:
    make_member(account, "manager", "manager@riverside.example")
    off = make_member(account, "owner", "off@riverside.example")
    User.objects.filter(pk=off.pk).update(is_active=False)  # who may not sign in cannot look after the business
    row = membership(owner, account)
    with pytest.raises(Refused, match="only owner"):
        change_role(membership=row, role="manager")
    with pytest.raises(Refused, match="only owner"):
        remove_member(membership=row, now=timezone.now())
    assert membership(owner, account).role == "owner"


def test_one_of_two_owners_may_go(owner: User, second: User, account: Account) -> None:
    assert change_role(membership=membership(second, account), role="viewer").role == "viewer"
    with pytest.raises(Refused):
        remove_member(membership=membership(owner, account), now=timezone.now())


def test_who_has_left_is_refused_in_words(second: User, owner: User, account: Account) -> None:
    row = membership(second, account)
    remove_member(membership=row, now=timezone.now())
    for deed in (
        lambda: remove_member(membership=row, now=timezone.now()),
        lambda: change_role(membership=row, role="viewer"),
    ):
        with pytest.raises(Refused, match="left the business already"):
            deed()


def test_keys_tokens_codes_and_sessions_end_with_the_membership(app: App, second: User, account: Account) -> None:
    pair, code = app.pair(), app.code()
    _, key = create_api_key(account=account, user=app.user, name="script")
    _, other_key = create_api_key(account=account, user=second, name="till")
    browser = signed_in(app.user)
    assert browser.get("/admin/").status_code == 200
    departure = remove_member(membership=membership(app.user, account), now=timezone.now())
    assert (departure.keys, departure.tokens, departure.is_signed_out) == (1, 2, True)
    assert not app.alive(pair["access_token"])
    assert app.server.get("/api/v1/me", headers={"Authorization": f"Bearer {key}"}).status_code == 401
    assert app.alive(other_key)
    assert app.refresh(pair["refresh_token"]).status_code == 400
    assert app.exchange(code).status_code == 400
    assert browser.get("/admin/")["Location"].startswith("/admin/login/")
    assert not RefreshToken.objects.filter(revoked=None).exists()
    assert not Grant.objects.filter(consumed_at=None).exists()
    assert ApiKey.objects.get(name="script").revoked_at is not None
    assert not UserSession.objects.filter(user=app.user).exists()


def test_what_works_in_another_business_goes_on(app: App, second: User, other_account: Account) -> None:
    Membership.objects.create(account=other_account, user=app.user, role="manager")
    there = App(app.user, other_account, app.application)
    pair, browser = there.pair(), signed_in(app.user)
    departure = remove_member(membership=membership(app.user, app.account), now=timezone.now())
    assert not departure.is_signed_out
    assert there.alive(pair["access_token"])
    assert browser.get("/admin/").status_code == 200


def test_an_operator_who_leaves_a_business_stays_signed_in(operator: User, owner: User, account: Account) -> None:
    Membership.objects.create(account=account, user=operator, role="manager")
    assert not remove_member(membership=membership(operator, account), now=timezone.now()).is_signed_out


@pytest.mark.postgres
@pytest.mark.skipif(settings.SQLITE, reason="needs PostgreSQL: SQLite lets one writer in at a time")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("deed", ["remove", "demote"])
def test_two_owners_who_remove_each_other_at_once_leave_one(
    account: Account, owner: User, second: User, deed: str
) -> None:
    def end(row: Membership) -> Any:
        try:
            if deed == "remove":
                return remove_member(membership=row, now=timezone.now())
            return change_role(membership=row, role="viewer")
        except Refused as refusal:
            return refusal

    for _ in range(15):
        results = at_once(*(partial(end, membership(user, account)) for user in (owner, second)))
        assert [isinstance(result, Refused) for result in results].count(True) == 1
        assert Membership.objects.filter(account=account, role="owner").count() == 1
        Membership.objects.filter(account=account).delete()
        for user in (owner, second):
            Membership.objects.create(account=account, user=user, role="owner")
