"""The language of pages: whose it is, how it is switched, and what a look at a page leaves alone."""

from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from oauth.models import Account
from reviews.models import Contact, Delivery, Feedback, ReviewRequest
from reviews.tests.support.helpers import asked

LANGUAGES = [code for code, _ in settings.LANGUAGES]


@pytest.fixture
def url(account: Account, now: datetime) -> str:
    asked(account, now)
    return f"/r/{Delivery.objects.get().link_token}"


def heading(answer: Any) -> str:
    return str(answer.content.decode().partition("<h1")[2].partition(">")[2].split("</h1>")[0].strip())


def language(answer: Any) -> str:
    return str(answer.content.decode().split('<html lang="')[1][:2])


def test_a_page_speaks_the_customers_language_before_the_asks_and_the_accounts(client: Client, url: str) -> None:
    assert language(client.get(url)) == "en"
    Account.objects.update(language="fr")
    assert language(client.get(url)) == "fr"
    ReviewRequest.objects.update(language="de-AT")
    assert language(client.get(url)) == "de"
    Contact.objects.update(language="es-MX")
    for path in ("", "/unsubscribe", "/preferences"):
        assert language(client.get(url + path)) == "es"
    assert heading(client.get(url)) == "¿Qué tal le fue con nosotros, Jane?"
    ReviewRequest.objects.update(status="cancelled", ended_at="2026-01-01T00:00Z")
    gone = client.get(url)
    assert (gone.status_code, language(gone)) == (410, "es")


@pytest.mark.parametrize("place", ["", "/unsubscribe", "/preferences"])
def test_an_address_may_name_the_language_and_changes_nothing(client: Client, url: str, place: str) -> None:
    page = client.get(f"{url}{place}?language=es")
    assert language(page) == "es"
    assert Contact.objects.get().language == ""
    assert "?language=es" in page.content.decode()  # its forms and links keep to it
    assert language(client.get(f"{url}{place}?language=tlh")) == "en"


@pytest.mark.parametrize("place", ["", "unsubscribe", "preferences"])
def test_a_press_keeps_the_language_and_the_place(client: Client, url: str, place: str) -> None:
    page = f"{url}/{place}".rstrip("/")
    assert f'formaction="{url}/language' in client.get(page).content.decode()
    answer = client.post(f"{url}/language" + (f"?at={place}" if place else ""), {"language": "de"})
    assert (answer.status_code, answer["Location"]) == (303, page)
    assert Contact.objects.get().language == "de"
    assert language(client.get(page)) == "de"
    assert "Set-Cookie" not in answer.headers
    assert not Feedback.objects.exists()
    assert ReviewRequest.objects.get().responded_at is None


def test_what_was_typed_is_still_there_in_the_other_language(client: Client, url: str) -> None:
    answer = client.post(f"{url}/language", {"language": "fr", "rating": "4", "text": "L'accueil <b>"})
    page = answer.content.decode()
    assert (answer.status_code, language(answer)) == (200, "fr")
    assert "L&#x27;accueil &lt;b&gt;</textarea>" in page
    assert 'value="4" aria-label="4 sur 5" checked' in page
    assert not Feedback.objects.exists()


def test_the_thanks_are_said_again_in_the_other_language(client: Client, url: str) -> None:
    thanks = client.post(url, {"text": "Fine."})
    assert "/language?at=thanks" in thanks.content.decode()
    assert heading(client.post(f"{url}/language?at=thanks", {"language": "de"})) == "Vielen Dank"
    assert Feedback.objects.get().text == "Fine."


@pytest.mark.parametrize("chosen", ["tlh", "", "de-AT", "x" * 1000])
def test_a_language_that_is_none_of_ours_is_not_kept(client: Client, url: str, chosen: str) -> None:
    assert client.post(f"{url}/language", {"language": chosen}).status_code == 404
    assert Contact.objects.get().language == ""


def test_the_switch_takes_no_get_no_stranger_and_ends_with_the_request(client: Client, url: str) -> None:
    assert client.get(f"{url}/language").status_code == 405
    assert client.post("/r/Zk3vQ9x1T0aB7c2d/language", {"language": "de"}).status_code == 404
    ReviewRequest.objects.update(status="cancelled", ended_at="2026-01-01T00:00Z")
    assert client.post(f"{url}/language", {"language": "de"}).status_code == 410
    assert Contact.objects.get().language == ""


