"""What the review request endpoints take and give. Input and output are apart."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from rest_framework import serializers

from oauth.models import Account
from oauth.models.account import validate_time_zone
from reviews.api.fields import Email, Flag, Integer, Metadata, Text
from reviews.asking import Answer, Ask
from reviews.contacts import InvalidPhone, Person, normalise_email, normalise_phone
from reviews.models import Delivery, ReviewRequest
from reviews.models.base import Channel

MAX_DELAY_HOURS = 8760


@dataclass(frozen=True)
class Given:
    """A valid call: what is asked, what the caller should know, and whether it is only a rehearsal."""

    ask: Ask
    warnings: list[str]
    dry_run: bool


class ReviewRequestIn(serializers.Serializer[Given]):
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


def read_ask(account: Account, data: Any) -> Given:
    """One ask as it came in; a number without + is read as one of the account's country. Raises ValidationError."""
    fields = _shape().run_validation(data)
    phone, warnings = _phone(account, fields)
    email = normalise_email(fields.get("email", ""))
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
    return Given(ask=wanted, warnings=warnings, dry_run=fields["dry_run"])


@cache
def _shape() -> ReviewRequestIn:
    """One for all asks: it holds nothing of them, and to make it takes longer than to use it."""
    return ReviewRequestIn()


def _phone(account: Account, fields: dict[str, Any]) -> tuple[str, list[str]]:
    """The number and what the caller should know about it."""
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


class MessageOut(serializers.ModelSerializer[Delivery]):
    """One message of a request."""

    step = serializers.IntegerField()  # without the limits of a column, which differ between databases
    error = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField()

    class Meta:
        model = Delivery
        fields = ["step", "channel", "status", "due_at", "sent_at", "error", "reason", "sandbox", "subject", "text"]

    def get_error(self, delivery: Delivery) -> str | None:
        return f"{delivery.error_code}: {delivery.error_text}" if delivery.error_code else delivery.error_text or None

    def get_reason(self, delivery: Delivery) -> str | None:
        return delivery.reason or None


class ReviewRequestOut(serializers.ModelSerializer[ReviewRequest]):
    """A request as the reference describes it, and what we add. All keys are always there."""

    contact_name = serializers.SerializerMethodField()
    contact_email = serializers.SerializerMethodField()
    contact_phone = serializers.SerializerMethodField()
    message = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField()
    external_id = serializers.SerializerMethodField()
    warnings = serializers.SerializerMethodField()

    class Meta:
        model = ReviewRequest
        fields = [
            "id",
            "contact_id",
            "contact_name",
            "contact_email",
            "contact_phone",
            "scheduled_for",
            "status",
            "message",
            "reason",
            "external_id",
            "warnings",
        ]

    def get_contact_name(self, request: ReviewRequest) -> str | None:
        return request.contact.name or None

    def get_contact_email(self, request: ReviewRequest) -> str | None:
        return request.contact.email or None

    def get_contact_phone(self, request: ReviewRequest) -> str | None:
        return request.contact.phone or None

    def get_message(self, request: ReviewRequest) -> str:
        return describe(request)

    def get_reason(self, request: ReviewRequest) -> str | None:
        return request.reason or None

    def get_external_id(self, request: ReviewRequest) -> str | None:
        return request.external_id or None

    def get_warnings(self, request: ReviewRequest) -> list[str]:
        return []


class ReviewRequestDetail(ReviewRequestOut):
    messages = MessageOut(source="deliveries", many=True)

    class Meta(ReviewRequestOut.Meta):
        fields = [*ReviewRequestOut.Meta.fields, "created_at", "sent_at", "responded_at", "metadata", "messages"]


def represent(answer: Answer, warnings: list[str]) -> dict[str, Any]:
    """The request of an answer, with what the caller of this call is told."""
    told = {"message": answer.message, "warnings": [*warnings, *answer.warnings]}
    return _representation().to_representation(answer.request) | told


@cache
def _representation() -> ReviewRequestOut:
    return ReviewRequestOut()


def describe(request: ReviewRequest) -> str:
    """Where a request stands, in a sentence."""
    address = request.contact.email or request.contact.phone
    if request.channel == Channel.SMS:
        address = request.contact.phone
    because = f": {request.reason}" if request.reason else "."
    return {
        ReviewRequest.Status.SCHEDULED: f"Review request scheduled for {address}",
        ReviewRequest.Status.SENT: f"Review request sent to {address}",
        ReviewRequest.Status.RESPONDED: f"The customer responded{because}",
        ReviewRequest.Status.COMPLETED: "The sequence ended without an answer.",
        ReviewRequest.Status.SUPPRESSED: f"Review request not sent{because}",
        ReviewRequest.Status.CANCELLED: f"Review request cancelled{because}",
        ReviewRequest.Status.FAILED: f"Review request failed{because}",
    }[ReviewRequest.Status(request.status)]
