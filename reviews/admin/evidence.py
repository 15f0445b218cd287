"""Evidence in the back-office: the signed history of addresses as a page to print, and as a file."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from oauth.models import Account
from reviewhub.backoffice.business import offer, written_in_view
from reviewhub.backoffice.pages import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget
from reviewhub.sentences import said
from reviews.contacts import evidence
from reviews.contacts.evidence import Subject
from reviews.models import Delivery, DeliveryEvent, ReviewRequest, Suppression
from reviews.models.addresses import InvalidAddress, read_address
from reviews.models.base import Channel

WORDS = {
    "consent.given": _("Agreed"),
    "consent.withdrawn": _("Withdrew the consent"),
    "suppressed": _("Must not be written to from here on"),
    "lifted": _("May be written to again"),
    "asked": _("Asked for a review"),
    "message": _("Message"),
    "message_not_sent": _("Message that has not left"),
    "answer": _("Answer of staff"),
    "answer_not_sent": _("Answer that has not left"),
    "reply": _("Customer replied"),
    "report": _("Report of the provider"),
}

# Names of the facts in the document, as the page says them.
FACTS = {
    "channel": _("channel"),
    "address": _("address"),
    "address_hash": _("hash of the address"),
    "wording": _("wording"),
    "source": _("source"),
    "told_by": _("told by"),
    "recorded_at": _("recorded"),
    "reason": _("reason"),
    "evidence": _("evidence"),
    "because": _("because"),
    "status": _("status"),
    "review_request": _("review request"),
    "external_id": _("your id"),
    "step": _("step"),
    "subject": _("subject"),
    "text": _("text"),
    "sent_at": _("sent"),
    "due_at": _("due"),
    "error": _("error"),
    "received_at": _("received"),
    "kind": _("kind"),
    "provider": _("provider"),
    "provider_id": _("provider’s id"),
    "code": _("code"),
    "sandbox": _("sandbox"),
}

CHOICES: dict[str, dict[Any, Any]] = {
    "channel": dict(Channel.choices),
    "kind": dict(DeliveryEvent.Kind.choices),
    "reason": dict(Suppression.Reason.choices),
    "status": dict([*Delivery.Status.choices, *ReviewRequest.Status.choices]),
    "told_by": dict(ReviewRequest.Source.choices),
}


class AddressForm(forms.Form):
    """An address that somebody names, in an account in which the person may change things."""

    account = forms.ModelChoiceField(
        Account.objects.none(), label=_("Business"), empty_label=None, widget=UnfoldAdminSelectWidget
    )
    address = forms.CharField(
        label=_("E-mail address or mobile number"),
        max_length=254,
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off"}),
        help_text=_("Also of a customer who was erased: what must be kept is found by it."),
    )

    def __init__(self, request: HttpRequest, data: Any = None) -> None:
        super().__init__(data)
        offer(self.fields["account"], written_in_view(request))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        account, text = cleaned.get("account"), cleaned.get("address", "")
        if account and text:
            try:
                cleaned["subjects"] = evidence.subjects_at(account, *read_address(text.strip(), account.country))
            except InvalidAddress as error:
                self.add_error("address", str(error))
        return cleaned


def evidence_page(
    page: Any,
    request: HttpRequest,
    *,
    account: Account,
    subjects: Iterable[Subject],
    back: str,
    hidden: dict[str, Any] | None = None,
) -> HttpResponse:
    """Answer with the page, or with the signed file where `as` is json.

    `hidden`: the fields of a form that asks for the file by POST, which keeps an address out of the address bar.
    """
    document = evidence.document(account=account, subjects=subjects, now=timezone.now())
    if "json" in (request.GET.get("as"), request.POST.get("as")):
        response: HttpResponse = JsonResponse(document, json_dumps_params={"indent": 2, "ensure_ascii": False})
        response["Content-Disposition"] = f'attachment; filename="evidence-{timezone.now():%Y%m%d-%H%M%S}.json"'
    else:
        context = {
            **page.admin_site.each_context(request),
            "title": gettext("Evidence"),
            "opts": page.opts,
            "document": document,
            "subjects": [
                subject | {"suppressed": _plain("reason", subject["suppressed"])} for subject in document["subjects"]
            ],
            "made_at": parse_datetime(document["made_at"]),
            "history": [_line(entry) for entry in document["history"]],
            "zone": timezone.get_current_timezone_name(),
            "hidden": hidden or {},
            "back": back,
        }
        response = TemplateResponse(request, "admin/reviews/evidence.html", context)
    add_never_cache_headers(response)
    return response


def _line(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry as the page shows it: time, words, and the facts that there are, with their names."""
    facts = {
        name: value for name, value in entry.items() if name not in ("at", "what") and value not in (None, "", False)
    }
    return {
        "at": parse_datetime(entry["at"]),
        "what": WORDS[entry["what"]],
        "facts": [(FACTS.get(name, name), _plain(name, value)) for name, value in facts.items()],
    }


def _plain(name: str, value: Any) -> Any:
    """Return a fact in the words of the back-office, a time in the zone of the page."""
    if name.endswith("_at") and (moment := parse_datetime(value)):
        local = timezone.localtime(moment)
        return f"{date_format(local)}, {local:%H:%M:%S}"
    if value is True:
        return gettext("yes")
    words = CHOICES.get(name, {}).get(value, value)
    return said(words) if isinstance(words, str) else words
