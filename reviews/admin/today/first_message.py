"""The first message to oneself: sent to the address that one signs in with; in the sandbox it opens on the page."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from oauth.models import Account, User
from reviews.admin.sequence_editor import TESTS_PER_HOUR, are_too_many_tests, look_at
from reviews.admin.variables import example
from reviews.delivery import send_test
from reviews.delivery.send_test import Result
from reviews.models import FollowUpStep
from reviews.models.addresses import InvalidEmail, normalise_email
from reviews.models.base import Channel


def send_to_oneself(account: Account, user: User, *, now: datetime) -> dict[str, Any]:
    """Send the account's first message to the person by mail; return what the page shows of it.

    `outcome`: what came of it, a Result; `look`: the mail and the text as they are written, in the sandbox alone.
    """
    step = (
        FollowUpStep.objects.filter(sequence__account=account, sequence__is_default=True).order_by("position").first()
    )
    if are_too_many_tests(account, now):
        words = _("At most %(number)s tests an hour: wait a little.") % {"number": TESTS_PER_HOUR}
        return {"outcome": Result(False, words)}
    try:
        address = normalise_email(user.email)
    except InvalidEmail as error:
        return {"outcome": Result(False, str(error))}
    outcome = send_test.send_test(account=account, channel=Channel.EMAIL, to=address, now=now, step=step)
    is_shown = settings.SANDBOX and outcome.accepted and step is not None
    return {
        "outcome": outcome,
        "look": look_at(step, account=account, contact=example(account)) if is_shown and step else None,
    }
