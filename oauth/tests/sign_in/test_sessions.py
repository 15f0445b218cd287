from datetime import datetime, timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from oauth.models import User, UserSession
from oauth.server.cleanup import clean_up
from oauth.sign_in import sessions
from oauth.tests.authenticator import Phone, confirm, give_phone
from oauth.tests.flow import PASSWORD, sign_in, signed_in
from oauth.tests.passkey import give_passkey, rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("public_url")]

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Safari/604.1"


@pytest.fixture
def here(owner: User) -> Client:
    client = Client(headers={"User-Agent": FIREFOX})
    sign_in(client, owner.email)
    confirm(client)
    return client


@pytest.fixture
def there(owner: User) -> Client:
    client = Client(headers={"User-Agent": SAFARI}, REMOTE_ADDR="192.0.2.7")
    sign_in(client, owner.email)
    return client


def is_in(client: Client) -> bool:
    return bool(client.get("/security").status_code == 200)


def listed(client: Client) -> list[UserSession]:
    return list(client.get("/security").context["sessions"])


# --- The list ----------------------------------------------------------------------------------------


def test_the_page_shows_where_the_person_is_signed_in(here: Client, there: Client, stranger: User) -> None:
    signed_in(stranger).get("/security")
    page = here.get("/security").content.decode()
    assert {(row.device, row.address) for row in listed(here)} == {
        ("Firefox on Linux", "127.0.0.1"),
        ("Safari on iPhone", "192.0.2.7"),
    }
    assert page.index("Firefox on Linux") < page.index("– this one") < page.index("Safari on iPhone")
    assert page.count("– this one") == page.count("Sign it out") == 1


