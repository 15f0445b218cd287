"""Rendering of an answer: the words that a member wrote to a customer, in the form in which they leave."""

from email.utils import formataddr

from django.conf import settings

from reviews.delivery.channels import Message
from reviews.delivery.content.html import html_body
from reviews.delivery.content.render import bare_address, reply_address, text_sender
from reviews.delivery.content.templates import RenderError, clean, mark_written
from reviews.models import Delivery
from reviews.models.base import Channel
from reviews.texts import Words, first_language, texts_in

SIGNATURE = "\n\n--\n{name}\n{address}\n"


def subject_of(delivery: Delivery) -> str:
    """Return the subject of a mail that answers: "Re: " and that of the mail which the customer had, if any."""
    earlier = _mail_before(delivery)
    if earlier is not None and earlier.subject:
        return f"Re: {earlier.subject}"
    account = delivery.account
    words = Words(texts_in(_language(delivery), informal=account.is_informal), business=clean(account.name))
    return f"Re: {words.your_message}"


def render_answer(delivery: Delivery) -> Message:
    """Render the answer exactly as it leaves. Reads `delivery.account` and its customer. Raises RenderError.

    It carries neither List-Unsubscribe nor a link to opt out: these belong to mail of a list (RFC 2369, RFC 8058), and
    to messages that advertise (CAN-SPAM Act, 15 USC 7704(a)); this is one person's answer to another's own words. That
    an address is opted out holds all the same. Nor does it carry Auto-Submitted, which a mail that a person wrote
    should not have (RFC 3834 §5): a customer's absence notice goes to the account's own mailbox, which answers nothing.
    """
    account = delivery.account
    if delivery.channel == Channel.SMS:
        return Message(
            to=delivery.address, sender=text_sender(account), text=delivery.words, key=str(delivery.message_key)
        )
    if not account.postal_address.strip():
        raise RenderError("The account has no postal address, and no mail may leave without one.")
    address = bare_address(settings.DEFAULT_FROM_EMAIL)
    subject = clean(delivery.subject)
    signature = SIGNATURE.format(name=clean(account.name), address=account.postal_address.strip())
    earlier = _mail_before(delivery)
    thread = _message_id(earlier, address) if earlier is not None else ""
    words, language = mark_written(delivery.words), _language(delivery)
    html = html_body(account=account, language=language, subject=subject, marked=words, link="", leave="")
    return Message(
        to=delivery.address,
        sender=formataddr((clean(account.sender), address)),
        subject=subject,
        text=delivery.words.strip() + signature,
        html=html,
        reply_to=reply_address(account.reply_to),
        key=str(delivery.message_key),
        headers={"Message-ID": _message_id(delivery, address)}
        | ({"In-Reply-To": thread, "References": thread} if thread else {}),
    )


def _language(delivery: Delivery) -> str:
    return first_language(delivery.customer.language, delivery.account.language)


def _mail_before(delivery: Delivery) -> Delivery | None:
    """Return the latest mail to the customer's address before the answer: mail programs show them together."""
    mails = Delivery.objects.for_account(delivery.account).of_contact(delivery.customer).exclude(sent_at=None)
    mails = mails.filter(channel=Channel.EMAIL, address=delivery.address, created_at__lt=delivery.created_at)
    return mails.order_by("-sent_at", "-pk").first()


def _message_id(delivery: Delivery, address: str) -> str:
    return f"<{delivery.message_key}@{address.partition('@')[2]}>"
