"""The back-office in a real browser, a page after the other, as staff use it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from oauth.models import Account, User
from reviews.models import Contact, Delivery, Feedback, ImportJob, InboxItem, ReviewRequest, Suppression
from reviews.pages import actions
from reviews.requests import imports
from reviews.requests.matching import Person
from reviews.tests.pages.test_printed import image
from reviews.tests.support.browser import PHONE, fits, in_a_browser, sign_in
from reviews.tests.support.helpers import asked

pytestmark = in_a_browser

CSV = "First name,Last name,E-mail\nJane,Smith,jane@example.com\nBob,Builder,nobody\nZoë,Ito,zoe@example.com\n"


@pytest.fixture
def office(page: Any, live_server: Any, owner: User) -> Callable[[str], Any]:
    """`office(path)`: that page of the back-office on a phone, signed in as the owner."""

    def visit(path: str) -> Any:
        page.goto(f"{live_server.url}/admin/{path}")
        if "/sign-in" in page.url:
            sign_in(page, owner)
            page.wait_for_url(f"**/admin/{path}")
        assert fits(page)
        return page

    return visit


def press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


@pytest.fixture
def message(account: Account, now: datetime) -> Delivery:
    asked(account, now)
    return Delivery.objects.get()


def test_staff_ask_a_customer_on_a_phone(page: Any, live_server: Any, owner: User, account: Account) -> None:
    page.goto(f"{live_server.url}/admin/reviews/reviewrequest/add/")
    sign_in(page, owner)
    page.wait_for_function("document.activeElement?.name === 'first_name'")
    page.keyboard.type("Jane")
    page.get_by_label("Mobile number").fill("12")
    page.wait_for_selector(".rh-preview :text('too few or too many digits')")
    page.get_by_label("Mobile number").fill("")
    page.get_by_label("E-mail").fill("jane@example.com")
    page.wait_for_selector(".rh-preview :text('How did we do, Jane?')")
    assert page.locator(".rh-scriptless").is_hidden()
    assert fits(page)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_selector("text=/Jane (is|will be) asked .* by e-mail/")
    assert ReviewRequest.objects.get().source == "staff"


def test_the_preview_is_there_without_a_script(chromium: Any, live_server: Any, owner: User, account: Account) -> None:
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/reviews/reviewrequest/add/")
    sign_in(page, owner)
    page.get_by_label("E-mail").fill("jane@example.com")
    page.get_by_role("button", name="Preview").click()
    page.wait_for_selector(".rh-preview :text('How did we do?')")
    assert not ReviewRequest.objects.exists()
    context.close()


def test_staff_write_a_text_and_see_what_becomes_of_it(
    page: Any, live_server: Any, owner: User, account: Account
) -> None:
    sequence = account.sequences.get()
    page.goto(f"{live_server.url}/admin/reviews/sequence/{sequence.pk}/change/")
    sign_in(page, owner)
    text = page.locator("[name=steps-0-sms_text]")
    text.fill("{{ business_name }} asks: ")
    page.wait_for_selector(".rh-problems :text('Insert the link')")
    page.locator("[data-step]").first.get_by_role("button", name="link", exact=True).nth(1).click()
    page.keyboard.type(" 👍 STOP")
    page.wait_for_selector("text=Unicode because of 👍")
    page.wait_for_selector(".rh-problems", state="detached")
    assert text.input_value() == "{{ business_name }} asks: {{ link }} 👍 STOP"
    assert fits(page)
    page.get_by_role("button", name="Move down").nth(1).click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_selector("text=was changed successfully")
    steps = sequence.steps.order_by("position")
    assert steps[0].sms_text.endswith("👍 STOP")
    assert steps[1].email_subject == "Last time we ask: how was {{ business_name }}?"


def test_staff_skip_a_step_on_a_phone(page: Any, live_server: Any, owner: User, message: Delivery) -> None:
    page.goto(f"{live_server.url}/admin/reviews/reviewrequest/{message.request_id}/change/")
    sign_in(page, owner)
    page.wait_for_selector("h2:has-text('What happened')")
    assert fits(page)
    page.goto(page.url.replace("/change/", "/skip/"))
    assert fits(page)
    page.get_by_role("button", name="Skip it").click()
    page.wait_for_selector("text=Skipped: the next message is due")
    assert Delivery.objects.get(step=0).status == "cancelled"


def test_a_list_of_customers_is_imported(
    office: Callable[[str], Any], account: Account, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "customers.csv"
    file.write_text(CSV)
    page = office("reviews/importjob/add/")
    page.locator("input[type=file]").set_input_files(file)
    press(page, "Look at the file")
    page.wait_for_selector("text=zoe@example.com")
    assert fits(page)
    press(page, "Start the import")
    imports.work(ImportJob.objects.get().pk)
    page.reload()
    page.wait_for_selector("text=nobody")
    assert fits(page)
    assert {contact.email for contact in Contact.objects.all()} == {"jane@example.com", "zoe@example.com"}
    with page.expect_download() as download:
        page.get_by_role("link", name="Get these rows as a file").click()
    download.value.save_as(tmp_path / "problems.csv")
    assert "Bob,Builder,nobody" in (tmp_path / "problems.csv").read_text()


def test_a_customer_is_found_and_forgotten(office: Callable[[str], Any], account: Account, now: datetime) -> None:
    asked(account, now)
    asked(account, now, person=Person(first_name="Bob", email="bob@example.com"))
    page = office("reviews/contact/")
    page.get_by_placeholder("Name, e-mail address, number or company").fill("jan")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=jan**")
    assert "bob@example.com" not in page.inner_text("#content")
    page.get_by_role("link", name="Jane Smith").click()
    page.wait_for_selector("text=May be written to")
    page = office(f"reviews/contact/{Contact.objects.get(first_name='Jane').pk}/erase/")
    press(page, "Erase for good")
    page.wait_for_selector("text=Erased. The addresses will not be written to again.")
    assert not Contact.objects.filter(email="jane@example.com").exists()


def test_an_address_is_suppressed_and_allowed_again(office: Callable[[str], Any], account: Account) -> None:
    page = office("reviews/suppression/add/")
    page.get_by_label("Address").fill("Jane@Example.com")
    page.get_by_label("Evidence").fill("By phone")
    press(page, "Save")
    page.wait_for_selector("text=jane@example.com")
    assert Suppression.objects.get().lifted_at is None
    page.get_by_role("link", name="Select", exact=True).click()
    page.get_by_label("jane@example.com").check()
    press(page, "Lift: allow the chosen addresses again …")
    page.get_by_label("Reason").fill("Asked for it")
    assert fits(page)
    press(page, "Allow again")
    page.wait_for_selector("text=Lifted: 1.")
    assert Suppression.objects.get().lifted_because.startswith("Asked for it (")


def test_feedback_is_handled_and_its_history_stays(
    office: Callable[[str], Any], account: Account, owner: User, now: datetime
) -> None:
    asked(account, now)
    actions.record_feedback(delivery=Delivery.objects.get(), rating=2, text="Waited long.", now=timezone.now())
    page = office("reviews/inboxitem/")
    page.get_by_role("link", name="Waited long.").click()
    page.get_by_label("Note").fill("Called her.")
    page.get_by_role("button", name="Handled, next").click()
    page.wait_for_selector("text=Handled.")
    item = InboxItem.objects.get()
    assert (item.note, item.handled_by) == ("Called her.", owner)
    assert "Waited long." not in office("reviews/inboxitem/").inner_text("#content")


def test_the_account_gets_words_a_logo_and_a_card(
    office: Callable[[str], Any], account: Account, tmp_path: Any, live_server: Any
) -> None:
    logo = tmp_path / "logo.png"
    logo.write_bytes(image())
    page = office("settings/page/")
    page.locator("input[type=file]").set_input_files(logo)
    page.get_by_label("Heading").first.fill("How was your visit?")
    page.locator("#id_language").select_option("Deutsch")
    press(page, "Save")
    page.wait_for_selector("text=Saved.")
    office(f"oauth/account/{account.pk}/history/").wait_for_selector("text=How was your visit?")
    page = office(f"oauth/account/{account.pk}/card/")
    assert page.get_by_role("link", name="See your page").is_visible()
    page.goto(f"{live_server.url}/b/{account.scan_code}")
    page.wait_for_selector("h1:has-text('How was your visit?')")
    assert page.locator("img.logo").evaluate("image => image.naturalWidth") == 480
    page.get_by_label("Ihre Nachricht").fill("Gut.")
    page.get_by_role("button", name="Nachricht senden").click()
    page.wait_for_selector("h1:has-text('Vielen Dank')")
    assert Feedback.objects.get().text == "Gut."


def test_a_customer_switches_a_way_off(page: Any, live_server: Any, account: Account, now: datetime) -> None:
    asked(account, now)
    page.goto(f"{live_server.url}/r/{Delivery.objects.get().link_token}/unsubscribe")
    page.get_by_role("link", name="Choose how we may write to you").click()
    page.get_by_label("text message").uncheck()
    page.get_by_role("button", name="Save").click()
    page.wait_for_selector("text=Saved.")
    assert fits(page)
    assert [row.channel for row in Suppression.objects.all()] == ["sms"]


def test_a_choice_in_reports_acts_without_a_button(
    office: Callable[[str], Any], account: Account, now: datetime
) -> None:
    asked(account, timezone.now(), person=Person(email="jane@example.com"))
    page = office("reports/")
    assert page.get_by_role("button", name="Show").is_hidden()
    page.get_by_label("Channel").select_option("Text message")
    page.wait_for_url("**channel=sms**")
    assert fits(page)


def test_the_apis_document_is_read_without_the_world_outside(chromium: Any, live_server: Any) -> None:
    page = chromium.new_page(viewport=PHONE, color_scheme="dark")
    reached: list[str] = []
    page.on("request", lambda request: reached.append(request.url))
    page.goto(f"{live_server.url}/api/docs")
    assert page.locator("h3").first.inner_text() == "Send a review request"
    assert fits(page)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(29, 33, 41)"
    assert [url for url in reached if not url.startswith(live_server.url)] == []
    page.close()


def test_the_card_is_printed_by_its_button(office: Any, account: Account) -> None:
    page = office(f"oauth/account/{account.pk}/card/")
    page.evaluate("window.print = () => { document.title = 'printed' }")
    page.get_by_role("button", name="Print").click()
    page.wait_for_function("document.title === 'printed'")
