"""Telling owners of a text that is perhaps an opt-out."""

from typing import Any

import pytest
from django.core import mail

from oauth.models import User
from reviews import tasks
from reviews.inbox import telling
from reviews.models import InboxItem
from reviews.tests.inbox.test_decisions import unclear

pytestmark = pytest.mark.django_db

__all__ = ["unclear"]


def test_owners_get_one_mail_with_a_link_and_nothing_of_the_customer(
    unclear: InboxItem, owner: User, viewer: User, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://reviews.example"
    tasks.tick()
    tasks.tick()
    [message] = mail.outbox
    assert message.to == [owner.email]
    assert message.subject == "Riverside Dental: a customer's text waits for your decision"
    assert f"https://reviews.example/admin/reviews/inboxitem/{unclear.pk}/change/" in message.body
    for words in ("Jane", "cancel my 3 pm", "+1212"):
        assert words not in message.subject + str(message.body)


def test_a_mail_that_does_not_leave_is_tried_again(
    unclear: InboxItem, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", lambda *_, **__: (_ for _ in ()).throw(OSError()))
        assert telling.tell_owners() == 0
    assert telling.tell_owners() == 1
    assert len(mail.outbox) == 1


def test_nobody_is_told_of_what_somebody_has_decided(unclear: InboxItem, owner: User) -> None:
    InboxItem.objects.update(tell_owners=False)
    assert telling.tell_owners() == 0
