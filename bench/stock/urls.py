"""The library's own addresses, and one view behind a token, as its tutorial for the REST framework writes it."""

from typing import Any

from django.urls import include, path
from oauth2_provider.contrib.rest_framework import OAuth2Authentication, TokenHasScope
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class Status(APIView):
    """Tells what our `/api/v1/status` tells, as far as the library knows it."""

    authentication_classes = [OAuth2Authentication]
    permission_classes = [TokenHasScope]
    required_scopes = ["read"]

    def get(self, request: Request) -> Response:
        token: Any = request.auth
        return Response(
            {
                "active": True,
                "user_id": str(token.user.pk),
                "scopes": token.scope.split(),
                "expires_at": token.expires,
                "created_at": token.created,
            }
        )


urlpatterns = [
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    path("api/v1/status", Status.as_view()),
]
