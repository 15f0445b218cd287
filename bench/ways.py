"""The two ways of each fast path, timed in this process: ours, and the standard one of Python, Django or a library."""

import smtplib
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client as Twilio
from unfold.templatetags import unfold_list

from bench.size import sized
from bench.table import turns
from oauth.models import Account, User
from reviews.delivery.channels import Accepted, Message, mime, smtp
from reviews.delivery.channels.email import EmailChannel
from reviews.delivery.channels.twilio_http import HttpClient
from reviews.delivery.pool import Handover, Pool
from reviews.models import Sequence

ROUNDS = sized(9, 2)
MAILS, TEXTS, SLOW_MAILS, LISTS = sized(500, 20), sized(200, 10), sized(96, 8), sized(20, 3)
CONNECTIONS = 16

Rates = dict[str, list[float]]


def measure(*, smtp: int, slow: int) -> dict[str, Rates]:
    """Time all ways by turns; `smtp` and `slow`: ports of two mail servers. Returns how many a second, per round."""
    return {
        "a mail's bytes (channels/mime)": _bytes(),
        "a mail into an SMTP server (channels/smtp)": _conversations(smtp),
        "a text into Twilio's API (channels/twilio_http)": _texts(),
        "mails into a provider that takes 50 ms (pool)": _slow_mails(slow),
        "a list of 50 sequences (backoffice/changelist)": _lists(),
    }


def _per_second(count: int, work: Callable[[], object]) -> float:
    began = time.perf_counter()
    for _ in range(count):
        work()
    return count / (time.perf_counter() - began)


def _message() -> Message:
    key = str(uuid.uuid4())
    text = "Hi Jane,\n\nthank you for choosing Riverside Dental. How did we do?\n\nhttps://reviews.example/r/abc\n"
    return Message(
        to="jane@example.com",
        sender="Riverside Dental <reviews@example.org>",
        subject="How did we do, Jane?",
        text=text * 3,
        html=f"<p>{text}</p>" * 20,
        reply_to="desk@riverside.example",
        key=key,
        headers={
            "Message-ID": f"<{key}@example.org>",
            "List-Unsubscribe": "<https://reviews.example/r/abc/unsubscribe>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def standard_bytes(message: Message) -> bytes:
    """Write the mail by Django's and Python's own objects, as Django's SMTP backend does."""
    mail = EmailMultiAlternatives(
        message.subject,
        message.text,
        message.sender,
        [message.to],
        reply_to=[message.reply_to] if message.reply_to else None,
        headers=message.headers,
    )
    mail.attach_alternative(message.html, "text/html")
    raw: Any = mail.message()
    return bytes(raw.as_bytes(linesep="\r\n"))


def _bytes() -> Rates:
    message = _message()
    ours = partial(_per_second, MAILS, lambda: mime.serialize(message))
    return turns({"ours": ours, "Django": partial(_per_second, MAILS, lambda: standard_bytes(message))}, rounds=ROUNDS)


def _conversations(port: int) -> Rates:
    content = mime.serialize(_message())
    addresses = "reviews@example.org", "jane@example.com"
    with smtp.Connection("127.0.0.1", port) as connection, smtplib.SMTP("127.0.0.1", port) as plain:
        connection.ehlo()

        def ours() -> None:
            smtp.hand_over(connection, quick=1.0, sender=addresses[0], recipient=addresses[1], content=content)

        def standard() -> None:
            plain.sendmail(addresses[0], [addresses[1]], content)

        sides = {"ours": partial(_per_second, MAILS, ours), "smtplib": partial(_per_second, MAILS, standard)}
        return turns(sides, rounds=ROUNDS)


def _texts() -> Rates:
    def sender(http: Any) -> Callable[[], object]:
        client = Twilio(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, http_client=http)
        client.api.base_url = settings.TWILIO_API_URL
        return lambda: client.messages.create(to="+12125551234", from_=settings.TWILIO_FROM, body="How did we do?")

    sides = {
        "ours": partial(_per_second, TEXTS, sender(HttpClient(timeout=10))),
        "Twilio's own client": partial(_per_second, TEXTS, sender(TwilioHttpClient(timeout=10))),
    }
    return turns(sides, rounds=ROUNDS)


def _slow_mails(port: int) -> Rates:
    @contextmanager
    def channel() -> Iterator[EmailChannel]:
        opened = slow_channel("email")
        yield opened
        opened.close()

    def slow_channel(kind: str) -> EmailChannel:
        made = EmailChannel()
        made._backend.host, made._backend.port = "127.0.0.1", port
        return made

    def pooled() -> float:
        pool = Pool(slow_channel, most=CONNECTIONS)
        waiting, back = [Handover(number, "email", _message()) for number in range(SLOW_MAILS)], 0
        began = time.perf_counter()
        while back < SLOW_MAILS:
            while waiting and pool.room("email"):
                pool.note_own_time("email", 0.001)
                pool.send(waiting.pop())
            for attempt in pool.finished(wait=5):
                assert isinstance(attempt.accepted, Accepted), attempt.error
                back += 1
        seconds = time.perf_counter() - began
        pool.close()
        return SLOW_MAILS / seconds

    def one_by_one() -> float:
        with channel() as opened:
            opened.connect()
            return _per_second(SLOW_MAILS // 4, lambda: opened.send(_message()))

    return turns({"ours, 16 connections": pooled, "one after the other": one_by_one}, rounds=sized(3, 1))


def _lists() -> Rates:
    account = Account.objects.order_by("pk")[0]
    Sequence.objects.bulk_create([Sequence(account=account, name=f"{n}", slug=f"s{n}") for n in range(100)])
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(User.objects.create_superuser("operator@example.com"))
    address = reverse("admin:reviews_sequence_changelist") + "?o=1"
    ours = unfold_list.result_headers
    theme = ours.__wrapped__

    def page(headers: Any) -> float:
        unfold_list.result_headers = headers
        try:
            return _per_second(LISTS, lambda: _shown(client, address))
        finally:
            unfold_list.result_headers = ours

    return turns({"ours": partial(page, ours), "the theme": partial(page, theme)}, rounds=ROUNDS)


def _shown(client: Client, address: str) -> None:
    assert client.get(address).status_code == 200
