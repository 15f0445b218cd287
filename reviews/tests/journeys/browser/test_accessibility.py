"""Everybody can use every page of ours: axe finds no serious or critical fault, and nothing reaches beyond a screen."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.contrib import admin
from django.urls import reverse

from oauth.models import Account, User
from oauth.tests.flow import App, make_application
from reviews.models import Contact, Delivery, Endpoint, ImportJob, ReviewRequest
from reviews.tests.support.browser import DESK, PHONE, fits, in_a_browser, sign_in
from reviews.tests.support.helpers import asked

pytestmark = in_a_browser

GRAVE = ("serious", "critical")
POLICY = "Content Security Policy"
SCREENS = {"phone": PHONE, "desk": DESK}


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(viewport=PHONE)
    yield context.new_page()
    context.close()


@pytest.fixture(params=SCREENS)
def screen(request: pytest.FixtureRequest, page: Any) -> Any:
    """The page on a phone, then on a desk."""
    page.set_viewport_size(SCREENS[request.param])
    return page


@pytest.fixture
def walk(page: Any, live_server: Any) -> Callable[..., list[str]]:
    """`walk(paths)`: the faults of these pages, each on a line. A page is opened once and shown on both screens.

    What the page does against its own Content-Security-Policy, which the browser forbids, is a fault, too.
    """
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))

    def faults(paths: list[str]) -> list[str]:
        found = []
        for path in paths:
            said.clear()
            page.set_viewport_size(PHONE)
            response = page.goto(live_server.url + path)
            if response.status >= 500:
                found.append(f"{path}: {response.status}")
            found += [f"{path}: {fault}" for fault in faults_on_screens(page)]
            found += [f"{path}: {text[:200]}" for text in said if POLICY in text]
        return found

    return faults


def faults_on_screens(page: Any) -> list[str]:
    found = []
    for name, size in SCREENS.items():
        page.set_viewport_size(size)
        if not fits(page):
            found.append(f"wider than the screen of a {name}")
        found += [f"{fault} on a {name}" for fault in grave(page)]
    return found


def grave(page: Any) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    violations = page.evaluate("axe.run({resultTypes: ['violations']}).then(results => results.violations)")
    return [
        f"{fault['id']} ({fault['impact']}): {node['html'][:120]}"
        for fault in violations
        if fault["impact"] in GRAVE
        for node in fault["nodes"][:2]
    ]


def test_axe_would_find_a_fault_on_both_screens(page: Any) -> None:
    page.set_content(
        "<html lang='en'><meta name='viewport' content='width=device-width'><title>x</title><main><h1>x</h1>"
        "<input style='width: 500px'></main></html>"
    )
    found = [fault.partition(" ")[0] for fault in faults_on_screens(page)]
    assert found == ["wider", "label", "label"], "a phone is too narrow for the field, and nothing names it anywhere"


def test_recipients_can_use_every_page(walk: Any, account: Account, now: datetime) -> None:
    asked(account, now)
    Contact.objects.update(phone="+12125550123")
    place, printed = f"/r/{Delivery.objects.get().link_token}", f"/b/{account.scan_code}"
    assert walk([place, f"{place}/unsubscribe", f"{place}/preferences", printed, "/r/nope"]) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_follows_a_press_can_be_used_too(
    screen: Any, live_server: Any, account: Account, now: datetime, scheme: Any
) -> None:
    asked(account, now)
    Account.objects.update(colour="#ffdd00")
    screen.emulate_media(color_scheme=scheme)
    screen.goto(f"{live_server.url}/r/{Delivery.objects.get().link_token}")
    screen.get_by_role("button", name="Send to").click()
    assert screen.get_by_role("alert").is_visible()
    assert grave(screen) == []
    screen.get_by_label("Your words").fill("Fine.")
    screen.get_by_role("button", name="Send to").click()
    screen.wait_for_selector("h1:has-text('Thank you')")
    assert grave(screen) == []


def test_who_signs_in_can_use_every_page(walk: Any, page: Any, live_server: Any, owner: User, account: Account) -> None:
    App(owner, account, make_application()).pair()
    assert walk(["/sign-in", "/password/reset", "/nothing-here"]) == []
    page.goto(f"{live_server.url}/connections")
    sign_in(page, owner)
    page.wait_for_url("**/connections**")
    assert walk(["/connections", "/security", "/security/confirm"]) == []
    page.goto(f"{live_server.url}/security/confirm?next=/security/passkeys/add")
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/passkeys/add")
    assert walk(["/security/passkeys/add", "/security/app"]) == []


def office_pages() -> list[str]:
    """Every list, form and page of the back-office that there is a row for."""
    found = ["/admin/", "/admin/operations/", "/admin/simulator/", "/admin/settings/page/"]
    for page in admin.site._registry.values():
        name = f"admin:{page.opts.app_label}_{page.opts.model_name}"
        found.append(reverse(f"{name}_changelist"))
        if row := page.model._default_manager.first():
            found.append(reverse(f"{name}_change", args=[row.pk]))
    for name in (
        "oauth_account",
        "reviews_contact",
        "reviews_endpoint",
        "reviews_importjob",
        "reviews_reviewrequest",
        "reviews_sequence",
    ):
        found.append(reverse(f"admin:{name}_add"))
    actions = [
        ("oauth_account_card", Account),
        ("reviews_contact_erase", Contact),
        ("reviews_contact_evidence", Contact),
        ("reviews_endpoint_send_test", Endpoint),
        ("reviews_endpoint_tell_again", Endpoint),
        ("reviews_reviewrequest_cancel_this", ReviewRequest),
    ]
    found.append(reverse("admin:reviews_suppression_evidence_of"))
    found += [reverse(f"admin:{name}", args=[model._default_manager.all()[0].pk]) for name, model in actions]
    return found


def test_staff_can_use_every_page_of_the_back_office(
    walk: Any, page: Any, live_server: Any, full: Account, operator: User
) -> None:
    page.goto(f"{live_server.url}/admin/")
    sign_in(page, operator)
    page.wait_for_url("**/admin/")
    pages = office_pages()
    assert len(pages) > 60
    assert ImportJob.objects.exists()
    faults = walk(pages)
    assert faults == [], "\n".join(faults)
