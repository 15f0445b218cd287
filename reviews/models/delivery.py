"""One message, its state, and the table of the state's moves.

The row is the queue: a worker claims it, sends it and settles it.
"""

import enum
import secrets
import uuid
from datetime import UTC, datetime
from typing import ClassVar, cast

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from oauth.models import Account
from reviews.models.addresses import show_email
from reviews.models.base import AccountQuerySet, Channel
from reviews.models.contact import Contact
from reviews.models.pause import Pause, with_sender
from reviews.models.request import ReviewRequest
from reviews.models.site import ReviewSite
from reviews.models.worker import ChannelHealth


def new_link_token() -> str:
    """Return 16 characters, 96 random bits: short enough for a text message, too many to guess."""
    return secrets.token_urlsafe(12)


class DeliveryQuerySet(AccountQuerySet["Delivery"]):
    def next_due(self, now: datetime) -> datetime | None:
        """Return when the next message is due that a provider could take; None when nothing waits.

        Of a channel or sender that is paused for our account's fault, that is the message that it is tried with.
        """
        recovering = set(ChannelHealth.objects.paused(now))
        pauses = list(Pause.objects.all())
        moments: list[datetime | None] = []
        for channel in Channel.values:
            if channel not in recovering:
                moments += self.pending().filter(channel=channel)._firsts(channel, pauses)
        return min((moment for moment in moments if moment is not None), default=None)

    def _firsts(self, channel: str, pauses: list[Pause]) -> list[datetime | None]:
        """Return when the first message of the channel is due, beside each of its pauses and past all of them."""
        of_channel = [pause for pause in pauses if pause.channel == channel]
        whole = [pause for pause in of_channel if not pause.sender]
        moments: list[datetime | None] = []
        for pause in whole or of_channel:
            accounts = Account.objects.filter(with_sender(channel, pause.sender))
            waiting = self if pause in whole else self.filter(account__in=accounts.values("pk"))
            first = waiting.order_by("due_at").values_list("due_at", flat=True).first()
            moments.append(first and max(first, pause.retry_at))
        if not of_channel:
            moments.append(self.order_by("due_at").values_list("due_at", flat=True).first())
        elif not whole:
            own = self.filter(account=OuterRef("pk")).order_by("due_at").values("due_at")[:1]
            others = Pause.objects.free_accounts(channel).annotate(first=Subquery(own)).filter(first__isnull=False)
            moments.append(others.order_by("first").values_list("first", flat=True).first())
        return moments

    def pending(self) -> "DeliveryQuerySet":
        """Messages that are not settled yet."""
        return self.filter(status__in=Delivery.PENDING)

    def unsuccessful(self) -> "DeliveryQuerySet":
        """Messages that did not arrive, as far as anybody knows."""
        return self.filter(status__in=Delivery.UNSUCCESSFUL)

    def asks(self) -> "DeliveryQuerySet":
        """Messages of requests, without the answers that staff wrote."""
        return self.filter(kind=Delivery.Kind.ASK)

    def answers(self) -> "DeliveryQuerySet":
        """Answers that staff wrote to customers."""
        return self.filter(kind=Delivery.Kind.ANSWER)

    def of_contact(self, contact: Contact) -> "DeliveryQuerySet":
        """Messages to the contact: those of its requests, and the answers to it."""
        return self.filter(Q(request__contact=contact) | Q(contact=contact))

    def counted(self) -> "DeliveryQuerySet":
        """Messages that left, as far as they count for a number's daily cap (docs/rules.md N2)."""
        return self.exclude(uncounted_until__gte=models.F("sent_at"))


