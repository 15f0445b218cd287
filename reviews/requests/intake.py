"""Intake: read one ask as a caller wrote it, and say what is wrong with it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.fields import empty

from oauth.models import Account
from oauth.models.account import validate_time_zone
from reviewhub.rest.fields import Email, Flag, Integer, Metadata, Moment, Text
from reviews.models import ReviewRequest
from reviews.models.addresses import InvalidPhone, normalise_phone
from reviews.models.base import MAX_DELAY_HOURS, Channel
from reviews.models.consent import BOTH, CONSENT_CHANNELS, MOST_SOURCE, MOST_WORDING
from reviews.requests.ask import Ask
from reviews.requests.consents import Agreement
from reviews.requests.languages import UnknownLanguage, read_language
from reviews.requests.matching import Person


@dataclass(frozen=True)
class Intake:
    """One ask as read from a caller: the ask, warnings for the caller, and whether it is only a rehearsal."""

    ask: Ask
    warnings: list[str]
    dry_run: bool


CLOCKS_DIFFER = timedelta(minutes=5)  # between the caller's clock and ours
# Older than any list that somebody still writes to; a time before it is a mistake, such as the 1970 of an empty value.
EARLIEST_CONSENT = datetime(2000, 1, 1, tzinfo=UTC)


def problem_of_time(at: datetime, now: datetime) -> str:
    """Say why nobody can have agreed at that time; empty when they can."""
    if at > now + CLOCKS_DIFFER:
        return "Must not be in the future."
    return f"Must not be before {EARLIEST_CONSENT.year}." if at < EARLIEST_CONSENT else ""


def _present(data: dict[str, Any]) -> dict[str, Any]:
    """Leave out what counts as absent."""
    return {key: value for key, value in data.items() if value not in (None, "")}


class ConsentIn(serializers.Serializer[dict[str, Any]]):
    """What the customer agreed to, for the addresses in the ask. A consent without one of these proves nothing."""

    channel = serializers.ChoiceField(
        choices=CONSENT_CHANNELS, help_text="What the contact agreed to: email, sms or both"
    )
    wording = Text(max_length=MOST_WORDING, help_text="The words that the contact agreed to")
    source = Text(  # type: ignore[assignment]
        max_length=MOST_SOURCE,
        help_text="Where the contact agreed",
        style={"placeholder": "Check box on the booking form"},
    )
    at = Moment(
        help_text=f"When the contact agreed, with the time zone: from {EARLIEST_CONSENT.year} to now",
        style={"placeholder": "2026-01-02T12:00:00Z", "label": "Time"},
    )

    def run_validation(self, data: Any = empty) -> Any:
        if data is not empty and not isinstance(data, dict):
            raise serializers.ValidationError(["Must be an object with channel, wording, source and at."])
        return super().run_validation(_present(data) if isinstance(data, dict) else data)

    def validate_at(self, at: datetime) -> datetime:
        now = timezone.now()
        if problem := problem_of_time(at, now):
            raise serializers.ValidationError(problem)
        return min(at, now)  # else a withdrawal in the next minutes would seem to be the older one


class ReviewRequestIn(serializers.Serializer[Intake]):
    """The shape of one ask. `null` and `""` count as absent; unknown fields are ignored."""

    NULL_IS_ABSENT = True
    NEEDS_ONE_OF = ("email", "mobile_phone_number")

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
        help_text="Your own id of the job; a second call with it answers with the first request",
        style={"label": "Your Reference"},
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
    language = Text(
        required=False,
        max_length=35,
        help_text="Contact's language, of messages and page, such as de or de-AT; the account's otherwise",
        style={"placeholder": "en"},
    )
    consent = ConsentIn(required=False, help_text="What the contact agreed to, with its proof")
    dry_run = Flag(default=False, help_text="Answer what would be sent and when, without writing anything")

    def validate_language(self, text: str) -> str:
        try:
            return read_language(text)
        except UnknownLanguage as error:
            raise serializers.ValidationError(str(error)) from error

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            raise serializers.ValidationError({"body": ["Must be a JSON object."]})
        return super().to_internal_value(_gather_consent(_present(data)))


# Forms such as Zapier's, and columns of a file, have no fields within fields.
FLAT_CONSENT = {f"consent_{name}": str(name) for name in ConsentIn().fields}


def _gather_consent(data: dict[str, Any]) -> dict[str, Any]:
    """Bring consent_channel, consent_wording and so on into `consent`."""
    flat = {name: data[key] for key, name in FLAT_CONSENT.items() if key in data}
    if flat and "consent" in data:
        raise serializers.ValidationError({"consent": ["Give consent, or consent_channel and its like, not both."]})
    return data | {"consent": flat} if flat else data


def read_ask(account: Account, data: Any) -> Intake:
    """Read one ask; a number without + is read as one of the account's country. Raises ValidationError."""
    fields = _shape().run_validation(data)
    phone, warnings = _phone(account, fields)
    email = fields.get("email", "")
    if not email and not phone:
        missing = "Give an email or a mobile_phone_number: one of the two is needed."
        raise serializers.ValidationError({"email": [missing], "mobile_phone_number": [missing]})
    agreements, doubts = _agreements(fields, email, phone)
    person = Person(
        first_name=fields.get("first_name", ""),
        last_name=fields.get("last_name", ""),
        company_name=fields.get("company_name", ""),
        email=email,
        phone=phone,
        time_zone=fields.get("time_zone", ""),
        language=fields.get("language", ""),
    )
    wanted = Ask(
        person=person,
        delay=timedelta(hours=fields["delay_hours"]),
        channel=fields["channel"],
        sequence=fields.get("sequence", ""),
        external_id=fields.get("external_id", ""),
        language=fields.get("language", ""),
        metadata=fields.get("metadata", {}),
        agreements=agreements,
    )
    return Intake(ask=wanted, warnings=[*warnings, *doubts], dry_run=fields["dry_run"])


@cache
def _shape() -> ReviewRequestIn:
    """Return the one serializer for all asks: it keeps nothing of them, and making it takes longer than using it."""
    return ReviewRequestIn()


def _agreements(fields: dict[str, Any], email: str, phone: str) -> tuple[tuple[Agreement, ...], list[str]]:
    """Return the consent for each address that it is about, and warnings: a consent is for an address of this ask."""
    if "consent" not in fields:
        return (), []
    told = dict(fields["consent"])
    choice = told.pop("channel")
    addresses = {Channel.EMAIL: email, Channel.SMS: phone}
    channels = [channel for channel, address in addresses.items() if address and choice in (BOTH, channel)]
    if channels:
        return tuple(Agreement(channel=channel, address=addresses[channel], **told) for channel in channels), []
    if choice == Channel.SMS and fields.get("mobile_phone_number"):
        return (), ["consent was left out with the mobile_phone_number."]
    name = "mobile_phone_number" if choice == Channel.SMS else "email"
    raise serializers.ValidationError({"consent": {"channel": [f"Give the {name} that the consent is for."]}})


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
