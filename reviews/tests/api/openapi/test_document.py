"""The OpenAPI document: made from the code, complete, true to the reference and to the answers that calls get."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from oauth.models import Account
from oauth.tests.flow import App, make_application
from reviewhub.outbound import Answer
from reviews.api.openapi.document import make_document
from reviews.api.openapi.published import FILE
from reviews.models import Delivery, Feedback, Notice
from reviews.pages import actions
from reviews.tests.support.document import in_place
from reviews.tests.support.helpers import REFERENCE, asked
from reviews.webhooks.notifier import WAITS, FinishedCall, settle

pytestmark = pytest.mark.django_db

FILED: dict[str, Any] = json.loads(FILE.read_text())
RELEASED = Path(__file__).with_name("openapi-1.0.0.json")
METHODS = ("get", "post", "patch", "put", "delete")


DOCUMENT: dict[str, Any] = in_place(FILED)


def operations(made: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(schema | {"components": DOCUMENT["components"]})


# --- Made from the code -------------------------------------------------------------------------------


def test_the_file_equals_the_document_that_the_code_makes() -> None:
    assert make_document() == FILED, "run `manage.py openapi`"


def test_it_says_how_often_a_webhook_is_called_again() -> None:
    """The number of calls after the first one, as test_notifier counts them."""
    (notice,) = DOCUMENT["paths"]["/api/v1/hooks"]["post"]["callbacks"]["event"].values()
    match = re.search(r"told again, up to (\d+) times in about 24 hours", notice["post"]["description"])
    assert match
    assert int(match[1]) == len(WAITS)


def test_it_keeps_to_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    validate(FILED)


def test_every_address_and_method_is_in_it_and_no_alias() -> None:
    served = set()
    for pattern in get_resolver().url_patterns:
        for url in getattr(pattern, "url_patterns", [pattern]):
            route = str(url.pattern) if isinstance(url, URLPattern) else ""
            if route.startswith("api/v1/") and (view := getattr(url.callback, "view_class", None)):
                path = "/" + re.sub(r"<\w+:pk>", "{id}", route)
                served |= {(path, method) for method in METHODS if hasattr(view, method)}
    described = {(path, method) for path, method, _ in operations(DOCUMENT)}
    assert {each for each in described if each[0].startswith("/api/")} == served
    assert len(served) > 17


def test_every_operation_is_described_in_full() -> None:
    names = [operation["operationId"] for *_, operation in operations(DOCUMENT)]
    assert len(names) == len(set(names))
    for path, method, operation in operations(DOCUMENT):
        assert operation["summary"], path
        assert operation["tags"], path
        assert "security" in operation, path
        if not path.startswith("/api/"):
            continue
        expected = {"401", "403", "429", "500", "503"} | ({"404"} if "{id}" in path else set())
        expected |= {"400", "413", "415"} if method in ("post", "patch") else set()
        assert expected <= set(operation["responses"]), (path, method)
        for status, response in operation["responses"].items():
            assert "X-Request-ID" in response["headers"], (path, status)
            if status >= "400":
                content = response["content"]["application/json"]
                assert content["schema"] == {"$ref": "#/components/schemas/ApiError"}


def test_every_example_fits_its_schema() -> None:
    seen = 0
    for path, _, operation in operations(DOCUMENT):
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for content in (content for body in bodies for content in body.get("content", {}).values()):
            examples = [each["value"] for each in content.get("examples", {}).values()]
            examples += [content["example"]] if "example" in content else []
            for example in examples:
                problems = [problem.message for problem in validator(content["schema"]).iter_errors(example)]
                assert problems == [], (path, example)
                seen += 1
    assert seen > 100


NUMBER = {"mobile_phone_number": "+12125551234"}


@pytest.mark.parametrize(
    ("body", "is_enough"),
    [
        (REFERENCE, True),
        ({"email": "jane@example.com"}, True),
        (NUMBER, True),
        ({"email": None, **NUMBER}, True),
        ({"email": "jane@example.com", "mobile_phone_number": None}, True),
        ({"first_name": "Jane"}, False),
        ({"email": None}, False),
        ({"email": None, "mobile_phone_number": None}, False),
        ({"mobile_phone_number": ""}, False),
    ],
)
def test_an_ask_needs_an_address_or_a_number(body: dict[str, Any], is_enough: bool, owner_api: Any) -> None:
    schema = {"$ref": "#/components/schemas/ReviewRequestInput"}
    assert validator(schema).is_valid(body) is is_enough
    answer = owner_api.post("/api/v1/review-requests", body | {"dry_run": True}, format="json")
    assert (answer.status_code == 200) is is_enough


# --- True to the reference ----------------------------------------------------------------------------

# The reference's fields of the main call: name, type, format and more.
REFERENCE_FIELDS: dict[str, dict[str, Any]] = {
    "first_name": {"type": "string", "description": "Contact's first name"},
    "last_name": {"type": "string", "description": "Contact's last name"},
    "email": {"type": "string", "format": "email"},
    "mobile_phone_number": {"type": "string"},
    "company_name": {"type": "string", "description": "Contact's company name"},
    "delay_hours": {"type": "integer", "minimum": 0, "default": 0},
    "metadata": {"type": "object"},
}
REFERENCE_KEYS = {
    "sendReviewRequest": (
        "201",
        {
            *("id", "contact_id", "contact_name", "contact_email", "contact_phone"),
            *("scheduled_for", "status", "message"),
        },
    ),
    "getStatus": (
        "200",
        {"active", "auth_type", "user_id", "scopes", "expires_at", "created_at", "last_used_at"},
    ),
    "exchangeToken": ("200", {"access_token", "token_type", "expires_in", "refresh_token", "scope"}),
    "revokeTokens": ("200", {"success", "message", "revoked_count"}),
}
REFERENCE_TOKEN = {"grant_type", "client_id", "client_secret", "code", "redirect_uri", "refresh_token", "code_verifier"}


def test_the_fields_are_those_of_the_reference() -> None:
    schema = DOCUMENT["components"]["schemas"]["ReviewRequestInput"]
    for name, expected in REFERENCE_FIELDS.items():
        field = schema["properties"][name]
        if "anyOf" in field:  # with a default, which a value of null has, too
            value, null = field["anyOf"]
            field = {**field, **value, "type": [value["type"], null["type"]]}
        assert field["type"] == [expected["type"], "null"]
        for key in set(expected) - {"type"}:
            assert field[key] == expected[key], (name, key)
    assert schema.get("required", []) == []  # the e-mail is needed only where there is no number


@pytest.mark.parametrize("operation_id", REFERENCE_KEYS)
def test_the_answers_have_the_keys_of_the_reference(operation_id: str) -> None:
    status, keys = REFERENCE_KEYS[operation_id]
    operation = next(each for *_, each in operations(DOCUMENT) if each["operationId"] == operation_id)
    schema = operation["responses"][status]["content"]["application/json"]["schema"]
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    assert keys <= set(schema["properties"])
    assert keys <= set(schema["required"])


def test_the_token_call_takes_the_fields_of_the_reference() -> None:
    assert set(DOCUMENT["components"]["schemas"]["TokenInput"]["properties"]) == REFERENCE_TOKEN


# --- True to the answers of calls -----------------------------------------------------------------------


CONSENT = {"channel": "email", "wording": "Yes", "source": "Form", "at": "2026-01-02T12:00:00Z"}


def check(response: Any, path: str, method: str) -> None:
    """Check that the document has the answer's status for this operation, with its headers and schema."""
    described = DOCUMENT["paths"][path][method]["responses"]
    assert str(response.status_code) in described, (path, method, response.status_code, response.content)
    entry = described[str(response.status_code)]
    for header in entry.get("headers", {}):
        if header not in ("Retry-After", "RateLimit", "RateLimit-Policy", "Idempotency-Replayed"):
            assert header in response, (path, header)
    if response.status_code == 204:
        assert response.content == b""
        return
    schema = entry["content"]["application/json"]["schema"]
    problems = [f"{problem.json_path}: {problem.message}" for problem in validator(schema).iter_errors(response.json())]
    assert problems == [], (path, method, response.json())


