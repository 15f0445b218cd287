from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from oauth.models import Account, Invitation, Membership, User
from oauth.sign_in import invitations
from oauth.sign_in.invitations import NoInvitation, accept, check, link, renew
from oauth.tests.authenticator import give_phone
from oauth.tests.flow import sign_in, signed_in
from reviewhub.testing import make_member

pytestmark = pytest.mark.django_db

LIST, ADD = "/admin/settings/people/", "/admin/settings/people/invite/"
NEW = {"name": "Bob Builder", "password": "battery staple 9", "again": "battery staple 9"}

Capture = Callable[..., Any]


@pytest.fixture
def invitation(account: Account, owner: User) -> Invitation:
    made: Invitation = Invitation.objects.create(
        account=account, email="bob@example.com", role="manager", invited_by=owner, sent_at=timezone.now()
    )
    return made


def path_of(invitation: Invitation) -> str:
    return link(invitation).removeprefix("http://testserver")


# --- Making one ----------------------------------------------------------------------------------------


def invite(user: User, account: Account, capture: Capture, email: str = "Bob@Example.com", role: str = "viewer") -> Any:
    with capture(execute=True):
        return signed_in(user).post(ADD, {"business": str(account.pk), "email": email, "role": role})


@pytest.mark.parametrize("person", ["owner", "operator"])
def test_a_colleague_is_invited_by_mail(
    request: Any, account: Account, person: str, django_capture_on_commit_callbacks: Capture
) -> None:
    user = request.getfixturevalue(person)
    assert invite(user, account, django_capture_on_commit_callbacks)["Location"] == LIST
    made = Invitation.objects.get()
    assert (made.email, made.role, made.account, made.invited_by) == ("bob@example.com", "viewer", account, user)
    assert mail.outbox[0].to == ["bob@example.com"]
    assert mail.outbox[0].subject == "Riverside Dental: your invitation to ReviewHub"
    assert link(made) in str(mail.outbox[0].body)
    assert made.pk.hex not in signed_in(user).get(LIST).content.decode().replace(str(made.pk), "")
    assert "bob@example.com" in signed_in(user).get(LIST).content.decode()


def test_the_answer_does_not_tell_whether_the_address_is_known(
    owner: User, stranger: User, account: Account, django_capture_on_commit_callbacks: Capture
) -> None:
    for email in ("nobody@example.com", stranger.email):
        assert invite(owner, account, django_capture_on_commit_callbacks, email)["Location"] == LIST
    known, unknown = (str(mail.outbox[number].body).splitlines()[0:3] for number in range(2))
    assert known == unknown


def test_who_is_there_or_invited_already_is_not_invited(
    owner: User, viewer: User, account: Account, invitation: Invitation, django_capture_on_commit_callbacks: Capture
) -> None:
    for email, words in ((viewer.email, "works in the business already"), ("BOB@example.com", "is pending")):
        response = invite(owner, account, django_capture_on_commit_callbacks, email)
        assert words in response.content.decode()
        assert email in response.content.decode()  # nothing that was entered is lost
    assert Invitation.objects.count() == 1
    assert mail.outbox == []


def test_invitations_do_not_pile_up_without_end(
    account: Account, other_account: Account, monkeypatch: pytest.MonkeyPatch, invitation: Invitation
) -> None:
    monkeypatch.setattr(invitations, "MOST_PENDING", 1)
    with pytest.raises(NoInvitation, match="withdraw some"):
        check(account=account, email="eve@example.com", now=timezone.now())
    check(account=other_account, email="eve@example.com", now=timezone.now())


def test_an_account_mails_so_many_invitations_a_day(
    account: Account, other_account: Account, monkeypatch: pytest.MonkeyPatch, invitation: Invitation
) -> None:
    monkeypatch.setattr(invitations, "MAILS_A_DAY", 2)
    now = timezone.now().replace(hour=12)
    Invitation.objects.update(sent_at=now - timedelta(hours=1))
    renew(invitation, now)
    check(account=account, email="eve@example.com", now=now)
    with pytest.raises(NoInvitation, match="go on tomorrow"):
        check(account=account, email="mallory@example.com", now=now)
    Invitation.objects.update(sent_at=now - timedelta(hours=1))
    with pytest.raises(NoInvitation, match="go on tomorrow"):
        renew(invitation, now)
    check(account=other_account, email="eve@example.com", now=now)
    renew(invitation, now + timedelta(days=1))


