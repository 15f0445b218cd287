"""Languages in a real browser: the switch on the customers' page, and texts in other languages in the editor."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from oauth.models import Account, User
from reviews.models import Contact, Delivery, Feedback, Sequence
from reviews.tests.journeys.browser.test_accessibility import grave
from reviews.tests.support.browser import DESK, PHONE, fits, in_a_browser, sign_in
from reviews.tests.support.helpers import asked

pytestmark = in_a_browser


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def customer(chromium: Any, request: Any) -> Iterator[Any]:
    """A page on a phone, with a script and without."""
    context = chromium.new_context(viewport=PHONE, java_script_enabled=request.param)
    yield context.new_page()
    context.close()


def test_a_customer_switches_the_language_and_loses_nothing(
    customer: Any, live_server: Any, account: Account, now: datetime
) -> None:
    asked(account, now)
    customer.goto(f"{live_server.url}/r/{Delivery.objects.get().link_token}")
    customer.locator("label", has_text="4").click()
    customer.locator("textarea").fill("Muy amables.")
    customer.get_by_role("button", name="Español").click()
    customer.wait_for_selector("h1:has-text('¿Qué tal le fue con nosotros, Jane?')")
    assert customer.locator("textarea").input_value() == "Muy amables."
    assert customer.locator("input[value='4']").is_checked()
    assert Contact.objects.get().language == "es"
    assert not Feedback.objects.exists()
    customer.get_by_role("button", name="Enviar mensaje").click()
    customer.wait_for_selector("h1:has-text('Muchas gracias')")
    assert Feedback.objects.get().rating == 4
    customer.get_by_role("button", name="Deutsch").click()
    customer.wait_for_selector("h1:has-text('Vielen Dank')")
    customer.get_by_role("link", name="Keine Nachrichten dieser Art mehr").click()
    customer.get_by_role("button", name="Français").click()
    customer.wait_for_url("**/unsubscribe")
    assert customer.locator("h1").inner_text().startswith("Ne plus recevoir")
    assert customer.context.cookies() == []


def test_the_switch_can_be_used_by_everybody(page: Any, live_server: Any, account: Account) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/b/{account.scan_code}")
    assert grave(page) == []
    button = page.get_by_role("button", name="Français")
    assert button.bounding_box()["height"] >= 44
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**?language=fr")
    assert fits(page)
    page.locator("input[value='5']").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")  # sends the form, not the first button of the switch
    page.wait_for_selector("h1:has-text('Merci beaucoup')")


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def editor(chromium: Any, request: Any, live_server: Any, owner: User, account: Account) -> Iterator[Any]:
    context = chromium.new_context(viewport=DESK)
    page = context.new_page()
    page.goto(f"{live_server.url}/sign-in")
    sign_in(page, owner)
    cookies = context.cookies()
    context.close()
    context = chromium.new_context(viewport=DESK, java_script_enabled=request.param)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/reviews/sequence/{account.sequences.get().pk}/change/")
    yield page
    context.close()


def test_a_sequence_is_translated_in_its_editor(editor: Any, account: Account) -> None:
    subject = editor.locator("[name=steps-0-email_subject]")
    spanish = editor.locator("[name=steps-0-email_subject_es]")
    assert (subject.is_visible(), spanish.is_visible()) == (True, False)
    editor.get_by_role("radio", name="Español").check(force=True)
    assert (subject.is_visible(), spanish.is_visible()) == (False, True)
    editor.get_by_role("button", name="Begin with our texts in Spanish").click()
    editor.wait_for_load_state()
    assert spanish.input_value().startswith("¿Qué tal le fue con nosotros")
    assert editor.get_by_role("radio", name="Español").is_checked()
    assert "¿Qué tal le fue con nosotros, Jane?" in editor.locator("[data-slot=mail-steps-0-es]").inner_text()
    assert editor.locator("[data-slot=mail-steps-0-es]").is_visible()
    spanish.fill("¿Cómo le fue?")
    editor.get_by_role("button", name="Save", exact=True).click()
    editor.wait_for_selector("text=was changed successfully")
    steps = Sequence.objects.get(account=account).steps.all()
    assert [set(step.translations) for step in steps] == [{"es"}] * 3
    assert steps[0].translations["es"]["email_subject"] == "¿Cómo le fue?"
