"""Contacts: the customers of an account, and pairs of them that may be the same person."""

import uuid

from django.db import models
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from oauth.models.account import validate_time_zone
from reviews.models.addresses import show_email
from reviews.models.base import AccountQuerySet, Channel


class Contact(models.Model):
    """A customer of an account, which has at most one for each e-mail address; several may share a number.

    It may have neither, once somebody else turned out to have the number (docs/rules.md T3).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, db_index=False, related_name="contacts")
    first_name = models.CharField(max_length=150, blank=True)
    last_name = models.CharField(max_length=150, blank=True)
    company_name = models.CharField(_("company"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail"), blank=True, help_text=_("In lower case."))
    phone = models.CharField(_("mobile number"), max_length=16, blank=True, help_text=_("E.164, such as +12125551234."))
    # Of parallel calls that bring a number for the first time, the constraint lets one through; the others try again,
    # and find its contact.
    shares_phone = models.BooleanField(
        default=False, db_default=False, editable=False, help_text=_("Another contact had the number before this one.")
    )
    time_zone = models.CharField(max_length=64, blank=True, validators=[validate_time_zone])
    language = models.CharField(
        max_length=35,
        blank=True,
        default="",
        db_default="",
        help_text=_("Of messages and the page; the business's if empty."),
    )
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_example = models.BooleanField(
        default=False, db_default=False, editable=False, help_text=_("Invented, to try the product: nothing is sent.")
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "email"], condition=~models.Q(email=""), name="contact_once_per_email"
            ),
            models.UniqueConstraint(
                fields=["account", "phone"],
                condition=~models.Q(phone="") & models.Q(shares_phone=False),
                name="contact_first_with_phone",
            ),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="contact_email_lower_case"),
        ]
        indexes = [
            models.Index(
                fields=["account", "phone"], condition=~models.Q(phone=""), name="contact_by_phone"
            ),  # finds all contacts with a number
            models.Index(fields=["account", "-created_at", "-id"], name="contact_newest"),
            models.Index(fields=["-created_at", "-id"], name="contact_newest_of_all"),  # the operator's list
            models.Index(fields=["account"], condition=models.Q(is_example=True), name="contact_examples"),
            # The list by name: without it, an account's customers would be sorted for each page.
            models.Index("account", Upper("last_name"), Upper("first_name"), "id", name="contact_by_name"),
        ]

    def __str__(self) -> str:
        called = self.name or self.company_name or show_email(self.email) or self.phone
        return called or (gettext("Erased contact") if self.erased_at else gettext("Customer without a name"))

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def address(self, channel: str) -> str:
        """Return the address for the channel, an e-mail address or a number; empty when the contact has none."""
        address: str = getattr(self, self.address_field(channel))
        return address

    @staticmethod
    def address_field(channel: str) -> str:
        """Return the name of the field that holds the address for the channel."""
        return "email" if channel == Channel.EMAIL else "phone"


class MergeCandidate(models.Model):
    """Two contacts that may be one person: a call named the e-mail address of one with the number of the other."""

    account = models.ForeignKey("oauth.Account", on_delete=models.CASCADE, related_name="merge_candidates")
    by_email = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    by_phone = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        constraints = [
            models.UniqueConstraint(fields=["by_email", "by_phone"], name="merge_candidate_once"),
        ]

    def __str__(self) -> str:
        return gettext("%(by_email)s and %(by_phone)s") % {"by_email": self.by_email, "by_phone": self.by_phone}