def test_two_presses_at_once_make_one(
    owner: User, account: Account, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Capture
) -> None:
    monkeypatch.setattr("oauth.admin.people.check", lambda **_: None)  # each looks before the other has written
    for _ in range(2):
        assert invite(owner, account, django_capture_on_commit_callbacks)["Location"] == LIST
    assert (Invitation.objects.count(), len(mail.outbox)) == (1, 1)


def test_a_mail_server_that_is_down_loses_no_invitation(
    owner: User, account: Account, settings: Any, django_capture_on_commit_callbacks: Capture
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert invite(owner, account, django_capture_on_commit_callbacks).status_code == 302
    assert Invitation.objects.pending().count() == 1


# --- Who may -------------------------------------------------------------------------------------------


@pytest.fixture
def manager(account: Account) -> User:
    user: User = make_member(account, "manager", "manager@riverside.example")
    return user


def rows_of(invitation: Invitation) -> list[str]:
    """The addresses of what is done with an invitation."""
    return [reverse(f"settings-invitation-{deed}", args=[invitation.pk]) for deed in ("again", "withdraw")]


@pytest.mark.parametrize("person", ["manager", "viewer"])
def test_managers_and_viewers_invite_nobody(request: Any, invitation: Invitation, person: str) -> None:
    client = signed_in(request.getfixturevalue(person))
    page = client.get(LIST)
    assert page.status_code == 200
    assert "bob@example.com" not in page.content.decode()
    assert "Invite a colleague" not in page.content.decode()
    for address in (ADD, *rows_of(invitation)):
        response = client.post(address, {"email": "eve@example.com", "role": "owner"})
        assert response.status_code == 403
        assert "You may look, but not change this" in response.content.decode()
    assert Invitation.objects.pending().get() == invitation
    assert mail.outbox == []


def test_an_owner_elsewhere_reaches_none_of_it(stranger: User, invitation: Invitation) -> None:
    client = signed_in(stranger)
    form = {"business": str(invitation.account_id), "email": "eve@example.com", "role": "owner"}
    assert client.post(ADD, form).status_code == 404
    assert "bob@example.com" not in client.get(LIST).content.decode()
    for address in rows_of(invitation):
        assert client.post(address).status_code == 404
    assert Invitation.objects.pending().get() == invitation


@pytest.mark.parametrize("role", ["manager", "viewer"])
def test_who_owns_one_account_invites_nobody_to_another_that_they_only_work_in(
    owner: User, other_account: Account, role: str
) -> None:
    Membership.objects.create(account=other_account, user=owner, role=role)
    theirs = Invitation.objects.create(account=other_account, email="eve@example.com", sent_at=timezone.now())
    client = signed_in(owner)
    form = {"business": str(other_account.pk), "email": "bob@example.com", "role": "owner"}
    assert client.post(ADD, form).status_code == 403
    assert "eve@example.com" not in client.get(LIST).content.decode()
    for address in rows_of(theirs):
        assert client.post(address).status_code == 403
    assert Invitation.objects.pending().count() == 1


def test_the_list_asks_as_much_for_many_as_for_one(
    owner: User, account: Account, invitation: Invitation, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        email = f"{number}@example.com"
        Invitation.objects.create(account=account, email=email, invited_by=owner, sent_at=timezone.now())
        make_member(account, "viewer", f"member{number}@example.com")
    client = signed_in(owner)
    client.get(LIST)
    with django_assert_max_num_queries(8):
        assert client.get(LIST).status_code == 200


# --- Sending it again, and taking it back ---------------------------------------------------------------


def act(user: User, deed: str, invitation: Invitation) -> str:
    address = reverse(f"settings-invitation-{deed}", args=[invitation.pk])
    content: str = signed_in(user).post(address, follow=True).content.decode()
    return content


def test_it_is_sent_again_with_a_link_that_ends_the_one_before(owner: User, invitation: Invitation) -> None:
    old = path_of(invitation)
    with time_machine.travel(timezone.now() + timedelta(days=6), tick=False) as clock:
        assert "sends no mail yet" in act(owner, "again", invitation)
        assert "sent a moment ago" in act(owner, "again", invitation)
        clock.shift(timedelta(days=6))
        invitation.refresh_from_db()
        assert path_of(invitation) in str(mail.outbox[0].body)
        assert Client().get(path_of(invitation)).status_code == 200
        assert Client().get(old).status_code == 404
    assert len(mail.outbox) == 1


def test_a_withdrawn_one_opens_nothing(owner: User, invitation: Invitation) -> None:
    assert "The invitation of bob@example.com is withdrawn." in act(owner, "withdraw", invitation)
    response = Client().post(path_of(invitation), NEW)
    assert response.status_code == 410
    assert "works no more" in response.content.decode()
    assert not User.objects.filter(email=invitation.email).exists()
    assert "accepted or withdrawn" in act(owner, "again", invitation)
    with pytest.raises(NoInvitation):
        accept(invitation, User.objects.create_user(invitation.email), timezone.now())
    check(account=invitation.account, email=invitation.email, now=timezone.now())  # and may be invited anew


def test_the_mail_names_its_end_on_the_clock_of_the_business(invitation: Invitation) -> None:
    Invitation.objects.update(sent_at=datetime(2026, 3, 3, 3, 0, tzinfo=UTC))
    Account.objects.update(time_zone="America/Los_Angeles")
    row = Invitation.objects.select_related("account").get()
    invitations.send(row)
    assert "until 9 Mar 2026, 20:00 (America/Los_Angeles)" in str(mail.outbox[0].body)
    with time_machine.travel(datetime(2026, 3, 4, tzinfo=UTC), tick=False):
        assert "until 9 Mar 2026, 20:00 (America/Los_Angeles)" in Client().get(path_of(row)).content.decode()


# --- Accepting it ---------------------------------------------------------------------------------------


def test_a_new_person_sets_name_and_password_and_is_in(client: Client, invitation: Invitation) -> None:
    page = client.get(path_of(invitation))
    assert "Riverside Dental" in page.content.decode()
    assert "owner@riverside.example" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert not Membership.objects.filter(role="manager").exists()
    assert client.post(path_of(invitation), NEW)["Location"] == "/admin/"
    person = User.objects.get(email="bob@example.com")
    assert (person.name, person.is_staff, person.is_superuser) == ("Bob Builder", True, False)
    assert Membership.objects.get(user=person).role == "manager"
    assert client.get("/admin/").status_code == 200
    assert sign_in(Client(), "bob@example.com", NEW["password"]).status_code == 302


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"again": "other"}, "not the same"),
        ({"password": "short", "again": "short"}, "too short"),
        ({"password": "bob@example.com", "again": "bob@example.com"}, "too similar"),
        ({"name": ""}, "This field is required"),
        ({"name": "\0"}, "Null characters"),
    ],
)
def test_a_bad_form_is_told_and_accepts_nothing(
    client: Client, invitation: Invitation, changed: dict[str, str], words: str
) -> None:
    response = client.post(path_of(invitation), NEW | changed)
    assert response.status_code == 400
    assert words in response.content.decode()
    assert Invitation.objects.pending().exists()
    assert not User.objects.filter(email=invitation.email).exists()


