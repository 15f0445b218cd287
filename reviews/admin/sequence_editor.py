"""Help with the writing of a sequence: previews of steps, effects on planned messages, a test to oneself, a copy."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from oauth.models import Account
from reviewhub.backoffice.actions import Action
from reviewhub.backoffice.pages import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget
from reviewhub.counters import count_one
from reviews.delivery import send_test
from reviews.delivery.content.templates import VARIABLES
from reviews.delivery.preview import written_out
from reviews.models import Contact, Delivery, FollowUpStep, ReviewRequest, Sequence
from reviews.models.addresses import InvalidEmail, InvalidPhone, normalise_email, normalise_phone
from reviews.models.base import Channel
from reviews.requests.schedule import slots
from reviews.requests.sequences import copy_sequence

OFFERED = 20  # contacts to look at a text with
TESTS_PER_HOUR = 20  # of an account
TEXTS = ("email_subject", "email_text", "sms_text")


# --- Preview --------------------------------------------------------------------------------------


def example(account: Account) -> Contact:
    """Return an invented contact, for accounts that have none yet; not saved."""
    names = {name: VARIABLES[name] for name in ("first_name", "last_name", "company_name")}
    return Contact(account=account, email="jane@example.com", phone="+12125551234", **names)


def preview(step: FollowUpStep, *, account: Account, contact: Contact, problems: Iterable[str] = ()) -> str:
    """Return the step's mail and text as the contact would get them, as a part of a page."""
    now = timezone.now()
    request = ReviewRequest(account=account, contact=contact)
    messages = []
    for channel in Channel:
        slot = slots.Slot(now, slots.recipient_zone(account=account, contact=contact, channel=channel))
        messages.append(written_out(request, step, channel, slot, now))
    context = {"messages": messages, "contact": contact, "problems": list(problems)}
    return render_to_string("admin/reviews/sequence/preview.html", context)


def preview_typed(
    request: HttpRequest, form_class: type[forms.ModelForm], *, account: Account, prefix: str
) -> HttpResponse:
    """Answer with the preview of a step as it stands in the form, and with the form's problems. Writes nothing."""
    form = form_class(request.POST, prefix=prefix)
    form.is_valid()
    texts = {name: request.POST.get(f"{prefix}-{name}", "") for name in TEXTS}
    labels = {name: str(form.fields[name].label).capitalize() for name in form.fields}
    problems = [
        f"{labels[name]}: {problem}" for name, errors in form.errors.items() if name in TEXTS for problem in errors
    ]
    step = FollowUpStep(position=0, **texts)
    contact = _chosen(account, request.POST.get("preview_contact", ""))
    return HttpResponse(preview(step, account=account, contact=contact, problems=problems))


def contacts_to_look_with(account: Account) -> list[Contact]:
    """Return the newest contacts that are not erased, for the choice beside the preview."""
    return list(Contact.objects.for_account(account).filter(erased_at=None).order_by("-created_at", "-pk")[:OFFERED])


def _chosen(account: Account, key: str) -> Contact:
    """Return the account's contact with that id; without an id, an example. Raises Http404."""
    if not key:
        return example(account)
    try:
        contact = Contact.objects.for_account(account).filter(pk=UUID(key), erased_at=None).first()
    except ValueError:
        contact = None
    if contact is None:
        raise Http404
    contact.account = account
    return contact


# --- What is planned already ------------------------------------------------------------------------


def planned_changes(sequence: Sequence, steps: dict[int, FollowUpStep]) -> list[str]:
    """Return, in words, how saving these steps (by position) would change messages that are planned already."""
    waiting = _waiting(sequence)
    reworded = gone = 0
    for old in sequence.steps.all():
        here, new = waiting.get(old.position, {}), steps.get(old.position)
        if new is None:
            gone += sum(here.values())
            continue
        if (old.email_subject, old.email_text) != (new.email_subject, new.email_text):
            reworded += here.get(Channel.EMAIL, 0)
        if old.sms_text != new.sms_text:
            reworded += here.get(Channel.SMS, 0)
    words = []
    if reworded:
        words.append(f"{_messages(reworded)} planned already, and will be sent with the new text.")
    if gone:
        words.append(f"{_messages(gone)} planned already, and will not be sent: the step is gone.")
    return words


