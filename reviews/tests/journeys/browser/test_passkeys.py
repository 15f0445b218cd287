"""Passkeys in a real browser, which keeps them in an authenticator of its own (Chrome's virtual one)."""

from typing import Any

import pytest

from oauth.models import User
from reviews.tests.support.browser import fits, in_a_browser, log_out, sign_in

pytestmark = in_a_browser

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def authenticator(page: Any, live_server: Any, settings: Any) -> Any:
    """`authenticator(person)`: the person at the browser shows a finger, or does not."""
    settings.PUBLIC_URL = live_server.url
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    name = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]
    yield lambda is_there: devtools.send(
        "WebAuthn.setUserVerified", {"authenticatorId": name, "isUserVerified": is_there}
    )
    devtools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": name})


def test_a_passkey_is_added_and_signs_in_alone_and_as_the_second_step(
    page: Any, live_server: Any, owner: User, authenticator: Any
) -> None:
    page.goto(f"{live_server.url}/security")
    sign_in(page, owner)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("A name to know it by").fill("My laptop")
    assert fits(page)
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Recovery codes')")
    page.get_by_role("link", name="I have them. Go on").click()
    page.wait_for_selector("h3:has-text('My laptop')")
    assert fits(page)
    log_out(page, owner)

    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/admin/")

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/admin/")
    sign_in(page, owner)
    authenticator(False)
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_selector("text=Nothing was chosen in time")
    authenticator(True)
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url("**/admin/")


def test_without_passkeys_nothing_is_offered_that_cannot_work(page: Any, live_server: Any, owner: User) -> None:
    """PUBLIC_URL is another address: the browser would refuse."""
    page.goto(f"{live_server.url}/security/passkeys/add")
    sign_in(page, owner)
    page.wait_for_selector("text=Passkeys do not work here")
    assert not page.get_by_role("button", name="Add it").is_visible()
    page.context.clear_cookies()
    page.goto(f"{live_server.url}/sign-in")
    assert not page.get_by_role("button", name="Sign in with a passkey").is_visible()
