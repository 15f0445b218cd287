"""The nodes for n8n against the live server, run by n8n's own engine on Node."""

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

from oauth.api_keys import create_api_key
from oauth.models import Account, User
from reviews.models import SUBSCRIBABLE, Delivery, Endpoint, ReviewRequest, Sequence
from reviews.pages import actions
from reviews.requests import sequences
from reviews.tests.support.helpers import REFERENCE, asked
from reviews.tests.support.node import NODE, needs_packages
from reviews.tests.support.receiver import Receiver, receiving, tell_due

FOLDER = Path(settings.BASE_DIR, "integrations", "n8n")
pytestmark = [
    pytest.mark.client,
    pytest.mark.django_db(transaction=True),
    needs_packages(FOLDER, "npm ci --ignore-scripts"),
]

Call = Callable[..., Any]
EVENTS = ["feedback.created", "review_request.responded"]
# As people fill in the form: their names of the fields, and those that they leave blank.
FORM: dict[str, Any] = {
    "email": REFERENCE["email"],
    "mobilePhoneNumber": REFERENCE["mobile_phone_number"],
    "firstName": REFERENCE["first_name"],
    "lastName": "",
    "delayHours": REFERENCE["delay_hours"],
}


class WorkflowError(Exception):
    """An error of a node, as its engine has it: its class, its message, and its description."""


@pytest.fixture(scope="module")
def built() -> None:
    """The nodes, compiled by n8n's own tool."""
    done = tool("build")
    assert done.returncode == 0, done.stdout


def tool(command: str) -> subprocess.CompletedProcess[str]:
    program = [NODE, "node_modules/@n8n/node-cli/bin/n8n-node.mjs", command]
    return subprocess.run(program, cwd=FOLDER, capture_output=True, text=True)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Where webhooks come in at n8n."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def call(live_server: Any, owner: User, account: Account, built: None, receiver: Receiver) -> Iterator[Call]:
    """`call(part, **given)`: what the engine makes of it. Raises WorkflowError for what a workflow shows as one."""
    _, key = create_api_key(account=account, user=owner, name="n8n")
    environment = os.environ | {
        "BASE_URL": f"{live_server.url}/",
        "API_KEY": key,
        "WEBHOOKS": f"{receiver.url}/webhook",
    }
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [NODE, "test/call.js"], cwd=FOLDER, env=environment, stdin=pipe, stdout=pipe, text=True
    ) as node:
        assert node.stdin
        assert node.stdout
        commands, answers = node.stdin, node.stdout

        def call(part: str, **given: Any) -> Any:
            print(json.dumps({"part": part, **given}), file=commands, flush=True)
            answer = json.loads(next(line for line in answers if line.startswith("> "))[2:])
            if "error" in answer:
                raise WorkflowError(*answer["error"].values())
            return answer["results"]

        yield call
        commands.close()


def test_n8ns_own_linter_has_nothing_against_the_package(built: None) -> None:
    done = tool("lint")
    assert done.returncode == 0, done.stdout
    assert "problem" not in done.stdout, done.stdout


# --- The action ------------------------------------------------------------------------------------------


def test_a_credential_is_tried_with_a_call(call: Call, account: Account) -> None:
    assert call("credential")["business_name"] == account.name


def test_a_workflow_asks_reads_and_cancels(call: Call, account: Account) -> None:
    copy = sequences.copy_sequence(Sequence.objects.get(account=account))
    more = {
        "sequence": str(copy.pk),
        "companyName": REFERENCE["company_name"],
        "metadata": json.dumps(REFERENCE["metadata"]),
        "externalId": "job 1",
        "language": "de-AT",
        "consentChannel": "email",
        "consentWording": "Yes, please.",
        "consentSource": "Booking form",
        "consentTime": "2026-01-02T13:00:00+01:00",
    }
    [sent] = call("node", parameters=FORM | {"operation": "send", "additionalFields": more})
    request = ReviewRequest.objects.select_related("contact").get()
    assert (sent["id"], sent["language"]) == (str(request.pk), "de-AT")
    assert (request.sequence, request.external_id, request.metadata) == (copy, "job 1", REFERENCE["metadata"])
    contact = request.contact
    assert (contact.first_name, contact.last_name, contact.company_name) == ("Jane", "", "Smith Industries")
    [consent] = contact.consents.all()
    assert (consent.channel, consent.at.isoformat()) == ("email", "2026-01-02T12:00:00+00:00")
    [read] = call("node", parameters={"operation": "get", "reviewRequestId": sent["id"]})
    assert read["status"] == "scheduled"
    assert read["messages"]
    [cancelled] = call("node", parameters={"operation": "cancel", "reviewRequestId": sent["id"]})
    assert cancelled["status"] == "cancelled"


def test_an_id_stays_within_its_part_of_the_address(call: Call, account: Account) -> None:
    request = asked(account, timezone.now())
    for wrong in (f"{request.pk}/cancel?x=", f"../review-requests/{request.pk}/cancel#", f"{request.pk}#"):
        with pytest.raises(WorkflowError, match="There is nothing at this address"):
            call("node", parameters={"operation": "cancel", "reviewRequestId": wrong})
    request.refresh_from_db()
    assert request.status == "scheduled"


