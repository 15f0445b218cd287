"""Tellings: which members are still to be told of which items of the inbox. Their writers are in `reviews.telling`."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from oauth.models import MemberMail, Membership
from reviews.models.inbox_item import InboxItem


class TellingQuerySet(models.QuerySet["Telling"]):
    def due(self, now: datetime) -> Self:
        """Return what members want to be told by now: at once, or from its morning on. Who left wants nothing."""
        path = "mail__membership__"
        is_morning = Membership.are_told(Membership.Tell.DAILY, path) & Q(morning__lte=now)
        wanted = Membership.are_told(Membership.Tell.AT_ONCE, path) | is_morning
        return self.filter(wanted, **{f"{path}user__is_active": True, f"{path}account__is_active": True})


class Telling(models.Model):
    """An item that a member is still to be told of; the row goes once the mail has left.

    What the member wants is looked up when a mail is due, so that another choice holds for what waits as well.
    """

    mail = models.ForeignKey(MemberMail, on_delete=models.CASCADE, db_index=False, related_name="tellings")
    item = models.ForeignKey(InboxItem, on_delete=models.CASCADE, related_name="tellings")
    created_at = models.DateTimeField()
    morning = models.DateTimeField(help_text=_("When members are told who want one mail a day."))

    objects = TellingQuerySet.as_manager()

    class Meta:
        verbose_name = _("telling")
        verbose_name_plural = _("tellings")
        indexes = [models.Index(fields=["mail", "morning"], name="telling_of_mail")]

    def __str__(self) -> str:
        return gettext("%(item)s for %(mail)s") % {"item": self.item, "mail": self.mail}
