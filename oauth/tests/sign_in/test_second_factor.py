from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from oauth.models import User
from oauth.sign_in import adapters
from oauth.tests.authenticator import Phone, confirm, give_phone
from oauth.tests.flow import PASSWORD, App, sent_back, sign_in, signed_in
from oauth.tests.test_at_rest import everything_stored
from oauth.tests.waiting import mails

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(owner: User) -> Phone:
    return give_phone(owner)


def enter(client: Client, code: str) -> Any:
    return client.post("/sign-in/code", {"code": code})


# --- Signing in --------------------------------------------------------------------------------------


def test_the_password_alone_opens_no_door(client: Client, app: App, phone: Phone) -> None:
    assert sign_in(client, app.user.email)["Location"] == "/sign-in/code"
    for door in ("/admin/", "/admin/operations/", "/connections", "/security", app.authorize_url()):
        response = client.get(door, follow=True)
        assert response.redirect_chain[-1][0].startswith("/sign-in?next="), door
    assert "_auth_user_id" not in client.session


def test_the_code_leads_on_with_a_fresh_session(client: Client, app: App, phone: Phone) -> None:
    sign_in(client, app.user.email, next=app.authorize_url())
    before = client.cookies["sessionid"].value
    assert enter(client, phone.code())["Location"] == app.authorize_url()
    assert client.cookies["sessionid"].value != before
    assert "code" in sent_back(client.post(app.authorize_url(), {"decision": "allow", "account": str(app.account.pk)}))


def test_without_a_second_factor_the_session_is_fresh_too(client: Client, owner: User) -> None:
    client.get("/security")
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = str(session.session_key)
    sign_in(client, owner.email)
    assert client.cookies["sessionid"].value != session.session_key


def test_staff_land_in_the_back_office(client: Client, owner: User, phone: Phone) -> None:
    sign_in(client, owner.email)
    assert enter(client, phone.code())["Location"] == "/admin/"


@pytest.mark.parametrize("steps", [-1, 1])
def test_a_clock_that_is_half_a_minute_off_is_no_trouble(client: Client, owner: User, phone: Phone, steps: int) -> None:
    sign_in(client, owner.email)
    assert enter(client, phone.code(steps)).status_code == 302


@pytest.mark.parametrize("steps", [-3, 3])
def test_an_old_code_is_worth_nothing(client: Client, owner: User, phone: Phone, steps: int) -> None:
    sign_in(client, owner.email)
    assert "is not right" in enter(client, phone.code(steps)).content.decode()


def test_a_code_opens_once(owner: User, phone: Phone) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        code = phone.code()
        for expected in (302, 200):
            client = Client()
            sign_in(client, owner.email)
            assert enter(client, code).status_code == expected
        clock.shift(31)
        assert enter(client, code[:3] + " " + code[3:]).status_code == 200  # still within the tolerated step
        assert enter(client, phone.code()).status_code == 302


def test_a_code_opens_once_although_the_cache_forgot_it(owner: User, phone: Phone) -> None:
    """RFC 6238 §5.2; the cache of another process, or of a Redis that was started again, knows nothing of it."""
    with time_machine.travel(timezone.now(), tick=False):
        for expected in (302, 200):
            client = Client()
            sign_in(client, owner.email)
            assert enter(client, phone.code()).status_code == expected
            cache.clear()


def test_the_codes_that_are_kept_as_used_are_few(owner: User, phone: Phone) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(8):
            client = Client()
            sign_in(client, owner.email)
            assert enter(client, phone.code()).status_code == 302
            clock.shift(31)
        assert len(Authenticator.objects.get(type="totp").data["used"]) <= 5


def test_guesses_of_codes_are_counted_while_redis_is_away(owner: User, phone: Phone, without_redis: None) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        client = Client()
        sign_in(client, owner.email)
        for _ in range(10):
            assert enter(client, phone.wrong_code()).status_code == 200
        assert "Too many wrong codes" in enter(client, phone.code()).content.decode()


def test_a_recovery_code_opens_once(owner: User, phone: Phone) -> None:
    code = RecoveryCodes.activate(owner).get_unused_codes()[0]
    for expected in (302, 200):
        client = Client()
        sign_in(client, owner.email)
        assert enter(client, code).status_code == expected


