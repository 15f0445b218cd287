"""PostgreSQL read-only, away and at its limit, under an installation: 503 meanwhile, and work goes on by itself."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
import pytest
import requests
from django.conf import settings

from reviewhub import testing_database
from reviews.tests.support.faults import PATIENCE, distinct, fill, taken, twice, wait_for_more
from reviews.tests.support.processes import on_linux
from reviews.tests.support.provider_posts import twilio_proof
from reviews.tests.support.site import Site, database, running_site
from reviews.tests.support.waiting import until

pytestmark = [
    pytest.mark.fault,
    pytest.mark.postgres,
    on_linux,
    pytest.mark.skipif(settings.SQLITE, reason="needs PostgreSQL: SQLite has no server that could be away"),
]

ROLE = f"reviewhub_in_outages_{os.getpid()}"  # no superuser: the limit of connections holds for it
SOON = 10.0  # seconds for an answer


@contextmanager
def open_to_role(url: str) -> Iterator[str]:
    """Let the role read and write all tables of the database, and return the URL for it."""
    place = urlsplit(url)
    with testing_database.server() as server:
        server.execute(f"DROP ROLE IF EXISTS {ROLE}")
        server.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD 'outages'")
        with psycopg.connect(url, autocommit=True) as its:
            its.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {ROLE}")
            its.execute(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {ROLE}")
        try:
            yield place._replace(netloc=f"{ROLE}:outages@{place.hostname}:{place.port}").geturl()
        finally:
            with psycopg.connect(url, autocommit=True) as its:
                its.execute(f"DROP OWNED BY {ROLE}")
            server.execute(f"DROP ROLE {ROLE}")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    production = {"DEBUG": "false", "SECRET_KEY": "for-tests-only-" + "x" * 50}
    with (
        database(folder) as url,
        open_to_role(url) as own,
        running_site(folder, DATABASE_URL=own, **production) as site,
        site.worker(),
    ):
        until(lambda: requests.get(f"{site.url}/readyz", timeout=SOON).ok)
        yield site


@contextmanager
def broken(site: Site, begin: str, end: str) -> Iterator[None]:
    """End all sessions of the installation after the first statement; run the second one at the end."""
    with testing_database.server() as server:
        names = {"database": urlsplit(site.environment["DATABASE_URL"]).path[1:], "role": ROLE}
        server.execute(begin.format(**names))
        try:
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [ROLE])
            yield
        finally:
            server.execute(end.format(**names))


FAULTS = {
    "read-only": (
        "ALTER DATABASE {database} SET default_transaction_read_only = on",
        "ALTER DATABASE {database} RESET default_transaction_read_only",
    ),
    "away": ("ALTER DATABASE {database} ALLOW_CONNECTIONS false", "ALTER DATABASE {database} ALLOW_CONNECTIONS true"),
    "at its limit": ("ALTER ROLE {role} CONNECTION LIMIT 0", "ALTER ROLE {role} CONNECTION LIMIT -1"),
}
REASONS = {
    "read-only": "The database takes no writes.",
    "away": "The database cannot be reached.",
    "at its limit": "The database cannot be reached.",
}


def readiness(site: Site) -> tuple[int, str]:
    answer = requests.get(f"{site.url}/readyz", timeout=SOON)
    return answer.status_code, answer.json().get("reason", "")


def stop_by_text(site: Site, number: str) -> requests.Response:
    form = {"MessageSid": f"SM-{number}", "From": number, "To": site.environment["TWILIO_FROM"], "Body": "STOP"}
    path = "/hooks/twilio/message"
    headers = twilio_proof(path, form, token=site.environment["TWILIO_AUTH_TOKEN"], site=site.url)
    return requests.post(site.url + path, data=form, headers=headers, timeout=SOON)


def suppressed(site: Site) -> set[str]:
    return {row["address"] for row in site.call("GET", "/api/v1/suppressions").json()["results"]}


@pytest.mark.parametrize("fault", FAULTS)
def test_callers_are_told_to_come_back_and_then_all_is_well(site: Site, fault: str) -> None:
    name, number = re.sub("[^a-z]", "", fault), f"+1212555{list(FAULTS).index(fault):04}"
    created = site.ask(email=f"{name}@example.com", mobile_phone_number=number)
    site.wait_for_status(created, "sent")
    [mail] = site.mails_to(f"{name}@example.com")
    link = mail["List-Unsubscribe"].split(">")[0].strip("<")
    with requests.Session() as browser:
        page = browser.get(f"{site.url}/sign-in", timeout=SOON).text
        token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[0]
        person = site.demo["user"] | {"username": site.demo["user"]["email"], "csrfmiddlewaretoken": token}

        with broken(site, *FAULTS[fault]):
            for _ in range(4):  # in each process
                refused = site.call("POST", "/api/v1/review-requests", {"email": f"late-{name}@example.com"})
                assert (refused.status_code, refused.json()["error"]) == (503, "temporarily_unavailable")
                assert refused.headers["Retry-After"] == "1"
            client = site.demo["oauth"] | {"grant_type": "refresh_token", "refresh_token": "x" * 43}
            if fault != "read-only":  # else it is looked up, and wrong
                assert requests.post(f"{site.url}/oauth/token", client, timeout=SOON).status_code == 503
            entrance = browser.post(f"{site.url}/sign-in", person, timeout=SOON)
            assert (entrance.status_code, "Retry-After" in entrance.headers) == (503, True)
            assert "One moment, please" in entrance.text
            # Never 200, so that it is repeated.
            assert requests.post(link, {"List-Unsubscribe": "One-Click"}, timeout=SOON).status_code == 503
            assert stop_by_text(site, number).status_code == 503
            # A process that has just written does not try again for a moment.
            until(lambda: readiness(site) == (503, REASONS[fault]), 10)
            assert requests.get(f"{site.url}/healthz", timeout=SOON).status_code == 200
            # Reading goes on, on connections that were opened read-only: none of them may be kept.
            reads = {site.call("GET", "/api/v1/contacts").status_code for _ in range(6)}
            assert reads == ({200} if fault == "read-only" else {503})

        # As soon as it is back, no call fails.
        again = [
            site.call("POST", "/api/v1/review-requests", {"email": f"b{at}-{name}@example.com"}) for at in range(12)
        ]
        assert [answer.status_code for answer in again] == [201] * 12
        assert browser.post(f"{site.url}/sign-in", person, timeout=SOON).status_code == 200
    assert requests.post(link, {"List-Unsubscribe": "One-Click"}, timeout=SOON).status_code == 200
    assert stop_by_text(site, number).status_code == 200
    assert suppressed(site) >= {f"{name}@example.com", number}
    began = time.monotonic()
    site.wait_for_status(again[0].json(), "sent")
    print(f"{fault}: mail leaves {time.monotonic() - began:.1f} s after")  # noqa: T201
    until(lambda: all(site.mails_to(f"b{at}-{name}@example.com") for at in range(12)))  # nobody after this counts them
    until(lambda: requests.get(f"{site.url}/readyz", timeout=SOON).ok, 10)


def test_a_read_only_hour_in_mid_drain_costs_no_message(site: Site) -> None:
    site.inbox.mails.clear()
    fill(site, mails=300)
    wait_for_more(site, 50)
    with broken(site, *FAULTS["read-only"]):
        time.sleep(2)
        assert taken(site) < 300
    until(lambda: taken(site) >= 300, PATIENCE)
    assert distinct(site)[0] == 300
    assert twice(site)[0] == 0
