"""What staff write for customers, in a real browser: the customers' page and the messages, each beside its preview."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from oauth.models import Account, User
from reviews.models import Delivery, Sequence
from reviews.requests.matching import Person
from reviews.requests.sequences import copy_sequence
from reviews.tests.journeys.browser.test_accessibility import grave
from reviews.tests.pages.test_printed import image
from reviews.tests.support.browser import DESK, PHONE, fits, in_a_browser, sign_in
from reviews.tests.support.helpers import asked

pytestmark = in_a_browser

PAGE = "settings/page/"


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(viewport=DESK)
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(page: Any, live_server: Any, owner: User) -> Callable[[str], Any]:
    """`desk(path)`: that page of the back-office on a desk, signed in as the owner."""

    def visit(path: str) -> Any:
        page.goto(f"{live_server.url}/admin/{path}")
        if "/sign-in" in page.url:
            sign_in(page, owner)
            page.wait_for_url(f"**/admin/{path}")
        return page

    return visit


@pytest.fixture
def editor(desk: Callable[[str], Any], account: Account) -> Any:
    page = desk(f"reviews/sequence/{account.sequences.get().pk}/change/")
    page.wait_for_selector("[data-remove]:visible")
    return page


def box(locator: Any) -> dict[str, float]:
    found: dict[str, float] | None = locator.bounding_box()
    assert found is not None
    return found


def is_beside(left: Any, right: Any) -> bool:
    """The one ends left of where the other begins, and both share a part of the height."""
    one, other = box(left), box(right)
    overlap = min(one["y"] + one["height"], other["y"] + other["height"]) - max(one["y"], other["y"])
    return one["x"] + one["width"] <= other["x"] and overlap > 20


def sample(page: Any) -> Any:
    return page.frame_locator("iframe.rh-phone")


# --- The customers' page ------------------------------------------------------------------------------


def test_the_page_follows_what_is_typed(desk: Callable[[str], Any], account: Account) -> None:
    page = desk(PAGE)
    assert is_beside(page.locator("#id_colour"), page.locator("iframe.rh-phone"))
    heading = page.get_by_label("Heading").first
    heading.fill("Hello ")
    page.get_by_role("button", name="first name").click()
    assert heading.input_value() == "Hello {{ first_name }}"
    sample(page).locator("h1:has-text('Hello Jane')").wait_for()
    page.locator("#id_language").select_option("Deutsch")
    sample(page).locator("text=Ihre Nachricht").first.wait_for()
    page.get_by_label("Thanks").first.fill("Bis bald!")
    page.locator("label:has-text('After an answer')").click()
    sample(page).locator("text=Bis bald!").wait_for()
    account.refresh_from_db()
    assert (account.page_heading, account.thanks_text) == ("", "")


def test_picker_and_letters_of_the_colour_stay_in_step(desk: Callable[[str], Any]) -> None:
    page = desk(PAGE)
    picker, letters = page.locator("input[type=color]"), page.locator("#id_colour")
    letters.fill("#aa3300")
    assert picker.input_value() == "#aa3300"
    picker.evaluate("picker => { picker.value = '#ffee88'; picker.dispatchEvent(new Event('input', {bubbles: true})) }")
    assert letters.input_value() == "#ffee88"
    page.wait_for_selector("text=hard to see on the white page")
    style = sample(page).locator("button:visible:not(.link)").first
    style.wait_for()
    assert style.evaluate("button => getComputedStyle(button).backgroundColor") == "rgb(255, 238, 136)"


def test_an_error_goes_when_it_is_mended_and_the_logo_is_chosen_once(
    desk: Callable[[str], Any], account: Account, tmp_path: Any
) -> None:
    logo = tmp_path / "logo.png"
    logo.write_bytes(image())
    page = desk(PAGE)
    page.locator("input[type=file]").set_input_files(logo)
    page.wait_for_selector("img[alt='The new logo']")
    assert page.locator("#id_colour").input_value() == account.colour
    page.get_by_label("Text", exact=True).first.fill("{{ nobody }}")
    page.wait_for_selector(".rh-problems :text('There is no variable nobody')")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_selector("text=Not saved: 1 field needs another look.")
    assert page.locator("img[alt='The new logo']").is_visible()
    page.get_by_label("Text", exact=True).first.fill("Well?")
    page.wait_for_selector(".rh-problems", state="detached")
    page.wait_for_selector("text=Not saved", state="detached")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_selector("text=Saved.")
    account.refresh_from_db()
    assert (account.page_text, len(account.logo)) == ("Well?", 32)
    with page.expect_popup() as shown:
        page.get_by_role("link", name="See your page").first.click()
    shown.value.wait_for_selector("text=Well?")
    assert shown.value.locator("img.logo").evaluate("image => image.naturalWidth") == 480


# --- The messages -------------------------------------------------------------------------------------


def test_previews_stand_beside_what_is_typed_on_a_desk_and_below_it_on_a_phone(editor: Any) -> None:
    step = editor.locator("[data-step]").nth(1)
    mail, shown = step.locator("textarea").first, step.locator(".rh-shown").first
    assert is_beside(mail, shown)
    assert is_beside(step.locator("textarea").nth(1), step.locator(".rh-shown").nth(1))
    mail.scroll_into_view_if_needed()
    assert fits(editor)
    editor.set_viewport_size(PHONE)
    assert fits(editor)
    assert box(shown)["y"] > box(mail)["y"] + box(mail)["height"]


def test_a_step_is_named_anew_when_its_wait_changes(editor: Any) -> None:
    step = editor.locator("[data-step]").nth(1)
    assert step.locator("h2").inner_text() == "Reminder after 3 days"
    step.get_by_label("Wait", exact=True).fill("5")
    editor.wait_for_selector("h2:has-text('Reminder after 5 days')")
    step.get_by_label("Unit of the wait").select_option("hours")
    editor.wait_for_selector("h2:has-text('Reminder after 5 hours')")


def test_steps_are_added_removed_and_moved_by_buttons(editor: Any, account: Account) -> None:
    steps = editor.locator("[data-step]")
    assert not editor.get_by_label("Place").first.is_visible()
    steps.nth(1).get_by_role("button", name="Move up").click()
    # It moves first, and the headings follow a moment later; that of the second step is the same before and after.
    editor.wait_for_function(
        """() => {
            const [first, second] = document.querySelectorAll("[data-step]")
            return first.querySelector("[name$=email_subject]").value.startsWith("A short reminder")
                && first.querySelector("h2").textContent === "First ask"
                && second.querySelector("h2").textContent === "Reminder after 3 days"
        }"""
    )
    steps.nth(2).get_by_role("button", name="Remove").click()
    assert steps.nth(2).get_by_text("Removed when you save.").is_visible()
    editor.get_by_role("button", name="Add a reminder").click()
    new = steps.nth(3)
    assert new.locator("h2").inner_text() == "Reminder after 3 days"
    new.get_by_label("Subject of the mail").first.fill("Once more")
    new.get_by_label("Mail", exact=True).first.fill("{{ link }}")
    new.get_by_label("Text message", exact=True).first.fill("{{ business_name }} ")
    new.get_by_role("button", name="link", exact=True).nth(1).click()
    editor.get_by_role("button", name="Save", exact=True).click()
    editor.wait_for_selector("text=was changed successfully")
    rows = list(account.sequences.get().steps.order_by("position"))
    assert [(row.position, row.delay_hours) for row in rows] == [(0, 0), (1, 72), (3, 72)]
    assert rows[0].email_subject == "A short reminder from {{ business_name }}"
    assert rows[2].sms_text == "{{ business_name }} {{ link }}"


def test_the_question_is_answered_in_each_of_its_ways(editor: Any, account: Account, now: datetime) -> None:
    sequence = account.sequences.get()
    asked(account, now, person=Person(email="jane@example.com"))

    def type_and_save(words: str) -> None:
        editor.locator("[name=steps-0-email_text]").fill(f"{words} {{{{ link }}}}")
        editor.get_by_role("button", name="Save", exact=True).click()
        editor.wait_for_selector("h2:has-text('1 planned message changes')")
        assert grave(editor) == []

    type_and_save("One")
    editor.get_by_role("button", name="Back").click()
    editor.wait_for_selector("textarea[name=steps-0-email_text]")
    assert editor.locator("[name=steps-0-email_text]").input_value() == "One {{ link }}"
    type_and_save("Two")
    editor.get_by_role("button", name="Change them").click()
    editor.wait_for_selector("text=was changed successfully")
    assert sequence.steps.get(position=0).email_text == "Two {{ link }}"
    editor.get_by_role("heading", name="Standard", exact=True).get_by_role("link").click()
    type_and_save("Three")
    editor.get_by_role("button", name="Only new ones").click()
    editor.wait_for_selector("text=The planned messages stay as they were")
    assert sequence.steps.get(position=0).email_text == "Three {{ link }}"
    kept = Delivery.objects.get().request.sequence
    assert kept.steps.get(position=0).email_text == "Two {{ link }}"


def test_a_message_is_written_by_keyboard_alone(editor: Any, account: Account) -> None:
    subject = editor.locator("[name=steps-0-email_subject]")
    subject.focus()
    editor.keyboard.press("End")
    editor.keyboard.press("Tab")  # the mail
    editor.keyboard.press("Tab")  # the first chip
    assert editor.evaluate("document.activeElement.textContent") == "first name"
    editor.keyboard.press("ArrowLeft")  # around to the last one
    assert editor.evaluate("document.activeElement.textContent") == "link"
    editor.keyboard.press("ArrowRight")
    editor.keyboard.press("Enter")
    assert editor.evaluate("document.activeElement.name") == "steps-0-email_text"  # where somebody was last
    editor.keyboard.press("Shift+Tab")
    editor.keyboard.type("Fine, {{ first_name }}?")
    editor.wait_for_selector(".rh-subject:has-text('Fine, Jane?')")
    editor.keyboard.press("Enter")
    editor.wait_for_selector("text=was changed successfully")
    assert account.sequences.get().steps.get(position=0).email_subject.endswith("Fine, {{ first_name }}?")


def test_without_a_script_a_reminder_is_added(chromium: Any, live_server: Any, owner: User, account: Account) -> None:
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    page, sequence = context.new_page(), account.sequences.get()
    page.goto(f"{live_server.url}/admin/reviews/sequence/{sequence.pk}/change/")
    sign_in(page, owner)
    page.get_by_role("button", name="Add a reminder").click()
    page.locator("[name=steps-3-email_subject]").fill("Once more, {{ first_name }}")
    page.locator("[name=steps-3-email_text]").fill("{{ link }}")
    page.locator("[name=steps-3-sms_text]").fill("{{ link }}")
    page.get_by_role("button", name="Show the preview").click()
    page.wait_for_selector(".rh-subject:has-text('Once more, Jane')")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_selector("text=was changed successfully")
    assert sequence.steps.get(position=3).email_subject == "Once more, {{ first_name }}"
    context.close()


# --- Everybody can use them ---------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_tabs_have_no_fault_and_fit(desk: Callable[[str], Any], page: Any, account: Account, scheme: str) -> None:
    sequence = Sequence.objects.get(account=account)
    copy_sequence(sequence)
    page.emulate_media(color_scheme=scheme)
    faults = []
    for path in (PAGE, "reviews/sequence/", f"reviews/sequence/{sequence.pk}/change/"):
        desk(path)
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            page.wait_for_timeout(100)
            faults += [f"{path} {size['width']}: {fault}" for fault in grave(page)]
            if not fits(page):
                faults.append(f"{path}: wider than {size['width']}")
    assert faults == [], "\n".join(faults)
