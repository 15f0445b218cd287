"""The libraries that apps are written with, against a live server: its endpoints are taken from its metadata."""

import html
import re
import time
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session as OAuthlibSession

from oauth.applications import create_application
from oauth.models import Account, User

REDIRECT_URI = "https://app.example/callback"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(quick_server: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a running server. It has no TLS, so both libraries must be told that this is meant."""
    settings.PUBLIC_URL = quick_server.url
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("no_proxy", "localhost")
    return str(quick_server.url)


class Client(NamedTuple):
    """What the developer of an app is given."""

    client_id: str
    secret: str
    method: str  # how it authenticates, in the metadata's words
    pkce: str | None

    @property
    def credentials(self) -> dict[str, str]:
        return {"client_id": self.client_id} | ({"client_secret": self.secret} if self.secret else {})

    @property
    def basic(self) -> bool:
        return self.method == "client_secret_basic"


def register(method: str, pkce: str | None) -> Client:
    application, secret = create_application(name="Desk", redirect_uris=[REDIRECT_URI], public=method == "none")
    return Client(application.client_id, secret, method, pkce)


def metadata_of(server: str) -> dict[str, Any]:
    found: dict[str, Any] = requests.get(f"{server}/.well-known/oauth-authorization-server", timeout=60).json()
    return found


# --- An app, written with either library -----------------------------------------------------------


class Library:
    session: Any

    def __init__(self, client: Client, server: dict[str, Any]) -> None:
        self.client = client
        self.server = server
        self.kept: list[dict[str, Any]] = []  # the tokens that the library handed over to be stored

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.session.close()

    @property
    def access_token(self) -> str:
        return str(self.session.token["access_token"])

    def let_expire(self) -> None:
        """Make the library believe that the hour of its access token is over."""
        self.session.token = dict(self.session.token) | {"expires_at": int(time.time()) - 1}


class Authlib(Library):
    def __init__(self, client: Client, server: dict[str, Any]) -> None:
        super().__init__(client, server)
        self.session = AuthlibSession(
            client.client_id,
            client.secret or None,
            token_endpoint_auth_method=client.method,
            revocation_endpoint_auth_method=client.method,
            scope="read write",
            redirect_uri=REDIRECT_URI,
            code_challenge_method=client.pkce,
            token_endpoint=server["token_endpoint"],
            update_token=self._keep,
        )
        self.proof = {"code_verifier": generate_token(64)} if client.pkce else {}

    def _keep(self, token: dict[str, Any], refresh_token: str) -> None:
        self.kept.append(token)

    def authorization_url(self) -> Any:
        return self.session.create_authorization_url(self.server["authorization_endpoint"], **self.proof)

    def fetch_token(self, callback: str, state: str) -> None:
        self.session.fetch_token(authorization_response=callback, state=state, **self.proof)

    def refresh(self) -> None:
        self.session.refresh_token()

    def get(self, url: str) -> Any:
        return self.session.get(url)

    def introspect(self, token: str) -> Any:
        return self.session.introspect_token(self.server["introspection_endpoint"], token)

    def revoke(self, token: str) -> Any:
        return self.session.revoke_token(self.server["revocation_endpoint"], token)


class RequestsOAuthlib(Library):
    def __init__(self, client: Client, server: dict[str, Any]) -> None:
        super().__init__(client, server)
        self.auth = HTTPBasicAuth(client.client_id, client.secret) if client.basic else None
        self.in_body = {} if client.basic else client.credentials
        self.session = OAuthlibSession(
            client.client_id,
            scope=["read", "write"],
            redirect_uri=REDIRECT_URI,
            pkce=client.pkce,
            auto_refresh_url=server["token_endpoint"],
            auto_refresh_kwargs=self.in_body,
            token_updater=self.kept.append,
        )

    def authorization_url(self) -> Any:
        return self.session.authorization_url(self.server["authorization_endpoint"])

    def fetch_token(self, callback: str, state: str) -> None:
        self.session.fetch_token(
            self.server["token_endpoint"],
            authorization_response=callback,
            auth=self.auth,
            include_client_id=not self.client.basic,
            client_secret=self.client.secret or None,
        )

    def refresh(self) -> None:
        self.session.refresh_token(self.server["token_endpoint"], auth=self.auth)

    def get(self, url: str) -> Any:
        """The credentials are for a refresh on the way, where they go into the header."""
        return self.session.get(url, **(self.client.credentials if self.client.basic else {}))

    def introspect(self, token: str) -> Any:
        return self._post(self.server["introspection_endpoint"], token)

    def revoke(self, token: str) -> Any:
        return self._post(self.server["revocation_endpoint"], token)

    def _post(self, url: str, token: str) -> Any:
        """The library has no call for these two."""
        return self.session.post(url, self.in_body | {"token": token}, auth=self.auth, withhold_token=True)


# --- The person at a browser -------------------------------------------------------------------------


def allow(url: str, user: User) -> str:
    """Sign in and allow what the app asks for; returns the address at which the person is back at the app."""
    with requests.Session() as browser:
        sign_in = browser.get(url, timeout=60)
        assert urlsplit(sign_in.url).path == "/sign-in"
        who = {"username": user.email, "password": "correct horse"}
        consent = browser.post(sign_in.url, hidden(sign_in, "next") | who, timeout=60)
        assert consent.url == url
        decision = hidden(consent, "account") | {"decision": "allow"}
        answer = browser.post(url, decision, timeout=60, allow_redirects=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def hidden(page: requests.Response, name: str) -> dict[str, str]:
    """That field of the page's form, and the one against forged requests."""
    found = {}
    for field in ("csrfmiddlewaretoken", name):
        match = re.search(rf'name="{field}" value="([^"]*)"', page.text)
        assert match, page.text
        found[field] = html.unescape(match[1])
    return found


def sent_back(callback: str) -> dict[str, str]:
    assert callback.startswith(f"{REDIRECT_URI}?")
    return {name: value for name, [value] in parse_qs(urlsplit(callback).query).items()}


def me(server: str, access_token: str) -> requests.Response:
    return requests.get(f"{server}/api/v1/me", headers={"Authorization": f"Bearer {access_token}"}, timeout=60)


# --- What holds ------------------------------------------------------------------------------------------


def test_authlib_finds_the_metadata_valid(server: str) -> None:
    metadata = AuthorizationServerMetadata(metadata_of(server))
    metadata.validate()
    assert metadata["issuer"] == server


@pytest.mark.parametrize("library", [Authlib, RequestsOAuthlib])
@pytest.mark.parametrize(
    ("method", "pkce"),
    [
        ("client_secret_post", None),
        ("client_secret_post", "S256"),
        ("client_secret_basic", None),
        ("client_secret_basic", "S256"),
        ("none", "S256"),
    ],
)
def test_an_app_connects_refreshes_and_disconnects(
    library: type[Authlib | RequestsOAuthlib],
    method: str,
    pkce: str | None,
    server: str,
    owner: User,
    account: Account,
) -> None:
    metadata = metadata_of(server)
    for endpoint in ("token", "revocation"):
        assert method in metadata[f"{endpoint}_endpoint_auth_methods_supported"]
    may_introspect = method in metadata["introspection_endpoint_auth_methods_supported"]
    client = register(method, pkce)

    with library(client, metadata) as app:
        url, state = app.authorization_url()
        assert ("code_challenge_method=S256" in url) == bool(pkce)
        callback = allow(url, owner)
        assert sent_back(callback).keys() == {"code", "state", "iss"}
        assert sent_back(callback)["state"] == state
        assert sent_back(callback)["iss"] == metadata["issuer"]

        app.fetch_token(callback, state)
        assert app.get(f"{server}/api/v1/me").json()["account_id"] == str(account.pk)

        first = app.access_token
        app.refresh()
        second = app.access_token
        assert app.get(f"{server}/api/v1/me").status_code == 200
        assert me(server, first).status_code == 401

        app.let_expire()
        assert app.get(f"{server}/api/v1/me").status_code == 200
        assert app.access_token not in (first, second)
        assert app.kept[-1]["access_token"] == app.access_token
        assert me(server, second).status_code == 401

        if may_introspect:
            told = app.introspect(app.access_token).json()
            assert (told["active"], told["client_id"], told["scope"]) == (True, client.client_id, "read write")
        else:
            assert app.introspect(app.access_token).status_code == 401

        assert app.revoke(app.access_token).status_code == 200
        if may_introspect:
            assert app.introspect(app.access_token).json() == {"active": False}
        assert app.get(f"{server}/api/v1/me").status_code == 401


def test_an_app_for_the_reference_product_works_with_another_base_url(
    server: str, owner: User, account: Account
) -> None:
    client = register("client_secret_post", None)
    tokens = f"{server}/api/oauth/zapier/token"
    secret = {"include_client_id": True, "client_secret": client.secret}

    with OAuthlibSession(client.client_id, scope=["read", "write"], redirect_uri=REDIRECT_URI) as app:
        url, _ = app.authorization_url(f"{server}/api/oauth/zapier/authorize")
        app.fetch_token(tokens, authorization_response=allow(url, owner), **secret)
        app.refresh_token(tokens, **client.credentials)
        assert app.get(f"{server}/api/zapier/me").json()["business_name"] == account.name
        assert app.get(f"{server}/api/zapier/status").json()["scopes"] == ["read", "write"]
        assert app.post(f"{server}/api/oauth/zapier/revoke").json()["revoked_count"] == 2
        gone = app.get(f"{server}/api/zapier/status")
        assert (gone.status_code, gone.json()["active"]) == (401, False)