def test_what_is_wrong_is_said_in_the_apis_words(call: Call, settings: Any) -> None:
    with pytest.raises(WorkflowError, match=r"NodeApiError.+email"):
        call("node", parameters={"operation": "send", "email": "nobody"})
    settings.API_RATE_PER_MINUTE = 1
    with time_machine.travel(timezone.now(), tick=False):  # no new minute begins between two calls
        call("credential")
        with pytest.raises(WorkflowError, match="Too many calls"):
            call("node", parameters={"operation": "send", "email": "jane@example.com"})
        with pytest.raises(WorkflowError, match="Too many calls"):
            call("sequences")
    assert not ReviewRequest.objects.exists()


def test_people_choose_a_sequence_by_its_name(call: Call, account: Account) -> None:
    copy = sequences.copy_sequence(Sequence.objects.get(account=account))
    Sequence.objects.filter(pk=copy.pk).update(name="After a repair")
    choices = call("sequences")
    assert choices[0] == {"name": "After a repair", "value": str(copy.pk)}
    assert [choice["name"] for choice in choices] == ["After a repair", "Standard"]


# --- The trigger -----------------------------------------------------------------------------------------


def activated(call: Call, settings: Any, events: list[str] = EVENTS) -> dict[str, Any]:
    """Switch a workflow on; return what n8n keeps of it."""
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]
    given: dict[str, Any] = {"parameters": {"events": events}, "data": {}}
    assert call("lifecycle", method="checkExists", **given)["result"] is False
    kept: dict[str, Any] = call("lifecycle", method="create", **given)["data"]
    return kept


def respond(account: Account) -> None:
    asked(account, timezone.now())
    delivery = Delivery.objects.select_related("account", "request").get()
    actions.record_feedback(delivery=delivery, rating=4, text="Fine.", now=timezone.now())


def test_a_workflow_is_started_by_what_happened(
    call: Call, account: Account, receiver: Receiver, settings: Any
) -> None:
    kept = activated(call, settings)
    endpoint = Endpoint.objects.get()
    assert (str(endpoint.pk), endpoint.events) == (kept["hook"], ["review_request.responded", "feedback.created"])
    assert endpoint.description == "n8n: Reviews"
    assert endpoint.url == f"{receiver.url}/webhook/catch/webhook"
    respond(account)
    tell_due()
    assert len(receiver.told) == 2
    for told in receiver.told:
        headers = {name.lower(): value for name, value in told.headers.items()}
        body = told.body.decode()
        answer = call("webhook", headers=headers, body=body, data=kept)
        assert (answer["status"], answer["items"]) == (200, [json.loads(body)])
        for forged in (
            {"headers": headers, "body": body.replace("jane@", "eve@"), "data": kept},
            {"headers": headers | {"webhook-timestamp": "1767355200"}, "body": body, "data": kept},
            {"headers": {}, "body": body, "data": kept},
            {"headers": headers, "body": body, "data": {}},
        ):
            assert call("webhook", **forged) == {"status": 401, "items": []}


def test_what_n8n_keeps_of_a_webhook_is_checked(call: Call, settings: Any) -> None:
    kept = activated(call, settings)

    def exists(events: list[str] = EVENTS) -> bool:
        found: bool = call("lifecycle", method="checkExists", parameters={"events": events}, data=kept)["result"]
        return found

    assert exists(EVENTS[::-1])
    assert not exists(EVENTS[:1])
    Endpoint.objects.update(is_active=False)
    assert not exists()
    Endpoint.objects.update(is_active=True, url="https://elsewhere.example/")
    assert not exists()
    Endpoint.objects.all().delete()
    assert not exists()


def test_a_workflow_that_is_switched_off_leaves_nothing(call: Call, settings: Any) -> None:
    kept, events = activated(call, settings), {"events": EVENTS}
    assert call("lifecycle", method="delete", parameters=events, data=kept) == {"result": True, "data": {}}
    assert not Endpoint.objects.exists()
    gone = call("lifecycle", method="delete", parameters=events, data=kept)
    assert gone == {"result": True, "data": {}}  # gone already: no error


def test_a_webhook_that_is_refused_is_said_in_the_apis_words(call: Call) -> None:
    given: dict[str, Any] = {"parameters": {"events": EVENTS}, "data": {}}
    with pytest.raises(WorkflowError) as told:  # an address within the server's own network
        call("lifecycle", method="create", **given)
    assert "url" in told.value.args[1]


def test_every_event_of_the_trigger_is_one_of_the_apis(call: Call, settings: Any) -> None:
    source = (FOLDER / "nodes" / "ReviewHubTrigger" / "ReviewHubTrigger.node.ts").read_text()
    events = [type_ for type_ in SUBSCRIBABLE if f"value: '{type_}'" in source]
    assert source.count("value: '") == len(events) > 10
    assert set(activated(call, settings, [str(type_) for type_ in events])) == {"hook", "secret"}
