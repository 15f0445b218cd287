"""What the codes of providers mean, in words for whoever has to mend it."""

# RFC 5321 §4.2.3 and RFC 4954 §6 (mail); https://www.twilio.com/docs/api/errors (texts); and our own.
CAUSES = {
    "": "ReviewHub gave it up before sending; the message's own page says why.",
    "421": "The mail server was closing down or too busy. It was tried again.",
    "450": "The mailbox was busy, or the receiving server puts new senders off (greylisting).",
    "451": "The receiving server had an error of its own, or puts new senders off (greylisting).",
    "452": "The mailbox or the receiving server was full.",
    "454": "The mail server could not check the login just then.",
    "501": "The mail server could not read an address: look for a typing error.",
    "530": "The mail server wants a login: set user and password in EMAIL_URL.",
    "535": "The mail server refused the login: check user and password in EMAIL_URL.",
    "550": "The mailbox does not exist, or the receiving server refuses mail from this sender.",
    "551": "The mailbox is not at that server.",
    "552": "The mailbox is full, or the message is too large.",
    "553": "The mailbox name is not allowed: look for a typing error.",
    "554": "The receiving server refused the message, most often as spam or for the sender's reputation.",
    "401": "The provider refused the key: check its settings.",
    "403": "The provider refused the key or the sender: check its settings.",
    "422": "The mail provider refused the message or an address of it.",
    "429": "The provider was asked too often; ReviewHub waits as long as it says.",
    "500": "The provider had an error of its own.",
    "502": "The provider could not be reached behind its own gateway.",
    "503": "The provider was out of order.",
    "504": "The provider's gateway got no answer in time.",
    "20003": "Twilio refused the login: check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.",
    "20404": "Twilio knows no such account or service: check the TWILIO_ settings.",
    "20429": "Twilio was asked too often; ReviewHub waits as long as it says.",
    "20503": "Twilio was out of order.",
    "21211": "The number is not one that can be called.",
    "21212": "The sender is not one of your Twilio numbers: check TWILIO_FROM and the account's sender.",
    "21408": "Your Twilio account may not send to that country: allow it in Twilio's console.",
    "21606": "The sender cannot send texts: check TWILIO_FROM and the account's sender.",
    "21610": "The customer replied STOP to this sender.",
    "21612": "The sender cannot reach that number.",
    "21614": "The number is not a mobile number.",
    "21617": "The text is longer than 1,600 characters.",
    "30001": "Twilio's queue was full.",
    "30002": "Your Twilio account is suspended.",
    "30003": "The phone was switched off or out of reach.",
    "30004": "The carrier or the customer blocks texts from this sender.",
    "30005": "The number does not exist any more.",
    "30006": "The number is a landline, or its carrier takes no texts.",
    "30007": "The carrier filtered the text as spam.",
    "30008": "The carrier gave no reason.",
    "30034": "The sender is not registered for business texts in the USA (A2P 10DLC).",
    "connect": "The provider could not be reached: is its address right, and the network up?",
    "connection": "The connection broke before the provider answered.",
    "no-answer": "The provider's answer did not come, or could not be read.",
    "refused": "The provider took no message for this address.",
    "message": "The message could not be written in the form that the provider wants.",
    "internal": "An error of ReviewHub itself; the log has it under the message's number.",
}


def explain(code: str) -> str:
    """One sentence for a code of `error_code`; a code that we do not know is said to be the provider's."""
    if code in CAUSES:
        return CAUSES[code]
    if len(code) == 3 and code.isdigit():
        kinds = {"4": "The provider put it off, or refused the call", "5": "The provider refused it"}
        return f"{kinds.get(code[0], 'The provider gave this code')}; its own documentation says more."
    return "A code of the provider; its own documentation says more."
