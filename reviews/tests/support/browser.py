"""A real browser for tests: Debian's Chromium, driven by Playwright."""

import shutil
from typing import Any

import pytest

from oauth.models import User

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
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 768}

in_a_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
    pytest.mark.django_db(transaction=True),
]


def fits(page: Any) -> bool:
    """Nothing reaches beyond the right edge of the screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def log_out(page: Any, user: User) -> None:
    """Sign out in the user menu, which on a phone lies in the menu."""
    menu = page.get_by_role("button", name="Open the menu")
    if menu.is_visible():
        menu.click()
    page.get_by_role("button", name=user.name or user.email).click()
    page.get_by_role("button", name="Log out").click()


def sign_in(page: Any, user: User) -> None:
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Sign in", exact=True).click()
