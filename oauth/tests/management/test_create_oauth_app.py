"""`manage.py create_oauth_app`: an app and its secret."""

from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import CommandError

from oauth.models import Application
from oauth.tests.commands import run

pytestmark = pytest.mark.django_db


def test_an_app_is_printed_with_its_secret_once(db: None) -> None:
    printed = run("create_oauth_app", "Zapier", "--redirect-uri", "https://zapier.example/cb")
    application = Application.objects.get()
    secret = printed.split("client secret")[1].split()[0]
    assert application.client_id in printed
    assert check_password(secret, application.client_secret)


def test_a_public_app_has_no_secret(db: None) -> None:
    printed = run("create_oauth_app", "Phone", "--public", "--redirect-uri", "https://phone.example/cb")
    assert "secret" not in printed
    assert Application.objects.get().client_type == "public"


@pytest.mark.parametrize("uri", ["http://app.example/cb", "javascript:alert(1)", "https://*.example/cb", "nonsense"])
def test_an_app_cannot_return_to_just_anywhere(settings: Any, uri: str) -> None:
    with pytest.raises(CommandError):
        run("create_oauth_app", "Evil", "--redirect-uri", uri)
    assert not Application.objects.exists()