class Delivery(models.Model):
    """One message on one channel: planned, claimed by a worker, then settled.

    Either a message of one step of a request, or an answer that a member wrote to a customer from the inbox. An answer
    is of no request and no step, so that it is no part of a plan and never moves a request; it has the customer as its
    `contact`, and the `words` that were written.

    `due_at` is when it is due; while a worker holds it (`claim`), when that claim lapses; while its
    request is held, OUT_OF_REACH, and `planned_for` keeps the time, so that no claim walks over it. SENDING
    means that a send has begun: if the claim has lapsed since, the outcome is in doubt. `attempts` counts how often
    a provider was asked to take it, `lapses` how often its claim lapsed.
    `status` moves as MOVES says, and only by `reviews.delivery.states`, by
    `reviews.requests.planned_messages` and by the one statement of `reviews.delivery.advance`.
    """

    class Kind(models.TextChoices):
        ASK = "ask", _("Message of a request")
        ANSWER = "answer", _("Answer")

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        SENDING = "sending", _("Sending")
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        CANCELLED = "cancelled", _("Cancelled")
        BOUNCED = "bounced", _("Bounced")
        FAILED = "failed", _("Failed")
        UNKNOWN = "unknown", _("Unknown")

    PENDING = (Status.PLANNED, Status.SENDING)
    ACCEPTED = (Status.SENT, Status.DELIVERED)
    UNSUCCESSFUL = (Status.BOUNCED, Status.FAILED, Status.UNKNOWN)

    OUT_OF_REACH = datetime(9999, 1, 1, tzinfo=UTC)

    class Mover(enum.Enum):
        """The part of the product that moves a message from one state to another."""

        REQUEST = "request"  # plans messages; cancels them when it ends or the customer opts out
        WORKER = "worker"  # holds the message's claim; nobody else moves a message that is being sent
        PROVIDER = "provider"  # reported what became of a message that it took
        RECONCILIATION = "reconciliation"  # has read in the provider's list whether a message left
        STAFF = "staff"
        TAKE_BACK = "take_back"  # staff again, who cancelled the request by mistake
        RESTORE = "restore"  # of the database: what was due since the backup may have left

    # For each mover and each state that it moves messages to: the states that it moves them from.
    MOVES: ClassVar[dict[Mover, dict[Status, tuple[Status, ...]]]] = {
        Mover.REQUEST: {
            Status.PLANNED: (Status.PLANNED,),  # for another time, or on the other channel
            Status.CANCELLED: (Status.PLANNED,),
        },
        Mover.WORKER: {
            Status.PLANNED: PENDING,  # put off, or to be tried again
            Status.SENDING: PENDING,  # once more, where a worker died while it was sending a mail
            Status.SENT: (Status.SENDING,),
            Status.CANCELLED: PENDING,
            Status.BOUNCED: PENDING,
            Status.FAILED: PENDING,
            Status.UNKNOWN: PENDING,
        },
        Mover.PROVIDER: {  # reports come in any order, and a later one may take an earlier one back
            Status.PLANNED: (Status.SENT, Status.UNKNOWN),  # refused for our account's fault: it waits, and is sent
            Status.UNKNOWN: (Status.PLANNED,),  # a mail in doubt, about to be sent once more: the report says more
            Status.SENT: (Status.UNKNOWN,),
            Status.DELIVERED: (Status.SENT, Status.UNKNOWN, Status.FAILED, Status.BOUNCED),
            Status.FAILED: (Status.SENT, Status.UNKNOWN, Status.DELIVERED, Status.BOUNCED),
            Status.BOUNCED: (Status.SENT, Status.UNKNOWN, Status.DELIVERED, Status.FAILED),
        },
        Mover.RECONCILIATION: {
            Status.SENT: (Status.UNKNOWN,),
            Status.PLANNED: (Status.UNKNOWN,),
            Status.CANCELLED: (Status.UNKNOWN,),
            Status.FAILED: (Status.UNKNOWN,),
        },
        Mover.STAFF: {
            Status.PLANNED: (Status.PLANNED, Status.FAILED, Status.UNKNOWN),
            Status.SENT: (Status.UNKNOWN,),
            Status.CANCELLED: (Status.PLANNED,),
        },
        Mover.TAKE_BACK: {Status.PLANNED: (Status.CANCELLED,)},
        Mover.RESTORE: {
            Status.PLANNED: (Status.SENDING,),  # a mail that was being sent: it is held like what was due
            Status.UNKNOWN: PENDING,  # a text: its provider is asked
            Status.SENT: (Status.PLANNED,),  # it is not to be sent again
        },
    }

    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, db_index=False, related_name="deliveries")
    kind = models.CharField(max_length=6, choices=Kind, default=Kind.ASK, db_default=Kind.ASK.value, editable=False)
    # These two are null for an answer. They are typed as of an ask, since only what is done with asks reads them; what
    # is done with both reads `kind`, `customer` and `request_id`.
    request: "models.ForeignKey[ReviewRequest, ReviewRequest]" = models.ForeignKey(  # type: ignore[misc]
        ReviewRequest, on_delete=models.CASCADE, null=True, blank=True, db_index=False, related_name="deliveries"
    )
    step: "models.PositiveSmallIntegerField[int, int]" = models.PositiveSmallIntegerField(  # type: ignore[misc]
        null=True, blank=True, help_text=_("Position in the sequence; 0 is the first ask.")
    )
    contact = models.ForeignKey(
        Contact,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="answers",
        help_text=_("The customer whom an answer is for."),
    )
    inbox_item = models.ForeignKey(
        "reviews.InboxItem",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="answers",
        help_text=_("What it answers."),
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="+",
        help_text=_("Who wrote the answer."),
    )
    words = models.TextField(
        blank=True, default="", db_default="", editable=False, help_text=_("The answer as it was written.")
    )
    uncounted_until = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("Until then, an answer does not count for the daily cap.")
    )
    channel = models.CharField(max_length=5, choices=Channel)
    address = models.CharField(
        max_length=254, blank=True, help_text=_("Where it goes; blank once the contact is erased.")
    )
    status = models.CharField(max_length=9, choices=Status, default=Status.PLANNED)
    reason = models.CharField(max_length=200, blank=True, help_text=_("Why it was moved, held or not sent."))
    due_at = models.DateTimeField()
    planned_for = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("When it was to leave, while its request is held: it is not due then."),
    )
    claim = models.UUIDField(null=True, blank=True, editable=False)
    slot_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text=_("Its place in what the sender of texts may send a second.")
    )
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    lapses = models.PositiveSmallIntegerField(
        default=0, db_default=0, editable=False, help_text=_("How often a worker claimed it and did not finish.")
    )
    message_key = models.UUIDField(default=uuid.uuid4, editable=False, help_text=_("The mail's Message-ID."))
    link_token = models.CharField(max_length=22, default=new_link_token, editable=False)
    provider_id = models.CharField(max_length=255, blank=True, editable=False)
    sandbox = models.BooleanField(default=False, editable=False, help_text=_("Recorded only: it never left."))
    subject = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True, help_text=_("The message as it was sent."))
    error_code = models.CharField(max_length=50, blank=True)
    error_text = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True, help_text=_("When the page was first opened."))
    clicked_at = models.DateTimeField(null=True, blank=True, help_text=_("When a review site was first chosen."))
    clicked_site = models.ForeignKey(
        ReviewSite, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )

    # Set by the claim: this message alone may leave, to find out whether its channel or sender is well again.
    is_probe: bool = False

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            # Of asks alone: an answer has neither, and nothing equals nothing in a database.
            models.UniqueConstraint(fields=["request", "step", "channel"], name="delivery_once_per_step"),
            models.CheckConstraint(
                condition=Q(kind="ask", request__isnull=False, step__isnull=False, contact=None)
                | Q(kind="answer", request=None, step=None, contact__isnull=False),
                name="delivery_ask_or_answer",
            ),
            models.UniqueConstraint(fields=["link_token"], name="delivery_once_per_link"),
            models.CheckConstraint(condition=Q(channel__in=["email", "sms"]), name="delivery_channel_known"),
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "planned",
                        "sending",
                        "sent",
                        "delivered",
                        "cancelled",
                        "bounced",
                        "failed",
                        "unknown",
                    ]
                ),
                name="delivery_status_known",
            ),
        ]
        indexes = [
            # Both serve claims: one the oldest messages of a channel, one an account's share of them.
            models.Index(
                fields=["channel", "due_at", "account"],
                condition=Q(status__in=["planned", "sending"]),
                name="delivery_due",
            ),
            models.Index(
                fields=["account", "channel", "due_at"],
                condition=Q(status__in=["planned", "sending"]),
                name="delivery_due_of_account",
            ),
            models.Index(
                fields=["account", "channel", "error_code", "due_at"],
                condition=Q(status__in=["planned", "sending"]) & ~Q(error_code=""),
                name="delivery_tried_before",
            ),  # answers insights.causes.waiting() for what no pause holds
            models.Index(fields=["address", "sent_at"], name="delivery_to_address"),  # serves the daily cap
            models.Index(fields=["clicked_site"], condition=Q(clicked_site__isnull=False), name="delivery_by_site"),
            models.Index(
                fields=["provider_id"], condition=~Q(provider_id=""), name="delivery_by_provider_id"
            ),  # finds the message of a provider event
            models.Index(fields=["account", "-id"], name="delivery_newest"),  # serves the lists
            models.Index(
                fields=["contact", "-id"], condition=Q(contact__isnull=False), name="delivery_answers"
            ),  # serves a conversation
            models.Index(
                fields=["inbox_item"], condition=Q(inbox_item__isnull=False), name="delivery_answers_to_item"
            ),  # serves the deletion of an item
            models.Index(
                fields=["sent_at", "channel"], condition=Q(sent_at__isnull=False), name="delivery_sent"
            ),  # serves counters, and the operator's charts
            models.Index(
                fields=["account", "sent_at"], condition=Q(sent_at__isnull=False), name="delivery_sent_of_account"
            ),  # serves reports
            models.Index(
                fields=["-due_at", "status", "channel", "error_code"],
                condition=Q(status__in=["bounced", "failed", "unknown"]),
                name="delivery_unsuccessful",
            ),  # answers insights.installation.failures() without reading a row
        ]

    def __str__(self) -> str:
        if self.is_answer:
            return gettext("Answer by %(channel)s") % {"channel": self.get_channel_display()}
        return gettext("Step %(step)s by %(channel)s") % {
            "step": self.step,
            "channel": self.get_channel_display(),
        }

    @property
    def is_answer(self) -> bool:
        return self.kind == self.Kind.ANSWER

    @property
    def request_key(self) -> uuid.UUID:
        """The key of an ask's request."""
        return cast(uuid.UUID, self.request_id)

    @property
    def customer(self) -> Contact:
        """The customer whom it goes to."""
        return self.contact or self.request.contact

    @property
    def shown_address(self) -> str:
        """The address as people read it."""
        return show_email(self.address)

    @property
    def leaves_at(self) -> datetime:
        """When it is to leave, by its plan: a hold of its request aside."""
        return self.planned_for or self.due_at
