"""People of an account: another role for one of them, and the end of their time there.

Each change holds the account's row: of two owners who remove each other at once, the second finds itself the last one.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from oauth.api_keys import revoke_api_keys
from oauth.models import Account, ApiKey, Membership
from oauth.server import grants
from oauth.sign_in import sessions
from reviewhub.refused import Refused


@dataclass(frozen=True)
class Departure:
    """End of a membership: how many keys and tokens went with it, and whether the person was signed out everywhere."""

    keys: int
    tokens: int
    is_signed_out: bool


def owners_left_without(membership: Membership) -> int:
    """Count the account's other owners who may sign in."""
    owners = Membership.objects.filter(account=membership.account_id, role=Membership.Role.OWNER, user__is_active=True)
    return owners.exclude(pk=membership.pk).count()


@transaction.atomic
def change_role(*, membership: Membership, role: str) -> Membership:
    """Give a member another role. Raises Refused for the last owner, and for somebody who has left meanwhile."""
    row = _lock(membership)
    if row.role == role:
        return row
    if row.role == Membership.Role.OWNER and not owners_left_without(row):
        raise Refused(
            "role", _("%(person)s is the only owner. Make somebody else an owner first.") % {"person": row.user}
        )
    row.role = role
    row.save(update_fields=["role"])
    return row


@transaction.atomic
def remove_member(*, membership: Membership, now: datetime) -> Departure:
    """End a membership with its API keys and the access of apps, and the person's sessions if it was their last one.

    Raises Refused for the last owner, and for somebody who has left meanwhile. What works in other businesses stays.
    """
    row = _lock(membership)
    if row.role == Membership.Role.OWNER and not owners_left_without(row):
        raise Refused("membership", _("%(person)s is the only owner, and stays.") % {"person": row.user})
    user, account = row.user, row.account
    # They are dead without the membership, too: ended, they say so wherever they are listed.
    keys = revoke_api_keys(ApiKey.objects.live(now).filter(account=account, user=user), now)
    tokens = grants.revoke_in_account(user, account, now)
    row.delete()
    is_last = not user.is_superuser and not Membership.objects.filter(user=user, account__is_active=True).exists()
    if is_last:
        sessions.end_all(user)
    return Departure(keys, tokens, is_last)


def _lock(membership: Membership) -> Membership:
    """Return the membership as it is now, its row and its account's held until the transaction ends.

    What belongs to it is deleted with it: nobody may add to that meanwhile, such as mail that the person is to get.
    """
    Account.objects.select_for_update(no_key=True).get(pk=membership.account_id)
    rows = Membership.objects.select_for_update(of=("self",)).select_related("user", "account")
    row = rows.filter(pk=membership.pk).first()
    if row is None:
        raise Refused("membership", _("That person has left the business already."))
    return row
