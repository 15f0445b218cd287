"""Webhooks over the API, whose paths and schemas call them hooks (REST hooks): a program subscribes and unsubscribes.

The rules are in `reviews.webhooks.endpoints`, the calls in `reviews.webhooks.notifier`.
"""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oauth.calls.authentication import Credential, credential_of
from oauth.calls.permissions import InsufficientScope
from oauth.models import Application
from oauth.scopes import READ
from reviewhub.refused import Refused
from reviewhub.rest.errors import ApiError, ByNumber, find_row
from reviewhub.rest.fields import Flag, OrNull, Text
from reviewhub.rest.operations import operation
from reviews.api.idempotency import takes_key
from reviews.models import SUBSCRIBABLE, Attempt, Endpoint, Notice
from reviews.webhooks import endpoints


class HookOut(serializers.ModelSerializer[Endpoint]):
    """An endpoint. No `events` means all of them. Where it is not active, `off_because` says why."""

    events = serializers.ListField(child=serializers.ChoiceField(choices=SUBSCRIBABLE))
    url = serializers.CharField()
    description = OrNull()
    active = serializers.BooleanField(source="is_active")
    off_because = OrNull()

    class Meta:
        model = Endpoint
        fields = ["id", "url", "events", "description", "active", "off_because", "failing_since", "created_at"]


class HookWithSecretOut(HookOut):
    """An endpoint, with the secret that its calls are signed with (Standard Webhooks)."""

    secret = serializers.SerializerMethodField()

    class Meta(HookOut.Meta):
        fields = [*HookOut.Meta.fields, "secret"]

    def get_secret(self, endpoint: Endpoint) -> str:
        return endpoints.secrets_of(endpoint)[0]


class HookIn(serializers.Serializer[dict[str, Any]]):
    """Where to, and what about: all events where none is named."""

    url = Text(max_length=2000, format="uri")
    events = serializers.ListField(child=Text(max_length=30, one_of=SUBSCRIBABLE), required=False, max_length=30)
    description = Text(required=False, allow_blank=True, max_length=150)


class HookChange(serializers.Serializer[dict[str, Any]]):
    """Only what is named changes. `active` switches it on again, or off."""

    events = serializers.ListField(child=Text(max_length=30, one_of=SUBSCRIBABLE), required=False, max_length=30)
    description = Text(required=False, allow_blank=True, max_length=150)
    active = Flag(required=False)


class ReplayIn(serializers.Serializer[dict[str, Any]]):
    """One event, or all from `since` on and before `until`, which is now if left out."""

    NEEDS_ONE_OF = ("event_id", "since")

    event_id = serializers.UUIDField(required=False)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


class AttemptOut(serializers.ModelSerializer[Attempt]):
    """One call of an endpoint. Without a `status` there was no answer."""

    event_id = serializers.UUIDField(source="notice.event_id")
    type = serializers.CharField(source="notice.event.type")
    status = serializers.IntegerField(allow_null=True)
    milliseconds = serializers.IntegerField()
    error = OrNull()
    answer = OrNull()

    class Meta:
        model = Attempt
        fields = ["id", "event_id", "type", "at", "status", "milliseconds", "error", "answer"]


class TestSentOut(serializers.Serializer[Any]):
    event_id = serializers.UUIDField()


class ReplayResultOut(serializers.Serializer[Any]):
    replayed = serializers.IntegerField(help_text="How many events are told again.")


