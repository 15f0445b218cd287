"""Where providers report what became of messages. Everything is stored first, and answered at once."""

import functools
import logging
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST
from twilio.request_validator import RequestValidator, remove_port
from twilio.twiml.messaging_response import MessagingResponse

from reviewhub.rest.errors import MAX_BODY
from reviews.contacts import suppressions
from reviews.delivery.provider_events import apply, mail_providers, parse, replies, store
from reviews.delivery.provider_events.replies import Meaning
from reviews.models import Delivery, DeliveryEvent
from reviews.models.base import Channel

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponse]

# Mail providers that look whether an address exists before they use it.
LOOKS = {"unisender_go"}


def webhook(view: View) -> View:
    """What all of these answer alike: too large 413, unreadable 400, no database 503, so that it comes again."""

    @csrf_exempt  # no cookie counts here: the caller proves itself otherwise
    @functools.wraps(view)
    def wrapped(request: HttpRequest, **given: str) -> HttpResponse:
        try:
            if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
                return _refusal(413)
            return view(request, **given)
        except RequestDataTooBig:
            return _refusal(413)
        except (SuspiciousOperation, mail_providers.Unreadable):
            return _refusal(400)
        except mail_providers.NotProven as error:
            logger.warning("a report was refused: %s", error or type(error.__cause__).__name__)
            return _refusal(403)
        except (DatabaseError, InterfaceError) as error:
            # Not what it says: it may quote the report, with addresses.
            logger.error("a report could not be stored: %s", type(error).__name__)
            return _refusal(503)

    return wrapped


def _refusal(status: int) -> HttpResponse:
    return HttpResponse(status=status, headers={"Retry-After": "60"} if status == 503 else {})


# --- Mail -------------------------------------------------------------------------------------


@webhook
@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: HttpRequest, provider: str) -> HttpResponse:
    """Reports of a mail provider, named as in ANYMAIL_PROVIDER."""
    if provider not in mail_providers.VIEWS:
        return _refusal(404)
    if request.method == "HEAD" or (request.method == "GET" and provider in LOOKS):
        return HttpResponse()
    if request.method == "GET":
        return HttpResponse(status=405, headers={"Allow": "POST, HEAD"})
    if mail_providers.challenge(provider, request):
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="ReviewHub"'})
    reported = mail_providers.read(provider, request)
    try:
        events = parse.of_mail(provider, reported, timezone.now())
    except Exception as error:
        raise mail_providers.Unreadable from error
    store.store(events)
    opt_outs = [event.key for event in events if event.kind in apply.OPT_OUTS]
    if opt_outs:
        _take_effect(provider, opt_outs)
    return HttpResponse()


def _take_effect(provider: str, keys: list[str]) -> None:
    """Apply these opt-outs now, also those that were reported before, and see the last message off."""
    rows = DeliveryEvent.objects.filter(provider=provider, key__in=keys)
    for event_id in rows.filter(applied_at=None).order_by("pk").values_list("pk", flat=True):
        apply.apply(event_id=event_id, now=timezone.now())
    written = Delivery.objects.filter(pk__in=rows.values("delivery")).values_list("account", "channel", "address")
    suppressions.until_quiet(*written)


# --- Texts ------------------------------------------------------------------------------------


@webhook
@require_POST
def text_status(request: HttpRequest) -> HttpResponse:
    """What became of a text; `message` in the address is our key of it."""
    form = _signed_form(request)
    try:
        event = parse.of_text(form, message_key=request.GET.get("message", ""), now=timezone.now())
    except (KeyError, ValueError) as error:
        raise mail_providers.Unreadable from error
    store.store([event])
    return HttpResponse(status=204)


@webhook
@require_POST
def text_message(request: HttpRequest) -> HttpResponse:
    """A text from a customer. What it asks for has taken effect before the answer leaves (docs/rules.md T3)."""
    form = _signed_form(request)
    try:
        event = parse.of_reply(form, now=timezone.now())
    except (KeyError, ValueError) as error:
        raise mail_providers.Unreadable from error
    answer = ""
    for row in store.store([event], later=False):
        answer = apply.apply(event_id=row.pk, now=timezone.now()).answer
    if replies.meaning_of(event.text, form.get("OptOutType", "")) is Meaning.STOP:
        accounts = replies.concerned(number=event.address, sender=form.get("To", ""), moment=event.received_at)
        suppressions.until_quiet(*((account.pk, Channel.SMS, event.address) for account in accounts))
    twiml = MessagingResponse()
    if answer:
        twiml.message(answer)
    return HttpResponse(str(twiml), content_type="text/xml")


def _signed_form(request: HttpRequest) -> dict[str, str]:
    """The form that Twilio posted, once its signature fits (https://www.twilio.com/docs/usage/security)."""
    if not settings.TWILIO_AUTH_TOKEN:
        raise mail_providers.NotProven("TWILIO_AUTH_TOKEN is not set.")
    # The address that Twilio called, not the one at which the proxy reached us; it signs with or without the port.
    called = urlsplit(settings.PUBLIC_URL + request.get_full_path())
    validator, given = RequestValidator(settings.TWILIO_AUTH_TOKEN), request.headers.get("X-Twilio-Signature", "")
    fits = [
        constant_time_compare(given, validator.compute_signature(address, request.POST))
        for address in (called.geturl(), remove_port(called))
    ]
    if not any(fits):
        raise mail_providers.NotProven("The signature is missing or wrong.")
    return {name: str(value) for name, value in request.POST.items()}
