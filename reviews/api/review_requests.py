"""Review requests over the API: asking, one or many at once, rehearsing, reading and changing.

The rules are in `reviews.requests`: `intake` reads an ask, `ask` decides about it. Calls that move a request to another
state are in `review_request_states`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby
from typing import Any, cast

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oauth.calls.authentication import Credential, credential_of
from oauth.models import Account
from reviewhub.refused import Refused
from reviewhub.rest.errors import ApiError, ApiErrorOut, exception_handler, find_row, first_row
from reviewhub.rest.fields import Integer, Metadata, Moment
from reviewhub.rest.operations import Either, operation
from reviewhub.rest.versions import at_version, versioned
from reviews.api.filters import ReviewRequestFilter
from reviews.api.idempotency import takes_key
from reviews.api.keys import ExternalId
from reviews.api.rehearsals import RehearsalOut, represent_rehearsal
from reviews.api.zapier_fields import InputFieldsOut, define_fields
from reviews.delivery import preview
from reviews.models import ReviewRequest
from reviews.models.base import MAX_DELAY_HOURS
from reviews.representations import MessageOut, ReviewRequestOut, to_represent
from reviews.requests import changes, external_ids, lifecycle
from reviews.requests.ask import AskResult, ask_all
from reviews.requests.duplicates import OPEN_REQUEST
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
    "language": "en",
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
        return to_represent(ReviewRequest.objects.for_account(credential_of(self.request).account))

    @operation("listReviewRequests", [ReviewRequestOut])
    def get(self, request: Request) -> Response:
        """List review requests. Newest first, without their messages."""
        return self.list(request)

    @operation(
        "sendReviewRequest",
        {201: ReviewRequestOut, 200: (ReviewRequestOut, RehearsalOut)},
        takes=ReviewRequestIn,
        example=ASK,
        shows={201: ASKED, 200: ASKED | {"message": OPEN_REQUEST, "warnings": [OPEN_REQUEST]}},
    )
    @takes_key(unless=lambda body: body.get("dry_run") is True)
    def post(self, request: Request) -> Response:
        """Send a review request. Creates a contact and initiates an automated review request.

        200 where one exists already, for this `external_id` or open for this contact, and for a `dry_run`, which writes
        nothing. A further `external_id` finds that request from then on, too; `warnings` say what was left out. The
        contact is found by `email`, else by `mobile_phone_number`; a new `email` with the number of a contact that has
        another one makes a new contact.
        """
        return answer_one(credential_of(request), request.data)


def answer_one(caller: Credential, data: Any) -> Response:
    """Ask, or rehearse, as the JSON of one call says, and return the answer. Raises ValidationError."""
    (response,) = answer_all(caller, [read_ask(caller.account, data)])
    if isinstance(response, ValidationError):
        raise response
    return response


def answer_all(caller: Credential, asks: Sequence[Intake]) -> list[Response | ValidationError]:
    """Ask, or rehearse, in the order given, and return an answer for each; a rehearsal sees the asks before it."""
    answers: list[Response | ValidationError] = []
    for dry_run, group in groupby(asks, key=lambda intake: intake.dry_run):
        if dry_run:
            answers += [_rehearse(caller.account, intake) for intake in group]
        else:
            answers += _ask(caller, list(group))
    return answers


def _ask(caller: Credential, asks: Sequence[Intake]) -> list[Response | ValidationError]:
    wanted = [replace(intake.ask, using=caller.used) for intake in asks]
    outcomes = ask_all(account=caller.account, wanted=wanted, now=timezone.now())
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
        "sendReviewRequests", BulkAnswerOut, takes=BulkIn, example={"requests": [ASK, {"email": "bob@example.com"}]}
    )
    @takes_key(unless=lambda body: _are_rehearsals(body.get("requests")))
    def post(self, request: Request) -> Response:
        """Send up to 500 review requests. A bad one loses none of the others."""
        caller, data = credential_of(request), cast(dict[str, Any], request.data)
        asks = data.get("requests")
        if not isinstance(asks, list) or not asks:
            raise ValidationError({"requests": ["Must be a list of one or more review requests."]})
        if len(asks) > MAX_BULK:
            raise ValidationError({"requests": [f"Must not hold more than {MAX_BULK} review requests."]})
        intakes = [_read_or_error(caller.account, ask) for ask in asks]
        readable = [intake for intake in intakes if isinstance(intake, Intake)]
        answers = iter(answer_all(caller, readable))
        results = [next(answers) if isinstance(intake, Intake) else intake for intake in intakes]
        return Response({"results": [_represent_result(index, result) for index, result in enumerate(results)]})


def _are_rehearsals(asks: Any) -> bool:
    """Tell whether a list of asks, of whatever form, would write nothing."""
    return isinstance(asks, list) and all(isinstance(ask, dict) and ask.get("dry_run") is True for ask in asks)


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


class ReviewRequestChange(serializers.Serializer[dict[str, Any]]):
    """What a call changes: only what it names. `null` and `""` count as absent."""

    NULL_IS_ABSENT = True

    scheduled_for = Moment(
        required=False, help_text="When the first message is due, at the earliest; now, if it is past"
    )
    delay_hours = Integer(
        required=False, min_value=0, max_value=MAX_DELAY_HOURS, help_text="The same in hours from this call on"
    )
    metadata = Metadata(required=False, help_text="Takes the place of all that is there")

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value({key: value for key, value in data.items() if value not in (None, "")})

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if {"scheduled_for", "delay_hours"} <= attrs.keys():
            raise ValidationError({"scheduled_for": ["Give scheduled_for or delay_hours, not both."]})
        return attrs

    def validate_scheduled_for(self, moment: datetime) -> datetime:
        if moment > timezone.now() + timedelta(hours=MAX_DELAY_HOURS):
            raise ValidationError(f"Must not be more than {MAX_DELAY_HOURS:,} hours from now.")
        return moment


class ReviewRequestItem(APIView):
    """One request with its messages."""

    @operation("getReviewRequest", ReviewRequestDetail)
    @versioned
    def get(self, request: Request, pk: Any) -> Response:
        """Get one review request. With its messages, those that are planned and those that left."""
        return answer_whole(request, pk)

    @operation("changeReviewRequest", ReviewRequestDetail, takes=ReviewRequestChange, example={"delay_hours": 48})
    @takes_key()
    @versioned
    def patch(self, request: Request, pk: Any) -> Response:
        """Change when it begins, or its metadata. As long as no message was sent or is being sent; else 409.

        Give `scheduled_for` or `delay_hours`: what is planned moves to the first slot from then on, within 8,760 hours,
        and later messages by as much.
        """
        review_request, body, now = find(request, pk), ReviewRequestChange(data=request.data), timezone.now()
        body.is_valid(raise_exception=True)
        values = body.validated_data
        first_at = values.get("scheduled_for")
        if "delay_hours" in values:
            first_at = now + timedelta(hours=values["delay_hours"])
        with changing(request, review_request):
            changes.change(
                request=review_request,
                first_at=first_at,
                metadata=values.get("metadata"),
                words="Given another time through the API.",
                now=now,
            )
        return answer_whole(request, pk)


def answer_whole(request: Request, pk: Any) -> Response:
    """Answer with the request as it is now."""
    return Response(ReviewRequestDetail(find(request, pk)).data)


@contextmanager
def changing(request: Request, review_request: ReviewRequest) -> Iterator[None]:
    """Answer 412 where the caller names another version of the request than there is, and leave what is inside.

    Answer 409 `invalid_state` where the request is in a state that does not allow it.
    """
    row = ReviewRequest.objects.filter(pk=review_request.pk)
    try:
        with at_version(request, row, lambda: ReviewRequestDetail(find(request, review_request.pk)).data):
            yield
    except lifecycle.InvalidMove as error:
        raise ApiError(409, "invalid_state", str(error)) from error


def find(request: Request, pk: Any) -> ReviewRequest:
    """Return the account's own request with that id or external id, its messages loaded. Raises NotFound."""
    account = credential_of(request).account
    rows = to_represent(ReviewRequest.objects.for_account(account)).prefetch_related("deliveries")
    if isinstance(pk, ExternalId):
        return first_row(external_ids.having(rows, account, pk.strip()))
    return find_row(rows, pk)


def represent(result: AskResult, warnings: list[str]) -> dict[str, Any]:
    """Represent the request of an ask, with the message and warnings that are for this call alone."""
    of_this_call = {"message": result.message, "warnings": [*warnings, *result.warnings]}
    return _serializer().to_representation(result.request) | of_this_call


@cache
def _serializer() -> ReviewRequestOut:
    return ReviewRequestOut()
