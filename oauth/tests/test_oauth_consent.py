"""The consent page: the cases of the OAuth server by their numbers."""

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from oauth.models import Account, Grant, Membership, User
from oauth.tests.flow import App, sent_back

pytestmark = pytest.mark.django_db

# --- The consent page ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/oauth/authorize", "/api/oauth/zapier/authorize"])
def test_case_37_signing_in_comes_first_and_leads_back(app: App, path: str) -> None:
    url = app.authorize_url().replace("/oauth/authorize", path)
    response = Client().get(url)
    assert response.status_code == 302
    assert response["Location"] == f"/admin/login/?next={quote(url)}"


@pytest.mark.parametrize(
    "query",
    [
        "client_id=nobody&redirect_uri=https://zapier.example/cb&response_type=code",
        "client_id=zapier&redirect_uri=https://evil.example/cb&response_type=code",
        "client_id=zapier&redirect_uri=https://zapier.example/cb%2F&response_type=code",
        "client_id=zapier&client_id=zapier&redirect_uri=https://zapier.example/cb&response_type=code",
        "client_id=zapier&redirect_uri=https://zapier.example/cb&response_type=code&state=%zz",
        "client_id=zapier%00&redirect_uri=https://zapier.example/cb&response_type=code",
        "response_type=code",
    ],
    ids=range(7),
)
def test_case_38_and_39_no_redirect_to_an_address_that_is_not_known(app: App, query: str) -> None:
    app.browser.force_login(app.user)
    for response in (
        app.browser.get(f"/oauth/authorize?{query}"),
        app.browser.post(f"/oauth/authorize?{query}", {"decision": "deny"}),
        Client().get(f"/oauth/authorize?{query}"),
    ):
        assert response.status_code == 400
        assert "Location" not in response
        assert b"cannot be connected" in response.content


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "admin"}, "invalid_scope"),
    ],
)
def test_case_40_a_wrong_request_goes_back_with_state_and_issuer(app: App, change: dict[str, Any], error: str) -> None:
    app.browser.force_login(app.user)
    back = sent_back(app.browser.get(app.authorize_url(**change)))
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
    assert b"Choose the business" in app.browser.post(app.authorize_url(), form).content
    app.browser.force_login(viewer)
    assert b"No business of yours" in app.browser.get(app.authorize_url()).content
    assert not Grant.objects.exists()


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
