"""Lines on standard error, of real errors through the real configuration: their fields, and no personal data."""

import io
import json
import logging
import multiprocessing
import os
import re
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from twilio.base.exceptions import TwilioRestException

from oauth.models import Invitation
from oauth.sign_in.invitations import link
from oauth.tests.waiting import mails
from oauth.views.me import Me
from reviewhub.logs import FIELDS, Console, LineFormatter, request_id
from reviewhub.masking import mask
from reviews.tests.support.helpers import asked

pytestmark = pytest.mark.once

ROOT = Path(settings.BASE_DIR)
logger = logging.getLogger("reviews.example")

ADDRESS, NUMBER, LINK, KEY = "jane.o'brien+x@example.co.uk", "+12125551234", "Zk3vQ9x1T0aB7c2d", "rh_" + "k3" * 20


class Written:
    """The text written to standard error during a test."""

    def __init__(self, stream: io.StringIO) -> None:
        self.stream = stream

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


def consoles() -> set[Any]:
    loggers = [logging.getLogger(name) for name in ("", *settings.LOGGING["loggers"])]
    return {handler for found in loggers for handler in found.handlers if isinstance(handler, Console)}


@pytest.fixture
def written() -> Iterator[Written]:
    (console,) = consoles()
    stream = io.StringIO()
    before = console.setStream(stream)
    yield Written(stream)
    console.setStream(before)


def raised(error: Callable[[], Any]) -> None:
    """Log the error with its traceback, as `logger.exception` does where one is caught."""
    try:
        error()
    except Exception:
        logger.exception("unexpected error while sending", extra={"delivery": 7})


# --- The shape of a line -----------------------------------------------------------------------------------


def test_a_line_has_its_time_its_logger_and_its_fields(written: Written) -> None:
    logger.warning("the claim was lost before it was settled as %s", "sent", extra={"delivery": 4711})
    (line,) = written.lines
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "the claim was lost before it was settled as sent",
        "level": "warning",
        "logger": "reviews.example",
        "delivery": 4711,
    }


def test_an_extra_under_another_name_is_left_out(written: Written) -> None:
    logger.warning("odd", extra={"name_of_customer": "Jane Smith", "request": object()})
    assert "Jane" not in written.text
    assert set(written.lines[0]) == {"event", "level", "logger", "timestamp"}


def test_the_code_uses_only_known_names_in_extra() -> None:
    """A misspelled name would be left out silently."""
    import ast

    for app in ("reviewhub", "oauth", "reviews"):
        for path in (ROOT / app).rglob("*.py"):
            if "tests" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.keyword) and node.arg == "extra" and isinstance(node.value, ast.Dict):
                    names = [key.value for key in node.value.keys if isinstance(key, ast.Constant)]
                    assert set(names) <= set(FIELDS), path


def test_a_line_carries_the_id_of_the_request_that_caused_it(written: Written) -> None:
    reset = request_id.set("trace-4711")
    logger.warning("inside")
    request_id.reset(reset)
    logger.warning("outside")
    assert [line.get("request_id") for line in written.lines] == ["trace-4711", None]


def test_readable_lines_are_readable_and_masked() -> None:
    record = logging.LogRecord("reviews.delivery", logging.WARNING, "x", 1, "refused %s", (ADDRESS,), None)
    record.__dict__["delivery"] = 7
    line = LineFormatter("text").format(record)
    assert "refused [email]" in line
    assert "delivery" in line
    assert "{" not in line


def test_a_readable_line_shows_a_traceback_without_addresses() -> None:
    try:
        raise ValueError(ADDRESS)
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "x", 1, "failed", (), sys.exc_info())
    line = LineFormatter("text").format(record)
    assert "Traceback" in line
    assert "ValueError: [email]" in line


# --- The access line ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_each_request_has_one_line_with_its_route_and_account(written: Written, owner_api: Any, account: Any) -> None:
    response = owner_api.get("/api/v1/review-requests?external_id=secret-4711")
    (line,) = [line for line in written.lines if line["logger"] == "reviewhub.access"]
    assert line["ms"] > 0
    assert {key: line[key] for key in ("method", "route", "status", "account", "request_id")} == {
        "method": "GET",
        "route": "/api/v1/review-requests",
        "status": 200,
        "account": str(account.pk),
        "request_id": response["X-Request-ID"],
    }
    assert "4711" not in written.text


@pytest.mark.django_db
def test_a_probe_has_a_line_only_when_it_finds_something_wrong(written: Written, client: Client) -> None:
    client.get("/healthz")
    assert client.get("/readyz").status_code == 503  # no worker runs here
    routes = [line["route"] for line in written.lines if line["logger"] == "reviewhub.access"]
    assert routes == ["/readyz"]