class HookList(GenericAPIView[Endpoint]):
    """The webhooks that the caller may see; subscribing another."""

    serializer_class = HookOut

    def get_queryset(self) -> Any:
        return _rows_of(credential_of(self.request))

    @operation("listHooks", [HookOut])
    def get(self, request: Request) -> Response:
        """List endpoints. An app sees its own."""
        page: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(HookOut(page, many=True).data)

    @operation(
        "subscribe",
        {201: HookWithSecretOut, 200: HookWithSecretOut},
        takes=HookIn,
        example={"url": "https://hooks.example.com/1", "events": ["feedback.created"]},
    )
    @takes_key(secret=True)
    def post(self, request: Request) -> Response:
        """Subscribe to events. All of them where none is named. 200 where the same was subscribed before.

        What is told needs the scope `read`, too. An app is told as long as it is connected.
        """
        credential = credential_of(request)
        if READ not in credential.scopes:
            raise InsufficientScope(READ, f"What a hook is told needs the scope '{READ}'.")
        body = HookIn(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            webhook, is_new = endpoints.subscribe(
                account=credential.account,
                url=body.validated_data["url"],
                names=body.validated_data.get("events", []),
                description=body.validated_data.get("description", ""),
                user=credential.user,
                application=_application_of(credential),
            )
        except Refused as refusal:
            raise ValidationError({refusal.field: [refusal.reason]}) from refusal
        return Response(HookWithSecretOut(webhook).data, status=201 if is_new else 200)


class HookItem(APIView):
    """One endpoint."""

    @operation("getHook", HookOut)
    def get(self, request: Request, pk: Any) -> Response:
        """Get one endpoint. It says whether it fails, or why it is off."""
        return Response(HookOut(_find(request, pk)).data)

    @operation("changeHook", HookOut, takes=HookChange, example={"active": True})
    @takes_key()
    def patch(self, request: Request, pk: Any) -> Response:
        """Change an endpoint, or switch it on again. The URL stays: another one is another subscription."""
        webhook = _find(request, pk)
        body = HookChange(data=request.data)
        body.is_valid(raise_exception=True)
        changes = body.validated_data
        try:
            if "events" in changes:
                webhook.event_types = endpoints.check_events(changes["events"])
        except Refused as refusal:
            raise ValidationError({refusal.field: [refusal.reason]}) from refusal
        webhook.description = changes.get("description", webhook.description)
        webhook.save(update_fields=["event_types", "description"])
        if changes.get("active") is True and not webhook.is_active:
            endpoints.switch_on(webhook)
        elif changes.get("active") is False:
            endpoints.switch_off(webhook, "", tell=False)
        return Response(HookOut(_find(request, pk)).data)

    @operation("unsubscribe", {204: None})
    def delete(self, request: Request, pk: Any) -> Response:
        """Unsubscribe. Nothing is told there any more."""
        endpoints.delete(_find(request, pk))
        return Response(status=204)


class HookSecret(APIView):
    """A new secret. The previous one signs as well, until another new one replaces it or staff retire it."""

    @operation("rollSecret", HookWithSecretOut)
    @takes_key(secret=True)
    def post(self, request: Request, pk: Any) -> Response:
        """Make a new secret. The one before signs too, until the next takes its place or staff retires it."""
        endpoints.roll(_find(request, pk))
        return Response(HookWithSecretOut(_find(request, pk)).data)


class HookTest(APIView):
    """A test event, sent to the webhook."""

    @operation("sendTestEvent", {202: TestSentOut})
    @takes_key()
    def post(self, request: Request, pk: Any) -> Response:
        """Send a test event. Of the type `endpoint.test`. 409 where the endpoint is off."""
        try:
            notice = endpoints.test(_find(request, pk), timezone.now())
        except Refused as refusal:
            raise ApiError(409, "invalid_state", refusal.reason) from refusal
        return Response({"event_id": str(notice.event_id)}, status=202)


class HookReplay(APIView):
    """Events sent once more, and those that the webhook missed while it was off."""

    @operation("replayEvents", {202: ReplayResultOut}, takes=ReplayIn, example={"since": "2026-01-01T00:00:00Z"})
    @takes_key()
    def post(self, request: Request, pk: Any) -> Response:
        """Tell events again. One by `event_id`, or what happened from `since` until `until`.

        Also what it missed while it was off. 409 where the endpoint is off.
        """
        webhook, body = _find(request, pk), ReplayIn(data=request.data)
        body.is_valid(raise_exception=True)
        selection, now = body.validated_data, timezone.now()
        if ("event_id" in selection) == ("since" in selection):
            raise ValidationError({"event_id": ["Name either an event_id or a time by since."]})
        try:
            if "event_id" in selection:
                notices = Notice.objects.filter(endpoint=webhook, event=selection["event_id"])
                if not notices.exists():
                    raise ValidationError({"event_id": ["It was never told of an event with this id."]})
                count = endpoints.replay(webhook, notices, now)
            else:
                until = selection.get("until", now)
                count = endpoints.replay_between(webhook, since=selection["since"], until=until, now=now)
        except Refused as refusal:
            raise ApiError(409, "invalid_state", refusal.reason) from refusal
        return Response({"replayed": count}, status=202)


class AttemptList(ListAPIView[Attempt]):
    """How telling went, newest first."""

    serializer_class = AttemptOut
    pagination_class = ByNumber

    def get_queryset(self) -> Any:
        webhook = _find(self.request, self.kwargs["pk"])
        return Attempt.objects.filter(notice__endpoint=webhook).select_related("notice__event")

    @operation("listAttempts", [AttemptOut])
    def get(self, request: Request, pk: Any) -> Response:
        """List the calls of an endpoint. With what it answered, newest first."""
        return self.list(request)


def _rows_of(credential: Credential) -> Any:
    """Select the webhooks that the caller may see: an app its own, an API key all of the account."""
    rows = Endpoint.objects.for_account(credential.account)
    return rows if credential.application_id is None else rows.filter(application=credential.application_id)


def _find(request: Request, pk: Any) -> Endpoint:
    webhook: Endpoint = find_row(_rows_of(credential_of(request)), pk)
    return webhook


def _application_of(credential: Credential) -> Application | None:
    application: Application | None = Application.objects.filter(pk=credential.application_id).first()
    return application