def test_the_switch_is_limited_as_all_forms_are(client: Client, url: str) -> None:
    answers = [client.post(f"{url}/language", {"language": "de"}).status_code for _ in range(31)]
    assert answers == [303] * 30 + [429]


def test_the_switch_names_each_language_in_itself_and_marks_the_present_one(client: Client, url: str) -> None:
    page = client.get(url).content.decode()
    assert '<strong lang="en" aria-current="true">English</strong>' in page
    for code, name in settings.LANGUAGES:
        if code != "en":
            assert f'value="{code}" lang="{code}">{name}</button>' in page


def test_the_printed_codes_page_switches_without_knowing_anybody(client: Client, account: Account) -> None:
    url = f"/b/{account.scan_code}"
    answer = client.post(f"{url}/language", {"language": "es"})
    assert (answer.status_code, answer["Location"]) == (303, f"{url}?language=es")
    page = client.get(answer["Location"])
    assert heading(page) == "¿Qué tal le fue con nosotros?"
    assert f'action="{url}?language=es#answer"' in page.content.decode()
    assert "Muchas gracias" in client.post(f"{url}?language=es", {"text": "Bien."}).content.decode()
    typed = client.post(f"{url}/language", {"language": "de", "text": "Halb"}).content.decode()
    assert "Halb</textarea>" in typed
    assert f'action="{url}?language=de#answer"' in typed
    thanks = client.post(f"{url}/language?at=thanks", {"language": "de"}).content.decode()
    assert "Vielen Dank" in thanks
    assert Feedback.objects.count() == 1
    assert client.post(f"{url}/language", {"language": "tlh"}).status_code == 404
    assert client.get(f"{url}/language").status_code == 405
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("informal", [False, True])
def test_every_page_is_whole_in_each_language_and_form(client: Client, url: str, code: str, informal: bool) -> None:
    """No text is missing, and none is left in English: a misspelt name in a template would leave a gap."""
    Account.objects.update(language=code, is_informal=informal, name="Praxis Dr. Müller")
    pages = [client.get(url + path) for path in ("", "/unsubscribe", "/preferences")]
    pages += [client.post(url, {}), client.post(url, {"text": "Gut."}), client.post(f"{url}/unsubscribe")]
    pages += [client.get("/r/nope?language=" + code)]
    for answer in pages:
        page = answer.content.decode()
        assert f'<html lang="{code}"' in page
        for empty in (
            "<h1></h1>",
            "<h2></h2>",
            "<p></p>",
            "<title> – ",
            'aria-label=""',
            "<legend></legend>",
        ):
            assert empty not in "".join(line.strip() for line in page.splitlines())
        if code != "en":
            for english in ("you", "your", "Your", "Thank", "stop", "review"):
                assert f" {english} " not in page


def test_own_words_stand_in_the_accounts_language_where_they_are_not_translated(client: Client, url: str) -> None:
    german = {"page_heading": "Wie war der Ölwechsel, {{ first_name }}?"}
    Account.objects.update(
        page_heading="How was your oil change?", page_text="Call us: 555.", page_translations={"de": german}
    )
    Contact.objects.update(language="de")
    page = client.get(url).content.decode()
    assert "<span>Wie war der Ölwechsel, Jane?</span>" in page
    assert '<div lang="en"><p>Call us: 555.</p></div>' in page
    Contact.objects.update(language="es")
    assert '<span lang="en">How was your oil change?</span>' in client.get(url).content.decode()
    Contact.objects.update(language="")
    assert "<span>How was your oil change?</span>" in client.get(url).content.decode()


def test_own_words_in_another_language_alone_stand_there_alone(client: Client, url: str) -> None:
    Account.objects.update(page_translations={"de": {"page_heading": "Wie war der Ölwechsel, {{ first_name }}?"}})
    Contact.objects.update(language="de")
    assert "<span>Wie war der Ölwechsel, Jane?</span>" in client.get(url).content.decode()
    Contact.objects.update(language="")
    assert "Ölwechsel" not in client.get(url).content.decode()
