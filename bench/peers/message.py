"""The mail that every library sends: built in the job, and of the size of ours."""

import json
import os
import smtplib
import threading
from collections.abc import Iterator
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import make_msgid
from functools import cache
from pathlib import Path
from typing import Any

SENDER = "reviews@sender.example"
MARK = "BENCHBENCHBENCH1"  # stands where our mails have the token of their link

if "DJANGO_SETTINGS_MODULE" in os.environ:  # the worker of a Django project has all of it in memory
    import django

    django.setup()

_kept = threading.local()


@cache
def words() -> dict[str, str]:
    """Subject, text and HTML, from a mail that ReviewHub sent."""
    found: dict[str, str] = json.loads(Path(os.environ["BENCH_MESSAGE"]).read_text())
    return found


def recipients(count: int, tag: str) -> Iterator[str]:
    for number in range(count):
        yield f"{tag}-{number}@example.com"


def filled(recipient: str) -> dict[str, str]:
    """What a job knows is the recipient; the link is made from it."""
    token = f"{abs(hash(recipient)):016x}"[:16]
    return {name: text.replace(MARK, token) for name, text in words().items()}


def build(recipient: str) -> bytes:
    parts = filled(recipient)
    mail = MIMEMultipart("alternative")
    mail["Subject"] = parts["subject"]
    mail["From"], mail["To"] = SENDER, recipient
    mail["Message-ID"] = make_msgid(domain="sender.example")
    mail.attach(MIMEText(parts["text"], "plain", "us-ascii"))
    mail.attach(MIMEText(parts["html"], "html", "us-ascii"))
    return mail.as_bytes()


def connection() -> Any:
    """A connection for each thread, kept: nobody here pays for connecting."""
    if getattr(_kept, "owner", None) != os.getpid():
        _kept.owner, _kept.connection = os.getpid(), smtplib.SMTP("127.0.0.1", int(os.environ["BENCH_SMTP_PORT"]))
    return _kept.connection


def send(recipient: str) -> None:
    connection().sendmail(SENDER, [recipient], build(recipient))
