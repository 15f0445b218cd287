"""Asking one customer in the back-office: what is said before pressing, and what comes of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from oauth.models import Account, Membership, User
from oauth.tests.flow import signed_in
from reviews.contacts.suppressions import suppress
from reviews.models import Consent, Contact, Delivery, FollowUpStep, ReviewRequest, Suppression
from reviews.requests.ask import NO_SITE
from reviews.requests.matching import Person
from reviews.tests.support.helpers import asked
from reviews.texts import texts_in

pytestmark = pytest.mark.django_db

ADD, PREVIEW = "/admin/reviews/reviewrequest/add/", "/admin/reviews/reviewrequest/preview"


def form(account: Account, **changes: str) -> dict[str, str]:
    given = {"account": str(account.pk), "first_name": "Jane", "email": "jane@example.com", "when": "0"}
    return given | changes


def preview(client: Client, business: Account, **changes: str) -> str:
    response = client.post(PREVIEW, form(business) | changes)
    assert response.status_code == 200
    assert "<html" not in response.content.decode()
    return " ".join(response.content.decode().split())


def test_an_account_without_a_review_site_is_told_before_and_after_the_press(account: Account, owner: User) -> None:
    client = signed_in(owner)
    assert NO_SITE not in preview(client, account)
    words = "No review site: customers can leave feedback for you alone"
    assert words not in client.get(ADD).content.decode()
    account.review_sites.all().delete()
    assert words in client.get(ADD).content.decode()
    assert NO_SITE in preview(client, account)
    assert NO_SITE in client.post(ADD, form(account), follow=True).content.decode()
    assert "No review site: " in client.get("/admin/").content.decode()


def test_who_works_in_one_business_is_not_asked_which(account: Account, other_account: Account, owner: User) -> None:
    page = signed_in(owner).get(ADD).content.decode()
    assert f'type="hidden" name="account" value="{account.pk}"' in page
    Membership.objects.create(account=other_account, user=owner, role="manager")
    page = signed_in(owner).get(ADD).content.decode()
    assert f'type="hidden" name="account" value="{other_account.pk}"' in page  # the business in view, first by name


def test_the_operator_of_all_businesses_says_which(account: Account, other_account: Account, operator: User) -> None:
    assert "Harbour Garage</option>" in signed_in(operator).get(ADD).content.decode()


def test_the_preview_is_what_will_be_sent(account: Account, owner: User, now: datetime) -> None:
    client = signed_in(owner)
    with time_machine.travel(now, tick=False):
        shown = preview(client, account, phone="+13035550123")
        client.post(ADD, form(account, phone="+13035550123"))
    assert "How did we do, Jane?" in shown
    assert "thank you for choosing Riverside Dental." in shown
    assert "<strong>E-mail</strong>, leaves right away" in shown
    assert "Text message, leaves Friday 6 March 11:00, their time 09:00 (America/Denver)" in shown
    assert Delivery.objects.get().due_at == now


@pytest.mark.parametrize(
    ("choice", "hours"),
    [("0", 0), ("1", 1), ("24", 24), ("other", 5), ("", 5)],
    ids=["now", "1", "24", "other", "none"],
)
def test_the_wait_is_chosen(account: Account, owner: User, now: datetime, choice: str, hours: int) -> None:
    with time_machine.travel(now, tick=False):
        signed_in(owner).post(ADD, form(account, when=choice, delay_hours="5"))
    request = ReviewRequest.objects.get()
    assert request.scheduled_for >= now + timedelta(hours=hours)
    if hours < 24:
        assert request.scheduled_for == now + timedelta(hours=hours)


def test_a_message_that_waits_for_the_morning_says_so(account: Account, owner: User) -> None:
    night = datetime.fromisoformat("2026-03-04T04:00:00+00:00")  # 23:00 in New York
    with time_machine.travel(night, tick=False):
        shown = preview(signed_in(owner), account, email="", phone="+12125550123")
    assert "leaves tomorrow 09:00" in shown
    assert "Moved: 23:00 → 09:00" in shown
    assert "1 segment" in shown


def test_what_stands_against_it_is_said_before_pressing(account: Account, owner: User, now: datetime) -> None:
    client = signed_in(owner)
    past = timezone.now() - timedelta(days=12)
    request = asked(account, past, person=Person(first_name="Jane", email="jane@example.com"))
    shown = preview(client, account)
    assert "has an open review request already" in shown
    assert f"/admin/reviews/reviewrequest/{request.pk}/change/" in shown
    assert 'data-press="off"' in shown
    ReviewRequest.objects.update(status="completed", sent_at=past, ended_at=past)
    shown = preview(client, account)
    assert "Nothing will be sent.</strong> The customer was asked 12 days ago" in shown
    assert 'data-press="record"' in shown
    assert f"/admin/reviews/contact/{request.contact_id}/change/" in shown
    suppress(
        account=account,
        channel="email",
        address="bob@example.com",
        reason=Suppression.Reason.STOP,
        evidence="",
        now=now,
    )
    assert "cannot be written to (e-mail: said stop)" in preview(client, account, email="bob@example.com")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": ""}, "Give an e-mail address or a mobile number."),
        ({"phone": "12"}, "Mobile number: &#x27;12&#x27; has too few or too many digits"),
        ({"email": "nobody"}, "E-mail: Enter a valid email address."),
        ({"phone": "+442079460000"}, "is a landline number; a text may not arrive."),
        ({"phone": "+12120000000"}, "does not look like a number in use"),
        ({"channel": "sms"}, "This contact has none, and the channel is sms."),
        ({"when": "soon"}, "When: Select a valid choice."),
        ({"delay_hours": "9999", "when": "other"}, "less than or equal to 8760"),
        ({"account": "x"}, "Business: "),
        ({"sequence": "99"}, "Sequence: Select a valid choice."),
        ({"first_name": "a\x00"}, "Null characters are not allowed."),
    ],
)
def test_what_is_wrong_is_said_in_the_preview(
    account: Account, owner: User, changes: dict[str, str], words: str
) -> None:
    assert words in preview(signed_in(owner), account, **changes)
    assert not Contact.objects.exists()


def test_a_template_that_cannot_be_filled_in_is_said(account: Account, owner: User) -> None:
    FollowUpStep.objects.filter(position=0).update(email_text="{{ link | nonsense }}")
    client = signed_in(owner)
    shown = preview(client, account)
    assert "cannot be filled in" in shown
    assert 'data-press="off"' in shown
    page = client.post(ADD, form(account)).content.decode()  # pressed all the same, as without a script
    assert "cannot be filled in" in page
    assert not ReviewRequest.objects.exists()


def test_without_a_script_a_button_shows_the_same(account: Account, owner: User) -> None:
    client = signed_in(owner)
    page = client.post(ADD, form(account, _preview="1")).content.decode()
    assert "How did we do, Jane?" in page
    assert 'value="jane@example.com"' in page
    assert not ReviewRequest.objects.exists()


def test_an_ask_that_sends_nothing_is_recorded_only_by_its_own_button(account: Account, owner: User) -> None:
    past = timezone.now() - timedelta(days=12)
    asked(account, past, person=Person(first_name="Jane", email="jane@example.com"))
    ReviewRequest.objects.update(status="completed", sent_at=past, ended_at=past)
    client = signed_in(owner)
    page = client.post(ADD, form(account)).content.decode()
    assert ReviewRequest.objects.count() == 1
    assert "The customer was asked 12 days ago" in page
    assert 'data-for="ask" hidden' in page
    assert 'data-for="record">Record all the same' in page
    page = client.post(ADD, form(account, _record="1"), follow=True).content.decode()
    assert "Jane is recorded, and nothing is sent: The customer was asked 12 days ago" in page
    assert ReviewRequest.objects.get(status="suppressed").source == "staff"


def test_a_slip_in_the_address_is_asked_about_and_never_refused(account: Account, owner: User) -> None:
    client = signed_in(owner)
    shown = preview(client, account, email="jane@gmial.com")
    assert 'name="_take" value="jane@gmail.com" data-take="email">jane@gmail.com</button>' in shown
    assert 'data-press="ask"' in shown
    page = client.post(ADD, form(account, email="jane@gmial.com", _take="jane@gmail.com")).content.decode()
    assert 'value="jane@gmail.com"' in page  # without a script, the button fills in the field
    assert "Did you mean" not in page
    assert not ReviewRequest.objects.exists()
    client.post(ADD, form(account, email="jane@gmial.com"))
    assert Contact.objects.get().email == "jane@gmial.com"


def test_a_text_that_may_be_an_opt_out_is_said_before_the_press(account: Account, owner: User, now: datetime) -> None:
    suppress(
        account=account,
        channel="sms",
        address="+12125551234",
        reason=Suppression.Reason.UNCLEAR,
        evidence="",
        now=now,
    )
    shown = preview(signed_in(owner), account, email="", phone="(212) 555-1234")
    assert "It waits: a text from the customer may have been an opt-out" in shown


def test_a_double_press_asks_once(account: Account, owner: User) -> None:
    client = signed_in(owner)
    first, second = (client.post(ADD, form(account)) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert ReviewRequest.objects.count() == Delivery.objects.count() == 1


def test_one_after_the_other_stays_on_the_form(account: Account, owner: User) -> None:
    response = signed_in(owner).post(ADD, form(account, _addanother="1"))
    assert (response.status_code, response["Location"]) == (302, ADD)


@pytest.mark.parametrize("address", [ADD, PREVIEW])
def test_who_may_not_write_may_not_ask(account: Account, viewer: User, stranger: User, address: str) -> None:
    assert signed_in(viewer).post(address, form(account)).status_code == 403
    answer = signed_in(stranger).post(address, form(account))
    assert answer.status_code == 200
    assert "Select a valid choice" in answer.content.decode()
    assert not Contact.objects.exists()


def test_a_customer_of_another_business_is_not_known_here(
    account: Account, other_account: Account, owner: User, now: datetime
) -> None:
    asked(other_account, now)
    assert "Known already" not in preview(signed_in(owner), account)


def test_the_preview_costs_few_queries(account: Account, owner: User, django_assert_max_num_queries: Any) -> None:
    client = signed_in(owner)
    preview(client, account)
    with django_assert_max_num_queries(14):  # session, person, memberships, the form's choices, the gates, the steps
        preview(client, account)


def test_the_buttons_of_a_request_cost_few_queries(
    account: Account, owner: User, now: datetime, django_assert_max_num_queries: Any
) -> None:
    request = asked(account, now)
    address = reverse("admin:reviews_reviewrequest_change", args=[request.pk])
    client = signed_in(owner)
    client.get(address)
    with django_assert_max_num_queries(15):
        page = client.get(address).content.decode()
    for words in ("Send now", "Skip this message", "Mark as answered", "Cancel request"):
        assert words in page
    assert ">Send again" not in page


def ask_form(account: Account, **changed: str) -> dict[str, str]:
    return {
        "account": str(account.pk),
        "first_name": "Jane",
        "last_name": "",
        "email": "jane@example.com",
        "phone": "(212) 555-1234",
        "company_name": "",
        "delay_hours": "0",
        "channel": "auto",
        "sequence": "",
    } | changed


def test_staff_ask_a_customer_by_the_same_rules_as_the_api(account: Account, owner: User) -> None:
    Account.objects.update(window_start="00:00", window_end="00:00")  # all day
    client = signed_in(owner)
    response = client.post(reverse("admin:reviews_reviewrequest_add"), ask_form(account), follow=True)
    assert "Jane is asked right away by e-mail. (Sandbox: it is only recorded.)" in response.content.decode()
    assert "added successfully" not in response.content.decode()
    request = ReviewRequest.objects.get()
    assert (request.source, request.contact.phone) == ("staff", "+12125551234")
    assert Delivery.objects.get().status == "planned"
    again = client.post(reverse("admin:reviews_reviewrequest_add"), ask_form(account), follow=True)
    assert "has an open review request already" in again.content.decode()
    assert ReviewRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"email": "", "phone": ""}, "Give an e-mail address or a mobile number"),
        ({"phone": "12"}, "too few or too many digits"),
        ({"phone": "", "channel": "sms"}, "This contact has none"),
        ({"delay_hours": "9000"}, "less than or equal to 8760"),
    ],
)
def test_what_cannot_be_asked_is_said_in_the_form(
    account: Account, owner: User, changed: dict[str, str], words: str
) -> None:
    response = signed_in(owner).post(reverse("admin:reviews_reviewrequest_add"), ask_form(account, **changed))
    assert response.status_code == 200
    assert words in response.content.decode()
    assert not Contact.objects.exists()


# --- Consent ------------------------------------------------------------------------------------

AGREED = {
    "consent_channel": "sms",
    "consent_wording": "You may text me.",
    "consent_source": "By phone",
    "consent_at": "2026-03-01T09:30",
}


def test_a_consent_is_noted_with_the_ask(account: Account, owner: User, now: datetime) -> None:
    account.texts_need_consent = True
    account.save()
    with time_machine.travel(now, tick=False):
        client = signed_in(owner)
        only_text = form(account, email="", phone="(212) 555-1234")
        assert "No consent to text messages is recorded." in preview(client, account, **only_text)
        assert "No consent" not in preview(client, account, **only_text, **AGREED)
        client.post(ADD, only_text | AGREED)
    row = Consent.objects.get()
    assert (row.channel, row.address, row.wording, row.source, row.via) == (
        *("sms", "+12125551234", "You may text me.", "By phone"),
        "staff",
    )
    assert row.at == datetime.fromisoformat("2026-03-01T09:30:00-05:00")  # by the clock of the business
    assert ReviewRequest.objects.get().status == "scheduled"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"consent_channel": ""}, "Say what was agreed to: mail, texts or both."),
        ({"consent_wording": " "}, "A consent proves nothing without it."),
        ({"consent_source": ""}, "A consent proves nothing without it."),
        ({"consent_at": ""}, "A consent proves nothing without it."),
        ({"consent_at": "2026-03-04T09:30"}, "Must not be in the future."),
        ({"consent_at": "1970-01-01T00:00"}, "Must not be before 2000."),
        ({"consent_at": "soon"}, "Enter a valid date/time."),
        ({"phone": ""}, "Type in the address or number that it is for."),
    ],
)
def test_a_consent_that_proves_nothing_is_not_noted(
    account: Account, owner: User, now: datetime, changes: dict[str, str], words: str
) -> None:
    with time_machine.travel(now, tick=False):
        page = signed_in(owner).post(ADD, form(account, phone="+12125551234") | AGREED | changes).content.decode()
    assert words in page
    assert "<details open>" in page
    assert not ReviewRequest.objects.exists()


def test_the_operator_asks_in_no_business_that_was_not_chosen(
    account: Account, other_account: Account, operator: User
) -> None:
    client = signed_in(operator)
    for name in ("reviews_reviewrequest_add", "reviews_importjob_add"):
        content = client.get(reverse(f"admin:{name}")).content.decode()
        assert '<option value="" selected>Choose a business</option>' in content
    form = {"first_name": "Jane", "email": "jane@example.com", "when": "0"}
    assert "This field is required." in client.post(reverse("admin:reviews_reviewrequest_add"), form).content.decode()
    assert not ReviewRequest.objects.exists()


def test_the_preview_follows_the_language_and_says_what_is_not_translated(account: Account, owner: User) -> None:
    client = signed_in(owner)
    assert "text for First ask" not in preview(client, account)
    page = preview(client, account, language="es")
    assert "No Spanish text for First ask: it goes in English." in page
    FollowUpStep.objects.filter(position=0).update(translations={"es": vars(texts_in("es", informal=False).first)})
    page = preview(client, account, language="es")
    assert "text for First ask" not in page
    assert "¿Qué tal le fue con nosotros, Jane?" in page
    client.post(ADD, form(account, language="es"))
    assert Contact.objects.get().language == "es"