def test_pressing_twice_makes_one_person_and_ends_friendly(invitation: Invitation) -> None:
    first, second = Client(), Client()
    first.post(path_of(invitation), NEW)
    assert first.get(path_of(invitation))["Location"] == "/admin/"
    response = second.post(path_of(invitation), NEW | {"password": "taken over 99", "again": "taken over 99"})
    assert response.status_code == 410
    assert "accepted already" in response.content.decode()
    assert "_auth_user_id" not in second.session
    assert Membership.objects.filter(user__email="bob@example.com").count() == 1


def test_who_is_known_signs_in_with_all_they_have_and_accepts(invitation: Invitation, stranger: User) -> None:
    Invitation.objects.update(email=stranger.email)
    invitation.refresh_from_db()
    phone, client, path = give_phone(stranger), Client(), path_of(invitation)
    assert "Sign in to accept" in client.get(path).content.decode()
    client.post(path, NEW)  # whoever reads the mail sets no password of a person who has one
    assert not Membership.objects.filter(account=invitation.account, user=stranger).exists()
    assert sign_in(client, stranger.email, next=path)["Location"] == "/sign-in/code"
    assert client.post("/sign-in/code", {"code": phone.code()})["Location"] == path
    assert "You are signed in as" in client.get(path).content.decode()
    assert client.post(path)["Location"] == "/admin/"
    assert Membership.objects.get(account=invitation.account, user=stranger).role == "manager"
    assert client.post(path)["Location"] == "/admin/"  # once more


