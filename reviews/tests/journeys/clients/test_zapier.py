"""The Zapier app against the live server, run by Zapier's own platform code on Node."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from oauth.models import AccessToken, Account, User
from oauth.tests.flow import REDIRECT_URI, SECRET, App, make_application, signed_in
from reviews.contacts import opt_outs
from reviews.models import Delivery, Endpoint, ReviewRequest, Suppression
from reviews.pages import actions
from reviews.tests.support.helpers import REFERENCE, asked
from reviews.tests.support.receiver import receiving, tell_due

FOLDER = Path(settings.BASE_DIR, "integrations", "zapier")
NODE = shutil.which("node") or ""
pytestmark = [
    pytest.mark.client,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not NODE or not (FOLDER / "node_modules").is_dir(),
        reason="needs Node and `npm ci` in integrations/zapier",
    ),
]

Call = Callable[..., Any]
SEND = "creates.send_review_request.operation"


@pytest.fixture
def paths() -> str:
    """The value of PATHS, as the operator sets it."""
    return ""


@pytest.fixture
def call(live_server: Any, app: App, paths: str) -> Iterator[Call]:
    """`call(method, **bundle)`: what the platform makes of it. Raises AssertionError for an error."""
    environment = os.environ | {
        "BASE_URL": live_server.url,
        "PATHS": paths,
        "CLIENT_ID": app.application.client_id,
        "CLIENT_SECRET": SECRET,
    }
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [NODE, "test/call.js"], cwd=FOLDER, env=environment, stdin=pipe, stdout=pipe, text=True
    ) as node:
        assert node.stdin
        assert node.stdout
        asked, answers = node.stdin, node.stdout

        def call(method: str, **bundle: Any) -> Any:
            print(json.dumps({"method": method, "bundle": bundle}), file=asked, flush=True)
            told = json.loads(next(line for line in answers if line.startswith("> "))[2:])
            assert "error" not in told, told["error"]
            return told["results"]

        yield call
        asked.close()


@pytest.fixture
def app(owner: User, account: Account) -> App:
    return App(owner, account, make_application())


def connected(call: Call, app: App) -> dict[str, str]:
    given = {"code": app.code(), "redirect_uri": REDIRECT_URI}
    pair: dict[str, str] = call("authentication.oauth2Config.getAccessToken", inputData=given)
    return pair


def test_the_definition_is_sound() -> None:
    done = subprocess.run([NODE, "--test", "test/definition.test.js"], cwd=FOLDER, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "# pass 4" in done.stdout


@pytest.mark.parametrize("paths", ["", "published"])
def test_a_business_connects_asks_and_stays_connected(call: Call, app: App, account: Account) -> None:
    given = {"state": "a-state-of-zapiers", "redirect_uri": REDIRECT_URI}
    assert signed_in(app.user).get(call("authentication.oauth2Config.authorizeUrl", inputData=given)).status_code == 200
    pair = connected(call, app)
    me = call("authentication.test", authData=pair)
    assert me["business_name"] == account.name
    fields = {field["key"]: field for field in call(f"{SEND}.inputFields", authData=pair)}
    assert set(REFERENCE) <= set(fields)
    assert fields["delay_hours"]["type"] == "integer"
    sent = call(f"{SEND}.perform", authData=pair, inputData=REFERENCE | {"company_name": ""})
    assert sent["message"] == "Review request scheduled for jane@example.com"
    assert sent["id"] == str(ReviewRequest.objects.get().pk)
    again = call(f"{SEND}.perform", authData=pair, inputData=REFERENCE | {"company_name": ""})
    assert again == sent  # a step that Zapier tries again asks once
    newer = call("authentication.oauth2Config.refreshAccessToken", authData=pair)
    assert newer["access_token"] != pair["access_token"]
    assert call("authentication.test", authData=newer)["id"] == me["id"]


def test_what_is_wrong_is_said_in_the_apis_words(call: Call, app: App) -> None:
    pair = connected(call, app)
    with pytest.raises(AssertionError, match="email"):
        call(f"{SEND}.perform", authData=pair, inputData={"email": "nobody"})
    AccessToken.objects.update(expires=timezone.now())
    with pytest.raises(AssertionError, match="RefreshAuthError"):  # at which the platform refreshes
        call("authentication.test", authData=pair)


def answered(account: Account) -> None:
    asked(account, timezone.now(), external_id="job 1")
    delivery = Delivery.objects.select_related("account", "request").get()
    actions.record_feedback(delivery=delivery, rating=4, text="Fine.", now=timezone.now())


def opted_out(account: Account) -> None:
    asked(account, timezone.now())
    reason = Suppression.Reason.UNSUBSCRIBED
    where: dict[str, Any] = {"channel": "email", "address": "jane@example.com", "reason": reason, "evidence": ""}
    opt_outs.opt_out(account=account, now=timezone.now(), **where)


TRIGGERS: list[tuple[str, Callable[[Account], None], dict[str, Any]]] = [
    ("feedback_received", answered, {"rating": 4, "text": "Fine.", "contact_email": "jane@example.com"}),
    ("request_responded", answered, {"how": "Left feedback.", "external_id": "job 1"}),
    ("contact_opted_out", opted_out, {"channel": "email", "email": "jane@example.com", "reason": "unsubscribed"}),
]


@pytest.mark.parametrize(("trigger", "happen", "expected"), TRIGGERS)
def test_a_trigger_is_told_and_may_ask(
    call: Call, app: App, account: Account, settings: Any, trigger: str, happen: Any, expected: dict[str, Any]
) -> None:
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]
    pair, operation = connected(call, app), f"triggers.{trigger}.operation"
    with receiving() as zapier:
        kept = call(f"{operation}.performSubscribe", authData=pair, targetUrl=f"{zapier.url}/catch/1")
        endpoint = Endpoint.objects.get()
        assert (str(endpoint.pk), endpoint.application) == (kept["id"], app.application)
        happen(account)
        tell_due()
        (told,) = zapier.told
    raw = {"headers": {f"Http-{name}": value for name, value in told.headers.items()}, "content": told.body.decode()}
    bundle = {"authData": pair, "cleanedRequest": json.loads(told.body), "subscribeData": kept}
    (shown,) = call(f"{operation}.perform", **bundle, rawRequest=raw)
    assert expected.items() <= shown.items()
    assert call(f"{operation}.performList", authData=pair) == [shown]  # polled, it is the same
    forged = raw | {"content": told.body.decode().replace("jane@", "eve@")}
    with pytest.raises(AssertionError, match="signature"):
        call(f"{operation}.perform", **bundle, rawRequest=forged)
    call(f"{operation}.performUnsubscribe", authData=pair, subscribeData=kept)
    assert not Endpoint.objects.exists()
    call(f"{operation}.performUnsubscribe", authData=pair, subscribeData=kept)  # gone already: no error
