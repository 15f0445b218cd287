"""Representations of rows: how they look to other programs, in the API and in webhooks alike."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from rest_framework import serializers

from reviewhub.rest.fields import OrNull
from reviews.models import Consent, Contact, Delivery, Feedback, ReviewRequest, Suppression
from reviews.models.base import Channel
from reviews.models.provider_codes import explain
from reviews.models.suppression import blocks_of
from reviews.texts import base_of


class MessageOut(serializers.ModelSerializer[Delivery]):
    """One message of a request."""

    step = serializers.IntegerField()  # without the limits of a column, which differ between databases
    address = OrNull()
    due_at = serializers.DateTimeField(source="leaves_at")
    error = serializers.SerializerMethodField()
    error_code = OrNull(help_text="Of the provider, or a word of ours.")
    error_description = serializers.SerializerMethodField(help_text="What staff read about it, in plain words.")
    reason = OrNull()

    class Meta:
        model = Delivery
        fields = [
            *("step", "channel", "address", "status", "due_at", "sent_at"),
            *("error", "error_code", "error_description", "reason", "sandbox", "subject", "text"),
        ]

    def get_error(self, delivery: Delivery) -> str | None:
        return f"{delivery.error_code}: {delivery.error_text}" if delivery.error_code else delivery.error_text or None

    def get_error_description(self, delivery: Delivery) -> str | None:
        return explain(delivery.error_code) if delivery.error_code else delivery.error_text or None


class ReviewRequestOut(serializers.ModelSerializer[ReviewRequest]):
    """A request to one customer. All keys are always there; what is unknown is null."""

    contact_name = OrNull(source="contact.name")
    contact_email = OrNull(source="contact.email")
    contact_phone = OrNull(source="contact.phone")
    message = serializers.SerializerMethodField()
    reason = OrNull(source="why")
    external_id = OrNull()
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

    def get_message(self, request: ReviewRequest) -> str:
        return describe(request)

    def get_held(self, request: ReviewRequest) -> bool:
        return bool(request.held)

    def get_language(self, request: ReviewRequest) -> str:
        """Return the language that is written in; the ask's own tag, de-AT say, where it is the same language."""
        own = request.contact.language
        tag = request.language if base_of(request.language) == base_of(own) else own or request.language
        return tag or getattr(request, "account_language", "") or request.account.language

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


class _OptOuts(serializers.ListSerializer[Any]):
    """The opt-outs of a contact, as `represent_contacts` read them for all."""

    def to_representation(self, data: Any) -> list[dict[str, str]]:
        reasons = self.context["reasons"][data.pk]
        return [{"channel": channel, "reason": reason} for channel, reason in reasons.items()]


class OptOutOut(serializers.Serializer[Any]):
    """A channel that must not be used, and why. One in doubt is among them, with that reason."""

    channel = serializers.ChoiceField(choices=Channel.choices)
    reason = serializers.CharField()

    class Meta:
        list_serializer_class = _OptOuts


class ContactOut(serializers.ModelSerializer[Contact]):
    """A customer. All keys are always there; what is unknown is null."""

    first_name, last_name, company_name, email, time_zone, language = (OrNull() for _ in range(6))
    mobile_phone_number = OrNull(source="phone")
    opt_outs = OptOutOut(many=True, source="*")

    class Meta:
        model = Contact
        fields = [
            *("id", "first_name", "last_name", "company_name", "email", "mobile_phone_number", "time_zone", "language"),
            *("created_at", "updated_at", "erased_at", "opt_outs"),
        ]


def represent_contacts(contacts: Sequence[Contact]) -> list[dict[str, Any]]:
    """Represent contacts, each with its opt-outs."""
    blocks = blocks_of(contacts)
    reasons = {pk: of_contact.blocked | of_contact.in_doubt for pk, of_contact in blocks.items()}
    return [dict(row) for row in ContactOut(contacts, many=True, context={"reasons": reasons}).data]


class FeedbackOut(serializers.ModelSerializer[Feedback]):
    """Never published. Who wrote it is null where somebody scanned the printed code."""

    review_request_id = serializers.UUIDField(source="request_id", allow_null=True)
    contact_id = serializers.UUIDField(source="request.contact_id", allow_null=True)
    contact_name = OrNull(source="request.contact.name")
    text = OrNull()
    handled_at = serializers.DateTimeField(source="inbox_item.handled_at", allow_null=True)

    class Meta:
        model = Feedback
        fields = [
            *("id", "rating", "text", "review_request_id", "contact_id", "contact_name"),
            *("created_at", "updated_at", "handled_at"),
        ]


class ConsentOut(serializers.ModelSerializer[Consent]):
    """What a customer agreed to, or took back, for one address, which is null once the contact was erased."""

    address, wording = OrNull(), OrNull()
    source = OrNull()  # type: ignore[assignment]

    class Meta:
        model = Consent
        fields = ["id", "channel", "address", "kind", "wording", "source", "at", "recorded_at"]


class SuppressionOut(serializers.ModelSerializer[Suppression]):
    """An address that is not written to; null once its contact was erased."""

    address, evidence, lifted_because = OrNull(), OrNull(), OrNull()

    class Meta:
        model = Suppression
        fields = ["id", "channel", "address", "reason", "evidence", "created_at", "lifted_at", "lifted_because"]
