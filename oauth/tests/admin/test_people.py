"""The tab of Settings with the people of a business: who sees what, another role, removing and leaving."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from oauth.api_keys import create_api_key
from oauth.models import Account, MemberMail, Membership, User
from oauth.tests.authenticator import give_phone
from oauth.tests.flow import App, signed_in
from reviewhub.testing import make_member

pytestmark = pytest.mark.django_db

LIST = "/admin/settings/people/"


@pytest.fixture
def colleague(account: Account) -> User:
    user: User = make_member(account, "manager", "ava@riverside.example")
    User.objects.filter(pk=user.pk).update(name="Ava Martin")
    return user


def address(deed: str, user: User, account: Account) -> str:
    return reverse(f"settings-people-{deed}", args=[Membership.objects.get(user=user, account=account).pk])


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


# --- What is shown ------------------------------------------------------------------------------------


def test_the_list_says_who_each_person_is(owner: User, colleague: User, account: Account) -> None:
    give_phone(colleague)
    page = words(signed_in(owner).get(LIST))
    assert "Who works in Riverside Dental" in page
    for text in (
        "Ava Martin",
        colleague.email,
        "Second factor: on",
        "Second factor: off",
        "Has not signed in yet",
        "you",
    ):
        assert text in page
    assert str(colleague.pk) not in page


@pytest.mark.parametrize("role", ["manager", "viewer"])
def test_others_than_owners_see_the_people_and_change_nothing(
    owner: User, colleague: User, account: Account, role: str
) -> None:
    person = make_member(account, role, "person@riverside.example")
    client = signed_in(person)
    page = words(client.get(LIST))
    assert "Ava Martin" in page
    assert "Remove" not in page
    assert "<select" not in page
    for deed in ("role", "remove"):
        answer = client.post(address(deed, colleague, account), {"role": "owner"})
        assert answer.status_code == 403
        assert "You may look, but not change this" in words(answer)
    assert client.get(address("remove", colleague, account)).status_code == 403
    assert Membership.objects.get(user=colleague).role == "manager"


def test_to_a_stranger_the_people_do_not_exist(stranger: User, colleague: User, account: Account) -> None:
    client = signed_in(stranger)
    assert "Ava Martin" not in words(client.get(LIST))
    assert client.get(address("remove", colleague, account)).status_code == 404
    for deed in ("role", "remove"):
        assert client.post(address(deed, colleague, account), {"role": "owner"}).status_code == 404
    assert client.get(LIST + f"{2**40}/remove/").status_code == 404
    assert client.post(LIST + f"invitations/{uuid4()}/again/").status_code == 404


def test_who_has_not_signed_in_is_led_there_and_who_has_no_business_finds_nothing(account: Account) -> None:
    assert Client().get(LIST)["Location"].startswith("/admin/login/")
    nobody = User.objects.create_user("nobody@example.com", "correct horse", is_staff=True)
    assert signed_in(nobody).get(LIST).status_code == 404


def test_the_operator_chooses_a_business_first(
    operator: User, owner: User, account: Account, other_account: Account
) -> None:
    client = signed_in(operator)
    assert client.get(LIST)["Location"] == f"{reverse('switch-business')}?next=%2Fadmin%2Fsettings%2Fpeople%2F"
    client.post(reverse("switch-business"), {"to": str(account.pk)})
    assert owner.email in words(client.get(LIST))


# --- Another role -------------------------------------------------------------------------------------


def test_an_owner_gives_a_colleague_another_role(owner: User, colleague: User, account: Account) -> None:
    answer = signed_in(owner).post(address("role", colleague, account), {"role": "owner"}, follow=True)
    assert "Ava Martin has another role now: Owner." in words(answer)
    assert Membership.objects.get(user=colleague).role == "owner"
    history = Membership.history.filter(user=colleague).latest()
    assert (history.role, history.history_user) == ("owner", owner)


@pytest.mark.parametrize("role", ["", "king", "\0", "owner "])
def test_what_is_no_role_is_refused(owner: User, colleague: User, account: Account, role: str) -> None:
    answer = signed_in(owner).post(address("role", colleague, account), {"role": role}, follow=True)
    assert "Choose one of the roles." in words(answer)
    assert Membership.objects.get(user=colleague).role == "manager"


def test_the_only_owner_has_no_buttons_and_stays(owner: User, account: Account) -> None:
    client = signed_in(owner)
    page = words(client.get(LIST))
    assert "The only owner stays" in page
    assert "Leave this business" not in page
    assert "only owner" in words(client.post(address("role", owner, account), {"role": "viewer"}, follow=True))
    assert "You are the only owner." in words(client.get(LIST + "leave/"))
    assert "only owner" in words(client.post(LIST + "leave/", follow=True))
    assert Membership.objects.get(user=owner).role == "owner"


# --- Removing and leaving -----------------------------------------------------------------------------


def test_removing_says_first_what_ends(owner: User, account: Account, app: App, other_account: Account) -> None:
    colleague = make_member(account, "manager", "bob@riverside.example")
    App(colleague, account, app.application).pair()
    create_api_key(account=account, user=colleague, name="Till")
    page = words(signed_in(owner).get(address("remove", colleague, account)))
    for text in ("Remove bob@riverside.example from Riverside Dental?", "Till", "Zapier", "signed out on every device"):
        assert text in page
    Membership.objects.create(account=other_account, user=colleague, role="viewer")
    page = words(signed_in(owner).get(address("remove", colleague, account)))
    assert "Work in other businesses goes on." in page
    assert "Harbour" not in page  # where else somebody works is none of the owner's business


def test_a_colleague_is_removed(owner: User, colleague: User, account: Account) -> None:
    theirs, client = signed_in(colleague), signed_in(owner)
    answer = client.post(address("remove", colleague, account), follow=True)
    assert "Ava Martin works here no more, and is signed out everywhere." in words(answer)
    assert not Membership.objects.filter(user=colleague).exists()
    assert theirs.get("/admin/").status_code == 302


def test_pressed_twice_it_says_that_nobody_is_there(owner: User, colleague: User, account: Account) -> None:
    client, path = signed_in(owner), address("remove", colleague, account)
    assert client.post(path).status_code == 302
    assert client.post(path).status_code == 404


@pytest.mark.parametrize("role", ["owner", "manager", "viewer"])
def test_one_leaves_by_oneself(owner: User, account: Account, role: str) -> None:
    person = make_member(account, role, "person@riverside.example")
    client = signed_in(person)
    assert "Leave Riverside Dental?" in words(client.get(LIST + "leave/"))
    answer = client.post(LIST + "leave/", follow=True)
    assert answer.redirect_chain[-1][0] == "/sign-in"
    assert "You work in Riverside Dental no more." in words(answer)
    assert not Membership.objects.filter(user=person).exists()


def test_who_leaves_one_business_goes_on_in_the_other(
    owner: User, colleague: User, account: Account, other_account: Account
) -> None:
    Membership.objects.create(account=other_account, user=colleague, role="viewer")
    client = signed_in(colleague)
    answer = client.post(LIST + "leave/", {"business": str(account.pk)}, follow=True)
    assert answer.redirect_chain[-1][0] == "/admin/"
    assert Membership.objects.get(user=colleague).account == other_account


def test_removing_oneself_is_leaving(owner: User, colleague: User, account: Account) -> None:
    make_member(account, "owner", "second@riverside.example")
    assert signed_in(owner).get(address("remove", owner, account))["Location"] == LIST + "leave/"


def test_a_row_of_another_own_business_is_changed_whatever_is_in_view(
    owner: User, other_account: Account, account: Account
) -> None:
    """The link may come from another tab: who it is about counts, and the person's role there."""
    Membership.objects.create(account=other_account, user=owner, role="owner")
    them = make_member(other_account, "viewer", "them@harbour.example")
    client = signed_in(owner)
    client.post(reverse("switch-business"), {"to": str(account.pk)})
    page = words(client.get(address("remove", them, other_account)))
    assert f'name="business" value="{other_account.pk}"' in page
    client.post(address("role", them, other_account), {"role": "manager"})
    assert Membership.objects.get(user=them).role == "manager"


# --- When they are told -----------------------------------------------------------------------------


def test_the_list_says_when_each_is_told_and_that_mail_is_refused(
    client: Client, account: Account, owner: User, viewer: User
) -> None:
    now = timezone.now()
    row = Membership.objects.get(user=viewer)
    MemberMail.objects.create(membership=row, due_at=now, failing_since=now, error="550 No such user")
    client.force_login(owner)
    page = client.get(LIST).content.decode()
    for words in ("Mail about the inbox: at once", "Mail about the inbox: never", "550 No such user"):
        assert words in page
    assert page.count('href="/security/mail"') == 1  # their own
    assert "sends no mail yet" in page
