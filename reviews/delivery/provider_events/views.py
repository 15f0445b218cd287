"""Endpoints that mail and text providers call with their events. Each event is stored before the call is answered."""

import functools
import logging
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST
from twilio.request_validator import RequestValidator, add_port, remove_port
from twilio.twiml.messaging_response import MessagingResponse

from reviewhub.outages import DATABASE_AWAY, describe, drop_connection
from reviewhub.rest.errors import MAX_BODY
from reviews.contacts import suppressions
from reviews.delivery.provider_events import apply, mail_providers, parse, store
from reviews.models import Delivery, DeliveryEvent

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponse]

# Mail providers that check by GET whether the address exists, before they post to it.
PROBE_BY_GET = {"unisender_go"}


def provider_view(view: View) -> View:
    """Turn errors into answers: too large 413, unreadable 400, not the provider 403, something out of reach 503.

    After 503 the provider posts the same events again.
    """

    @csrf_exempt  # a provider sends no cookie: its signature or secret proves who calls
    @functools.wraps(view)
    def wrapped(request: HttpRequest, **url_parts: str) -> HttpResponse:
        try:
            if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
                return _refuse(413)
            return view(request, **url_parts)
        except RequestDataTooBig:
            return _refuse(413)
        except (SuspiciousOperation, mail_providers.UnreadableCall):
            return _refuse(400)
        except mail_providers.NotTheProvider as error:
            logger.warning("a provider event was refused: %s", str(error) or type(error.__cause__).__name__)
            return _refuse(403)
        except DATABASE_AWAY as error:
            drop_connection(error)
            return _refuse(503)
        except DatabaseError as error:
            logger.error("a report could not be stored: %s", describe(error))
            return _refuse(503)
        except mail_providers.OutOfReach as error:
            logger.warning("a provider cannot be reached: %s", type(error.__cause__).__name__)
            return _refuse(503)

    return wrapped


def _refuse(status: int) -> HttpResponse:
    return HttpResponse(status=status, headers={"Retry-After": "60"} if status == 503 else {})


# --- Mail -------------------------------------------------------------------------------------


@provider_view
@require_http_methods(["GET", "HEAD", "POST"])
def receive_mail_events(request: HttpRequest, provider: str) -> HttpResponse:
    """Store the events that a mail provider posts; apply opt-outs among them before the answer.

    `provider`: its name as in ANYMAIL_PROVIDER.
    """
    if provider not in mail_providers.VIEWS:
        return _refuse(404)
    if request.method == "HEAD" or (request.method == "GET" and provider in PROBE_BY_GET):
        return HttpResponse()
    if request.method == "GET":
        return HttpResponse(status=405, headers={"Allow": "POST, HEAD"})
    if mail_providers.needs_challenge(provider, request):
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="ReviewHub"'})
    posted = mail_providers.verify_and_read(provider, request)
    try:
        events = parse.read_mail_events(provider, posted, timezone.now())
    except Exception as error:
        raise mail_providers.UnreadableCall from error
    store.store(events)
    opt_outs = [event.key for event in events if event.kind in apply.OPT_OUTS]
    if opt_outs:
        _apply_opt_outs(provider, opt_outs)
    return HttpResponse()


def _apply_opt_outs(provider: str, keys: list[str]) -> None:
    """Apply the opt-outs that are not applied yet, then wait for messages that are on their way to all of them."""
    rows = DeliveryEvent.objects.filter(provider=provider, key__in=keys)
    for event_id in rows.filter(applied_at=None).order_by("pk").values_list("pk", flat=True):
        apply.apply(event_id=event_id, now=timezone.now())
    places = Delivery.objects.filter(pk__in=rows.values("delivery")).values_list("account", "channel", "address")
    suppressions.until_quiet(*places)


# --- Texts ------------------------------------------------------------------------------------


@provider_view
@require_POST
def receive_text_status(request: HttpRequest) -> HttpResponse:
    """Store the status of a text that Twilio posts; `message` in the address is our key of that text."""
    form = _read_signed_form(request)
    try:
        event = parse.read_text_status(form, message_key=request.GET.get("message", ""), now=timezone.now())
    except (KeyError, ValueError) as error:
        raise mail_providers.UnreadableCall from error
    store.store([event])
    return HttpResponse(status=204)


@provider_view
@require_POST
def receive_text(request: HttpRequest) -> HttpResponse:
    """Store a customer's text that Twilio posts, apply it, and answer it in TwiML.

    A STOP has taken effect before the answer leaves (docs/rules.md T3): no text is on its way to the customer then.
    """
    form = _read_signed_form(request)
    try:
        event = parse.read_reply(form, now=timezone.now())
    except (KeyError, ValueError) as error:
        raise mail_providers.UnreadableCall from error
    store.store([event], apply_later=False)
    row = DeliveryEvent.objects.get(provider=event.provider, key=event.key)  # an earlier one, where Twilio repeats it
    applied = apply.apply(event_id=row.pk, now=timezone.now())
    suppressions.until_quiet(*applied.quiet)
    twiml = MessagingResponse()
    if applied.answer:
        twiml.message(applied.answer)
    return HttpResponse(str(twiml), content_type="text/xml")


def _read_signed_form(request: HttpRequest) -> dict[str, str]:
    """Return the form that Twilio posted. Raises NotTheProvider unless its signature is right.

    https://www.twilio.com/docs/usage/security
    """
    if not settings.TWILIO_AUTH_TOKEN:
        raise mail_providers.NotTheProvider("TWILIO_AUTH_TOKEN is not set.")
    # The address that Twilio called, not the one at which the proxy reached us. It signs with or without the port, also
    # with the one of the scheme, which nobody writes; another port counts only as PUBLIC_URL has it.
    called = urlsplit(settings.PUBLIC_URL + request.get_full_path())
    validator = RequestValidator(settings.TWILIO_AUTH_TOKEN)
    signature = request.headers.get("X-Twilio-Signature", "")
    matches = [
        constant_time_compare(signature, validator.compute_signature(address, request.POST))
        for address in (add_port(called), remove_port(called))
    ]
    if not any(matches):
        raise mail_providers.NotTheProvider("The signature is missing or wrong.")
    return {name: str(value) for name, value in request.POST.items()}