def test_signed_in_and_last_seen_are_told_apart(owner: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        began, client = timezone.now(), Client()
        sign_in(client, owner.email)
        clock.shift(7200)
        client.get("/admin/")
        [row] = listed(client)
        assert (row.signed_in_at, row.last_seen_at) == (began, began + timedelta(hours=2))


def test_the_time_of_signing_in_outlives_a_new_key_of_the_session(owner: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        began, client = timezone.now(), Client()
        sign_in(client, owner.email)
        clock.shift(7200)
        client.post("/security/sessions/end-others")
        assert [row.signed_in_at for row in listed(client)] == [began]


def test_a_session_is_written_once_in_five_minutes_and_read_never(owner: User, account: Any, now: datetime) -> None:
    with time_machine.travel(now, tick=False) as clock:
        client = signed_in(owner)
        client.get("/admin/reviews/contact/")
        counts, writes = [], []
        for _ in range(3):
            with CaptureQueriesContext(connection) as queries:
                client.get("/admin/reviews/contact/")
            counts.append(sum("oauth_usersession" in query["sql"] for query in queries))
            writes.append(sum(not query["sql"].startswith("SELECT") for query in queries))
            clock.shift(140)
        assert (counts, writes) == ([0, 0, 0], [0, 0, 0])
        with CaptureQueriesContext(connection) as queries:
            client.get("/admin/reviews/contact/")
        assert sum("oauth_usersession" in query["sql"] for query in queries) == 1


def test_pages_without_a_person_note_nobody(client: Client, here: Client) -> None:
    before = UserSession.objects.get().last_seen_at
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        here.get("/healthz")
        client.get("/sign-in")
    assert not [query for query in queries if "session" in query["sql"]]
    assert UserSession.objects.get().last_seen_at == before


def test_behind_a_proxy_the_address_is_what_the_proxy_saw_and_nothing_is_too_long(settings: Any, owner: User) -> None:
    settings.BEHIND_PROXY = True
    client = Client(headers={"X-Forwarded-For": "10.0.0.1, " + "9" * 99, "User-Agent": "x" * 999})
    sign_in(client, owner.email)
    [row] = listed(client)
    assert (row.address, row.user_agent, row.device) == ("9" * 45, "x" * 200, "Another device")


def test_what_ended_in_another_way_is_not_listed(owner: User, here: Client, there: Client) -> None:
    there.post("/sign-out")
    assert len(listed(here)) == UserSession.objects.count() == 1
    again = Client()
    sign_in(again, owner.email)
    Session.objects.filter(pk=again.session.session_key).update(expire_date=timezone.now() - timedelta(minutes=1))
    assert len(listed(here)) == 1
    user = User.objects.get()
    user.set_password("battery staple 9")
    user.save()
    sign_in(again, owner.email, "battery staple 9")
    assert [row.session_id for row in listed(again)] == [again.session.session_key]


def test_expired_sessions_are_deleted(here: Client, there: Client) -> None:
    Session.objects.filter(pk=there.session.session_key).update(expire_date=timezone.now() - timedelta(minutes=1))
    clean_up(timezone.now())
    assert (Session.objects.count(), UserSession.objects.count()) == (1, 1)


# --- Ending them -------------------------------------------------------------------------------------


def test_a_session_that_is_ended_is_refused_at_its_next_request(here: Client, there: Client) -> None:
    row = UserSession.objects.get(session=there.session.session_key)
    assert here.post(f"/security/sessions/{row.pk}/end")["Location"] == "/security"
    assert "signed out" in here.get("/security").content.decode()
    assert not is_in(there)
    assert is_in(here)
    assert here.post(f"/security/sessions/{row.pk}/end").status_code == 404


def test_all_others_end_at_once_also_those_that_nobody_noted(owner: User, here: Client, there: Client) -> None:
    UserSession.objects.all().delete()
    key = here.session.session_key
    assert here.post("/security/sessions/end-others")["Location"] == "/security"
    assert is_in(here)
    assert here.session.session_key != key, "whoever has copied the cookie is out, too"
    assert not is_in(there)
    assert len(listed(here)) == 1
    sign_in(there, owner.email)
    assert is_in(there)


def test_a_strangers_session_and_ones_own_are_not_there_to_be_ended(here: Client, stranger: User) -> None:
    other = signed_in(stranger)
    other.get("/security")
    for row in UserSession.objects.all():
        assert here.post(f"/security/sessions/{row.pk}/end").status_code == 404
    assert here.post(f"/security/sessions/{uuid4()}/end").status_code == 404
    assert here.post("/security/sessions/nonsense/end").status_code == 404
    here.post("/security/sessions/end-others")
    assert is_in(here)
    assert is_in(other)


def test_sessions_end_by_post_of_a_person_alone(client: Client, here: Client) -> None:
    row = UserSession.objects.get()
    for path in (f"/security/sessions/{row.pk}/end", "/security/sessions/end-others"):
        assert here.get(path).status_code == 405
        assert client.post(path)["Location"].startswith("/sign-in?next=")
        assert (
            Client(enforce_csrf_checks=True, headers={"Cookie": f"sessionid={row.session_id}"}).post(path).status_code
            == 403
        )
    assert is_in(here)


@pytest.mark.django_db(transaction=True)
def test_a_request_that_runs_while_its_session_is_ended_does_not_bring_it_back(
    here: Client, there: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = sessions._note

    def end_before(*args: Any) -> None:
        monkeypatch.undo()
        here.post("/security/sessions/end-others")
        note(*args)

    cache.clear()
    monkeypatch.setattr(sessions, "_note", end_before)
    assert is_in(there), "it was in when the request began"
    assert not is_in(there)
    assert is_in(here)
    assert UserSession.objects.count() == 1


def test_of_two_that_end_each_other_the_first_goes_on(
    here: Client, there: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    end_others = sessions.end_others

    def end_after(request: Any) -> None:
        monkeypatch.undo()
        assert here.post("/security/sessions/end-others").status_code == 302
        end_others(request)

    monkeypatch.setattr(sessions, "end_others", end_after)
    assert there.post("/security/sessions/end-others").status_code == 400
    assert is_in(here)
    assert not is_in(there)


def test_sessions_are_noted_and_ended_while_redis_is_away(owner: User, without_redis: None) -> None:
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client, owner.email)
    assert len(listed(first)) == 2
    first.post("/security/sessions/end-others")
    assert (is_in(first), is_in(second)) == (True, False)


# --- What ends them by itself --------------------------------------------------------------------------


def set_up_app(client: Client) -> None:
    phone = Phone(client.get("/security/app").context["form"].secret)
    assert client.post("/security/app", {"code": phone.code()}).status_code == 302


def remove_app(client: Client) -> None:
    assert client.post("/security/app/remove").status_code == 302


def remove_passkey(client: Client) -> None:
    assert client.post(f"/security/passkeys/{rows(User.objects.get()).get().pk}/remove").status_code == 302


def make_codes(client: Client) -> None:
    assert client.post("/security/recovery-codes/new").status_code == 302


def change_password(client: Client) -> None:
    form = {"oldpassword": PASSWORD, "password1": "battery staple 9", "password2": "battery staple 9"}
    assert client.post("/password/change", form).status_code == 302


@pytest.mark.parametrize(
    ("prepare", "change"),
    [
        (None, set_up_app),
        (None, give_passkey),
        (set_up_app, remove_app),
        (give_passkey, remove_passkey),
        (set_up_app, make_codes),
        (None, change_password),
    ],
)
def test_a_change_of_how_one_signs_in_ends_the_other_sessions(
    owner: User, here: Client, prepare: Any, change: Any
) -> None:
    if prepare:
        prepare(here)
    there = signed_in(owner)
    assert is_in(there)
    change(here)
    assert not is_in(there)
    assert is_in(here)
    assert len(listed(here)) == 1


@pytest.mark.parametrize("path", ["/security/app", "/security/passkeys/add"])
def test_a_change_that_fails_ends_nothing(here: Client, there: Client, path: str) -> None:
    here.get(path)
    assert here.post(path, {"code": "000000", "credential": "{}"}).status_code == 200
    assert is_in(there)
    assert User.objects.get().session_generation == 0


def test_a_change_whose_end_of_sessions_fails_is_not_made(
    here: Client, there: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(sessions, "end_others", fail)
    with pytest.raises(RuntimeError):
        set_up_app(here)
    assert not Authenticator.objects.exists()
    assert is_in(there)


def test_who_signs_in_by_password_alone_while_a_second_factor_is_set_up_is_out(
    owner: User, here: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other sign-in has passed the question for a second factor, which was none yet, and has no session yet."""
    from allauth.mfa.stages import AuthenticateStage

    asked = AuthenticateStage._should_handle

    def set_up_after(self: Any, request: Any) -> bool:
        answer = bool(asked(self, request))
        monkeypatch.undo()
        set_up_app(here)
        return answer

    monkeypatch.setattr(AuthenticateStage, "_should_handle", set_up_after)
    thief = Client()
    assert sign_in(thief, owner.email)["Location"] == "/admin/"
    assert not is_in(thief)
    assert is_in(here)


def test_a_reset_password_ends_every_session(owner: User, here: Client) -> None:
    owner.set_password("battery staple 9")
    owner.save()
    assert not is_in(here)


def test_the_operator_who_removes_a_second_factor_signs_its_person_out(
    owner: User, operator: User, here: Client
) -> None:
    give_phone(owner)
    RecoveryCodes.activate(owner)
    give_phone(operator)
    office = signed_in(operator)
    for person in (owner, operator):
        row = Authenticator.objects.get(user=person, type="totp")
        office.post(reverse("admin:mfa_authenticator_delete", args=[row.pk]), {"post": "yes"})
    assert not is_in(here)
    assert is_in(office), "but not themselves"


def test_the_command_signs_its_person_out(owner: User, here: Client, stranger: User) -> None:
    give_phone(owner)
    other = signed_in(stranger)
    call_command("remove_second_factor", owner.email)
    assert not is_in(here)
    assert is_in(other)


# --- From before -------------------------------------------------------------------------------------


def test_sessions_of_before_go_on_and_are_listed(owner: User, here: Client, there: Client, client: Client) -> None:
    """0016: until then nobody wrote down whose session is which."""
    UserSession.objects.all().delete()
    client.get("/sign-in/passkey")  # of nobody
    gone = User.objects.create_user("gone@riverside.example", PASSWORD)
    signed_in(gone)
    User.objects.filter(pk=gone.pk).delete()
    Session.objects.create(session_key="broken", session_data="x", expire_date=timezone.now() + timedelta(days=1))
    step = import_module("oauth.migrations.0016_sessions_of_then")
    step.list_sessions(apps, SimpleNamespace(connection=connection))
    found = {row.session_id: row for row in UserSession.objects.all()}
    assert set(found) == {here.session.session_key, there.session.session_key}
    row = found[str(there.session.session_key)]
    assert timezone.now() - timedelta(minutes=1) < row.last_seen_at == row.signed_in_at < timezone.now()
    assert (row.user, row.address) == (owner, "")
    assert len(listed(here)) == 2
