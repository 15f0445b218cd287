"""`/metrics` for Prometheus: read from the database at each scrape, so that any web process gives the same answer.

No metric is of the process that happens to answer, such as its CPU time: the next scrape may meet another one.
"""

import hmac
import logging
import platform
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from ipaddress import IPv6Address, ip_address

import django
import redis
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from reviewhub import VERSION
from reviewhub.cache import redis_answers
from reviewhub.outages import DATABASE_AWAY, RETRY_AFTER, drop_connection
from reviewhub.rest.errors import CODES, error_response
from reviews.insights import installation
from reviews.insights.counters import totals
from reviews.models import Delivery, Tally
from reviews.models.base import Channel

logger = logging.getLogger(__name__)

MOST_CODES = 20  # providers have hundreds; Prometheus keeps a series for each for as long as it keeps data


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with all metrics in a format that the caller accepts; 403 to strangers, 503 while the database is away."""
    if not _may_read(request):
        description = "Send METRICS_TOKEN as 'Authorization: Bearer …', or ask from the machine itself."
        return error_response(403, "forbidden", description)
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    try:
        body = encode(Installation(timezone.now()))
    except DATABASE_AWAY as error:
        drop_connection(error)
        response = error_response(503, *CODES[503])
        response["Retry-After"] = RETRY_AFTER
        return response
    return HttpResponse(body, content_type=content_type, headers={"Cache-Control": "no-store"})


def _may_read(request: HttpRequest) -> bool:
    """Return True for a caller with the token; without a proxy, also for one on this machine.

    Behind a proxy every call comes from this machine, and a caller writes into X-Forwarded-For whatever it likes.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if settings.METRICS_TOKEN and scheme.lower() == "bearer":
        return hmac.compare_digest(token.strip().encode(), settings.METRICS_TOKEN.encode())
    return not settings.BEHIND_PROXY and _is_loopback(str(request.META.get("REMOTE_ADDR", "")))


