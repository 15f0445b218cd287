"""The actions on one customer: ask for a review, do not contact, allow again, erase."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from oauth.models import User
from reviewhub.backoffice.actions import Action, Elsewhere
from reviewhub.backoffice.pages import UnfoldAdminTextInputWidget
from reviewhub.refused import Refused
from reviews.admin import ask_again
from reviews.admin.inbox_return import item_of, page_of
from reviews.contacts import do_not_contact, doubts, erase
from reviews.models import Contact, InboxItem, Suppression
from reviews.models.addresses import hashes_of, show_email
from reviews.models.base import Channel


def has_way(contact: Contact) -> bool:
    return contact.erased_at is None and bool(contact.email or contact.phone)


def closed_ways(contact: Contact) -> list[Suppression]:
    """Return the suppressions in force of the contact's addresses; read once for a page and its buttons."""
    kept: list[Suppression] | None = contact.__dict__.get("_closed_ways")
    if kept is None:
        places = [(channel, contact.address(channel)) for channel in Channel if contact.address(channel)]
        hashes = [hashed for way, address in places for hashed in hashes_of(contact.account_id, way, address)]
        rows = Suppression.objects.filter(account=contact.account_id).active().filter(address_hash__in=hashes)
        kept = contact.__dict__["_closed_ways"] = list(rows.select_related("account"))
    return kept


class LeaveAloneForm(forms.Form):
    """The question before a customer is left alone, with what it ends; `item` is where the person came from."""

    item = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, contact: Contact, data: Any = None) -> None:
        self.contact = contact
        super().__init__(data)

    @property
    def back(self) -> str:
        """The page to go back to, which is the customer's without an item."""
        item = item_of(self.contact, str(self["item"].value() or ""))
        return page_of(item) if item else ""

    @property
    def sentences(self) -> list[str]:
        contact = self.contact
        shown = [show_email(contact.email), contact.phone]
        words = [_("Not written to any more: %(addresses)s.") % {"addresses": ", ".join(filter(None, shown))}]
        if count := do_not_contact.planned_for(contact):
            text = ngettext(
                "%(count)s planned message is cancelled.", "%(count)s planned messages are cancelled.", count
            )
            words.append(text % {"count": count})
        if self._is_shared():
            words.append(_("Another customer has the same number, and gets no text there either."))
        return words

    def _is_shared(self) -> bool:
        others = Contact.objects.filter(account=self.contact.account_id, phone=self.contact.phone)
        return bool(self.contact.phone) and others.exclude(pk=self.contact.pk).exists()


def _leave_alone(contact: Contact, form_data: dict[str, Any], by: User) -> str | Elsewhere:
    item = item_of(contact, form_data["item"])
    words = item.text[:300] if item else ""
    do_not_contact.leave_alone(contact=contact, by=str(by), words=words, now=timezone.now())
    done = _("%(customer)s is not contacted any more.") % {"customer": contact}
    return Elsewhere(done, page_of(item)) if item else done


class AllowForm(forms.Form):
    """The ways that may be used again, and why."""

    ways = forms.MultipleChoiceField(
        label=gettext_lazy("May be written to again"), widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    because = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=150,
        help_text=gettext_lazy("Such as: asked for it by phone on 3 March. Kept with the address."),
        widget=UnfoldAdminTextInputWidget,
    )

    def __init__(self, contact: Contact, data: Any = None) -> None:
        self.rows = {str(row.pk): row for row in closed_ways(contact)}
        super().__init__(data, initial={"ways": list(self.rows)})
        choices = [(key, f"{row.shown_address} ({_(row.get_reason_display())})") for key, row in self.rows.items()]
        self.fields["ways"].choices = choices  # type: ignore[attr-defined]

    def clean_ways(self) -> list[Suppression]:
        return [self.rows[key] for key in self.cleaned_data["ways"]]


def _allow(contact: Contact, form_data: dict[str, Any], by: User) -> str:
    because = f"{form_data['because']} ({by})"
    outcome = InboxItem.Outcome.NOT_AN_OPT_OUT
    lifted = [
        doubts.lift(suppression=row, because=because, outcome=outcome, now=timezone.now()) for row in form_data["ways"]
    ]
    if not any(lifted):
        raise Refused("contact", _("Nothing was changed: somebody was faster."))
    return _("May be written to again.")


def _erase(contact: Contact, form_data: dict[str, Any], by: User) -> str:
    erase.erase(contact=contact, by=str(by), now=timezone.now())
    return _("Erased. The addresses will not be written to again.")


CONTACT_ACTIONS: tuple[Action[Contact], ...] = (
    Action(
        name="ask_again",
        label=gettext_lazy("Ask for a review"),
        url_path="ask",
        icon="send",
        question=gettext_lazy("Ask {row} for a review?"),
        explanation=gettext_lazy(
            "The first message leaves as soon as it may. The hours in which messages may leave, opt-outs and all other "
            "rules hold as always."
        ),
        confirm=gettext_lazy("Ask for a review"),
        is_offered=has_way,
        perform=ask_again.press,
        at_once=True,
    ),
    Action(
        name="leave_alone",
        label=gettext_lazy("Do not contact"),
        url_path="do-not-contact",
        icon="cancel",
        question=gettext_lazy("Do not contact {row} any more?"),
        explanation=gettext_lazy(
            "Nothing is sent any more, by e-mail or by text. It holds until somebody allows the addresses again, with "
            "a reason."
        ),
        confirm=gettext_lazy("Do not contact"),
        is_offered=has_way,
        perform=_leave_alone,
        form=LeaveAloneForm,
    ),
    Action(
        name="allow_again",
        label=gettext_lazy("Allow again"),
        url_path="allow",
        icon="check",
        question=gettext_lazy("May {row} be written to again?"),
        explanation=gettext_lazy("Who once said no may be written to only where they said so since."),
        confirm=gettext_lazy("Allow again"),
        is_offered=lambda contact: has_way(contact) and bool(closed_ways(contact)),
        perform=_allow,
        form=AllowForm,
    ),
    Action(
        name="erase",
        label=gettext_lazy("Erase"),
        url_path="erase",
        icon="person_remove",
        question=gettext_lazy("Erase {row}?"),
        explanation=gettext_lazy(
            "Name, addresses, the texts of messages and what the customer wrote are gone for good, and what is "
            "under way is stopped. That somebody was asked, when, and with what result stays. The addresses are never "
            "written to again, also if a list that holds them is imported."
        ),
        confirm=gettext_lazy("Erase for good"),
        is_offered=lambda contact: contact.erased_at is None,
        perform=_erase,
    ),
)