def test_every_answer_has_the_form_in_the_document(owner_api: Any, account: Account, now: datetime) -> None:
    def call(method: str, path: str, body: Any = None, key: Any = "", **headers: str) -> Any:
        address = path.replace("{id}", str(key))
        response = getattr(owner_api, method)(address, body, format="json", headers=headers)
        check(response, path, method)
        met.add((path, method))
        return response.json() if response.content else None

    met: set[tuple[str, str]] = set()
    requests = "/api/v1/review-requests"
    made = call("post", requests, REFERENCE)
    call("post", requests, REFERENCE)  # 200: it is open
    call("post", requests, REFERENCE | {"dry_run": True, "consent": CONSENT})
    call("post", requests, {"mobile_phone_number": "+12125550199", "dry_run": True})
    call("post", requests, {"email": "nobody"})
    call("post", requests, {"email": None, "mobile_phone_number": "", "channel": None})
    call("post", f"{requests}/bulk", {"requests": [REFERENCE, {"email": "bob@example.com"}, {}, 5]})
    call("post", f"{requests}/bulk", {})
    call("get", requests)
    call("get", f"{requests}/fields")
    call("get", f"{requests}/{{id}}", key=made["id"])
    call("patch", f"{requests}/{{id}}", {"delay_hours": 48, "metadata": {"job": 7}}, key=made["id"])
    call("patch", f"{requests}/{{id}}", {"delay_hours": -1}, key=made["id"])
    call("post", f"{requests}/{{id}}/hold", {"because": "refund"}, key=made["id"])
    call("post", f"{requests}/{{id}}/hold", {"because": "rating"}, key=made["id"])
    call("post", f"{requests}/{{id}}/release", key=made["id"])
    call("post", f"{requests}/{{id}}/cancel", key=made["id"])
    call("post", f"{requests}/{{id}}/hold", {"because": "refund"}, key=made["id"])  # 409
    call("post", f"{requests}/{{id}}/responded", key=made["id"])  # 409
    call("post", requests, REFERENCE | {"external_id": "job-7"})
    call("post", f"{requests}/{{id}}/responded", {"site": "Google"}, key="external_id:job-7")
    call("get", f"{requests}/{{id}}", key="external_id:job-7")
    call("get", f"{requests}/{{id}}", key="external_id:job-8")  # 404
    call("post", f"{requests}/{{id}}/cancel", key=made["id"])  # once more
    asked(account, now)
    delivery = Delivery.objects.filter(status="planned").latest("pk")
    actions.record_feedback(delivery=delivery, rating=4, text="Fine.", now=now)
    actions.record_scanned_feedback(account=account, rating=None, text="By the door.", now=now)
    call("get", "/api/v1/feedback")
    for feedback in Feedback.objects.all():
        call("get", "/api/v1/feedback/{id}", key=feedback.pk)
    call("get", "/api/v1/sequences")
    call("get", "/api/v1/sequences/{id}", key=account.sequences.get().pk)
    suppression = call("post", "/api/v1/suppressions", {"address": "jane@example.com"})
    call("get", "/api/v1/suppressions")
    call("get", "/api/v1/suppressions/{id}", key=suppression["id"])
    call("get", "/api/v1/contacts/{id}/evidence", key=made["contact_id"])
    call("get", "/api/v1/evidence", {"address": "jane@example.com"})
    call("get", "/api/v1/contacts")
    call("get", "/api/v1/contacts/{id}", key=made["contact_id"])
    call("patch", "/api/v1/contacts/{id}", {"last_name": None}, key=made["contact_id"])
    hook = call("post", "/api/v1/hooks", {"url": "https://hooks.example.com/1"})
    call("post", "/api/v1/hooks", {"url": "https://hooks.example.com/1"})  # 200: it is there
    call("post", "/api/v1/hooks", {"url": "http://10.0.0.1/"})
    actions.record_press(delivery=delivery, site=account.review_sites.get(), now=now)
    call("get", "/api/v1/events")
    call("get", "/api/v1/hooks")
    webhook = {"key": hook["id"]}
    call("get", "/api/v1/hooks/{id}", **webhook)
    call("patch", "/api/v1/hooks/{id}", {"events": ["link.clicked"]}, **webhook)
    test_event = call("post", "/api/v1/hooks/{id}/test", **webhook)
    notice = Notice.objects.get(event=test_event["event_id"])
    for answer in (Answer(None, 5, "No answer."), Answer(200, 5, text="ok")):
        settle([FinishedCall(notice, notice.endpoint, answer)], now)
    call("post", "/api/v1/hooks/{id}/replay", {"event_id": test_event["event_id"]}, **webhook)
    call("post", "/api/v1/hooks/{id}/replay", {"since": now.isoformat()}, **webhook)
    call("get", "/api/v1/hooks/{id}/attempts", **webhook)
    call("post", "/api/v1/hooks/{id}/secret", **webhook)
    call("patch", "/api/v1/hooks/{id}", {"active": False}, **webhook)
    call("post", "/api/v1/hooks/{id}/test", **webhook)  # 409
    call("delete", "/api/v1/hooks/{id}", **webhook)
    call("post", "/api/v1/suppressions/{id}/lift", {"because": "Asked"}, key=suppression["id"])
    call("delete", "/api/v1/contacts/{id}", key=made["contact_id"])
    call("get", "/api/v1/contacts/{id}", key=made["contact_id"])
    call("get", "/api/v1/suppressions")
    call("get", "/api/v1/events")
    call("get", "/api/v1/me")
    call("get", "/api/v1/status")
    assert met == {(path, method) for path, method, _ in operations(DOCUMENT) if path.startswith("/api/")}


