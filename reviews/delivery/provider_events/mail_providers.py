"""Reading what mail providers report, with anymail's own views: who may report, and what they say.

A provider proves itself by what anymail checks: a signature, or ANYMAIL_WEBHOOK_SECRET as basic
authentication. With neither set up, nobody can.
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


class NotProven(Exception):
    """Whoever calls has not shown to be the provider."""


class Unreadable(Exception):
    """The report makes no sense."""


class AmazonSES(AmazonSESTrackingWebhookView):
    """Without boto3: only confirming a subscription would need it, and that is one GET of the address given."""

    def __init__(self) -> None:
        self.auto_confirm_enabled = True
        AnymailBaseWebhookView.__init__(self)

    def auto_confirm_sns_subscription(self, sns_message: dict[str, Any]) -> None:
        address = urlsplit(str(sns_message["SubscribeURL"]))
        host = (address.hostname or "").removesuffix(".cn")
        if address.scheme != "https" or not (host.startswith("sns.") and host.endswith(".amazonaws.com")):
            raise Unreadable("The address to confirm is not Amazon's.")
        requests.get(address.geturl(), timeout=10, allow_redirects=False).raise_for_status()


class Resend(ResendTrackingWebhookView):
    """Checks Svix's signature without its package: Svix signs by Standard Webhooks, under other header names."""

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


# What anymail calls its views, and the setting that signs: empty where only WEBHOOK_SECRET protects. Imported
# when the first report comes.
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


def read(provider: str, request: HttpRequest) -> list[AnymailTrackingEvent]:
    """The events that the provider reports. Raises NotProven or Unreadable; KeyError for no provider."""
    view = _view(provider)
    # Mandrill signs the address, too: the one that it knows, not the one that our proxy calls.
    request.build_absolute_uri = lambda: settings.PUBLIC_URL + request.get_full_path()  # type: ignore[method-assign,assignment,misc]
    try:
        for check in reversed(view.validators):  # basic authentication first: it reads nothing of the body
            check(view, request)
    except AnymailAPIError as error:
        raise Unreadable from error  # of Amazon's, after the basic authentication
    except Exception as error:
        raise NotProven from error
    try:
        return [event for event in view.parse_events(request) if isinstance(event, AnymailTrackingEvent)]
    except requests.RequestException:
        raise
    except Exception as error:
        raise Unreadable from error


def _view(provider: str) -> Any:
    found, signed_by = VIEWS[provider]
    keys = settings.ANYMAIL
    # Mailgun's older accounts sign with the key of the API.
    signed = bool(keys.get(signed_by) or (provider == "mailgun" and keys.get("MAILGUN_API_KEY")))
    if not signed and (not keys.get("WEBHOOK_SECRET") or provider in ALWAYS_SIGNED):
        raise NotProven("Nothing is set up that the provider could prove itself by.")
    try:
        return (import_string(found) if isinstance(found, str) else found)()
    except (AnymailConfigurationError, EmptyWebhookSecretError, ValueError) as error:  # a key that is none
        raise NotProven(f"The keys of {provider} are wrong: {type(error).__name__}.") from error


# anymail takes no report of theirs without a signature, whatever else proves it.
ALWAYS_SIGNED = {"mailersend", "mailgun", "mandrill", "postal", "unisender_go"}


def challenge(provider: str, request: HttpRequest) -> bool:
    """Whether to ask for the secret: Amazon SNS sends it only after a 401."""
    return (
        provider == "amazon_ses"
        and bool(settings.ANYMAIL.get("WEBHOOK_SECRET"))
        and not request.headers.get("Authorization")
    )
