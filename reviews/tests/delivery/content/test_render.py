from datetime import datetime
from typing import Any

import pytest

from oauth.models import Account
from reviews.delivery.content.render import render
from reviews.delivery.content.templates import VARIABLES, RenderError, check_template
from reviews.models import Delivery, FollowUpStep
from reviews.requests.matching import Person
from reviews.requests.sequences import DEFAULT_STEPS
from reviews.tests.support.helpers import JANE, asked
from reviews.texts import texts_in

pytestmark = pytest.mark.django_db


def planned(account: Account, now: datetime, person: Person = JANE, **wanted: Any) -> tuple[Delivery, FollowUpStep]:
    request = asked(account, now, person=person, **wanted)
    delivery = Delivery.objects.select_related("account", "request__contact").get(request=request)
    return delivery, FollowUpStep.objects.get(sequence=request.sequence, position=0)


def test_a_mail_has_everything_the_law_and_the_reader_need(account: Account, now: datetime) -> None:
    delivery, step = planned(account, now)
    message = render(delivery, step)
    link = f"http://testserver/r/{delivery.link_token}"
    assert message.subject == "How did we do, Jane?"
    assert message.sender == "Riverside Dental <reviews@testserver>"
    for body in (message.text, message.html):
        assert link in body
        assert f"{link}/unsubscribe" in body
        assert "1 Main Street, Springfield" in body
    assert message.headers["List-Unsubscribe"] == f"<{link}/unsubscribe>"
    assert message.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message.headers["Message-ID"] == f"<{delivery.message_key}@testserver>"


def test_a_mailbox_for_unsubscribing_is_named_when_there_is_one(account: Account, now: datetime, settings: Any) -> None:
    settings.UNSUBSCRIBE_MAILTO = "leave@reviews.example"
    delivery, step = planned(account, now)
    header = render(delivery, step).headers["List-Unsubscribe"]
    assert header.endswith(f", <mailto:leave@reviews.example?subject=unsubscribe%20{delivery.link_token}>")


def test_a_text_names_the_business_the_link_and_the_way_out(account: Account, now: datetime, settings: Any) -> None:
    settings.TWILIO_FROM = "+15005550006"
    delivery, step = planned(account, now, channel="sms")
    message = render(delivery, step)
    assert message.sender == "+15005550006"
    assert message.text == (
        "Hi Jane, thank you for choosing Riverside Dental. How did we do? "
        f"http://testserver/r/{delivery.link_token} Reply STOP to opt out."
    )


def test_an_account_may_have_its_own_number(account: Account, now: datetime, settings: Any) -> None:
    settings.TWILIO_FROM = "+15005550006"
    account.text_sender = "+12125550000"
    account.save()
    delivery, step = planned(account, now, channel="sms")
    assert render(delivery, step).sender == "+12125550000"


def test_a_contact_without_a_name_is_greeted_all_the_same(account: Account, now: datetime) -> None:
    delivery, step = planned(account, now, person=Person(email="a@b.example"))
    message = render(delivery, step)
    assert message.subject == "How did we do?"
    assert message.text.startswith("Hi there,")


def test_names_are_text_in_html_and_in_headers(account: Account, now: datetime) -> None:
    account.name = 'Bob "The <b>Builder</b>"\r\nBcc: eve@example.com'
    account.save()
    delivery, step = planned(account, now, person=Person(email="a@b.example", first_name="<script>alert(1)</script>"))
    message = render(delivery, step)
    assert "<script>" not in message.html
    assert "<b>Builder" not in message.html
    assert "\n" not in message.sender + message.subject


def test_a_mail_without_a_postal_address_is_not_written(account: Account, now: datetime) -> None:
    account.postal_address = " \n"
    account.save()
    with pytest.raises(RenderError, match="postal address"):
        render(*planned(account, now))


def test_a_template_that_names_the_unknown_is_not_sent(account: Account, now: datetime) -> None:
    delivery, step = planned(account, now)
    step.email_text = "{{ password }}"
    with pytest.raises(RenderError, match="'password' is undefined"):
        render(delivery, step)


@pytest.mark.parametrize("text", ["{% for x in (1..100000) %}a{% endfor %}", "{{ name", "{% include 'x' %}"])
def test_a_template_cannot_run_away(account: Account, now: datetime, text: str) -> None:
    delivery, step = planned(account, now)
    step.email_text = text
    with pytest.raises(RenderError):
        render(delivery, step)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Hi {{ first_nam }}", "There is no variable first_nam"),
        ("Hi {{ first_name | shout }}", "There is no filter shout"),
        ("Hi {{ first_name", "cannot be read"),
        ("{% include 'settings' %}", "cannot be read"),
    ],
)
def test_what_is_wrong_with_a_template_is_said_in_words(text: str, problem: str) -> None:
    [found] = check_template(text)
    assert problem in found


def test_the_standard_texts_are_sound() -> None:
    texts = texts_in("en", informal=False)
    for kind, _, _ in DEFAULT_STEPS:
        step = getattr(texts, kind)
        assert [check_template(text) for text in vars(step).values()] == [[], [], []]
        assert "{{ link }}" in step.email_text
        assert "{{ link }}" in step.sms_text
        assert "STOP" in step.sms_text
    assert check_template(" ".join(f"{{{{ {name} }}}}" for name in VARIABLES)) == []
