"""A sequence is changed while messages are planned: a question with three answers, and what each of them does."""

import re
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from oauth.models import Account, User
from oauth.tests.flow import signed_in
from reviews.models import Delivery, ReviewRequest, Sequence
from reviews.requests import sequences
from reviews.requests.matching import Person
from reviews.tests.admin.test_sequences import sequence_form
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.django_db

NEW_MAIL = {"steps-0-email_text": "Other words: {{ link }}"}


@pytest.fixture
def sequence(account: Account) -> Sequence:
    return Sequence.objects.get(account=account)


@pytest.fixture
def planned(account: Account, now: datetime) -> list[Delivery]:
    """Three mails and a text that wait, all of the first step."""
    for number in range(3):
        asked(account, now, person=Person(email=f"c{number}@example.com"))
    asked(account, now, person=Person(phone="+12125550123"))
    return list(Delivery.objects.all())


def save(client: Client, sequence: Sequence, **changes: str) -> str:
    """The page that asks, or nothing once it is saved."""
    response = client.post(
        reverse("admin:reviews_sequence_change", args=[sequence.pk]), sequence_form(sequence) | changes
    )
    return response.content.decode() if response.status_code == 200 else ""


def answered(client: Client, sequence: Sequence, question: str, **button: str) -> Any:
    """Press a button of the question: its hidden fields go with it, as a browser sends them."""
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', question)
    form = {unescape(name): unescape(value) for name, value in fields}
    return client.post(reverse("admin:reviews_sequence_change", args=[sequence.pk]), form | button)


def text_of(sequence: Sequence, step: int = 0) -> str:
    return sequence.steps.get(position=step).email_text


def test_the_question_is_no_error_and_has_three_answers(
    sequence: Sequence, planned: list[Delivery], owner: User
) -> None:
    page = save(signed_in(owner), sequence, **NEW_MAIL)
    assert "<h2>3 planned messages change</h2>" in page
    assert "3 would be sent with the new text." in page
    assert "errornote" not in page
    assert "rh-alarm" not in page
    buttons = re.findall(r"<button type=\"submit\"[^>]*name=\"(\w+)\" value=\"(\w+)\"", page)
    buttons = [button for button in buttons if button[0] != "language"]  # of the menu
    assert buttons == [("planned", "change"), ("planned", "keep"), ("_back", "1")]
    assert text_of(sequence) != NEW_MAIL["steps-0-email_text"]


def test_change_them_saves_what_was_typed(sequence: Sequence, planned: list[Delivery], owner: User) -> None:
    client = signed_in(owner)
    response = answered(client, sequence, save(client, sequence, **NEW_MAIL), planned="change")
    assert response.status_code == 302
    assert text_of(sequence) == NEW_MAIL["steps-0-email_text"]
    assert {request.sequence for request in ReviewRequest.objects.all()} == {sequence}


def test_only_new_ones_leaves_the_planned_messages_as_they_are(
    account: Account, sequence: Sequence, planned: list[Delivery], owner: User, now: datetime
) -> None:
    client, before = signed_in(owner), text_of(sequence)
    question = save(client, sequence, **NEW_MAIL, **{"steps-2-DELETE": "on"})
    response = answered(client, sequence, question, planned="keep")
    assert response.status_code == 302
    kept = Sequence.objects.exclude(pk=sequence.pk).get(account=account)
    assert (text_of(kept), kept.steps.count(), kept.is_default) == (before, 3, False)
    assert kept.name.startswith("Standard, until ")
    assert {request.sequence for request in ReviewRequest.objects.all()} == {kept}
    assert (text_of(sequence), sequence.steps.count()) == (NEW_MAIL["steps-0-email_text"], 2)
    new = asked(account, now, person=Person(email="new@example.com"))
    assert new.sequence == sequence
    assert "keeps them" in client.get(reverse("admin:reviews_sequence_changelist")).content.decode()


def test_back_shows_all_that_was_typed_and_saves_nothing(
    sequence: Sequence, planned: list[Delivery], owner: User
) -> None:
    client = signed_in(owner)
    question = save(client, sequence, **NEW_MAIL, name="Renamed")
    page = answered(client, sequence, question, _back="1").content.decode()
    assert "Other words: {{ link }}</textarea>" in page
    assert 'value="Renamed"' in page
    assert "planned messages change" not in page
    assert "errornote" not in page
    sequence.refresh_from_db()
    assert (sequence.name, text_of(sequence) == NEW_MAIL["steps-0-email_text"]) == ("Standard", False)


def test_an_error_goes_before_the_question(sequence: Sequence, planned: list[Delivery], owner: User) -> None:
    page = save(signed_in(owner), sequence, **NEW_MAIL, name="")
    assert "planned messages change" not in page
    assert "This field is required." in page


def test_who_has_as_many_sequences_as_there_may_be_is_told_so(
    sequence: Sequence, planned: list[Delivery], owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequences, "MOST", 1)
    client = signed_in(owner)
    page = answered(client, sequence, save(client, sequence, **NEW_MAIL), planned="keep").content.decode()
    assert "sequences already: delete some first." in page
    assert "Other words: {{ link }}" in page
    assert Sequence.objects.filter(account=sequence.account).count() == 1


def test_each_channel_and_removed_steps_are_counted_apart(
    sequence: Sequence, planned: list[Delivery], owner: User
) -> None:
    text = "{{ business_name }} {{ link }} STOP"
    page = save(signed_in(owner), sequence, **{"steps-0-sms_text": text})
    assert "<h2>1 planned message changes</h2>" in page
    Delivery.objects.filter(channel="sms").update(step=1)
    page = save(signed_in(owner), sequence, **{"steps-1-DELETE": "on"})
    assert "1 would not be sent: its step is gone." in page
    assert sequence.steps.count() == 3


def test_steps_that_change_places_change_what_is_sent(sequence: Sequence, planned: list[Delivery], owner: User) -> None:
    page = save(signed_in(owner), sequence, **{"steps-0-position": "1", "steps-1-position": "0"})
    assert "4 would be sent with the new text." in page


@pytest.mark.parametrize(
    "changes", [{"name": "Other"}, {"steps-1-delay_hours": "100"}, {"steps-2-email_text": "New: {{ link }}"}]
)
def test_what_touches_no_planned_message_is_saved_at_once(
    sequence: Sequence, planned: list[Delivery], owner: User, changes: dict[str, str]
) -> None:
    assert save(signed_in(owner), sequence, **changes) == ""


def test_messages_of_other_sequences_and_accounts_do_not_count(
    sequence: Sequence, other_account: Account, owner: User, now: datetime
) -> None:
    asked(other_account, now)
    assert save(signed_in(owner), sequence, **NEW_MAIL) == ""