@pytest.mark.django_db
def test_every_line_of_a_page_that_is_refused_has_the_id_of_its_request(written: Written, client: Client) -> None:
    response = client.get(f"/r/{LINK}")
    found = [(line["logger"], line["request_id"]) for line in written.lines]
    assert found == [(name, response["X-Request-ID"]) for name in ("reviewhub.access", "django.request")]


@pytest.mark.django_db
def test_the_line_of_a_recipients_page_has_the_pattern_and_not_the_token(
    written: Written, client: Client, account: Any, now: Any
) -> None:
    from reviews.models import Delivery

    asked(account, now)
    token = Delivery.objects.get().link_token
    assert client.get(f"/r/{token}").status_code == 200
    (line,) = written.lines
    assert (line["route"], line["account"]) == ("/r/<str:token>", str(account.pk))
    assert token not in written.text


@pytest.mark.django_db
def test_no_line_names_a_person_who_signs_in_or_repeats_a_mailed_link(
    written: Written, client: Client, owner: Any, account: Any, settings: Any
) -> None:
    invitation = Invitation.objects.create(account=account, email=ADDRESS, sent_at=timezone.now())
    client.post("/sign-in", {"username": owner.email, "password": "wrong horse"})
    client.post("/password/reset", {"email": owner.email})
    links = [urlsplit(link(invitation)).path]
    links += re.findall(r"/password/reset/\S+/\S+", str(mails(1)[0].body))
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # as in the sandbox
    client.post("/password/reset", {"email": owner.email})
    for path in links:
        assert client.get(path).status_code in (200, 302)
        client.get(path + "x")  # broken on its way
        client.delete(path)  # refused by a line of Django's own
    invitation.delete()
    assert client.get(links[0]).status_code == 404
    assert "/invitation/<str:token>" in written.text
    assert "/invitation/…" in written.text
    tokens = [path.rsplit("/", 1)[1] for path in links]
    assert not [word for word in (*tokens, ADDRESS, owner.email, "wrong horse") if word in written.text]


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "route"), [(f"/{LINK}/jane", "-"), ("/static/pages.css", "/static/…")])
def test_an_address_that_is_no_route_is_not_repeated_in_the_access_line(
    written: Written, client: Client, path: str, route: str
) -> None:
    client.get(path).close()
    assert [line["route"] for line in written.lines if line["logger"] == "reviewhub.access"] == [route]


# --- Nobody's data -----------------------------------------------------------------------------------------


def refused_recipients() -> None:
    raise smtplib.SMTPRecipientsRefused({ADDRESS: (550, f"5.1.1 <{ADDRESS}>: no such user".encode())})


def texts_error() -> None:
    raise TwilioRestException(400, f"/Messages.json?To=%2B12125551234&token={KEY}", f"'To' {NUMBER} is not valid")


def a_chain_of_errors() -> None:
    try:
        raise ConnectionError(f"smtp://mailer:correct-horse@mail.example.com, Authorization: Bearer {KEY}")
    except ConnectionError as error:
        raise RuntimeError(f"page {settings.PUBLIC_URL}/r/{LINK} for {ADDRESS}") from error


def bad_header() -> None:
    EmailMessage("Hello", "x", "a@b.example", [f"{ADDRESS}\nBcc: {ADDRESS}"]).message()


@pytest.mark.parametrize("error", [refused_recipients, texts_error, a_chain_of_errors, bad_header])
def test_the_traceback_of_a_real_error_says_nothing_of_a_person(written: Written, error: Callable[[], Any]) -> None:
    raised(error)
    (line,) = written.lines
    assert line["exception"].startswith("Traceback")
    assert line["delivery"] == 7
    for secret in ("brien", "2125551234", LINK, KEY, "correct-horse"):
        assert secret not in written.text


@pytest.mark.django_db
def test_a_row_that_the_database_quotes_is_not_repeated(written: Written, account: Any) -> None:
    from reviews.models import Contact

    def twice() -> None:
        with transaction.atomic():
            for _ in range(2):
                Contact.objects.create(account=account, first_name="Zebedee", email=ADDRESS)

    def not_null() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE reviews_contact SET last_name = NULL WHERE first_name = %s", ["Zebedee"])

    Contact.objects.create(account=account, first_name="Zebedee", phone=NUMBER)
    for error in (twice, not_null):
        raised(error)
    assert [("IntegrityError" in line["exception"]) for line in written.lines] == [True, True]
    assert "brien" not in written.text
    said = [line["exception"].rpartition("IntegrityError")[2] for line in written.lines]  # without lines of code
    assert "Zebedee" not in "".join(said)
    assert "2125551234" not in written.text


