"""Provider codes: the same outcome when a provider answers so, and when it reports so later; words for each."""

from datetime import datetime
from pathlib import Path

import pytest
from anymail.exceptions import AnymailRecipientsRefused, AnymailRequestsAPIError, AnymailSerializationError
from anymail.signals import AnymailTrackingEvent, RejectReason
from django.conf import settings
from django.core.mail.backends.locmem import EmailBackend
from requests import Response

from reviews.delivery.channels import ChannelError, Message, Stops, codes
from reviews.delivery.channels.email import EmailChannel
from reviews.delivery.provider_events import parse
from reviews.models import provider_codes
from reviews.models.provider_codes import CODES, Code, Fault, Outcome, explain, find

pytestmark = pytest.mark.once

GONE, OPTED_OUT, PERMANENT, TEMPORARY, IN_DOUBT, HELD = list(Outcome)

# The outcome of each code, as the engine treated it before there was one table of codes.
TWILIO = {
    "21610": OPTED_OUT,
    "21211": GONE,
    "21214": GONE,
    "21217": GONE,
    "21614": GONE,
    "30003": GONE,
    "30004": GONE,
    "30005": GONE,
    "30006": GONE,
    "20404": HELD,
    "21212": HELD,
    "21219": HELD,
    "21408": HELD,
    "21606": HELD,
    "21608": HELD,
    "21612": PERMANENT,
    "21617": PERMANENT,
    "21659": HELD,
    "21660": HELD,
    "21704": HELD,
    "30007": PERMANENT,
    "30008": PERMANENT,
    "30032": HELD,
    "30034": HELD,
    "20003": HELD,  # a wrong token is no reason to give a text up
    "20005": HELD,
    "20429": TEMPORARY,
    "20503": TEMPORARY,
    "30001": TEMPORARY,
    "30002": HELD,
    "63038": HELD,
    "30017": TEMPORARY,
    "30022": TEMPORARY,
    "30023": TEMPORARY,
}
# With the rest of the code that a server would send.
ENHANCED = {
    "4": ("4.2.2", TEMPORARY),
    "5.1": ("5.1.1", GONE),
    "5.1.7": ("5.1.7", HELD),
    "5.1.8": ("5.1.8", HELD),
    "5.2": ("5.2.2", PERMANENT),
    "5.2.1": ("5.2.1", GONE),
    "5.3": ("5.3.4", PERMANENT),
    "5.4": ("5.4.6", PERMANENT),
    "5.4.1": ("5.4.1", GONE),
    "5.4.4": ("5.4.4", GONE),
    "5.5": ("5.5.4", PERMANENT),
    "5.6": ("5.6.0", PERMANENT),
    "5.7": ("5.7.26", PERMANENT),
}
REPLIES = {  # to the recipient's address
    "421": TEMPORARY,
    "450": TEMPORARY,
    "451": TEMPORARY,
    "452": TEMPORARY,
    "454": TEMPORARY,
    "501": PERMANENT,
    "530": HELD,
    "534": HELD,
    "535": HELD,
    "550": GONE,
    "551": GONE,
    "552": PERMANENT,
    "553": GONE,
    "554": PERMANENT,
}
STATUSES = {
    "401": HELD,
    "402": HELD,
    "403": HELD,
    "408": TEMPORARY,
    "422": PERMANENT,
    "429": TEMPORARY,
    "500": TEMPORARY,
    "502": TEMPORARY,
    "503": TEMPORARY,
    "504": IN_DOUBT,
}
REASONS = {  # of a report that quotes no mail server
    "bounced": GONE,
    "invalid": GONE,
    "unsubscribed": OPTED_OUT,
    "blocked": PERMANENT,
    "failed": PERMANENT,
    "other": PERMANENT,
    "rejected": PERMANENT,
    "spam": PERMANENT,
    "timed_out": PERMANENT,
    "undelivered": PERMANENT,
}
OURS = {
    "": PERMANENT,
    "connect": TEMPORARY,
    "connection": IN_DOUBT,
    "internal": TEMPORARY,
    "message": PERMANENT,
    "no-answer": IN_DOUBT,
    "refused": GONE,
    "sender": HELD,
    "trial": HELD,
    "tls": TEMPORARY,
}


