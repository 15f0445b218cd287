import html
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from oauth.models import User
from oauth.sign_in import adapters, passkeys
from oauth.tests.authenticator import confirm, give_phone
from oauth.tests.flow import App, sent_back, sign_in, signed_in
from oauth.tests.passkey import Passkey, give_passkey, rows, second_step, sign_in_alone
from oauth.tests.test_at_rest import everything_stored
from oauth.tests.threads import at_once
from oauth.tests.waiting import mails

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("public_url")]


# --- Adding, renaming, removing ------------------------------------------------------------------------


def test_a_passkey_is_added_with_recovery_codes_and_a_mail(
    owner: User, client_of_owner: Client, django_capture_on_commit_callbacks: Any
) -> None:
    passkey = Passkey()
    page = client_of_owner.get("/security/passkeys/add")
    options = page.context["js_data"]["creation_options"]
    assert options["publicKey"]["rp"] == {"id": "reviews.example", "name": "ReviewHub"}
    chosen = options["publicKey"]["authenticatorSelection"]
    assert (chosen["residentKey"], chosen["userVerification"]) == ("required", "required")
    form = {"name": "My phone", "credential": passkey.register(options)}
    with django_capture_on_commit_callbacks(execute=True):
        answer = client_of_owner.post("/security/passkeys/add", form)
    assert answer["Location"] == "/security/recovery-codes"
    assert len(client_of_owner.get("/security/recovery-codes").context["unused_codes"]) == 10
    assert "My phone" in client_of_owner.get("/security").content.decode()
    [mail] = mails(1)
    assert (mail.subject, mail.to) == ("A passkey was added", [owner.email])
    assert "A passkey was added" in mail.body


def test_its_device_is_its_name_unless_it_gets_one(owner: User) -> None:
    client = Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"})
    client.force_login(owner)
    confirm(client)
    assert 'value="Firefox on Linux"' in client.get("/security/passkeys/add").content.decode()
    give_passkey(client, name="")
    assert rows(owner).get().wrap().name == "Firefox on Linux"


def test_a_passkey_is_renamed(owner: User, client_of_owner: Client, passkey: Passkey) -> None:
    path = f"/security/passkeys/{rows(owner).get().pk}/rename"
    assert "My phone" in client_of_owner.get(path).content.decode()
    assert client_of_owner.post(path, {"name": "x" * 61}).status_code == 200
    assert client_of_owner.post(path, {"name": "Old phone"})["Location"] == "/security"
    assert rows(owner).get().wrap().name == "Old phone"
    assert sign_in_alone(Client(), passkey).status_code == 302


def test_a_removed_passkey_signs_in_no_more_and_the_codes_go_with_it(
    owner: User, client_of_owner: Client, passkey: Passkey, django_capture_on_commit_callbacks: Any
) -> None:
    path = f"/security/passkeys/{rows(owner).get().pk}/remove"
    assert "Remove “My phone”?" in client_of_owner.get(path).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert client_of_owner.post(path)["Location"] == "/security"
    assert not Authenticator.objects.exists()
    assert sign_in_alone(Client(), passkey).status_code == 200
    assert mails(1)[0].subject == "A passkey was removed"


def test_the_codes_stay_while_an_app_does(owner: User, client_of_owner: Client, passkey: Passkey) -> None:
    give_phone(owner)
    client_of_owner.post(f"/security/passkeys/{rows(owner).get().pk}/remove")
    assert set(Authenticator.objects.values_list("type", flat=True)) == {"totp", "recovery_codes"}


@pytest.mark.parametrize("deed", ["add", "rename", "remove"])
def test_whoever_finds_a_screen_unlocked_changes_no_passkey(
    owner: User, client_of_owner: Client, passkey: Passkey, deed: str
) -> None:
    pk = "" if deed == "add" else f"{rows(owner).get().pk}/"
    client = signed_in(owner)
    for method in ("get", "post"):
        answer = getattr(client, method)(f"/security/passkeys/{pk}{deed}", {"name": "x"})
        assert answer["Location"].startswith("/security/confirm?next="), method
    assert rows(owner).get().wrap().name == "My phone"


