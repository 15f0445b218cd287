"""What customers said to the business."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from reviewhub.backoffice import AccountAdmin, GeneratedRows, action
from reviews.models import Feedback


@admin.register(Feedback)
class FeedbackAdmin(GeneratedRows, AccountAdmin):
    list_display = ("rating", "text", "customer", "created_at", "handled_at", "account")
    list_filter = ("rating", ("handled_at", admin.EmptyFieldListFilter))
    list_select_related = ("request__contact", "account")
    ordering = ("-pk",)  # newest first
    search_fields = ("text",)
    actions = ("handled",)

    @admin.display(description="Customer")
    def customer(self, feedback: Feedback) -> str:
        return str(feedback.request.contact) if feedback.request else "Somebody at the printed code"

    def has_handle_permission(self, request: HttpRequest) -> bool:
        return self._may_write(request, None)

    @action(description="Mark the chosen ones as handled", permissions=["handle"])
    def handled(self, request: HttpRequest, rows: QuerySet[Feedback]) -> None:
        chosen = [row.pk for row in rows.select_related("account") if self._may_write(request, row)]
        count = Feedback.objects.filter(pk__in=chosen, handled_at=None).update(handled_at=timezone.now())
        messages.success(request, f"Marked as handled: {count}.")
