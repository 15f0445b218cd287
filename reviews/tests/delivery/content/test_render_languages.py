"""The language of a message: the customer's, where the step has texts in it."""

from datetime import datetime
from typing import Any

import pytest

from oauth.models import Account
from reviews.delivery.content.render import render
from reviews.models import Contact, Delivery, FollowUpStep, ReviewRequest, Sequence
from reviews.tests.support.helpers import JANE, asked
from reviews.texts import texts_in

pytestmark = pytest.mark.django_db

SPANISH = vars(texts_in("es", informal=False).first)


def message_in(account: Account, now: datetime, channel: str = "email") -> Any:
    if not Delivery.objects.exists():
        asked(account, now, person=JANE, channel=channel)
    delivery = Delivery.objects.select_related("account", "request__contact").get()
    return render(delivery, FollowUpStep.objects.select_related("sequence").get(position=0))


def test_a_mail_speaks_one_language_from_the_subject_to_the_way_out(account: Account, now: datetime) -> None:
    FollowUpStep.objects.update(translations={"es": SPANISH})
    asked(account, now)
    Contact.objects.update(language="es-MX")
    message = message_in(account, now)
    assert message.subject == "¿Qué tal le fue con nosotros, Jane?"
    assert '<html lang="es">' in message.html
    assert "Cuéntenos qué tal le fue" in message.html
    assert "No recibir más correos como este: http" in message.text
    Contact.objects.update(language="fr")  # there is no French text: nothing of the mail is French
    message = message_in(account, now)
    assert message.subject == "How did we do, Jane?"
    assert '<html lang="en">' in message.html
    assert "No more mail like this: http" in message.text


def test_the_asks_language_counts_for_a_customer_without_one(account: Account, now: datetime) -> None:
    FollowUpStep.objects.update(translations={"es": SPANISH})
    asked(account, now)
    ReviewRequest.objects.update(language="es")
    assert message_in(account, now).subject.startswith("¿Qué tal")
    Contact.objects.update(language="en")
    assert message_in(account, now).subject == "How did we do, Jane?"


def test_what_is_missing_falls_back_to_the_accounts_language_and_then_to_the_sequences(
    account: Account, now: datetime
) -> None:
    asked(account, now)
    FollowUpStep.objects.update(translations={"es": SPANISH})
    Account.objects.update(language="es")  # the sequence was written in English before that
    Contact.objects.update(language="fr")
    assert message_in(account, now).subject.startswith("¿Qué tal")
    Account.objects.update(language="de")
    assert message_in(account, now).subject == "How did we do, Jane?"


def test_the_sequences_own_texts_go_before_an_old_translation_into_that_language(
    account: Account, now: datetime
) -> None:
    FollowUpStep.objects.update(translations={"es": SPANISH})
    Sequence.objects.update(language="es")
    asked(account, now)
    Contact.objects.update(language="es")
    assert message_in(account, now).subject == "How did we do, Jane?"


def test_a_text_from_a_name_gives_its_link_in_the_customers_language(
    account: Account, now: datetime, settings: Any
) -> None:
    settings.TWILIO_FROM = "+15005550006"
    Account.objects.update(text_sender="Riverside", is_informal=True)
    FollowUpStep.objects.update(translations={"es": vars(texts_in("es", informal=True).first)})
    asked(account, now, channel="sms")
    Contact.objects.update(language="es")
    text = message_in(account, now).text
    assert "¿Qué tal te fue con nosotros?" in text
    assert "STOP" not in text
    assert "Dejar de recibir SMS: http" in text
