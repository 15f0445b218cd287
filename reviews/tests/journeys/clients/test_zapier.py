"""The Zapier app against the live server, run by Zapier's own platform code on Node."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from oauth.models import AccessToken, Account, User
from oauth.tests.flow import REDIRECT_URI, SECRET, App, make_application, signed_in
from reviews.contacts import opt_outs
from reviews.contacts.change import change
from reviews.models import Delivery, Endpoint, Feedback, ReviewRequest, Sequence, Suppression
from reviews.pages import actions
from reviews.requests import contact_changes, lifecycle, sequences
from reviews.tests.support.helpers import REFERENCE, asked
from reviews.tests.support.node import NODE, needs_packages
from reviews.tests.support.receiver import receiving, tell_due

FOLDER = Path(settings.BASE_DIR, "integrations", "zapier")
pytestmark = [
    pytest.mark.client,
    pytest.mark.django_db(transaction=True),
    needs_packages(FOLDER),
]

Call = Callable[..., Any]
SEND = "creates.send_review_request.operation"
ID = "00000000-0000-4000-8000-000000000000"


def evaluate(code: str, given: Any = None) -> Any:
    """Return what the code, which may use `App` and `given`, makes of the app's definition."""
    begin = "const App = require('.'); const given = JSON.parse(process.argv[1]);"
    end = f"({code}).then((value) => console.log('> ' + JSON.stringify(value)))"
    command = [NODE, "-e", begin + end, json.dumps(given)]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=True)
    return json.loads(next(line for line in done.stdout.splitlines() if line.startswith("> "))[2:])


def sample_of(part: str) -> dict[str, Any]:
    """Return the sample as people see it who do not try the step out."""
    sample: dict[str, Any] = evaluate(f"Promise.resolve(App.{part}.operation.sample)")
    return sample


class ZapError(Exception):
    """An error of the app, as the platform has it: its class and its message."""


@pytest.fixture
def paths() -> str:
    """The value of PATHS, as the operator sets it."""
    return ""


@pytest.fixture
def call(live_server: Any, app: App, paths: str) -> Iterator[Call]:
    """`call(method, **bundle)`: what the platform makes of it. Raises ZapError for what a Zap is told as an error."""
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
            if "error" in told:
                raise ZapError(told["error"]["name"], told["error"]["message"])
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


