"""The actions on one review request: from sending now to cancelling, and taking that back."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oauth.models import User
from reviewhub.backoffice.actions import Action
from reviewhub.backoffice.pages import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget
from reviewhub.refused import Refused
from reviews.admin import reasons
from reviews.admin.correct_address import CorrectAddressForm, correct_and_ask
from reviews.admin.request_words import failed_way
from reviews.delivery import staff_actions, take_back
from reviews.models import Delivery, ReviewRequest
from reviews.requests import holds, lifecycle


def _planned(request: ReviewRequest) -> Delivery | None:
    """Return the message that is sent next."""
    planned = [delivery for delivery in request.deliveries.all() if delivery.status == Delivery.Status.PLANNED]
    return (
        min(planned, key=lambda delivery: delivery.step, default=None) if request.is_open and not request.held else None
    )


def _failed(request: ReviewRequest) -> Delivery | None:
    """Return the message that can be sent again: the last one, if it failed."""
    last = max(request.deliveries.all(), key=lambda delivery: (delivery.step, delivery.pk), default=None)
    return last if last and last.status == Delivery.Status.FAILED else None


class SeenMessageForm(forms.Form):
    """The message that the person saw as the next one: a second press must not reach the one after it."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, request: ReviewRequest, data: Any) -> None:
        planned = _planned(request)
        super().__init__(data, initial={"seen": planned.pk if planned else None})
        self.deliveries = {str(delivery.pk): delivery for delivery in request.deliveries.all()}

    def clean_seen(self) -> Delivery | None:
        return self.deliveries.get(self.cleaned_data["seen"])


def _seen(form_data: dict[str, Any]) -> Delivery:
    delivery: Delivery | None = form_data["seen"]
    if delivery is None:
        raise Refused("delivery", _("No message is planned."))
    return delivery


def _send_now(request: ReviewRequest, form_data: dict[str, Any], by: User) -> str:
    planned = staff_actions.send_now(delivery=_seen(form_data), now=timezone.now())
    due_at = localize(timezone.localtime(planned.due_at))
    words = _("It is due %(when)s: a worker sends it then. %(why)s")
    return (words % {"when": due_at, "why": reasons.in_words(planned.reason)}).strip()


def _skip(request: ReviewRequest, form_data: dict[str, Any], by: User) -> str:
    following = staff_actions.skip(delivery=_seen(form_data), by=str(by), now=timezone.now())
    if following is None:
        return _("Skipped: nothing more is sent.")
    due_at = localize(timezone.localtime(following.due_at))
    return _("Skipped: the next message is due %(when)s.") % {"when": due_at}


def _retry(request: ReviewRequest, form_data: dict[str, Any], by: User) -> str:
    failed = _failed(request)
    if failed is None:
        raise Refused("delivery", _("No message of it has failed."))
    planned = staff_actions.retry(delivery=failed, now=timezone.now())
    return _("It is planned again, for %(when)s.") % {"when": localize(timezone.localtime(planned.due_at))}


def _mark_responded(request: ReviewRequest, form_data: dict[str, Any], by: User) -> str:
    if not lifecycle.respond(request=request, now=timezone.now(), reason=f"Marked as responded by {by}."):
        raise Refused("review_request", _("This request has ended otherwise."))
    return _("Marked as answered: no more messages leave.")


class HoldForm(forms.Form):
    """Why nothing is to be sent for now."""

    because = forms.ChoiceField(
        label=gettext_lazy("Why"), choices=holds.Because.choices, widget=UnfoldAdminSelectWidget
    )
    note = forms.CharField(
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("More about it, for colleagues."),
    )

    def __init__(self, request: ReviewRequest, data: Any) -> None:
        super().__init__(data)


def _hold(request: ReviewRequest, form_data: dict[str, Any], by: User) -> str:
    with _refused_in_words():
        holds.ask_to_hold(
            request=request,
            by=ReviewRequest.Hold.STAFF,
            because=holds.Because(form_data["because"]),
            note=form_data["note"],
            who=f"by {by}",
            now=timezone.now(),
        )
    return _("Held: nothing leaves until somebody releases it.")


def _release(request: ReviewRequest, form_data: dict[str, Any], by: User) -> str:
    with _refused_in_words():
        holds.release_asked(request=request, who=f"by {by}", now=timezone.now())
    return _("Released: what came due leaves as soon as it may.")


@contextmanager
def _refused_in_words() -> Iterator[None]:
    """Raise Refused where the request is in a state that does not allow what is done inside."""
    try:
        yield
    except lifecycle.InvalidMove as refusal:
        raise Refused("review_request", str(refusal)) from refusal


def _cancel(request: ReviewRequest, form_data: dict[str, Any], by: User) -> str:
    with _refused_in_words():
        lifecycle.cancel_request(request=request, now=timezone.now(), reason=f"{lifecycle.CANCELLED_BY}{by}.")
    link = reverse("admin:reviews_reviewrequest_take_back", args=[request.pk])
    return format_html(
        '{} <a class="rh-link" href="{}">{}</a>', _("Cancelled: no more messages leave."), link, _("Take back")
    )


