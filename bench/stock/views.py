"""The least that a product of one's own would do: no matching, no gates, no record of what was answered."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.contrib.rest_framework import OAuth2Authentication, TokenHasScope
from rest_framework import serializers
from rest_framework.authentication import TokenAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bench.stock import models


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


class Given(serializers.Serializer[Any]):
    email = serializers.EmailField()
    first_name = serializers.CharField(max_length=150, required=False, default="")
    delay_hours = serializers.IntegerField(min_value=0, max_value=8760, required=False, default=0)


class Ask(APIView):
    """Two inserts, behind the framework's own token."""

    authentication_classes: list[Any] = [TokenAuthentication]
    permission_classes: list[Any] = [IsAuthenticated]

    def post(self, request: Request) -> Response:
        given = Given(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        due = timezone.now() + timedelta(hours=wanted["delay_hours"])
        with transaction.atomic():
            customer = models.Customer.objects.create(email=wanted["email"], first_name=wanted["first_name"])
            asked = models.Request.objects.create(customer=customer, scheduled_for=due)
        return Response({"id": asked.pk, "status": asked.status, "scheduled_for": due}, status=201)


class AskWithOAuth(Ask):
    """The same behind django-oauth-toolkit."""

    authentication_classes = [OAuth2Authentication]
    permission_classes = [TokenHasScope]
    required_scopes = ["write"]


@csrf_exempt
def go(request: HttpRequest, token: str) -> HttpResponse:
    """Note that the link was followed, and go there."""
    link = get_object_or_404(models.Link, token=token)
    models.Link.objects.filter(pk=link.pk).update(pressed_at=timezone.now())
    return HttpResponseRedirect(link.url)
