"""Rows by which the installation runs, for the operator: workers, channels, rate limits, tallies, kept answers."""

from django.contrib import admin

from reviewhub.backoffice.pages import GeneratedRows, OperatorAdmin
from reviews.models import ChannelHealth, IdempotencyKey, Pause, SenderPace, Tally, WorkerBeat


@admin.register(WorkerBeat)
class WorkerBeatAdmin(GeneratedRows, OperatorAdmin):
    list_display = ("worker", "started_at", "beat_at", "restarts")
    ordering = ("-beat_at",)


@admin.register(ChannelHealth)
class ChannelHealthAdmin(GeneratedRows, OperatorAdmin):
    list_display = ("channel", "failures", "paused_until")


@admin.register(Pause)
class PauseAdmin(GeneratedRows, OperatorAdmin):
    list_display = ("channel", "sender", "code", "since", "retry_at")


@admin.register(SenderPace)
class SenderPaceAdmin(GeneratedRows, OperatorAdmin):
    list_display = ("sender", "free_at")


@admin.register(Tally)
class TallyAdmin(GeneratedRows, OperatorAdmin):
    list_display = ("name", "channel", "value", "until")
    ordering = ("name", "channel")


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(GeneratedRows, OperatorAdmin):
    list_display = ("key", "account", "status", "created_at")
    list_select_related = ("account",)
    ordering = ("-created_at",)
    exclude = ("body", "fingerprint")
