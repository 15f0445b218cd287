"""The page of the API for people: all that the document says, in their order."""

import json
import shlex
from typing import Any

import pytest
from django.test import Client

from reviews.api.openapi.published import FILE
from reviews.api.openapi.reference import Operation, Reference, read

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(FILE.read_text())
    return loaded


@pytest.fixture(scope="module")
def reference(document: dict[str, Any]) -> Reference:
    return read(document)


def operations(reference: Reference) -> dict[str, Operation]:
    return {operation.name: operation for section in reference.sections for operation in section.operations}


def test_asking_a_customer_comes_first(reference: Reference, client: Client) -> None:
    assert (reference.first.method, reference.first.path) == ("POST", "/api/v1/review-requests")
    page = client.get("/api/docs").content.decode()
    headings = [part.partition(">")[2].partition("<")[0] for part in page.split("<h3")[1:]]
    assert headings[0] == "Send a review request"
    assert headings.count("Send a review request") == 1


def test_every_call_and_every_error_of_the_document_is_there(document: dict[str, Any], reference: Reference) -> None:
    said = [operation["operationId"] for methods in document["paths"].values() for operation in methods.values()]
    assert sorted(operations(reference)) == sorted(said)
    names = {problem.name for problem in reference.problems}
    assert {name for one in operations(reference).values() for _, name in one.problems if name} == names
    codes = {problem.name: problem.code for problem in reference.problems}
    assert codes["InvalidRequest"] == "invalid_request"
    assert all(f'"{problem.code}"' in problem.example for problem in reference.problems)


def test_each_command_can_be_pasted(reference: Reference) -> None:
    for operation in operations(reference).values():
        words = shlex.split(operation.command)
        assert words[0] == "curl"
        if operation.body_type == "application/json":
            assert isinstance(json.loads(words[words.index("-d") + 1]), dict | list), operation.name


def test_fields_within_fields_are_named_by_the_way_to_them(reference: Reference) -> None:
    ask, page = operations(reference)["sendReviewRequest"], operations(reference)["listReviewRequests"]
    fields = {field.name: field for field in ask.body}
    assert (fields["email"].form, fields["delay_hours"].form) == ("e-mail address or null", "integer or null")
    assert fields["consent.wording"].is_required
    assert not fields["consent"].is_required
    assert {"results", "results[].id"} <= {field.name for field in page.answers[0].fields}
    assert "<code>scheduled</code>" in {field.name: field for field in page.parameters}["status"].about


def test_what_a_webhook_is_told_is_said_where_one_is_made(reference: Reference) -> None:
    told = operations(reference)["subscribe"].told
    assert "type" in {field.name for field in told[0].fields}


def test_what_the_document_says_is_text_and_no_markup(document: dict[str, Any]) -> None:
    changed = json.loads(json.dumps(document))
    changed["info"]["description"] = "a <script> & `<b>`"
    assert read(changed).about == "<p>a &lt;script&gt; &amp; <code>&lt;b&gt;</code></p>"
