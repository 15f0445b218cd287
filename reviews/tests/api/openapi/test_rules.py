"""What holds for every operation and schema of the OpenAPI document, so that generators make code of it that works."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from reviews.api.openapi.document import make_document
from reviews.api.openapi.published import FILE
from reviews.api.openapi.rules import FORMATS_OF_ANSWERS

pytestmark = pytest.mark.once

DOCUMENT: dict[str, Any] = json.loads(FILE.read_text())
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
OPERATIONS: dict[str, Any] = {
    operation["operationId"]: operation for path in DOCUMENT["paths"].values() for operation in path.values()
}
WITHOUT_BODY = {"markResponded", "revokeTokens"}  # nothing in these bodies is needed
SUCCESS = {"200", "201", "202"}


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Each object within a part of the document; examples are none of it."""
    if isinstance(value, list):
        for item in value:
            yield from parts(item)
    elif isinstance(value, dict):
        yield value
        for key, item in value.items():
            if key not in ("example", "examples"):
                yield from parts(item)


def reached_from(value: Any) -> set[str]:
    """The names of the schemas that a part of the document refers to, directly or through others."""
    names: set[str] = set()
    waiting = [value]
    while waiting:
        references = {part["$ref"] for part in parts(waiting.pop()) if isinstance(part.get("$ref"), str)}
        found = {name.rpartition("/")[2] for name in references if "/schemas/" in name} - names
        names |= found
        waiting += [SCHEMAS[name] for name in found]
    return names