def test_an_invitation_takes_no_role_away(invitation: Invitation, owner: User, account: Account) -> None:
    Invitation.objects.update(email=owner.email, role="viewer")
    invitation.refresh_from_db()
    signed_in(owner).post(path_of(invitation))
    assert Membership.objects.get(account=account, user=owner).role == "owner"


def test_it_is_for_nobody_else(invitation: Invitation, stranger: User) -> None:
    client = signed_in(stranger)
    for response in (client.get(path_of(invitation)), client.post(path_of(invitation), NEW)):
        assert "for bob@example.com, and you are signed in as owner@harbour.example" in response.content.decode()
    assert Invitation.objects.pending().exists()
    assert not Membership.objects.filter(account=invitation.account, user=stranger).exists()


@pytest.mark.parametrize(
    "ended",
    [
        lambda row: Invitation.objects.update(sent_at=row.sent_at - timedelta(days=7, seconds=1)),
        lambda _: Account.objects.update(is_active=False),
        lambda row: User.objects.create_user(row.email, "x", is_active=False),
    ],
    ids=["after seven days", "the account is off", "the person was switched off"],
)
def test_what_ended_gets_a_friendly_page(client: Client, invitation: Invitation, ended: Any) -> None:
    ended(invitation)
    invitation.refresh_from_db()
    for response in (client.get(path_of(invitation)), client.post(path_of(invitation), NEW)):
        assert response.status_code == 410
        assert "works no more" in response.content.decode()
    assert Membership.objects.count() == 1


def test_a_link_made_before_the_row_was_read_again_is_the_same(account: Account) -> None:
    made = Invitation.objects.create(account=account, email="bob@example.com", sent_at=timezone.now())
    assert link(made) == link(Invitation.objects.get())


@pytest.mark.parametrize(
    "change",
    [{"role": "owner"}, {"email": "eve@example.com"}, {"sent_at": timezone.now() + timedelta(days=3)}, "account"],
)
def test_a_link_is_bound_to_account_role_address_and_mail(
    client: Client, invitation: Invitation, other_account: Account, change: Any
) -> None:
    path = path_of(invitation)
    Invitation.objects.update(**({"account": other_account} if change == "account" else change))
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("token", ["x", "%00", "0" * 32, "0" * 32 + ":abc", "ä:b", ":"])
def test_what_is_no_link_gets_a_friendly_page(client: Client, invitation: Invitation, token: str) -> None:
    for path in (f"/invitation/{token}", f"/invitation/{invitation.pk.hex}:{token}"):
        response = client.get(path)
        assert response.status_code == 404
        assert "works no more" in response.content.decode()


def test_a_former_secret_key_still_opens_it(client: Client, invitation: Invitation, settings: Any) -> None:
    path = path_of(invitation)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "y" * 60
    assert client.get(path).status_code == 200


def test_an_accepted_one_is_neither_renewed_nor_accepted_again(invitation: Invitation, owner: User) -> None:
    bob, now = User.objects.create_user(invitation.email), timezone.now()
    with pytest.raises(NoInvitation):
        accept(invitation, owner, now)
    assert accept(invitation, bob, now).user == bob
    with pytest.raises(NoInvitation):
        accept(invitation, bob, now)
    with pytest.raises(NoInvitation):
        renew(invitation, now)


def test_a_new_person_is_led_to_a_second_factor_where_staff_must_have_one(
    client: Client, invitation: Invitation, settings: Any
) -> None:
    settings.STAFF_MUST_HAVE_MFA = True
    client.post(path_of(invitation), NEW)
    assert client.get("/admin/")["Location"] == "/security/app"


def test_a_new_person_sets_a_second_factor_up_without_saying_the_new_password_again(
    client: Client, invitation: Invitation
) -> None:
    client.post(path_of(invitation), NEW)
    assert client.get("/security/app").status_code == 200
