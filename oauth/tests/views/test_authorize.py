"""The consent page: the cases of the OAuth server by their numbers."""

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from oauth.models import Account, Application, Grant, Membership, User
from oauth.tests.flow import VERIFIER, App, pkce, refused, sent_back

pytestmark = pytest.mark.django_db

# --- PKCE -----------------------------------------------------------------------------------------------


def answers_at_once(app: App, **changed: Any) -> list[dict[str, str]]:
    """Return the parameters that the app gets back without a consent page: after GET and after POST."""
    app.browser.force_login(app.user)
    url, form = app.authorize_url(**changed), {"decision": "allow", "account": str(app.account.pk)}
    return [sent_back(app.browser.get(url)), sent_back(app.browser.post(url, form))]


@pytest.mark.parametrize("method", ["plain", None, "s256"])
def test_case_17_another_method_than_s256(app: App, method: str | None) -> None:
    for back in answers_at_once(app, **pkce() | {"code_challenge_method": method}):
        assert (back["error"], back["state"], back["iss"]) == ("invalid_request", "xyz", "http://testserver")
    assert not Grant.objects.exists()


@pytest.mark.parametrize("challenge", ["x" * 200, "x" * 42, "x" * 44, "x" * 42 + "+"])
def test_case_18_a_challenge_that_cannot_be_one(app: App, challenge: str) -> None:
    for back in answers_at_once(app, **pkce(code_challenge=challenge)):
        assert (back["error"], back["state"], back["iss"]) == ("invalid_request", "xyz", "http://testserver")
    assert not Grant.objects.exists()


def test_case_19_a_public_client_needs_pkce(app: App) -> None:
    Application.objects.update(client_type="public")
    assert [back["error"] for back in answers_at_once(app)] == ["invalid_request", "invalid_request"]
    code = app.code(**pkce())
    refused(app.exchange(code, client_secret=None), 400, "invalid_request")
    assert app.exchange(code, client_secret=None, code_verifier=VERIFIER).status_code == 200


def test_case_19_a_code_that_was_issued_before_the_client_became_public(app: App) -> None:
    code = app.code()
    Application.objects.update(client_type="public")
    refused(app.exchange(code, client_secret=None), 400, "invalid_request")
    refused(app.exchange(code, client_secret=None, code_verifier=VERIFIER), 400, "invalid_grant")


# --- Asking ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/oauth/authorize", "/api/oauth/zapier/authorize"])
def test_case_37_signing_in_comes_first_and_leads_back(app: App, path: str) -> None:
    url = app.authorize_url().replace("/oauth/authorize", path)
    response = Client().get(url)
    assert response.status_code == 302
    assert response["Location"] == f"/sign-in?next={quote(url)}"


SOUND = "client_id=zapier&redirect_uri=https://zapier.example/cb&response_type=code"


def refused_without_a_redirect(app: App, query: str) -> None:
    app.browser.force_login(app.user)
    for response in (
        app.browser.get(f"/oauth/authorize?{query}"),
        app.browser.post(f"/oauth/authorize?{query}", {"decision": "allow", "account": str(app.account.pk)}),
        app.browser.post(f"/oauth/authorize?{query}", {"decision": "deny"}),
        Client().get(f"/oauth/authorize?{query}"),
    ):
        assert response.status_code == 400
        assert "Location" not in response
        assert b"cannot be connected" in response.content


@pytest.mark.parametrize(
    "query",
    [
        SOUND.replace("zapier&", "nobody&"),
        SOUND.replace("zapier.example", "evil.example"),
        SOUND.replace("/cb", "/cb/"),
        SOUND.replace("/cb", "/cb%2F"),
        SOUND.replace("https", "http"),
        SOUND + "&client_id=zapier",
        SOUND + "&state=a&state=b",
        SOUND + "&state=" + "x" * 5000,
        "response_type=code",
    ],
    ids=range(9),
)
def test_case_38_an_app_or_address_that_is_not_known_or_said_twice(app: App, query: str) -> None:
    refused_without_a_redirect(app, query)


