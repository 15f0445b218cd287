"""Mail to the owners of an account."""

import logging
from collections import defaultdict
from smtplib import SMTPException
from typing import Any

from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from oauth.models import Account, Membership
from reviewhub.languages import in_language

logger = logging.getLogger(__name__)


def mail_owners(account: Account, *, template: str, context: dict[str, Any]) -> bool:
    """Mail the owners; return False if the mail did not leave and is to be tried again. Without owners, nobody is told.

    Each is written to in their own language, or else the account's: one mail for each language. The templates are
    `template` with `_subject.txt` and `.txt` behind it. The subject is without a word of a customer's, since it shows
    on locked screens and in lists.
    """
    owners = Membership.objects.filter(account=account, role=Membership.Role.OWNER, user__is_active=True)
    to_by_language: dict[str, list[str]] = defaultdict(list)
    for email, language in owners.values_list("user__email", "user__language"):
        to_by_language[language or account.language].append(email)
    mails = [_write(template, context, language, to) for language, to in to_by_language.items()]
    try:
        for mail in mails:
            mail.send()
    except (OSError, SMTPException):
        logger.warning("a mail to the owners of an account did not leave", extra={"account": str(account.pk)})
        return False
    return True


def _write(template: str, context: dict[str, Any], language: str, to: list[str]) -> EmailMessage:
    with in_language(language):
        subject = render_to_string(f"{template}_subject.txt", context)
        return EmailMessage(" ".join(subject.split()), render_to_string(f"{template}.txt", context), to=to)
