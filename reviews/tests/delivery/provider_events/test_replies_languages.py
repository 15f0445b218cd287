"""Answers to texts speak the customer's language, in the form that the business has chosen."""

from typing import Any

import pytest
from django.test import Client

from oauth.models import Account
from reviews.models import Contact, ReviewRequest
from reviews.tests.delivery.provider_events.test_replies import answers, configured, texted
from reviews.tests.support.provider_posts import NUMBER, text

pytestmark = pytest.mark.django_db

__all__ = ["configured", "texted"]  # fixtures


def test_a_stop_and_a_start_are_confirmed_in_the_customers_language(client: Client, texted: ReviewRequest) -> None:
    Contact.objects.update(language="es-MX")
    stopped = answers(text(client, "STOP", sid="SM10"))
    assert stopped == ["Riverside Dental: ya no le enviaremos SMS. Responda START para volver a recibirlos."]
    Account.objects.update(is_informal=True)
    started = answers(text(client, "START", sid="SM11"))
    assert started == ["Riverside Dental: puedes volver a recibir SMS. Responde STOP para dejar de recibirlos."]


def test_help_is_given_in_the_language_that_the_ask_named(client: Client, texted: ReviewRequest) -> None:
    ReviewRequest.objects.update(language="de")
    (help_,) = answers(text(client, "HELP", sid="SM10"))
    assert help_.startswith("Riverside Dental: Wir fragen per SMS nach Ihrer Meinung. Kontakt: ")


def test_a_customer_who_was_never_texted_is_answered_in_their_language(
    client: Client, account: Account, settings: Any
) -> None:
    Account.objects.update(language="fr")
    Contact.objects.create(account=account, phone=NUMBER)
    (help_,) = answers(text(client, "HELP", sid="SM10"))
    assert help_.startswith("Riverside Dental : nous demandons votre avis par SMS.")
    Contact.objects.update(language="de")
    (stopped,) = answers(text(client, "STOP", sid="SM11"))
    assert stopped.startswith("Riverside Dental: Sie sind abgemeldet")
