"""Rehearsals: what a `dry_run` answers, the gates that an ask would pass and the messages that would be sent."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from reviewhub.rest.fields import OrNull
from reviews.delivery.preview import Planned
from reviews.models import ReviewRequest
from reviews.models.base import Channel
from reviews.requests.ask import Verdict


class GateResultOut(serializers.Serializer[Any]):
    """A condition that an ask has to meet."""

    gate = serializers.CharField()
    passed = serializers.BooleanField()
    reason = OrNull()


class SegmentsOut(serializers.Serializer[Any]):
    """What a text costs to send: `culprits` are the characters that only UCS-2 has."""

    encoding = serializers.ChoiceField(choices=["GSM-7", "UCS-2"])
    count = serializers.IntegerField()
    used = serializers.IntegerField()
    room = serializers.IntegerField()
    culprits = serializers.ListField(child=serializers.CharField())


class PlannedMessageOut(serializers.Serializer[Any]):
    """A message as it would be sent. `rule` names what moved it."""

    step = serializers.IntegerField()
    channel = serializers.ChoiceField(choices=Channel.choices)
    due_at = serializers.DateTimeField()
    local_time = serializers.CharField(help_text="`due_at` by the recipient's clock, with its offset.")
    rule = OrNull()
    language = serializers.CharField(help_text="That it is written in.")
    subject = OrNull()
    text = serializers.CharField()
    segments = SegmentsOut(allow_null=True)


class RehearsalOut(serializers.Serializer[Any]):
    """What a `dry_run` answers: the gates in order, and every message as it would be sent."""

    status = serializers.ChoiceField(choices=ReviewRequest.Status.choices)
    reason = OrNull()
    gates = GateResultOut(many=True)
    messages = PlannedMessageOut(many=True)
    warnings = serializers.ListField(child=serializers.CharField())


def represent_rehearsal(verdict: Verdict, messages: Sequence[Planned], warnings: list[str]) -> dict[str, Any]:
    """Represent a dry run: the gates that the ask would pass, and the messages that would be sent."""
    return {
        "status": verdict.status,
        "reason": verdict.reason or None,
        "gates": [{"gate": gate.gate, "passed": gate.passed, "reason": gate.reason or None} for gate in verdict.gates],
        "messages": [_represent_planned(message) for message in messages],
        "warnings": [*warnings, *verdict.warnings],
    }


def _represent_planned(message: Planned) -> dict[str, Any]:
    return {
        "step": message.step,
        "channel": message.channel.value,
        "due_at": message.slot.due_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "local_time": message.slot.local.isoformat(timespec="seconds"),
        "rule": message.slot.moved or None,
        "language": message.language,
        "subject": message.subject or None,
        "text": f"Cannot be sent: {message.problem}" if message.problem else message.text,
        "segments": asdict(message.segments) if message.segments else None,
    }
