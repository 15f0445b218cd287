"""Schemas for the OpenAPI document alone: answers that views put together without a serializer, and examples.

A docstring here is shown in the document; a class without one has no description there.
"""

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from reviews.api.review_requests import MAX_BULK
from reviews.api.webhooks import HookChange, HookIn, HookOut
from reviews.models import SUBSCRIBABLE, ReviewRequest
from reviews.models.base import Channel
from reviews.representations import ConsentOut, ContactOut, FeedbackOut, MessageOut, ReviewRequestOut, SuppressionOut
from reviews.requests.intake import ReviewRequestIn
from reviews.webhooks.payload import EventOut, ReviewRequestTold, SiteOut

# The example of the API reference.
ASK: dict[str, Any] = {
    "first_name": "Jane",
    "last_name": "Smith",
    "email": "jane@example.com",
    "mobile_phone_number": "+12125551234",
    "company_name": "Smith Industries",
    "delay_hours": 24,
    "metadata": {"source": "zapier", "custom_field": "value"},
}
ASKED: dict[str, Any] = {
    "id": "497f6eca-6276-4993-bfeb-53cbbbba6f08",
    "contact_id": "f245e2a3-e141-4d41-912c-b1c1f5bd5598",
    "contact_name": "Jane Smith",
    "contact_email": "jane@example.com",
    "contact_phone": "+12125551234",
    "scheduled_for": "2026-01-02T12:00:00Z",
    "status": "scheduled",
    "message": "Review request scheduled for jane@example.com",
    "reason": None,
    "external_id": None,
    "held": False,
    "language": "en",
    "warnings": [],
}


class GateOut(serializers.Serializer[Any]):
    gate = serializers.CharField()
    passed = serializers.BooleanField()
    reason = serializers.CharField(allow_null=True)


class SegmentsOut(serializers.Serializer[Any]):
    """What a text costs to send: `culprits` are the characters that only UCS-2 has."""

    encoding = serializers.ChoiceField(choices=["GSM-7", "UCS-2"])
    count = serializers.IntegerField()
    used = serializers.IntegerField()
    room = serializers.IntegerField()
    culprits = serializers.ListField(child=serializers.CharField())


class PlannedOut(serializers.Serializer[Any]):
    step = serializers.IntegerField()
    channel = serializers.ChoiceField(choices=Channel.choices)
    due_at = serializers.DateTimeField()
    local_time = serializers.DateTimeField()
    rule = serializers.CharField(allow_null=True)
    subject = serializers.CharField(allow_null=True)
    text = serializers.CharField()
    segments = SegmentsOut(allow_null=True)


class RehearsalOut(serializers.Serializer[Any]):
    """What a `dry_run` answers: the gates in order, and every message as it would be sent."""

    status = serializers.ChoiceField(choices=ReviewRequest.Status.choices)
    reason = serializers.CharField(allow_null=True)
    gates = GateOut(many=True)
    messages = PlannedOut(many=True)
    warnings = serializers.ListField(child=serializers.CharField())


