"""The six journeys, each walked twice inside ReviewHub's own process: to warm up, and watched.

Only what outlives a move of modules is used: HTTP, commands, models, tasks by their paths, settings.
"""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import UTC, datetime
from importlib import import_module
from io import StringIO
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from twilio.request_validator import RequestValidator

from bench.common import ROOT
from bench.moves import PLACES, CallWatch
from bench.oauth_calls import exchange
from oauth.models import Account, User
from reviews import tasks
from reviews.models import Delivery, ImportJob, Notice, ReviewRequest, Suppression

APPS = ("reviewhub", "oauth", "reviews")
# Quiet hours and holidays make further calls, so it is always a Tuesday, at ten in the morning in New York.
WHEN = datetime(2026, 3, 3, 15, tzinfo=UTC)
NOTIFIER = ("reviews.webhooks.notifier", "reviews.notices")  # the newest name first
FORM = "application/x-www-form-urlencoded"
INBOUND_TEXTS = "/hooks/twilio/message"

Watched = AbstractContextManager[Any]


class Site:
    """The demo account, and whoever calls the product on its behalf."""

    def __init__(self, receiver: str) -> None:
        words = StringIO()
        call_command("demo", "--json", "--force", stdout=words)
        self.demo: dict[str, Any] = json.loads(words.getvalue())
        self.account = Account.objects.get(pk=self.demo["account_id"])
        self.receiver = receiver
        self.program, self.browser = Client(SERVER_NAME="127.0.0.1"), Client(SERVER_NAME="127.0.0.1")
        self.browser.force_login(User.objects.get(pk=self.demo["user"]["id"]))
        self._numbers = count(1000)

    def person(self) -> dict[str, str]:
        """The data of somebody new."""
        number = next(self._numbers)
        return {
            "first_name": "Jane",
            "last_name": "Smith",
            "email": f"jane{number}@example.com",
            "mobile_phone_number": f"+1212555{number}",
        }

    def call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Call the API; return its answer."""
        key = {"Authorization": f"Bearer {self.demo['api_key']}"}
        response = self.program.post(f"/api/v1/{path}", body, content_type="application/json", headers=key)
        assert response.status_code in (200, 201), response.content
        answer: dict[str, Any] = response.json()
        return answer

    def ask(self, **body: Any) -> ReviewRequest:
        return ReviewRequest.objects.get(pk=self.call("review-requests", body)["id"])


# --- The journeys ------------------------------------------------------------------------------------


def store_request(site: Site, watched: Watched) -> None:
    body = site.person() | {"company_name": "Smith Industries", "delay_hours": 24, "metadata": {"source": "zapier"}}
    with watched:
        answer = site.call("review-requests", body)
    assert ReviewRequest.objects.get(pk=answer["id"]).status == ReviewRequest.Status.SCHEDULED


def send_message(site: Site, watched: Watched) -> None:
    request = site.ask(**site.person(), delay_hours=0)
    with watched:
        sent = tasks.drain()
    assert sent == 1
    assert Delivery.objects.get(request=request, step=0).status == Delivery.Status.SENT


def stop(site: Site, watched: Watched) -> None:
    number = site.person()["mobile_phone_number"]
    site.ask(mobile_phone_number=number, delay_hours=0)
    assert tasks.drain() == 1
    text = {"MessageSid": f"SM{number}", "From": number, "To": settings.TWILIO_FROM, "Body": "STOP"}
    validator = RequestValidator(settings.TWILIO_AUTH_TOKEN)
    signature = {"X-Twilio-Signature": validator.compute_signature(settings.PUBLIC_URL + INBOUND_TEXTS, text)}
    with watched:
        response = site.program.post(INBOUND_TEXTS, urlencode(text), content_type=FORM, headers=signature)
    assert response.status_code == 200, response.content
    assert Suppression.objects.get(address=number).reason == Suppression.Reason.STOP


def exchange_code(site: Site, watched: Watched) -> None:
    app = site.demo["oauth"]
    back = {"redirect_uri": app["redirect_uri"]}
    query = {"response_type": "code", "client_id": app["client_id"]} | back
    consent = {"decision": "allow", "account": str(site.account.pk)}
    sent_back = site.browser.post(f"/oauth/authorize?{urlencode(query)}", consent)["Location"]
    (code,) = parse_qs(urlsplit(sent_back).query)["code"]
    body = exchange(app["client_id"], app["client_secret"], code) | back
    del body["code_verifier"]  # as Zapier does it: the consent asked without a challenge
    with watched:
        response = site.program.post("/oauth/token", urlencode(body), content_type=FORM)
    assert {"access_token", "refresh_token"} <= response.json().keys(), response.content


def import_row(site: Site, watched: Watched) -> None:
    person = site.person()
    file = SimpleUploadedFile("customers.csv", f"{','.join(person)}\n{','.join(person.values())}\n".encode())
    page = site.browser.post("/admin/reviews/importjob/add/", {"account": str(site.account.pk), "file": file})
    form = {f"column_{place}": name for place, name in enumerate(person)}
    form |= {"has_header": "on", "channel": "auto", "sequence": "", "delay_hours": "24", "start": "1"}
    site.browser.post(page["Location"], form)
    job = ImportJob.objects.latest("pk")
    with watched:
        tasks.import_rows(job.pk)
    job.refresh_from_db()
    assert (job.status, job.asked) == (ImportJob.Status.DONE, 1)


def deliver_webhook(site: Site, watched: Watched) -> None:
    endpoint = site.call("hooks", {"url": site.receiver, "events": ["review_request.scheduled"]})
    site.ask(**site.person(), delay_hours=24)
    notifier = first_module(*NOTIFIER)
    is_over = iter((False, True)).__next__  # after one round
    with watched:
        notifier.run(is_over, lambda: None)
    assert Notice.objects.filter(endpoint=endpoint["id"]).latest("pk").status == Notice.Status.DELIVERED


def first_module(*names: str) -> Any:
    for name in names:
        with suppress(ModuleNotFoundError):
            return import_module(name)
    raise ModuleNotFoundError(f"None of {', '.join(names)} is there.")


JOURNEYS: dict[str, Callable[[Site, Watched], None]] = {
    "POST → request stored": store_request,
    "due → one message sent": send_message,
    "inbound STOP → suppressed": stop,
    "OAuth code → tokens": exchange_code,
    "one CSV row → imported": import_row,
    "event → webhook delivered": deliver_webhook,
}


def walk(receiver: str) -> dict[str, Any]:
    """Walk all journeys; return the figures and moves of each. `receiver`: an address that takes webhooks."""
    walked = {}
    with time_machine.travel(WHEN):
        site = Site(receiver)
        for title, journey in JOURNEYS.items():
            journey(site, nullcontext())
            journey(site, watch := CallWatch(ROOT, APPS))
            walked[title] = {"figures": watch.figures()} | {
                f"{name} moves": {
                    f"{start or 'outside'} → {end}": times for (start, end), times in watch.moves(place).most_common()
                }
                for name, place in PLACES.items()
            }
    return walked
