import pytest
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from oauth.applications import create_application
from oauth.models import Application

GOOD = "https://app.example/callback"


@pytest.mark.django_db
def test_everything_that_is_wrong_is_said_at_once_and_by_its_field() -> None:
    app = Application(
        name="x",
        client_type="confidential",
        authorization_grant_type="authorization-code",
        client_secret="typed",
        redirect_uris=f"http://a.example/\n{GOOD} {GOOD}",
    )
    with pytest.raises(ValidationError) as caught:
        app.full_clean()
    assert caught.value.message_dict["client_secret"] == ["A secret is generated, never typed."]
    assert len(caught.value.message_dict["redirect_uris"]) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("secret", ["typed", "x" * 128, "rhs_short", "pbkdf2_sha256$1$a$b", "md5$a$0"])
def test_a_secret_that_was_not_generated_is_refused(secret: str) -> None:
    with pytest.raises(ValidationError, match="never typed"):
        create_application(name="x", redirect_uris=[GOOD], client_secret=secret)
    assert not Application.objects.exists()


@pytest.mark.django_db
def test_a_new_app_gets_a_generated_secret_and_can_be_saved_again() -> None:
    _, secret = create_application(name="x", redirect_uris=[GOOD])
    stored = Application.objects.get()
    assert check_password(secret, stored.client_secret)
    stored.full_clean()
    stored.save()
    assert Application.objects.get().client_secret == stored.client_secret
    assert stored.client_secret.startswith("generated_hmac_sha256$")


@pytest.mark.django_db
def test_the_librarys_own_command_makes_a_sound_app(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("createapplication", "confidential", "authorization-code", "--redirect-uris", GOOD, "--name", "CRM")
    secret = capsys.readouterr().out.split()[-1]
    assert secret.startswith("rhs_")
    assert check_password(secret, Application.objects.get().client_secret)


@pytest.mark.django_db
def test_the_command_says_what_is_wrong_with_an_address() -> None:
    with pytest.raises(CommandError, match="not encrypted"):
        call_command("create_oauth_app", "CRM", "--redirect-uri", "http://app.example/cb")


@pytest.mark.django_db
def test_only_a_public_app_calls_from_a_browser() -> None:
    app, _ = create_application(name="x", redirect_uris=[GOOD], origins=["https://app.example"], public=True)
    assert app.allowed_origins == "https://app.example"
    with pytest.raises(ValidationError, match="Only a public app"):
        create_application(name="x", redirect_uris=[GOOD], origins=["https://app.example"])
    with pytest.raises(ValidationError, match="is no origin"):
        create_application(name="x", redirect_uris=[GOOD], origins=["https://app.example", "https://b/c"], public=True)


@pytest.mark.django_db
def test_the_command_registers_an_app_that_runs_in_browsers_and_on_devices() -> None:
    uris = [f"--redirect-uri={uri}" for uri in ("http://127.0.0.1/cb", "com.example.app:/cb")]
    call_command("create_oauth_app", "App", *uris, "--origin", "https://app.example", "--public")
    app = Application.objects.get()
    assert app.redirect_uris.split() == ["http://127.0.0.1/cb", "com.example.app:/cb"]
    assert app.allowed_origins == "https://app.example"
    with pytest.raises(CommandError, match="not encrypted"):
        call_command("create_oauth_app", "App", *uris)
