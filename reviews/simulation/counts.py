"""Counts of a run: its record as the result that pages, terminal and JSON show. Draws nothing."""

from collections import Counter
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from oauth.models import Account
from reviewhub.languages import in_english
from reviews.models import Delivery, ReviewRequest, Sequence, Suppression
from reviews.models.base import Channel
from reviews.simulation.plan import Plan
from reviews.simulation.record import MessageRecord, Record


def count(account: Account, sequence: Sequence, plan: Plan, record: Record) -> dict[str, Any]:
    """Return the result, ready for JSON: the same for the same plan and configuration, in any number of processes."""
    messages = record.messages
    left = [message for message in messages if message.was_handed_over]
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
        "examples": [_row(message) | _content(message) for message in left[: plan.examples]],
        "messages": [_row(message) for message in messages] if plan.listing else [],
    }


def _days(zone: ZoneInfo, plan: Plan, left: list[MessageRecord]) -> list[dict[str, Any]]:
    """Count the messages that left on each day of the account's calendar."""
    first = plan.start.astimezone(zone).date()
    counts = Counter((message.at.astimezone(zone).date(), message.channel) for message in left)
    days = [first + timedelta(days=number) for number in range(plan.days)]
    return [{"date": day.isoformat(), **{channel: counts[day, channel] for channel in Channel.values}} for day in days]


def _hours(left: list[MessageRecord]) -> list[dict[str, int]]:
    """Count the messages that left in each hour of the recipient's own day."""
    counts = Counter((message.local.hour, message.channel) for message in left)
    return [{channel: counts[hour, channel] for channel in Channel.values} for hour in range(24)]


def _steps(messages: list[MessageRecord]) -> list[dict[str, Any]]:
    """Count the messages of each step on each channel by outcome."""
    numbers = Counter((message.step, message.channel, message.outcome) for message in messages)
    return [
        {
            "step": step,
            "channel": channel,
            "outcomes": {status: numbers[step, channel, status] for status in Delivery.Status},
        }
        for step, channel in sorted({(step, channel) for step, channel, _ in numbers})
    ]


def rules_in(reason: str) -> list[str]:
    """Return the rules that a message's reason names, without the hours and the zone of the single case.

    "21:10 → 09:00, America/New_York: holiday: Labor Day; outside the account's hours" names two. A reason of another
    form is returned whole.
    """
    hours, _, rules = reason.partition(": ")
    return rules.split("; ") if "→" in hours else [reason]


def _moves(messages: list[MessageRecord]) -> list[list[Any]]:
    """Count the accepted and the waiting messages that each rule moved; a message moved by two counts for both."""
    statuses = (*Delivery.ACCEPTED, Delivery.Status.PLANNED)
    reasons = [message.reason for message in messages if message.reason and message.outcome in statuses]
    return _most_frequent(Counter(rule for reason in reasons for rule in rules_in(reason)))


def _not_sent(messages: list[MessageRecord]) -> list[list[Any]]:
    """Count the messages that were planned and never left, by reason."""
    unsent = [
        message for message in messages if not message.was_handed_over and message.outcome != Delivery.Status.PLANNED
    ]
    return _most_frequent(Counter(message.reason or "No reason was given." for message in unsent))


def _most_frequent(numbers: Counter[str]) -> list[list[Any]]:
    return [[text, number] for text, number in sorted(numbers.items(), key=lambda item: (-item[1], item[0]))]


def _busiest(left: list[MessageRecord]) -> dict[str, Any] | None:
    """Find the minute in which most messages leave, to compare with the rate that a provider takes."""
    minutes = Counter(message.at.replace(second=0, microsecond=0) for message in left)
    if not minutes:
        return None
    minute, number = min(minutes.items(), key=lambda item: (-item[1], item[0]))
    by_channel = Counter(message.channel for message in left if message.at.replace(second=0, microsecond=0) == minute)
    channels = {channel: by_channel[channel] for channel in Channel.values}
    return {"minute": minute.isoformat(), "count": number, **channels}


def _requests(plan: Plan, record: Record) -> dict[str, Any]:
    """Count the requests by status and reason, the suppressions, and the customers at each stage of the funnel."""
    statuses: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    refused = 0
    for (status, reason, was_sent), number in record.requests.items():
        statuses[status] += number
        if reason:
            reasons[reason] += number
        if status == ReviewRequest.Status.SUPPRESSED and not was_sent:
            refused += number
    labels = {in_english(Suppression.Reason(reason).label): number for reason, number in record.suppressions.items()}
    sent = sum(number for (_, _, was_sent), number in record.requests.items() if was_sent)
    return {
        "requests": {status.value: statuses[status] for status in ReviewRequest.Status},
        "reasons": _most_frequent(reasons),
        "suppressions": _most_frequent(Counter(labels)),
        "funnel": [
            ["Asked", plan.asks],
            ["Passed the gates", statuses.total() - refused],
            ["Written to", sent],
            [
                "Message seen",
                len({message.request for message in record.messages if message.outcome == Delivery.Status.DELIVERED}),
            ],
            ["Responded", statuses[ReviewRequest.Status.RESPONDED]],
        ],
    }


def _row(message: MessageRecord) -> dict[str, Any]:
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


def _content(message: MessageRecord) -> dict[str, Any]:
    return {"subject": message.subject, "text": message.text}
