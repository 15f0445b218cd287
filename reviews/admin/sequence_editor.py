"""Help with the writing of a sequence: previews of steps, a test to oneself, a copy, the choice of the standard."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oauth.models import Account, User
from reviewhub.backoffice.actions import Action
from reviewhub.backoffice.pages import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget
from reviewhub.counters import count_one
from reviews.admin.sequence_words import name_of
from reviews.admin.variables import example
from reviews.delivery import send_test
from reviews.delivery.preview import Planned, written_out
from reviews.models import Contact, FollowUpStep, ReviewRequest, Sequence
from reviews.models.addresses import InvalidEmail, InvalidPhone, normalise_email, normalise_phone
from reviews.models.base import Channel
from reviews.requests.schedule import slots
from reviews.requests.sequences import copy_sequence, make_default

OFFERED = 20  # contacts to look at a text with
TESTS_PER_HOUR = 20  # of an account


# --- Preview --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Look:
    """A step's mail and text as a contact would get them."""

    contact: Contact
    mail: Planned
    text: Planned
    language: str  # of the messages


def look_at(step: FollowUpStep, *, account: Account, contact: Contact) -> Look:
    """Write out both messages of the step, in its sequence's language, for the contact. Writes no row."""
    now = timezone.now()
    request = ReviewRequest(account=account, contact=contact)
    messages = {}
    for channel in Channel:
        slot = slots.Slot(now, slots.recipient_zone(account=account, contact=contact, channel=channel))
        messages[channel] = written_out(request, step, channel, slot, now)
    return Look(contact, messages[Channel.EMAIL], messages[Channel.SMS], step.sequence.language)


def preview_typed(request: HttpRequest, form: Any, *, account: Account) -> HttpResponse:
    """Answer with what follows the typing: the step's name, its messages, and what is wrong. Writes nothing."""
    form.is_valid()
    form.account = account
    form.contact = _chosen(account, request.POST.get("preview_contact", ""))
    return TemplateResponse(request, "admin/reviews/sequence/preview.html", {"form": form})


def contacts_to_look_with(account: Account) -> list[Contact]:
    """Return the newest contacts that are not erased, for the choice beside the preview."""
    return list(Contact.objects.for_account(account).filter(erased_at=None).order_by("-created_at", "-pk")[:OFFERED])


def _chosen(account: Account, key: str) -> Contact | None:
    """Return the account's contact with that id; None without an id. Raises Http404."""
    if not key:
        return None
    try:
        contact = Contact.objects.for_account(account).filter(pk=UUID(key), erased_at=None).first()
    except ValueError:
        contact = None
    if contact is None:
        raise Http404
    contact.account = account
    return contact


# --- A test to oneself ------------------------------------------------------------------------------


class OwnTestForm(forms.Form):
    """A step to send to oneself, and the number for a text; mail goes to the address that the person signs in with."""

    step = forms.ModelChoiceField(
        FollowUpStep.objects.none(), label=gettext_lazy("Message"), empty_label=None, widget=UnfoldAdminSelectWidget
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=[(Channel.EMAIL, gettext_lazy("By mail")), (Channel.SMS, gettext_lazy("By text message"))],
        widget=UnfoldAdminSelectWidget,
    )
    phone = forms.CharField(
        label=gettext_lazy("Your mobile number"),
        max_length=40,
        required=False,
        widget=UnfoldAdminTextInputWidget({"type": "tel", "autocomplete": "tel"}),
        help_text=gettext_lazy("For a text message."),
    )

    def __init__(self, sequence: Sequence, email: str, data: Any = None) -> None:
        super().__init__(data)
        self.account, self.email = sequence.account, email
        steps = sequence.steps.all()
        self.fields["step"].queryset = steps  # type: ignore[attr-defined]
        self.fields["step"].label_from_instance = name_of  # type: ignore[attr-defined]
        self.fields["channel"].help_text = _("Mail goes to you: %(email)s.") % {"email": email}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("channel") == Channel.EMAIL:
            try:
                cleaned["to"] = normalise_email(self.email)
            except InvalidEmail as error:
                self.add_error("channel", str(error))
        elif not cleaned.get("phone"):
            self.add_error("phone", _("Which number is yours?"))
        else:
            try:
                cleaned["to"] = normalise_phone(cleaned["phone"], self.account.country)[0]
            except InvalidPhone as error:
                self.add_error("phone", str(error))
        return cleaned


def test_page(page: Any, request: HttpRequest, sequence: Sequence) -> HttpResponse:
    """Send one of the saved messages to the person who is signed in, and say in a sentence what came of it."""
    user: Any = request.user
    form = OwnTestForm(sequence, user.email, request.POST if request.method == "POST" else None)
    outcome = look = None
    if form.is_bound and form.is_valid():
        if are_too_many_tests(sequence.account, timezone.now()):
            words = _("At most %(number)s tests an hour: wait a little.") % {"number": TESTS_PER_HOUR}
            form.add_error(None, words)
        else:
            form_data = form.cleaned_data
            outcome = send_test.send_test(
                account=sequence.account,
                channel=Channel(form_data["channel"]),
                to=form_data["to"],
                step=form_data["step"],
                now=timezone.now(),
            )
            if settings.SANDBOX and outcome.accepted:  # it is in no mailbox
                look = look_at(form_data["step"], account=sequence.account, contact=example(sequence.account))
    context = {
        **page.admin_site.each_context(request),
        "title": _("Send yourself a test"),
        "sequence": sequence,
        "opts": page.opts,
        "form": form,
        "outcome": outcome,
        "look": look,
        "is_mail": form.is_bound and form.cleaned_data.get("channel") == Channel.EMAIL,
        "back": reverse("admin:reviews_sequence_change", args=[sequence.pk]),
    }
    return TemplateResponse(request, "admin/reviews/sequence/test.html", context)


def are_too_many_tests(account: Account, now: datetime) -> bool:
    """Count a test message, and return True after TESTS_PER_HOUR of the account."""
    return count_one(f"tests:{account.pk}:{now:%Y%m%d%H}", 3600) > TESTS_PER_HOUR


# --- A copy, and the choice of the one that is used by default -----------------------------------------


def _copy(sequence: Sequence, form_data: dict[str, Any], by: User) -> HttpResponse:
    copy = copy_sequence(sequence)
    return HttpResponseRedirect(reverse("admin:reviews_sequence_change", args=[copy.pk]))


def _make_default(sequence: Sequence, form_data: dict[str, Any], by: User) -> HttpResponse:
    make_default(sequence)
    return HttpResponseRedirect(reverse("admin:reviews_sequence_changelist"))


COPY: Action[Sequence] = Action(
    name="copy",
    label=gettext_lazy("Copy"),
    url_path="copy",
    icon="content_copy",
    question=gettext_lazy("Copy {row}?"),
    explanation=gettext_lazy(
        "The copy has the same steps and texts. Nothing uses it until a request names it, or you make it the one that "
        "is used by default."
    ),
    confirm=gettext_lazy("Copy it"),
    perform=_copy,
)
MAKE_DEFAULT: Action[Sequence] = Action(
    name="make_default",
    label=gettext_lazy("Use by default"),
    url_path="default",
    icon="star",
    question=gettext_lazy("Use {row} by default?"),
    explanation=gettext_lazy(
        "Requests that name no sequence are made with it from now on. Those under way stay with theirs."
    ),
    confirm=gettext_lazy("Use it by default"),
    perform=_make_default,
    is_offered=lambda sequence: not sequence.is_default,
)