def test_the_definition_is_sound_and_what_zapier_publishes() -> None:
    tests = ["test/definition.test.js", "test/publish.test.js"]
    done = subprocess.run([NODE, "--test", *tests], cwd=FOLDER, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "# pass 12" in done.stdout


@pytest.mark.parametrize("paths", ["", "published"])
def test_a_business_connects_asks_and_stays_connected(call: Call, app: App, account: Account) -> None:
    given = {"state": "a-state-of-zapiers", "redirect_uri": REDIRECT_URI}
    assert signed_in(app.user).get(call("authentication.oauth2Config.authorizeUrl", inputData=given)).status_code == 200
    pair = connected(call, app)
    me = call("authentication.test", authData=pair)
    assert me["business_name"] == account.name
    fields = [field["key"] for field in call(f"{SEND}.inputFields", authData=pair)]
    assert set(REFERENCE) <= set(fields)
    assert len(fields) == len(set(fields))
    sent = call(f"{SEND}.perform", authData=pair, inputData=REFERENCE | {"company_name": ""})
    assert sent["message"] == "Review request scheduled for jane@example.com"
    assert sent["id"] == str(ReviewRequest.objects.get().pk)
    again = call(f"{SEND}.perform", authData=pair, inputData=REFERENCE | {"company_name": ""})
    assert again["id"] == sent["id"]  # a step that Zapier tries again asks once
    newer = call("authentication.oauth2Config.refreshAccessToken", authData=pair)
    assert newer["access_token"] != pair["access_token"]
    assert call("authentication.test", authData=newer)["id"] == me["id"]


# --- The action ------------------------------------------------------------------------------------------


def test_the_fields_are_those_that_the_api_tells(call: Call, app: App, owner_api: Any) -> None:
    shown = call(f"{SEND}.inputFields", authData=connected(call, app))
    told = {field["key"]: field for field in owner_api.get("/api/v1/review-requests/fields").json()["fields"]}
    assert len(shown) == len(told) > 12
    for field in shown:
        if field["key"] == "sequence":
            assert field["dynamic"] == "sequence.id.name"
        else:
            assert field == told[field["key"]]


VALIDATE = """(async () => {
    App.creates.send_review_request.operation.inputFields = given;
    const problems = await require('zapier-platform-core').createAppHandler(App)({ command: 'validate' });
    return problems.results.map((problem) => problem.message);
})()"""


def test_the_fields_keep_to_zapiers_schema(owner_api: Any) -> None:
    fields = owner_api.get("/api/v1/review-requests/fields").json()["fields"]
    assert evaluate(VALIDATE, fields) == []
    assert evaluate(VALIDATE, [*fields, {"key": "age", "type": "decimal"}]) != []


def test_people_choose_a_sequence_by_its_name(call: Call, app: App, account: Account, other_account: Account) -> None:
    pair = connected(call, app)
    copy = sequences.copy_sequence(Sequence.objects.get(account=account))
    Sequence.objects.filter(pk=copy.pk).update(name="After a repair")
    shown = call("triggers.sequence.operation.perform", authData=pair)
    assert [choice["name"] for choice in shown] == ["Standard (default)", "After a repair"]
    call(f"{SEND}.perform", authData=pair, inputData=REFERENCE | {"sequence": shown[1]["id"]})
    assert ReviewRequest.objects.get().sequence == copy


def test_the_sample_has_every_key_of_the_answer(call: Call, app: App) -> None:
    given = REFERENCE | {"external_id": "job-1047"}
    sent = call(f"{SEND}.perform", authData=connected(call, app), inputData=given)
    sample = sample_of("creates.send_review_request")
    assert set(sample) == set(sent)
    assert {key: type(value) for key, value in sample.items()} == {key: type(value) for key, value in sent.items()}


def test_a_second_run_with_the_same_input_asks_anew(call: Call, app: App) -> None:
    pair, meta = connected(call, app), {"zap": {"id": 1047}}
    first = call(f"{SEND}.perform", authData=pair, inputData=REFERENCE, meta=meta)
    lifecycle.cancel_request(request=ReviewRequest.objects.get(), now=timezone.now())
    second = call(f"{SEND}.perform", authData=pair, inputData=REFERENCE, meta=meta)
    assert second["id"] != first["id"]
    assert second["status"] == "scheduled"
    assert list(ReviewRequest.objects.order_by("created_at").values_list("status", flat=True)) == [
        "cancelled",
        "scheduled",
    ]


# --- Errors ----------------------------------------------------------------------------------------------


def test_what_is_wrong_is_said_in_the_apis_words(call: Call, app: App) -> None:
    with pytest.raises(ZapError, match="email"):
        call(f"{SEND}.perform", authData=connected(call, app), inputData={"email": "nobody"})


def test_a_token_that_ended_is_refreshed(call: Call, app: App) -> None:
    pair = connected(call, app)
    AccessToken.objects.update(expires=timezone.now())
    with pytest.raises(ZapError, match="RefreshAuthError"):  # at which the platform refreshes, and calls again
        call(f"{SEND}.perform", authData=pair, inputData=REFERENCE)
    assert not ReviewRequest.objects.exists()
    newer = call("authentication.oauth2Config.refreshAccessToken", authData=pair)
    assert call(f"{SEND}.perform", authData=newer, inputData=REFERENCE)["status"] == "scheduled"


def test_a_business_that_disconnected_is_asked_to_connect_again(call: Call, app: App) -> None:
    pair = connected(call, app)
    assert app.revoke(pair["access_token"]).status_code == 200
    with pytest.raises(ZapError, match="RefreshAuthError"):
        call("authentication.test", authData=pair)
    with pytest.raises(ZapError, match=r"ExpiredAuthError.+connect it again"):
        call("authentication.oauth2Config.refreshAccessToken", authData=pair)


METHODS = ["triggers.sequence.operation.perform", "triggers.new_feedback.operation.performList", f"{SEND}.perform"]
METHODS += ["triggers.new_feedback.operation.performSubscribe", "triggers.new_feedback.operation.performUnsubscribe"]


@pytest.mark.parametrize("method", METHODS)
def test_a_zap_that_calls_too_often_is_told_to_wait(call: Call, app: App, settings: Any, method: str) -> None:
    pair = connected(call, app)
    settings.API_RATE_PER_MINUTE = 1
    with time_machine.travel(timezone.now(), tick=False):  # no new minute begins between two calls
        call("authentication.test", authData=pair)
        with pytest.raises(ZapError) as told:
            call(method, authData=pair, inputData=REFERENCE, subscribeData={"id": ID}, targetUrl="https://zap.example/")
    name, message = told.value.args
    assert name == "ThrottledError"
    words = json.loads(message)
    assert 0 < words["delay"] <= 60
    assert "Too many calls" in words["message"]
    assert not ReviewRequest.objects.exists()


# --- Triggers --------------------------------------------------------------------------------------------


def answered(account: Account) -> None:
    asked(account, timezone.now(), external_id="job 1")
    delivery = Delivery.objects.select_related("account", "request").get()
    actions.record_feedback(delivery=delivery, rating=4, text="Fine.", now=timezone.now())


def failed(account: Account) -> None:
    request = asked(account, timezone.now(), channel="sms")
    change(contact=request.contact, values={"phone": ""}, now=timezone.now())


def opted_out(account: Account) -> None:
    asked(account, timezone.now())
    reason = Suppression.Reason.UNSUBSCRIBED
    where: dict[str, Any] = {"channel": "email", "address": "jane@example.com", "reason": reason, "evidence": ""}
    opt_outs.opt_out(account=account, now=timezone.now(), **where)


CUSTOMER = {
    "contact_name": "Jane Smith",
    "contact_first_name": "Jane",
    "contact_last_name": "Smith",
    "contact_email": "jane@example.com",
}
TRIGGERS: list[tuple[str, Callable[[Account], None], dict[str, Any]]] = [
    ("new_feedback", answered, {"rating": 4, "text": "Fine.", **CUSTOMER}),
    ("request_responded", answered, {"how": "Left feedback.", "external_id": "job 1", **CUSTOMER}),
    ("review_request_failed", failed, {"reason": contact_changes.NO_WAY_LEFT, **CUSTOMER}),
    ("contact_opted_out", opted_out, {"channel": "email", "email": "jane@example.com", "reason": "unsubscribed"}),
]


@pytest.mark.parametrize(("trigger", "happen", "expected"), TRIGGERS)
def test_a_trigger_is_told_and_may_ask(
    call: Call, app: App, account: Account, settings: Any, trigger: str, happen: Any, expected: dict[str, Any]
) -> None:
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]
    pair, operation = connected(call, app), f"triggers.{trigger}.operation"
    assert call(f"{operation}.performList", authData=pair) == []  # at which Zapier shows the sample
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
    assert list(shown) == list(sample_of(f"triggers.{trigger}"))
    assert call(f"{operation}.performList", authData=pair) == [shown]  # polled, it is the same
    forged = raw | {"content": told.body.decode().replace("jane@", "eve@")}
    with pytest.raises(ZapError, match="signature"):
        call(f"{operation}.perform", **bundle, rawRequest=forged)
    call(f"{operation}.performUnsubscribe", authData=pair, subscribeData=kept)
    assert not Endpoint.objects.exists()
    call(f"{operation}.performUnsubscribe", authData=pair, subscribeData=kept)  # gone already: no error


def test_two_zaps_with_the_same_trigger_are_both_told(call: Call, app: App, account: Account, settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]
    pair, operation = connected(call, app), "triggers.request_responded.operation"
    with receiving() as zapier:
        kept = [
            call(f"{operation}.performSubscribe", authData=pair, targetUrl=f"{zapier.url}/catch/{number}")
            for number in range(2)
        ]
        assert kept[0]["id"] != kept[1]["id"]
        answered(account)
        tell_due()
        assert sorted(told.path for told in zapier.told) == ["/catch/0", "/catch/1"]


def test_what_an_event_was_about_may_be_gone(call: Call, app: App, account: Account) -> None:
    pair = connected(call, app)
    answered(account)
    Feedback.objects.all().delete()
    (shown,) = call("triggers.new_feedback.operation.performList", authData=pair)
    assert (shown["feedback_id"], shown["text"], shown["contact_name"]) == (None, None, "Jane Smith")
