"""State of a credential, asked with that credential."""

from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oauth.calls.authentication import credential_of
from reviewhub.rest.operations import operation


class StatusOut(serializers.Serializer[Any]):
    active = serializers.BooleanField()
    auth_type = serializers.ChoiceField(choices=["oauth", "api_key"])
    user_id = serializers.UUIDField()
    scopes = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


# The example of the API reference.
STATUS = {
    "active": True,
    "auth_type": "oauth",
    "user_id": "a169451c-8525-4352-b8ca-070dd449a1a5",
    "scopes": ["read", "write"],
    "expires_at": "2019-08-24T14:15:22Z",
    "created_at": "2019-08-24T14:15:22Z",
    "last_used_at": "2019-08-24T14:15:22Z",
}


class TokenStatus(APIView):
    """State of any live credential, whatever its scopes; one that has ended gets 401."""

    TAG = "Account"
    permission_classes: list[Any] = []

    @operation("getStatus", StatusOut, shows={200: STATUS})
    def get(self, request: Request) -> Response:
        """Verify a token. Any live token or key may ask, whatever its scopes."""
        if request.auth is None:  # there are no permission classes that would refuse it
            self.permission_denied(request)
        credential = credential_of(request)
        return Response(
            {
                "active": True,
                "auth_type": credential.auth_type,
                "user_id": str(credential.user.pk),
                "scopes": credential.scopes,
                "expires_at": _stamp(credential.expires_at),
                "created_at": _stamp(credential.created_at),
                "last_used_at": _stamp(credential.last_used_at),
            }
        )

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if response.status_code == 401:
            response.data = {"active": False} | response.data
        return response


def _stamp(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