@pytest.mark.parametrize("query", [SOUND + "&state=%zz", SOUND + "&state=%ff", SOUND.replace("zapier&", "zapier%00&")])
def test_case_39_what_cannot_be_read(app: App, query: str) -> None:
    refused_without_a_redirect(app, query)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (SOUND.replace("zapier&", "nobody&"), "nobody has registered it here"),
        ("response_type=code", "nobody has registered it here"),
        (SOUND.replace("zapier.example", "evil.example"), "Zapier wants you to be sent back to an address"),
        (SOUND + "&state=a&state=b", "stands there twice"),
    ],
)
def test_a_bad_link_says_in_words_what_is_wrong_and_who_can_mend_it(app: App, query: str, words: str) -> None:
    page = " ".join(app.browser.get(f"/oauth/authorize?{query}").content.decode().split())
    assert words in page
    assert "Nothing was given away" in page
    assert "the makers of the app, and the operator of this site" in page
    assert "evil.example" not in page


def test_case_39_an_app_that_was_switched_off_while_the_page_was_open(app: App) -> None:
    app.browser.force_login(app.user)
    assert app.browser.get(app.authorize_url()).status_code == 200
    Application.objects.update(is_active=False)
    refused_without_a_redirect(app, SOUND)
    assert not Grant.objects.exists()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "admin"}, "invalid_scope"),
        ({"scope": "read admin"}, "invalid_scope"),
    ],
)
def test_case_40_a_wrong_request_goes_back_with_state_and_issuer(app: App, change: dict[str, Any], error: str) -> None:
    for back in answers_at_once(app, **change):
        assert (back["error"], back["state"], back["iss"]) == (error, "xyz", "http://testserver")


@pytest.mark.parametrize("scope", [None, ""])
def test_case_41_without_a_scope_both_are_asked_for(app: App, scope: str | None) -> None:
    app.browser.force_login(app.user)
    page = app.browser.get(app.authorize_url(scope=scope)).content.decode()
    assert "See your customers" in page
    assert "Ask your customers" in page
    assert "Riverside Dental" in page
    assert "zapier.example" in page


def test_case_42_no_is_told_to_the_app(app: App) -> None:
    back = sent_back(app.answer("deny"))
    assert (back["error"], back["state"], back["iss"]) == ("access_denied", "xyz", "http://testserver")
    assert app.answer("deny", redirect_uri="https://evil.example/").status_code == 400
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(app.user)
    assert strict.post(app.authorize_url(), {"decision": "allow"}).status_code == 403


def test_the_consent_page_cannot_be_framed_or_kept_and_lets_the_redirect_through(app: App) -> None:
    app.browser.force_login(app.user)
    response = app.browser.get(app.authorize_url())
    assert response["X-Frame-Options"] == "DENY"
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"
    policy = response["Content-Security-Policy"]
    assert "form-action 'self' https://zapier.example" in policy
    assert "frame-ancestors 'none'" in policy


def test_only_an_account_that_the_person_runs_can_be_connected(app: App, viewer: User, other_account: Account) -> None:
    app.browser.force_login(app.user)
    form = {"decision": "allow", "account": str(other_account.pk)}
    response = app.browser.post(app.authorize_url(), form)
    assert response.status_code == 400
    assert b"Choose the business" in response.content
    app.browser.force_login(viewer)
    assert b"No business of yours" in app.browser.get(app.authorize_url()).content
    assert not Grant.objects.exists()


def test_with_several_accounts_those_that_the_role_allows_are_to_choose_from(app: App, other_account: Account) -> None:
    Membership.objects.create(account=other_account, user=app.user, role="manager")
    app.browser.force_login(app.user)
    content = app.browser.get(app.authorize_url()).content.decode()
    assert content.count('type="radio"') == 2
    Membership.objects.filter(account=other_account).update(role="viewer")
    content = app.browser.get(app.authorize_url()).content.decode()
    assert 'type="radio"' not in content
    assert "Harbour Garage" not in content


