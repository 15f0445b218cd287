"""Descriptions of the API's operations: for each view and method the arguments of drf-spectacular's `extend_schema`."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, inline_serializer
from rest_framework import serializers

from reviews.api.contacts import ContactIn
from reviews.api.openapi.schemas import (
    ASK,
    ASKED,
    REQUEST_OR_REHEARSAL,
    BulkIn,
    BulkOut,
    ContactWhole,
    EventWhole,
    EvidenceOut,
    FieldOut,
    HookChanged,
    HookMade,
    HookWanted,
    MeOut,
    StatusOut,
    SuppressionWhole,
)
from reviews.api.review_request_states import HoldIn, RespondedIn
from reviews.api.review_requests import ReviewRequestChange, ReviewRequestDetail
from reviews.api.sequences import SequenceOut
from reviews.api.suppressions import LiftIn, SuppressionIn
from reviews.api.webhooks import AttemptOut, HookOut, ReplayIn
from reviews.representations import FeedbackOut, ReviewRequestOut
from reviews.requests.intake import ReviewRequestIn

VIEWS = "reviews.api"
KEY = OpenApiParameter(
    "id",
    str,
    OpenApiParameter.PATH,
    description="The id of the request; or `external_id:` and your own id of it, percent-encoded, such as "
    "`external_id:job-1047`. One with a slash is found by `GET /api/v1/review-requests?external_id=`.",
)

SIGNED = (
    "Consents, asks, messages, replies, opt-outs and lifts in the order of time. `signature` is Ed25519 over the "
    "document without it, as canonical JSON (RFC 8785); the public keys are at "
    "`/.well-known/reviewhub-evidence-keys.json`."
)

OPERATIONS: dict[str, dict[str, dict[str, Any]]] = {
    f"{VIEWS}.review_requests.ReviewRequestList": {
        "post": {
            "operation_id": "sendReviewRequest",
            "tags": ["Review requests"],
            "summary": "Send a review request",
            "description": "Creates a contact and initiates an automated review request. 200 where one exists already, "
            "for this `external_id` or open for this contact, and for a `dry_run`, which writes nothing. A further "
            "`external_id` finds that request from then on, too; `warnings` say what was left out. The contact "
            "is found by `email`, else by `mobile_phone_number`; a new `email` with the number of a contact that has "
            "another one makes a new contact.",
            "request": ReviewRequestIn,
            "responses": {201: ReviewRequestOut, 200: REQUEST_OR_REHEARSAL},
            "examples": [
                OpenApiExample("A finished job", ASK, request_only=True),
                OpenApiExample("Scheduled", ASKED, response_only=True, status_codes=["201"]),
            ],
        },
        "get": {
            "operation_id": "listReviewRequests",
            "tags": ["Review requests"],
            "summary": "List review requests",
            "responses": {200: ReviewRequestOut(many=True)},
        },
    },
    f"{VIEWS}.review_requests.ReviewRequestBulk": {
        "post": {
            "operation_id": "sendReviewRequests",
            "tags": ["Review requests"],
            "summary": "Send up to 500 review requests",
            "description": "A bad one loses none of the others.",
            "request": BulkIn,
            "responses": {200: BulkOut},
            "examples": [OpenApiExample("Two", {"requests": [ASK, {"email": "bob@example.com"}]}, request_only=True)],
        },
    },
    f"{VIEWS}.review_requests.ReviewRequestFields": {
        "get": {
            "operation_id": "listFields",
            "tags": ["Review requests"],
            "summary": "The input fields, for form builders",
            "responses": {200: inline_serializer("Fields", {"fields": FieldOut(many=True)})},
        },
    },
    f"{VIEWS}.review_requests.ReviewRequestItem": {
        "get": {
            "operation_id": "getReviewRequest",
            "tags": ["Review requests"],
            "summary": "One review request with its messages",
            "parameters": [KEY],
            "responses": {200: ReviewRequestDetail},
        },
        "patch": {
            "operation_id": "changeReviewRequest",
            "tags": ["Review requests"],
            "summary": "Change when it begins, or its metadata",
            "description": "Give `scheduled_for` or `delay_hours`: what is planned moves to the first slot from then "
            "on, within 8,760 hours, and later messages by as much. 409 once a message was sent or is being sent.",
            "parameters": [KEY],
            "request": ReviewRequestChange,
            "responses": {200: ReviewRequestDetail},
            "examples": [OpenApiExample("Two days later", {"delay_hours": 48}, request_only=True)],
        },
    },
    f"{VIEWS}.review_request_states.ReviewRequestCancel": {
        "post": {
            "operation_id": "cancelReviewRequest",
            "tags": ["Review requests"],
            "summary": "Take a review request back",
            "description": "Nothing more is sent. Safe to repeat. 409 when it has ended otherwise.",
            "parameters": [KEY],
            "request": None,
            "responses": {200: ReviewRequestDetail},
        },
    },
    f"{VIEWS}.review_request_states.ReviewRequestResponded": {
        "post": {
            "operation_id": "markResponded",
            "tags": ["Review requests"],
            "summary": "Tell that the customer has answered",
            "description": "By a review that you saw, or by phone: nothing more is sent. Safe to repeat; also after "
            "the sequence was completed. 409 when it was cancelled, failed or was suppressed.",
            "parameters": [KEY],
            "request": RespondedIn,
            "responses": {200: ReviewRequestDetail},
            "examples": [OpenApiExample("Seen on Google", {"site": "Google"}, request_only=True)],
        },
    },
    f"{VIEWS}.review_request_states.ReviewRequestHold": {
        "post": {
            "operation_id": "holdReviewRequest",
            "tags": ["Review requests"],
            "summary": "Hold a review request",
            "description": "Nothing is sent until it is released. Safe to repeat: the first reason stays. 409 when it "
            "has ended. Hold back nobody for what they think of the business: that is for you to settle, not to hide.",
            "parameters": [KEY],
            "request": HoldIn,
            "responses": {200: ReviewRequestDetail},
            "examples": [OpenApiExample("A refund", {"because": "refund", "note": "Order 1047"}, request_only=True)],
        },
    },
    f"{VIEWS}.review_request_states.ReviewRequestRelease": {
        "post": {
            "operation_id": "releaseReviewRequest",
            "tags": ["Review requests"],
            "summary": "Let a held review request go on",
            "description": "What came due leaves in the next slot from now, what follows it as much later. Safe to "
            "repeat. 409 when it has ended, and while it is held for another reason, such as an unclear opt-out.",
            "parameters": [KEY],
            "request": None,
            "responses": {200: ReviewRequestDetail},
        },
    },
    f"{VIEWS}.contacts.ContactList": {
        "get": {
            "operation_id": "listContacts",
            "tags": ["Contacts"],
            "summary": "List contacts",
            "responses": {200: ContactWhole(many=True)},
        },
    },
    f"{VIEWS}.contacts.ContactItem": {
        "get": {
            "operation_id": "getContact",
            "tags": ["Contacts"],
            "summary": "One contact",
            "responses": {200: ContactWhole},
        },
        "patch": {
            "operation_id": "changeContact",
            "tags": ["Contacts"],
            "summary": "Change what is named",
            "description": "`null` and an empty text take a value away. Opt-outs stay as they are. A message that is "
            "planned goes to the new address; the answer comes when none is on its way to the former one any more.",
            "request": ContactIn,
            "responses": {200: ContactWhole},
            "examples": [OpenApiExample("A new name", {"last_name": "Doe"}, request_only=True)],
        },
        "delete": {
            "operation_id": "eraseContact",
            "tags": ["Contacts"],
            "summary": "Erase a contact",
            "description": "Personal data is gone for good; opt-outs stay as keyed hashes. Safe to repeat.",
            "responses": {204: None},
        },
    },
    f"{VIEWS}.evidence.ContactEvidence": {
        "get": {
            "operation_id": "getContactEvidence",
            "tags": ["Contacts"],
            "summary": "What happened to a contact's addresses, signed",
            "description": SIGNED,
            "responses": {200: EvidenceOut},
        },
    },
    f"{VIEWS}.evidence.AddressEvidence": {
        "get": {
            "operation_id": "getEvidence",
            "tags": ["Contacts"],
            "summary": "What happened to an address, signed",
            "description": f"Also of a contact who was erased. {SIGNED}",
            "parameters": [
                OpenApiParameter("address", str, required=True, description="An e-mail address or a mobile number.")
            ],
            "responses": {200: EvidenceOut},
        },
    },
    f"{VIEWS}.suppressions.SuppressionList": {
        "get": {
            "operation_id": "listSuppressions",
            "tags": ["Suppressions"],
            "summary": "List suppressions",
            "responses": {200: SuppressionWhole(many=True)},
        },
        "post": {
            "operation_id": "addSuppression",
            "tags": ["Suppressions"],
            "summary": "Write to an address no more",
            "description": "What is planned to it does not leave. 200 where it was suppressed already.",
            "request": SuppressionIn,
            "responses": {201: SuppressionWhole, 200: SuppressionWhole},
            "examples": [OpenApiExample("An address", {"address": "jane@example.com"}, request_only=True)],
        },
    },
    f"{VIEWS}.suppressions.SuppressionItem": {
        "get": {
            "operation_id": "getSuppression",
            "tags": ["Suppressions"],
            "summary": "One suppression",
            "responses": {200: SuppressionWhole},
        },
    },
    f"{VIEWS}.suppressions.SuppressionLift": {
        "post": {
            "operation_id": "liftSuppression",
            "tags": ["Suppressions"],
            "summary": "Allow an address again",
            "description": "With the reason, which is kept. 409 when it was lifted before, or the contact was erased.",
            "request": LiftIn,
            "responses": {200: SuppressionWhole},
            "examples": [OpenApiExample("Asked for it", {"because": "Asked for it by phone"}, request_only=True)],
        },
    },
    f"{VIEWS}.sequences.SequenceList": {
        "get": {
            "operation_id": "listSequences",
            "tags": ["Sequences"],
            "summary": "List sequences",
            "responses": {200: SequenceOut(many=True)},
        },
    },
    f"{VIEWS}.sequences.SequenceItem": {
        "get": {
            "operation_id": "getSequence",
            "tags": ["Sequences"],
            "summary": "One sequence with its steps",
            "responses": {200: SequenceOut},
        },
    },
    f"{VIEWS}.feedback.FeedbackList": {
        "get": {
            "operation_id": "listFeedback",
            "tags": ["Feedback"],
            "summary": "List feedback",
            "responses": {200: FeedbackOut(many=True)},
        },
    },
    f"{VIEWS}.feedback.FeedbackItem": {
        "get": {
            "operation_id": "getFeedback",
            "tags": ["Feedback"],
            "summary": "What one customer said",
            "responses": {200: FeedbackOut},
        },
    },
    f"{VIEWS}.events.EventList": {
        "get": {
            "operation_id": "listEvents",
            "tags": ["Events"],
            "summary": "What happened",
            "description": "For programs that ask now and then. Ids are stable; events are kept for 30 days.",
            "responses": {200: EventWhole(many=True)},
        },
    },
    f"{VIEWS}.webhooks.HookList": {
        "get": {
            "operation_id": "listHooks",
            "tags": ["Webhooks"],
            "summary": "List endpoints",
            "description": "An app sees its own.",
            "responses": {200: HookOut(many=True)},
        },
        "post": {
            "operation_id": "subscribe",
            "tags": ["Webhooks"],
            "summary": "Subscribe to events",
            "description": "All of them where none is named. 200 where the same was subscribed before. What is told "
            "needs the scope `read`, too. An app is told as long as it is connected.",
            "request": HookWanted,
            "responses": {201: HookMade, 200: HookMade},
            "examples": [
                OpenApiExample(
                    "Feedback",
                    {"url": "https://hooks.example.com/1", "events": ["feedback.created"]},
                    request_only=True,
                )
            ],
        },
    },
    f"{VIEWS}.webhooks.HookItem": {
        "get": {
            "operation_id": "getHook",
            "tags": ["Webhooks"],
            "summary": "One endpoint",
            "responses": {200: HookOut},
        },
        "patch": {
            "operation_id": "changeHook",
            "tags": ["Webhooks"],
            "summary": "Change what is named, or switch it on again",
            "request": HookChanged,
            "responses": {200: HookOut},
            "examples": [OpenApiExample("On again", {"active": True}, request_only=True)],
        },
        "delete": {
            "operation_id": "unsubscribe",
            "tags": ["Webhooks"],
            "summary": "Unsubscribe",
            "responses": {204: None},
        },
    },
    f"{VIEWS}.webhooks.HookSecret": {
        "post": {
            "operation_id": "rollSecret",
            "tags": ["Webhooks"],
            "summary": "A new secret",
            "description": "The one before signs too, until the next takes its place or staff retires it.",
            "request": None,
            "responses": {200: HookMade},
        },
    },
    f"{VIEWS}.webhooks.HookTest": {
        "post": {
            "operation_id": "sendTestEvent",
            "tags": ["Webhooks"],
            "summary": "Send a test event",
            "description": "Of the type `endpoint.test`. 409 where the endpoint is off.",
            "request": None,
            "responses": {202: inline_serializer("TestSent", {"event_id": serializers.UUIDField()})},
        },
    },
    f"{VIEWS}.webhooks.HookReplay": {
        "post": {
            "operation_id": "replayEvents",
            "tags": ["Webhooks"],
            "summary": "Tell again",
            "description": "One event by `event_id`, or what happened from `since` until `until`, also what it missed "
            "while it was off. 409 where the endpoint is off.",
            "request": ReplayIn,
            "responses": {202: inline_serializer("Replayed", {"replayed": serializers.IntegerField()})},
            "examples": [OpenApiExample("Since", {"since": "2026-01-01T00:00:00Z"}, request_only=True)],
        },
    },
    f"{VIEWS}.webhooks.AttemptList": {
        "get": {
            "operation_id": "listAttempts",
            "tags": ["Webhooks"],
            "summary": "How telling went",
            "responses": {200: AttemptOut(many=True)},
        },
    },
    "oauth.views.me.Me": {
        "get": {"operation_id": "getMe", "tags": ["Account"], "summary": "Who am I", "responses": {200: MeOut}},
    },
    "oauth.views.status.TokenStatus": {
        "get": {
            "operation_id": "getStatus",
            "tags": ["Account"],
            "summary": "Is my token still good",
            "description": "Any live token or key may ask, whatever its scopes.",
            "responses": {200: StatusOut},
        },
    },
}
