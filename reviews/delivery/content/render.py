"""Rendering of a delivery into the message that leaves: one function for sending, preview and test."""

from email.utils import formataddr, parseaddr
from functools import cache, lru_cache
from textwrap import dedent
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse

from oauth.models import Account
from reviewhub.mailboxes import InvalidEmail, normalise_email, with_ascii_host
from reviews.delivery.channels import Message
from reviews.delivery.content.html import html_body
from reviews.delivery.content.templates import RenderError, clean, fill, fill_marked, plain
from reviews.delivery.content.way_out import replace_stop, takes_replies
from reviews.models import Contact, Delivery, FollowUpStep
from reviews.models.base import Channel
from reviews.texts import Texts, Words, texts_in

FOOTER = dedent("""

    --
    {name}
    {address}
    {no_more}: {leave}
    """)
PLACE = "TOKEN"  # stands in a path for a message's token


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
def bare_address(mailbox: str) -> str:
    """Return the address of the mailbox as it travels."""
    return with_ascii_host(parseaddr(mailbox)[1])


@lru_cache
def reply_address(typed: str) -> str:
    """Return the account's reply-to address as it travels; empty where none can be made of what was once typed."""
    try:
        return normalise_email(typed) if typed else ""
    except InvalidEmail:
        return ""


def text_sender(account: Account) -> str:
    """Return the number or name that the account's texts come from; empty where a messaging service chooses one."""
    return account.text_sender or ("" if settings.TWILIO_MESSAGING_SERVICE_SID else settings.TWILIO_FROM)


def render(delivery: Delivery, step: FollowUpStep) -> Message:
    """Render the message exactly as it leaves: in the customer's language, else the account's, as the step has texts.

    A message speaks one language, also where none of the step's texts stand. Reads `delivery.account`,
    `delivery.request.contact` and `step.sequence`.
    Raises RenderError when the template fails, or a mail would lack the postal address that the law demands (CAN-SPAM
    Act, 15 USC 7704(a)(5)).
    """
    account, request = delivery.account, delivery.request
    values = values_of(account, request.contact) | {"link": page_url(delivery)}
    language, written = step.written_in(request.spoken(account), account.language)
    texts = texts_in(language, informal=account.is_informal)
    if delivery.channel == Channel.SMS:
        return _text(delivery, step, " ".join(fill(written.sms_text, values).split()), texts)
    if not account.postal_address.strip():
        raise RenderError("The account has no postal address, and no mail may leave without one.")
    subject, body = fill(written.email_subject, values), fill_marked(written.email_text, values)
    return _mail(delivery, subject, body, language, texts)


def values_of(account: Account, contact: Contact) -> dict[str, str]:
    """Return the values of VARIABLES for a contact, all but the link."""
    return {
        "first_name": clean(contact.first_name),
        "last_name": clean(contact.last_name),
        "name": clean(contact.name),
        "company_name": clean(contact.company_name),
        "business_name": clean(account.name),
        "sender_name": clean(account.sender),
    }


def _text(delivery: Delivery, step: FollowUpStep, text: str, texts: Texts) -> Message:
    sender = text_sender(delivery.account)
    if not takes_replies(sender):
        way_out = Words(texts, link=unsubscribe_url(delivery)).no_more_texts
        text = replace_stop(text, way_out=way_out, is_needed=step.position == 0)
    return Message(to=delivery.address, sender=sender, text=text, key=str(delivery.message_key))


def _mail(delivery: Delivery, subject: str, body: str, language: str, texts: Texts) -> Message:
    account = delivery.account
    link, leave = page_url(delivery), unsubscribe_url(delivery)
    address = bare_address(settings.DEFAULT_FROM_EMAIL)
    subject = clean(subject)
    body = body.replace("\r\n", "\n")
    footer = FOOTER.format(
        name=clean(account.name), address=account.postal_address.strip(), no_more=texts.no_more_mail, leave=leave
    )
    ways_out = [f"<{leave}>"]
    if settings.UNSUBSCRIBE_MAILTO:
        ways_out.append(f"<mailto:{settings.UNSUBSCRIBE_MAILTO}?subject={quote(f'unsubscribe {delivery.link_token}')}>")
    return Message(
        to=delivery.address,
        sender=formataddr((clean(account.sender), address)),
        subject=subject,
        text=plain(body).strip() + footer,
        html=html_body(account=account, language=language, subject=subject, marked=body, link=link, leave=leave),
        reply_to=reply_address(account.reply_to),
        key=str(delivery.message_key),
        headers={
            "Message-ID": f"<{delivery.message_key}@{address.partition('@')[2]}>",
            # RFC 8058: one press in the mail program, answered without login.
            "List-Unsubscribe": ", ".join(ways_out),
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
