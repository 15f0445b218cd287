"""Rendering of a delivery into the message that leaves: one function for sending, preview and test."""

from collections.abc import Collection
from email.utils import formataddr, parseaddr
from functools import cache, lru_cache
from textwrap import dedent
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_noop
from liquid import BoundTemplate, Environment, StrictUndefined
from liquid.exceptions import LiquidError

from oauth.models import Account
from reviewhub.languages import translate
from reviewhub.mailboxes import InvalidEmail, normalise_email, with_ascii_host
from reviews.delivery.channels import Message
from reviews.delivery.content.html import html_body
from reviews.models import Contact, Delivery, FollowUpStep
from reviews.models.base import Channel

# Variables that a template may use, each with an example for the editor.
VARIABLES = {
    "first_name": "Jane",
    "last_name": "Smith",
    "name": "Jane Smith",
    "company_name": "Smith Industries",
    "business_name": "Riverside Dental",
    "sender_name": "Riverside Dental",
    "link": "https://reviews.example/r/Zk3vQ9x1T0aB7c2d",
}

FOOTER = dedent("""

    --
    {name}
    {address}
    {no_more}: {leave}
    """)
NO_MORE_MAIL = gettext_noop("No more mail like this")
PLACE = "TOKEN"  # stands in a path for a message's token


class RenderError(Exception):
    """The message cannot be rendered; the text says what to mend."""


class _Environment(Environment):
    """Liquid with limits that a template cannot exceed, whoever wrote it."""

    output_stream_limit = 20_000
    loop_iteration_limit = 1_000
    local_namespace_limit = 10_000
    context_depth_limit = 10


_liquid = _Environment(undefined=StrictUndefined)


@lru_cache(maxsize=1024)
def _compiled(text: str) -> BoundTemplate:
    return _liquid.from_string(text)


def check_template(text: str, allowed: Collection[str] = VARIABLES) -> list[str]:
    """Return the problems of a template, in words for the person who wrote it; empty when it has none."""
    try:
        analysis = _compiled(text).analyze(include_partials=False)
    except LiquidError as error:
        return [f"The template cannot be read: {error.message}."]
    known_names = ", ".join(name for name in VARIABLES if name in allowed)
    problems = [
        f"There is no variable {name}. Known are: {known_names}."
        for name in sorted(map(str, analysis.globals))
        if name not in allowed
    ]
    problems += [f"There is no filter {name}." for name in sorted(analysis.filters) if name not in _liquid.filters]
    if not problems:
        try:
            _compiled(text).render(**VARIABLES)
        except LiquidError as error:
            problems.append(f"The template cannot be filled in: {error.message}.")
    return problems


def page_url(delivery: Delivery) -> str:
    """Return the URL of the recipient's page of this message."""
    return settings.PUBLIC_URL + _path("page").replace(PLACE, delivery.link_token)


def unsubscribe_url(delivery: Delivery) -> str:
    """Return the URL at which the recipient of this message opts out."""
    return settings.PUBLIC_URL + _path("page-unsubscribe").replace(PLACE, delivery.link_token)


@cache
def _path(name: str) -> str:
    # From the URLs of this app alone: those of the whole site would load all pages into a worker's memory.
    return reverse(name, urlconf="reviews.urls", args=[PLACE])


@lru_cache
def _bare(mailbox: str) -> str:
    """Return the address of the mailbox as it travels."""
    return with_ascii_host(parseaddr(mailbox)[1])


@lru_cache
def _reply_address(typed: str) -> str:
    """Return the account's reply-to address as it travels; empty where none can be made of what was once typed."""
    try:
        return normalise_email(typed) if typed else ""
    except InvalidEmail:
        return ""


def text_sender(account: Account) -> str:
    """Return the number or name that the account's texts come from; empty where a messaging service chooses one."""
    return account.text_sender or ("" if settings.TWILIO_MESSAGING_SERVICE_SID else settings.TWILIO_FROM)


def render(delivery: Delivery, step: FollowUpStep) -> Message:
    """Render the message exactly as it leaves. Reads `delivery.account` and `delivery.request.contact`.

    Raises RenderError when the template fails, or a mail would lack the postal address that the law demands (CAN-SPAM
    Act, 15 USC 7704(a)(5)).
    """
    account = delivery.account
    values = values_of(account, delivery.request.contact) | {"link": page_url(delivery)}
    if delivery.channel == Channel.SMS:
        text = " ".join(fill(step.sms_text, values).split())
        return Message(to=delivery.address, sender=text_sender(account), text=text, key=str(delivery.message_key))
    if not account.postal_address.strip():
        raise RenderError("The account has no postal address, and no mail may leave without one.")
    return _mail(delivery, fill(step.email_subject, values), fill(step.email_text, values))


def values_of(account: Account, contact: Contact) -> dict[str, str]:
    """Return the values of VARIABLES for a contact, all but the link."""
    return {
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "name": contact.name,
        "company_name": contact.company_name,
        "business_name": account.name,
        "sender_name": account.sender,
    }


def fill(text: str, values: dict[str, str]) -> str:
    """Fill in a template with values for its variables. Raises RenderError."""
    try:
        return _compiled(text).render(**values)
    except LiquidError as error:
        raise RenderError(f"The template cannot be filled in: {error.message}.") from error


def _mail(delivery: Delivery, subject: str, body: str) -> Message:
    account = delivery.account
    link, leave = page_url(delivery), unsubscribe_url(delivery)
    address = _bare(settings.DEFAULT_FROM_EMAIL)
    subject = " ".join(subject.split())
    no_more = translate(NO_MORE_MAIL, account.language)
    footer = FOOTER.format(name=account.name, address=account.postal_address.strip(), no_more=no_more, leave=leave)
    ways_out = [f"<{leave}>"]
    if settings.UNSUBSCRIBE_MAILTO:
        ways_out.append(f"<mailto:{settings.UNSUBSCRIBE_MAILTO}?subject={quote(f'unsubscribe {delivery.link_token}')}>")
    return Message(
        to=delivery.address,
        sender=formataddr((" ".join(account.sender.split()), address)),
        subject=subject,
        text=body.strip() + footer,
        html=html_body(account=account, subject=subject, text=body, link=link, leave=leave),
        reply_to=_reply_address(account.reply_to),
        key=str(delivery.message_key),
        headers={
            "Message-ID": f"<{delivery.message_key}@{address.partition('@')[2]}>",
            # RFC 8058: one press in the mail program, answered without login.
            "List-Unsubscribe": ", ".join(ways_out),
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
