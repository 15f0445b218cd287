"""Review requests over the API: asking, one or many at once, rehearsing, reading and cancelling.

The rules are in `reviews.requests`: `intake` reads an ask, `ask` decides about it.
"""

from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oauth.calls.authentication import credential_of
from oauth.models import Account
from reviewhub.refused import Refused
from reviewhub.rest.errors import ApiError, exception_handler, find_row
from reviews.api.filters import ReviewRequestFilter
from reviews.api.idempotency import run_once
from reviews.api.zapier_fields import define_fields
from reviews.delivery import preview
from reviews.delivery.preview import Planned
from reviews.models import ReviewRequest
from reviews.representations import MessageOut, ReviewRequestOut, with_written_to
from reviews.requests import lifecycle
from reviews.requests.ask import AskResult, Verdict, ask_all
from reviews.requests.intake import Intake, read_ask

MAX_BULK = 500


class ReviewRequestList(ListAPIView[ReviewRequest]):
    """Ask a customer for a review; see what was asked."""

    serializer_class = ReviewRequestOut
    filterset_class = ReviewRequestFilter

    def get_queryset(self) -> QuerySet[ReviewRequest]:
        rows = ReviewRequest.objects.for_account(credential_of(self.request).account)
        return with_written_to(rows.select_related("contact"))

    def post(self, request: Request) -> Response | HttpResponse:
        return run_once(request, lambda: answer_one(credential_of(request).account, request.data))


def answer_one(account: Account, data: Any) -> Response:
    """Ask, or rehearse, as the JSON of one call says, and return the answer. Raises ValidationError."""
    (response,) = answer_all(account, [read_ask(account, data)])
    if isinstance(response, ValidationError):
        raise response
    return response


def answer_all(account: Account, asks: Sequence[Intake]) -> list[Response | ValidationError]:
    """Ask, or rehearse, in the order given, and return an answer for each; a rehearsal sees the asks before it."""
    answers: list[Response | ValidationError] = []
    for dry_run, group in groupby(asks, key=lambda intake: intake.dry_run):
        if dry_run:
            answers += [_rehearse(account, intake) for intake in group]
        else:
            answers += _ask(account, list(group))
    return answers


def _ask(account: Account, asks: Sequence[Intake]) -> list[Response | ValidationError]:
    outcomes = ask_all(account=account, wanted=[intake.ask for intake in asks], now=timezone.now())
    return [
        _validation_error(outcome)
        if isinstance(outcome, Refused)
        else Response(
            represent(outcome, intake.warnings),
            status=status.HTTP_201_CREATED if outcome.created else status.HTTP_200_OK,
        )
        for intake, outcome in zip(asks, outcomes, strict=True)
    ]


def _rehearse(account: Account, intake: Intake) -> Response | ValidationError:
    try:
        verdict, messages = preview.look_ahead(account=account, wanted=intake.ask, now=timezone.now())
    except Refused as refusal:
        return _validation_error(refusal)
    return Response(represent_rehearsal(verdict, messages, intake.warnings))


def _validation_error(refusal: Refused) -> ValidationError:
    return ValidationError({refusal.field: [refusal.reason]})


class ReviewRequestBulk(APIView):
    """Up to 500 asks in one call; a bad one loses none of the others."""

    max_body = 5 * 1024 * 1024

    def post(self, request: Request) -> Response | HttpResponse:
        return run_once(request, lambda: self._answer_bulk(credential_of(request).account, request.data))

    def _answer_bulk(self, account: Account, data: Any) -> Response:
        asks = data.get("requests")
        if not isinstance(asks, list) or not asks:
            raise ValidationError({"requests": ["Must be a list of one or more review requests."]})
        if len(asks) > MAX_BULK:
            raise ValidationError({"requests": [f"Must not hold more than {MAX_BULK} review requests."]})
        intakes = [_read_or_error(account, ask) for ask in asks]
        readable = [intake for intake in intakes if isinstance(intake, Intake)]
        answers = iter(answer_all(account, readable))
        results = [next(answers) if isinstance(intake, Intake) else intake for intake in intakes]
        return Response({"results": [_represent_result(index, result) for index, result in enumerate(results)]})