def test_a_form_that_was_open_for_too_long_gets_a_friendly_page(app: App) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(app.user)
    response = strict.post(app.authorize_url(), {"decision": "allow"})
    assert response.status_code == 403
    assert "Once more, please" in response.content.decode()


def test_an_app_with_one_address_need_not_name_it(app: App) -> None:
    app.browser.force_login(app.user)
    assert "zapier.example" in app.browser.get(app.authorize_url(redirect_uri=None)).content.decode()
    assert "code" in sent_back(app.answer(redirect_uri=None))


def test_with_several_accounts_the_chosen_one_is_connected(app: App, other_account: Account) -> None:
    Membership.objects.create(account=other_account, user=app.user, role="manager")
    app.account = other_account
    pair = app.pair()
    headers = {"Authorization": f"Bearer {pair['access_token']}"}
    assert app.server.get("/api/v1/me", headers=headers).json()["business_name"] == "Harbour Garage"


def test_case_44_a_token_that_may_only_read(app: App) -> None:
    pair = app.exchange(app.code(scope="read")).json()
    headers = {"Authorization": f"Bearer {pair['access_token']}"}
    response = app.server.post("/api/v1/review-requests", {"email": "a@b.example"}, "application/json", headers=headers)
    assert (response.status_code, response.json()["error"]) == (403, "insufficient_scope")


# --- Apps on people's devices (RFC 8252) ------------------------------------------------------------------


@pytest.fixture
def native(app: App) -> App:
    uris = "http://127.0.0.1/cb http://[::1]/cb com.example.app:/cb"
    Application.objects.update(client_type="public", client_secret="", redirect_uris=uris)
    app.application.refresh_from_db()
    return app


@pytest.mark.parametrize(
    ("uri", "source"),
    [
        ("http://127.0.0.1:51004/cb", "http://127.0.0.1:51004"),
        ("http://[::1]:51004/cb", "http:"),
        ("com.example.app:/cb", "com.example.app:"),
    ],
)
def test_an_app_on_a_device_gets_its_code_there(native: App, uri: str, source: str) -> None:
    asked = {"redirect_uri": uri} | pkce()
    native.browser.force_login(native.user)
    page = native.browser.get(native.authorize_url(**asked))
    assert "on this device" in page.content.decode()
    assert f"form-action 'self' {source};" in page["Content-Security-Policy"] + ";"
    back = native.answer(**asked)["Location"]
    assert back.startswith(f"{uri}?code=")
    code = back.partition("code=")[2].partition("&")[0]
    changed = native.exchange(code, client_secret=None, code_verifier=VERIFIER, redirect_uri="http://127.0.0.1:1/cb")
    refused(changed, 400, "invalid_grant")
    pair = native.exchange(code, client_secret=None, code_verifier=VERIFIER, redirect_uri=uri)
    assert pair.status_code == 200


@pytest.mark.parametrize("uri", ["http://127.0.0.1:51004/other", "http://localhost:51004/cb", "com.example.app:/x"])
def test_another_address_of_a_device_is_none_of_the_app(native: App, uri: str) -> None:
    native.browser.force_login(native.user)
    assert native.browser.get(native.authorize_url(redirect_uri=uri, **pkce())).status_code == 400


def test_an_app_on_a_device_needs_pkce(native: App) -> None:
    native.browser.force_login(native.user)
    back = native.browser.get(native.authorize_url(redirect_uri="com.example.app:/cb"))["Location"]
    assert back.startswith("com.example.app:/cb?error=invalid_request&")


def test_a_confidential_app_has_one_port(app: App) -> None:
    Application.objects.update(redirect_uris="http://127.0.0.1:3000/cb")
    app.browser.force_login(app.user)
    assert app.browser.get(app.authorize_url(redirect_uri="http://127.0.0.1:3001/cb")).status_code == 400
