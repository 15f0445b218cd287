"""State of a credential, asked with that credential."""

from datetime import UTC, datetime
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oauth.calls.authentication import credential_of


class TokenStatus(APIView):
    """State of any live credential, whatever its scopes; one that has ended gets 401."""

    permission_classes: list[Any] = []

    def get(self, request: Request) -> Response:
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
