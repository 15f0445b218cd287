"""Rows by which the installation runs, for the operator: workers, troubles, restores, channels, rates, tallies."""

from django.contrib import admin

from reviewhub.backoffice.pages import GeneratedRows, OperatorAdmin
from reviews.models import ChannelHealth, IdempotencyKey, Pause, Purge, Restore, SenderPace, Tally, Trouble, WorkerBeat


@admin.register(WorkerBeat)
class WorkerBeatAdmin(GeneratedRows, OperatorAdmin):
    list_display = ("worker", "started_at", "beat_at", "restarts")
    ordering = ("-beat_at",)


@admin.register(Trouble)
class TroubleAdmin(GeneratedRows, OperatorAdmin):
    list_display = ("kind", "channel", "sender", "code", "since", "told_at", "ended_at", "end_told_at")
    ordering = ("-since", "-pk")
    exclude = ("claim",)


@admin.register(Restore)
class RestoreAdmin(GeneratedRows, OperatorAdmin):
    list_display = ("backed_up_at", "restored_at", "held", "texts_read_at")
    ordering = ("-pk",)


@admin.register(Purge)
class PurgeAdmin(GeneratedRows, OperatorAdmin):
    list_display = ("kind", "began_at", "ended_at", "rows")


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