def _read_or_error(account: Account, data: Any) -> Intake | ValidationError:
    try:
        return read_ask(account, data)
    except ValidationError as error:
        return error


def _represent_result(index: int, result: Response | ValidationError) -> dict[str, Any]:
    if isinstance(result, Response):
        return {"index": index, "status": result.status_code, "review_request": result.data}
    refusal = exception_handler(result, {})
    assert refusal is not None  # noqa: S101 (it answers every APIException)
    return {"index": index, "status": refusal.status_code, "error": refusal.data}


class ReviewRequestFields(APIView):
    """The fields of an ask, for integrations that build a form from them."""

    def get(self, request: Request) -> Response:
        return Response({"fields": define_fields()})


class ReviewRequestItem(APIView):
    """One request with its messages."""

    def get(self, request: Request, pk: Any) -> Response:
        return Response(ReviewRequestDetail(find(request, pk)).data)


class ReviewRequestCancel(APIView):
    """A request, taken back: nothing more is sent. Safe to repeat."""

    def post(self, request: Request, pk: Any) -> Response:
        review_request = find(request, pk)
        try:
            lifecycle.cancel_request(request=review_request, now=timezone.now(), reason="Cancelled through the API.")
        except lifecycle.InvalidMove as error:
            if review_request.status != ReviewRequest.Status.CANCELLED:  # as it is now, read after the move failed
                raise ApiError(409, "invalid_state", str(error)) from error
        return Response(ReviewRequestDetail(find(request, pk)).data)


def find(request: Request, pk: Any) -> ReviewRequest:
    """Return the account's own request with that id, its messages loaded. Raises NotFound."""
    rows = ReviewRequest.objects.for_account(credential_of(request).account)
    return find_row(with_written_to(rows.select_related("contact").prefetch_related("deliveries")), pk)


class ReviewRequestDetail(ReviewRequestOut):
    messages = MessageOut(source="deliveries", many=True)

    class Meta(ReviewRequestOut.Meta):
        fields = [*ReviewRequestOut.Meta.fields, "created_at", "sent_at", "responded_at", "metadata", "messages"]


def represent(result: AskResult, warnings: list[str]) -> dict[str, Any]:
    """Represent the request of an ask, with the message and warnings that are for this call alone."""
    of_this_call = {"message": result.message, "warnings": [*warnings, *result.warnings]}
    return _serializer().to_representation(result.request) | of_this_call


@cache
def _serializer() -> ReviewRequestOut:
    return ReviewRequestOut()


def represent_rehearsal(verdict: Verdict, messages: Sequence[Planned], warnings: list[str]) -> dict[str, Any]:
    """Represent a dry run: the gates that the ask would pass, and the messages that would be sent."""
    status = ReviewRequest.Status.SUPPRESSED if verdict.reason else ReviewRequest.Status.SCHEDULED
    return {
        "status": status.value,
        "reason": verdict.reason or None,
        "gates": [{"gate": gate.gate, "passed": gate.passed, "reason": gate.reason or None} for gate in verdict.gates],
        "messages": [_represent_planned(message) for message in messages],
        "warnings": [*warnings, *verdict.warnings],
    }


def _represent_planned(message: Planned) -> dict[str, Any]:
    return {
        "step": message.step,
        "channel": message.channel.value,
        "due_at": message.slot.due_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "local_time": message.slot.local.isoformat(timespec="seconds"),
        "rule": message.slot.moved or None,
        "subject": message.subject or None,
        "text": f"Cannot be sent: {message.problem}" if message.problem else message.text,
        "segments": asdict(message.segments) if message.segments else None,
    }
