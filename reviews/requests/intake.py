"""Intake: read one ask as a caller wrote it, and say what is wrong with it."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from rest_framework import serializers

from oauth.models import Account
from oauth.models.account import validate_time_zone
from reviewhub.rest.fields import Email, Flag, Integer, Metadata, Text
from reviews.models import ReviewRequest
from reviews.models.addresses import InvalidPhone, normalise_phone
from reviews.models.base import MAX_DELAY_HOURS, Channel
from reviews.requests.ask import Ask
from reviews.requests.matching import Person


@dataclass(frozen=True)
class Intake:
    """One ask as read from a caller: the ask, warnings for the caller, and whether it is only a rehearsal."""

    ask: Ask
    warnings: list[str]
    dry_run: bool


class ReviewRequestIn(serializers.Serializer[Intake]):
    """The shape of one ask. `null` and `""` count as absent; unknown fields are ignored."""

    first_name = Text(required=False, max_length=150, help_text="Contact's first name", style={"placeholder": "Jane"})
    last_name = Text(required=False, max_length=150, help_text="Contact's last name", style={"placeholder": "Smith"})
    email = Email(
        required=False,
        max_length=254,
        help_text="Contact's email address (required if no mobile_phone_number)",
        style={"placeholder": "jane@example.com"},
    )
    mobile_phone_number = Text(
        required=False,
        max_length=40,
        help_text="Contact's mobile phone number in E.164 format (required if no email)",
        style={"placeholder": "+12125551234"},
    )
    company_name = Text(
        required=False, max_length=150, help_text="Contact's company name", style={"placeholder": "Smith Industries"}
    )
    delay_hours = Integer(
        default=0,
        min_value=0,
        max_value=MAX_DELAY_HOURS,
        help_text="Hours to wait before sending the review request",
    )
    metadata = Metadata(required=False, help_text="Additional custom data")
    external_id = Text(
        required=False,
        max_length=128,
        label="External ID",
        help_text="Your own id of the job; a second call with it answers with the first request",
    )
    channel = serializers.ChoiceField(
        choices=ReviewRequest.ChannelRule.choices, default="auto", help_text="How to write: auto, email or sms"
    )
    sequence = Text(
        required=False, max_length=100, help_text="Id or slug of a sequence; the account's default otherwise"
    )
    time_zone = Text(
        required=False,
        max_length=64,
        validators=[validate_time_zone],
        help_text="Contact's IANA time zone",
        style={"placeholder": "America/New_York"},
    )
    dry_run = Flag(default=False, help_text="Answer what would be sent and when, without writing anything")

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            raise serializers.ValidationError({"body": ["Must be a JSON object."]})
        return super().to_internal_value({key: value for key, value in data.items() if value not in (None, "")})


def read_ask(account: Account, data: Any) -> Intake:
    """Read one ask; a number without + is read as one of the account's country. Raises ValidationError."""
    fields = _shape().run_validation(data)
    phone, warnings = _phone(account, fields)
    email = fields.get("email", "")
    if not email and not phone:
        missing = "Give an email or a mobile_phone_number: one of the two is needed."
        raise serializers.ValidationError({"email": [missing], "mobile_phone_number": [missing]})
    person = Person(
        first_name=fields.get("first_name", ""),
        last_name=fields.get("last_name", ""),
        company_name=fields.get("company_name", ""),
        email=email,
        phone=phone,
        time_zone=fields.get("time_zone", ""),
    )
    wanted = Ask(
        person=person,
        delay=timedelta(hours=fields["delay_hours"]),
        channel=fields["channel"],
        sequence=fields.get("sequence", ""),
        external_id=fields.get("external_id", ""),
        metadata=fields.get("metadata", {}),
    )
    return Intake(ask=wanted, warnings=warnings, dry_run=fields["dry_run"])


@cache
def _shape() -> ReviewRequestIn:
    """Return the one serializer for all asks: it keeps nothing of them, and making it takes longer than using it."""
    return ReviewRequestIn()


def _phone(account: Account, fields: dict[str, Any]) -> tuple[str, list[str]]:
    """Return the number in E.164 and warnings; no number where an e-mail address can stand in for a wrong one."""
    text = fields.get("mobile_phone_number", "")
    if not text:
        return "", []
    try:
        phone, warning = normalise_phone(text, account.country)
    except InvalidPhone as error:
        if not fields.get("email") or fields["channel"] == Channel.SMS:
            raise serializers.ValidationError({"mobile_phone_number": [str(error)]}) from error
        return "", [f"mobile_phone_number was left out: {error}"]
    return phone, [warning] if warning else []
