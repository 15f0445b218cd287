"""The page on which staff ask one customer: a short form, fit for a phone, and a preview of what would be sent."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from oauth.models import Account
from reviewhub.backoffice.business import business_of, offer, written_in_view
from reviewhub.backoffice.moments import say_clock, say_day
from reviewhub.backoffice.pages import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)
from reviewhub.refused import Refused
from reviewhub.sentences import said
from reviews.admin import reasons
from reviews.admin.consents import check_consent, consent_fields
from reviews.admin.languages import language_field, offer_region
from reviews.admin.normalise import EmailField, normalise, require_one
from reviews.delivery import preview
from reviews.delivery.preview import Planned
from reviews.models import Contact, Delivery, ReviewRequest, ReviewSite, Sequence
from reviews.models.base import MAX_DELAY_HOURS, Channel
from reviews.models.consent import BOTH
from reviews.requests import ask
from reviews.requests.ask import Ask, AskResult
from reviews.requests.consents import Agreement
from reviews.requests.mail_typos import meant_instead
from reviews.requests.matching import Person

OTHER = "other"
WHEN = [
    ("0", _("Now")),
    ("1", _("In an hour")),
    ("4", _("In four hours")),
    ("24", _("Tomorrow at this time")),
    ("72", _("In three days")),
    (OTHER, _("In … hours")),
]
MORE = ("delay_hours", "company_name", "language", "channel", "sequence")
CONSENT = ("consent_channel", "consent_wording", "consent_source", "consent_at")
AT_ONCE = timedelta(minutes=2)
# Buttons beside the one that asks: take the address that was probably meant; record an ask that sends nothing.
TAKE, RECORD = "_take", "_record"
TODAY = "today"  # where the form stands besides, and leads back to


def _text(**attributes: Any) -> UnfoldAdminTextInputWidget:
    # The browser must not fill in the data of the person who types: these are a customer's.
    return UnfoldAdminTextInputWidget({"autocomplete": "off"} | attributes)


class AskForm(forms.Form):
    """An ask by staff: the fields of a call of the API, with the same rules behind them."""

    account = forms.ModelChoiceField(
        Account.objects.none(), label=_("Business"), empty_label=None, widget=UnfoldAdminSelectWidget
    )
    first_name = forms.CharField(label=_("First name"), max_length=150, required=False, widget=_text(autofocus=True))
    last_name = forms.CharField(label=_("Last name"), max_length=150, required=False, widget=_text())
    phone = forms.CharField(
        label=_("Mobile number"), max_length=40, required=False, widget=_text(type="tel", inputmode="tel")
    )
    email = EmailField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=UnfoldAdminEmailInputWidget({"autocomplete": "off", "inputmode": "email"}),
        help_text=_("A mobile number, an e-mail address, or both."),
    )
    when = forms.ChoiceField(label=_("When"), choices=WHEN, required=False, widget=UnfoldAdminSelectWidget)
    delay_hours = forms.IntegerField(
        label=_("Hours to wait"),
        min_value=0,
        max_value=MAX_DELAY_HOURS,
        required=False,
        initial=0,
        widget=UnfoldAdminIntegerFieldWidget({"inputmode": "numeric"}),
        help_text=_("Counts where the choice above is “In … hours”."),
    )
    company_name = forms.CharField(label=_("Company"), max_length=150, required=False, widget=_text())
    language = language_field()
    channel = forms.ChoiceField(
        label=_("Channel"),
        choices=ReviewRequest.ChannelRule.choices,
        initial="auto",
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    sequence = forms.ModelChoiceField(
        Sequence.objects.none(),
        label=_("Sequence"),
        required=False,
        empty_label=_("The business's default"),
        widget=UnfoldAdminSelectWidget,
    )

    consent_channel, consent_wording, consent_source, consent_at = consent_fields(
        nobody=_("Nothing that we know of"), whom=_("Agreed to")
    )

    def __init__(self, request: HttpRequest, data: Any = None, known: Contact | None = None) -> None:
        names = ("first_name", "last_name", "company_name", "email", "phone", "language")
        super().__init__(data, initial={name: getattr(known, name) for name in names} if known else {})
        offer_region(self.fields["language"], known.language if known else "")
        self.doubts: list[str] = []
        self.user = request.user.pk
        mine = written_in_view(request)
        offer(self.fields["account"], mine)
        sequences = Sequence.objects.order_by("account__name", "name")
        own = sequences if mine is None else sequences.filter(account__in=mine)
        self.fields["sequence"].queryset = own  # type: ignore[attr-defined]
        if known:
            self.initial["account"] = known.account_id

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        account, sequence = cleaned.get("account"), cleaned.get("sequence")
        self.doubts = normalise(self, cleaned, account)
        require_one(self, cleaned)
        if account and sequence and sequence.account_id != account.pk:
            self.add_error("sequence", gettext("This sequence belongs to another account."))
        check_consent(self, cleaned, now=timezone.now())
        channel = cleaned.get("consent_channel")
        needed: str | None = {"email": "email", "sms": "phone"}.get(channel or "")
        if needed and not cleaned.get(needed):
            self.add_error("consent_channel", gettext("Type in the address or number that it is for."))
        return cleaned

    def wanted(self) -> Ask:
        """Return the ask that the valid form describes."""
        form_data = self.cleaned_data
        names = ("first_name", "last_name", "company_name", "email", "phone", "language")
        hours = form_data["delay_hours"] or 0 if form_data["when"] in ("", OTHER) else int(form_data["when"])
        return Ask(
            person=Person(**{name: form_data[name] for name in names}),
            delay=timedelta(hours=hours),
            channel=form_data["channel"] or ReviewRequest.ChannelRule.AUTO,
            sequence=str(form_data["sequence"].pk) if form_data["sequence"] else "",
            source=ReviewRequest.Source.STAFF,
            by=self.user,
            agreements=self._agreements(),
        )

    def _agreements(self) -> tuple[Agreement, ...]:
        data = self.cleaned_data
        addresses = {Channel.EMAIL: data["email"], Channel.SMS: data["phone"]}
        proof = {"wording": data["consent_wording"], "source": data["consent_source"], "at": data["consent_at"]}
        return tuple(
            Agreement(channel=channel, address=address, **proof)
            for channel, address in addresses.items()
            if address and data["consent_channel"] in (BOTH, channel)
        )

    def refuse(self, refusal: Refused) -> None:
        """Show the refusal at the field that it is about."""
        self.add_error({"mobile_phone_number": "phone"}.get(refusal.field, refusal.field), refusal.reason)


class Press(StrEnum):
    """What pressing does: it asks, only records, or is of no use."""

    ASK = "ask"
    RECORD = "record"
    OFF = "off"


@dataclass
class Preview:
    """The outcome of the form as it stands, in words: what is missing, or the messages that would be sent.

    `known`: the contact that has these addresses already; `under_way`: its request that is not over yet. `meant`: the
    e-mail address that was probably meant.
    """

    press: Press = Press.ASK
    missing: list[str] = field(default_factory=list)
    reason: str = ""
    known: Contact | None = None
    under_way: ReviewRequest | None = None
    meant: str = ""
    warnings: list[str] = field(default_factory=list)
    messages: list[tuple[Planned, str]] = field(default_factory=list)


def look_at(form: AskForm, now: datetime) -> Preview:
    """Return what can be said before the form is sent; writes nothing."""
    is_valid = form.is_valid()
    meant = meant_instead(form.cleaned_data.get("email") or "")
    if not is_valid:
        return Preview(missing=_problems(form), meant=meant)  # pressing shows each at its field
    try:
        verdict, planned = preview.look_ahead(account=form.cleaned_data["account"], wanted=form.wanted(), now=now)
    except Refused as refusal:
        return Preview(Press.OFF, missing=[refusal.reason], meant=meant)
    under_way = verdict.duplicate.request if verdict.duplicate else None
    warnings = [*form.doubts, *(warning for warning in verdict.warnings if warning != verdict.reason)]
    if verdict.held:
        warnings.append(gettext("It waits: a text from the customer may have been an opt-out, which somebody decides."))
    is_broken = bool(planned and planned[0].problem)
    return Preview(
        press=Press.OFF if under_way or is_broken else Press.RECORD if verdict.reason else Press.ASK,
        reason=reasons.in_words(verdict.reason),
        known=None if verdict.match.is_new else verdict.match.contact,
        under_way=under_way,
        meant=meant,
        warnings=warnings,
        messages=[(message, when(message, now)) for message in planned],
    )


def when(message: Planned, now: datetime) -> str:
    """Return when the message leaves by our clock, and the time it is then for the customer where that is another."""
    local, here = message.slot.local, timezone.localtime(message.slot.due_at)
    if message.slot.due_at - now < AT_ONCE:
        words = gettext("leaves right away")
    else:
        words = gettext("leaves %(day)s %(time)s") % {"day": say_day(here, now=now), "time": say_clock(here)}
    if local.utcoffset() == here.utcoffset():
        return words
    theirs = say_clock(local) if local.date() == here.date() else f"{date_format(local, 'l')} {say_clock(local)}"
    return gettext("%(words)s, their time %(theirs)s (%(zone)s)") % {
        "words": words,
        "theirs": theirs,
        "zone": message.slot.zone,
    }


def _problems(form: AskForm) -> list[str]:
    labels = {name: field.label for name, field in form.fields.items()}
    return [
        f"{labels[name]}: {problem}" if name in labels else str(problem)
        for name, problems in form.errors.items()
        for problem in problems
    ]


# --- The page -----------------------------------------------------------------------------------


def ask_page(page: Any, request: HttpRequest) -> HttpResponse:
    """Show the form, or ask the customer. Without a script, `_preview` in the form shows the preview instead.

    So does an ask of which nothing would be sent, unless that is what was pressed.
    """
    if not page.has_add_permission(request):
        raise PermissionDenied
    form = (
        AskForm(request, _typed(request)) if request.method == "POST" else AskForm(request, known=_known(page, request))
    )
    now = timezone.now()
    shown = look_at(form, now) if form.is_bound else None
    if shown is not None and form.is_valid() and _is_to_be_asked(shown, request):
        try:
            return _ask(request, form, now)
        except Refused as refusal:
            form.refuse(refusal)
    context = {
        **page.admin_site.each_context(request),
        "title": gettext("Ask a customer"),
        "opts": page.opts,
        "form": form,
        "more": [form[name] for name in MORE],
        "is_more_open": any(form[name].errors for name in MORE),
        "consent": [form[name] for name in CONSENT],
        "is_consent_open": any(form[name].errors for name in CONSENT),
        "preview": shown,
        "lacks_site": shown is None and _lacks_site(request),
        "back_to": TODAY if request.POST.get("next") == TODAY else "",
    }
    return TemplateResponse(request, "admin/reviews/reviewrequest/ask.html", context)


def _lacks_site(request: HttpRequest) -> bool:
    """Tell whether the business in view has no review site; once somebody types, the preview says so."""
    business = business_of(request)
    return business is not None and not ReviewSite.objects.for_account(business).filter(is_active=True).exists()


def _typed(request: HttpRequest) -> QueryDict:
    """Return what was typed, with the address that was meant where somebody took it."""
    if not (meant := request.POST.get(TAKE)):
        return request.POST
    data = request.POST.copy()
    data["email"] = meant
    return data


def _is_to_be_asked(shown: Preview, request: HttpRequest) -> bool:
    if "_preview" in request.POST or TAKE in request.POST:
        return False
    if shown.press is Press.RECORD:
        return RECORD in request.POST
    return shown.press is Press.ASK or not shown.messages  # a refusal is said at its field, a second press is led on


def _known(page: Any, request: HttpRequest) -> Contact | None:
    """Return the customer whose page led here, whose data fill the form; None without one that the person may see."""
    contacts: Any = page.admin_site.get_model_admin(Contact)
    contact: Contact | None = contacts.get_object(request, request.GET.get("customer", ""))
    return None if contact is None or contact.erased_at else contact


def ask_preview(page: Any, request: HttpRequest) -> HttpResponse:
    """Answer with the preview as a part of the page; a script fetches it while somebody types."""
    if not page.has_add_permission(request):
        raise PermissionDenied
    context = {"preview": look_at(AskForm(request, request.POST), timezone.now())}
    return TemplateResponse(request, "admin/reviews/reviewrequest/preview.html", context)


def _ask(request: HttpRequest, form: AskForm, now: datetime) -> HttpResponse:
    """Ask, and lead to the request, also where there was one already: the message says which. Raises Refused.

    Who goes on with the next customer, or asked on Today, comes back to an empty form.
    """
    answer = ask.ask(account=form.cleaned_data["account"], wanted=form.wanted(), now=now)
    level = messages.success if answer.created and not answer.request.reason else messages.warning
    others = [said(warning) for warning in answer.warnings if warning != answer.message]
    link = reverse("admin:reviews_reviewrequest_change", args=[answer.request.pk])
    goes_on = "_addanother" in request.POST or request.POST.get("next") == TODAY
    words = " ".join([_outcome(answer, now), *(f"{words.rstrip('.')}." for words in [*form.doubts, *others])])
    see = format_html(' <a href="{}">{}</a>', link, gettext("See the request")) if goes_on else ""
    level(request, format_html("{}{}", words, see))
    if request.POST.get("next") == TODAY:
        return HttpResponseRedirect(f"{reverse('admin:index')}#id_first_name")
    return HttpResponseRedirect(request.path if "_addanother" in request.POST else link)


def _outcome(answer: AskResult, now: datetime) -> str:
    """Say what becomes of the ask, in a sentence with the customer's name."""
    request = answer.request
    who = {"who": str(request.contact)}
    if not answer.created:
        return reasons.in_words(answer.message)
    if request.reason or request.held:
        why = reasons.why(request)
        return gettext("%(who)s is recorded, and nothing is sent: %(why)s") % (who | {"why": f"{why.rstrip('.')}."})
    message = Delivery.objects.filter(request=request).order_by("pk")[0]
    here = timezone.localtime(message.due_at)
    clock = {"day": say_day(here, now=now), "time": say_clock(here)}
    is_text, is_soon = message.channel == Channel.SMS, message.due_at - now < AT_ONCE
    if is_soon:
        words = (
            gettext("%(who)s is asked right away by text.")
            if is_text
            else gettext("%(who)s is asked right away by e-mail.")
        )
    else:
        words = (
            gettext("%(who)s will be asked %(day)s %(time)s by text.")
            if is_text
            else gettext("%(who)s will be asked %(day)s %(time)s by e-mail.")
        )
    words %= who | clock
    return f"{words} {gettext('(Sandbox: it is only recorded.)')}" if settings.SANDBOX else words
