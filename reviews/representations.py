"""Representations of rows: how they look to other programs, in the API and in webhooks alike."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from rest_framework import serializers

from reviews.models import Consent, Contact, Delivery, Feedback, ReviewRequest, Suppression
from reviews.models.base import Channel
from reviews.models.provider_codes import explain
from reviews.models.suppression import blocks_of


class MessageOut(serializers.ModelSerializer[Delivery]):
    """One message of a request."""

    step = serializers.IntegerField()  # without the limits of a column, which differ between databases
    address = serializers.SerializerMethodField()
    due_at = serializers.DateTimeField(source="leaves_at")
    error = serializers.SerializerMethodField()
    error_code = serializers.SerializerMethodField(help_text="Of the provider, or a word of ours.")
    error_description = serializers.SerializerMethodField(help_text="What staff read about it, in plain words.")
    reason = serializers.SerializerMethodField()

    class Meta:
        model = Delivery
        fields = [
            *("step", "channel", "address", "status", "due_at", "sent_at"),
            *("error", "error_code", "error_description", "reason", "sandbox", "subject", "text"),
        ]

    def get_address(self, delivery: Delivery) -> str | None:
        return delivery.address or None

    def get_error(self, delivery: Delivery) -> str | None:
        return f"{delivery.error_code}: {delivery.error_text}" if delivery.error_code else delivery.error_text or None

    def get_error_code(self, delivery: Delivery) -> str | None:
        return delivery.error_code or None

    def get_error_description(self, delivery: Delivery) -> str | None:
        return explain(delivery.error_code) if delivery.error_code else delivery.error_text or None

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
    held = serializers.SerializerMethodField()
    language = serializers.SerializerMethodField()
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
            "held",
            "language",
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
        return request.why or None

    def get_held(self, request: ReviewRequest) -> bool:
        return bool(request.held)

    def get_language(self, request: ReviewRequest) -> str:
        return request.language or getattr(request, "account_language", "") or request.account.language

    def get_external_id(self, request: ReviewRequest) -> str | None:
        return request.external_id or None

    def get_warnings(self, request: ReviewRequest) -> list[str]:
        return []


def to_represent(requests: QuerySet[ReviewRequest]) -> QuerySet[ReviewRequest]:
    """Read along what ReviewRequestOut shows of other rows.

    The contact, the account's language, and where each request wrote to last, or else is going to write to: the
    contact's address may change.
    """
    messages = Delivery.objects.filter(request=OuterRef("pk")).exclude(status=Delivery.Status.CANCELLED)
    latest = messages.order_by(F("sent_at").desc(nulls_last=True), "step", "-pk")
    others = {"written_to": Subquery(latest.values("address")[:1]), "account_language": F("account__language")}
    return requests.select_related("contact").annotate(**others)


def describe(request: ReviewRequest) -> str:
    """Return the state of a request as a sentence, which the API calls its message.

    The address is the one that was written to, where it was read (`to_represent`).
    """
    address = request.contact.email or request.contact.phone
    if request.channel == Channel.SMS:
        address = request.contact.phone
    if request.held:
        return f"Review request held: {request.why}"
    address = getattr(request, "written_to", "") or address
    ending = f": {request.reason}" if request.reason else "."
    return {
        ReviewRequest.Status.SCHEDULED: f"Review request scheduled for {address}",
        ReviewRequest.Status.SENT: f"Review request sent to {address}",
        ReviewRequest.Status.RESPONDED: f"The customer responded{ending}",
        ReviewRequest.Status.COMPLETED: "The sequence ended without an answer.",
        ReviewRequest.Status.SUPPRESSED: f"Review request not sent{ending}",
        ReviewRequest.Status.CANCELLED: f"Review request cancelled{ending}",
        ReviewRequest.Status.FAILED: f"Review request failed{ending}",
    }[ReviewRequest.Status(request.status)]


class ContactOut(serializers.ModelSerializer[Contact]):
    """A customer. All keys are always there; what is unknown is null."""

    BLANK_IS_NULL = ("first_name", "last_name", "company_name", "email", "mobile_phone_number", "time_zone")

    mobile_phone_number = serializers.CharField(source="phone")

    class Meta:
        model = Contact
        fields = [
            *("id", "first_name", "last_name", "company_name", "email", "mobile_phone_number", "time_zone"),
            *("created_at", "updated_at", "erased_at"),
        ]

    def to_representation(self, instance: Contact) -> dict[str, Any]:
        fields: dict[str, Any] = super().to_representation(instance)
        return fields | {name: fields[name] or None for name in self.BLANK_IS_NULL}


def represent_contacts(contacts: Sequence[Contact]) -> list[dict[str, Any]]:
    """Represent contacts, each with its opt-outs: the channels that must not be used, and the reasons.

    A channel in doubt is among them, with that reason.
    """
    blocks = blocks_of(contacts)
    reasons = {pk: of_contact.blocked | of_contact.in_doubt for pk, of_contact in blocks.items()}
    return [
        dict(ContactOut(contact).data)
        | {"opt_outs": [{"channel": channel, "reason": reason} for channel, reason in reasons[contact.pk].items()]}
        for contact in contacts
    ]


class FeedbackOut(serializers.ModelSerializer[Feedback]):
    """Never published. Who wrote it is null where somebody scanned the printed code."""

    review_request_id = serializers.UUIDField(source="request_id", allow_null=True)
    contact_id = serializers.SerializerMethodField()
    contact_name = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()
    handled_at = serializers.DateTimeField(source="inbox_item.handled_at", allow_null=True)

    class Meta:
        model = Feedback
        fields = [
            *("id", "rating", "text", "review_request_id", "contact_id", "contact_name"),
            *("created_at", "updated_at", "handled_at"),
        ]

    def get_contact_id(self, feedback: Feedback) -> str | None:
        return str(feedback.request.contact_id) if feedback.request else None

    def get_contact_name(self, feedback: Feedback) -> str | None:
        return (feedback.request.contact.name or None) if feedback.request else None

    def get_text(self, feedback: Feedback) -> str | None:
        return feedback.text or None


class ConsentOut(serializers.ModelSerializer[Consent]):
    """What a customer agreed to, or took back, for one address. It is null once its contact was erased."""

    class Meta:
        model = Consent
        fields = ["id", "channel", "address", "kind", "wording", "source", "at", "recorded_at"]

    def to_representation(self, instance: Consent) -> dict[str, Any]:
        fields: dict[str, Any] = super().to_representation(instance)
        return fields | {name: fields[name] or None for name in ("address", "wording", "source")}


class SuppressionOut(serializers.ModelSerializer[Suppression]):
    """An address that is not written to. It is null once its contact was erased."""

    class Meta:
        model = Suppression
        fields = ["id", "channel", "address", "reason", "evidence", "created_at", "lifted_at", "lifted_because"]

    def to_representation(self, instance: Suppression) -> dict[str, Any]:
        fields: dict[str, Any] = super().to_representation(instance)
        return fields | {name: fields[name] or None for name in ("address", "evidence", "lifted_because")}
