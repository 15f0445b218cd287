"""An OAuth client for tests: it knows one application and speaks to the views."""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.test import Client

from oauth.models import Account, Application, Membership, User

REDIRECT_URI = "https://zapier.example/cb"
SECRET = "s" * 43
PASSWORD = "correct horse"  # of everybody in the tests
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()

# What takes away the ground that keys and tokens stand on.
ENDINGS = {
    "user off": lambda: User.objects.update(is_active=False),
    "account off": lambda: Account.objects.update(is_active=False),
    "no longer a member": lambda: Membership.objects.all().delete(),
}


def make_application(**fields: Any) -> Application:
    made: Application = Application.objects.create(
        **{
            "name": "Zapier",
            "client_id": "zapier",
            "client_secret": SECRET,
            "client_type": "confidential",
            "authorization_grant_type": "authorization-code",
            "redirect_uris": REDIRECT_URI,
        }
        | fields
    )
    return made


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/sign-in", {"username": email, "password": password} | more)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))  # as it is now: its sessions may have ended since it was read
    return client


@dataclass
class App:
    user: User
    account: Account
    application: Application
    browser: Client = field(default_factory=Client)
    server: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    @property
    def credentials(self) -> dict[str, str]:
        return {"client_id": self.application.client_id, "client_secret": SECRET}

    def authorize_url(self, **changed: str | None) -> str:
        query = {
            "response_type": "code",
            "client_id": self.application.client_id,
            "redirect_uri": REDIRECT_URI,
            "state": "xyz",
        } | changed
        return "/oauth/authorize?" + urlencode({name: value for name, value in query.items() if value is not None})

    def answer(self, decision: str | None = "allow", **changed: str | None) -> Any:
        """The consent form, sent with that decision."""
        self.browser.force_login(User.objects.get(pk=self.user.pk))  # its sessions may have ended since it was read
        form = {"decision": decision or "", "account": str(self.account.pk)}
        return self.browser.post(self.authorize_url(**changed), form)

    def code(self, **changed: str | None) -> str:
        response = self.answer(**changed)
        assert response.status_code == 302, response.content
        return sent_back(response)["code"]

    def token(self, body: dict[str, Any] | None = None, **given: Any) -> Any:
        """A call of the token endpoint, as a form."""
        return self.server.post(
            "/oauth/token", urlencode(body or given), content_type="application/x-www-form-urlencoded"
        )

    def exchange(self, code: str | None = None, **changed: Any) -> Any:
        body = {
            "grant_type": "authorization_code",
            "code": code or self.code(),
            "redirect_uri": REDIRECT_URI,
        } | self.credentials
        return self.token({name: value for name, value in (body | changed).items() if value is not None})

    def refresh(self, refresh_token: str, **changed: Any) -> Any:
        body = {"grant_type": "refresh_token", "refresh_token": refresh_token} | self.credentials
        return self.token({name: value for name, value in (body | changed).items() if value is not None})

    def pair(self) -> dict[str, Any]:
        response = self.exchange()
        assert response.status_code == 200, response.content
        found: dict[str, Any] = response.json()
        return found

    def alive(self, access_token: str) -> bool:
        response = self.server.get("/api/v1/status", headers={"Authorization": f"Bearer {access_token}"})
        return bool(response.status_code == 200)

    def revoke(self, bearer: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {bearer}"}
        if body is None:
            return self.server.generic("POST", "/oauth/revoke", headers=headers)
        return self.server.post("/oauth/revoke", body, content_type="application/json", headers=headers)


def sent_back(response: Any) -> dict[str, str]:
    """The parameters that a redirect carries to the client."""
    assert response["Location"].startswith(REDIRECT_URI)
    return {name: values[0] for name, values in parse_qs(urlsplit(response["Location"]).query).items()}


def refused(response: Any, status: int, code: str) -> None:
    assert response.status_code == status, response.content
    body = response.json()
    assert body["error"] == code
    assert body["error_description"]
    assert response["Cache-Control"] == "no-store"


def pkce(**changed: str) -> dict[str, Any]:
    return {"code_challenge": CHALLENGE, "code_challenge_method": "S256"} | changed
