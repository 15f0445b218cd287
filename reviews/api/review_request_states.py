"""Review requests over the API, moved to another state: cancelled, answered, held, released. Each may be repeated."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reviewhub.rest.fields import Text
from reviewhub.rest.operations import operation
from reviewhub.rest.versions import versioned
from reviews.api.idempotency import takes_key
from reviews.api.review_requests import ReviewRequestDetail, answer_whole, changing, find
from reviews.models import ReviewRequest
from reviews.requests import holds, lifecycle

WHO = "through the API"


class _Optional(serializers.Serializer[dict[str, str]]):
    """A body in which `null` and `""` count as absent."""

    NULL_IS_ABSENT = True

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value({key: value for key, value in data.items() if value not in (None, "")})


class RespondedIn(_Optional):
    """How they answered, as far as the caller knows."""

    NULL_IS_ABSENT = True

    site = Text(required=False, max_length=60, help_text="Where they wrote a review, such as Google")
    because = Text(required=False, max_length=100, help_text="What else there is to say, for staff")


class HoldIn(_Optional):
    """Why nothing is to be sent for now: never what the customer thinks of the business."""

    because = serializers.ChoiceField(choices=holds.Because.choices, help_text="What has to be settled first")
    note = Text(required=False, max_length=200, help_text="More about it, for staff")


class ReviewRequestCancel(APIView):
    """A request, taken back: nothing more is sent."""

    @operation("cancelReviewRequest", ReviewRequestDetail)
    @takes_key()
    @versioned
    def post(self, request: Request, pk: Any) -> Response:
        """Take a review request back. Nothing more is sent. Safe to repeat. 409 when it has ended otherwise."""
        review_request = find(request, pk)
        with changing(request, review_request):
            try:
                lifecycle.cancel_request(request=review_request, now=timezone.now(), reason=f"Cancelled {WHO}.")
            except lifecycle.InvalidMove:
                if review_request.status != ReviewRequest.Status.CANCELLED:
                    raise
        return answer_whole(request, pk)


class ReviewRequestResponded(APIView):
    """A request whose customer has answered: nothing more is sent."""

    @operation("markResponded", ReviewRequestDetail, takes=RespondedIn, example={"site": "Google"})
    @takes_key()
    @versioned
    def post(self, request: Request, pk: Any) -> Response:
        """Tell that the customer has answered. By a review that you saw, or by phone: nothing more is sent.

        Safe to repeat; also after the sequence was completed. 409 when it was cancelled, failed or was suppressed.
        """
        review_request, body = find(request, pk), RespondedIn(data=request.data)
        body.is_valid(raise_exception=True)
        with changing(request, review_request):
            lifecycle.respond_again(request=review_request, now=timezone.now(), reason=_words(body.validated_data))
        return answer_whole(request, pk)


def _words(told: dict[str, str]) -> str:
    how = f"Reviewed on {told['site']}." if "site" in told else "The customer has answered."
    return " ".join(filter(None, [how, holds.sentence(told.get("because", "")), f"Told {WHO}."]))


class ReviewRequestHold(APIView):
    """A request of which nothing leaves until it is released."""

    @operation(
        "holdReviewRequest", ReviewRequestDetail, takes=HoldIn, example={"because": "refund", "note": "Order 1047"}
    )
    @takes_key()
    @versioned
    def post(self, request: Request, pk: Any) -> Response:
        """Hold a review request. Nothing is sent until it is released.

        Safe to repeat: the first reason stays. 409 when it has ended. Hold back nobody for what they think of the
        business: that is for you to settle, not to hide.
        """
        review_request, body = find(request, pk), HoldIn(data=request.data)
        body.is_valid(raise_exception=True)
        with changing(request, review_request):
            holds.ask_to_hold(
                request=review_request,
                by=ReviewRequest.Hold.API,
                because=holds.Because(body.validated_data["because"]),
                note=body.validated_data.get("note", ""),
                who=WHO,
                now=timezone.now(),
            )
        return answer_whole(request, pk)


class ReviewRequestRelease(APIView):
    """A request that was held, and goes on."""

    @operation("releaseReviewRequest", ReviewRequestDetail)
    @takes_key()
    @versioned
    def post(self, request: Request, pk: Any) -> Response:
        """Let a held review request go on. What came due leaves in the next slot from now, what follows as much later.

        Safe to repeat. 409 when it has ended, and while it is held for another reason, such as an unclear opt-out.
        """
        review_request = find(request, pk)
        with changing(request, review_request):
            holds.release_asked(request=review_request, who=WHO, now=timezone.now())
        return answer_whole(request, pk)
