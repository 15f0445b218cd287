"""Recipients are spoken to in their business's language, and nothing is left out of a translation."""

import os
import shutil
import subprocess
import sys
from datetime import datetime
from gettext import GNUTranslations
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client

from oauth.models import Account
from reviewhub.languages import find_languages, translate
from reviewhub.testing import make_account
from reviews.delivery.content.render import render
from reviews.delivery.content.segments import measure
from reviews.delivery.content.templates import VARIABLES, check_template, fill
from reviews.delivery.content.wording import check_wording
from reviews.models import Delivery, FollowUpStep
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.once

LOCALE = Path(settings.LOCALE_PATHS[0])
TRANSLATED = [code for code, _ in settings.LANGUAGES if code != "en"]


def catalogue(language: str) -> Any:
    with (LOCALE / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return [message for message in read_po(file) if message.id]


def test_the_languages_are_english_and_those_that_have_a_folder(tmp_path: Path) -> None:
    assert settings.LANGUAGES == [("en", "English"), ("de", "Deutsch"), ("es", "Español"), ("fr", "Français")]
    for name in ("pt_BR", "xx", "en"):
        (tmp_path / name / "LC_MESSAGES").mkdir(parents=True)
    (tmp_path / "empty").mkdir()
    assert find_languages(tmp_path) == [("en", "English"), ("pt-br", "Português brasileiro"), ("xx", "Xx")]


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated_and_keeps_its_places(language: str) -> None:
    for message in catalogue(language):
        assert message.string, message.id
        assert not message.fuzzy, message.id
        assert set((message.python_format and _places(message.id)) or ()) == set(_places(message.string)), message.id


def _places(text: str) -> list[str]:
    return [part.partition(")")[0] for part in text.split("%(")[1:]]


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_compiled_is_what_stands_in_the_file(language: str) -> None:
    with (LOCALE / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        compiled = GNUTranslations(file)
    for message in catalogue(language):
        assert compiled.gettext(message.id) == message.string, "run `make messages`"


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs gettext")
@pytest.mark.parametrize("language", TRANSLATED)
def test_no_text_of_the_code_is_missing_from_the_file(language: str, tmp_path: Path) -> None:
    for name in ("reviews", "reviewhub", "templates"):
        shutil.copytree(Path(settings.BASE_DIR) / name, tmp_path / name)
    shutil.rmtree(tmp_path / "templates" / "account")
    (tmp_path / "locale").mkdir()
    make = [sys.executable, "-m", "django", "makemessages", "-l", language, "--no-location", "--no-wrap"]
    without_settings = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(make, cwd=tmp_path, env=without_settings, check=True, capture_output=True)
    with (tmp_path / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        found = {message.id for message in read_po(file) if message.id}
    assert found == {message.id for message in catalogue(language)}, "run `make messages`"


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("who", ["Jane", ""])
def test_the_first_messages_keep_our_own_rules_in_every_language(db: None, language: str, who: str) -> None:
    account = make_account("Riverside Dental", language=language)
    steps = FollowUpStep.objects.filter(sequence__account=account).order_by("position")
    assert steps[0].email_subject != "How did we do, {{ first_name | default: 'there' }}?"
    for step in steps:
        for text in (step.email_subject, step.email_text, step.sms_text):
            assert check_template(text) == check_wording(text) == []
            filled = fill(text, VARIABLES | {"first_name": who})
            assert " ," not in filled
            assert "  " not in filled
        assert "STOP" in step.sms_text
        assert "business_name" in step.sms_text
        assert measure(fill(step.sms_text, VARIABLES | {"first_name": who})).culprits == ()


def test_a_page_speaks_the_accounts_language(client: Client, account: Account, now: datetime) -> None:
    asked(account, now)
    url = f"/r/{Delivery.objects.get().link_token}"
    seen = {}
    for code, _ in settings.LANGUAGES:
        Account.objects.update(language=code)
        pages = [client.get(url + path).content.decode() for path in ("", "/unsubscribe", "/preferences")]
        pages.append(client.post(url, {}).content.decode())  # refused in words
        assert all(f'<html lang="{code}" dir="ltr">' in page for page in pages)
        seen[code] = pages
    assert "Bewerten Sie uns auf Google" in seen["de"][0]
    assert "¿Qué tal le fue con nosotros, Jane?" in seen["es"][0]
    assert "Arrêter les e-mails" in seen["fr"][1]
    assert "E-Mail" in seen["de"][2]
    assert "Elija un número" in seen["es"][3]


def test_who_has_no_business_is_answered_in_the_browsers_language(client: Client, db: None) -> None:
    response = client.get("/r/nope", headers={"accept-language": "fr-CA,fr;q=0.9"})
    assert "Ce lien ne mène nulle part" in response.content.decode()
    response = client.get("/r/nope", headers={"accept-language": "tlh"})
    assert "This link leads nowhere" in response.content.decode()


def test_the_frame_of_a_mail_speaks_the_accounts_language(account: Account, now: datetime) -> None:
    asked(account, now)
    Account.objects.update(language="de")
    delivery = Delivery.objects.select_related("account", "request__contact").get()
    step = FollowUpStep.objects.filter(sequence__account=account).order_by("position")[0]
    message = render(delivery, step)
    assert "Keine solchen E-Mails mehr: http" in message.text
    assert ">Keine solchen E-Mails mehr</a>" in message.html
    assert "Sagen Sie uns, wie es war" in message.html
    assert '<html lang="de">' in message.html


def test_an_unknown_language_is_refused_by_name(account: Account) -> None:
    account.language = "tlh"
    with pytest.raises(ValidationError, match="tlh is none of the languages here: en, de, es, fr"):
        account.full_clean()


def test_one_text_in_two_languages() -> None:
    assert translate("Save", "de") == "Speichern"
    assert translate("Save", "en") == "Save"
