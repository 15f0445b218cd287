"""What staff do with one request: each asks first, and says afterwards what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize

from reviewhub.backoffice.pages import action
from reviewhub.refused import Refused
from reviews.delivery import staff_actions
from reviews.models import Delivery, ReviewRequest
from reviews.requests import lifecycle

Status = ReviewRequest.Status


@dataclass(frozen=True)
class Move:
    """Something that can be done with a request.

    `act` takes the request, the message that the person saw as the next one, and who does it; it says what came of it.

    It raises lifecycle.InvalidMove or Refused when the request is not where the person saw it any more.
    """

    question: str
    words: str  # what it does, below the question
    button: str
    may: Callable[[ReviewRequest], bool]
    act: Callable[[ReviewRequest, Delivery | None, str], str]


def _planned(request: ReviewRequest) -> Delivery | None:
    """The message that would be sent next."""
    planned = [row for row in request.deliveries.all() if row.status == Delivery.Status.PLANNED]
    return min(planned, key=lambda row: row.step, default=None) if request.is_open else None


def _failed(request: ReviewRequest) -> Delivery | None:
    """The message that can be sent again: the last one, if it failed."""
    last = max(request.deliveries.all(), key=lambda row: (row.step, row.pk), default=None)
    return last if last and last.status == Delivery.Status.FAILED else None


def _still_there(seen: Delivery | None) -> Delivery:
    if seen is None:
        raise Refused("delivery", "No message is planned.")
    return seen


def _send_now(request: ReviewRequest, seen: Delivery | None, by: str) -> str:
    planned = staff_actions.send_now(delivery=_still_there(seen), now=timezone.now())
    return f"It is due {localize(timezone.localtime(planned.due_at))}: a worker sends it then. {planned.reason}"


def _skip(request: ReviewRequest, seen: Delivery | None, by: str) -> str:
    following = staff_actions.skip(delivery=_still_there(seen), by=by, now=timezone.now())
    if following is None:
        return "Skipped: nothing more is sent."
    return f"Skipped: the next message is due {localize(timezone.localtime(following.due_at))}."


def _retry(request: ReviewRequest, seen: Delivery | None, by: str) -> str:
    failed = _failed(request)
    if failed is None:
        raise Refused("delivery", "No message of it has failed.")
    planned = staff_actions.retry(delivery=failed, now=timezone.now())
    return f"It is planned again, for {localize(timezone.localtime(planned.due_at))}."


def _respond(request: ReviewRequest, seen: Delivery | None, by: str) -> str:
    if not lifecycle.respond(request=request, now=timezone.now(), reason=f"Marked as responded by {by}."):
        raise lifecycle.InvalidMove("This request has ended otherwise.")
    return "Marked as responded: no more messages leave."


def _cancel(request: ReviewRequest, seen: Delivery | None, by: str) -> str:
    lifecycle.cancel_request(request=request, now=timezone.now(), reason=f"Cancelled by {by}.")
    return "Cancelled: no more messages leave."


MOVES = {
    "send_now": Move(
        "Send the next message to {contact} now?",
        "It leaves without the rest of its wait. The hours in which messages may leave, opt-outs and all other rules "
        "hold as always.",
        "Send it now",
        lambda request: _planned(request) is not None,
        _send_now,
    ),
    "skip": Move(
        "Skip the next message to {contact}?",
        "It is not sent. The one after it waits as long as if it had been.",
        "Skip it",
        lambda request: _planned(request) is not None,
        _skip,
    ),
    "retry": Move(
        "Send the message to {contact} again?",
        "It failed before. Opt-outs and all other rules hold as always.",
        "Send it again",
        lambda request: _failed(request) is not None,
        _retry,
    ),
    "mark_responded": Move(
        "Has {contact} answered?",
        "By phone or at the counter, say. Nothing more is sent, and the request counts as responded.",
        "Mark as responded",
        lambda request: request.status in lifecycle.MOVES[Status.RESPONDED],
        _respond,
    ),
    "cancel_this": Move(
        "Cancel the request to {contact}?",
        "Messages that have not left yet will not leave. What was sent stays sent, and its link closes.",
        "Cancel the request",
        lambda request: request.is_open,
        _cancel,
    ),
}


class Steering:
    """The buttons of a request's page, for its ModelAdmin."""

    actions_detail = tuple(MOVES)

    def get_object(self: Any, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The request with all that its page and its buttons look at, read once."""
        if not hasattr(request, "_steered"):
            rows = self.get_queryset(request).select_related("account", "contact", "sequence", "feedback")
            try:
                key = self.opts.pk.to_python(object_id)
            except ValidationError:
                key = None
            request._steered = rows.prefetch_related("deliveries").filter(pk=key).first()  # type: ignore[attr-defined]
        return request._steered  # type: ignore[attr-defined]

    def _may(self: Any, name: str, request: HttpRequest, object_id: Any) -> bool:
        found = self.get_object(request, str(object_id)) if object_id else None
        return found is not None and self._may_write(request, found) and MOVES[name].may(found)

    def has_send_now_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may("send_now", request, object_id)

    def has_skip_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may("skip", request, object_id)

    def has_retry_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may("retry", request, object_id)

    def has_mark_responded_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may("mark_responded", request, object_id)

    def has_cancel_this_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may("cancel_this", request, object_id)

    @action(description="Send now", url_path="send-now", icon="send", permissions=["send_now"])
    def send_now(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._move("send_now", request, object_id)

    @action(description="Skip step", url_path="skip", icon="skip_next", permissions=["skip"])
    def skip(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._move("skip", request, object_id)

    @action(description="Retry", url_path="retry", icon="replay", permissions=["retry"])
    def retry(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._move("retry", request, object_id)

    @action(description="Mark as responded", url_path="responded", icon="done_all", permissions=["mark_responded"])
    def mark_responded(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._move("mark_responded", request, object_id)

    @action(description="Cancel request", url_path="cancel", icon="cancel", permissions=["cancel_this"])
    def cancel_this(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._move("cancel_this", request, object_id)

    def _move(self: Any, name: str, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask first; then do it, once, from the state that the request has by then."""
        row, move = self.get_object(request, object_id), MOVES[name]
        if row is None:
            raise Http404
        address = reverse("admin:reviews_reviewrequest_change", args=[row.pk])
        if request.method != "POST":
            context = {
                **self.admin_site.each_context(request),
                "title": move.question.format(contact=row.contact),
                "opts": self.opts,
                "move": move,
                "seen": _planned(row),
                "back": address,
            }
            return TemplateResponse(request, "admin/reviews/reviewrequest/move.html", context)
        try:
            # Only what the person saw: a second press must not reach the message after it.
            seen = next((one for one in row.deliveries.all() if str(one.pk) == request.POST.get("seen")), None)
            messages.success(request, move.act(row, seen, str(request.user)).strip())
        except (lifecycle.InvalidMove, Refused) as refusal:
            messages.error(request, str(refusal))
        return HttpResponseRedirect(address)
