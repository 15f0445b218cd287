"""Evidence over the API: what happened to a customer's addresses, signed, and the keys to check it with."""

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oauth.calls.authentication import credential_of
from reviewhub.rest.errors import find_row
from reviewhub.rest.query import check_parameters
from reviewhub.signatures import public_keys
from reviews.contacts import evidence
from reviews.models import Contact
from reviews.models.addresses import InvalidAddress, read_address

KEPT = 3600  # seconds for which others may keep the keys


class ContactEvidence(APIView):
    """The history of all addresses of one customer."""

    def get(self, request: Request, pk: str) -> Response:
        account = credential_of(request).account
        contact = find_row(Contact.objects.for_account(account), pk)
        contact.account = account
        return _answer(request, evidence.subjects_of(contact))


class AddressEvidence(APIView):
    """The history of one address, which may be that of a customer who was erased: its hash finds what is left."""

    def get(self, request: Request) -> Response:
        check_parameters(request.query_params, ["address"])
        if "address" not in request.query_params:
            raise ValidationError({"address": ["Give one e-mail address or number."]})
        account = credential_of(request).account
        try:
            channel, address = read_address(request.query_params["address"].strip(), account.country)
        except InvalidAddress as error:
            raise ValidationError({"address": [str(error)]}) from error
        return _answer(request, evidence.subjects_at(account, channel, address))


def _answer(request: Request, subjects: list[evidence.Subject]) -> Response:
    document = evidence.document(account=credential_of(request).account, subjects=subjects, now=timezone.now())
    return Response(document, headers={"Cache-Control": "no-store"})


@require_safe
def keys(request: HttpRequest) -> JsonResponse:
    """Answer with the public keys as a JWK set (RFC 7517 §5), to everybody and every origin."""
    response = JsonResponse({"keys": public_keys()}, content_type="application/jwk-set+json")
    response["Access-Control-Allow-Origin"] = "*"
    patch_cache_control(response, public=True, max_age=KEPT)
    return response