@pytest.mark.parametrize("deed", ["rename", "remove"])
def test_another_persons_passkey_does_not_exist(
    owner: User, passkey: Passkey, stranger: User, operator: User, deed: str
) -> None:
    for person in (stranger, operator):
        client = signed_in(person)
        confirm(client)
        path = f"/security/passkeys/{rows(owner).get().pk}/{deed}"
        assert client.get(path).status_code == 404
        assert client.post(path, {"name": "mine"}).status_code == 404
    assert rows(owner).get().wrap().name == "My phone"


def test_who_is_not_signed_in_is_asked_to(client: Client, owner: User, passkey: Passkey) -> None:
    for path in ("add", f"{rows(owner).get().pk}/rename", f"{rows(owner).get().pk}/remove"):
        assert client.get(f"/security/passkeys/{path}")["Location"].startswith("/sign-in?next="), path


def test_a_passkey_that_is_renamed_while_it_is_removed_stays_removed(
    owner: User, client_of_owner: Client, passkey: Passkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = rows(owner).get()
    clean = passkeys.RenameForm.full_clean

    def remove_before(form: Any) -> None:
        Authenticator.objects.filter(pk=row.pk).delete()
        clean(form)

    monkeypatch.setattr(passkeys.RenameForm, "full_clean", remove_before)
    assert client_of_owner.post(f"/security/passkeys/{row.pk}/rename", {"name": "Back again"}).status_code == 404
    assert not rows(owner).exists()


# --- Signing in ----------------------------------------------------------------------------------------


def test_a_passkey_signs_in_alone_with_a_fresh_session(client: Client, app: App, passkey: Passkey) -> None:
    client.get("/sign-in/passkey")
    before = client.cookies["sessionid"].value
    assert sign_in_alone(client, passkey, next=app.authorize_url())["Location"] == app.authorize_url()
    assert client.cookies["sessionid"].value != before
    assert "code" in sent_back(client.post(app.authorize_url(), {"decision": "allow", "account": str(app.account.pk)}))


def test_staff_land_in_the_back_office_and_a_foreign_wish_is_not_followed(passkey: Passkey) -> None:
    assert sign_in_alone(Client(), passkey)["Location"] == "/admin/"
    assert sign_in_alone(Client(), passkey, next="https://evil.example/")["Location"] == "/admin/"


def test_a_passkey_is_the_second_step(client: Client, owner: User, passkey: Passkey) -> None:
    assert sign_in(client, owner.email)["Location"] == "/sign-in/code"
    assert client.get("/admin/").status_code == 302
    assert second_step(client, passkey)["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_recovery_code_stands_in_for_a_passkey_once(owner: User, passkey: Passkey) -> None:
    code = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes()[0]
    for expected in (302, 200):
        client = Client()
        sign_in(client, owner.email)
        page = client.get("/sign-in/code").content.decode()
        assert "Without your passkey, one of your recovery codes" in page
        assert client.post("/sign-in/code", {"code": code}).status_code == expected


def test_without_a_passkey_the_second_step_offers_none(client: Client, owner: User) -> None:
    give_phone(owner)
    sign_in(client, owner.email)
    assert "passkey" not in client.get("/sign-in/code").content.decode()


def test_a_passkey_confirms_as_well_as_the_password(owner: User, passkey: Passkey) -> None:
    client = signed_in(owner)
    page = client.get("/security/passkeys/add", follow=True)
    way = next(way for way in page.context["reauthentication_alternatives"] if "passkey" in way["url"])
    page = client.get(way["url"])
    wrong = Passkey().use(page.context["js_data"]["request_options"])
    next_page = {"next": "/security/passkeys/add"}
    again = client.post("/security/confirm/passkey", {"credential": wrong} | next_page, follow=True)
    assert str(passkeys.AnswerField.WRONG) in again.content.decode()
    right = passkey.use(again.context["js_data"]["request_options"])
    answer = client.post("/security/confirm/passkey", {"credential": right} | next_page)
    assert answer["Location"] == "/security/passkeys/add"
    assert client.get("/security/passkeys/add").status_code == 200


def test_a_person_who_was_switched_off_is_not_let_in(client: Client, passkey: Passkey) -> None:
    User.objects.update(is_active=False)
    sign_in_alone(client, passkey)
    assert client.get("/admin/").status_code == 302


# --- Limits, policy, rest --------------------------------------------------------------------------------


def test_wrong_passkeys_are_counted_with_wrong_codes(owner: User, passkey: Passkey) -> None:
    phone = give_phone(owner)
    with time_machine.travel(timezone.now(), tick=False):
        client = Client()
        sign_in(client, owner.email)
        for _ in range(5):
            assert client.post("/sign-in/code", {"code": phone.wrong_code()}).status_code == 200
            assert second_step(client, Passkey()).status_code == 200
        assert "Too many wrong codes" in second_step(client, passkey).content.decode()
        for _ in range(9):
            second_step(client, passkey)
        answer = second_step(client, passkey)
        assert answer.status_code == 429
        assert answer["Retry-After"]
        assert sign_in_alone(Client(), passkey).status_code == 302, "alone it has no secret that is guessed"


def test_who_tries_wrong_passkeys_has_to_wait_and_nobody_else(passkey: Passkey, owner: User) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        client = Client()
        for _ in range(20):
            assert sign_in_alone(client, Passkey()).status_code == 200
        answer = sign_in_alone(client, passkey)
        assert (answer.status_code, "Too many wrong passkeys" in answer.content.decode()) == (429, True)
        assert sign_in_alone(Client(REMOTE_ADDR="192.0.2.7"), passkey).status_code == 302
        assert sign_in(client, owner.email)["Location"] == "/sign-in/code"


def test_who_asks_for_challenges_without_end_has_to_wait(client: Client) -> None:
    """Each begins a session, which is a row."""
    answers = [client.get("/sign-in/passkey").status_code for _ in range(61)]
    assert answers == [200] * 60 + [429]
    assert Client(REMOTE_ADDR="192.0.2.7").get("/sign-in/passkey").status_code == 200


def test_pages_with_passkeys_run_our_own_scripts_alone(client: Client, app: App, passkey: Passkey) -> None:
    client_of_owner = signed_in(app.user)
    confirm(client_of_owner)
    asked = Client()
    sign_in(asked, app.user.email, next=app.authorize_url())
    pages = [
        client.get("/sign-in?next=" + quote(app.authorize_url())),
        asked.get("/sign-in/code"),
        client_of_owner.get("/security/passkeys/add"),
        client_of_owner.get("/security/confirm/passkey"),
    ]
    for page in pages:
        policy = page["Content-Security-Policy"]
        assert "script-src 'self';" in f"{policy};", page.request["PATH_INFO"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert b"passkeys.js" in page.content
    assert all("form-action 'self' https://zapier.example" in page["Content-Security-Policy"] for page in pages[:2])
    plain = client.get("/password/reset")["Content-Security-Policy"]
    assert "script-src" not in plain


def test_staff_who_must_have_a_second_factor_may_choose_a_passkey(settings: Any, owner: User) -> None:
    settings.STAFF_MUST_HAVE_MFA = True
    client = signed_in(owner)
    assert client.get("/admin/")["Location"] == "/security/app"
    confirm(client)
    assert 'href="/security/passkeys/add"' in client.get("/security/app").content.decode()
    give_passkey(client)
    assert 'href="/admin/"' in client.get("/security/recovery-codes").content.decode()
    assert client.get("/admin/").status_code == 200
    client.post(f"/security/passkeys/{rows(owner).get().pk}/remove")
    assert client.get("/admin/")["Location"] == "/security/app"


def test_the_database_holds_the_public_key_and_a_changed_key_of_ours_does_not_matter(
    settings: Any, owner: User, passkey: Passkey
) -> None:
    secret = passkey.key.private_numbers().private_value
    assert f"{secret:x}" not in everything_stored()
    settings.SECOND_FACTOR_KEY, settings.SECOND_FACTOR_KEY_FALLBACKS = "another", []
    Authenticator.objects.exclude(type="webauthn").delete()
    assert adapters.renew_encryption() == 0
    assert sign_in_alone(Client(), passkey).status_code == 302


def test_the_operator_removes_a_lost_passkey(owner: User, operator: User, passkey: Passkey) -> None:
    client, row = signed_in(operator), rows(owner).get()
    for page in (
        reverse("admin:mfa_authenticator_changelist"),
        reverse("admin:mfa_authenticator_change", args=[row.pk]),
    ):
        assert "My phone" in client.get(page).content.decode()
    client.post(reverse("admin:mfa_authenticator_delete", args=[row.pk]), {"post": "yes"})
    assert not Authenticator.objects.exists()
    assert sign_in(Client(), owner.email)["Location"] == "/admin/"


def test_the_command_removes_passkeys_too(owner: User, passkey: Passkey) -> None:
    call_command("remove_second_factor", owner.email)
    assert not Authenticator.objects.exists()


@pytest.mark.postgres
@pytest.mark.skipif(settings.SQLITE, reason="needs PostgreSQL: SQLite lets one writer in at a time")
@pytest.mark.django_db(transaction=True)
def test_a_passkey_that_is_sent_twice_at_once_is_added_once(owner: User, client_of_owner: Client) -> None:
    options = client_of_owner.get("/security/passkeys/add").context["js_data"]["creation_options"]
    form = {"name": "My phone", "credential": Passkey().register(options)}
    twin = Client()
    twin.cookies = client_of_owner.cookies
    answers = at_once(
        *(lambda each=each: each.post("/security/passkeys/add", form) for each in (client_of_owner, twin))
    )
    assert rows(owner).count() == 1
    assert all(answer.status_code < 500 for answer in answers)


# --- Asked again ----------------------------------------------------------------------------------------


def test_who_has_just_signed_in_is_not_asked_for_the_password_again(client: Client, owner: User) -> None:
    sign_in(client, owner.email)
    assert client.get("/security/app").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert client.get("/security/app")["Location"].startswith("/security/confirm")


def test_who_has_just_changed_the_password_is_not_asked_for_it_again(owner: User) -> None:
    client = signed_in(owner)
    assert client.get("/security/app")["Location"].startswith("/security/confirm")
    form = {"oldpassword": "correct horse", "password1": "battery staple 9", "password2": "battery staple 9"}
    assert client.post("/password/change", form | {"oldpassword": "wrong"}).status_code == 200
    assert client.get("/security/app")["Location"].startswith("/security/confirm")
    assert client.post("/password/change", form)["Location"] == "/security"
    assert client.get("/security/app").status_code == 200


def test_the_password_alone_does_not_count_where_a_second_factor_is_due(client: Client, owner: User) -> None:
    give_phone(owner)
    sign_in(client, owner.email)
    assert client.get("/security/app")["Location"].startswith("/sign-in")


# --- The authenticator app --------------------------------------------------------------------------


def test_an_app_is_set_up_by_a_link_on_the_phone_itself_or_by_a_key_in_groups_of_four(
    owner: User, client_of_owner: Client
) -> None:
    owner.email = "a&b+c@example.com"
    owner.save()
    page = client_of_owner.get("/security/app").content.decode()
    key = "".join(re.findall(r"<span>(\w{1,4})</span>", page.partition('id="key"')[2].partition("</p>")[0]))
    assert len(key) >= 32
    assert f"<span>{key[:4]}</span><span>{key[4:8]}</span>" in page, "copied by hand it has no blanks"
    link = urlsplit(html.unescape(re.findall(r'href="(otpauth:[^"]*)"', page)[0]))
    assert (link.scheme, link.netloc) == ("otpauth", "totp")
    assert parse_qs(link.query) == {"secret": [key], "issuer": ["ReviewHub"]}
    assert unquote(link.path) == "/a&b+c@example.com"