@pytest.mark.parametrize(("code", "outcome"), TWILIO.items())
def test_a_text_has_the_outcome_of_twilios_code(code: str, outcome: Outcome) -> None:
    assert codes.of_twilio(int(code), 400) is outcome
    if code not in ("20404", "21212", "21617", "21659"):  # until now of these the status decided: always 400 or 404
        assert {codes.of_twilio(int(code), status) for status in (200, 401, 429, 500, 504)} == {outcome}
    assert codes.of_twilio(int(code), 404) is outcome


@pytest.mark.parametrize(("code", "outcome"), ENHANCED.values())
def test_a_quoted_mail_has_the_outcome_of_the_enhanced_code(code: str, outcome: Outcome) -> None:
    assert codes.of_report(f"smtp; {code} sorry") is (PERMANENT if outcome is HELD else outcome)
    if code.startswith("5"):
        assert codes.of_smtp(599, f"{code} sorry", recipient=False) is outcome


@pytest.mark.parametrize(("code", "outcome"), REPLIES.items())
def test_a_mail_has_the_outcome_of_the_servers_reply(code: str, outcome: Outcome) -> None:
    assert codes.of_smtp(int(code), "sorry", recipient=True) is outcome
    elsewhere = PERMANENT if outcome is GONE else outcome  # said about the sender or the content
    assert codes.of_smtp(int(code), "sorry", recipient=False) is elsewhere
    assert codes.of_report(f"{code} sorry") is (PERMANENT if outcome is HELD else outcome)


@pytest.mark.parametrize(("status", "outcome"), STATUSES.items())
def test_a_call_has_the_outcome_of_its_http_status(
    monkeypatch: pytest.MonkeyPatch, status: str, outcome: Outcome
) -> None:
    assert codes.of_twilio(int(status), int(status)) is outcome
    response = Response()
    response.status_code = int(status)
    code, of_mail = refused_with(AnymailRequestsAPIError(response=response), monkeypatch)
    assert code == status
    # A gateway may have passed the message on. A mail goes out again all the same, under the same Message-ID.
    assert of_mail is (TEMPORARY if outcome is IN_DOUBT else outcome)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (AnymailRecipientsRefused(), "refused"),
        (AnymailSerializationError(), "message"),
        (ConnectionResetError(), "connection"),
    ],
)
def test_a_mail_that_was_not_taken_has_the_outcome_of_our_code(
    monkeypatch: pytest.MonkeyPatch, error: Exception, code: str
) -> None:
    assert refused_with(error, monkeypatch) == (code, OURS[code])


def test_three_digits_mean_one_thing_from_a_mail_server_and_another_over_http() -> None:
    assert codes.of_smtp(451, "sorry", recipient=True) is TEMPORARY
    assert codes.of_twilio(451, 451) is PERMANENT
    assert codes.of_smtp(550, "sorry", recipient=True) is GONE
    assert codes.of_twilio(550, 550) is TEMPORARY
    assert codes.of_smtp(503, "sorry", recipient=True) is PERMANENT
    assert codes.of_twilio(503, 503) is TEMPORARY


def refused_with(error: Exception, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Outcome]:
    """Code and outcome of a mail whose provider's library raises the error."""

    def raise_it(*_: object) -> int:
        raise error

    monkeypatch.setattr(EmailBackend, "send_messages", raise_it)
    mail = Message(to="jane@example.com", sender="desk@riverside.example", text="Hi", key="k", html="Hi")
    with pytest.raises(ChannelError) as caught:
        EmailChannel().send(mail)
    return caught.value.code, codes.of_error(caught.value)


@pytest.mark.parametrize(("code", "outcome"), REASONS.items())
def test_a_report_that_quotes_no_server_has_the_outcome_of_its_reason(
    now: datetime, code: str, outcome: Outcome
) -> None:
    if code == "undelivered":
        row = parse.read_text_status({"MessageSid": "SM1", "MessageStatus": code}, message_key="", now=now)
    else:
        words = {"event_type": "rejected" if code == "unsubscribed" else "bounced", "reject_reason": code}
        if code in ("rejected", "failed"):
            words = {"event_type": code}
        event = AnymailTrackingEvent(esp_event={}, recipient="jane@example.com", **words)
        [row] = parse.read_mail_events("postmark", [event], now)
    assert (row.code, row.kind) == (code, parse.KIND_OF_OUTCOME[outcome])


