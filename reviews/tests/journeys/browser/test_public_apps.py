"""Public apps in a real browser: one that runs in a page of another site, and one on a person's device."""

import json
import re
from typing import Any

import pytest
from django.conf import settings as given

from oauth.applications import create_application
from oauth.models import Account, User
from oauth.tests.flow import CHALLENGE, VERIFIER
from reviews.tests.support.browser import in_a_browser, sign_in

pytestmark = in_a_browser

FETCH = """async ([url, options]) => {
    try {
        const answer = await fetch(url, options)
        return [answer.status, answer.headers.get("X-Request-ID"), await answer.json()]
    } catch (error) { return String(error) }
}"""

FAILED = "TypeError: Failed to fetch"


@pytest.fixture
def elsewhere(httpserver: Any) -> str:
    """Another site: its pages are empty."""
    httpserver.expect_request(re.compile(".*")).respond_with_data("<title>Elsewhere</title>", content_type="text/html")
    return str(httpserver.url_for("")).rstrip("/")


@pytest.fixture
def while_developing(settings: Any) -> None:
    """The other site's pages have no TLS here."""
    settings.OAUTH2_PROVIDER = given.OAUTH2_PROVIDER | {"ALLOWED_REDIRECT_URI_SCHEMES": ["https", "http"]}


def connect(page: Any, live_server: Any, owner: User, client_id: str, back: str) -> str:
    """Connect the app as a person does; return the code."""
    asked = f"response_type=code&client_id={client_id}&redirect_uri={back}&state=xyz"
    page.goto(f"{live_server.url}/oauth/authorize?{asked}&code_challenge={CHALLENGE}&code_challenge_method=S256")
    sign_in(page, owner)
    page.wait_for_selector("text=will be able to")
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url("**/cb?code=*")
    return str(page.url).partition("code=")[2].partition("&")[0]


def exchange(client_id: str, code: str, back: str) -> dict[str, Any]:
    body = {"grant_type": "authorization_code", "client_id": client_id, "code": code, "redirect_uri": back}
    headers = {"Content-Type": "application/json"}
    return {"method": "POST", "headers": headers, "body": json.dumps(body | {"code_verifier": VERIFIER})}


@pytest.mark.usefixtures("while_developing")
def test_a_page_of_another_site_calls_for_its_own_app_alone(
    page: Any, live_server: Any, owner: User, account: Account, elsewhere: str
) -> None:
    back = f"{elsewhere}/cb"
    app, _ = create_application(name="Page", redirect_uris=[back], origins=[elsewhere], public=True)
    code = connect(page, live_server, owner, app.client_id, back)
    status, _, pair = page.evaluate(FETCH, [f"{live_server.url}/oauth/token", exchange(app.client_id, code, back)])
    assert status == 200
    me, headers = f"{live_server.url}/api/v1/me", {"Authorization": f"Bearer {pair['access_token']}"}
    status, request_id, body = page.evaluate(FETCH, [me, {"headers": headers}])
    assert (status, body["account_id"]) == (200, str(account.pk))
    assert request_id
    app.allowed_origins = "https://moved.example"
    app.save()
    other, _ = create_application(name="Other", redirect_uris=[back], origins=[elsewhere], public=True)
    page = page.context.new_page()  # whose complaints are none of ours
    page.goto(back)
    assert page.evaluate(FETCH, [me, {"headers": headers}]) == FAILED  # the token is another app's
    other.delete()
    headers["Idempotency-Key"] = "x"  # a preflight that is not remembered
    assert page.evaluate(FETCH, [me, {"headers": headers}]) == FAILED


def test_an_app_on_a_device_is_sent_back_to_whatever_port_it_has(
    page: Any, live_server: Any, owner: User, account: Account, elsewhere: str
) -> None:
    app, _ = create_application(name="Desk", redirect_uris=["http://localhost/cb"], public=True)
    code = connect(page, live_server, owner, app.client_id, f"{elsewhere}/cb")
    assert len(code) > 20
