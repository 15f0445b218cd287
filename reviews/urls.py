"""URLs of the recipient's pages, and of the providers' inbound calls. Those of the API are in `api.urls`."""

from django.urls import path

from reviews.delivery.provider_events import views
from reviews.pages import printed, recipient

app_name = "reviews"
urlpatterns = [
    path("r/<str:token>", recipient.page, name="page"),
    path("r/<str:token>/go/<int:site>", recipient.go, name="page-go"),
    path("r/<str:token>/unsubscribe", recipient.unsubscribe, name="page-unsubscribe"),
    path("r/<str:token>/preferences", recipient.preferences, name="page-preferences"),
    path("r/<str:token>/language", recipient.language, name="page-language"),
    path("b/<str:code>", printed.page, name="scan"),
    path("b/<str:code>/language", printed.language, name="scan-language"),
    path("b/<str:code>/go/<int:site>", printed.go, name="scan-go"),
    path("b/<str:code>/logo", printed.logo, name="scan-logo"),
    path("hooks/mail/<slug:provider>", views.receive_mail_events, name="hook-mail"),
    path("hooks/twilio/status", views.receive_text_status, name="hook-text-status"),
    path("hooks/twilio/message", views.receive_text, name="hook-text-message"),
]