def _take_back(request: ReviewRequest, form_data: dict[str, Any], by: User) -> str:
    back = take_back.take_back(request=request, by=str(by), now=timezone.now())
    if back.held:
        return _("Taken back: the request is held, as it was.")
    return _("Taken back: the request goes on where it stood.")


REQUEST_ACTIONS: tuple[Action[ReviewRequest], ...] = (
    Action(
        name="send_now",
        label=gettext_lazy("Send now"),
        url_path="send-now",
        icon="send",
        question=gettext_lazy("Send the next message to {row.contact} now?"),
        explanation=gettext_lazy(
            "It leaves without the rest of its wait. The hours in which messages may leave, opt-outs and all "
            "other rules hold as always."
        ),
        confirm=gettext_lazy("Send it now"),
        is_offered=lambda request: _planned(request) is not None,
        perform=_send_now,
        form=SeenMessageForm,
    ),
    Action(
        name="skip",
        label=gettext_lazy("Skip this message"),
        url_path="skip",
        icon="skip_next",
        question=gettext_lazy("Skip the next message to {row.contact}?"),
        explanation=gettext_lazy("It is not sent. The one after it waits as long as if it had been."),
        confirm=gettext_lazy("Skip it"),
        is_offered=lambda request: _planned(request) is not None,
        perform=_skip,
        form=SeenMessageForm,
    ),
    Action(
        name="retry",
        label=gettext_lazy("Send again"),
        url_path="retry",
        icon="replay",
        question=gettext_lazy("Send the message to {row.contact} again?"),
        explanation=gettext_lazy("It failed before. Opt-outs and all other rules hold as always."),
        confirm=gettext_lazy("Send it again"),
        is_offered=lambda request: _failed(request) is not None,
        perform=_retry,
    ),
    Action(
        name="hold_this",
        label=gettext_lazy("Hold"),
        url_path="hold",
        icon="pause",
        question=gettext_lazy("Hold the request to {row.contact}?"),
        explanation=gettext_lazy(
            "Nothing leaves until somebody releases it: while a refund is under way, say, or the job is not "
            "finished. What a customer thinks of you is no reason to hold a request."
        ),
        confirm=gettext_lazy("Hold it"),
        is_offered=lambda request: request.is_open and not request.asked_hold,
        perform=_hold,
        form=HoldForm,
    ),
    Action(
        name="release_this",
        label=gettext_lazy("Release"),
        url_path="release",
        icon="play_arrow",
        question=gettext_lazy("Let the request to {row.contact} go on?"),
        explanation=gettext_lazy(
            "What came due meanwhile leaves as soon as it may, what follows it as much later. Opt-outs and all "
            "other rules hold as always."
        ),
        confirm=gettext_lazy("Release it"),
        is_offered=lambda request: request.held in ReviewRequest.ASKED_HOLDS,
        perform=_release,
    ),
    Action(
        name="mark_responded",
        label=gettext_lazy("Mark as answered"),
        url_path="responded",
        icon="done_all",
        question=gettext_lazy("Has {row.contact} answered?"),
        explanation=gettext_lazy(
            "By phone or at the counter, say. Nothing more is sent, and the request counts as answered."
        ),
        confirm=gettext_lazy("Mark as answered"),
        is_offered=lambda request: request.status in lifecycle.MOVES[ReviewRequest.Status.RESPONDED],
        perform=_mark_responded,
    ),
    Action(
        name="cancel_this",
        label=gettext_lazy("Cancel request"),
        url_path="cancel",
        icon="cancel",
        question=gettext_lazy("Cancel the request to {row.contact}?"),
        explanation=gettext_lazy(
            "Messages that have not left yet will not leave. What was sent stays sent, and its link closes."
        ),
        confirm=gettext_lazy("Cancel the request"),
        is_offered=lambda request: request.is_open,
        perform=_cancel,
    ),
    Action(
        name="take_back",
        label=gettext_lazy("Take back"),
        url_path="take-back",
        icon="undo",
        question=gettext_lazy("Let the cancelled request to {row.contact} go on?"),
        explanation=gettext_lazy(
            "It stands again where it stood, with the messages that were planned. What came due meanwhile leaves as "
            "soon as it may."
        ),
        confirm=gettext_lazy("Take back"),
        is_offered=lambda request: take_back.is_within_time(request, timezone.now()),
        perform=_take_back,
        at_once=True,
    ),
    Action(
        name="correct_address",
        label=gettext_lazy("Correct the address and ask again"),
        url_path="correct-address",
        icon="mail",
        question=gettext_lazy("Correct the address of {row.contact} and ask again?"),
        explanation=gettext_lazy(
            "The address is saved at the customer, and a new request goes there. Opt-outs and all other rules hold as "
            "always; the request that did not arrive does not count among them."
        ),
        confirm=gettext_lazy("Correct it and ask again"),
        is_offered=lambda request: failed_way(request, list(request.deliveries.all())) is not None,
        perform=correct_and_ask,
        form=CorrectAddressForm,
    ),
)
