"""Evidence over the API: what happened to a customer's addresses, signed, and the keys to check it with."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oauth.calls.authentication import credential_of
from reviewhub.rest.errors import find_row
from reviewhub.rest.fields import OrNull, Text
from reviewhub.rest.operations import operation
from reviewhub.rest.query import check_parameters
from reviewhub.signatures import public_keys
from reviews.contacts import evidence
from reviews.models import Contact
from reviews.models.addresses import InvalidAddress, read_address
from reviews.models.base import Channel

KEPT = 3600  # seconds for which others may keep the keys


class EvidenceAccountOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class EvidenceSubjectOut(serializers.Serializer[Any]):
    """An address as it stands now. It is null once its contact was erased, and only the keyed hash is left."""

    channel = serializers.ChoiceField(choices=Channel.choices)
    address = OrNull()
    address_hash = serializers.CharField()
    consent = OrNull(help_text="The latest act: given or withdrawn; null without any.")
    suppressed = OrNull()


class EvidenceOut(serializers.Serializer[Any]):
    """A signed document. What an entry of `history` holds depends on `what` it is, and goes beside `at` and `what`."""

    type = serializers.CharField()
    version = serializers.IntegerField()
    issuer = serializers.CharField()
    keys = serializers.CharField()
    account = EvidenceAccountOut()
    made_at = serializers.DateTimeField()
    subjects = EvidenceSubjectOut(many=True)
    history = serializers.ListField(child=serializers.DictField())
    key_id = serializers.CharField()
    signature = serializers.CharField(
        help_text="Ed25519 over the document without it, as canonical JSON (RFC 8785); the public keys are at "
        "`/.well-known/reviewhub-evidence-keys.json`."
    )


class AddressQuery(serializers.Serializer[Any]):
    address = Text(help_text="An e-mail address or a mobile number.")


class ContactEvidence(APIView):
    """The history of all addresses of one customer."""

    @operation("getContactEvidence", EvidenceOut)
    def get(self, request: Request, pk: str) -> Response:
        """Tell what happened to a contact's addresses, signed. In the order of time.

        Consents, asks, messages, replies, opt-outs and lifts.
        """
        account = credential_of(request).account
        contact = find_row(Contact.objects.for_account(account), pk)
        contact.account = account
        return _answer(request, evidence.subjects_of(contact))


class AddressEvidence(APIView):
    """The history of one address, which may be that of a customer who was erased: its hash finds what is left."""

    @operation("getEvidence", EvidenceOut, query=AddressQuery)
    def get(self, request: Request) -> Response:
        """Tell what happened to an address, signed. Also of a contact who was erased: the hash finds what is left."""
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
