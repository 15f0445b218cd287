"""Inviting a colleague by mail: the link, its mail, and what becomes of it."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from oauth.models import Account, Invitation, Membership, User

MOST_PENDING = 50  # of an account: nobody writes to strangers from here without end
BETWEEN_MAILS = timedelta(minutes=5)


class NoInvitation(Exception):
    """It cannot be made, sent again or accepted; the text says why, for people."""


def check(*, account: Account, email: str) -> None:
    """Raises NoInvitation if the address cannot be invited; whether a person has it makes no difference."""
    pending = Invitation.objects.pending().filter(account=account)
    if pending.filter(email=email).exists():
        raise NoInvitation("An invitation to this address is pending: send it again, or withdraw it first.")
    if Membership.objects.filter(account=account, user__email=email).exists():
        raise NoInvitation("This person works in the account already.")
    if pending.count() >= MOST_PENDING:
        raise NoInvitation(f"{MOST_PENDING} invitations are pending: withdraw some first.")


def send(invitation: Invitation) -> None:
    """Raises what the mail's backend raises; the invitation waits then, to be sent again."""
    context = {"invitation": invitation, "link": link(invitation)}
    subject = render_to_string("oauth/mail/invitation_subject.txt", context)
    text = render_to_string("oauth/mail/invitation.txt", context)
    EmailMessage(" ".join(subject.split()), text, to=[invitation.email]).send()


def renew(invitation: Invitation, now: datetime) -> Invitation:
    """Give it seven new days, and a new link; the one before ends. Raises NoInvitation."""
    with transaction.atomic():
        row = Invitation.objects.pending().select_for_update(of=("self",)).filter(pk=invitation.pk).first()
        if row is None:
            raise NoInvitation("It was accepted or withdrawn.")
        if now - row.sent_at < BETWEEN_MAILS:
            raise NoInvitation("It was sent a moment ago: give the mail five minutes to arrive.")
        row.sent_at = now
        row.save(update_fields=["sent_at"])
    return row


def withdraw(invitations: list[Invitation], now: datetime) -> int:
    """Let their links end; returns how many were pending."""
    chosen = Invitation.objects.pending().filter(pk__in=[row.pk for row in invitations])
    return chosen.update(withdrawn_at=now)


def accept(invitation: Invitation, user: User, now: datetime) -> Membership:
    """Make the person a member. Raises NoInvitation if it is somebody else's, or its link ended in the meantime.

    Whoever is a member already keeps their role: an invitation takes nothing away.
    """
    with transaction.atomic():
        row = Invitation.objects.select_for_update(of=("self",)).select_related("account").get(pk=invitation.pk)
        if user.email != row.email or not row.is_open(now) or not row.account.is_active:
            raise NoInvitation
        row.accepted_at = now
        row.save(update_fields=["accepted_at"])
        made, _ = Membership.objects.get_or_create(account=row.account, user=user, defaults={"role": row.role})
        return made


# --- The link ----------------------------------------------------------------------------------------


def link(invitation: Invitation) -> str:
    """Signed over account, role, address and the moment of sending: a change of any of them ends it."""
    token = _signer(invitation).sign(invitation.pk.hex)
    return settings.PUBLIC_URL + reverse("invitation", args=[token])


def find(token: str) -> Invitation | None:
    """The invitation that a link belongs to, whatever became of it; None if it was never one, or not the latest."""
    try:
        row = Invitation.objects.select_related("account", "invited_by").get(pk=UUID(token.partition(":")[0]))
        _signer(row).unsign(token)
    except (ValueError, Invitation.DoesNotExist, signing.BadSignature):
        return None
    return row


def _signer(row: Invitation) -> signing.Signer:
    bound = (row.account_id, row.role, row.email, row.sent_at.timestamp())
    return signing.Signer(salt=" ".join(["oauth.invitation", *map(str, bound)]))