def test_who_guesses_codes_has_to_wait_from_wherever_they_come(owner: User, phone: Phone, stranger: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client, elsewhere = Client(), Client(REMOTE_ADDR="192.0.2.7")
        for each in (client, elsewhere):
            sign_in(each, owner.email)
        for _ in range(10):
            assert enter(client, phone.wrong_code()).status_code == 200
        assert "Too many wrong codes" in enter(elsewhere, phone.code()).content.decode()
        assert sign_in(client, stranger.email)["Location"] == "/admin/"
        clock.shift(601)
        assert enter(elsewhere, phone.code()).status_code == 302


def test_who_guesses_on_is_told_when_to_come_back(client: Client, owner: User, phone: Phone, stranger: User) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        sign_in(client, owner.email)
        for _ in range(20):
            assert enter(client, phone.wrong_code()).status_code == 200
        response = enter(client, phone.code())
        assert response.status_code == 429
        assert 1 <= int(response["Retry-After"]) <= 60
        assert "Too many wrong codes" in response.content.decode()
        assert "_auth_user_id" not in client.session
        other = give_phone(stranger)  # at the same address, and nobody else's trouble
        sign_in(client, stranger.email)
        assert enter(client, other.code()).status_code == 302


def test_the_second_step_waits_a_quarter_of_an_hour(client: Client, owner: User, phone: Phone) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        sign_in(client, owner.email)
        clock.move_to(now + timedelta(minutes=16))
        assert enter(client, phone.code())["Location"] == "/sign-in"


def test_who_was_switched_off_between_the_steps_is_not_in(client: Client, owner: User, phone: Phone) -> None:
    sign_in(client, owner.email)
    User.objects.update(is_active=False)
    enter(client, phone.code())
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("scope", ["read", "admin"])
def test_the_second_step_names_the_app_and_lets_its_form_lead_there(
    client: Client, app: App, phone: Phone, scope: str
) -> None:
    sign_in(client, app.user.email, next=app.authorize_url(scope=scope))
    response = client.get("/sign-in/code")
    assert "zapier.example" in response.content.decode()
    assert "form-action 'self' https://zapier.example" in response["Content-Security-Policy"]


def test_the_pages_keep_the_strict_policy(owner: User, phone: Phone) -> None:
    client = signed_in(owner)
    confirm(client)
    for path in ("/security", "/security/app/remove", "/security/recovery-codes/new", "/password/change"):
        policy = client.get(path)["Content-Security-Policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy, path


def test_the_code_page_is_for_who_gave_a_password(client: Client) -> None:
    assert client.get("/sign-in/code")["Location"] == "/sign-in"


# --- Setting it up, and taking it away -----------------------------------------------------------------


def set_up(client: Client) -> Phone:
    phone = Phone(client.get("/security/app").context["form"].secret)
    assert client.post("/security/app", {"code": phone.code()})["Location"] == "/security/recovery-codes"
    return phone


def test_a_person_sets_up_a_phone_and_sees_the_recovery_codes_once(
    owner: User, django_capture_on_commit_callbacks: Any
) -> None:
    client = signed_in(owner)
    assert client.get("/security/app")["Location"] == "/security/confirm?next=%2Fsecurity%2Fapp"
    confirm(client)
    assert 'src="data:image/svg+xml;base64,' in client.get("/security/app").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        phone = set_up(client)
    codes = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes()
    first, second = (client.get("/security/recovery-codes") for _ in range(2))
    assert len(codes) == 10
    assert all(code in first.content.decode() for code in codes)
    assert "no-store" in first["Cache-Control"]
    assert not [code for code in codes if code in second.content.decode()]
    assert mails(1)[0].subject == "Authenticator App Activated"
    again = Client()
    sign_in(again, owner.email)
    assert enter(again, phone.code(1)).status_code == 302


def test_a_wrong_code_sets_up_nothing(owner: User) -> None:
    client = signed_in(owner)
    confirm(client)
    phone = Phone(client.get("/security/app").context["form"].secret)
    response = client.post("/security/app", {"code": phone.wrong_code()})
    assert "is not right" in response.content.decode()
    assert phone.secret in response.content.decode()  # the same one: the app need not scan again
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("path", ["/security/app", "/security/app/remove", "/security/recovery-codes/new"])
def test_whoever_finds_a_screen_unlocked_changes_nothing(owner: User, path: str) -> None:
    if path != "/security/app":
        give_phone(owner)
    client = signed_in(owner)
    for method in ("get", "post"):
        assert getattr(client, method)(path)["Location"].startswith("/security/confirm?next="), method
    assert "not your password" in client.post("/security/confirm", {"password": "wrong"}).content.decode()
    assert Authenticator.objects.count() == (path != "/security/app")


def test_passwords_cannot_be_guessed_there_either(owner: User) -> None:
    client = signed_in(owner)
    answers = [client.post("/security/confirm", {"password": "wrong"}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert answers[-1]["Retry-After"] == "60"
    assert "Too many tries" in answers[-1].content.decode()


def test_a_person_removes_the_phone_and_the_codes_go_with_it(owner: User, phone: Phone) -> None:
    RecoveryCodes.activate(owner)
    client = signed_in(owner)
    confirm(client)
    assert client.post("/security/app/remove")["Location"] == "/security"
    assert not Authenticator.objects.exists()
    assert sign_in(Client(), owner.email)["Location"] == "/admin/"


def test_a_code_confirms_as_well_as_the_password(owner: User, phone: Phone) -> None:
    client = signed_in(owner)
    client.post("/security/confirm/code", {"code": phone.code()})
    assert client.get("/security/app/remove").status_code == 200


def test_new_recovery_codes_end_the_old_ones(owner: User, phone: Phone) -> None:
    old = RecoveryCodes.activate(owner).get_unused_codes()[0]
    client = signed_in(owner)
    confirm(client)
    client.post("/security/recovery-codes/new")
    again = Client()
    sign_in(again, owner.email)
    assert enter(again, old).status_code == 200


def test_the_database_holds_nothing_that_makes_codes(owner: User, phone: Phone) -> None:
    codes = RecoveryCodes.activate(owner).get_unused_codes()
    stored = everything_stored()
    assert "mfa_authenticator" in stored or Authenticator.objects.count() == 2
    assert not [secret for secret in (phone.secret, *codes) if secret in stored]


OF_THEN = (  # what version 1 wrote for this secret under this key
    *("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "the key of version 1"),
    "gAAAAABrCwX0br--KpTmMNfrGkW0_JasL3gVq0PVuI1U1b_zBuMqkxYp3V4QcoLq1MRDlGLbuTln8KZXqdgiTyGt5WckYOm70We9Xj5Q5vBwXO"
    "BrcJNpdoerRTTD7XTHohDEwkCJna3U",
)


def test_a_secret_that_was_stored_by_version_1_can_be_read(settings: Any) -> None:
    secret, settings.SECOND_FACTOR_KEY, stored = OF_THEN
    assert adapters.SecondFactorAdapter().decrypt(stored) == secret


def test_the_key_can_be_changed_and_nobody_notices(settings: Any, owner: User) -> None:
    settings.SECOND_FACTOR_KEY, settings.SECOND_FACTOR_KEY_FALLBACKS = "one", []
    phone, codes = give_phone(owner), RecoveryCodes.activate(owner).get_unused_codes()
    settings.SECOND_FACTOR_KEY, settings.SECOND_FACTOR_KEY_FALLBACKS = "two", ["one"]
    first, second = Client(), Client()
    sign_in(first, owner.email)
    assert enter(first, codes[0]).status_code == 302
    assert adapters.renew_encryption() == 2
    assert adapters.renew_encryption() == 0
    settings.SECOND_FACTOR_KEY_FALLBACKS = []
    sign_in(second, owner.email)
    assert enter(second, phone.code()).status_code == 302
    row = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES)
    assert RecoveryCodes(row).get_unused_codes() == codes[1:]  # the one that was used stays used


def test_a_recovery_code_that_is_used_while_the_key_changes_stays_used(
    settings: Any, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SECOND_FACTOR_KEY, settings.SECOND_FACTOR_KEY_FALLBACKS = "one", []
    codes = RecoveryCodes.activate(owner).get_unused_codes()
    settings.SECOND_FACTOR_KEY, settings.SECOND_FACTOR_KEY_FALLBACKS = "two", ["one"]
    renew = adapters._renew

    def use_a_code_before(key: int) -> bool:
        assert RecoveryCodes(Authenticator.objects.get(pk=key)).validate_code(codes[0])
        return renew(key)

    monkeypatch.setattr(adapters, "_renew", use_a_code_before)
    assert adapters.renew_encryption() == 1
    settings.SECOND_FACTOR_KEY_FALLBACKS = []
    assert RecoveryCodes(Authenticator.objects.get()).get_unused_codes() == codes[1:]


def test_a_factor_under_a_lost_key_is_named_in_the_log_and_holds_nobody_up(
    settings: Any, owner: User, operator: User, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SECOND_FACTOR_KEY, settings.SECOND_FACTOR_KEY_FALLBACKS = "lost", []
    give_phone(owner)
    settings.SECOND_FACTOR_KEY = "one"
    give_phone(operator)
    settings.SECOND_FACTOR_KEY, settings.SECOND_FACTOR_KEY_FALLBACKS = "two", ["one"]
    before = Authenticator.objects.get(user=owner).data
    assert adapters.renew_encryption() == 1
    assert Authenticator.objects.get(user=owner).data == before
    assert "SECOND_FACTOR_KEY is not the one of then" in caplog.text


def test_under_another_key_people_are_told_whom_to_ask(
    settings: Any, client: Client, owner: User, phone: Phone
) -> None:
    settings.SECOND_FACTOR_KEY = "another"
    sign_in(client, owner.email)
    response = enter(client, phone.code())
    assert response.status_code == 200
    assert "Ask the operator" in response.content.decode()


def test_the_operator_removes_a_lost_phone_and_sees_no_secret(owner: User, operator: User, phone: Phone) -> None:
    RecoveryCodes.activate(owner)
    client, row = signed_in(operator), Authenticator.objects.get(type="totp")
    page = client.get(reverse("admin:mfa_authenticator_change", args=[row.pk]))
    assert row.data["secret"] not in page.content.decode()
    client.post(reverse("admin:mfa_authenticator_delete", args=[row.pk]), {"post": "yes"})
    assert sign_in(Client(), owner.email)["Location"] == "/admin/"
    assert not Authenticator.objects.exists()  # the recovery codes are gone, too


def test_the_operators_own_phone_is_removed_from_the_shell(operator: User, phone: Phone) -> None:
    give_phone(operator)
    RecoveryCodes.activate(operator)
    call_command("remove_second_factor", operator.email.upper())
    assert not Authenticator.objects.filter(user=operator).exists()
    assert Authenticator.objects.count() == 1  # somebody else's
    with pytest.raises(CommandError, match="Nobody"):
        call_command("remove_second_factor", operator.email)


# --- Staff must have one -------------------------------------------------------------------------------


def test_staff_are_led_to_the_set_up_from_every_door_and_then_on(settings: Any, app: App) -> None:
    settings.STAFF_MUST_HAVE_MFA = True
    client = Client()
    sign_in(client, app.user.email)
    for door in ("/admin/", "/connections", "/security", app.authorize_url()):
        assert client.get(door)["Location"] == "/security/app", door
    form = {"decision": "allow", "account": str(app.account.pk)}
    assert client.post(app.authorize_url(), form)["Location"] == "/security/app"
    confirm(client)
    set_up(client)
    codes = client.get("/security/recovery-codes").content.decode()
    assert f'href="{app.authorize_url().replace("&", "&amp;")}"' in codes
    assert client.get("/admin/").status_code == 200
    assert "code" in sent_back(client.post(app.authorize_url(), form))


def test_the_way_out_stays_open(settings: Any, owner: User) -> None:
    settings.STAFF_MUST_HAVE_MFA = True
    client = signed_in(owner)
    assert client.get("/password/change").status_code == 200
    assert client.post("/sign-out")["Location"] == "/sign-in"


def test_the_rule_asks_nothing_of_others(settings: Any, owner: User) -> None:
    settings.STAFF_MUST_HAVE_MFA = True
    User.objects.update(is_staff=False)
    assert signed_in(owner).get("/connections").status_code == 302
    assert "/connections/" in signed_in(owner).get("/connections")["Location"]
    assert Client().get("/sign-in").status_code == 200


def test_without_the_rule_nobody_is_asked(owner: User) -> None:
    assert signed_in(owner).get("/admin/").status_code == 200


# --- Signing up ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/signup/", "/accounts/signup/", "/sign-up", "/accounts/login/", "/email/"])
def test_nobody_signs_up_or_finds_another_door(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404
    assert not get_adapter().is_open_for_signup(None)


# --- Password ------------------------------------------------------------------------------------------


def ask_for_reset(client: Client, email: str, **more: Any) -> Any:
    return client.post("/password/reset", {"email": email}, **more)


def reset_link(number: int = 1) -> str:
    body = str(mails(number)[number - 1].body)
    return next(line for line in body.splitlines() if "/password/reset/" in line).removeprefix("http://testserver")


def test_a_forgotten_password_is_set_anew_by_mail_and_the_link_works_once(client: Client, owner: User) -> None:
    response = ask_for_reset(client, owner.email.upper())
    assert response["Location"] == "/password/reset/sent"
    link = reset_link()
    assert "http://testserver/password/reset/" in str(mail.outbox[0].body)
    assert f"a new password for {owner.email}." in str(mail.outbox[0].body)
    page = client.get(link, follow=True)
    path = page.redirect_chain[-1][0]
    assert "set-password" in path
    new = {"password1": "battery staple 9", "password2": "battery staple 9"}
    assert client.post(path, new)["Location"] == "/password/reset/done"
    assert "_auth_user_id" not in client.session
    assert sign_in(Client(), owner.email, "battery staple 9").status_code == 302
    assert sign_in(Client(), owner.email).status_code == 200
    assert "works no more" in Client().get(link).content.decode()


@pytest.mark.parametrize("who", ["nobody", "switched off"])
def test_an_address_that_nobody_signs_in_with_gets_the_same_answer_and_no_mail(owner: User, who: str) -> None:
    known = ask_for_reset(Client(), owner.email)
    mails(1)
    if who == "switched off":
        User.objects.update(is_active=False)
    other = ask_for_reset(Client(), owner.email if who == "switched off" else "nobody@example.com")
    assert (other.status_code, other["Location"], other.content) == (known.status_code, known["Location"], b"")
    assert len(mails(1)) == 1


def test_the_link_of_a_reset_ends_after_an_hour(client: Client, owner: User) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        ask_for_reset(client, owner.email)
        link = reset_link()
        clock.move_to(now + timedelta(minutes=59))
        assert client.get(link).status_code == 302
        clock.move_to(now + timedelta(minutes=61))
        assert "works no more" in client.get(link).content.decode()


def test_the_link_leads_to_the_public_address_whatever_host_was_asked(
    client: Client, owner: User, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://reviews.example"
    ask_for_reset(client, owner.email)
    assert reset_link().startswith("https://reviews.example/password/reset/")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_mail_server_that_is_down_does_not_tell_who_is_known(client: Client, owner: User, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert ask_for_reset(client, owner.email)["Location"] == "/password/reset/sent"
    mails(0)


def test_a_mailbox_is_not_flooded(client: Client, owner: User) -> None:
    answers = [ask_for_reset(client, owner.email) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert answers[-1]["Retry-After"] == "60"
    assert len(mails(5)) == 5


def test_a_reset_leaves_the_second_factor(client: Client, owner: User, phone: Phone) -> None:
    ask_for_reset(client, owner.email)
    path = client.get(reset_link(), follow=True).redirect_chain[-1][0]
    client.post(path, {"password1": "battery staple 9", "password2": "battery staple 9"})
    assert sign_in(client, owner.email, "battery staple 9")["Location"] == "/sign-in/code"


def test_a_password_is_changed_with_the_old_one_and_other_devices_are_out(
    owner: User, django_capture_on_commit_callbacks: Any
) -> None:
    here, there = Client(), Client()
    for each in (here, there):
        sign_in(each, owner.email)
    form = {"oldpassword": "wrong", "password1": "battery staple 9", "password2": "battery staple 9"}
    assert "not your password" in here.post("/password/change", form).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert here.post("/password/change", form | {"oldpassword": PASSWORD})["Location"] == "/security"
    assert here.get("/admin/").status_code == 200
    assert there.get("/admin/").status_code == 302
    assert owner.email not in str(mails(1)[0].subject)


def test_the_back_office_leads_to_the_same_page(owner: User) -> None:
    client = signed_in(owner)
    assert client.get("/admin/password_change/")["Location"] == "/password/change"
    assert 'href="/security"' in client.get("/admin/").content.decode()


def test_a_foreign_wish_is_not_followed_behind_the_code(client: Client, owner: User, phone: Phone) -> None:
    sign_in(client, owner.email, next="https://evil.example/")
    response = client.post("/sign-in/code?next=" + quote("https://evil.example/"), {"code": phone.code()})
    assert response["Location"] == "/admin/"
