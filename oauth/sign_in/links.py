"""One-time links by which a phone is signed in while the product is tried on a developer's machine.

They exist only where DEBUG is on: elsewhere none is made, and none works that was made before.
"""

import logging
from datetime import datetime

from django.conf import settings

from oauth.hashers import new_token, token_hash
from oauth.models import SignInLink, User
from oauth.models.sign_in_link import LIFETIME

logger = logging.getLogger(__name__)

PREFIX = "rhl_"


class NotForProduction(RuntimeError):
    """Refusal to make a link where DEBUG is off."""


def make_link(user: User, now: datetime) -> str:
    """Return a new token that signs the person in, once, within LIFETIME; former ones end. Raises NotForProduction."""
    if not settings.DEBUG:
        raise NotForProduction
    token = new_token(PREFIX)
    SignInLink.objects.filter(user=user).delete()
    SignInLink.objects.create(user=user, token_hash=token_hash(token), expires_at=now + LIFETIME)
    logger.warning("a sign-in link was made", extra={"user": str(user.pk)})
    return token


def find_person(token: str, now: datetime) -> User | None:
    """Return whom the link would sign in; None where it does not work. It is not used up."""
    if not settings.DEBUG:
        return None
    rows = SignInLink.objects.filter(token_hash=token_hash(token), expires_at__gt=now, user__is_active=True)
    link = rows.select_related("user").first()
    return link.user if link else None


def use_link(token: str, now: datetime) -> User | None:
    """Return whom the link signs in, and use it up: of two at the same time, one gets None."""
    person = find_person(token, now)
    if person is None or not SignInLink.objects.filter(token_hash=token_hash(token)).delete()[0]:
        return None
    logger.warning("a sign-in link was used", extra={"user": str(person.pk)})
    return person
