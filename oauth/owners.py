"""Mail to the owners of an account."""

import logging
from smtplib import SMTPException

from django.core.mail import EmailMessage

from oauth.models import Account, Membership

logger = logging.getLogger(__name__)


def mail_owners(account: Account, *, subject: str, text: str) -> bool:
    """Mail the owners; return False if the mail did not leave and is to be tried again. Without owners, nobody is told.

    `subject`: without a word of a customer's, since it shows on locked screens and in lists.
    """
    owners = Membership.objects.filter(account=account, role=Membership.Role.OWNER, user__is_active=True)
    to = list(owners.values_list("user__email", flat=True))
    if not to:
        return True
    try:
        EmailMessage(" ".join(subject.split()), text, to=to).send()
    except (OSError, SMTPException):
        logger.warning("a mail to the owners of an account did not leave", extra={"account": str(account.pk)})
        return False
    return True
