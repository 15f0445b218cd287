"""Set up: what is still to be done before customers are asked, of the installation and of one business.

Each step is ticked by how things stand; nothing but "not to be shown any more" is stored.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from oauth.models import Account
from reviewhub.secret_settings import SECRETS
from reviews.insights.standing import Standing
from reviews.models import WorkerBeat

USUAL_COLOUR = Account._meta.get_field("colour").default


@dataclass(frozen=True)
class Step:
    """One thing to do. `also`: a second way, its words and its address, which opens beside the page."""

    name: str
    words: str
    is_done: bool
    link: str = ""
    action: str = ""
    also: tuple[str, str] | None = None


def of_installation(*, beat_at: datetime | None, now: datetime) -> list[Step]:
    """Return the operator's steps. What to set stands in the environment: no page of ours changes it."""
    operations, action = reverse("operations"), _("Send a test")
    unset = [name for name, secret in SECRETS.items() if secret.risk and getattr(settings, name) == settings.SECRET_KEY]
    return [
        Step(
            "mail",
            _("E-mail: set EMAIL_URL, or ANYMAIL_PROVIDER with its keys."),
            settings.MAIL_PROVIDER,
            f"{operations}#test",
            action,
        ),
        Step(
            "texts",
            _("Text messages: set TWILIO_ACCOUNT_SID and its companions."),
            settings.TEXT_PROVIDER,
            f"{operations}#test",
            action,
        ),
        Step(
            "worker",
            _("A worker that sends: let %(command)s run.") % {"command": "manage.py worker"},
            WorkerBeat.is_fresh(beat_at, now),
            operations,
            _("Operations"),
        ),
        Step(
            "https",
            _("https: put a proxy with a certificate in front, and set PUBLIC_URL."),
            settings.PUBLIC_URL.startswith("https://"),
        ),
        Step(
            "keys",
            _("Keys of their own: set %(names)s.") % {"names": ", ".join(unset)} if unset else _("Keys of their own."),
            not unset,
        ),
    ]


def of_business(account: Account, standing: Standing) -> list[Step]:
    """Return the steps of the business, in the order in which they are best done."""
    messages = reverse("admin:reviews_sequence_changelist")
    if standing.sequence is not None:
        messages = reverse("admin:reviews_sequence_change", args=[standing.sequence])
    return [
        Step(
            "address",
            _("Name and postal address: they stand in every mail."),
            bool(account.name and account.postal_address),
            reverse("settings-business"),
            _("Business"),
        ),
        Step(
            "page",
            _("Logo and colour of the page that customers open."),
            bool(account.logo) or account.colour != USUAL_COLOUR,
            reverse("settings-page"),
            _("Choose"),
            (_("See your page"), reverse("reviews:scan", args=[account.scan_code])),
        ),
        Step(
            "site",
            _("A review site: where customers can be heard by others."),
            standing.has_site,
            reverse("settings-sites") if standing.has_site else reverse("settings-sites-add"),
            _("Add one"),
            (_("Open it"), standing.site_url) if standing.site_url else None,
        ),
        Step(
            "answers",
            _("Where answers go: an address for replies, and who is told."),
            bool(account.reply_to),
            reverse("settings-business"),
            _("Set the address"),
            (_("Who is told"), reverse("settings-people")),
        ),
        Step(
            "message",
            _("Read the first message, and make it yours."),
            standing.has_own_words or standing.has_asked,
            messages,
            _("Read it"),
        ),
        Step("ask", _("Ask the first customer."), standing.has_asked, "#id_first_name", _("Ask")),
        Step("colleague", _("Invite a colleague."), standing.has_colleagues, reverse("settings-people"), _("Invite")),
    ]


def is_all_done(steps: list[Step]) -> bool:
    return all(step.is_done for step in steps)
