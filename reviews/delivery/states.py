"""The states of a message: the move of one row, as the model's table allows it.

Two other modules move messages by the same table: `reviews.requests.planned_messages`, in bulk, those that no
worker is sending, and `reviews.delivery.advance`, in the one statement that also moves the request.
"""

from datetime import datetime

from reviews.inbox import items
from reviews.models import Delivery, Event
from reviews.webhooks import events

# States in which an answer has not arrived, and will not by itself.
LOST = (Delivery.Status.CANCELLED, Delivery.Status.BOUNCED, Delivery.Status.FAILED)


def move(delivery: Delivery, to: Delivery.Status, *, by: Delivery.Mover, now: datetime, **columns: object) -> bool:
    """Move the message if its state in the database allows it, and record the event; False when it does not.

    Of an answer, other programs are told nothing; what it answers waits again when it does not arrive. A worker moves
    only what it holds the claim of. `columns`: what else is written to the row. Runs inside the transaction of what
    follows from the move; plans nothing.
    """
    before = delivery.status
    if not change(delivery, to, by=by, **columns):
        return False
    if delivery.is_answer:
        if to in LOST:
            items.wait_again(delivery)
        return True
    events.record(*(events.of_message(delivery, type_, now) for type_ in _event_types(before, to)))
    return True


def change(delivery: Delivery, to: Delivery.Status, *, by: Delivery.Mover, **columns: object) -> bool:
    """Move the message without an event, for a caller that records several at once.

    Nobody holds the row afterwards; the object keeps its claim, so that a statement that is run again finds the row.
    """
    rows = Delivery.objects.filter(pk=delivery.pk, status__in=Delivery.MOVES[by][to])
    if by is Delivery.Mover.WORKER:
        rows = rows.filter(claim=delivery.claim, claim__isnull=False)
    if not rows.update(status=to, claim=None, **columns):
        return False
    delivery.status = to
    for name, value in columns.items():
        setattr(delivery, name, value)
    return True


def _event_types(before: str, to: Delivery.Status) -> list[Event.Type]:
    types = [events.TYPE_OF_STATUS[to]] if to in events.TYPE_OF_STATUS else []
    if before == Delivery.Status.UNKNOWN and to == Delivery.Status.DELIVERED:
        types.insert(0, Event.Type.MESSAGE_SENT)  # a message that arrived has left
    return types
