"""The review request endpoints: parse, call, answer."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from rest_framework import status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oauth.authentication import credential_of
from oauth.models import Account
from reviewhub.api import ApiError, exception_handler
from reviews import asking, lifecycle, previews
from reviews.api.field_definitions import field_definitions
from reviews.api.filters import ReviewRequestFilter
from reviews.api.idempotency import idempotent
from reviews.api.serializers import ReviewRequestDetail, ReviewRequestIn, ReviewRequestOut
from reviews.models import ReviewRequest
from reviews.models.request import ReviewRequestQuerySet

MAX_BULK = 500


class ReviewRequestList(GenericAPIView[ReviewRequest]):
    """Ask a customer for a review; see what was asked."""

    serializer_class = ReviewRequestOut
    filterset_class = ReviewRequestFilter

    def get_queryset(self) -> ReviewRequestQuerySet:
        return ReviewRequest.objects.for_account(credential_of(self.request).account).select_related("contact")

    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(ReviewRequestOut(page, many=True).data)

    def post(self, request: Request) -> Response | HttpResponse:
        return idempotent(request, lambda: answer(credential_of(request).account, request.data))


def answer(account: Account, data: Any) -> Response:
    """What one ask, as it came in, is answered with. Raises ValidationError."""
    serializer = ReviewRequestIn(data=data, context={"account": account})
    serializer.is_valid(raise_exception=True)
    given = serializer.given
    try:
        if given.dry_run:
            return Response(previews.rehearse(account=account, wanted=given.ask, now=timezone.now()))
        answer = asking.ask(account=account, wanted=given.ask, now=timezone.now())
    except asking.Refused as refusal:
        raise ValidationError({refusal.field: [refusal.reason]}) from refusal
    context = {"answer": answer, "warnings": given.warnings + answer.warnings}
    return Response(
        ReviewRequestOut(answer.request, context=context).data,
        status=status.HTTP_201_CREATED if answer.created else status.HTTP_200_OK,
    )


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
        return Response({"results": [self._answer_one(account, index, ask) for index, ask in enumerate(asks)]})

    def _answer_one(self, account: Account, index: int, ask: Any) -> dict[str, Any]:
        try:
            response = answer(account, ask)
        except ValidationError as error:
            refusal = exception_handler(error, {})
            assert refusal is not None  # noqa: S101 (it answers every APIException)
            return {"index": index, "status": refusal.status_code, "error": refusal.data}
        return {"index": index, "status": response.status_code, "review_request": response.data}


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
    """The account's own request of that id. Raises NotFound, for a stranger's too."""
    found = (
        ReviewRequest.objects.for_account(credential_of(request).account)
        .select_related("contact")
        .prefetch_related("deliveries")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound
    return found
