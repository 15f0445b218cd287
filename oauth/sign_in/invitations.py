"""Invitations of colleagues by mail: making sure one may be sent, sending, accepting, and the link."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from oauth.models import Account, Invitation, Membership, User
from reviewhub.counters import count_one
from reviewhub.languages import in_language

MOST_PENDING = 50  # of an account: nobody writes to strangers from here without end
BETWEEN_MAILS = timedelta(minutes=5)
MAILS_A_DAY = 100  # of an account: whoever withdraws and invites again writes to strangers, too


class NoInvitation(Exception):
    """An invitation cannot be made, sent again or accepted; the text tells people why."""


def check(*, account: Account, email: str, now: datetime) -> None:
    """Raise NoInvitation if the address cannot be invited, and count the mail if it can.

    Whether somebody here has the address makes no difference.
    """
    pending = Invitation.objects.pending().filter(account=account)
    if pending.filter(email=email).exists():
        raise NoInvitation(_("An invitation to this address is pending: send it again, or withdraw it first."))
    if Membership.objects.filter(account=account, user__email=email).exists():
        raise NoInvitation(_("This person works in the business already."))
    if pending.count() >= MOST_PENDING:
        raise NoInvitation(_("%(count)d invitations are pending: withdraw some first.") % {"count": MOST_PENDING})
    _count_mail(account, now)


def _count_mail(account: Account, now: datetime) -> None:
    if count_one(f"invitations:{account.pk}:{now:%Y%m%d}", 24 * 3600) > MAILS_A_DAY:
        raise NoInvitation(_("%(count)d invitations were mailed today: go on tomorrow.") % {"count": MAILS_A_DAY})


def send(invitation: Invitation) -> None:
    """Send the mail, in the language of the person, or else of the account.

    Raises the errors of the mail backend; the invitation then waits to be sent again.
    """
    context = {"invitation": invitation, "link": link(invitation)}
    known = User.objects.filter(email=invitation.email).values_list("language", flat=True).first()
    zone = ZoneInfo(invitation.account.time_zone)
    with in_language(known or invitation.account.language), timezone.override(zone):
        subject = render_to_string("oauth/mail/invitation_subject.txt", context)
        text = render_to_string("oauth/mail/invitation.txt", context)
    EmailMessage(" ".join(subject.split()), text, to=[invitation.email]).send()


def renew(invitation: Invitation, now: datetime) -> Invitation:
    """Give the invitation seven new days and a new link; the old link ends. Raises NoInvitation."""
    with transaction.atomic():
        row = Invitation.objects.pending().select_for_update(of=("self",)).filter(pk=invitation.pk).first()
        if row is None:
            raise NoInvitation(_("It was accepted or withdrawn."))
        if now - row.sent_at < BETWEEN_MAILS:
            raise NoInvitation(_("It was sent a moment ago: give the mail five minutes to arrive."))
        _count_mail(row.account, now)
        row.sent_at = now
        row.save(update_fields=["sent_at"])
    return row


def withdraw(invitations: list[Invitation], now: datetime) -> int:
    """End the links of invitations; return how many were pending."""
    rows = Invitation.objects.pending().filter(pk__in=[row.pk for row in invitations])
    return rows.update(withdrawn_at=now)


def accept(invitation: Invitation, user: User, now: datetime) -> Membership:
    """Make the person a member. Raises NoInvitation if it is for somebody else, or its link ended in the meantime.

    A person who is a member already keeps their role: an invitation takes nothing away.
    """
    with transaction.atomic():
        row = Invitation.objects.select_for_update(of=("self",)).select_related("account").get(pk=invitation.pk)
        if user.email != row.email or not row.is_open(now) or not row.account.is_active:
            raise NoInvitation
        row.accepted_at = now
        row.save(update_fields=["accepted_at"])
        membership, _ = Membership.objects.get_or_create(account=row.account, user=user, defaults={"role": row.role})
        return membership


# --- The link ----------------------------------------------------------------------------------------


def link(invitation: Invitation) -> str:
    """Return the link, signed over account, role, address and time of sending: a change of any of them ends it."""
    token = _signer(invitation).sign(invitation.pk.hex)
    return settings.PUBLIC_URL + reverse("invitation", args=[token])


def find(token: str) -> Invitation | None:
    """Return the invitation of a link, in whatever state; None if the link is no invitation's, or not its latest."""
    try:
        row = Invitation.objects.select_related("account", "invited_by").get(pk=UUID(token.partition(":")[0]))
        _signer(row).unsign(token)
    except (ValueError, Invitation.DoesNotExist, signing.BadSignature):
        return None
    return row


def _signer(row: Invitation) -> signing.Signer:
    parts = (row.account_id, row.role, row.email, row.sent_at.timestamp())
    return signing.Signer(salt=" ".join(["oauth.invitation", *map(str, parts)]))