def _waiting(sequence: Sequence) -> dict[int, dict[str, int]]:
    """Count the messages that are not sent yet, by step and channel."""
    rows = Delivery.objects.for_account(sequence.account).pending().filter(request__sequence=sequence)
    counts: dict[int, dict[str, int]] = {}
    for step, channel, number in rows.values_list("step", "channel").annotate(number=Count("pk")):
        counts.setdefault(step, {})[channel] = number
    return counts


def _messages(number: int) -> str:
    return "1 message is" if number == 1 else f"{number:,} messages are"


# --- A test to oneself ------------------------------------------------------------------------------


class OwnTestForm(forms.Form):
    """A step to send to oneself, and the number for a text; mail goes to the address that the person signs in with."""

    step = forms.ModelChoiceField(FollowUpStep.objects.none(), empty_label=None, widget=UnfoldAdminSelectWidget)
    channel = forms.ChoiceField(choices=Channel.choices, widget=UnfoldAdminSelectWidget)
    phone = forms.CharField(
        label="Your mobile number",
        max_length=40,
        required=False,
        widget=UnfoldAdminTextInputWidget({"type": "tel", "autocomplete": "tel"}),
        help_text="For a text message.",
    )

    def __init__(self, sequence: Sequence, email: str, data: Any = None) -> None:
        super().__init__(data)
        self.account, self.email = sequence.account, email
        steps = sequence.steps.all()
        self.fields["step"].queryset = steps  # type: ignore[attr-defined]
        self.fields["step"].label_from_instance = name_of  # type: ignore[attr-defined]
        self.fields["channel"].help_text = f"Mail goes to you: {email}."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("channel") == Channel.EMAIL:
            try:
                cleaned["to"] = normalise_email(self.email)
            except InvalidEmail as error:
                self.add_error("channel", str(error))
        elif not cleaned.get("phone"):
            self.add_error("phone", "Which number is yours?")
        else:
            try:
                cleaned["to"], _ = normalise_phone(cleaned["phone"], self.account.country)
            except InvalidPhone as error:
                self.add_error("phone", str(error))
        return cleaned


def name_of(step: FollowUpStep) -> str:
    return f"Follow-up {step.position}" if step.position else "First ask"


def test_page(page: Any, request: HttpRequest, sequence: Sequence) -> HttpResponse:
    """Send one of the saved messages to the person who is signed in, and show the provider's answer."""
    user: Any = request.user
    form = OwnTestForm(sequence, user.email, request.POST if request.method == "POST" else None)
    outcome = None
    if form.is_bound and form.is_valid():
        if _too_many(sequence.account, timezone.now()):
            form.add_error(None, f"At most {TESTS_PER_HOUR} tests an hour: wait a little.")
        else:
            form_data = form.cleaned_data
            outcome = send_test.send_test(
                account=sequence.account,
                channel=Channel(form_data["channel"]),
                to=form_data["to"],
                step=form_data["step"],
                now=timezone.now(),
            )
    context = {
        **page.admin_site.each_context(request),
        "title": f"Send yourself a message of {sequence}",
        "opts": page.opts,
        "form": form,
        "outcome": outcome,
        "back": reverse("admin:reviews_sequence_change", args=[sequence.pk]),
    }
    return TemplateResponse(request, "admin/reviews/sequence/test.html", context)


def _too_many(account: Account, now: datetime) -> bool:
    return count_one(f"tests:{account.pk}:{now:%Y%m%d%H}", 3600) > TESTS_PER_HOUR


# --- A copy -----------------------------------------------------------------------------------------


def _copy(sequence: Sequence, form_data: dict[str, Any], by: str) -> HttpResponse:
    copy = copy_sequence(sequence)
    return HttpResponseRedirect(reverse("admin:reviews_sequence_change", args=[copy.pk]))


COPY: Action[Sequence] = Action(
    name="copy",
    label="Copy",
    url_path="copy",
    icon="content_copy",
    question="Copy {row}?",
    explanation="The copy has the same steps and texts. Nothing uses it until a request names it, or you make it the "
    "default.",
    confirm="Copy it",
    perform=_copy,
)
