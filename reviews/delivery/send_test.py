"""Test messages: whether a provider works is only known once it has sent something."""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext

from oauth.models import Account
from reviewhub.sentences import said
from reviews.delivery.channels import ChannelError, Unfinished, get_channel
from reviews.delivery.content.render import render
from reviews.delivery.content.templates import VARIABLES, RenderError
from reviews.models import Contact, FollowUpStep, ReviewRequest
from reviews.models.base import Channel, available_channels
from reviews.models.provider_codes import explain
from reviews.models.suppression import blocks_of
from reviews.requests.plan import new_delivery
from reviews.requests.schedule import slots

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Result:
    """The result of a test message. `text` is for the person who sent it; `answer` is the provider's own words."""

    accepted: bool
    text: str
    answer: str = ""


def send_test(
    *, account: Account, channel: Channel, to: str, now: datetime, step: FollowUpStep | None = None
) -> Result:
    """Send the message of the step as its example customer would get it; without a step, the account's first message.

    `to`: an address in its stored form; one that opted out, perhaps, gets none. Leaves no row behind: no link in it
    works, and no statistics count it.
    """
    if channel not in available_channels():
        return Result(
            False, gettext("No provider is set up for this channel: %(channel)s.") % {"channel": channel.label}
        )
    step = step or _first_step(account)
    if step is None:
        return Result(
            False, gettext("%(business)s has no standard sequence to take the text from.") % {"business": account}
        )
    contact = Contact(
        account=account,
        first_name=VARIABLES["first_name"],
        last_name=VARIABLES["last_name"],
        company_name=VARIABLES["company_name"],
        **{Contact.address_field(channel): to},
    )
    blocks = blocks_of([contact])[contact.pk]
    if blocked := (blocks.blocked | blocks.in_doubt).get(channel):
        words = gettext("%(business)s must not write to this address: %(reason)s.")
        return Result(False, words % {"business": account, "reason": said(blocked.lower())})
    request = ReviewRequest(account=account, contact=contact)
    slot = slots.Slot(now, slots.recipient_zone(account=account, contact=contact, channel=channel))
    try:
        message = render(new_delivery(request, step.position, channel, slot, now), step)
    except RenderError as error:
        return Result(False, str(error))
    sender = get_channel(channel)
    try:
        sender.connect()
        try:
            accepted = sender.send(message)
        except Unfinished as unfinished:
            accepted = unfinished.finish(settings.EMAIL_TIMEOUT)  # somebody waits for the page
    except ChannelError as error:
        return Result(False, _explanation(error), f"{error.code}: {error.text}")
    except Exception as error:
        logger.exception("unexpected error in a test message", extra={"channel": channel.value})
        return Result(
            False, gettext("An error of ReviewHub itself; the log has it: %(error)s.") % {"error": type(error).__name__}
        )
    finally:
        sender.close()
    if accepted.sandbox:
        return Result(True, gettext("No provider is set up at all: the message went to the sandbox and nowhere else."))
    text = gettext("The provider accepted it. Whether it arrives, the mailbox or phone shows.")
    return Result(True, text, accepted.provider_id)


def _first_step(account: Account) -> FollowUpStep | None:
    steps = FollowUpStep.objects.filter(sequence__account=account, sequence__is_default=True)
    return steps.select_related("sequence").order_by("position").first()


def _explanation(error: ChannelError) -> str:
    words = explain(error.code)
    if error.in_doubt:
        return gettext("It may have left all the same. %(why)s") % {"why": words}
    if error.permanent:
        return gettext("It was refused, and would be again. %(why)s") % {"why": words}
    return gettext("It did not leave this time; a real message would be tried again. %(why)s") % {"why": words}
