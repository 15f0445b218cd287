"""Pages that people open, in a real browser: our policies must not stand in anybody's way."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone
from pytest_httpserver import HTTPServer

from oauth.models import Account, ApiKey, Grant, Membership, RefreshToken, User
from oauth.tests.authenticator import Phone, give_phone
from oauth.tests.flow import App, make_application
from reviews.models import Delivery, Feedback, ReviewRequest, ReviewSite, Suppression
from reviews.simulation import runs
from reviews.tests.support.browser import PHONE, fits, in_a_browser, sign_in
from reviews.tests.support.helpers import asked
from reviews.tests.support.mail import Inbox, free_port
from reviews.tests.support.waiting import until

pytestmark = in_a_browser


@pytest.fixture
def message(account: Account, now: datetime, httpserver: HTTPServer) -> Delivery:
    httpserver.expect_request("/review").respond_with_data("the review site")
    ReviewSite.objects.filter(account=account).update(url=httpserver.url_for("/review"))
    asked(account, now)
    return Delivery.objects.get()


def test_a_press_lands_on_the_review_site(page: Any, live_server: Any, message: Delivery) -> None:
    page.goto(f"{live_server.url}/r/{message.link_token}")
    assert fits(page)
    page.get_by_role("button", name="Review us on Google").click()
    page.wait_for_url("**/review")
    assert page.inner_text("body") == "the review site"
    assert ReviewRequest.objects.get().status == "responded"


def test_feedback_is_left_with_the_keyboard_alone(page: Any, live_server: Any, message: Delivery) -> None:
    page.goto(f"{live_server.url}/r/{message.link_token}")
    page.get_by_label("4 of 5", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Friendly people.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Thank you')")
    feedback = Feedback.objects.get()
    assert (feedback.rating, feedback.text) == (4, "Friendly people.")
    assert page.get_by_role("button", name="Review us on Google").is_visible()


@pytest.mark.parametrize("stars", ["4 of 5", ""], ids=["thanks", "problem"])
def test_the_answer_to_feedback_has_the_focus_also_without_a_script(
    chromium: Any, live_server: Any, message: Delivery, stars: str
) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 500}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/r/{message.link_token}")
    if stars:
        page.get_by_label(stars, exact=True).check()
    page.get_by_role("button", name="Send to Riverside Dental").click()
    answer = page.locator("#answer:focus")
    answer.wait_for()
    assert 0 <= answer.bounding_box()["y"] < 500
    assert ("Thank you" in answer.inner_text()) is bool(stars)
    context.close()


def test_leaving_takes_one_press(page: Any, live_server: Any, message: Delivery) -> None:
    page.goto(f"{live_server.url}/r/{message.link_token}")
    page.get_by_role("link", name="No more messages like this").click()
    assert not Suppression.objects.exists()
    page.get_by_role("button", name="Stop mail").click()
    page.wait_for_selector("h1:has-text('Done')")
    assert Suppression.objects.exists()


@pytest.fixture
def app_address(httpserver: HTTPServer) -> str:
    """The page that an app has people sent back to; it answers."""
    httpserver.expect_request("/cb").respond_with_data("the app")
    address = httpserver.url_for("/cb")
    make_application(redirect_uris=address)
    return str(address)


def authorize_url(live_server: Any, address: str, **more: str) -> str:
    query = {"response_type": "code", "client_id": "zapier", "redirect_uri": address, "state": "xyz"} | more
    return f"{live_server.url}/oauth/authorize?{urlencode(query)}"


def test_allowing_an_app_lands_on_its_address(page: Any, live_server: Any, owner: User, app_address: str) -> None:
    page.goto(authorize_url(live_server, app_address))
    assert "Zapier" in page.inner_text("main")
    assert fits(page)
    sign_in(page, owner)
    page.wait_for_selector("h1:has-text('Connect Zapier?')")
    assert fits(page)
    assert "Riverside Dental" in page.inner_text("body")
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url("**/cb?*")
    assert re.search(r"[?&]code=[^&]+", page.url)
    assert "state=xyz" in page.url
    assert Grant.objects.count() == 1


def test_denying_lands_there_too(page: Any, live_server: Any, owner: User, app_address: str) -> None:
    page.goto(authorize_url(live_server, app_address))
    sign_in(page, owner)
    page.get_by_role("button", name="Deny").click()
    page.wait_for_url("**/cb?*")
    assert "error=access_denied" in page.url
    assert not Grant.objects.exists()


def test_one_of_several_businesses_is_chosen_without_a_script(
    chromium: Any, live_server: Any, owner: User, other_account: Account, app_address: str
) -> None:
    Membership.objects.create(account=other_account, user=owner, role="manager")
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(authorize_url(live_server, app_address))
    sign_in(page, owner)
    page.get_by_label("Harbour Garage").check()
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url("**/cb?*")
    context.close()
    assert Grant.objects.get().account == other_account


def test_a_wrong_request_of_an_app_reaches_it_through_the_sign_in_form(
    page: Any, live_server: Any, owner: User, app_address: str
) -> None:
    page.goto(authorize_url(live_server, app_address, scope="admin"))
    sign_in(page, owner)
    page.wait_for_url("**/cb?*")
    assert "error=invalid_scope" in page.url


def test_another_person_takes_over_at_the_consent_page(
    page: Any, live_server: Any, owner: User, stranger: User, app_address: str
) -> None:
    page.goto(authorize_url(live_server, app_address))
    sign_in(page, owner)
    page.get_by_role("button", name="Use another account").click()
    sign_in(page, stranger)
    page.wait_for_selector("text=Harbour Garage")
    assert stranger.email in page.inner_text("main")


def test_an_owner_makes_and_ends_a_key_and_disconnects_an_app(
    page: Any, live_server: Any, owner: User, account: Account
) -> None:
    App(owner, account, make_application()).pair()
    page.goto(f"{live_server.url}/connections")
    sign_in(page, owner)
    page.wait_for_selector("h1:has-text('Apps, keys and webhooks')")
    page.get_by_text("Make a key").click()
    page.get_by_label("What is it for?").fill("Website")
    page.get_by_role("button", name="Make the key").click()
    assert re.fullmatch(r"rh_[\w-]{43}", page.inner_text(".rh-secret"))
    assert fits(page)
    page.get_by_text("End this key …").click()
    page.get_by_role("button", name="End this key").click()
    page.wait_for_selector("text=The key Website has ended.")
    page.get_by_text("Disconnect …").click()
    page.get_by_role("button", name="Disconnect", exact=True).click()
    page.wait_for_selector("text=Zapier is disconnected.")
    assert fits(page)
    assert not RefreshToken.objects.filter(revoked=None).exists()
    assert not ApiKey.objects.filter(revoked_at=None).exists()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_operator_sends_a_failed_message_again_on_a_phone(
    page: Any, live_server: Any, operator: User, message: Delivery, scheme: Any
) -> None:
    Delivery.objects.update(status="failed", error_code="554", error_text="x" * 200)
    ReviewRequest.objects.update(status="failed", ended_at=message.created_at)
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{live_server.url}/admin/operations/")
    sign_in(page, operator)
    page.wait_for_selector("h2:has-text('Latest that failed')")
    assert fits(page)
    page.get_by_role("button", name="Retry").click()
    page.wait_for_selector("text=It is planned again")
    assert Delivery.objects.get().status == "planned"


def test_the_operators_plots_are_there_without_a_script(
    chromium: Any, live_server: Any, operator: User, message: Delivery
) -> None:
    Delivery.objects.update(status="sent", sent_at=timezone.now())
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/operations/")
    sign_in(page, operator)
    page.wait_for_selector("text=1 sent, at most 1 in a minute.")
    page.wait_for_load_state("networkidle")  # the size of a bar comes with the stylesheet
    bar = page.locator(".rh-plot .rh-fill").first.bounding_box()
    assert bar["width"] > 2
    assert bar["height"] > 50
    context.close()


def test_a_viewer_simulates_on_a_phone_without_a_script(
    chromium: Any, live_server: Any, viewer: User, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "_start_thread", lambda work: work())
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/simulator/")
    sign_in(page, viewer)
    page.get_by_label("Days").fill("14")
    page.get_by_label("Customers").fill("8")
    page.get_by_role("button", name="Simulate", exact=True).click()
    page.wait_for_selector("h2:has-text('messages by day')")
    assert page.locator("svg rect.rh-email").first.is_visible()
    context.close()


def test_the_simulators_result_fits_a_phone(
    page: Any, live_server: Any, viewer: User, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "_start_thread", lambda work: work())
    page.goto(f"{live_server.url}/admin/simulator/")
    sign_in(page, viewer)
    assert fits(page)
    page.get_by_label("Customers").fill("8")
    page.get_by_role("button", name="Simulate", exact=True).click()
    page.wait_for_selector("h2:has-text('messages by day')")
    assert fits(page)


# --- Signing in ----------------------------------------------------------------------------------------


@pytest.fixture
def inbox(settings: Any, live_server: Any) -> Iterator[Inbox]:
    """A real mail server, which the site sends to."""
    inbox = Inbox()
    server = Controller(inbox, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.PUBLIC_URL, settings.MAIL_PROVIDER = live_server.url, True
    yield inbox
    server.stop()


def mailed_link(inbox: Inbox, to: str) -> str:
    """The address in the first mail to somebody."""
    mail = until(lambda: next((mail for mail in inbox.mails if mail["To"] == to), None))
    found = re.search(r"^http\S+/(?:invitation|password)/\S+", mail.get_content(), re.MULTILINE)
    assert found is not None
    return found[0]


def enter_code(page: Any, code: str) -> None:
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_second_factor_is_set_up_and_asked_for_and_a_recovery_code_stands_in(
    page: Any, live_server: Any, owner: User, settings: Any, tmp_path: Any
) -> None:
    settings.STAFF_MUST_HAVE_MFA = True
    page.goto(f"{live_server.url}/admin/reviews/contact/")
    sign_in(page, owner)
    page.wait_for_selector("h1:has-text('Set up the second step')")
    assert page.locator("img.qr").evaluate("image => image.naturalWidth") > 0
    assert fits(page)
    phone = Phone("".join(page.inner_text(".secret").split()))
    page.get_by_label("Code", exact=True).fill(phone.code())
    page.get_by_role("button", name="Switch it on").click()
    page.wait_for_selector("h1:has-text('Recovery codes')")
    codes = page.locator(".codes li").all_inner_texts()
    assert len(codes) == 10
    assert fits(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download them as a file").click()
    download.value.save_as(tmp_path / "codes.txt")
    assert (tmp_path / "codes.txt").read_text().split() == codes
    page.get_by_role("link", name="I have them. Go on").click()
    page.wait_for_url("**/admin/reviews/contact/")
    for code in (phone.code(1), codes[0]):
        page.context.clear_cookies()
        page.goto(f"{live_server.url}/admin/")
        sign_in(page, owner)
        page.wait_for_selector("h1:has-text('Second step')")
        assert fits(page)
        enter_code(page, code)
        page.wait_for_url("**/admin/")


def test_connecting_an_app_asks_for_the_code_on_the_way(
    page: Any, live_server: Any, owner: User, app_address: str
) -> None:
    phone = give_phone(owner)
    page.goto(authorize_url(live_server, app_address))
    sign_in(page, owner)
    page.wait_for_selector("text=Zapier")
    enter_code(page, phone.code())
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url("**/cb?*")
    assert Grant.objects.count() == 1


def test_a_wrong_request_of_an_app_reaches_it_through_the_code_form_too(
    page: Any, live_server: Any, owner: User, app_address: str
) -> None:
    phone = give_phone(owner)
    page.goto(authorize_url(live_server, app_address, scope="admin"))
    sign_in(page, owner)
    enter_code(page, phone.code())
    page.wait_for_url("**/cb?*")
    assert "error=invalid_scope" in page.url


def test_a_forgotten_password_is_set_anew_by_mail(page: Any, live_server: Any, owner: User, inbox: Inbox) -> None:
    page.goto(f"{live_server.url}/sign-in")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("E-mail").fill(owner.email)
    page.get_by_role("button", name="Mail me a link").click()
    page.wait_for_selector("h1:has-text('Look into your mail')")
    page.goto(mailed_link(inbox, owner.email))
    page.get_by_label("The new password", exact=True).fill("battery staple 9")
    page.get_by_label("The new password again").fill("battery staple 9")
    assert fits(page)
    page.get_by_role("button", name="Set it").click()
    page.get_by_role("link", name="Sign in with it").click()
    page.get_by_label("E-mail").fill(owner.email)
    page.get_by_label("Password").fill("battery staple 9")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/admin/")


def test_an_owner_invites_a_colleague_who_accepts(
    page: Any, chromium: Any, live_server: Any, owner: User, account: Account, inbox: Inbox
) -> None:
    page.goto(f"{live_server.url}/admin/settings/people/")
    sign_in(page, owner)
    page.wait_for_selector("h1:has-text('People')")
    page.get_by_label("E-mail").fill("bob@example.com")
    page.locator("#invite").get_by_label("Role").select_option("Viewer")
    page.get_by_role("button", name="Invite", exact=True).click()
    page.wait_for_selector("text=bob@example.com has mail")
    assert fits(page)
    other = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    theirs = other.new_page()
    theirs.goto(mailed_link(inbox, "bob@example.com"))
    theirs.get_by_label("Your name").fill("Bob Builder")
    theirs.get_by_label("A password", exact=True).fill("battery staple 9")
    theirs.get_by_label("The password again").fill("battery staple 9")
    assert fits(theirs)
    theirs.get_by_role("button", name="Accept").click()
    theirs.wait_for_url("**/admin/")
    other.close()
    assert Membership.objects.get(user__email="bob@example.com").role == "viewer"
