"""Outcomes of what providers answer and report, by the table of codes (`reviews.models.provider_codes`)."""

import re
from datetime import timedelta

from reviews.delivery.channels.base import ChannelError
from reviews.models.provider_codes import ENHANCED_CODE, Outcome, Stops, find

# "550 5.1.1 …", "smtp; 550-5.1.1 …".
SMTP_REPLY = re.compile(r"""(?:^|[;:("']\s*)([45]\d\d)(?=[\s-]|$)""")

# The HTTP statuses with a row; other rows with three digits are a mail server's reply, which has another meaning.
HTTP_STATUSES = (401, 402, 403, 408, 422, 429, 500, 502, 503, 504)

# A mail server's replies about our login (RFC 4954 §6). Their enhanced codes are general ones.
LOGIN_REPLIES = ("530", "534", "535")


def of_status(status: int) -> Outcome:
    """Return the outcome of an HTTP status alone. One that is no error leaves the message in doubt."""
    if status in HTTP_STATUSES and (row := find(str(status))):
        return row.outcome
    if status < 400:
        return Outcome.IN_DOUBT
    return Outcome.TEMPORARY if status >= 500 else Outcome.PERMANENT


def of_twilio(code: int, status: int = 400) -> Outcome:
    """Return the outcome of an error of Twilio's: by its code if that is known, else by its HTTP status.

    A status that is no error, and a gateway's time-out, leave the text in doubt: it may have been passed on.
    """
    if code > 999 and (row := find(str(code))):  # without a code of its own, an error comes under its status
        return row.outcome
    return of_status(status)


def of_smtp(code: int, words: str, *, recipient: bool) -> Outcome:
    """Return the outcome of a mail server's reply (RFC 5321 §4.2.1); `recipient`: it answers the recipient's address.

    The enhanced code in the words (RFC 3463) is more exact than the reply code, and counts where there is one; but for
    replies about our login, which have only general ones.
    """
    if not 500 <= code < 600:
        return Outcome.TEMPORARY
    if str(code) in LOGIN_REPLIES:
        return Outcome.HELD
    enhanced = ENHANCED_CODE.search(words)
    if enhanced and enhanced[1] == "5" and (exact := find(enhanced[0])):
        return exact.outcome
    # Of the other rows with three digits, some are an HTTP status, which has another meaning.
    row = find(str(code))
    return Outcome.GONE if recipient and row and row.outcome is Outcome.GONE else Outcome.PERMANENT


def of_report(words: str) -> Outcome | None:
    """Return the outcome of a mail server's reply that a provider quotes in a report; None when it quotes none."""
    if (enhanced := ENHANCED_CODE.search(words)) and (row := find(enhanced[0])):
        # One receiving server's word about our sender: its provider, who took the mail, would have said so itself.
        return Outcome.PERMANENT if row.outcome is Outcome.HELD else row.outcome
    if reply := SMTP_REPLY.search(words):
        outcome = of_smtp(int(reply[1]), "", recipient=True)
        return Outcome.PERMANENT if outcome is Outcome.HELD else outcome
    return None


def error(
    code: object, text: str, outcome: Outcome, *, untried: bool = False, retry_after: timedelta | None = None
) -> ChannelError:
    """Return the outcome as the error that a channel raises."""
    row = find(str(code))
    return ChannelError(
        str(code),
        text,
        permanent=outcome is Outcome.PERMANENT,
        address_gone=outcome is Outcome.GONE,
        opted_out=outcome is Outcome.OPTED_OUT,
        in_doubt=outcome is Outcome.IN_DOUBT,
        stops=(row and row.stops) or Stops.MESSAGE if outcome is Outcome.HELD else None,
        untried=untried,
        retry_after=retry_after,
    )


def of_error(channel_error: ChannelError) -> Outcome:
    """Return the outcome that a channel's error stands for."""
    if channel_error.stops:
        return Outcome.HELD
    if channel_error.opted_out:
        return Outcome.OPTED_OUT
    if channel_error.address_gone:
        return Outcome.GONE
    if channel_error.permanent:
        return Outcome.PERMANENT
    return Outcome.IN_DOUBT if channel_error.in_doubt else Outcome.TEMPORARY
