"""Provider codes: one table of their outcome, their words for staff and callers, and whose fault they are.

It serves what a provider answers at once, what it reports later, and all who are shown a message's `error_code`.
"""

import re
from dataclasses import dataclass
from enum import Enum

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _


class Stops(Enum):
    """What waits until a fault of our account with the provider is mended."""

    CHANNEL = "channel"  # the login, the money: nothing can leave
    SENDER = "sender"  # the number, name or address that messages come from
    MESSAGE = "message"  # this message alone: its country, or its number at a trial account


class Need(Enum):
    """What our account with a provider lacks, in the words of an account's people, who can mend nothing there."""

    LOGIN = _("the provider refuses this installation's login")
    MONEY = _("this installation's account with the provider is closed, most often for lack of money")
    SENDER = _("the provider does not accept the sender")
    LEAVE = _("the provider does not let this installation write to such an address yet")
    QUOTA = _("this installation has sent all that the provider allows in a day")


class Outcome(Enum):
    """Consequence of a code for the message, or for its address."""

    GONE = "gone"  # the address itself cannot be reached
    OPTED_OUT = "opted out"  # the recipient told the provider to stop
    PERMANENT = "permanent"  # this message is refused for good; the address may be well
    TEMPORARY = "temporary"  # another try may do
    IN_DOUBT = "in doubt"  # it may have been taken
    HELD = "held"  # it waits, unspent, until our account with the provider is mended


class Fault(Enum):
    """Side on which something has to change before such a message arrives."""

    RECIPIENT = "recipient"  # the address or mailbox, or the customer's own will
    MESSAGE = "message"  # this message, to this address, from this sender
    ACCOUNT = "account"  # our account with the provider: login, money, registration, sender
    TEMPORARY = "temporary"  # nothing: the provider or the network recovers by itself


@dataclass(frozen=True)
class Code:
    """One code, as a delivery's `error_code` holds it. `words` are for staff, who know neither SMTP nor Twilio.

    Twilio's codes have five digits or more; three digits are a mail server's reply or an HTTP status. "5.1" stands
    for every 5.1.x that has no row of its own, "4" for every 4.x.x (RFC 3463). `stops`: what waits with the message,
    where the fault is our account's; `need`: what is missing there. `for_operator`: words for who can mend it.
    `is_final`: the same message to the same address is refused each time.
    """

    code: str
    outcome: Outcome
    words: str
    whose_fault: Fault
    stops: Stops | None = None
    need: Need | None = None
    for_operator: str = ""
    is_final: bool = False

    @property
    def may_pass(self) -> bool:
        """Whether another try can help, once what the words ask for is done."""
        return not self.is_final and self.outcome not in (Outcome.GONE, Outcome.OPTED_OUT)


