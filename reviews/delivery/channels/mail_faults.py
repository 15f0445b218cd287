"""Answers of mail providers as a channel's errors, with the faults of our account that are told in words alone.

An HTTP status or an SMTP reply is too coarse for those. Each wording is a part of what the provider says, with the page
that has it or explains it.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr

from django.conf import settings

from reviews.delivery.channels import codes
from reviews.delivery.channels.base import ChannelError
from reviews.models.provider_codes import ENHANCED_CODE, Outcome


@dataclass(frozen=True)
class Wording:
    """A provider's words, as a regular expression, and the code of ours that they mean (`provider_codes.CODES`)."""

    pattern: str
    code: str
    source: str


UNCONFIRMED, TRIAL, MONEY, LOGIN = "sender", "trial", "402", "401"

# fmt: off
WORDINGS = (
    # The From is not confirmed.
    Wording(r"does not match a verified sender identity", UNCONFIRMED,  # SendGrid, 403; by SMTP 550
            "https://www.twilio.com/docs/sendgrid/for-developers/sending-email/sender-identity"),
    Wording(r"sender signature", UNCONFIRMED,  # Postmark, 422 with ErrorCode 400 or 401
            "https://postmarkapp.com/developer/api/overview#error-codes"),
    Wording(r'"message": *"domain not found', UNCONFIRMED,  # Mailgun, 404; by SMTP it may be the customer's
            "https://documentation.mailgun.com/docs/mailgun/api-reference"),
    Wording(r"domain\b.{0,300}\bis not verified", UNCONFIRMED,  # Resend, 403
            "https://resend.com/docs/api-reference/errors"),
    Wording(r"validate your sender|sender\b.{0,300}\bis (?:not valid|inactive)", UNCONFIRMED,  # Brevo, 400
            "https://developers.brevo.com/docs/how-it-works"),
    Wording(r"domain must be verified in your account", UNCONFIRMED,  # MailerSend, 422, #MS42207
            "https://developers.mailersend.com/general.html"),
    Wording(r"unconfigured sending domain", UNCONFIRMED,  # SparkPost, 400
            "https://developers.sparkpost.com/api/transmissions/"),
    # A trial: mail only to addresses that the provider knows.
    Wording(r"pending approval", TRIAL,  # Postmark, 422 with ErrorCode 412
            "https://postmarkapp.com/developer/api/overview#error-codes"),
    Wording(r"authorized recipients", TRIAL,  # Mailgun, 403
            "https://help.mailgun.com/hc/en-us/articles/217531258-Authorized-Recipients"),
    Wording(r"only send testing emails to your own", TRIAL,  # Resend, 403
            "https://resend.com/docs/api-reference/errors"),
    Wording(r"trial accounts? can only send", TRIAL,  # MailerSend, 422, #MS42225
            "https://developers.mailersend.com/general.html"),
    # The money, or the account itself.
    Wording(r"(?:ran|run) out of credits|maximum credits exceeded|not[_ ]enough[_ ]credits", MONEY,  # several
            "https://postmarkapp.com/developer/api/overview#error-codes"),
    Wording(r"smtp account is not yet activated", LOGIN,  # Brevo, 403; by SMTP 502
            "https://developers.brevo.com/docs/how-it-works"),
    Wording(r"\bInvalid_Key\b", LOGIN,  # Mandrill, 500
            "https://mailchimp.com/developer/transactional/docs/error-glossary/"),
)
# fmt: on

# Amazon SES names whoever it does not know: our From, or in its sandbox the customer.
SES_UNVERIFIED = re.compile(r"identities failed the check in region [\w-]+: (.+)", re.IGNORECASE | re.DOTALL)


def find(words: str) -> str | None:
    """Return our code for the provider's words, or None."""
    if unverified := SES_UNVERIFIED.search(words):
        names = unverified[1].lower()
        sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
        ours = {sender.lower(), sender.rpartition("@")[2].lower()} & set(re.split(r"[\s,\"'}]+", names))
        return UNCONFIRMED if ours else TRIAL
    for wording in WORDINGS:
        if re.search(wording.pattern, words, re.IGNORECASE):
            return wording.code
    return None


def smtp_error(
    code: int, words: str, *, recipient: bool = False, login: bool = False, untried: bool = False
) -> ChannelError:
    """Return a mail server's reply as the error that a channel raises; `login`: it refused our login."""
    outcome = codes.of_smtp(code, words, recipient=recipient)
    name = str(code)
    if not 500 <= code < 600 or name in codes.LOGIN_REPLIES:
        return codes.error(name, words, outcome, untried=untried)
    if told := "535" if login else find(words):
        return codes.error(told, words, Outcome.HELD, untried=untried)
    if outcome is Outcome.HELD and (exact := ENHANCED_CODE.search(words)):
        name = exact[0]  # it, and not the reply, has the words for staff
    return codes.error(name, words, outcome, untried=untried)


def http_error(status: int, words: str, *, retry_after: timedelta | None = None) -> ChannelError:
    """Return a mail provider's answer as the error that a channel raises.

    A gateway's time-out is no doubt that has to be waited for: a mail goes out again under the same Message-ID.
    """
    if status != 429 and (told := find(words)):
        return codes.error(told, words, Outcome.HELD, retry_after=retry_after)
    outcome = codes.of_status(status)
    if outcome is Outcome.IN_DOUBT:
        outcome = Outcome.TEMPORARY if status >= 500 else Outcome.PERMANENT
    return codes.error(status, words, outcome, retry_after=retry_after)
