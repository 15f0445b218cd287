"""How texts reach Twilio: over a connection that is kept, by the proxy of the environment, and never twice."""

import json
import ssl
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from pytest_httpserver import HTTPServer
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from urllib3.exceptions import SSLError
from werkzeug import Request, Response

from reviews.delivery.channels import ChannelError, Message, twilio_http
from reviews.delivery.channels.sms import SmsChannel
from reviews.delivery.channels.twilio_http import HttpClient

TEXT = Message(to="+12125551234", sender="+15005550006", text="Hi Jäne & all", key="k")
PATH = "/2010-04-01/Accounts/AC123/Messages.json"
TAKEN = {"sid": "SM1"}


@pytest.fixture(autouse=True)
def twilio(httpserver: HTTPServer, settings: Any, monkeypatch: pytest.MonkeyPatch) -> HTTPServer:
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC123", "secret"
    settings.TWILIO_API_URL = httpserver.url_for("").rstrip("/")
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return httpserver


def test_the_library_finds_what_its_own_client_gave_it(twilio: HTTPServer) -> None:
    seen: list[Request] = []
    taking(twilio, seen.append)
    assert SmsChannel().send(TEXT).provider_id == "SM1"
    [request] = seen
    assert request.form.to_dict() == {"To": TEXT.to, "From": TEXT.sender, "Body": TEXT.text}
    assert request.authorization is not None
    assert (request.authorization.username, request.authorization.password) == ("AC123", "secret")
    assert request.headers["User-Agent"].startswith("twilio-python/")


def test_twilio_sees_the_call_that_its_librarys_own_client_makes(twilio: HTTPServer, settings: Any) -> None:
    seen: list[Request] = []
    taking(twilio, seen.append)
    for http in (HttpClient(timeout=5), TwilioHttpClient(timeout=5)):
        client = Client("AC123", "secret", http_client=http)
        client.api.base_url = settings.TWILIO_API_URL
        client.messages.create(to=TEXT.to, from_=TEXT.sender, body=TEXT.text)
        http.close() if isinstance(http, HttpClient) else http.session.close()
    ours, theirs = [(call.method, call.url, call.form.to_dict(), call.authorization) for call in seen]
    assert ours == theirs
    names = ("User-Agent", "Accept", "Accept-Charset", "Content-Type", "Content-Length")
    assert [seen[0].headers.get(name) for name in names] == [seen[1].headers.get(name) for name in names]


def test_a_search_has_its_conditions_in_the_address(twilio: HTTPServer) -> None:
    seen: list[Request] = []
    text = {"sid": "SM1", "body": "… /r/abc", "date_created": None}
    answer = {"messages": [text], "meta": {"key": "messages"}, "page_size": 50}
    twilio.expect_request(PATH, method="GET").respond_with_handler(
        lambda request: seen.append(request) or jsonified(answer)  # type: ignore[func-returns-value]
    )
    assert SmsChannel().find(to="+12125551234", containing="/r/abc", since=timezone.now()) == "SM1"
    assert seen[0].args["To"] == "+12125551234"
    assert seen[0].get_data() == b""


def test_a_connection_that_twilio_closed_meanwhile_is_made_anew(twilio: HTTPServer) -> None:
    seen: list[Request] = []
    taking(twilio, seen.append)  # by HTTP/1.0: each answer ends its connection
    channel = SmsChannel()
    for _ in range(3):
        channel.connect()
        channel.send(TEXT)
    channel.close()
    assert len(seen) == 3


def test_an_answer_that_says_go_elsewhere_is_not_followed(twilio: HTTPServer) -> None:
    moved = Response("", 307, headers={"Location": "/elsewhere"})
    twilio.expect_request(PATH).respond_with_handler(lambda _: moved)
    with pytest.raises(ChannelError) as caught:
        SmsChannel().send(TEXT)
    assert caught.value.in_doubt
    assert len(twilio.log) == 1


def test_the_proxy_of_the_environment_is_taken(
    twilio: HTTPServer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://me:word@127.0.0.1:{twilio.port}")
    settings.TWILIO_API_URL = "http://twilio.example"
    seen: list[Request] = []
    taking(twilio, seen.append)
    assert SmsChannel().send(TEXT).provider_id == "SM1"
    assert seen[0].host == "twilio.example"
    assert seen[0].environ["REQUEST_URI"] == f"http://twilio.example{PATH}"
    assert seen[0].headers["Proxy-Authorization"] == "Basic bWU6d29yZA=="


def test_a_proxy_that_is_down_leaves_a_text_untried(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    settings.TWILIO_API_URL = "https://twilio.example"
    with pytest.raises(ChannelError) as caught:
        SmsChannel().send(TEXT)
    assert (caught.value.code, caught.value.untried, caught.value.in_doubt) == ("connect", True, False)


def test_a_server_that_cannot_prove_who_it_is_gets_nothing(twilio: HTTPServer, settings: Any) -> None:
    settings.TWILIO_API_URL = f"https://127.0.0.1:{twilio.port}"  # where nothing speaks TLS
    with pytest.raises(ChannelError) as caught:
        SmsChannel().send(TEXT)
    assert (caught.value.code, caught.value.untried) == ("connect", True)
    assert twilio.log == []


def test_certificates_are_checked_against_those_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = twilio_http._Route().to("https://api.twilio.com/2010-04-01")
    assert pool.cert_reqs == "CERT_REQUIRED"  # type: ignore[attr-defined]
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", __file__)
    pool = twilio_http._Route().to("https://api.twilio.com/2010-04-01")
    assert pool.ca_certs == __file__  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("reason", "untried"), [("CERTIFICATE_VERIFY_FAILED", True), ("DECRYPTION_FAILED_OR_BAD_RECORD_MAC", False)]
)
def test_tls_that_breaks_after_the_call_was_written_leaves_it_in_doubt(
    monkeypatch: pytest.MonkeyPatch, reason: str, untried: bool
) -> None:
    broken = ssl.SSLError(1, reason)
    broken.reason = reason

    def fail(*_: Any, **__: Any) -> Any:
        raise SSLError(broken)

    monkeypatch.setattr(HttpClient, "request", fail)
    with pytest.raises(ChannelError) as caught:
        SmsChannel().send(TEXT)
    assert (caught.value.untried, caught.value.in_doubt) == (untried, not untried)


def test_what_an_answer_asks_for_counts_for_that_answer_alone(twilio: HTTPServer) -> None:
    waits = iter(["7", "soon", ""])
    twilio.expect_request(PATH).respond_with_handler(lambda _: Response("{}", headers={"Retry-After": next(waits)}))
    client, found = HttpClient(5.0), []
    for _ in range(3):
        client.request("POST", twilio.url_for(PATH), data={"To": "x"}, headers={})
        found.append(client.retry_after and client.retry_after.total_seconds())
    assert found == [7, None, None]


def taking(server: HTTPServer, note: Callable[[Request], object]) -> None:
    def answer(request: Request) -> Response:
        request.get_data()
        note(request)
        return jsonified(TAKEN, 201)

    server.expect_request(PATH, method="POST").respond_with_handler(answer)


def jsonified(body: object, status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")
