"""Possible duplicates: customers who may be one person, merged one by one or many at once."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oauth.models import User
from reviewhub.backoffice.actions import Action, Elsewhere, WithActions
from reviewhub.backoffice.lists import WithList
from reviewhub.backoffice.pages import GeneratedRows, action
from reviewhub.languages import number
from reviewhub.refused import Refused
from reviewhub.sentences import said
from reviews.admin.lists.duplicates import Duplicates
from reviews.contacts import merge
from reviews.models import MergeCandidate


def _merge(pair: MergeCandidate, form_data: dict[str, Any], by: User) -> Elsewhere:
    try:
        kept = merge.merge(kept=pair.by_email, other=pair.by_phone, by=str(by), now=timezone.now())
    except merge.CannotMerge as refusal:
        raise Refused("contact", said(str(refusal))) from refusal
    words = _("Merged: all that was known of both stands at %(customer)s.") % {"customer": kept}
    return Elsewhere(words, reverse("admin:reviews_contact_change", args=[kept.pk]))


@admin.register(MergeCandidate)
class MergeCandidateAdmin(GeneratedRows, WithList, WithActions):
    listing = Duplicates()
    list_select_related = ("by_email", "by_phone", "account")
    ordering = ("-pk",)
    search_fields = ("by_email__email", "by_phone__phone")
    fields = ("account", "by_email", "by_phone", "created_at")
    actions = ("merge",)
    confirmed_actions = (
        Action(
            name="merge_pair",
            label=gettext_lazy("Merge"),
            url_path="merge",
            icon="merge",
            question=gettext_lazy("Are {row} one person?"),
            explanation=gettext_lazy(
                "One customer stays, with the e-mail address, the number, all requests and words of both. Who said no "
                "to one address is not written to at the other either. It cannot be taken back."
            ),
            confirm=gettext_lazy("Merge"),
            perform=_merge,
        ),
    )

    @action(description=gettext_lazy("Merge"), permissions=["write"])
    def merge(self, request: HttpRequest, rows: QuerySet[MergeCandidate]) -> None:
        merged, refusals = 0, set()
        for row in rows.select_related("by_email", "by_phone", "account"):
            try:
                if not self.has_write_permission(request, row):
                    raise merge.CannotMerge(_("Some are not yours to merge."))
                merge.merge(kept=row.by_email, other=row.by_phone, by=str(request.user), now=timezone.now())
                merged += 1
            except merge.CannotMerge as refusal:
                refusals.add(str(refusal))
        messages.success(request, _("Merged: %(number)s.") % {"number": number(merged)})
        for words in refusals:
            messages.warning(request, said(words))