@pytest.mark.parametrize(("path", "method"), [each[:2] for each in operations(DOCUMENT) if each[0].startswith("/api/")])
def test_a_call_without_a_token_is_answered_as_the_document_says(path: str, method: str) -> None:
    address = path.replace(
        "{id}", "7" if "contact" not in path and "request" not in path else "7" * 8 + "-7777" * 3 + "-" + "7" * 12
    )
    check(getattr(Client(), method)(address), path, method)


def test_the_oauth_answers_have_their_form(owner: Any, account: Account) -> None:
    app = App(owner, account, make_application())
    pair = app.pair()

    def call(path: str, **fields: str) -> None:
        check(app.server.post(path, app.credentials | fields), path, "post")

    call("/oauth/introspect", token=pair["access_token"])
    call("/oauth/introspect")
    call("/oauth/token", grant_type="refresh_token", refresh_token=pair["refresh_token"])
    call("/oauth/token", grant_type="refresh_token", refresh_token="x")
    call("/oauth/token", grant_type="refresh_token", refresh_token="x", client_secret="wrong")
    bearer = {"authorization": f"Bearer {app.pair()['access_token']}"}
    check(app.server.post("/oauth/revoke", headers=bearer), "/oauth/revoke", "post")
    check(app.server.post("/oauth/revoke", headers=bearer), "/oauth/revoke", "post")  # it has ended by now