def test_an_integrity_error_of_another_library_is_masked_alike(written: Written) -> None:
    def quoted() -> None:
        raise IntegrityError("DETAIL:  Failing row contains (5, Jane (x). Smith (Mrs), null).\nHINT: none")

    raised(quoted)
    assert "Smith" not in written.text
    assert "HINT: none" in written.lines[0]["exception"]


@pytest.mark.django_db
def test_djangos_own_line_of_a_bug_goes_the_same_way(
    written: Written, owner_api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug(*_: Any) -> None:
        raise KeyError(f"{ADDRESS} {NUMBER}")

    monkeypatch.setattr(Me, "get", bug)
    response = owner_api.get(f"/api/v1/me?token={KEY}")
    assert response.status_code == 500
    (line,) = [line for line in written.lines if line["logger"] == "django.request"]
    assert "Traceback" in line["exception"]
    assert line["request_id"] == response["X-Request-ID"]
    assert not [secret for secret in ("brien", "2125551234", KEY) if secret in written.text]


def test_a_foreign_host_name_is_masked(written: Written, client: Client) -> None:
    client.get("/healthz", headers={"Host": f"x--{ADDRESS}"})
    assert "DisallowedHost" in written.text
    assert "brien" not in written.text


def test_a_path_that_is_not_found_is_masked(written: Written, client: Client) -> None:
    client.get(f"/r/{LINK}/{ADDRESS}/{NUMBER}?code=abcdefgh")
    assert "Not Found: /r/…" in written.text
    assert len({line["request_id"] for line in written.lines}) == 1
    assert not [secret for secret in (LINK, "brien", "2125551234", "abcdefgh") if secret in written.text]


@pytest.mark.django_db
def test_a_task_that_fails_in_the_queue_is_masked(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    """django-q2's own processes log it, with the traceback in the message."""
    from django_q.monitor import monitor
    from django_q.worker import worker

    def fails() -> None:
        raise refused

    refused = smtplib.SMTPRecipientsRefused({ADDRESS: (550, b"no such user")})
    tasks, results = Queue[Any](), Queue[Any]()
    task = {"id": "x" * 32, "name": "sweep", "func": fails, "args": (), "kwargs": {}, "started": timezone.now()}
    tasks.put(task | {"save": False})
    tasks.put("STOP")
    worker(tasks, results, multiprocessing.Value("f", -1))
    results.put("STOP")
    monitor(results)
    (line,) = [line for line in written.lines if "Failed" in line["event"]]
    assert line["logger"] == "django-q"
    assert "Traceback" in line["event"]
    assert "SMTPRecipientsRefused" in line["event"]
    assert "brien" not in written.text


def test_a_line_that_cannot_be_made_does_not_print_its_arguments(
    written: Written, capsys: pytest.CaptureFixture[str]
) -> None:
    (console,) = consoles()
    console.handle(logging.LogRecord("x", logging.INFO, __file__, 1, "%d messages", (ADDRESS,), None))
    assert "could not be made: TypeError at test_logs.py:" in written.lines[0]["event"]
    assert "brien" not in written.text + capsys.readouterr().err


def test_an_error_whose_text_raises_costs_no_line(written: Written) -> None:
    class Silent(Exception):
        def __str__(self) -> str:
            raise ValueError(ADDRESS)

    def error() -> None:
        raise Silent

    raised(error)
    assert "Silent" in written.lines[0]["exception"]
    assert "brien" not in written.text


def test_a_value_of_any_type_in_extra_is_masked(written: Written) -> None:
    logger.warning("x", extra={"code": ADDRESS, "provider": [NUMBER], "channel": {"to": ADDRESS}})
    assert "brien" not in written.text
    assert "2125551234" not in written.text


@pytest.mark.parametrize("log_format", ["json", "text"])
@pytest.mark.parametrize(
    "how",
    [
        "raise error",
        "import logging; logging.disable(); raise error",
        "from threading import Thread; t = Thread(target=f); t.start(); t.join()",
    ],
)
def test_an_uncaught_error_of_a_process_is_masked(log_format: str, how: str) -> None:
    """In a real process: only the configuration stands between the error and standard error."""
    program = (
        "import django; django.setup()\n"
        f"error = RuntimeError({ADDRESS!r} + ' {NUMBER} ' + {KEY!r})\n"
        "def f():\n    raise error\n" + how
    )
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "reviewhub.settings",
        "REVIEWHUB_ENV_FILE": "",
        "DEBUG": "false",
        "SECRET_KEY": "x" * 60,
        "DATABASE_URL": "sqlite://:memory:",
        "LOG_FORMAT": log_format,
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], cwd=ROOT, env=environment, capture_output=True, check=False
    )
    assert b"RuntimeError: [email] [number] [token]" in done.stderr
    assert b"brien" not in done.stderr + done.stdout


