"""URLs of the API: our own, and for two views the paths that the reference product publishes."""

from django.urls import path, register_converter

from reviews.api import (
    contacts,
    events,
    evidence,
    feedback,
    review_request_states,
    review_requests,
    sequences,
    suppressions,
    webhooks,
)
from reviews.api.keys import RequestKey
from reviews.api.openapi import published

register_converter(RequestKey, "request_key")

urlpatterns = [
    path("api/v1/openapi.json", published.openapi, name="openapi"),
    path("api/docs", published.docs, name="api-docs"),
    path("api/v1/review-requests", review_requests.ReviewRequestList.as_view(), name="review-requests"),
    path("api/v1/review-requests/bulk", review_requests.ReviewRequestBulk.as_view(), name="review-requests-bulk"),
    path("api/v1/review-requests/fields", review_requests.ReviewRequestFields.as_view(), name="review-request-fields"),
    path("api/v1/review-requests/<request_key:pk>", review_requests.ReviewRequestItem.as_view(), name="review-request"),
    path(
        "api/v1/review-requests/<request_key:pk>/cancel",
        review_request_states.ReviewRequestCancel.as_view(),
        name="review-request-cancel",
    ),
    path(
        "api/v1/review-requests/<request_key:pk>/responded",
        review_request_states.ReviewRequestResponded.as_view(),
        name="review-request-responded",
    ),
    path(
        "api/v1/review-requests/<request_key:pk>/hold",
        review_request_states.ReviewRequestHold.as_view(),
        name="review-request-hold",
    ),
    path(
        "api/v1/review-requests/<request_key:pk>/release",
        review_request_states.ReviewRequestRelease.as_view(),
        name="review-request-release",
    ),
    path("api/v1/contacts", contacts.ContactList.as_view(), name="contacts"),
    path("api/v1/contacts/<id:pk>", contacts.ContactItem.as_view(), name="contact"),
    path("api/v1/contacts/<id:pk>/evidence", evidence.ContactEvidence.as_view(), name="contact-evidence"),
    path("api/v1/evidence", evidence.AddressEvidence.as_view(), name="evidence"),
    path(".well-known/reviewhub-evidence-keys.json", evidence.keys, name="evidence-keys"),
    path("api/v1/suppressions", suppressions.SuppressionList.as_view(), name="suppressions"),
    path("api/v1/suppressions/<int:pk>", suppressions.SuppressionItem.as_view(), name="suppression"),
    path("api/v1/suppressions/<int:pk>/lift", suppressions.SuppressionLift.as_view(), name="suppression-lift"),
    path("api/v1/sequences", sequences.SequenceList.as_view(), name="sequences"),
    path("api/v1/sequences/<int:pk>", sequences.SequenceItem.as_view(), name="sequence"),
    path("api/v1/feedback", feedback.FeedbackList.as_view(), name="feedback-list"),
    path("api/v1/feedback/<int:pk>", feedback.FeedbackItem.as_view(), name="feedback"),
    path("api/v1/events", events.EventList.as_view(), name="events"),
    path("api/v1/hooks", webhooks.HookList.as_view(), name="hooks"),
    path("api/v1/hooks/<id:pk>", webhooks.HookItem.as_view(), name="hook"),
    path("api/v1/hooks/<id:pk>/secret", webhooks.HookSecret.as_view(), name="hook-secret"),
    path("api/v1/hooks/<id:pk>/test", webhooks.HookTest.as_view(), name="hook-test"),
    path("api/v1/hooks/<id:pk>/replay", webhooks.HookReplay.as_view(), name="hook-replay"),
    path("api/v1/hooks/<id:pk>/attempts", webhooks.AttemptList.as_view(), name="hook-attempts"),
    path("api/zapier/send-review-request", review_requests.ReviewRequestList.as_view()),
    path("api/zapier/send-review-request/fields", review_requests.ReviewRequestFields.as_view()),
]