def contents(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What the bodies of a call hold, and those of its answers of success."""
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    for body in bodies:
        yield from (content for media, content in body.get("content", {}).items() if media != "text/html")


ANSWERS = reached_from([answer for each in OPERATIONS.values() for answer in each["responses"].values()])
INPUTS = reached_from([each.get("requestBody", {}) for each in OPERATIONS.values()])


def test_making_it_says_nothing_is_amiss(capsys: pytest.CaptureFixture[str]) -> None:
    """The library writes what it could not find out to the error stream."""
    make_document()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_described_in_full(name: str) -> None:
    operation = OPERATIONS[name]
    assert operation["summary"]
    assert len(operation["summary"]) < 80
    assert operation["description"] not in ("", operation["summary"])
    assert len(operation["tags"]) == 1
    assert "security" in operation
    assert operation.get("requestBody", {"required": True})["required"] is (name not in WITHOUT_BODY)
    for content in contents(operation):
        assert list(content["schema"]) == ["$ref"], "a body has a name"
    for content in operation.get("requestBody", {}).get("content", {}).values():
        assert "example" in content


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_parameter_that_filters_says_what_by(name: str) -> None:
    filters = [each for each in OPERATIONS[name].get("parameters", []) if each.get("in") == "query"]
    assert [each["name"] for each in filters if not each.get("description") and name != "authorize"] == []


def test_a_call_has_one_kind_of_body() -> None:
    """openapi-python-client 0.29.1 writes what cannot be imported for a required body of two (its issue 1451)."""
    assert [name for name, each in OPERATIONS.items() if len(each.get("requestBody", {}).get("content", "1")) > 1] == []


@pytest.mark.parametrize("name", ["sendReviewRequest", "getStatus", "exchangeToken", "revokeTokens"])
def test_what_the_reference_shows_is_shown(name: str) -> None:
    answers = [each for status, each in OPERATIONS[name]["responses"].items() if status in SUCCESS]
    assert answers
    assert all("example" in answer["content"]["application/json"] for answer in answers)
    assert all(
        "example" in DOCUMENT["components"]["responses"][each]["content"]["application/json"] for each in errors()
    )


def errors() -> set[str]:
    references = {part.get("$ref") for part in parts(DOCUMENT["paths"])}
    return {str(each).rpartition("/")[2] for each in references if str(each).startswith("#/components/responses/")}


def test_every_tag_says_what_it_is_about() -> None:
    assert {tag["name"] for tag in DOCUMENT["tags"]} == {each["tags"][0] for each in OPERATIONS.values()}
    assert all(re.fullmatch(r"[A-Z].+\.", tag["description"]) for tag in DOCUMENT["tags"])


def test_no_tag_is_shared_with_what_endpoints_are_told() -> None:
    assert "webhooks" not in DOCUMENT
    (notice,) = OPERATIONS["subscribe"]["callbacks"]["event"].values()
    assert "tags" not in notice["post"]


# --- Schemas --------------------------------------------------------------------------------------------

SOMETIMES = {
    "ApiError": {"fields", "active"},
    "BulkResult": {"review_request", "error"},
    "InputField": {"default", "placeholder", "choices", "dict"},
    "Introspection": {"scope", "client_id", "sub", "account_id", "iss", "iat", "exp", "token_type"},
}


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_a_key_that_is_always_there_is_required(name: str) -> None:
    schema = SCHEMAS[name]
    optional = set(schema.get("properties", {})) - set(schema.get("required", []))
    assert optional == SOMETIMES.get(name, set())


@pytest.mark.parametrize("name", sorted(ANSWERS - INPUTS))
def test_an_answer_promises_no_more_than_it_keeps(name: str) -> None:
    fields = SCHEMAS[name].get("properties", {})
    pages = {"next", "previous"} if name.endswith("Page") else set()
    for key, field in fields.items():
        for part in parts(field):
            assert part.get("format") in {None, *FORMATS_OF_ANSWERS} or key in pages, key
            assert not {"readOnly", "maxLength", "minLength", "pattern"} & part.keys(), key


def test_an_object_of_the_callers_own_may_hold_anything() -> None:
    fields = [
        schema["properties"]["metadata"] for schema in SCHEMAS.values() if "metadata" in schema.get("properties", {})
    ]
    assert len(fields) >= 3
    assert [field["additionalProperties"] for field in fields] == [{}] * len(fields)


def test_a_property_without_which_a_call_works_has_no_default_of_its_own() -> None:
    """openapi-typescript takes it for one that is always there: the reference's example does not compile then."""
    fields = [field for schema in SCHEMAS.values() for field in schema.get("properties", {}).values()]
    assert [field for field in fields if "default" in field] == []


def test_a_reference_stands_alone_and_not_in_a_list_of_one() -> None:
    assert [
        part for part in parts(DOCUMENT) for key in ("allOf", "anyOf", "oneOf") if len(part.get(key, "12")) < 2
    ] == []


# --- Names that OpenAPI Generator has, too ----------------------------------------------------------------

# Types of languages, and what its clients are made of: it writes ModelError for Error, and so on.
TAKEN = {
    *("any", "api", "apiclient", "apiexception", "apiresponse", "array", "blob", "boolean", "client", "configuration"),
    *(
        "date",
        "datetime",
        "decimal",
        "default",
        "dict",
        "enum",
        "error",
        "exception",
        "field",
        "file",
        "float",
        "function",
    ),
    *(
        "integer",
        "list",
        "long",
        "map",
        "model",
        "number",
        "object",
        "optional",
        "package",
        "param",
        "promise",
        "record",
    ),
    *("request", "response", "rest", "result", "set", "string", "symbol", "type", "uuid", "void"),
}
SUFFIXES = (
    "Request",
    "Response",
    *(f"{status}Response" for status in SUCCESS),
    "Body",
    "Data",
    "Error",
    "Errors",
    "Params",
)


def folded(name: str) -> str:
    """A name as languages with other habits have it: without its case and its separators."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def collisions(document: dict[str, Any]) -> list[str]:
    """Names of the document that a generator gives to two things, or has to change."""
    schemas = document["components"]["schemas"]
    operations = {each["operationId"]: each for path in document["paths"].values() for each in path.values()}
    kinds = {folded(name) for name in schemas}
    found = [f"{name}: two kinds" for name, number in Counter(map(folded, schemas)).items() if number > 1]
    found += [f"{name}: two calls" for name, number in Counter(map(folded, operations)).items() if number > 1]
    found += [f"{name}: taken" for name in schemas if folded(name) in TAKEN]
    found += [f"{name}: a call has it" for name in schemas if folded(name) in set(map(folded, operations))]
    found += [
        f"{name}{suffix}: made of a call"
        for name in operations
        for suffix in SUFFIXES
        if folded(name + suffix) in kinds
    ]
    found += [f"{tag['name']}: two of them" for tag in document["tags"] if f"{folded(tag['name'])}api" in kinds]
    for name, schema in schemas.items():
        properties = Counter(map(folded, schema.get("properties", {})))
        found += [f"{name}.{key}: twice" for key, number in properties.items() if number > 1]
        found += [f"{name}.{key}: its own kind" for key in properties if key == folded(name)]
        found += [f"{name}.{key}: an enum of it" for key in properties if f"{folded(name)}{key}enum" in kinds]
        found += [
            f"{name}: {key} twice"
            for key, number in Counter(map(folded, map(str, schema.get("enum", [])))).items()
            if number > 1
        ]
    for name, operation in operations.items():
        parameters = [each.get("name") or each["$ref"].rpartition("/")[2] for each in operation.get("parameters", [])]
        bodies = [content["schema"]["$ref"].rpartition("/")[2] for content in contents({**operation, "responses": {}})]
        found += [
            f"{name}: {key} twice" for key, number in Counter(map(folded, parameters + bodies)).items() if number > 1
        ]
    return found


def test_no_name_collides_in_a_generated_client() -> None:
    assert collisions(DOCUMENT) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Hook", "File"),
        ("Hook", "hookPage"),
        ("TokenInput", "ExchangeTokenRequest"),
        ("Hook", "ContactsApi"),
        ("Hook", "Subscribe"),
    ],
)
def test_a_name_that_collides_is_found(old: str, new: str) -> None:
    document = deepcopy(DOCUMENT)
    document["components"]["schemas"][new] = document["components"]["schemas"][old]
    assert len(collisions(document)) == 1


def test_a_property_that_collides_is_found() -> None:
    document = deepcopy(DOCUMENT)
    fields = document["components"]["schemas"]["Hook"]["properties"]
    fields |= {"createdAt": fields["created_at"], "hook": fields["url"]}
    assert collisions(document) == ["Hook.createdat: twice", "Hook.hook: its own kind"]
