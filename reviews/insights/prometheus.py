"""`/metrics` for Prometheus: read from the database when asked, so that any web process gives the same answer.

There is nothing of the process that happens to answer, such as its CPU time: the next scrape may meet another one.
"""

import hmac
import logging
import platform
from collections.abc import Iterable, Iterator
from datetime import datetime
from ipaddress import IPv6Address, ip_address

import django
import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from reviewhub.rest.errors import CODES, error_response
from reviews.insights import installation
from reviews.insights.counters import totals
from reviews.models import Delivery, Tally
from reviews.models.base import Channel

logger = logging.getLogger(__name__)

MOST_CODES = 20  # providers have hundreds; Prometheus keeps a series for each for as long as it keeps data

Status = Delivery.Status


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All measures in a text format that the caller accepts. 403 to strangers, 503 while the database is away."""
    if not _may_read(request):
        description = "Send METRICS_TOKEN as 'Authorization: Bearer …', or ask from the machine itself."
        return error_response(403, "forbidden", description)
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    try:
        body = encode(Installation(timezone.now()))
    except (DatabaseError, InterfaceError):
        logger.exception("database unavailable")
        response = error_response(503, *CODES[503])
        response["Retry-After"] = "1"
        return response
    return HttpResponse(body, content_type=content_type, headers={"Cache-Control": "no-store"})


def _may_read(request: HttpRequest) -> bool:
    """Whoever has the token; without a proxy also whoever asks from this machine.

    Behind a proxy everybody comes from this machine, and X-Forwarded-For is what the caller says it is.
    """
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if settings.METRICS_TOKEN and scheme.lower() == "bearer":
        return hmac.compare_digest(given.strip().encode(), settings.METRICS_TOKEN.encode())
    return not settings.BEHIND_PROXY and _is_loopback(str(request.META.get("REMOTE_ADDR", "")))


def _is_loopback(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False  # a socket of the file system has no address, and says nothing about who is behind it
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return found.is_loopback


class Installation(Collector):
    """Reads the measures of one moment, in at most thirteen statements."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        versions = {
            "python": platform.python_version(),
            "django": django.get_version(),
            "database": connection.vendor,
        }
        yield InfoMetricFamily("reviewhub_build", "What this installation runs on.", versions)
        yield from self._waiting()
        yield from self._settled()
        yield from self._workers()
        yield from self._providers()
        yield from self._webhooks()
        found = installation.requests_by_status()
        text = "Review requests by status; an estimate once there are many."
        yield _gauge("requests", text, ["status"], [([key], found[key]) for key in found])
        yield from self._queue()

    def _waiting(self) -> Iterator[Metric]:
        rows = installation.waiting(self.now)
        for name, text, values in (
            ("pending", "Messages not settled yet, due or not.", [row.pending for row in rows]),
            ("due", "Messages that are due and wait for a worker.", [row.due for row in rows]),
            (
                "oldest_due_age_seconds",
                "How long the oldest due message waits.",
                [self._age(r.oldest_due) for r in rows],
            ),
        ):
            pairs = zip(rows, values, strict=True)
            yield _gauge(f"deliveries_{name}", text, ["channel"], [([row.channel], value) for row, value in pairs])
        doubt = "Messages whose send began and never ended; their claim has lapsed."
        yield _gauge("deliveries_in_doubt", doubt, ["channel"], [([row.channel], row.in_doubt) for row in rows])

    def _settled(self) -> Iterator[Metric]:
        rows, grown = installation.failures(self.now), totals()
        held = dict.fromkeys(((status, channel) for status in Delivery.UNSUCCESSFUL for channel in Channel.values), 0)
        for row in rows:
            held[Status(row.status), row.channel] += row.count
        for name, text in (
            (Tally.Name.SENT, "Messages that a provider accepted."),
            (Tally.Name.DELIVERED, "Reports of providers that a message arrived."),
        ):
            yield _counter(name, text, {channel: grown[name, channel] for channel in Channel.values})
        again = {channel: grown[Tally.Name.FAILED, channel] for channel in Channel.values}
        failed = {channel: held[Status.FAILED, channel] + again[channel] for channel in Channel.values}
        yield _counter("failed", "Messages given up, those that staff had sent again included.", failed)
        bounced = {channel: held[Status.BOUNCED, channel] for channel in Channel.values}
        yield _counter("bounced", "Messages to an address that does not exist.", bounced)
        unknown = [([channel], held[Status.UNKNOWN, channel]) for channel in Channel.values]
        yield _gauge("deliveries_unknown", "Texts of which nobody knows whether they left.", ["channel"], unknown)
        window = "Failed, bounced and unknown messages that were due in the last 24 hours (a window), by error code."
        yield _gauge("delivery_failures_last_day", window, ["code"], _bounded(installation.by_cause(rows)))

    def _workers(self) -> Iterator[Metric]:
        rows = installation.workers()
        yield _gauge("workers", "Workers that were heard of in the last day.", [], [([], len(rows))])
        ages = [([row.worker], self._age(row.beat_at)) for row in rows]
        yield _gauge("worker_beat_age_seconds", "Since when a worker was not heard of.", ["worker"], ages)
        restarts = CounterMetricFamily(
            "reviewhub_worker_restarts", "Clusters that the worker's watchdog had to replace.", labels=["worker"]
        )
        for row in rows:
            restarts.add_metric([row.worker], row.restarts)
        yield restarts

    def _providers(self) -> Iterator[Metric]:
        until = installation.pauses(self.now)
        left = [([name], (until[name] - self.now).total_seconds() if name in until else 0) for name in Channel.values]
        yield _gauge("channel_paused_seconds", "How long nobody will send by the channel.", ["channel"], left)
        count, oldest = installation.unapplied_events()
        yield _gauge("provider_events_unapplied", "Reports of providers not applied yet.", [], [([], count)])
        text = "How long the oldest one waits."
        yield _gauge("provider_events_oldest_unapplied_age_seconds", text, [], [([], self._age(oldest))])

    def _webhooks(self) -> Iterator[Metric]:
        found = installation.webhooks(self.now)
        yield _gauge("notices_due", "Webhook calls due to endpoints that answer.", [], [([], found.due)])
        text = "How long the oldest one waits."
        yield _gauge("notices_oldest_due_age_seconds", text, [], [([], self._age(found.oldest_due))])
        states = [([state], count) for state, count in found.endpoints.items()]
        yield _gauge("endpoints", "Endpoints of webhooks by state.", ["state"], states)

    def _queue(self) -> Iterator[Metric]:
        try:
            length = installation.queue_length()
        except redis.RedisError as error:
            logger.warning("the queue cannot be measured: %s", type(error).__name__)
            return
        yield _gauge("queue_tasks", "Tasks that wait in the queue; messages are not among them.", [], [([], length)])

    def _age(self, moment: datetime | None) -> float:
        """Seconds since; 0 for never, and for what a clock ahead of ours wrote."""
        return max(0.0, (self.now - moment).total_seconds()) if moment else 0.0


def _gauge(name: str, text: str, labels: list[str], values: Iterable[tuple[list[str], float]]) -> Metric:
    family = GaugeMetricFamily(f"reviewhub_{name}", text, labels=labels)
    for given, value in values:
        family.add_metric(given, value)
    return family


def _counter(name: str, text: str, by_channel: dict[str, int]) -> Metric:
    """`reviewhub_deliveries_<name>_total`: the library adds the ending."""
    family = CounterMetricFamily(f"reviewhub_deliveries_{name}", text, labels=["channel"])
    for channel, value in by_channel.items():
        family.add_metric([channel], value)
    return family


def _bounded(found: list[tuple[str, int]]) -> list[tuple[list[str], float]]:
    """The most frequent codes, and one row for all others."""
    shown = [([code or "none"], float(count)) for code, count in found[:MOST_CODES]]
    if rest := sum(count for _, count in found[MOST_CODES:]):
        shown.append((["other"], float(rest)))
    return shown
