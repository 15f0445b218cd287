"""Everybody can use every page of ours: axe finds no serious or critical fault, and nothing reaches beyond a screen."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib import admin
from django.urls import reverse

from oauth.models import Account, User
from oauth.tests.flow import App, make_application
from reviews.models import Contact, Delivery, Endpoint, ImportJob, ReviewRequest
from reviews.tests.support.browser import DESK, PHONE, fits, in_a_browser, sign_in
from reviews.tests.support.helpers import asked

pytestmark = in_a_browser

GRAVE = ("serious", "critical")


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def screen(request: pytest.FixtureRequest, chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(viewport=request.param)
    yield context.new_page()
    context.close()


@pytest.fixture
def walk(screen: Any, live_server: Any) -> Callable[..., list[str]]:
    """`walk(paths)`: what is wrong with these pages, each fault on a line."""
    axe = Axe()

    def faults(paths: list[str]) -> list[str]:
        found = []
        for path in paths:
            response = screen.goto(live_server.url + path)
            if response.status >= 500:
                found.append(f"{path}: {response.status}")
            if not fits(screen):
                found.append(f"{path}: wider than the screen")
            found += [f"{path}: {fault}" for fault in grave(axe, screen)]
        return found

    return faults


def grave(axe: Axe, screen: Any) -> list[str]:
    return [
        f"{fault['id']} ({fault['impact']}): {node['html'][:120]}"
        for fault in axe.run(screen).response["violations"]
        if fault["impact"] in GRAVE
        for node in fault["nodes"][:2]
    ]


def test_axe_would_find_a_fault(screen: Any) -> None:
    screen.set_content("<html lang='en'><title>x</title><main><h1>x</h1><input></main></html>")
    assert [fault for fault in grave(Axe(), screen) if fault.startswith("label")]


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
    assert grave(Axe(), screen) == []
    screen.get_by_label("Your words").fill("Fine.")
    screen.get_by_role("button", name="Send to").click()
    screen.wait_for_selector("h1:has-text('Thank you')")
    assert grave(Axe(), screen) == []


def test_who_signs_in_can_use_every_page(
    walk: Any, screen: Any, live_server: Any, owner: User, account: Account
) -> None:
    App(owner, account, make_application()).pair()
    assert walk(["/sign-in", "/password/reset", "/nothing-here"]) == []
    screen.goto(f"{live_server.url}/connections")
    sign_in(screen, owner)
    screen.wait_for_url("**/connections**")
    assert walk(["/connections", "/security"]) == []


def office_pages() -> list[str]:
    """Every list, form and page of the back-office that there is a row for."""
    found = ["/admin/", "/admin/operations/", "/admin/simulator/"]
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
        ("reviews_endpoint_send_test", Endpoint),
        ("reviews_endpoint_tell_again", Endpoint),
        ("reviews_reviewrequest_cancel_this", ReviewRequest),
    ]
    found += [reverse(f"admin:{name}", args=[model._default_manager.all()[0].pk]) for name, model in actions]
    return found


def test_staff_can_use_every_page_of_the_back_office(
    walk: Any, screen: Any, live_server: Any, full: Account, operator: User
) -> None:
    screen.goto(f"{live_server.url}/admin/")
    sign_in(screen, operator)
    screen.wait_for_url("**/admin/")
    pages = office_pages()
    assert len(pages) > 60
    assert ImportJob.objects.exists()
    faults = walk(pages)
    assert faults == [], "\n".join(faults)
