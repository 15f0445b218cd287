"""Models: rows, constraints, the stored form of addresses."""

from reviews.models.consent import Consent
from reviews.models.contact import Contact, MergeCandidate
from reviews.models.delivery import Delivery
from reviews.models.event import SUBSCRIBABLE, Event
from reviews.models.feedback import Feedback
from reviews.models.idempotency import IdempotencyKey
from reviews.models.import_job import ImportJob, ImportRow
from reviews.models.inbox_item import InboxItem
from reviews.models.logo import Logo
from reviews.models.pause import Pause
from reviews.models.provider_event import DeliveryEvent
from reviews.models.purge import Purge
from reviews.models.request import RequestAlias, ReviewRequest
from reviews.models.restore import Restore
from reviews.models.sequence import FollowUpStep, Sequence
from reviews.models.simulation import Simulation
from reviews.models.site import ReviewSite
from reviews.models.suppression import Suppression
from reviews.models.tally import Tally
from reviews.models.telling import Telling
from reviews.models.trouble import Trouble
from reviews.models.webhook import Attempt, Endpoint, Notice
from reviews.models.worker import ChannelHealth, SenderPace, WorkerBeat

__all__ = [
    "SUBSCRIBABLE",
    "Attempt",
    "ChannelHealth",
    "Consent",
    "Contact",
    "Delivery",
    "DeliveryEvent",
    "Endpoint",
    "Event",
    "Feedback",
    "FollowUpStep",
    "IdempotencyKey",
    "ImportJob",
    "ImportRow",
    "InboxItem",
    "Logo",
    "MergeCandidate",
    "Notice",
    "Pause",
    "Purge",
    "RequestAlias",
    "Restore",
    "ReviewRequest",
    "ReviewSite",
    "SenderPace",
    "Sequence",
    "Simulation",
    "Suppression",
    "Tally",
    "Telling",
    "Trouble",
    "WorkerBeat",
]
