"""Telling staff by mail of what waits for them. A task sends it, so that no customer's text waits for a mail server."""

from django.conf import settings
from django.urls import reverse

from oauth.owners import mail_owners
from reviews.models import InboxItem

AT_ONCE = 100  # items


def tell_owners() -> int:
    """Mail the owners of accounts about texts that are perhaps opt-outs; return the number of items told of.

    A mail that does not leave is tried again with the next call.
    """
    told = 0
    waiting = InboxItem.objects.filter(tell_owners=True).select_related("account").order_by("pk")
    for item in waiting[:AT_ONCE]:
        address = settings.PUBLIC_URL + reverse("admin:reviews_inboxitem_change", args=[item.pk])
        context = {"item": item, "address": address}
        if mail_owners(item.account, template="reviews/mail/unclear_opt_out", context=context):
            told += InboxItem.objects.filter(pk=item.pk).update(tell_owners=False)
    return told