class FieldOut(serializers.Serializer[Any]):
    """A field in Zapier's FieldSchema words."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    type = serializers.ChoiceField(choices=["string", "integer", "boolean", "datetime"])
    required = serializers.BooleanField()  # type: ignore[assignment]
    helpText = serializers.CharField()  # noqa: N815 (Zapier's name)
    default = serializers.CharField(required=False)
    placeholder = serializers.CharField(required=False)
    choices = serializers.ListField(child=serializers.CharField(), required=False)
    dict = serializers.BooleanField(required=False)


class OptOutOut(serializers.Serializer[Any]):
    channel = serializers.ChoiceField(choices=Channel.choices)
    reason = serializers.CharField()


def _nullable(**more: Any) -> serializers.CharField:
    return serializers.CharField(allow_null=True, **more)


class ContactWhole(ContactOut):
    """A customer. All keys are always there; what is unknown is null."""

    first_name, last_name, company_name, time_zone = _nullable(), _nullable(), _nullable(), _nullable()
    email, mobile_phone_number = serializers.EmailField(allow_null=True), _nullable(source="phone")
    opt_outs = OptOutOut(many=True)

    class Meta(ContactOut.Meta):
        fields = [*ContactOut.Meta.fields, "opt_outs"]


class SuppressionWhole(SuppressionOut):
    """An address that is not written to. It is null once its contact was erased."""

    address, evidence, lifted_because = _nullable(), _nullable(), _nullable()


class ConsentWhole(ConsentOut):
    """What a customer agreed to, or took back, for one address. It is null once its contact was erased."""

    address, wording = _nullable(), _nullable()
    source = _nullable()  # type: ignore[assignment]


class EvidenceAccountOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class EvidenceSubjectOut(serializers.Serializer[Any]):
    """An address as it stands now. It is null once its contact was erased, and only the keyed hash is left."""

    channel = serializers.ChoiceField(choices=Channel.choices)
    address = _nullable()
    address_hash = serializers.CharField()
    consent = _nullable(help_text="The latest act: given or withdrawn; null without any.")
    suppressed = _nullable()


class EvidenceOut(serializers.Serializer[Any]):
    """A signed document. What an entry of `history` holds depends on `what` it is, and goes beside `at` and `what`."""

    type = serializers.CharField()
    version = serializers.IntegerField()
    issuer = serializers.CharField()
    keys = serializers.CharField()
    account = EvidenceAccountOut()
    made_at = serializers.DateTimeField()
    subjects = EvidenceSubjectOut(many=True)
    history = serializers.ListField(child=serializers.DictField())
    key_id = serializers.CharField()
    signature = serializers.CharField()


class EventData(serializers.Serializer[Any]):
    """The rows that an event is about, as they are now; null what it is not about."""

    review_request = ReviewRequestTold(allow_null=True)
    message = MessageOut(allow_null=True)
    site = SiteOut(allow_null=True)
    feedback = FeedbackOut(allow_null=True)
    contact = ContactWhole(allow_null=True)
    suppression = SuppressionWhole(allow_null=True)
    consent = ConsentWhole(allow_null=True)


class EventWhole(EventOut):
    """Something that happened. The `id` is the webhook-id of what endpoints get."""

    data = EventData()  # type: ignore[assignment]

    class Meta(EventOut.Meta):
        fields = [*EventOut.Meta.fields, "data"]


class HookMade(HookOut):
    """With the secret that its calls are signed with (Standard Webhooks)."""

    secret = serializers.CharField()

    class Meta(HookOut.Meta):
        fields = [*HookOut.Meta.fields, "secret"]


class HookWanted(HookIn):
    events = serializers.ListField(child=serializers.ChoiceField(choices=SUBSCRIBABLE), required=False)


class HookChanged(HookChange):
    events = serializers.ListField(child=serializers.ChoiceField(choices=SUBSCRIBABLE), required=False)


class MeOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    email = serializers.EmailField()
    business_name = serializers.CharField()
    account_id = serializers.UUIDField()


class StatusOut(serializers.Serializer[Any]):
    active = serializers.BooleanField()
    auth_type = serializers.ChoiceField(choices=["oauth", "api_key"])
    user_id = serializers.UUIDField()
    scopes = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class BulkIn(serializers.Serializer[Any]):
    requests = serializers.ListField(child=ReviewRequestIn(), min_length=1, max_length=MAX_BULK)


REQUEST_OR_REHEARSAL = PolymorphicProxySerializer(
    component_name="ReviewRequestOrRehearsal",
    serializers=[ReviewRequestOut, RehearsalOut],
    resource_type_field_name=None,
)


class BulkResult(serializers.Serializer[Any]):
    """`review_request` where the ask was taken, else `error`, in the form of every error."""

    index = serializers.IntegerField()
    status = serializers.ChoiceField(choices=[200, 201, 400])
    review_request = serializers.SerializerMethodField(required=False)
    error = serializers.DictField(required=False)

    @extend_schema_field(REQUEST_OR_REHEARSAL)
    def get_review_request(self, answer: Any) -> Any:
        return answer


class BulkOut(serializers.Serializer[Any]):
    results = BulkResult(many=True)
