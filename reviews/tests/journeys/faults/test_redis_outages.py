"""Redis stopped, full, hanging and back, under a running installation: calls are answered, and messages leave."""

import re
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import requests
import urllib3
from django.conf import settings

from reviews.tests.support.processes import on_linux
from reviews.tests.support.provider_posts import twilio_proof
from reviews.tests.support.services import Redis, redis_server, with_redis
from reviews.tests.support.site import Site, running_site, zone_where_it_is_noon
from reviews.tests.support.waiting import until

pytestmark = [
    pytest.mark.fault,
    pytest.mark.postgres,
    on_linux,
    with_redis,
    pytest.mark.skipif(settings.SQLITE, reason="needs PostgreSQL: once in CI is enough"),
]

SOON = 3.0  # seconds for an answer; a Redis that hangs costs each process half a second in five
numbers = count(1)


@pytest.fixture(scope="module")
def server() -> Iterator[Redis]:
    with redis_server() as server:
        yield server


@pytest.fixture(scope="module")
def site(server: Redis, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    limits = {"API_RATE_PER_MINUTE": "100000"}
    with running_site(tmp_path_factory.mktemp("site"), REDIS_URL=server.url, **limits) as site, site.worker():
        until(lambda: health(site)["status"] == "ok")
        yield site


@pytest.fixture(autouse=True)
def mended(server: Redis, site: Site) -> Iterator[None]:
    yield
    server.go_on() if server.process else server.start()
    server.empty()
    until(lambda: health(site)["status"] == "ok", 15)  # by itself, within seconds


def health(site: Site) -> dict[str, Any]:
    answer = requests.get(f"{site.url}/readyz", timeout=SOON)
    return {"code": answer.status_code} | dict(answer.json())


def twilio_posts(site: Site, path: str, **form: str) -> requests.Response:
    headers = twilio_proof(path, form, token=site.environment["TWILIO_AUTH_TOKEN"], site=site.url)
    return requests.post(site.url + path, data=form, headers=headers, timeout=SOON)


def sign_in(site: Site, password: str) -> requests.Response:
    with requests.Session() as browser:
        page = browser.get(f"{site.url}/sign-in", timeout=SOON)
        token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[0]
        form = {"username": site.demo["user"]["email"], "password": password, "csrfmiddlewaretoken": token}
        return browser.post(f"{site.url}/sign-in", data=form, timeout=SOON)


def call_everything(site: Site) -> None:
    """Make a call of each kind, and look at its answer; then at what came of it."""
    number = next(numbers)
    phone = f"+1212555{number:04}"
    created = site.ask(email=f"c{number}@example.com", delay_hours=0)
    site.ask(mobile_phone_number=phone, delay_hours=5, time_zone=zone_where_it_is_noon())
    bulk = {"requests": [{"email": f"bulk{number}@example.com"}]}
    assert site.call("POST", "/api/v1/review-requests/bulk", bulk).status_code == 200
    assert site.call("GET", "/api/v1/status").status_code == 200
    application = site.demo["oauth"]
    form = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": application["client_id"]}
    secret = {"client_secret": application["client_secret"]}
    assert requests.post(f"{site.url}/oauth/token", form | secret, timeout=SOON).json()["error"] == "invalid_grant"
    [mail] = until(lambda: site.mails_to(f"c{number}@example.com"), 15)  # messages leave
    link = mail["List-Unsubscribe"].split(">")[0].strip("<")
    page = link.removesuffix("/unsubscribe")
    assert requests.get(page, timeout=SOON).status_code == 200
    assert requests.post(page, {"rating": "4", "text": "Fine."}, timeout=SOON).status_code == 200
    assert requests.post(link, {"List-Unsubscribe": "One-Click"}, timeout=SOON).status_code == 200
    assert site.read(created)["status"] in ("responded", "suppressed")
    stop = {"MessageSid": f"SM-stop{number}", "From": phone, "To": site.environment["TWILIO_FROM"], "Body": "STOP"}
    assert "unsubscribed" in twilio_posts(site, "/hooks/twilio/message", **stop).text
    latest = site.call("GET", "/api/v1/suppressions").json()["results"][:2]
    assert {row["address"] for row in latest} == {phone, f"c{number}@example.com"}
    assert sign_in(site, site.demo["user"]["password"]).url.endswith("/admin/")


def break_(server: Redis, fault: str) -> None:
    {"stopped": server.stop, "full": server.fill, "hanging": server.hang}[fault]()


@pytest.mark.parametrize("fault", ["stopped", "full", "hanging"])
def test_calls_are_answered_and_opt_outs_kept(site: Site, server: Redis, fault: str) -> None:
    break_(server, fault)
    began = time.monotonic()
    call_everything(site)
    print(f"Redis {fault}: everything within {time.monotonic() - began:.1f} s")  # noqa: T201
    found = until(lambda: (found := health(site))["status"] == "degraded" and found, 15)
    assert found["code"] == 200
    assert "Redis does not answer" in found["reason"]


def test_guesses_are_counted_and_refused_while_it_is_away(site: Site, server: Redis) -> None:
    server.stop()
    client = {"client_id": site.demo["oauth"]["client_id"], "client_secret": "wrong", "token": "x"}
    # From an address of its own: what it may guess no more, the calls of other tests still may.
    with urllib3.PoolManager(source_address=("127.0.0.2", 0), timeout=SOON) as guesser:
        url = f"{site.url}/oauth/introspect"
        answers = [guesser.request("POST", url, fields=client, encode_multipart=False).status for _ in range(100)]
    # Twenty in a minute of the clock in each of two processes; the minute may change meanwhile.
    assert 20 <= answers.count(401) <= 80
    assert answers.count(429) == 100 - answers.count(401)


def test_a_task_of_the_outage_is_done_after_it(site: Site, server: Redis) -> None:
    number = next(numbers)
    phone = f"+1212555{number:04}"
    created = site.ask(mobile_phone_number=phone, time_zone=zone_where_it_is_noon())
    site.wait_for_status(created, "sent")
    [sid] = [text["sid"] for text in site.texts if text["To"] == phone]
    server.stop()
    report = {"MessageSid": sid, "MessageStatus": "delivered", "To": phone}
    assert twilio_posts(site, "/hooks/twilio/status", **report).status_code == 204
    server.start()
    again = site.ask(email=f"again{number}@example.com")
    site.wait_for_status(again, "sent")  # the worker is the same, and at work
    site.inside("do_late_work()")
    assert site.read(created)["messages"][0]["status"] == "delivered"
