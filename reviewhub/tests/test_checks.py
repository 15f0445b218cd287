"""System checks of the configuration: each finds its fault, and a sound configuration has none."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.core.checks import run_checks

from oauth.models import Application
from oauth.tests.flow import make_application
from reviewhub import checks

pytestmark = pytest.mark.django_db

SOUND = {
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_FROM": "+15005550006",
    "TWILIO_MESSAGING_SERVICE_SID": "",
    "PUBLIC_URL": "https://reviews.example",
    "BEHIND_PROXY": True,
    "OAUTH_TOKEN_KEY": "one",
    "ADDRESS_HASH_KEY": "two",
    "SECOND_FACTOR_KEY": "three",
    "WEBHOOK_KEY": "four",
    "EVIDENCE_KEY": "five",
    "MAIL_PROVIDER": True,
    "TEXT_PROVIDER": True,
    "METRICS_TOKEN": "",
    "SQLITE": False,
    "REDIS_URL": "redis://127.0.0.1",
    "OPERATOR_ALERT_URL": "https://hooks.example/services/T1/B2/x3",
    "OPERATOR_ALERT_NUMBER": "",
}
ALL = [
    checks.check_text_provider,
    checks.check_alarms,
    checks.check_second_way,
    checks.check_addresses,
    checks.check_proxy,
    checks.check_redirect_uris,
    checks.check_keys,
    checks.check_metrics_token,
    checks.check_file_modes,
    checks.check_providers,
    checks.check_provider_events,
    checks.check_services,
]


def ids_found(settings: Any, **changed: Any) -> list[str | None]:
    for name, value in (SOUND | changed).items():
        setattr(settings, name, value)
    messages = [message for check in ALL for message in check(None)]
    assert all(message.hint for message in messages)
    return [message.id for message in messages]


def test_a_sound_configuration_raises_nothing(settings: Any) -> None:
    assert ids_found(settings) == []


def test_a_number_for_alarms_needs_texts(settings: Any) -> None:
    number = {"OPERATOR_ALERT_URL": "", "OPERATOR_ALERT_NUMBER": "+12125550123"}
    assert ids_found(settings, **number) == []
    assert "reviewhub.E008" in ids_found(settings, TEXT_PROVIDER=False, **number)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8065/hooks/x", "http://ntfy.lan/reviews", "https://10.0.0.5/hook"])
def test_alarms_may_go_to_a_program_of_the_operators_own_network(settings: Any, url: str) -> None:
    assert ids_found(settings, OPERATOR_ALERT_URL=url) == []


@pytest.mark.parametrize("key", ["WEBHOOK_SECRET", "RESEND_SIGNING_SECRET", "MAILGUN_API_KEY"])
def test_a_provider_that_can_prove_itself_is_sound(settings: Any, key: str) -> None:
    backend = {"EMAIL_BACKEND": "anymail.backends.resend.EmailBackend"}
    assert ids_found(settings, ANYMAIL={key: "x"}, **backend) == []


@pytest.mark.parametrize(
    ("changed", "id_"),
    [
        ({"TWILIO_AUTH_TOKEN": ""}, "reviewhub.E001"),
        ({"BEHIND_PROXY": False}, "reviewhub.W017"),
        ({"OPERATOR_ALERT_URL": "hooks.example/services"}, "reviewhub.E006"),
        ({"OPERATOR_ALERT_URL": "https://name:password@hooks.example/"}, "reviewhub.E006"),
        ({"OPERATOR_ALERT_NUMBER": "(212) 555-0123"}, "reviewhub.E007"),
        ({"OPERATOR_ALERT_URL": ""}, "reviewhub.W018"),
        ({"TWILIO_FROM": ""}, "reviewhub.E002"),
        ({"TWILIO_ACCOUNT_SID": "", "TWILIO_FROM": ""}, "reviewhub.E003"),
        ({"PUBLIC_URL": "http://reviews.example"}, "reviewhub.W001"),
        ({"PUBLIC_URL": "http://localhost:8000"}, "reviewhub.W008"),
        ({"OAUTH2_PROVIDER": {"ALLOWED_REDIRECT_URI_SCHEMES": ["https", "http"]}}, "reviewhub.W009"),
        ({"OAUTH_TOKEN_KEY": None}, "reviewhub.W002"),
        ({"ADDRESS_HASH_KEY": None}, "reviewhub.W003"),
        ({"SECOND_FACTOR_KEY": None}, "reviewhub.W013"),
        ({"WEBHOOK_KEY": None}, "reviewhub.W014"),
        ({"EVIDENCE_KEY": None}, "reviewhub.W015"),
        ({"METRICS_TOKEN": "x" * 31}, "reviewhub.W011"),
        ({"MAIL_PROVIDER": False}, "reviewhub.W004"),
        ({"TEXT_PROVIDER": False}, "reviewhub.W005"),
        ({"EMAIL_BACKEND": "anymail.backends.postmark.EmailBackend"}, "reviewhub.W012"),
        ({"SQLITE": True}, "reviewhub.W006"),
        ({"REDIS_URL": ""}, "reviewhub.W007"),
    ],
)
def test_a_missing_part_is_found(settings: Any, changed: dict[str, Any], id_: str) -> None:
    changed = {name: settings.SECRET_KEY if value is None else value for name, value in changed.items()}
    assert ids_found(settings, **changed) == [id_]


def test_an_app_with_an_address_without_tls_is_named(settings: Any) -> None:
    make_application(name="Old CRM", redirect_uris="https://crm.example/cb http://crm.example/cb")
    assert ids_found(settings) == ["reviewhub.W010"]
    make_application(name="CLI", client_id="cli", client_type="public", redirect_uris="http://127.0.0.1/cb")
    [fault] = checks.check_redirect_uris(None)
    assert "Old CRM" in fault.msg


@pytest.mark.parametrize("kind", ["settings", "database"])
def test_a_file_with_secrets_that_others_may_open_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str
) -> None:
    file = tmp_path / kind
    file.touch(0o644)
    database = {"default": {"NAME": file if kind == "database" else ":memory:"}}
    monkeypatch.setattr(checks, "settings", SimpleNamespace(SQLITE=True, DATABASES=database))
    monkeypatch.setattr(checks, "ENV_FILE", str(file) if kind == "settings" else "")
    [fault] = checks.check_file_modes(None)
    assert (fault.id, fault.hint) == ("reviewhub.W016", f"chmod 600 {file}")
    file.chmod(0o600)
    assert checks.check_file_modes(None) == []


def test_what_manage_writes_is_for_its_user_alone(tmp_path: Path) -> None:
    program = "import manage, sys; sys.argv = ['manage.py', 'version']; manage.main(); open(sys.path[0] + '/x', 'w')"
    line = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {program}"]
    subprocess.run(line, cwd=settings.BASE_DIR, check=True, stdout=subprocess.DEVNULL)
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o600


def test_no_app_is_sought_without_a_table(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Application._meta, "db_table", "not_migrated_yet")
    assert ids_found(settings) == []


def test_a_long_metrics_token_is_sound(settings: Any) -> None:
    assert ids_found(settings, METRICS_TOKEN="x" * 32) == []


def test_a_messaging_service_is_sender_enough(settings: Any) -> None:
    assert ids_found(settings, TWILIO_FROM="", TWILIO_MESSAGING_SERVICE_SID="MG1") == []


NOT_READY = {"PUBLIC_URL": "http://x", "MAIL_PROVIDER": False, "TEXT_PROVIDER": False, "SQLITE": True, "REDIS_URL": ""}


@pytest.mark.parametrize(
    ("deploy", "ids"),
    [
        (False, {"E001"}),
        (True, {"E001", "W001", "W002", "W003", "W004", "W005", "W006", "W007", "W013", "W014", "W015"}),
    ],
)
def test_django_runs_them_all_and_the_warnings_only_for_deployment(settings: Any, deploy: bool, ids: set[str]) -> None:
    names = ["OAUTH_TOKEN_KEY", "ADDRESS_HASH_KEY", "SECOND_FACTOR_KEY", "WEBHOOK_KEY", "EVIDENCE_KEY"]
    keys = dict.fromkeys(names, settings.SECRET_KEY)
    for name, value in (SOUND | NOT_READY | keys | {"TWILIO_AUTH_TOKEN": ""}).items():
        setattr(settings, name, value)
    ours = {message.id for message in run_checks(include_deployment_checks=deploy) if "reviewhub" in str(message.id)}
    assert ours == {f"reviewhub.{id_}" for id_ in ids}


def test_no_texts_at_all_is_no_half_configuration(settings: Any) -> None:
    assert ids_found(settings, TWILIO_ACCOUNT_SID="", TWILIO_AUTH_TOKEN="", TWILIO_FROM="") == []
