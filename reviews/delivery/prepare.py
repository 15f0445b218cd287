"""Preparing of claimed messages: what each needs is read along, then it is rendered, or settled if it may not leave."""

import logging
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

from django.conf import settings

from reviews.delivery import pauses, unsent
from reviews.delivery.channels import ChannelError
from reviews.delivery.content.answer import render_answer
from reviews.delivery.content.render import RenderError, render
from reviews.delivery.lines import Work
from reviews.delivery.unsent import about
from reviews.models import Delivery, FollowUpStep, consent
from reviews.models.base import available_channels

logger = logging.getLogger(__name__)


def take_up(claimed: list[Delivery], now: datetime) -> list[Work]:
    """Return what was claimed as work, without the messages that may not be tried again."""
    return read_along(leave_out_deadly(claimed, now))


def leave_out_deadly(claimed: list[Delivery], now: datetime) -> list[Delivery]:
    """Return the messages without those that may not be tried again after their workers' deaths; settle these.

    Nothing else is done with a message before: whatever its workers die of, it costs them no more than so many times.
    """
    left = [row for row in claimed if _may_be_tried_again(row, now)]
    for row in claimed:
        if row.is_probe and row not in left:
            pauses.pass_on(row, now=now)
    return left


def _may_be_tried_again(delivery: Delivery, now: datetime) -> bool:
    is_in_doubt = delivery.status == Delivery.Status.SENDING
    if is_in_doubt and not unsent.may_repeat(delivery, now=now):
        return False
    return not unsent.has_lapsed_too_often(delivery, now=now)


def read_along(claimed: list[Delivery]) -> list[Work]:
    """Read once for all of them what each needs: its sequence's steps, its contact's unusable channels."""
    if not claimed:
        return []
    asks = [delivery for delivery in claimed if not delivery.is_answer]
    steps: dict[int, list[FollowUpStep]] = defaultdict(list)
    sequences = {delivery.request.sequence_id for delivery in asks}
    rows = FollowUpStep.objects.filter(sequence__in=sequences).select_related("sequence").order_by("position")
    for step in rows:
        steps[step.sequence_id].append(step)
    blocked = consent.unusable_channels_of([delivery.request.contact for delivery in asks])
    return [
        Work(delivery, [], {})
        if delivery.is_answer
        else Work(delivery, steps[delivery.request.sequence_id], blocked[delivery.request.contact_id])
        for delivery in claimed
    ]


def prepare(work: Work, clock: Callable[[], datetime]) -> bool:
    """Render the message if it may leave now, as far as is known here; settle it otherwise and return False."""
    delivery, now = work.delivery, clock()
    step = next((step for step in work.steps if step.position == delivery.step), None)
    reason = ""
    if step is None and not delivery.is_answer:
        reason = "This step was removed from the sequence."
    elif delivery.channel not in available_channels():
        reason = "No provider is set up for this channel."
    elif delivery.customer.is_example and not settings.SANDBOX:
        reason = "An example: nothing is sent to it."
    elif delivery.address != delivery.customer.address(delivery.channel):
        unsent.readdress(delivery, now=now)
        return False
    elif unsent.put_off(delivery, now=now):
        return False
    else:
        try:
            work.message = render_answer(delivery) if step is None else render(delivery, step)
        except RenderError as error:
            reason = str(error)
        except MemoryError:
            reason = "To write this message takes more memory than there is for one."
        except Exception:
            logger.exception("unexpected error before sending", extra=about(delivery))
            delivery.attempts += 1
            ours = ChannelError("internal", "An error of ours; the log has it.")
            unsent.record_error(delivery, ours, steps=work.steps, now=now)
            return False
    if reason:
        unsent.give_up(delivery, reason, steps=work.steps, now=now)
    return not reason