# --- Never broken in silence --------------------------------------------------------------------------------


def breaks(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """List the differences that break a client of the old document."""
    problems = []
    for path, method, operation in operations(old):
        after = new["paths"].get(path, {}).get(method)
        if after is None:
            problems.append(f"{method} {path} is gone")
            continue
        problems += [
            f"{method} {path}: {each} is gone"
            for each in set(operation["responses"]) - set(after["responses"])
            if each < "300"
        ]
        known = {(each["name"], each["in"]) for each in operation.get("parameters", [])}
        now = {(each["name"], each["in"]): each for each in after.get("parameters", [])}
        problems += [f"{method} {path}: the parameter {name} is gone" for name, where in known - set(now)]
        problems += [
            f"{method} {path}: the parameter {name} is needed"
            for (name, where), each in now.items()
            if each.get("required") and (name, where) not in known
        ]
    for name, schema in old["components"]["schemas"].items():
        after = new["components"]["schemas"].get(name, {})
        problems += [
            f"{name}.{each} is gone" for each in set(schema.get("properties", {})) - set(after.get("properties", {}))
        ]
        is_input = name.endswith(("Input", "Change")) or name == "Lift"
        needed, before = set(after.get("required", [])), set(schema.get("required", []))
        problems += [f"{name}.{each} is needed" for each in needed - before if is_input]
        problems += [f"{name}.{each} may be missing" for each in before - needed if not is_input]
        for each, was in schema.get("properties", {}).items():
            is_now = after.get("properties", {}).get(each, {})
            if "type" in was and was["type"] != is_now.get("type", was["type"]):
                problems.append(f"{name}.{each} is another type")
        problems += [
            f"{name}: {each} is no choice" for each in set(schema.get("enum", [])) - set(after.get("enum", []))
        ]
    return problems


def test_the_released_document_still_holds() -> None:
    """A breaking change needs a new version in the path."""
    assert breaks(in_place(json.loads(RELEASED.read_text())), DOCUMENT) == []


def test_a_silent_break_would_be_found() -> None:
    schemas = deepcopy(DOCUMENT)
    del schemas["paths"]["/api/v1/me"]
    del schemas["components"]["schemas"]["ReviewRequest"]["properties"]["message"]
    schemas["components"]["schemas"]["ReviewRequestInput"]["required"] = ["email"]
    schemas["components"]["schemas"]["ReviewRequestStatus"]["enum"].remove("sent")
    schemas["components"]["schemas"]["Contact"]["properties"]["email"]["type"] = "string"
    assert sorted(breaks(DOCUMENT, schemas)) == [
        "Contact.email is another type",
        "ReviewRequest.message is gone",
        "ReviewRequestInput.email is needed",
        "ReviewRequestStatus: sent is no choice",
        "get /api/v1/me is gone",
    ]
