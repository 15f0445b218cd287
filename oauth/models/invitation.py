"""Invitations of colleagues into an account."""

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from oauth.models.account import Membership

LIFETIME = timedelta(days=7)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def pending(self) -> Self:
        """Neither accepted nor withdrawn; its link may have expired, and can be sent again."""
        return self.filter(accepted_at=None, withdrawn_at=None)


class Invitation(models.Model):
    """A mail with a link that makes its reader a member, once. The link is signed, and stored nowhere."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail"))
    role = models.CharField(max_length=10, choices=Membership.Role, default=Membership.Role.MANAGER)
    invited_by = models.ForeignKey(
        "oauth.User",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("invited by"),
    )
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(editable=False, help_text=_("Of the latest mail: its link is the one that works."))
    accepted_at = models.DateTimeField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="invitation_email_lower_case"),
            models.CheckConstraint(
                condition=models.Q(role__in=["owner", "manager", "viewer"]), name="invitation_role_known"
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None) | models.Q(withdrawn_at=None), name="invitation_ends_once"
            ),
            models.UniqueConstraint(
                fields=["account", "email"],
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="invitation_pending_once",
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(email)s, %(role)s of %(account)s") % {
            "email": self.email,
            "role": self.get_role_display(),
            "account": self.account,
        }

    def is_open(self, now: datetime) -> bool:
        """True while its link works."""
        return self.accepted_at is None and self.withdrawn_at is None and now < self.expires_at

    @property
    def expires_at(self) -> datetime:
        return self.sent_at + LIFETIME
