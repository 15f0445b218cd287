"""The result of a run: a record, counted."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from oauth.models import Account
from reviews.models import Delivery, ReviewRequest, Sequence, Suppression
from reviews.models.base import Channel
from reviews.simulation.plan import Plan
from reviews.simulation.record import Record, Sent

Status = Delivery.Status


def tally(account: Account, sequence: Sequence, plan: Plan, record: Record) -> dict[str, Any]:
    """Counts, ready for JSON: the same for the same plan and configuration, in however many processes it ran."""
    messages = record.messages
    left = [message for message in messages if message.left]
    return {
        "account": account.name,
        "sequence": sequence.name,
        "time_zone": account.time_zone,
        "plan": plan.to_json(),
        "asks": plan.asks,
        "joined": record.joined,
        "sent": len(left),
        "days": _days(ZoneInfo(account.time_zone), plan, left),
        "hours": _hours(left),
        "steps": _steps(messages),
        "moves": _moves(messages),
        "not_sent": _not_sent(messages),
        "busiest": _busiest(left),
        **_requests(plan, record),
        "examples": [_listed(message) | _words(message) for message in left[: plan.examples]],
        "messages": [_listed(message) for message in messages] if plan.listing else [],
    }


def _days(zone: ZoneInfo, plan: Plan, left: list[Sent]) -> list[dict[str, Any]]:
    """Messages that left on each day of the account's calendar."""
    first = plan.start.astimezone(zone).date()
    counts = Counter((message.at.astimezone(zone).date(), message.channel) for message in left)
    days = [first + timedelta(days=number) for number in range(plan.days)]
    return [{"date": day.isoformat(), **{channel: counts[day, channel] for channel in Channel.values}} for day in days]


def _hours(left: list[Sent]) -> list[dict[str, int]]:
    """Messages that left in each hour of the recipient's own day."""
    counts = Counter((message.local.hour, message.channel) for message in left)
    return [{channel: counts[hour, channel] for channel in Channel.values} for hour in range(24)]


def _steps(messages: list[Sent]) -> list[dict[str, Any]]:
    """Each step on each channel, with the number of messages for each outcome."""
    counts = Counter((message.step, message.channel, message.outcome) for message in messages)
    return [
        {"step": step, "channel": channel, "outcomes": {status: counts[step, channel, status] for status in Status}}
        for step, channel in sorted({(step, channel) for step, channel, _ in counts})
    ]


def rules(reason: str) -> list[str]:
    """What moved a message, such as "21:10 → 09:00, America/New_York: holiday: Labor Day; outside the account's hours".

    Without the hours and the zone of the single case; the whole reason when it names none.
    """
    hours, _, words = reason.partition(": ")
    return words.split("; ") if "→" in hours else [reason]


def _moves(messages: list[Sent]) -> list[list[Any]]:
    """How many of the messages that were accepted, or still wait, were moved by which rule; by two, in both."""
    stood = (*Delivery.ACCEPTED, Status.PLANNED)
    moved = [message.reason for message in messages if message.reason and message.outcome in stood]
    return _counted(rule for reason in moved for rule in rules(reason))


def _not_sent(messages: list[Sent]) -> list[list[Any]]:
    """Why messages that were planned never left."""
    gone = [message for message in messages if not message.left and message.outcome != Status.PLANNED]
    return _counted(message.reason or "No reason was given." for message in gone)


def _counted(words: Iterable[str]) -> list[list[Any]]:
    return _most(Counter(words))


def _most(counts: Counter[str]) -> list[list[Any]]:
    return [[word, count] for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def _busiest(left: list[Sent]) -> dict[str, Any] | None:
    """The minute in which most messages leave: what a provider's rate has to be compared with."""
    minutes = Counter(message.at.replace(second=0, microsecond=0) for message in left)
    if not minutes:
        return None
    minute, count = min(minutes.items(), key=lambda item: (-item[1], item[0]))
    there = Counter(message.channel for message in left if message.at.replace(second=0, microsecond=0) == minute)
    return {"minute": minute.isoformat(), "count": count, **{channel: there[channel] for channel in Channel.values}}


def _requests(plan: Plan, record: Record) -> dict[str, Any]:
    """The requests by how they stand and why, and how far they came."""
    statuses: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    refused = 0
    for (status, reason, was_sent), count in record.requests.items():
        statuses[status] += count
        if reason:
            reasons[reason] += count
        if status == ReviewRequest.Status.SUPPRESSED and not was_sent:
            refused += count
    labels = {Suppression.Reason(reason).label: count for reason, count in record.suppressions.items()}
    sent = sum(count for (_, _, was_sent), count in record.requests.items() if was_sent)
    return {
        "requests": {status.value: statuses[status] for status in ReviewRequest.Status},
        "reasons": _most(reasons),
        "suppressions": _most(Counter(labels)),
        "funnel": [
            ["Asked", plan.asks],
            ["Passed the gates", statuses.total() - refused],
            ["Written to", sent],
            [
                "Message seen",
                len({message.request for message in record.messages if message.outcome == Status.DELIVERED}),
            ],
            ["Responded", statuses[ReviewRequest.Status.RESPONDED]],
        ],
    }


def _listed(message: Sent) -> dict[str, Any]:
    return {
        "at": message.at.isoformat(),
        "local": message.local.isoformat(),
        "zone": message.zone,
        "to": message.name,
        "step": message.step,
        "channel": message.channel,
        "outcome": message.outcome,
        "reason": message.reason,
    }


def _words(message: Sent) -> dict[str, Any]:
    return {"subject": message.subject, "text": message.text}
