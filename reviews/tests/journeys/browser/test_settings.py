"""Settings in a real browser: the presses that a deed takes, the keyboard, a page without a script, and axe."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from oauth.api_keys import create_api_key
from oauth.models import Account, ApiKey, Invitation, Membership, User
from oauth.tests.flow import App, make_application
from reviewhub.testing import make_member
from reviews.models import Endpoint, ReviewSite
from reviews.tests.journeys.browser.test_accessibility import faults_on_screens
from reviews.tests.support.browser import DESK, PHONE, fits, in_a_browser, sign_in
from reviews.webhooks import endpoints

pytestmark = in_a_browser

LONG = "Dr. Maximiliane Freifrau von und zu Hohenschwangau-Wittelsbach"


class Presses:
    """A page whose presses are counted."""

    def __init__(self, page: Any) -> None:
        self.page, self.count = page, 0

    def press(self, target: Any) -> None:
        self.count += 1
        target.click()
        self.page.wait_for_load_state()


@pytest.fixture
def colleague(account: Account) -> User:
    user: User = make_member(account, "manager", "ava@riverside.example")
    User.objects.filter(pk=user.pk).update(name="Ava Martin")
    return user


@pytest.fixture
def visit(page: Any, live_server: Any, owner: User) -> Callable[[str], Any]:
    """`visit(tab)`: that tab of Settings, signed in as the owner."""

    def go(tab: str) -> Any:
        page.goto(f"{live_server.url}/admin/settings/{tab}/")
        if "/sign-in" in page.url:
            sign_in(page, owner)
            page.wait_for_url(f"**/admin/settings/{tab}/")
        return page

    return go


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_a_colleague_is_removed_in_two_presses(visit: Any, colleague: User, account: Account, screen: Any) -> None:
    create_api_key(account=account, user=colleague, name="Till")
    page = visit("people")
    page.set_viewport_size(screen)
    presses = Presses(page)
    presses.press(page.get_by_role("link", name="Remove Ava Martin"))
    assert "Till" in page.inner_text("#content")
    presses.press(page.get_by_role("button", name="Remove", exact=True))
    page.wait_for_selector("text=Ava Martin works here no more")
    assert presses.count == 2
    assert not Membership.objects.filter(user=colleague).exists()
    assert ApiKey.objects.get().revoked_at is not None


def test_the_same_without_a_script(chromium: Any, live_server: Any, owner: User, colleague: User) -> None:
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/settings/people/")
    sign_in(page, owner)
    page.get_by_label("Role of Ava Martin", exact=True).select_option("viewer")
    page.get_by_role("button", name="Save the role of Ava Martin").click()
    page.wait_for_selector("text=Ava Martin has another role now: Viewer.")
    page.get_by_role("link", name="Remove Ava Martin").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    page.wait_for_selector("text=Ava Martin works here no more")
    context.close()


def test_a_role_is_changed_by_keyboard_alone(visit: Any, colleague: User) -> None:
    page = visit("people")
    save = page.get_by_role("button", name="Save the role of Ava Martin")
    assert save.is_hidden()  # until there is something to save
    page.get_by_label("Role of Ava Martin", exact=True).focus()
    page.keyboard.press("v")
    page.wait_for_function("document.activeElement.value === 'viewer'")
    page.keyboard.press("Tab")
    assert save.evaluate("button => button === document.activeElement")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Ava Martin has another role now: Viewer.")


def test_a_colleague_is_invited_and_the_invitation_withdrawn(visit: Any) -> None:
    page = visit("people")
    presses = Presses(page)
    page.get_by_label("E-mail").fill("bob@example.com")
    presses.press(page.get_by_role("button", name="Invite", exact=True))
    page.wait_for_selector("h3:has-text('bob@example.com')")
    presses.press(page.get_by_role("button", name="Withdraw the invitation of bob@example.com"))
    page.wait_for_selector("text=is withdrawn")
    assert presses.count == 2
    assert not Invitation.objects.pending().exists()


def test_country_and_zone_are_searched(visit: Any, account: Account) -> None:
    page = visit("business")
    page.get_by_label("Search for a country").fill("germ")
    assert page.locator("#id_country option").all_inner_texts() == ["Germany"]
    page.get_by_label("Search for a city").fill("berl")
    assert page.locator("#id_time_zone").input_value() == "Europe/Berlin"
    page.get_by_label("From", exact=True).select_option(label="10:00 AM")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_selector("text=Messages leave from 10:00 AM until 8:00 PM now")
    account.refresh_from_db()
    assert (account.country, account.time_zone) == ("DE", "Europe/Berlin")
    page.get_by_label("Search for a city").fill("tok")
    page.get_by_label("Search for a city").fill("")
    assert page.locator("#id_time_zone").input_value() == "Europe/Berlin"


def test_a_pasted_link_is_recognised_at_once(visit: Any) -> None:
    page = visit("sites")
    presses = Presses(page)
    presses.press(page.get_by_role("link", name="Add a review site"))
    page.get_by_label("Link").fill("https://www.yelp.com/biz/riverside")
    page.wait_for_selector("#finding :text('Yelp forbids businesses')")
    page.get_by_label("Link").fill("https://g.page/r/abc/review")
    page.wait_for_selector("#finding :text('This leads to Google.')")
    presses.press(page.get_by_role("button", name="Save"))
    page.wait_for_selector("text=Google is added.")
    assert presses.count == 2
    assert ReviewSite.objects.get(url="https://g.page/r/abc/review").name == "Google"


def test_a_key_is_made_and_ended(visit: Any) -> None:
    page = visit("connections")
    presses = Presses(page)
    presses.press(page.locator("summary", has_text="Make a key"))
    page.get_by_label("What is it for?").fill("Website")
    presses.press(page.get_by_role("button", name="Make the key"))
    page.wait_for_selector("text=Copy it now")
    assert presses.count == 2
    presses.press(page.locator("summary", has_text="End this key …"))
    presses.press(page.get_by_role("button", name="End this key"))
    page.wait_for_selector("text=The key Website has ended.")
    assert presses.count == 4


def test_a_new_webhook_shows_its_secret_to_be_copied(visit: Any) -> None:
    page = visit("connections")
    page.get_by_role("link", name="Add a webhook").click()
    page.get_by_label("Address").fill("https://hooks.example/b")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator("summary", has_text="Show").click()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    page.wait_for_selector("button:has-text('Copied')")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == endpoints.secrets_of(Endpoint.objects.get())[0]


def test_everybody_can_use_every_page_of_settings(
    page: Any, visit: Any, account: Account, owner: User, colleague: User
) -> None:
    now = timezone.now()
    User.objects.filter(pk=make_member(account, "owner", f"{'m' * 40}@{'long' * 10}.example").pk).update(name=LONG)
    for number, days in enumerate((0, 9)):
        sent = now - timedelta(days=days)
        Invitation.objects.create(account=account, email=f"bob{number}@example.com", invited_by=owner, sent_at=sent)
    ReviewSite.objects.create(account=account, name="Facebook", url="https://www.facebook.com/riverside", position=1)
    ReviewSite.objects.create(account=account, name="Off", url="https://off.example/", position=2, is_active=False)
    create_api_key(account=account, user=owner, name="Till")
    App(owner, account, make_application()).pair()
    secret = endpoints.cipher().encrypt(endpoints.new_secret())
    for fields in ({}, {"failing_since": now}, {"is_active": False, "off_because": "It is gone."}):
        Endpoint.objects.create(account=account, url=f"https://crm.example/{'hook' * 20}", secret=secret, **fields)
    ava, site = Membership.objects.get(user=colleague), ReviewSite.objects.get(name="Facebook")
    tabs = ("business", "sites", "people", "connections", "sites/add", f"sites/{site.pk}", f"sites/{site.pk}/remove")
    faults = []
    for tab in (*tabs, f"people/{ava.pk}/remove", "people/leave"):
        visit(tab)
        faults += [f"{tab}: {fault}" for fault in faults_on_screens(page)]
    assert faults == [], "\n".join(faults)


def test_an_error_is_read_at_its_field(chromium: Any, live_server: Any, owner: User) -> None:
    context = chromium.new_context(viewport=PHONE)  # the page's own would note the 400 as a fault
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/settings/business/")
    sign_in(page, owner)
    page.get_by_label("Business name").fill("")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_selector("text=Nothing is saved yet")
    field = page.get_by_label("Business name")
    assert field.get_attribute("aria-invalid") == "true"
    assert "id_name_error" in (field.get_attribute("aria-describedby") or "")
    assert faults_on_screens(page) == []
    assert fits(page)
    context.close()
