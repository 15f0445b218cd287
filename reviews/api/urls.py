"""The API's addresses: ours, and the reference product's for the same views."""

from django.urls import path

from reviews.api import views

urlpatterns = [
    path("api/v1/review-requests", views.ReviewRequestList.as_view(), name="review-requests"),
    path("api/v1/review-requests/bulk", views.ReviewRequestBulk.as_view(), name="review-requests-bulk"),
    path("api/v1/review-requests/fields", views.ReviewRequestFields.as_view(), name="review-request-fields"),
    path("api/v1/review-requests/<uuid:pk>", views.ReviewRequestItem.as_view(), name="review-request"),
    path("api/v1/review-requests/<uuid:pk>/cancel", views.ReviewRequestCancel.as_view(), name="review-request-cancel"),
    path("api/zapier/send-review-request", views.ReviewRequestList.as_view()),
    path("api/zapier/send-review-request/fields", views.ReviewRequestFields.as_view()),
]
