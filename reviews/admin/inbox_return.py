"""The way back to the item of the inbox from which somebody came to a customer."""

from django.urls import reverse

from reviews.models import Contact, InboxItem


def item_of(contact: Contact, key: str) -> InboxItem | None:
    """Return the contact's item of that key; None where it is no such key."""
    if not (key.isascii() and key.isdigit()) or int(key[:20]) >= 2**63:
        return None
    return InboxItem.objects.filter(contact=contact, pk=int(key[:20])).first()


def page_of(item: InboxItem) -> str:
    return reverse("admin:reviews_inboxitem_change", args=[item.pk])
