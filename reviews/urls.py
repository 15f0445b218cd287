"""The recipient's pages, and where providers report."""

from django.urls import path

from reviews import pages, scanning, webhooks

app_name = "reviews"
urlpatterns = [
    path("r/<str:token>", pages.page, name="page"),
    path("r/<str:token>/go/<int:site>", pages.go, name="page-go"),
    path("r/<str:token>/unsubscribe", pages.unsubscribe, name="page-unsubscribe"),
    path("r/<str:token>/preferences", pages.preferences, name="page-preferences"),
    path("b/<str:code>", scanning.page, name="scan"),
    path("b/<str:code>/go/<int:site>", scanning.go, name="scan-go"),
    path("b/<str:code>/logo", scanning.logo, name="scan-logo"),
    path("hooks/mail/<slug:provider>", webhooks.mail, name="hook-mail"),
    path("hooks/twilio/status", webhooks.text_status, name="hook-text-status"),
    path("hooks/twilio/message", webhooks.text_message, name="hook-text-message"),
]
