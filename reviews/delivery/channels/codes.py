"""What the codes of providers mean: one table for what they answer and for what they report later."""

import re
from datetime import timedelta
from enum import Enum

from reviews.delivery.channels.base import ChannelError


class Outcome(Enum):
    """What became of a message, or what its provider says about the address."""

    GONE = "gone"  # the address itself cannot be reached
    OPTED_OUT = "opted out"  # the recipient told the provider to stop
    PERMANENT = "permanent"  # this message is refused for good; the address may be well
    TEMPORARY = "temporary"  # another try may do
    IN_DOUBT = "in doubt"  # it may have been taken


# https://www.twilio.com/docs/api/errors
TWILIO = {
    21610: Outcome.OPTED_OUT,
    21211: Outcome.GONE,  # not a phone number
    21214: Outcome.GONE,  # cannot be reached
    21217: Outcome.GONE,  # not a phone number
    21614: Outcome.GONE,  # not a mobile number
    30003: Outcome.GONE,  # unreachable handset
    30004: Outcome.GONE,  # the recipient blocks messages
    30005: Outcome.GONE,  # unknown handset
    30006: Outcome.GONE,  # a landline
    21219: Outcome.PERMANENT,  # a trial account may not write there
    21408: Outcome.PERMANENT,  # texts to that country are not switched on
    21606: Outcome.PERMANENT,  # the sender cannot send texts
    21608: Outcome.PERMANENT,  # a trial account may not write there
    21612: Outcome.PERMANENT,  # not from this sender to that number
    30007: Outcome.PERMANENT,  # filtered by the carrier
    30008: Outcome.PERMANENT,  # the carrier gives no reason
    30032: Outcome.PERMANENT,  # the toll-free sender is not verified
    30034: Outcome.PERMANENT,  # the sender is not registered (A2P 10DLC)
    # What is wrong with our own account is no fault of the message, which waits until it is mended.
    20003: Outcome.TEMPORARY,  # wrong credentials
    20005: Outcome.TEMPORARY,  # the account is not active
    30002: Outcome.TEMPORARY,  # the account is suspended
    20429: Outcome.TEMPORARY,  # too many calls
    20503: Outcome.TEMPORARY,  # Twilio is unavailable
    30001: Outcome.TEMPORARY,  # the sender's queue is full
    30017: Outcome.TEMPORARY,  # the carrier's network is congested
    30022: Outcome.TEMPORARY,  # too many texts for the sender's registration
    30023: Outcome.TEMPORARY,  # the same, for the day
}

# RFC 3463 status codes of class 5, and RFC 7505 (5.1.10) and RFC 7372 beside it. The longest prefix counts.
ENHANCED = {
    "1": Outcome.GONE,  # addressing
    "1.7": Outcome.PERMANENT,  # the sender's address
    "1.8": Outcome.PERMANENT,  # the sender's address
    "2.1": Outcome.GONE,  # mailbox disabled
    "2": Outcome.PERMANENT,  # mailbox full, message too long
    "3": Outcome.PERMANENT,  # mail system
    "4": Outcome.PERMANENT,  # network and routing
    "4.1": Outcome.GONE,  # no such recipient, as Exchange Online says it
    "4.4": Outcome.GONE,  # the domain takes no mail
    "5": Outcome.PERMANENT,  # protocol
    "6": Outcome.PERMANENT,  # content
    "7": Outcome.PERMANENT,  # policy: the sender is refused, not the recipient
}

# RFC 5321 §4.2.3: replies to RCPT that name the mailbox itself as the reason.
MAILBOX_GONE = {550, 551, 553}

# "550 5.1.1 …", "smtp; 550-5.1.1 …", "5.1.1 (bad destination mailbox address)".
SMTP_REPLY = re.compile(r"""(?:^|[;:("']\s*)([45]\d\d)(?=[\s-]|$)""")
ENHANCED_CODE = re.compile(r"(?<![\d.])([245])\.(\d{1,3}\.\d{1,3})(?![\d.])")


def of_twilio(code: int, status: int = 400) -> Outcome:
    """What an error of Twilio's means: by its code if we know it, else by the HTTP status it came with.

    A status that is no error, and a gateway's time-out, leave the text in doubt: it may have been passed on.
    """
    if code in TWILIO:
        return TWILIO[code]
    if status == 504 or status < 400:
        return Outcome.IN_DOUBT
    return Outcome.TEMPORARY if status == 429 or status >= 500 else Outcome.PERMANENT


def of_smtp(code: int, words: str, *, recipient: bool) -> Outcome:
    """What a mail server's reply means (RFC 5321 §4.2.1); `recipient`: it answered the recipient's address.

    The enhanced code in the words (RFC 3463) is more exact than the reply code, and counts where there is one.
    """
    if not 500 <= code < 600:
        return Outcome.TEMPORARY
    found = ENHANCED_CODE.search(words)
    if found and found[1] == "5" and (exact := _enhanced(found[2])):
        return exact
    return Outcome.GONE if recipient and code in MAILBOX_GONE else Outcome.PERMANENT


def of_report(words: str) -> Outcome | None:
    """What a mail server's reply means that a provider quotes in a report; None when it quotes none."""
    if found := ENHANCED_CODE.search(words):
        if found[1] == "4":
            return Outcome.TEMPORARY
        if found[1] == "5" and (exact := _enhanced(found[2])):
            return exact
    if reply := SMTP_REPLY.search(words):
        return of_smtp(int(reply[1]), "", recipient=True)
    return None


def error(code: object, text: str, outcome: Outcome, *, retry_after: timedelta | None = None) -> ChannelError:
    """The outcome as the error that a channel raises."""
    return ChannelError(
        str(code),
        text,
        permanent=outcome is Outcome.PERMANENT,
        address_gone=outcome is Outcome.GONE,
        opted_out=outcome is Outcome.OPTED_OUT,
        in_doubt=outcome is Outcome.IN_DOUBT,
        retry_after=retry_after,
    )


def of_error(raised: ChannelError) -> Outcome:
    """The outcome that a channel's error stands for."""
    if raised.opted_out:
        return Outcome.OPTED_OUT
    if raised.address_gone:
        return Outcome.GONE
    if raised.permanent:
        return Outcome.PERMANENT
    return Outcome.IN_DOUBT if raised.in_doubt else Outcome.TEMPORARY


def _enhanced(code: str) -> Outcome | None:
    """`code` without its class: subject.detail."""
    return ENHANCED.get(code) or ENHANCED.get(code.partition(".")[0])
