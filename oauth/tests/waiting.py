"""Waiting for mail that leaves from a thread of its own."""

import threading

from django.core import mail
from django.core.mail import EmailMessage


def mails(count: int) -> list[EmailMessage]:
    """All mails that have left, once the threads are done; at least so many."""
    for thread in threading.enumerate():
        if thread.name == "mail":
            thread.join(60)
    found: list[EmailMessage] = mail.outbox
    assert len(found) >= count
    return found
