"""The recipient's pages, and where providers report."""

from django.urls import path

from reviews import pages, webhooks

app_name = "reviews"
urlpatterns = [
    path("r/<str:token>", pages.page, name="page"),
    path("r/<str:token>/go/<int:site>", pages.go, name="page-go"),
    path("r/<str:token>/unsubscribe", pages.unsubscribe, name="page-unsubscribe"),
    path("hooks/mail/<slug:provider>", webhooks.mail, name="hook-mail"),
    path("hooks/twilio/status", webhooks.text_status, name="hook-text-status"),
    path("hooks/twilio/message", webhooks.text_message, name="hook-text-message"),
]
