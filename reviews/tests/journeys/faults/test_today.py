"""Today beside a real worker: who asks sees the message leave, without loading the page again."""

from collections.abc import Iterator
from typing import Any

import pytest

from reviews.tests.support.browser import CHROMIUM, PHONE
from reviews.tests.support.site import Site, running_site
from reviews.tests.support.waiting import PATIENCE

pytestmark = [
    pytest.mark.fault,
    pytest.mark.once,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


@pytest.fixture
def site(tmp_path: Any) -> Iterator[Site]:
    with running_site(tmp_path) as site, site.worker():
        yield site


def test_a_message_is_seen_to_leave_without_a_reload(site: Site, chromium: Any) -> None:
    page = chromium.new_context(viewport=PHONE).new_page()
    page.goto(f"{site.url}/admin/")
    page.get_by_label("E-mail").fill(site.demo["user"]["email"])
    page.get_by_label("Password").fill(site.demo["user"]["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("First name").fill("Ava")
    page.get_by_label("E-mail").fill("ava@example.com")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_selector("text=Ava is asked right away by e-mail.")
    page.evaluate("window.isTheSamePage = true")
    page.get_by_label("First name").fill("Ben")
    page.wait_for_selector("#lately :text('Ava was asked by e-mail.')", timeout=PATIENCE * 1000)
    assert page.evaluate("window.isTheSamePage")
    assert page.get_by_label("First name").input_value() == "Ben"
    assert len(site.mails_to("ava@example.com")) == 1
    page.context.close()
