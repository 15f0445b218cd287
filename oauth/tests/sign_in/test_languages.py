"""The language of people's pages: the person's own, else the browser's; never that of programs, or of what is sent."""

from typing import Any

import pytest
from django.core import mail
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.utils.translation import get_language, gettext

from oauth.models import Account, User
from oauth.owners import mail_owners
from oauth.sign_in.languages import NOT_FOR_PEOPLE, speak_persons_language
from oauth.tests.flow import signed_in
from reviewhub.languages import persons_language
from reviewhub.testing import make_member

pytestmark = pytest.mark.django_db

AMERICAN = "en-US,en;q=0.9,de;q=0.5"


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        ("", "", "en"),
        ("", "de-AT,de;q=0.9,en;q=0.5", "de"),
        ("", "tlh,fr-CA;q=0.8", "fr"),
        ("", "tlh", "en"),
        ("", AMERICAN, "en-us"),
        ("", "en-GB,en-US;q=0.5", "en"),
        ("es", AMERICAN, "es"),
        ("en", AMERICAN, "en-us"),
        ("en", "de-DE,de;q=0.9", "en"),
        ("en", "de-DE,en-US;q=0.5", "en-us"),
        ("", "\x00;q=nan,,,;", "en"),
    ],
)
def test_the_choice_goes_before_the_browser_and_english_has_the_hours_of_its_region(
    chosen: str, accepted: str, language: str
) -> None:
    assert persons_language(chosen, accepted) == language


@pytest.mark.parametrize(
    ("path", "is_persons"),
    [
        ("/admin/", True),
        ("/security", True),
        ("/sign-in/code", True),
        ("/oauth/authorize", True),
        ("/api/oauth/zapier/authorize", True),
        ("/no/such/page", True),
        ("/api/v1/contacts", False),
        ("/api/docs", False),
        ("/oauth/token", False),
        ("/hooks/twilio/message", False),
        ("/r/abcdefghijklmnop", False),
        ("/b/23456789", False),
        ("/healthz", False),
        ("/metrics", False),
        ("/.well-known/oauth-authorization-server", False),
    ],
)
def test_the_pages_of_people_are_told_from_what_programs_and_customers_call(path: str, is_persons: bool) -> None:
    assert (NOT_FOR_PEOPLE.match(path) is None) == is_persons


def test_a_page_says_its_language_in_the_document_and_in_headers(client: Client) -> None:
    response = client.get("/sign-in", headers={"accept-language": "de"})
    assert '<html lang="de">' in response.content.decode()
    assert "Anmelden" in response.content.decode()
    assert response["Content-Language"] == "de"
    assert "Accept-Language" in response["Vary"]
    assert get_language() == "en"  # it ends with the request


def test_a_page_that_is_not_there_speaks_the_persons_language(owner: User) -> None:
    owner.language = "fr"
    owner.save()
    assert '<html lang="fr">' in signed_in(owner).get("/nothing/here").content.decode()


def test_the_choice_is_kept_and_answered_in_the_new_language(owner: User) -> None:
    browser = signed_in(owner)
    response = browser.post("/language", {"language": "de", "next": "/security"}, follow=True)
    owner.refresh_from_db()
    assert owner.language == "de"
    assert response.redirect_chain[0][0] == "/security"
    page = response.content.decode()
    assert 'lang="de"' in page
    assert "Das ist jetzt Ihre Sprache." in page
    assert '<option value="de" selected>Deutsch</option>' in page
    browser.post("/language", {"language": ""}, headers={"accept-language": "es"})
    owner.refresh_from_db()
    assert owner.language == ""
    assert 'lang="es"' in browser.get("/security", headers={"accept-language": "es"}).content.decode()


@pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_the_choice_leads_to_no_foreign_page(owner: User, wanted: str) -> None:
    assert signed_in(owner).post("/language", {"language": "de", "next": wanted})["Location"] == "/security"


def test_a_language_that_is_not_here_is_refused(owner: User) -> None:
    assert signed_in(owner).post("/language", {"language": "tlh"}).status_code == 400
    owner.refresh_from_db()
    assert owner.language == ""


def test_a_stranger_chooses_no_language_and_a_link_changes_none(client: Client, owner: User) -> None:
    assert client.post("/language", {"language": "de"})["Location"].startswith("/sign-in")
    assert signed_in(owner).get("/language?language=de").status_code == 405
    assert not User.objects.exclude(language="").exists()


def test_the_language_costs_no_statement(owner: User, django_assert_num_queries: Any) -> None:
    browser = signed_in(owner)
    browser.get("/security")
    with django_assert_num_queries(0):
        Client().get("/sign-in", headers={"accept-language": "de"})
    owner.language = "de"
    owner.save()
    with django_assert_num_queries(1) as captured:
        assert User.objects.get(pk=owner.pk).language == "de"  # it comes with the row of the person
    assert "language" in captured.captured_queries[0]["sql"]


def test_a_file_that_is_streamed_is_written_in_the_persons_language(owner: User) -> None:
    def view(request: Any) -> StreamingHttpResponse:
        return StreamingHttpResponse(gettext("Sign in") for _ in range(2))

    request = RequestFactory().get("/admin/x.csv", headers={"accept-language": "de"})
    request.user = User()
    response: Any = speak_persons_language(view)(request)
    assert list(response) == [b"Anmelden", b"Anmelden"]
    assert get_language() == "en"


def test_an_error_leaves_no_language_behind(owner: User) -> None:
    def view(request: Any) -> HttpResponse:
        raise RuntimeError

    request = RequestFactory().get("/admin/", headers={"accept-language": "de"})
    request.user = User()
    with pytest.raises(RuntimeError):
        speak_persons_language(view)(request)
    assert get_language() == "en"


# --- Mail -------------------------------------------------------------------------------------------


def test_each_owner_is_written_to_in_their_own_language_and_others_in_the_accounts(account: Account) -> None:
    account.language = "fr"
    account.save()
    languages = {"deutsch@example.com": "de", "english@example.com": "en", "nobody@example.com": ""}
    for email, language in languages.items():
        User.objects.filter(pk=make_member(account, "owner", email).pk).update(language=language)
    endpoint = type("Endpoint", (), {"account": account, "url": "https://x.example", "__str__": lambda _: "x"})()
    context = {"endpoint": endpoint, "address": "https://reviews.example/x"}
    assert mail_owners(account, template="reviews/mail/endpoint_off", context=context)
    subjects = {message.to[0]: message.subject for message in mail.outbox}
    assert subjects["english@example.com"] == "Riverside Dental: webhooks to x were switched off"
    assert len(set(subjects.values())) == 3
    assert {message.to[0]: "Nothing is lost" in str(message.body) for message in mail.outbox} == {
        "deutsch@example.com": False,
        "english@example.com": True,
        "nobody@example.com": False,
    }


@pytest.mark.parametrize(
    ("chosen", "subject"), [("de", "Ein neues Passwort für ReviewHub"), ("", "Una contraseña nueva para ReviewHub")]
)
def test_the_link_for_a_new_password_comes_in_the_persons_language(
    client: Client, owner: User, chosen: str, subject: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.filter(pk=owner.pk).update(language=chosen)
    monkeypatch.setattr("threading.Thread.start", lambda thread: thread.run())
    client.post("/password/reset", {"email": owner.email}, headers={"accept-language": "es"})
    assert [message.subject for message in mail.outbox] == [subject]
