"""The weight of pages, as a browser fetches them for the first time."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler

from oauth.models import Account, User
from reviews.tests.support.browser import DESK, in_a_browser, sign_in

pytestmark = in_a_browser

FIRST_PAGE = 150_000  # bytes over the wire, with all that the page asks for
DOCUMENT = 40_000


@pytest.fixture
def fetch(
    chromium: Any, live_server: Any, owner: User, account: Account, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], dict[str, int]]:
    """`fetch(path)`: what a browser fetches that was never here before, by address, with the bytes over the wire."""
    # The test server would serve static files itself, past our middleware.
    monkeypatch.setattr(StaticFilesHandler, "_should_handle", lambda *_: False)

    def measure(path: str) -> dict[str, int]:
        first = chromium.new_context(viewport=DESK)
        page = first.new_page()
        page.goto(f"{live_server.url}/admin/")
        sign_in(page, owner)
        page.wait_for_url("**/admin/")
        cookies = first.cookies()
        first.close()
        context = chromium.new_context(viewport=DESK)
        context.add_cookies(cookies)
        page = context.new_page()
        devtools = context.new_cdp_session(page)
        devtools.send("Network.enable")
        addresses: dict[str, str] = {}
        sizes: dict[str, int] = {}
        devtools.on(
            "Network.requestWillBeSent", lambda event: addresses.update({event["requestId"]: event["request"]["url"]})
        )
        devtools.on(
            "Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]})
        )
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")
        context.close()
        assert sizes
        return {addresses[request].removeprefix(live_server.url): size for request, size in sizes.items()}

    return measure


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/admin/", FIRST_PAGE),
        ("/admin/reviews/reviewrequest/", FIRST_PAGE),
        ("/admin/settings/connections/", FIRST_PAGE),
        ("/security", FIRST_PAGE),
        ("/api/docs", DOCUMENT),
    ],
)
def test_a_page_is_light_even_without_a_proxy(fetch: Callable[[str], dict[str, int]], path: str, most: int) -> None:
    sizes = fetch(path)
    assert path in sizes
    assert sum(sizes.values()) <= most, sorted(sizes.items(), key=lambda item: -item[1])


def test_the_first_page_fetches_neither_charts_nor_letters_nor_icons_that_it_does_not_show(
    fetch: Callable[[str], dict[str, int]],
) -> None:
    addresses = " ".join(fetch("/admin/"))
    assert "icons.woff2" in addresses
    for needless in ("chart", "inter", "Material-Symbols", "alpine.sort"):
        assert needless not in addresses