def _is_loopback(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False  # a socket of the file system has no address, and says nothing about who is behind it
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.is_loopback


class Installation(Collector):
    """Collector of the metrics of one moment, in at most fifteen statements."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        versions = {
            "version": VERSION,
            "python": platform.python_version(),
            "django": django.get_version(),
            "database": connection.vendor,
        }
        yield InfoMetricFamily("reviewhub_build", "What this installation runs on.", versions)
        yield from self._backlogs()
        yield from self._settled()
        yield from self._workers()
        yield from self._providers()
        yield from self._webhooks()
        due, refused = installation.staff_mail(self.now)
        yield _gauge("staff_mail_due", "Members whose mail about the inbox is due.", [], [([], due)])
        yield _gauge("staff_mail_refused", "Members whose mail about the inbox is refused.", [], [([], refused)])
        counts = installation.requests_by_status()
        text = "Review requests by status; an estimate once there are many."
        yield _gauge("requests", text, ["status"], [([status], count) for status, count in counts.items()])
        yield from self._queue()

    def _backlogs(self) -> Iterator[Metric]:
        rows = installation.backlogs(self.now)
        for name, text, values in (
            ("pending", "Messages not settled yet, due or not.", [row.pending for row in rows]),
            ("due", "Messages that are due and wait for a worker.", [row.due for row in rows]),
            (
                "oldest_due_age_seconds",
                "How long the oldest due message waits.",
                [self._age(row.oldest_due) for row in rows],
            ),
        ):
            pairs = zip(rows, values, strict=True)
            yield _gauge(f"deliveries_{name}", text, ["channel"], [([row.channel], value) for row, value in pairs])
        doubt = "Messages whose send began and never ended; their claim has lapsed."
        yield _gauge("deliveries_in_doubt", doubt, ["channel"], [([row.channel], row.in_doubt) for row in rows])

    def _settled(self) -> Iterator[Metric]:
        failures, numbers = installation.failures(self.now), totals()
        keys = ((status, channel) for status in Delivery.UNSUCCESSFUL for channel in Channel.values)
        counts = dict.fromkeys(keys, 0)
        for row in failures:
            counts[Delivery.Status(row.status), row.channel] += row.count
        for name, text in (
            (Tally.Name.SENT, "Messages that a provider accepted."),
            (Tally.Name.DELIVERED, "Reports of providers that a message arrived."),
        ):
            yield _counter(name, text, {channel: numbers[name, channel] for channel in Channel.values})
        sent_again = {channel: numbers[Tally.Name.FAILED, channel] for channel in Channel.values}
        failed = {channel: counts[Delivery.Status.FAILED, channel] + sent_again[channel] for channel in Channel.values}
        yield _counter("failed", "Messages given up, those that staff had sent again included.", failed)
        bounced = {channel: counts[Delivery.Status.BOUNCED, channel] for channel in Channel.values}
        yield _counter("bounced", "Messages to an address that does not exist.", bounced)
        unknown = [([channel], counts[Delivery.Status.UNKNOWN, channel]) for channel in Channel.values]
        yield _gauge("deliveries_unknown", "Texts of which nobody knows whether they left.", ["channel"], unknown)
        window = "Failed, bounced and unknown messages that were due in the last 24 hours (a window), by error code."
        yield _gauge("delivery_failures_last_day", window, ["code"], _limit(installation.by_cause(failures)))

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
        ends = installation.pauses(self.now)
        left = [([name], (ends[name] - self.now).total_seconds() if name in ends else 0) for name in Channel.values]
        yield _gauge("channel_paused_seconds", "How long nobody will send by the channel.", ["channel"], left)
        faults = Counter((pause.channel, pause.code) for pause in installation.account_faults())
        text = "Channels or senders that wait, since the provider refuses our account, by its code."
        yield _gauge("account_faults", text, ["channel", "code"], [([*key], number) for key, number in faults.items()])
        count, oldest = installation.unapplied_events()
        yield _gauge("provider_events_unapplied", "Reports of providers not applied yet.", [], [([], count)])
        text = "How long the oldest one waits."
        yield _gauge("provider_events_oldest_unapplied_age_seconds", text, [], [([], self._age(oldest))])

    def _webhooks(self) -> Iterator[Metric]:
        webhooks = installation.webhooks(self.now)
        yield _gauge("notices_due", "Webhook calls due to endpoints that answer.", [], [([], webhooks.due)])
        text = "How long the oldest one waits."
        yield _gauge("notices_oldest_due_age_seconds", text, [], [([], self._age(webhooks.oldest_due))])
        states = [([state], count) for state, count in webhooks.endpoints.items()]
        yield _gauge("endpoints", "Endpoints of webhooks by state.", ["state"], states)

    def _queue(self) -> Iterator[Metric]:
        yield _gauge("redis_up", "1 if Redis takes writes, or none is set up; else 0.", [], [([], redis_answers())])
        try:
            length = installation.queue_length()
        except redis.RedisError as error:
            logger.warning("the queue cannot be measured: %s", type(error).__name__)
            return
        yield _gauge("queue_tasks", "Tasks that wait in the queue; messages are not among them.", [], [([], length)])

    def _age(self, moment: datetime | None) -> float:
        """Return the seconds since the moment; 0 for None, and for a moment that a clock ahead of ours wrote."""
        return max(0.0, (self.now - moment).total_seconds()) if moment else 0.0


def _gauge(name: str, text: str, labels: list[str], values: Iterable[tuple[list[str], float]]) -> Metric:
    family = GaugeMetricFamily(f"reviewhub_{name}", text, labels=labels)
    for label_values, value in values:
        family.add_metric(label_values, value)
    return family


def _counter(name: str, text: str, by_channel: dict[str, int]) -> Metric:
    """Return the counter `reviewhub_deliveries_<name>_total`: the library adds the ending."""
    family = CounterMetricFamily(f"reviewhub_deliveries_{name}", text, labels=["channel"])
    for channel, value in by_channel.items():
        family.add_metric([channel], value)
    return family


def _limit(causes: list[tuple[str, int]]) -> list[tuple[list[str], float]]:
    """Return the MOST_CODES most frequent codes, and one row for all others."""
    rows = [([code or "none"], float(count)) for code, count in causes[:MOST_CODES]]
    if rest := sum(count for _, count in causes[MOST_CODES:]):
        rows.append((["other"], float(rest)))
    return rows
