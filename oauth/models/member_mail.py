"""Mail to members: when each may be written to next, and how the last mail went. What it is about, others know."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from oauth.models.account import Membership


class MemberMail(models.Model):
    """The mail to a member about what waits in the account.

    `due_at` is the time from which the next one may be sent; while a process holds it (`claim`), the time at which that
    lapses. It ends with the membership.
    """

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="mail")
    due_at = models.DateTimeField()
    claim = models.UUIDField(null=True, blank=True, editable=False)
    attempts = models.PositiveIntegerField(default=0, help_text=_("That failed, in a row."))
    lapses = models.PositiveSmallIntegerField(
        default=0, help_text=_("How often in a row a process claimed it and did not finish.")
    )
    sent_at = models.DateTimeField(null=True, blank=True, help_text=_("When the last one left."))
    failing_since = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True, help_text=_("Why the last one did not leave."))

    class Meta:
        verbose_name = _("mail to a member")
        verbose_name_plural = _("mail to members")
        indexes = [models.Index(fields=["due_at"], name="member_mail_due")]

    def __str__(self) -> str:
        return str(self.membership)
