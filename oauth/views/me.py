"""Person and account of a credential: an integration shows them as the connected account."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oauth.calls.authentication import credential_of
from reviewhub.rest.operations import operation


class MeOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    email = serializers.CharField()
    business_name = serializers.CharField()
    account_id = serializers.UUIDField()


class Me(APIView):
    TAG = "Account"

    @operation("getMe", MeOut)
    def get(self, request: Request) -> Response:
        """Tell who I am. The person of the token, and the account that it is bound to."""
        credential = credential_of(request)
        return Response(
            {
                "id": str(credential.user.pk),
                "email": credential.user.email,
                "business_name": credential.account.name,
                "account_id": str(credential.account.pk),
            }
        )
