"""Calls of mail providers, read with anymail's own views: first the proof that it is the provider, then its events.

A provider proves itself by what anymail checks: a signature, or ANYMAIL_WEBHOOK_SECRET as basic authentication. With
neither set up, every call is refused. Nothing is stored here, and no row is made: `parse` does that.
"""

from typing import Any
from urllib.parse import urlsplit

import requests
from anymail.exceptions import AnymailAPIError, AnymailConfigurationError
from anymail.signals import AnymailTrackingEvent
from anymail.utils import get_anymail_setting
from anymail.webhooks.amazon_ses import AmazonSESTrackingWebhookView
from anymail.webhooks.base import AnymailBaseWebhookView
from anymail.webhooks.resend import ResendTrackingWebhookView
from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError


class NotTheProvider(Exception):
    """The caller has not proved to be the provider."""


class UnreadableCall(Exception):
    """The body that the provider posted makes no sense."""


class OutOfReach(Exception):
    """A call that the provider's own call asks for failed; its cause is the error."""


CONFIRM_WITHIN = (3.05, 5)  # seconds to connect and to answer: Amazon waits 15 for us


class AmazonSES(AmazonSESTrackingWebhookView):
    """Amazon's view without boto3, which it needs only to confirm a subscription: one GET of the address it posts."""

    def __init__(self) -> None:
        self.auto_confirm_enabled = True
        AnymailBaseWebhookView.__init__(self)

    def auto_confirm_sns_subscription(self, sns_message: dict[str, Any]) -> None:
        address = urlsplit(str(sns_message["SubscribeURL"]))
        host = (address.hostname or "").removesuffix(".cn")
        if address.scheme != "https" or not (host.startswith("sns.") and host.endswith(".amazonaws.com")):
            raise UnreadableCall("The address to confirm is not Amazon's.")
        try:
            requests.get(address.geturl(), timeout=CONFIRM_WITHIN, allow_redirects=False).raise_for_status()
        except requests.RequestException as error:
            raise OutOfReach from error


class Resend(ResendTrackingWebhookView):
    """Resend's view without Svix's package: Svix signs by Standard Webhooks, under header names of its own."""

    def __init__(self) -> None:
        secret: str = get_anymail_setting("signing_secret", esp_name=self.esp_name, default="")
        self.warn_if_no_basic_auth = not secret
        self._webhook = Webhook(secret) if secret else None
        self._svix_webhook = None  # anymail's own check, which would need that package
        AnymailBaseWebhookView.__init__(self)

    def validate_request(self, request: HttpRequest) -> None:
        if self._webhook:
            names = ("id", "timestamp", "signature")
            headers = {f"webhook-{name}": request.headers.get(f"svix-{name}", "") for name in names}
            self._webhook.verify(request.body, headers, json_parse=False)


# By provider: anymail's view, and the ANYMAIL setting that holds the key of its signature, empty where
# WEBHOOK_SECRET alone protects. A path is imported at the provider's first call.
VIEWS: dict[str, tuple[type[Any] | str, str]] = {
    "amazon_ses": (AmazonSES, ""),
    "brevo": ("anymail.webhooks.brevo.BrevoTrackingWebhookView", ""),
    "mailersend": ("anymail.webhooks.mailersend.MailerSendTrackingWebhookView", "MAILERSEND_SIGNING_SECRET"),
    "mailgun": ("anymail.webhooks.mailgun.MailgunTrackingWebhookView", "MAILGUN_WEBHOOK_SIGNING_KEY"),
    "mailjet": ("anymail.webhooks.mailjet.MailjetTrackingWebhookView", ""),
    "mailtrap": ("anymail.webhooks.mailtrap.MailtrapTrackingWebhookView", "MAILTRAP_TRACKING_SECRET"),
    "mandrill": ("anymail.webhooks.mandrill.MandrillCombinedWebhookView", "MANDRILL_WEBHOOK_KEY"),
    "postal": ("anymail.webhooks.postal.PostalTrackingWebhookView", "POSTAL_WEBHOOK_KEY"),
    "postmark": ("anymail.webhooks.postmark.PostmarkTrackingWebhookView", ""),
    "resend": (Resend, "RESEND_SIGNING_SECRET"),
    "sendgrid": (
        "anymail.webhooks.sendgrid.SendGridTrackingWebhookView",
        "SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY",
    ),
    "sendinblue": ("anymail.webhooks.sendinblue.SendinBlueTrackingWebhookView", ""),
    "sparkpost": ("anymail.webhooks.sparkpost.SparkPostTrackingWebhookView", ""),
    "unisender_go": ("anymail.webhooks.unisender_go.UnisenderGoTrackingWebhookView", "UNISENDER_GO_API_KEY"),
}
# anymail accepts no call of these without a signature, even with the right WEBHOOK_SECRET.
ALWAYS_SIGNED = {"mailersend", "mailgun", "mandrill", "postal", "unisender_go"}


def verify_and_read(provider: str, request: HttpRequest) -> list[AnymailTrackingEvent]:
    """Check who calls, and return the events that the provider posted.

    Raises NotTheProvider, UnreadableCall, OutOfReach, or KeyError for a name that is not in VIEWS.
    """
    view = _make_view(provider)
    # Mandrill signs the address, too: the one that it calls, not the one at which our proxy reaches us.
    request.build_absolute_uri = lambda: settings.PUBLIC_URL + request.get_full_path()  # type: ignore[method-assign,assignment,misc]
    try:
        for check in reversed(view.validators):  # basic authentication first: it reads nothing of the body
            check(view, request)
    except AnymailAPIError as error:
        raise UnreadableCall from error  # Amazon's view raises it, after the basic authentication
    except Exception as error:
        raise NotTheProvider from error
    try:
        return [event for event in view.parse_events(request) if isinstance(event, AnymailTrackingEvent)]
    except OutOfReach:
        raise
    except Exception as error:
        raise UnreadableCall from error


def _make_view(provider: str) -> Any:
    view_class, signing_key = VIEWS[provider]
    keys = settings.ANYMAIL
    # Mailgun's older accounts sign with the key of the API.
    signed = bool(keys.get(signing_key) or (provider == "mailgun" and keys.get("MAILGUN_API_KEY")))
    if not signed and (not keys.get("WEBHOOK_SECRET") or provider in ALWAYS_SIGNED):
        raise NotTheProvider("Nothing is set up that the provider could prove itself by.")
    try:
        return (import_string(view_class) if isinstance(view_class, str) else view_class)()
    except (AnymailConfigurationError, EmptyWebhookSecretError, ValueError) as error:  # a key of a wrong form
        raise NotTheProvider(f"The keys of {provider} are wrong: {type(error).__name__}.") from error


def needs_challenge(provider: str, request: HttpRequest) -> bool:
    """Tell whether to answer 401 first: Amazon SNS sends the secret only after that."""
    return (
        provider == "amazon_ses"
        and bool(settings.ANYMAIL.get("WEBHOOK_SECRET"))
        and not request.headers.get("Authorization")
    )
