"""What mail providers say about our account, in their own words, over HTTP and SMTP."""

from typing import Any

import pytest
from anymail.exceptions import AnymailAPIError, AnymailRequestsAPIError
from requests import Response

from reviews.delivery.channels import Stops, mail_faults
from reviews.delivery.channels.email import _translate
from reviews.models.provider_codes import find

# The status and words of an answer, and what it stops; None: nothing, since the fault is not our account's.
ANSWERS: list[tuple[int, str, Stops | None]] = [
    (
        401,
        '{"errors": [{"message": "The provided authorization grant is invalid, expired, or revoked"}]}',
        Stops.CHANNEL,
    ),
    (401, '{"errors": [{"message": "Maximum credits exceeded"}]}', Stops.CHANNEL),
    (403, '{"errors": [{"message": "access forbidden"}]}', Stops.CHANNEL),
    (
        403,
        '{"errors": [{"message": "The from address does not match a verified Sender Identity.", "field": "from"}]}',
        Stops.SENDER,
    ),
    (401, '{"ErrorCode": 10, "Message": "No Account or Server API tokens were supplied"}', Stops.CHANNEL),
    (422, '{"ErrorCode": 400, "Message": "The \'From\' address you supplied is not a Sender Signature"}', Stops.SENDER),
    (422, '{"ErrorCode": 401, "Message": "Sender signature not confirmed."}', Stops.SENDER),
    (422, '{"ErrorCode": 405, "Message": "Not allowed to send: your account has run out of credits."}', Stops.CHANNEL),
    (422, '{"ErrorCode": 412, "Message": "While your account is pending approval, …"}', Stops.MESSAGE),
    (422, '{"ErrorCode": 300, "Message": "Invalid \'To\' address"}', None),
    (401, "Forbidden", Stops.CHANNEL),
    (404, '{"message": "Domain not found: riverside.example"}', Stops.SENDER),
    (
        403,
        '{"message": "Domain sandbox1.mailgun.org is not allowed to send: Please upgrade or add the address to '
        'authorized recipients in Account Settings."}',
        Stops.MESSAGE,
    ),
    (403, '{"message": "Domain riverside.example is not allowed to send: account disabled"}', Stops.CHANNEL),
    (403, '{"name": "validation_error", "message": "The riverside.example domain is not verified."}', Stops.SENDER),
    (403, '{"message": "You can only send testing emails to your own email address (a@b.example)."}', Stops.MESSAGE),
    (403, '{"message": "API key is invalid"}', Stops.CHANNEL),
    (400, '{"code": "invalid_parameter", "message": "sender desk@riverside.example is not valid"}', Stops.SENDER),
    (402, '{"code": "not_enough_credits", "message": "Not enough credits"}', Stops.CHANNEL),
    (403, '{"code": "permission_denied", "message": "Your SMTP account is not yet activated."}', Stops.CHANNEL),
    (500, '{"status": "error", "code": -1, "name": "Invalid_Key", "message": "Invalid API key"}', Stops.CHANNEL),
    (400, '{"message": "to parameter is not a valid address"}', None),
    (404, "Not Found", None),
    (408, "Request Timeout", None),
    (429, '{"message": "trial accounts can only send so many"}', None),
    (500, "oops", None),
]
TEMPORARY = {408, 429, 500}


@pytest.mark.parametrize(("status", "words", "stops"), ANSWERS)
def test_an_answer_says_what_has_to_wait(status: int, words: str, stops: Stops | None) -> None:
    response = Response()
    response.status_code, response._content = status, words.encode()
    response.headers["Retry-After"] = "7"
    error = _translate(AnymailRequestsAPIError(response=response))
    assert error.stops is stops
    assert error.permanent is (stops is None and status not in TEMPORARY)
    assert error.retry_after
    assert find(error.code) is not None or stops is None


@pytest.mark.parametrize(
    ("who", "stops"),
    [("reviews@testserver", Stops.SENDER), ("testserver", Stops.SENDER), ("jane@example.com", Stops.MESSAGE)],
)
def test_amazon_names_the_address_that_it_does_not_know(who: str, stops: Stops) -> None:
    words = f"Email address is not verified. The following identities failed the check in region EU-WEST-1: {who}"
    error = AnymailAPIError(words)
    error.__cause__ = amazons_error(words, 400)
    assert _translate(error).stops is stops


def test_amazons_refused_key_stops_the_channel() -> None:
    error = AnymailAPIError("The security token included in the request is invalid.")
    error.__cause__ = amazons_error("UnrecognizedClientException", 403)
    assert (_translate(error).code, _translate(error).stops) == ("403", Stops.CHANNEL)


def amazons_error(words: str, status: int) -> Exception:
    error: Any = Exception(words)
    error.response = {"ResponseMetadata": {"HTTPStatusCode": status}}
    return error  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("code", "words", "login", "name", "stops"),
    [
        (535, "5.7.8 bad credentials", True, "535", Stops.CHANNEL),
        (534, "5.7.9 application-specific password required", True, "534", Stops.CHANNEL),
        (550, "5.7.1 not for you", True, "535", Stops.CHANNEL),  # said to our login
        (454, "4.7.0 temporary authentication failure", True, "454", None),
        (530, "5.7.0 authentication required", False, "530", Stops.CHANNEL),
        (550, "5.1.8 sender's domain not found", False, "5.1.8", Stops.SENDER),
        (553, "5.1.7 bad sender", False, "5.1.7", Stops.SENDER),
        (550, "The from address does not match a verified Sender Identity.", False, "sender", Stops.SENDER),
        (550, "5.1.2 recipient refused: Domain not found", False, "550", None),
        (550, "5.1.1 no such user", False, "550", None),
        (554, "5.7.1 spam", False, "554", None),
        (451, "sender signature pending", False, "451", None),
    ],
)
def test_a_mail_servers_reply_says_what_has_to_wait(
    code: int, words: str, login: bool, name: str, stops: Stops | None
) -> None:
    error = mail_faults.smtp_error(code, words, recipient=not login, login=login)
    assert (error.code, error.stops) == (name, stops)


@pytest.mark.parametrize("wording", mail_faults.WORDINGS, ids=lambda wording: wording.pattern)
def test_each_wording_has_a_source_and_a_code_of_our_accounts(wording: mail_faults.Wording) -> None:
    assert wording.source.startswith("https://")
    row = find(wording.code)
    assert row is not None
    assert row.stops is not None
