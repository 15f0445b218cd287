"""Review requests over the API: asking, one or many at once, rehearsing, reading and cancelling.

The rules are in `reviews.requests`: `intake` reads an ask, `ask` decides about it.
"""

from collections.abc import Sequence
from functools import cache
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oauth.calls.authentication import credential_of
from oauth.models import Account
from reviewhub.refused import Refused
from reviewhub.rest.errors import ApiError, ApiErrorOut, exception_handler, find_row
from reviewhub.rest.fields import Metadata
from reviewhub.rest.operations import Either, operation
from reviews.api.filters import ReviewRequestFilter
from reviews.api.idempotency import run_once
from reviews.api.rehearsals import RehearsalOut, represent_rehearsal
from reviews.api.zapier_fields import InputFieldsOut, define_fields
from reviews.delivery import preview
from reviews.models import ReviewRequest
from reviews.representations import MessageOut, ReviewRequestOut, with_written_to
from reviews.requests import lifecycle
from reviews.requests.ask import OPEN_REQUEST, AskResult, ask_all
from reviews.requests.intake import Intake, ReviewRequestIn, read_ask

MAX_BULK = 500

# The example of the API reference, and its answer.
ASK: dict[str, Any] = {
    "first_name": "Jane",
    "last_name": "Smith",
    "email": "jane@example.com",
    "mobile_phone_number": "+12125551234",
    "company_name": "Smith Industries",
    "delay_hours": 24,
    "metadata": {"source": "zapier", "custom_field": "value"},
}
ASKED: dict[str, Any] = {
    "id": "497f6eca-6276-4993-bfeb-53cbbbba6f08",
    "contact_id": "f245e2a3-e141-4d41-912c-b1c1f5bd5598",
    "contact_name": "Jane Smith",
    "contact_email": "jane@example.com",
    "contact_phone": "+12125551234",
    "scheduled_for": "2026-01-02T12:00:00Z",
    "status": "scheduled",
    "message": "Review request scheduled for jane@example.com",
    "reason": None,
    "external_id": None,
    "held": False,
    "warnings": [],
}


class ReviewRequestDetail(ReviewRequestOut):
    """A request with its messages. All keys are always there."""

    metadata = Metadata()
    messages = MessageOut(source="deliveries", many=True)

    class Meta(ReviewRequestOut.Meta):
        fields = [*ReviewRequestOut.Meta.fields, "created_at", "sent_at", "responded_at", "metadata", "messages"]


class BulkIn(serializers.Serializer[Any]):
    requests = serializers.ListField(child=ReviewRequestIn(), min_length=1, max_length=MAX_BULK)


class BulkResultOut(serializers.Serializer[Any]):
    """`review_request` where the ask was taken, else `error`, in the form of every error."""

    index = serializers.IntegerField()
    status = serializers.ChoiceField(choices=[200, 201, 400])
    review_request = Either(ReviewRequestOut, RehearsalOut, required=False)
    error = ApiErrorOut(required=False)


class BulkAnswerOut(serializers.Serializer[Any]):
    results = BulkResultOut(many=True)


class ReviewRequestList(ListAPIView[ReviewRequest]):
    """Ask a customer for a review; see what was asked."""

    serializer_class = ReviewRequestOut
    filterset_class = ReviewRequestFilter

    def get_queryset(self) -> QuerySet[ReviewRequest]:
        rows = ReviewRequest.objects.for_account(credential_of(self.request).account)
        return with_written_to(rows.select_related("contact"))

    @operation("listReviewRequests", [ReviewRequestOut])
    def get(self, request: Request) -> Response:
        """List review requests. Those of all customers, or by the filters of some."""
        return self.list(request)

    @operation(
        "sendReviewRequest",
        {201: ReviewRequestOut, 200: (ReviewRequestOut, RehearsalOut)},
        takes=ReviewRequestIn,
        keyed=True,
        example=ASK,
        shows={201: ASKED, 200: ASKED | {"message": OPEN_REQUEST}},
    )
    def post(self, request: Request) -> Response | HttpResponse:
        """Send a review request. Creates a contact and initiates an automated review request.

        200 where one exists already, for this `external_id` or open for this contact, and for a `dry_run`, which writes
        nothing. The contact is found by `email`, else by `mobile_phone_number`; a new `email` with the number of a
        contact that has another one makes a new contact.
        """
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

    @operation(
        "sendReviewRequests",
        BulkAnswerOut,
        takes=BulkIn,
        keyed=True,
        example={"requests": [ASK, {"email": "bob@example.com"}]},
    )
    def post(self, request: Request) -> Response | HttpResponse:
        """Send up to 500 review requests. A bad one loses none of the others."""
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

    @operation("listFields", InputFieldsOut)
    def get(self, request: Request) -> Response:
        """List the input fields. For form builders, in the words of Zapier's FieldSchema."""
        return Response({"fields": define_fields()})


class ReviewRequestItem(APIView):
    """One request with its messages."""

    @operation("getReviewRequest", ReviewRequestDetail)
    def get(self, request: Request, pk: Any) -> Response:
        """Get one review request. With its messages, those that are planned and those that left."""
        return Response(ReviewRequestDetail(find(request, pk)).data)


class ReviewRequestCancel(APIView):
    """A request, taken back: nothing more is sent. Safe to repeat."""

    @operation("cancelReviewRequest", ReviewRequestDetail)
    def post(self, request: Request, pk: Any) -> Response:
        """Take a review request back. Nothing more is sent. 409 when it has ended."""
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


def represent(result: AskResult, warnings: list[str]) -> dict[str, Any]:
    """Represent the request of an ask, with the message and warnings that are for this call alone."""
    of_this_call = {"message": result.message, "warnings": [*warnings, *result.warnings]}
    return _serializer().to_representation(result.request) | of_this_call


@cache
def _serializer() -> ReviewRequestOut:
    return ReviewRequestOut()
