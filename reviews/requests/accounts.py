"""New accounts: the business, its owner, and all that it needs to send its first request."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from oauth.models import Account, Membership, User
from reviews.models import ReviewSite
from reviews.requests.sequences import create_default_sequence
from reviews.sites.rules import check_site


@transaction.atomic
def create_account(*, name: str, owner: User, sites: dict[str, str] | None = None, **settings: Any) -> Account:
    """Create an account with its owner, the standard sequence and its review sites ({name: URL}).

    `settings` are fields of Account. Raises ValidationError when one of them is wrong.
    """
    account = Account(name=name, **settings)
    account.full_clean()
    account.save()
    Membership.objects.create(account=account, user=owner, role=Membership.Role.OWNER)
    create_default_sequence(account)
    for position, (site, url) in enumerate((sites or {}).items()):
        row = ReviewSite(account=account, name=site, url=url, position=position)
        row.full_clean()
        if refused := check_site(url, name=site).refused:
            raise ValidationError({"url": refused})
        row.save()
    return account