@pytest.mark.parametrize(
    ("code", "status", "outcome"),
    [
        (21610, 400, Outcome.OPTED_OUT),
        (21211, 400, Outcome.GONE),
        (21614, 400, Outcome.GONE),
        (30003, 400, Outcome.GONE),
        (30004, 400, Outcome.GONE),
        (30005, 400, Outcome.GONE),
        (30006, 400, Outcome.GONE),
        (30007, 400, Outcome.PERMANENT),
        (21612, 400, Outcome.PERMANENT),
        (20429, 429, Outcome.TEMPORARY),
        (20003, 401, Outcome.HELD),  # a wrong token is no reason to give a text up
        (99999, 400, Outcome.PERMANENT),
        (99999, 401, Outcome.HELD),
        (99999, 408, Outcome.TEMPORARY),
        (99999, 429, Outcome.TEMPORARY),
        (99999, 500, Outcome.TEMPORARY),
        (99999, 504, Outcome.IN_DOUBT),
        (99999, 200, Outcome.IN_DOUBT),
    ],
)
def test_an_error_of_twilios_is_read_by_its_code_else_by_its_status(code: int, status: int, outcome: Outcome) -> None:
    assert codes.of_twilio(code, status) is outcome


@pytest.mark.parametrize(
    ("code", "words", "recipient", "outcome"),
    [
        (550, "no such user", True, Outcome.GONE),
        (550, "no such user", False, Outcome.PERMANENT),  # said about the content
        (550, "5.1.1 no such user", True, Outcome.GONE),
        (550, "5.7.1 you are blocked", True, Outcome.PERMANENT),  # the sender is meant
        (554, "5.1.1 no such user", False, Outcome.GONE),
        (552, "5.2.2 mailbox full", True, Outcome.PERMANENT),
        (550, "5.2.1 mailbox disabled", True, Outcome.GONE),
        (556, "5.1.10 null MX", True, Outcome.GONE),
        (550, "5.1.8 bad sender", True, Outcome.HELD),
        (530, "5.7.0 authentication required", True, Outcome.HELD),  # a general code, but a reply about our login
        (550, "5.4.1 recipient address rejected", True, Outcome.GONE),
        (550, "5.9.9 something new", True, Outcome.GONE),  # a code nobody knows: the reply code counts
        (450, "5.1.1 greylisted", True, Outcome.TEMPORARY),
        (451, "4.3.0 later", True, Outcome.TEMPORARY),
        (421, "closing", True, Outcome.TEMPORARY),
    ],
)
def test_the_enhanced_code_is_more_exact_than_the_reply_code(
    code: int, words: str, recipient: bool, outcome: Outcome
) -> None:
    assert codes.of_smtp(code, words, recipient=recipient) is outcome


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("smtp; 550 5.1.1 <jane@example.com>: Recipient address rejected", Outcome.GONE),
        ("550-5.1.1 The email account that you tried to reach does not exist", Outcome.GONE),
        ("550 no such user here", Outcome.GONE),
        ("5.1.1 (bad destination mailbox address)", Outcome.GONE),
        ("smtp; 554 5.7.1 Service unavailable; client host [203.0.113.5] blocked", Outcome.PERMANENT),
        ("452 4.2.2 over quota", Outcome.TEMPORARY),
        ("host mx.example said: 421 try later", Outcome.TEMPORARY),
        ("message of 512 bytes from 5.12.3.4 was refused", None),
        ("General", None),
        ("", None),
    ],
)
def test_a_reply_that_a_provider_quotes_is_found(words: str, outcome: Outcome | None) -> None:
    assert codes.of_report(words) is outcome


@pytest.mark.parametrize("outcome", list(Outcome))
def test_an_outcome_becomes_an_error_and_comes_back(outcome: Outcome) -> None:
    assert codes.of_error(codes.error(1, "because", outcome)) is outcome


# --- The table ----------------------------------------------------------------------------------


def test_the_table_says_what_the_engine_does_for_each_code_once() -> None:
    outcome_of = (
        TWILIO | {code: outcome for code, (_, outcome) in ENHANCED.items()} | REPLIES | STATUSES | REASONS | OURS
    )
    assert len(CODES) == len(outcome_of)
    assert {row.code: row.outcome for row in CODES} == outcome_of


@pytest.mark.parametrize("row", CODES, ids=lambda row: row.code or "none")
def test_the_words_for_staff_are_sentences(row: Code) -> None:
    assert row.words[0].isupper()
    assert row.words.endswith((".", "?"))
    assert "  " not in row.words
    assert explain(row.code) == row.words


