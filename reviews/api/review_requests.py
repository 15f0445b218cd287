"""The review request endpoints: parse, call, answer."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from itertools import groupby
from typing import Any

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
from reviewhub.rest.errors import ApiError, exception_handler, found_in
from reviews.api.filters import ReviewRequestFilter
from reviews.api.idempotency import idempotent
from reviews.api.zapier_fields import field_definitions
from reviews.delivery import preview
from reviews.delivery.preview import Planned
from reviews.models import ReviewRequest
from reviews.models.request import ReviewRequestQuerySet
from reviews.representations import MessageOut, ReviewRequestOut
from reviews.requests import lifecycle
from reviews.requests.ask import AskResult, Verdict, ask_all
from reviews.requests.intake import Intake, read_ask

MAX_BULK = 500


class ReviewRequestList(ListAPIView[ReviewRequest]):
    """Ask a customer for a review; see what was asked."""

    serializer_class = ReviewRequestOut
    filterset_class = ReviewRequestFilter

    def get_queryset(self) -> ReviewRequestQuerySet:
        return ReviewRequest.objects.for_account(credential_of(self.request).account).select_related("contact")

    def post(self, request: Request) -> Response | HttpResponse:
        return idempotent(request, lambda: answer(credential_of(request).account, request.data))


def answer(account: Account, data: Any) -> Response:
    """What one ask, as it came in, is answered with. Raises ValidationError."""
    (response,) = answer_all(account, [read_ask(account, data)])
    if isinstance(response, ValidationError):
        raise response
    return response


def answer_all(account: Account, asks: Sequence[Intake]) -> list[Response | ValidationError]:
    """What each is answered with, in that order; rehearsals see what was asked before them."""
    answers: list[Response | ValidationError] = []
    for dry_run, together in groupby(asks, key=lambda intake: intake.dry_run):
        if dry_run:
            answers += [_rehearse(account, intake) for intake in together]
        else:
            answers += _ask(account, list(together))
    return answers


def _ask(account: Account, asks: Sequence[Intake]) -> list[Response | ValidationError]:
    answers = ask_all(account=account, wanted=[intake.ask for intake in asks], now=timezone.now())
    return [
        _refused(answer)
        if isinstance(answer, Refused)
        else Response(
            represent(answer, intake.warnings),
            status=status.HTTP_201_CREATED if answer.created else status.HTTP_200_OK,
        )
        for intake, answer in zip(asks, answers, strict=True)
    ]


def _rehearse(account: Account, intake: Intake) -> Response | ValidationError:
    try:
        verdict, messages = preview.look_ahead(account=account, wanted=intake.ask, now=timezone.now())
    except Refused as refusal:
        return _refused(refusal)
    return Response(represent_rehearsal(verdict, messages))


def _refused(refusal: Refused) -> ValidationError:
    return ValidationError({refusal.field: [refusal.reason]})


class ReviewRequestBulk(APIView):
    """Up to 500 asks in one call; a bad one loses none of the others."""

    max_body = 5 * 1024 * 1024

    def post(self, request: Request) -> Response | HttpResponse:
        return idempotent(request, lambda: self._answer_all(credential_of(request).account, request.data))

    def _answer_all(self, account: Account, data: Any) -> Response:
        asks = data.get("requests")
        if not isinstance(asks, list) or not asks:
            raise ValidationError({"requests": ["Must be a list of one or more review requests."]})
        if len(asks) > MAX_BULK:
            raise ValidationError({"requests": [f"Must not hold more than {MAX_BULK} review requests."]})
        read = [_read(account, ask) for ask in asks]
        answers = iter(answer_all(account, [one for one in read if isinstance(one, Intake)]))
        results = [next(answers) if isinstance(one, Intake) else one for one in read]
        return Response({"results": [_result(index, one) for index, one in enumerate(results)]})


def _read(account: Account, data: Any) -> Intake | ValidationError:
    try:
        return read_ask(account, data)
    except ValidationError as error:
        return error


def _result(index: int, answer: Response | ValidationError) -> dict[str, Any]:
    if isinstance(answer, Response):
        return {"index": index, "status": answer.status_code, "review_request": answer.data}
    refusal = exception_handler(answer, {})
    assert refusal is not None  # noqa: S101 (it answers every APIException)
    return {"index": index, "status": refusal.status_code, "error": refusal.data}


class ReviewRequestFields(APIView):
    """The fields of an ask, for integrations that build a form from them."""

    def get(self, request: Request) -> Response:
        return Response({"fields": field_definitions()})


class ReviewRequestItem(APIView):
    """One request with its messages."""

    def get(self, request: Request, pk: Any) -> Response:
        return Response(ReviewRequestDetail(find(request, pk)).data)


class ReviewRequestCancel(APIView):
    """Take a request back: nothing more is sent."""

    def post(self, request: Request, pk: Any) -> Response:
        found = find(request, pk)
        try:
            lifecycle.cancel_request(request=found, now=timezone.now(), reason="Cancelled through the API.")
        except lifecycle.InvalidMove as error:
            raise ApiError(409, "invalid_state", str(error)) from error
        return Response(ReviewRequestDetail(find(request, pk)).data)


def find(request: Request, pk: Any) -> ReviewRequest:
    """The account's own request of that id, with its messages. Raises NotFound."""
    rows = ReviewRequest.objects.for_account(credential_of(request).account)
    return found_in(rows.select_related("contact").prefetch_related("deliveries"), pk)


class ReviewRequestDetail(ReviewRequestOut):
    messages = MessageOut(source="deliveries", many=True)

    class Meta(ReviewRequestOut.Meta):
        fields = [*ReviewRequestOut.Meta.fields, "created_at", "sent_at", "responded_at", "metadata", "messages"]


def represent(answer: AskResult, warnings: list[str]) -> dict[str, Any]:
    """The request of an answer, with what the caller of this call is told."""
    told = {"message": answer.message, "warnings": [*warnings, *answer.warnings]}
    return _representation().to_representation(answer.request) | told


@cache
def _representation() -> ReviewRequestOut:
    return ReviewRequestOut()


def represent_rehearsal(verdict: Verdict, messages: Sequence[Planned]) -> dict[str, Any]:
    """Represent what would come of an ask: its gates, and its messages."""
    status = ReviewRequest.Status.SUPPRESSED if verdict.reason else ReviewRequest.Status.SCHEDULED
    return {
        "status": status.value,
        "reason": verdict.reason or None,
        "gates": [{"gate": gate.gate, "passed": gate.passed, "reason": gate.reason or None} for gate in verdict.gates],
        "messages": [_represent_planned(message) for message in messages],
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
