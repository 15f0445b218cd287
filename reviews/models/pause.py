"""Pauses for a fault of our own account: what the operator has to mend before a channel, or one sender, goes on."""

from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import lru_cache

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from oauth.models import Account
from reviews.models.base import Channel


@lru_cache
def _bare(mailbox: str) -> str:
    return parseaddr(mailbox)[1]


def sender_of(account: Account, channel: str) -> str:
    """Return what the account's messages come from: an address, a number, a name, or Twilio's messaging service."""
    if channel == Channel.EMAIL:
        return _bare(settings.DEFAULT_FROM_EMAIL)
    return account.text_sender or settings.TWILIO_MESSAGING_SERVICE_SID or settings.TWILIO_FROM


def with_sender(channel: str, sender: str) -> Q:
    """Return the condition on accounts, and only those, whose messages come from the sender."""
    if channel == Channel.EMAIL:
        return Q(pk__isnull=sender != sender_of(Account(), channel))  # all, or none: they have one sender
    own = Q(text_sender=sender)
    return own | Q(text_sender="") if sender == sender_of(Account(), channel) else own


class PauseQuerySet(models.QuerySet["Pause"]):
    def free_accounts(self, channel: str) -> models.QuerySet[Account]:
        """Return the accounts whose sender is not paused on the channel; what pauses all of it is left aside."""
        accounts = Account.objects.all()
        for sender in self.filter(channel=channel).exclude(sender="").values_list("sender", flat=True):
            accounts = accounts.exclude(with_sender(channel, sender))
        return accounts


class Pause(models.Model):
    """A channel, or one sender of it, that waits because a provider refused our account. The row is the pause.

    While it stands, only the message `probe` may leave: one at `retry_at`, and after each refusal the pause waits as
    long again as it has stood (`wait_of`). It ends when a probe goes through, or when staff end it.
    """

    channel = models.CharField(max_length=5, choices=Channel)
    sender = models.CharField(max_length=254, blank=True, help_text=_("Empty where the whole channel is paused."))
    code = models.CharField(max_length=50, help_text=_("What the provider answered."))
    text = models.CharField(max_length=500, blank=True, help_text=_("The provider's own words."))
    is_reported = models.BooleanField(
        default=False, help_text=_("Told after the provider had taken the message: an acceptance proves nothing then.")
    )
    since = models.DateTimeField()
    retry_at = models.DateTimeField(help_text=_("When the next message is tried; while one is, when that is given up."))
    probe = models.BigIntegerField(null=True, blank=True, editable=False, help_text=_("The message that is tried."))

    objects = PauseQuerySet.as_manager()

    SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=1)

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        constraints = [models.UniqueConstraint(fields=["channel", "sender"], name="pause_once")]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.sender or gettext('all senders')}"


def wait_of(since: datetime, now: datetime) -> timedelta:
    """Return how long to wait after a refusal: as long again as since the first, 1 minute at least, 1 hour at most."""
    return min(max(now - since, Pause.SHORTEST), Pause.LONGEST)
