"""Words of a mail to a member: what waits in the inbox, with what it takes to act.

Its subject has nothing of a customer: it shows on locked screens and in lists. The mail itself is for somebody who may
read the inbox.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext

from oauth.member_mail import stop_token
from oauth.models import Account, MemberMail, Membership
from reviewhub.languages import in_language, number
from reviewhub.mailboxes import show_email
from reviews.delivery.channels import Message
from reviews.delivery.channels.mime import address_of
from reviews.delivery.content.templates import clean
from reviews.models import InboxItem, Telling

MOST_SHOWN = 20  # items in a mail; the others are counted
LONGEST_WORDS = 1_000  # characters of one item

# Not by `reverse`, which would load all pages of the back-office into the teller's memory. A test compares them.
INBOX, ITEM = "/admin/reviews/inboxitem/", "/admin/reviews/inboxitem/{}/change/"
CHOICE, STOP = "/security/mail", "/security/mail/stop/{}"


@dataclass(frozen=True)
class Letter:
    """A mail to a member, None where nothing is left to tell, and the keys of the tellings that end with it."""

    message: Message | None
    tellings: list[int]


@dataclass(frozen=True)
class Part:
    """One item, as the mail tells it."""

    title: str
    customer: str
    words: str
    hint: str
    at: datetime
    link: str

    @property
    def quoted(self) -> str:
        """The words with a mark before each line, as mail programs quote: none passes for a word of ours."""
        return "\n".join(f"> {line}" for line in self.words.splitlines())


def write(mail: MemberMail, *, now: datetime) -> Letter:
    """Write the mail to a member about all that waits and that they were not told of yet.

    What was handled meanwhile is left out, by whomever it was; so is all of it where the member has left, or wants no
    mail any more.
    """
    membership = Membership.objects.select_related("user", "account").filter(pk=mail.membership_id).first()
    rows = Telling.objects.filter(mail=mail).select_related("item__contact", "item__event", "item__suppression")
    tellings = list(rows.order_by("item__pk", "pk"))
    items = {row.item_id: row.item for row in tellings if row.item.handled_at is None and row.item.is_worth_telling}
    keys = [row.pk for row in tellings]
    if membership is None or not items or not _wants_mail(membership):
        return Letter(None, keys)
    language = membership.user.language or membership.account.language
    with in_language(language), timezone.override(ZoneInfo(membership.account.time_zone)):
        return Letter(_message(membership, mail, sorted(items.values(), key=_urgency), language, now), keys)


def _wants_mail(membership: Membership) -> bool:
    is_there = membership.user.is_active and membership.account.is_active
    return is_there and membership.told != Membership.Tell.NEVER


def _urgency(item: InboxItem) -> tuple[int, int]:
    """Return the place of the item in a mail: fewest stars first, then the order in which they came."""
    return (item.stars or 1, item.pk)


# --- What it says ------------------------------------------------------------------------------------


def _message(membership: Membership, mail: MemberMail, items: list[InboxItem], language: str, now: datetime) -> Message:
    account = membership.account
    waiting = InboxItem.objects.for_account(account).filter(handled_at=None).count()
    subject = _subject(account, items)
    stop = settings.PUBLIC_URL + STOP.format(stop_token(membership))
    context = {
        "account": account,
        "subject": subject,
        "language": language,
        "counts": _counts(items),
        "parts": [_part(item) for item in items[:MOST_SHOWN]],
        "more": len(items[MOST_SHOWN:]),
        "waiting": waiting if waiting > len(items[:MOST_SHOWN]) else 0,
        "inbox": f"{settings.PUBLIC_URL}{INBOX}?business={account.pk}",
        "told": membership.told,
        "choice": settings.PUBLIC_URL + CHOICE,
        "stop": stop,
    }
    key = _key(mail, items)
    return Message(
        to=membership.user.email,
        sender=settings.DEFAULT_FROM_EMAIL,
        subject=subject,
        text=render_to_string("reviews/telling/mail.txt", context).strip() + "\n",
        html=render_to_string("reviews/telling/mail.html", context),
        key=key,
        headers={
            "Message-ID": f"<{key}@{_domain(settings.DEFAULT_FROM_EMAIL)}>",
            # RFC 3834: programs that answer while somebody is away do not answer this. Exchange heeds its own alone.
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def _key(mail: MemberMail, items: list[InboxItem]) -> str:
    """Return the name of the mail: a second try with the same words has the same one, another mail never has.

    A mailbox that shows each Message-ID once shows no mail twice, and hides none.
    """
    about = [(item.pk, item.stars, item.text) for item in items]
    digest = hashlib.sha256(repr((mail.membership_id, mail.sent_at, about)).encode())
    return f"inbox-{digest.hexdigest()[:32]}"


@cache
def _domain(mailbox: str) -> str:
    return address_of(mailbox).partition("@")[2]


def _subject(account: Account, items: list[InboxItem]) -> str:
    subjects = {
        InboxItem.Kind.FEEDBACK: gettext("%(business)s: a customer left feedback for you"),
        InboxItem.Kind.REPLY: gettext("%(business)s: a customer replied"),
        InboxItem.Kind.UNCLEAR_OPT_OUT: gettext("%(business)s: a customer's text waits for your decision"),
        InboxItem.Kind.BOUNCE: gettext("%(business)s: a customer's address does not exist"),
    }
    one, several = subjects[InboxItem.Kind(items[0].kind)], gettext("%(business)s: new in the inbox: %(count)s")
    words = one if len(items) == 1 else several
    return clean(words % {"business": account.name, "count": number(len(items))})


def _counts(items: list[InboxItem]) -> list[str]:
    """Return how many of each kind there are, in words; nothing for a single item."""
    if len(items) == 1:
        return []
    kinds = Counter(item.kind for item in items)
    return [f"{label}: {number(kinds[kind])}" for kind, label in InboxItem.Kind.choices if kinds[kind]]


def _part(item: InboxItem) -> Part:
    words = "\n".join(clean(line) for line in item.text.splitlines()).strip()
    return Part(
        title=_title(item),
        customer=clean(_customer(item)),
        words=words if len(words) <= LONGEST_WORDS else f"{words[:LONGEST_WORDS]}…",
        hint=_hint(item),
        at=timezone.localtime(item.created_at),
        link=settings.PUBLIC_URL + ITEM.format(item.pk),
    )


def _title(item: InboxItem) -> str:
    if item.kind == InboxItem.Kind.FEEDBACK and item.stars:
        return f"{'★' * item.stars}{'☆' * (5 - item.stars)} " + gettext("%(stars)s of 5") % {"stars": item.stars}
    if item.kind == InboxItem.Kind.BOUNCE and item.suppression is not None:
        return gettext("%(address)s does not exist") % {"address": show_email(item.suppression.address)}
    return str(InboxItem.Kind(item.kind).label)


def _customer(item: InboxItem) -> str:
    """Return who it is about; the number of a text that no customer is known for."""
    number = item.event.address if item.event is not None else ""
    return number if number and item.contact is None else item.sender


def _hint(item: InboxItem) -> str:
    """Return what the item asks of staff, where that is not plain."""
    if item.kind == InboxItem.Kind.UNCLEAR_OPT_OUT:
        return gettext(
            "Nothing is sent to that number until you have decided whether it is an opt-out. After 7 days without a "
            "decision it counts as one."
        )
    if item.kind == InboxItem.Kind.BOUNCE:
        return gettext("Correct the address there, and ask again.")
    return ""