def test_every_logger_that_is_set_up_writes_to_the_one_masked_console() -> None:
    (console,) = consoles()
    assert isinstance(console.formatter, LineFormatter)
    for name in ("django", "django.server", "django-q", "gunicorn.error", "gunicorn.access"):
        found = logging.getLogger(name)
        ours = [handler for handler in found.handlers if not type(handler).__module__.startswith("_pytest")]
        assert (ours, found.propagate) == ([console], False), name


# --- The mask ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("jürgen@müller.de wrote", "[email] wrote"),
        ("mailto:jane%40example.com", "mailto:[email]"),
        ('"jane doe"@example.com', "[email]"),
        ("postgres://user:hunter22@host/db", "postgres://[login]@host/db"),
        ("(212) 555-1234", "[number]"),
        ("212.555.1234", "[number]"),
        ("+44 20 7946 0958", "[number]"),
        ("020 7946 0958", "[number]"),
        ("0171/1234567", "[number]"),
        ("0033 1 23 45 67 89", "[number]"),
        ("To=%2B12125551234", "To=[number]"),
        ("tel:2125551234", "tel:[number]"),
        ("/r/Zk3vQ9x1T0aB7c2d/unsubscribe", "/r/…/unsubscribe"),
        ("next=%2Fr%2FZk3vQ9x1T0aB7c2d", "next=%2Fr%2F…"),
        ("unsubscribe%20Zk3vQ9x1T0aB7c2d", "unsubscribe%20…"),
        ("/invitation/4f1c5e6a:kX-9_z", "/invitation/…"),
        ("next=%2Finvitation%2F4f1c5e6a%3AkX-9_z", "next=%2Finvitation%2F…"),
        ("/password/reset/1a2b/c3-4d5e", "/password/reset/…"),
        ("rha_abc-123 rhr_abc_123 rhs_abc", "[token] [token] [token]"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic [token]"),
        ("?access_token=abc123&x=1", "?access_token=[secret]&x=1"),
        ("{'client_secret': 'very-secret', 'x': 1}", "{'client_secret': '[secret]', 'x': 1}"),
        ('{\\"password\\": \\"hunter22\\"}', '{\\"password\\": \\"[secret]\\"}'),
    ],
)
def test_the_mask_hides(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "497f6eca-6276-4993-bfeb-535412345678",
        "2026-03-03T15:00:00Z took 12345 ms",
        "delivery 1234567 in 0.12345678 s",
        "listening at 192.168.100.200:5432",
        "an object at 0x7f1234567890",
        "SMa1b2c3d4e5f60718293a4b5c6d7e8f90",
        'File "delivery.py", line 12, in f\n    token = uuid.uuid4()',
        "unsubscribe failed everywhere",
        "error code=21211",
        "/admin/oauth/invitation/add/",
        "/password/reset/sent",
    ],
)
def test_the_mask_leaves_text_without_personal_data(text: str) -> None:
    assert mask(text) == text


def test_the_mask_hides_the_secrets_of_this_installation(settings: Any) -> None:
    from reviewhub import masking

    settings.TWILIO_AUTH_TOKEN, settings.ANYMAIL = "0123abcd" * 4, {"POSTMARK_SERVER_TOKEN": "post-mark-7"}
    settings.REDIS_URL = "redis://:not%2Dgood@cache.example/0"
    masking._secrets.cache_clear()
    try:
        found = mask(f"{settings.TWILIO_AUTH_TOKEN}:post-mark-7:not-good:{settings.SECRET_KEY}")
    finally:
        masking._secrets.cache_clear()
    assert found == "[secret]:[secret]:[secret]:[secret]"


@pytest.mark.parametrize("text", ["a@" + "b." * 20_000, ("a" * 95 + "@") * 400, '"' * 20_000 + "@", "1 " * 20_000])
def test_no_text_keeps_the_mask_busy(text: str) -> None:
    begun = time.process_time()
    mask(text)
    took = time.process_time() - begun
    assert took < 10, "a pattern runs back and forth: this takes tens of milliseconds, and minutes if one does"
