"""The variables of texts as people read them: chips insert them where somebody types."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from oauth.models import Account
from reviews.delivery.content.templates import VARIABLES
from reviews.models import Contact

NAMES = {
    "first_name": _("first name"),
    "last_name": _("last name"),
    "name": _("whole name"),
    "company_name": _("customer's company"),
    "business_name": _("business name"),
    "sender_name": _("sender's name"),
    "link": _("link"),
}


@dataclass(frozen=True)
class Chip:
    """A button that inserts a variable: what it reads, what it inserts, what that becomes."""

    name: str
    inserts: str
    example: str


def chips(names: Collection[str] = VARIABLES) -> list[Chip]:
    """Return the chips of these variables, in the order of VARIABLES."""
    return [
        Chip(str(NAMES[name]), f"{{{{ {name} }}}}", example) for name, example in VARIABLES.items() if name in names
    ]


def example(account: Account) -> Contact:
    """Return an invented contact, for accounts that have none yet; not saved."""
    names = {name: VARIABLES[name] for name in ("first_name", "last_name", "company_name")}
    return Contact(account=account, email="jane@example.com", phone="+12125551234", **names)
