"""Texts into Twilio's API: our worker against Twilio's own library in a loop, which keeps no record."""

import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bench.common import free_ports, fresh_database, is_postgres, manage, our_environment
from bench.mail import SECONDS, drain_ours
from bench.running import running
from bench.sink import Sink, Tally, sink
from bench.size import MAILS, sized
from bench.table import rates, turns

ROUNDS = sized(5, 1)
LOOP = "Twilio's library in a loop, one process"
# Texts leave between 8:00 and 21:00 of the recipient, so the recipients live where it is about two in the afternoon.
ZONES = ("Pacific/Honolulu", "America/Los_Angeles", "America/New_York", "Europe/London", "Asia/Dubai", "Asia/Tokyo")


def main() -> None:
    if not is_postgres():
        print("texts: left out, DATABASE_URL names no PostgreSQL server")
        return
    with ExitStack() as until_done:
        folder = until_done.enter_context(tempfile.TemporaryDirectory())
        taking = until_done.enter_context(sink("twilio"))
        (port,) = free_ports(1)
        project = our_environment(until_done.enter_context(fresh_database(folder, "texts")), port)
        project = texting_to(taking, project, WORKERS="2")
        manage(project, "migrate", "-v0")
        manage(project, "demo", "--json", "--force")
        zone = zone_of_afternoon()
        starts = iter(range(0, 10**8, MAILS))

        def ours() -> float:
            return whole(drain_ours(project, taking, MAILS, "ask_by_text", start=next(starts), zone=zone))

        found = turns({"ReviewHub, two workers": ours, LOOP: lambda: whole(loop(project, taking))}, rounds=ROUNDS)
        rates("texts into Twilio's API", found, {LOOP: 1.2})


def texting_to(taking: Sink, project: dict[str, str], **settings: str) -> dict[str, str]:
    """The project with its texts going to the sink."""
    account = {"TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "bench", "TWILIO_FROM": "+15005550006"}
    return project | account | {"TWILIO_API_URL": f"http://127.0.0.1:{taking.port}"} | settings


def zone_of_afternoon() -> str:
    """The zone of ZONES where it is nearest to two in the afternoon."""
    return min(ZONES, key=lambda name: abs(datetime.now(UTC).astimezone(ZoneInfo(name)).hour - 14))


def loop(project: dict[str, str], taking: Sink) -> Tally:
    taking.forget()
    with running([sys.executable, "-m", "bench.twilio_loop", str(MAILS)], project):
        return taking.collect(MAILS, SECONDS)


def whole(tally: Tally) -> float:
    assert not tally.twice
    return tally.rate
