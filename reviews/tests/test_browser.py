"""What people open, in a real browser: our policies must not stand in anybody's way."""

import os
import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from oauth.models import Account, Grant, User
from oauth.tests.flow import make_application
from reviews.models import Delivery, Feedback, ReviewRequest, ReviewSite, Suppression
from reviews.tests.helpers import asked

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    # Playwright's loop runs in this thread; the database is not used from inside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(chromium: Any, live_server: Any) -> Iterator[Any]:
    """A page on a phone; what the browser refuses, or cannot read, of ours fails the test."""
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    complaints: list[str] = []

    def listen(message: Any) -> None:
        if message.type == "error" and message.location["url"].startswith(live_server.url):
            complaints.append(message.text)

    page.on("console", listen)
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def message(account: Account, now: datetime, httpserver: HTTPServer) -> Delivery:
    httpserver.expect_request("/review").respond_with_data("the review site")
    ReviewSite.objects.filter(account=account).update(url=httpserver.url_for("/review"))
    asked(account, now)
    return Delivery.objects.get()


def fits(page: Any) -> bool:
    """Nothing reaches beyond the right edge of a phone."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_press_lands_on_the_review_site(page: Any, live_server: Any, message: Delivery) -> None:
    page.goto(f"{live_server.url}/r/{message.link_token}")
    assert fits(page)
    page.get_by_role("button", name="Review us on Google").click()
    page.wait_for_url("**/review")
    assert page.inner_text("body") == "the review site"
    assert ReviewRequest.objects.get().status == "responded"


def test_feedback_is_left_with_the_keyboard_alone(page: Any, live_server: Any, message: Delivery) -> None:
    page.goto(f"{live_server.url}/r/{message.link_token}")
    page.get_by_label("4", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Friendly people.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Thank you')")
    feedback = Feedback.objects.get()
    assert (feedback.rating, feedback.text) == (4, "Friendly people.")
    assert page.get_by_role("button", name="Review us on Google").is_visible()


def test_leaving_takes_one_press(page: Any, live_server: Any, message: Delivery) -> None:
    page.goto(f"{live_server.url}/r/{message.link_token}")
    page.get_by_role("link", name="No more messages like this").click()
    assert not Suppression.objects.exists()
    page.get_by_role("button", name="Stop mail").click()
    page.wait_for_selector("h1:has-text('Done')")
    assert Suppression.objects.exists()


def test_allowing_an_app_lands_on_its_address(page: Any, live_server: Any, owner: User, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/cb").respond_with_data("the app")
    make_application(redirect_uris=httpserver.url_for("/cb"))
    query = f"response_type=code&client_id=zapier&redirect_uri={httpserver.url_for('/cb')}&state=xyz"
    page.goto(f"{live_server.url}/oauth/authorize?{query}")
    page.fill("input[name=username]", owner.email)
    page.fill("input[name=password]", "correct horse")
    page.click("button[type=submit]")
    page.wait_for_selector("h1:has-text('Connect Zapier?')")
    assert fits(page)
    assert "Riverside Dental" in page.inner_text("body")
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url("**/cb?*")
    assert re.search(r"[?&]code=[^&]+", page.url)
    assert "state=xyz" in page.url
    assert Grant.objects.count() == 1


def test_staff_ask_a_customer_on_a_phone(page: Any, live_server: Any, owner: User, account: Account) -> None:
    page.goto(f"{live_server.url}/admin/reviews/reviewrequest/add/")
    page.fill("input[name=username]", owner.email)
    page.fill("input[name=password]", "correct horse")
    page.click("button[type=submit]")
    page.fill("input[name=first_name]", "Jane")
    page.fill("input[name=email]", "jane@example.com")
    assert fits(page)
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_selector("text=Review request scheduled for jane@example.com")
    assert ReviewRequest.objects.get().source == "staff"