# A row is two lines, three where its words are long; the formatter would make it six.
# fmt: off
CODES = (
    # Text messages: https://www.twilio.com/docs/api/errors
    Code("21610", Outcome.OPTED_OUT,
         _("The customer replied STOP to this sender. Only they can lift that, by replying START."), Fault.RECIPIENT),
    Code("21211", Outcome.GONE,
         _("The number is not one that can be called. Ask the customer for the right one."), Fault.RECIPIENT),
    Code("21214", Outcome.GONE,
         _("The number cannot be reached. Check it with the customer."), Fault.RECIPIENT),
    Code("21217", Outcome.GONE,
         _("The number does not look like a phone number: look for a typing error."), Fault.RECIPIENT),
    Code("21614", Outcome.GONE,
         _("The number is not a mobile number. Ask the customer for one, or for an e-mail address."), Fault.RECIPIENT),
    Code("30003", Outcome.GONE,
         _("The phone was switched off or out of reach. Check the number with the customer."), Fault.RECIPIENT),
    Code("30004", Outcome.GONE,
         _("The carrier or the customer blocks texts from this sender. Try e-mail."), Fault.RECIPIENT),
    Code("30005", Outcome.GONE,
         _("The number does not exist any more. Ask the customer for the new one."), Fault.RECIPIENT),
    Code("30006", Outcome.GONE,
         _("The number is a landline, or its carrier takes no texts. "
         "Ask the customer for a mobile number."), Fault.RECIPIENT),
    Code("21612", Outcome.PERMANENT,
         _("The sender cannot reach that number. Try e-mail."), Fault.MESSAGE, is_final=True),
    Code("21617", Outcome.PERMANENT,
         _("The text is longer than 1,600 characters. Shorten it in the sequence."), Fault.MESSAGE),
    Code("30007", Outcome.PERMANENT,
         _("The carrier filtered the text as spam. Change its wording."), Fault.MESSAGE),
    Code("30008", Outcome.PERMANENT,
         _("The carrier gave no reason. If it happens again, check the number with the customer."), Fault.MESSAGE),
    Code("20404", Outcome.HELD,
         _("Twilio knows no such account or service. Ask the operator to check the TWILIO_ settings."),
         Fault.ACCOUNT, Stops.CHANNEL, need=Need.LOGIN,
         for_operator=_("Twilio knows no such account or service: check the TWILIO_ settings.")),
    Code("21212", Outcome.HELD,
         _("The sender is not one of your Twilio numbers. "
         "Ask the operator to check TWILIO_FROM and the account's sender."), Fault.ACCOUNT, Stops.SENDER,
         need=Need.SENDER,
         for_operator=_("The sender is not one of your Twilio numbers: check TWILIO_FROM and the account's sender.")),
    Code("21219", Outcome.HELD,
         _("A Twilio trial account reaches only numbers verified at Twilio. "
         "Ask the operator to upgrade it, or to verify this number there."), Fault.ACCOUNT, Stops.MESSAGE,
         need=Need.LEAVE,
         for_operator=_("A Twilio trial account reaches only numbers verified at Twilio: upgrade it.")),
    Code("21408", Outcome.HELD,
         _("Your Twilio account may not send to that country. "
         "Ask the operator to allow it in Twilio's console."), Fault.ACCOUNT, Stops.MESSAGE, need=Need.LEAVE,
         for_operator=_("Your Twilio account may not send to that country: allow it in Twilio's console.")),
    Code("21606", Outcome.HELD,
         _("The sender cannot send texts. "
         "Ask the operator to check TWILIO_FROM and the account's sender."), Fault.ACCOUNT, Stops.SENDER,
         need=Need.SENDER,
         for_operator=_("The sender cannot send texts: check TWILIO_FROM and the account's sender.")),
    Code("21608", Outcome.HELD,
         _("A Twilio account on trial, or without an approved business profile, texts only numbers verified at Twilio. "
         "Ask the operator to upgrade it, or to verify this number there."), Fault.ACCOUNT, Stops.MESSAGE,
         need=Need.LEAVE,
         for_operator=_("This Twilio account texts only numbers verified at Twilio: upgrade it, or have it approved.")),
    Code("21660", Outcome.HELD,
         _("The sender belongs to another Twilio account. "
         "Ask the operator to check TWILIO_FROM and the account's sender."), Fault.ACCOUNT, Stops.SENDER,
         need=Need.SENDER,
         for_operator=_("The sender belongs to another Twilio account: check TWILIO_FROM and the account's sender.")),
    Code("21704", Outcome.HELD,
         _("Twilio's messaging service has no number to send from. "
         "Ask the operator to add one in Twilio's console."), Fault.ACCOUNT, Stops.SENDER, need=Need.SENDER,
         for_operator=_("Twilio's messaging service has no number to send from: add one in Twilio's console.")),
    Code("21659", Outcome.HELD,
         _("The sender is not a Twilio number, or a short code of another country. "
         "Ask the operator to check TWILIO_FROM and the account's sender."), Fault.ACCOUNT, Stops.SENDER,
         need=Need.SENDER,
         for_operator=_("The sender is not a Twilio number, or a short code of another country: check TWILIO_FROM and "
         "the account's sender.")),
    Code("30032", Outcome.HELD,
         _("The toll-free sender is not verified. "
         "Ask the operator to have it verified in Twilio's console."), Fault.ACCOUNT, Stops.SENDER, need=Need.SENDER,
         for_operator=_("The toll-free sender is not verified: have it verified in Twilio's console.")),
    Code("30034", Outcome.HELD,
         _("The sender is not registered for business texts in the USA (A2P 10DLC). "
         "Ask the operator to register it in Twilio's console."), Fault.ACCOUNT, Stops.SENDER, need=Need.SENDER,
         for_operator=_("The sender is not registered for business texts in the USA (A2P 10DLC): register it there.")),
    # The login or the account itself: no fault of the message, which waits until it is mended.
    Code("20003", Outcome.HELD,
         _("Twilio refused the login. "
         "Ask the operator to check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN."), Fault.ACCOUNT, Stops.CHANNEL,
         need=Need.LOGIN,
         for_operator=_("Twilio refused the login: check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.")),
    Code("20005", Outcome.HELD,
         _("Your Twilio account is not active, most often for lack of money. "
         "Ask the operator to look in Twilio's console."), Fault.ACCOUNT, Stops.CHANNEL, need=Need.MONEY,
         for_operator=_("Your Twilio account is not active, most often for lack of money: look in Twilio's console.")),
    Code("30002", Outcome.HELD,
         _("Your Twilio account is suspended. Ask the operator to look in Twilio's console."),
         Fault.ACCOUNT, Stops.CHANNEL, need=Need.MONEY,
         for_operator=_("Your Twilio account is suspended: look in Twilio's console.")),
    Code("63038", Outcome.HELD,
         _("Your Twilio account has sent all the messages that it may send in a day. "
         "Ask the operator to have the limit raised."), Fault.ACCOUNT, Stops.MESSAGE, need=Need.QUOTA,
         for_operator=_("Your Twilio account has sent all that it may send in a day: have the limit raised.")),
    Code("20429", Outcome.TEMPORARY,
         _("Twilio was asked too often; ReviewHub waits as long as it says."), Fault.TEMPORARY),
    Code("20503", Outcome.TEMPORARY,
         _("Twilio was out of order. Try again later."), Fault.TEMPORARY),
    Code("30001", Outcome.TEMPORARY,
         _("Twilio's queue was full. Try again later."), Fault.TEMPORARY),
    Code("30017", Outcome.TEMPORARY,
         _("The carrier's network was too busy. Try again later."), Fault.TEMPORARY),
    Code("30022", Outcome.TEMPORARY,
         _("More texts left at once than the sender's registration in the USA allows. Try again later."),
         Fault.TEMPORARY),
    Code("30023", Outcome.TEMPORARY,
         _("The sender's registration in the USA allows no more texts that day. Try again tomorrow."), Fault.TEMPORARY),
    # A mail server's reply (RFC 5321 §4.2.3, RFC 4954 §6). GONE only as a reply to the recipient's address.
    Code("421", Outcome.TEMPORARY,
         _("The mail server was closing down or too busy. It was tried again."), Fault.TEMPORARY),
    Code("450", Outcome.TEMPORARY,
         _("The mailbox was busy, or the receiving server puts new senders off (greylisting). "
         "Try again later."), Fault.TEMPORARY),
    Code("451", Outcome.TEMPORARY,
         _("The receiving server had an error of its own, or puts new senders off (greylisting). "
         "Try again later."), Fault.TEMPORARY),
    Code("452", Outcome.TEMPORARY,
         _("The mailbox or the receiving server was full. Try again later."), Fault.TEMPORARY),
    Code("454", Outcome.TEMPORARY,
         _("The mail server could not check the login just then. Try again later."), Fault.TEMPORARY),
    Code("501", Outcome.PERMANENT,
         _("The mail server could not read an address: look for a typing error."), Fault.RECIPIENT, is_final=True),
    Code("530", Outcome.HELD,
         _("The mail server wants a login. Ask the operator to set user and password in EMAIL_URL."),
         Fault.ACCOUNT, Stops.CHANNEL, need=Need.LOGIN,
         for_operator=_("The mail server wants a login: set user and password in EMAIL_URL.")),
    Code("534", Outcome.HELD,
         _("The mail server wants another kind of login, as a rule a password for apps. "
         "Ask the operator to check user and password in EMAIL_URL."), Fault.ACCOUNT, Stops.CHANNEL, need=Need.LOGIN,
         for_operator=_("The mail server wants another kind of login, often a password for apps: check EMAIL_URL.")),
    Code("535", Outcome.HELD,
         _("The mail server refused the login. Ask the operator to check user and password in EMAIL_URL."),
         Fault.ACCOUNT, Stops.CHANNEL, need=Need.LOGIN,
         for_operator=_("The mail server refused the login: check user and password in EMAIL_URL.")),
    Code("550", Outcome.GONE,
         _("The mailbox does not exist, or the receiving server refuses mail from this sender. "
         "Check the address with the customer."), Fault.RECIPIENT),
    Code("551", Outcome.GONE,
         _("The mailbox is not at that server. Ask the customer for the right address."), Fault.RECIPIENT),
    Code("552", Outcome.PERMANENT,
         _("The mailbox is full, or the message is too large. Try again later."), Fault.RECIPIENT),
    Code("553", Outcome.GONE,
         _("The mailbox name is not allowed: look for a typing error."), Fault.RECIPIENT),
    Code("554", Outcome.PERMANENT,
         _("The receiving server refused the message, most often as spam or for the sender's reputation. "
         "Tell the operator if it happens often."), Fault.MESSAGE,
         for_operator=_("The receiving server refused the message, most often as spam or for the sender's reputation. "
         "If it happens often, check SPF, DKIM and DMARC of the sender's domain.")),
    # A mail server's enhanced code (RFC 3463, RFC 7372, RFC 7505), more exact than its reply.
    Code("4", Outcome.TEMPORARY,
         _("The receiving server put the message off, as a rule for a full mailbox. Try again later."),
         Fault.TEMPORARY),
    Code("5.1", Outcome.GONE,
         _("The address does not exist. Ask the customer for the right one."), Fault.RECIPIENT),
    Code("5.1.7", Outcome.HELD,
         _("The sender's address is not valid. Ask the operator to check the account's sender."),
         Fault.ACCOUNT, Stops.SENDER, need=Need.SENDER,
         for_operator=_("The sender's address is not valid: check DEFAULT_FROM_EMAIL.")),
    Code("5.1.8", Outcome.HELD,
         _("The sender's domain is unknown, or takes no mail. "
         "Ask the operator to check the account's sender."), Fault.ACCOUNT, Stops.SENDER, need=Need.SENDER,
         for_operator=_("The sender's domain is unknown, or takes no mail: check DEFAULT_FROM_EMAIL.")),
    Code("5.2", Outcome.PERMANENT,
         _("The mailbox is full, or takes no message like this one. Try again later."), Fault.RECIPIENT),
    Code("5.2.1", Outcome.GONE,
         _("The mailbox is switched off. Ask the customer for another address."), Fault.RECIPIENT),
    Code("5.3", Outcome.PERMANENT,
         _("The customer's mail system takes no message like this one. Reach the customer another way."),
         Fault.RECIPIENT, is_final=True),
    Code("5.4", Outcome.PERMANENT,
         _("No way was found to the customer's mail server. Check the address with the customer."), Fault.RECIPIENT,
         is_final=True),
    Code("5.4.1", Outcome.GONE,
         _("The receiving server knows no such recipient. Ask the customer for the right address."), Fault.RECIPIENT),
    Code("5.4.4", Outcome.GONE,
         _("The domain of the address takes no mail: look for a typing error behind the @."), Fault.RECIPIENT),
    Code("5.5", Outcome.PERMANENT,
         _("The mail servers did not understand each other. Tell the operator if it happens again."), Fault.MESSAGE,
         for_operator=_("The mail servers did not understand each other.")),
    Code("5.6", Outcome.PERMANENT,
         _("The receiving server cannot read the message in this form. "
         "Tell the operator if it happens again."), Fault.MESSAGE,
         for_operator=_("The receiving server cannot read the message in this form.")),
    Code("5.7", Outcome.PERMANENT,
         _("The receiving server refused the message, most often as spam or for the sender's reputation. "
         "Tell the operator if it happens often."), Fault.MESSAGE,
         for_operator=_("The receiving server refused the message, most often as spam or for the sender's reputation. "
         "If it happens often, check SPF, DKIM and DMARC of the sender's domain.")),
    # The HTTP status of a provider's answer.
    Code("401", Outcome.HELD,
         _("The provider refused the key. Ask the operator to check its settings."), Fault.ACCOUNT, Stops.CHANNEL,
         need=Need.LOGIN,
         for_operator=_("The provider refused the key: check its settings.")),
    Code("402", Outcome.HELD,
         _("The provider wants to be paid. Ask the operator to look at the account with it."),
         Fault.ACCOUNT, Stops.CHANNEL, need=Need.MONEY,
         for_operator=_("The provider wants to be paid: look at the account with it.")),
    Code("403", Outcome.HELD,
         _("The provider refused the key or the sender. Ask the operator to check its settings."),
         Fault.ACCOUNT, Stops.CHANNEL, need=Need.LOGIN,
         for_operator=_("The provider refused the key or the sender: check its settings.")),
    Code("408", Outcome.TEMPORARY,
         _("The provider waited in vain for the rest of the call. Try again later."), Fault.TEMPORARY),
    Code("422", Outcome.PERMANENT,
         _("The mail provider refused the message or an address of it. "
         "Check the address with the customer."), Fault.MESSAGE),
    Code("429", Outcome.TEMPORARY,
         _("The provider was asked too often; ReviewHub waits as long as it says."), Fault.TEMPORARY),
    Code("500", Outcome.TEMPORARY,
         _("The provider had an error of its own. Try again later."), Fault.TEMPORARY),
    Code("502", Outcome.TEMPORARY,
         _("The provider could not be reached behind its own gateway. Try again later."), Fault.TEMPORARY),
    Code("503", Outcome.TEMPORARY,
         _("The provider was out of order. Try again later."), Fault.TEMPORARY),
    # It may have left: a text waits until that is known, a mail goes out again under the same Message-ID.
    Code("504", Outcome.IN_DOUBT,
         _("The provider's gateway got no answer in time."), Fault.TEMPORARY),
    # A provider's report that quotes no code: anymail's reasons, and Twilio's status.
    Code("bounced", Outcome.GONE,
         _("The mail came back. Check the address with the customer."), Fault.RECIPIENT),
    Code("invalid", Outcome.GONE,
         _("The address is not written like one: look for a typing error."), Fault.RECIPIENT),
    Code("unsubscribed", Outcome.OPTED_OUT,
         _("The customer unsubscribed, and the mail provider remembers that."), Fault.RECIPIENT),
    Code("timed_out", Outcome.PERMANENT,
         _("The receiving server did not take the mail in all the time that the provider tried. "
         "Check the address with the customer."), Fault.RECIPIENT),
    Code("spam", Outcome.PERMANENT,
         _("The message was taken for spam."), Fault.MESSAGE),
    Code("blocked", Outcome.PERMANENT,
         _("The mail provider or the receiving server blocks such messages. "
         "Tell the operator if it happens often."), Fault.MESSAGE,
         for_operator=_("Such messages are blocked. If that is often so, check SPF, DKIM and DMARC of the domain.")),
    Code("rejected", Outcome.PERMANENT,
         _("The mail provider refused the message and gave no reason."), Fault.MESSAGE),
    Code("failed", Outcome.PERMANENT,
         _("The provider could not deliver the message and gave no reason."), Fault.MESSAGE),
    Code("undelivered", Outcome.PERMANENT,
         _("The carrier did not deliver the text and gave no reason."), Fault.MESSAGE),
    Code("other", Outcome.PERMANENT,
         _("The mail provider gave no reason that ReviewHub knows."), Fault.MESSAGE),
    # Our own. The first two: the provider says so in words (`mail_faults`).
    Code("sender", Outcome.HELD,
         _("The mail provider does not know the sender's address or its domain as yours. "
         "Ask the operator to have it confirmed there, or to change DEFAULT_FROM_EMAIL."),
         Fault.ACCOUNT, Stops.SENDER, need=Need.SENDER,
         for_operator=_("The mail provider does not know the sender's address or its domain as yours: have it "
         "confirmed there, or change DEFAULT_FROM_EMAIL.")),
    Code("trial", Outcome.HELD,
         _("The mail provider's trial account writes only to addresses that it knows. "
         "Ask the operator to have the account approved there."), Fault.ACCOUNT, Stops.MESSAGE, need=Need.LEAVE,
         for_operator=_("The mail provider's trial account writes only to addresses that it knows: have it approved.")),
    Code("", Outcome.PERMANENT,
         _("ReviewHub gave it up before sending; the message's own page says why."), Fault.MESSAGE),
    Code("refused", Outcome.GONE,
         _("The provider took no message for this address. Check it with the customer."), Fault.RECIPIENT),
    Code("message", Outcome.PERMANENT,
         _("The message could not be written in the form that the provider wants. Tell the operator."), Fault.MESSAGE,
         for_operator=_("The message could not be written in the form that the provider wants: the log says more.")),
    Code("connect", Outcome.TEMPORARY,
         _("The provider could not be reached. "
         "If that lasts, ask the operator: is its address right, and the network up?"), Fault.TEMPORARY,
         for_operator=_("The provider could not be reached. If that lasts, check its address, and the network.")),
    Code("tls", Outcome.TEMPORARY,
         _("The mail server did not encrypt the connection, or its certificate is wrong; nothing is sent in clear "
         "text. Ask the operator to check EMAIL_URL and the server's certificate."), Fault.TEMPORARY,
         for_operator=_("The mail server did not encrypt the connection, or its certificate is wrong; nothing is sent "
         "in clear text. Check EMAIL_URL and the server's certificate.")),
    Code("connection", Outcome.IN_DOUBT,
         _("The connection broke before the provider answered."), Fault.TEMPORARY),
    Code("no-answer", Outcome.IN_DOUBT,
         _("The provider's answer did not come, or could not be read."), Fault.TEMPORARY),
    Code("internal", Outcome.TEMPORARY,
         _("An error of ReviewHub itself. "
         "Tell the operator: the log has it under the message's number."), Fault.TEMPORARY,
         for_operator=_("An error of ReviewHub itself: the log has it under the message's number.")),
)
# fmt: on

