"""A request that ended because of a wrong address: correct the address at the customer, and ask again."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oauth.models import User
from reviewhub.backoffice.actions import Elsewhere
from reviewhub.backoffice.pages import UnfoldAdminEmailInputWidget, UnfoldAdminTextInputWidget
from reviewhub.refused import Refused
from reviews.admin import reasons
from reviews.admin.ask_again import ask_contact, asked
from reviews.admin.normalise import EmailField, normalise
from reviews.admin.request_words import failed_way, is_address_wrong
from reviews.contacts import suppressions
from reviews.contacts.change import AddressTaken, change, holder_of_email
from reviews.models import Contact, Delivery, ReviewRequest
from reviews.models.addresses import InvalidAddress, show_email
from reviews.models.base import Channel

FIELDS = {Channel.EMAIL: "email", Channel.SMS: "phone"}


class CorrectAddressForm(forms.Form):
    """The address of the way that failed, to be written anew."""

    email = EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        widget=UnfoldAdminEmailInputWidget({"autocomplete": "off", "inputmode": "email"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Mobile number"),
        max_length=40,
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off", "type": "tel", "inputmode": "tel"}),
    )

    def __init__(self, request: ReviewRequest, data: Any = None) -> None:
        self.request = request
        rows = list(request.deliveries.all())
        self.way = failed_way(request, rows) or Channel.EMAIL
        self.wrong = wrong_addresses(rows, self.way)
        super().__init__(data, initial={FIELDS[self.way]: request.contact.address(self.way)})
        for way, name in FIELDS.items():
            if way is not self.way:
                del self.fields[name]

    @property
    def sentences(self) -> list[str]:
        """Sentence about the address that failed, and its fault."""
        address = show_email(next(iter(self.wrong), self.request.contact.address(self.way)))
        causes = [reasons.cause(row) for row in self.request.deliveries.all() if is_address_wrong(row)]
        cause = next(filter(None, causes), "") or reasons.why(self.request)
        return [f"{address}: {cause}" if address else cause]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        name = FIELDS[self.way]
        normalise(self, cleaned, self.request.account)
        address = cleaned.get(name)
        if address and address in self.wrong:
            self.add_error(name, _("Nothing arrived at this address: write the right one."))
        elif address and name == "email":
            own = self.request.contact
            if holder := holder_of_email(Contact(pk=own.pk, account_id=own.account_id, email=address)):
                words = _("%(holder)s has this address already: ask there, or merge the two.")
                self.add_error(name, words % {"holder": holder})
        return cleaned


def wrong_addresses(rows: Sequence[Delivery], way: Channel) -> list[str]:
    """Return the addresses of the way at which messages of the request did not arrive."""
    return list(dict.fromkeys(row.address for row in rows if row.channel == way and is_address_wrong(row)))


def correct_and_ask(request: ReviewRequest, form_data: dict[str, Any], by: User) -> Elsewhere:
    """Save the address at the customer, then ask again: a request of its own, under all gates.

    The two are two steps: where the second is refused, the address stays corrected, and the sentence says so. Pressed
    again, the address is there already, and an open request answers the ask.
    """
    now, contact = timezone.now(), request.contact
    values = {name: form_data[name] for name in FIELDS.values() if name in form_data}
    try:
        result = change(contact=contact, values=values, now=now)
    except (AddressTaken, InvalidAddress) as error:  # between the form's own look and this one
        raise Refused("contact", str(error)) from error
    suppressions.until_quiet(*result.left)
    try:
        return asked(ask_contact(contact, by=by, like=request, now=now), result.warnings)
    except Refused as refusal:
        words = _("The address is corrected, and nothing was sent: %(why)s")
        raise Refused("review_request", words % {"why": reasons.in_words(refusal.reason)}) from refusal