def test_the_words_are_written_nowhere_else() -> None:
    root = Path(settings.BASE_DIR)
    files = [
        path
        for folder in ("reviewhub", "oauth", "reviews", "templates")
        for path in (root / folder).rglob("*")
        if path.suffix in (".py", ".html") and "tests" not in path.parts
    ]
    table = Path(provider_codes.__file__)
    assert table in files
    texts = {path: path.read_text() for path in files if path != table}
    sentences = {sentence for row in CODES for sentence in row.words.split(". ") if len(sentence) > 30}
    assert len(sentences) > 60
    assert [(sentence, path) for sentence in sentences for path, text in texts.items() if sentence in text] == []


@pytest.mark.parametrize(
    ("fault", "codes"),
    [
        (Fault.RECIPIENT, ["21610", "21211", "21614", "30003", "30004", "30005", "30006", "550", "5.1"]),
        (Fault.MESSAGE, ["21617", "30007", "554", "5.6", "message"]),
        (Fault.ACCOUNT, ["401", "402", "403", "20003", "21212", "21606", "21608", "21659", "30032", "30034"]),
        (Fault.TEMPORARY, ["20429", "429", "500", "503", "20503", "421"]),
    ],
)
def test_a_code_says_whose_fault_it_is(fault: Fault, codes: list[str]) -> None:
    assert {row.code: row.whose_fault for row in CODES if row.code in codes} == dict.fromkeys(codes, fault)


@pytest.mark.parametrize("row", CODES, ids=lambda row: row.code or "none")
def test_a_fault_of_our_account_says_what_it_stops_and_fails_nothing(row: Code) -> None:
    is_ours = row.whose_fault is Fault.ACCOUNT
    assert (row.outcome is HELD, row.stops is not None) == (is_ours, is_ours)
    raised = codes.error(row.code, "because", row.outcome)
    assert raised.stops is row.stops
    assert not (is_ours and (raised.permanent or raised.in_doubt))  # permanent: also what is gone or opted out


STOPPED = {
    Stops.CHANNEL: ["20404", "20003", "20005", "30002", "530", "534", "535", "401", "402", "403"],
    Stops.SENDER: ["21212", "21606", "21659", "21660", "21704", "30032", "30034", "5.1.7", "5.1.8", "sender"],
    Stops.MESSAGE: ["21219", "21408", "21608", "63038", "trial"],
}


def test_only_login_and_money_stop_a_channel_and_what_names_the_from_stops_its_sender() -> None:
    assert {stops: sorted(row.code for row in CODES if row.stops is stops) for stops in Stops} == {
        stops: sorted(names) for stops, names in STOPPED.items()
    }


def test_an_address_that_cannot_be_written_to_is_the_recipients() -> None:
    rows = [row for row in CODES if row.outcome in (GONE, OPTED_OUT)]
    assert {row.whose_fault for row in rows} == {Fault.RECIPIENT}


def test_a_fault_of_our_account_names_who_mends_it() -> None:
    rows = [row for row in CODES if row.whose_fault is Fault.ACCOUNT]
    assert [row.code for row in rows if "Ask the operator to " not in row.words] == []


# --- Words for staff ----------------------------------------------------------------------------


def test_a_new_users_first_error_says_what_to_do() -> None:
    words = explain("21608")
    for part in ("Twilio account on trial", "verified", "upgrade"):
        assert part in words


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("5.1.1", "The address does not exist."),
        ("5.1.8", "The sender's domain is unknown"),
        ("5.2.2", "The mailbox is full"),
        ("4.7.0", "The receiving server put the message off"),
    ],
)
def test_an_enhanced_code_has_the_words_of_its_longest_part(code: str, words: str) -> None:
    assert explain(code).startswith(words)


@pytest.mark.parametrize("reason", [value for name, value in vars(RejectReason).items() if name.isupper()])
def test_each_of_anymails_reasons_has_words(reason: str) -> None:
    assert find(reason) is not None


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("577", "The provider refused it; its own documentation says more."),
        ("477", "The provider put it off, or refused the call; its own documentation says more."),
        ("299", "The provider gave this code; its own documentation says more."),
        ("99999", "A code of the provider; its own documentation says more."),
        ("5.9.9", "A code of the provider; its own documentation says more."),
        ("2.0.0", "A code of the provider; its own documentation says more."),
        ("KeyError", "A code of the provider; its own documentation says more."),
    ],
)
def test_an_unknown_code_is_the_providers(code: str, words: str) -> None:
    assert explain(code) == words