_ROWS = {row.code: row for row in CODES}

# "5.1.1 (bad destination mailbox address)".
ENHANCED_CODE = re.compile(r"(?<![\d.])([245])\.(\d{1,3}\.\d{1,3})(?![\d.])")


def find(code: str) -> Code | None:
    """Return the row of a code: for an enhanced code of a mail server, the row with the longest part of it."""
    if ENHANCED_CODE.fullmatch(code):
        while code not in _ROWS and "." in code:
            code = code.rpartition(".")[0]
    return _ROWS.get(code)


def explain_to_operator(code: str) -> str:
    """Return the same for who can mend it, with the names of settings."""
    row = find(code)
    return gettext(row.for_operator) if row and row.for_operator else explain(code)


def explain(code: str) -> str:
    """Return one sentence or two for a code of `error_code`; an unknown code is said to be the provider's.

    In the active language, as pages show it; what is stored or told to programs is made where English is active.
    """
    if row := find(code):
        return gettext(row.words)
    if len(code) == 3 and code.isdigit():
        if code[0] == "4":
            return gettext("The provider put it off, or refused the call; its own documentation says more.")
        if code[0] == "5":
            return gettext("The provider refused it; its own documentation says more.")
        return gettext("The provider gave this code; its own documentation says more.")
    return gettext("A code of the provider; its own documentation says more.")
