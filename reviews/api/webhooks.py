"""Endpoints, as programs subscribe and unsubscribe them (REST hooks)."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oauth.calls.authentication import Credential, credential_of
from oauth.models import Application
from oauth.scopes import READ
from reviewhub.refused import Refused
from reviewhub.rest.errors import ApiError, ByNumber, found_in
from reviewhub.rest.fields import Flag, Text
from reviews.models import SUBSCRIBABLE, Attempt, Endpoint, Notice
from reviews.webhooks import endpoints


class HookOut(serializers.ModelSerializer[Endpoint]):
    """An endpoint. No `events` means all of them. Where it is not active, `off_because` says why."""

    events = serializers.ListField(child=serializers.ChoiceField(choices=SUBSCRIBABLE))
    url = serializers.CharField()
    description = serializers.SerializerMethodField()
    active = serializers.BooleanField(source="is_active")
    off_because = serializers.SerializerMethodField()

    class Meta:
        model = Endpoint
        fields = ["id", "url", "events", "description", "active", "off_because", "failing_since", "created_at"]

    def get_description(self, endpoint: Endpoint) -> str | None:
        return endpoint.description or None

    def get_off_because(self, endpoint: Endpoint) -> str | None:
        return endpoint.off_because or None


class HookIn(serializers.Serializer[dict[str, Any]]):
    """Where to, and what about: all events where none is named."""

    url = Text(max_length=2000)
    events = serializers.ListField(child=Text(max_length=30), required=False, max_length=30)
    description = Text(required=False, allow_blank=True, max_length=150)


class HookChange(serializers.Serializer[dict[str, Any]]):
    """Only what is named changes. `active` switches it on again, or off."""

    events = serializers.ListField(child=Text(max_length=30), required=False, max_length=30)
    description = Text(required=False, allow_blank=True, max_length=150)
    active = Flag(required=False)


class ReplayIn(serializers.Serializer[dict[str, Any]]):
    """One event, or all from `since` on and before `until`, which is now if left out."""

    event_id = serializers.UUIDField(required=False)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


class AttemptOut(serializers.ModelSerializer[Attempt]):
    """One call of an endpoint. Without a `status` there was no answer."""

    event_id = serializers.UUIDField(source="notice.event_id")
    type = serializers.CharField(source="notice.event.type")
    status = serializers.IntegerField(allow_null=True)
    milliseconds = serializers.IntegerField()
    error = serializers.SerializerMethodField()
    answer = serializers.SerializerMethodField()

    class Meta:
        model = Attempt
        fields = ["id", "event_id", "type", "at", "status", "milliseconds", "error", "answer"]

    def get_error(self, attempt: Attempt) -> str | None:
        return attempt.error or None

    def get_answer(self, attempt: Attempt) -> str | None:
        return attempt.answer or None


class HookList(GenericAPIView[Endpoint]):
    """Subscribe; see what is subscribed."""

    serializer_class = HookOut

    def get_queryset(self) -> Any:
        return _of(credential_of(self.request))

    def get(self, request: Request) -> Response:
        page: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(HookOut(page, many=True).data)

    def post(self, request: Request) -> Response:
        """Answers with the secret. A repeated call finds the first one's endpoint: 200."""
        credential = credential_of(request)
        if READ not in credential.scopes:
            raise PermissionDenied(f"What a hook is told needs the scope '{READ}'.", code="insufficient_scope")
        given = HookIn(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            hook, is_new = endpoints.subscribe(
                account=credential.account,
                url=given.validated_data["url"],
                names=given.validated_data.get("events", []),
                description=given.validated_data.get("description", ""),
                user=credential.user,
                application=_application(credential),
            )
        except Refused as refusal:
            raise ValidationError({refusal.field: [refusal.reason]}) from refusal
        return Response(_with_secret(hook), status=201 if is_new else 200)


class HookItem(APIView):
    """One endpoint."""

    def get(self, request: Request, pk: Any) -> Response:
        return Response(HookOut(_find(request, pk)).data)

    def patch(self, request: Request, pk: Any) -> Response:
        """Change what the call names."""
        hook = _find(request, pk)
        given = HookChange(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        try:
            if "events" in wanted:
                hook.event_types = endpoints.check_events(wanted["events"])
        except Refused as refusal:
            raise ValidationError({refusal.field: [refusal.reason]}) from refusal
        hook.description = wanted.get("description", hook.description)
        hook.save(update_fields=["event_types", "description"])
        if wanted.get("active") is True and not hook.is_active:
            endpoints.switch_on(hook)
        elif wanted.get("active") is False:
            endpoints.switch_off(hook, "", tell=False)
        return Response(HookOut(_find(request, pk)).data)

    def delete(self, request: Request, pk: Any) -> Response:
        """Unsubscribe: nothing is told there any more."""
        endpoints.delete(_find(request, pk))
        return Response(status=204)


class HookSecret(APIView):
    """A new secret. The one before signs as well, until the next one takes its place or staff retires it."""

    def post(self, request: Request, pk: Any) -> Response:
        hook = _find(request, pk)
        endpoints.roll(hook)
        return Response(_with_secret(_find(request, pk)))


class HookTest(APIView):
    """Let a test event go there."""

    def post(self, request: Request, pk: Any) -> Response:
        try:
            notice = endpoints.test(_find(request, pk), timezone.now())
        except Refused as refusal:
            raise ApiError(409, "invalid_state", refusal.reason) from refusal
        return Response({"event_id": str(notice.event_id)}, status=202)


class HookReplay(APIView):
    """Tell it again, also what it missed while it was off."""

    def post(self, request: Request, pk: Any) -> Response:
        hook, given = _find(request, pk), ReplayIn(data=request.data)
        given.is_valid(raise_exception=True)
        wanted, now = given.validated_data, timezone.now()
        if ("event_id" in wanted) == ("since" in wanted):
            raise ValidationError({"event_id": ["Name either an event_id or a time by since."]})
        try:
            if "event_id" in wanted:
                notices = Notice.objects.filter(endpoint=hook, event=wanted["event_id"])
                if not notices.exists():
                    raise ValidationError({"event_id": ["It was never told of an event with this id."]})
                count = endpoints.replay(hook, notices, now)
            else:
                until = wanted.get("until", now)
                count = endpoints.replay_between(hook, since=wanted["since"], until=until, now=now)
        except Refused as refusal:
            raise ApiError(409, "invalid_state", refusal.reason) from refusal
        return Response({"replayed": count}, status=202)


class AttemptList(ListAPIView[Attempt]):
    """How telling went, newest first."""

    serializer_class = AttemptOut
    pagination_class = ByNumber

    def get_queryset(self) -> Any:
        hook = _find(self.request, self.kwargs["pk"])
        return Attempt.objects.filter(notice__endpoint=hook).select_related("notice__event")


def _of(credential: Credential) -> Any:
    """An app's own; with an API key all of the account, which are the business's to see."""
    rows = Endpoint.objects.for_account(credential.account)
    return rows if credential.application_id is None else rows.filter(application=credential.application_id)


def _find(request: Request, pk: Any) -> Endpoint:
    found: Endpoint = found_in(_of(credential_of(request)), pk)
    return found


def _application(credential: Credential) -> Application | None:
    found: Application | None = Application.objects.filter(pk=credential.application_id).first()
    return found


def _with_secret(hook: Endpoint) -> dict[str, Any]:
    return dict(HookOut(hook).data) | {"secret": endpoints.secrets_of(hook)[0]}
