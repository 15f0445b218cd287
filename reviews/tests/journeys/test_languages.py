"""Recipients and staff are spoken to in their language, and nothing is left out of a translation."""

import importlib
import os
import re
import shutil
import subprocess
import sys
from datetime import datetime
from gettext import GNUTranslations
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils.translation import trans_real

from oauth.models import Account
from reviewhub.languages import find_languages, translate
from reviews.delivery.content.render import render
from reviews.models import Delivery, FollowUpStep, Sequence
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.once

LOCALE = Path(settings.LOCALE_PATHS[0])
# The tool by which translations are made: what it calls a gap is one here.
_loader = SourceFileLoader("translations", str(Path(settings.BASE_DIR) / ".ci" / "translations"))
translations: Any = module_from_spec(spec_from_loader("translations", _loader) or pytest.fail("no tool"))
_loader.exec_module(translations)
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
    gaps = [message.id for message in catalogue(language) if translations.is_gap(message)]
    assert not gaps, f"make gaps LANGUAGE={language}; docs/translating.md says how they are filled"
    wrong = {str(message.id): words for message in catalogue(language) if (words := translations.problem_with(message))}
    assert not wrong


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_compiled_is_what_stands_in_the_file(language: str) -> None:
    with (LOCALE / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        compiled = GNUTranslations(file)
    for message in catalogue(language):
        if isinstance(message.id, str):
            said = compiled.pgettext(message.context, message.id) if message.context else compiled.gettext(message.id)
            assert said == message.string, "run `make messages`"
        else:
            said_of = [compiled.ngettext(message.id[0], message.id[1], number) for number in (1, 2)]
            assert said_of == list(message.string), "run `make messages`"


@pytest.fixture(scope="module")
def texts_of_the_code(tmp_path_factory: pytest.TempPathFactory) -> set[Any]:
    """Find every marked text, as `make messages` does."""
    folder = tmp_path_factory.mktemp("code")
    for name in ("reviews", "reviewhub", "oauth", "templates"):
        shutil.copytree(Path(settings.BASE_DIR) / name, folder / name, ignore=shutil.ignore_patterns("tests", "*.pyc"))
    (folder / "locale").mkdir()
    make = [sys.executable, "-m", "django", "makemessages", "-l", "de", "--no-location", "--no-wrap"]
    without_settings = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(make, cwd=folder, env=without_settings, check=True, capture_output=True)
    with (folder / "locale" / "de" / "LC_MESSAGES" / "django.po").open("rb") as file:
        return {(message.context, message.id) for message in read_po(file) if message.id}


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs gettext")
@pytest.mark.parametrize("language", TRANSLATED)
def test_no_text_of_the_code_is_missing_from_the_file(language: str, texts_of_the_code: set[Any]) -> None:
    own = {(message.context, message.id) for message in catalogue(language)}
    assert texts_of_the_code == own, "run `make messages`"


def test_a_gap_and_a_wrong_place_are_found() -> None:
    whole = Message("%(name)s, hello", string="Hallo, %(name)s")
    assert (translations.is_gap(whole), translations.problem_with(whole)) == (False, "")
    assert translations.is_gap(Message("Hello", string=""))
    assert translations.is_gap(Message("Hello", string="Hallo", flags=["fuzzy"]))
    assert translations.is_gap(Message(("one", "many"), string=("eins", "")))
    for other in ("Hallo", "Hallo %(nam)s", "Hallo %(name)"):
        assert translations.problem_with(Message("%(name)s, hello", string=other)) == "other places"
    assert translations.problem_with(Message("<b>Hi</b> {row}", string="Hallo {row}")) == "other places"


# Texts of the theme and of the queue's pages that nobody sees: lines of its log, and texts of its commands.
UNSEEN = re.compile(
    r"%\(|[Cc]luster|[Rr]eincarnated|recycled|SIGALARM|psutil|affinity|SAVE_LIMIT|croniter|malformed|queueing|Press q"
    r"|Monitors|General information|Avg time|\(MB\)|\(%\)"
    r"|^(TQ|RQ|RC|Up|Host|Queued|Pool|State|Idle|Stopp\w+|Starting|Working)$"
    r"|Workers|Restarts|Successes|Tasks/|View history"
)


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs gettext")
@pytest.mark.parametrize("library", ["unfold", "django_q"])
def test_the_librarys_texts_are_translated_by_it_or_by_us(library: str, tmp_path: Path) -> None:
    source = Path(str(importlib.import_module(library).__file__)).parent
    shutil.copytree(source, tmp_path / library, ignore=shutil.ignore_patterns("locale", "contrib", "tests", "*.js"))
    (tmp_path / "locale").mkdir()
    make = [sys.executable, "-m", "django", "makemessages", "-l", "de", "--no-location", "--no-wrap"]
    without_settings = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(make, cwd=tmp_path, env=without_settings, check=True, capture_output=True)
    with (tmp_path / "locale" / "de" / "LC_MESSAGES" / "django.po").open("rb") as file:
        texts = [message.id for message in read_po(file) if isinstance(message.id, str) and message.id]
    seen = [text for text in texts if not UNSEEN.search(text)]
    assert len(seen) > 30
    catalogues: Any = trans_real
    missing = {
        (language, text)
        for language in TRANSLATED
        for text in seen
        if catalogues.translation(language)._catalog.get(text) is None
    }
    assert not missing, "list them in reviewhub/backoffice/library_texts.py, and translate them"


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
    assert "Ne plus recevoir d’e-mails" in seen["fr"][1]
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
    Sequence.objects.update(language="de")
    step = FollowUpStep.objects.filter(sequence__account=account).order_by("position")[0]
    message = render(delivery, step)
    assert "Keine E-Mails dieser Art mehr: http" in message.text
    assert ">Keine E-Mails dieser Art mehr</a>" in message.html
    assert "Sagen Sie uns, wie es war" in message.html
    assert '<html lang="de">' in message.html


def test_an_unknown_language_is_refused_by_name(account: Account) -> None:
    account.language = "tlh"
    with pytest.raises(ValidationError, match="tlh is none of the languages here: en, de, es, fr"):
        account.full_clean()


def test_one_text_in_two_languages() -> None:
    assert translate("Save", "de") == "Speichern"
    assert translate("Save", "en") == "Save"
