"""Lists of the API: each takes the parameters that its document names, and says so of every other one."""

import json
from itertools import product
from typing import Any

import pytest

from oauth.models import Account
from reviews.api.openapi.published import FILE
from reviews.tests.journeys.attack.routes import routes, values_of
from reviews.tests.support.document import in_place
from reviews.tests.support.helpers import refused

pytestmark = [pytest.mark.attack, pytest.mark.django_db]

DOCUMENT = in_place(json.loads(FILE.read_text()))
ALIASES = {"/api/zapier/send-review-request": "/api/v1/review-requests"}  # which are not in the document
# The form of each list's answer, and no other one's.
PAGE = {"next", "previous", "results"}

Lists = dict[str, dict[str, Any]]


@pytest.fixture
def lists(full: Account, owner_api: Any) -> Lists:
    """Addresses of the lists, each with its documented parameters by name: whatever answers with a page is one."""
    lists: Lists = {}
    for route in routes():
        if route.pattern.startswith("api/"):
            path = route.path(values_of(route, full))
            answer = owner_api.get(path)
            if answer["Content-Type"] == "application/json" and set(answer.json()) == PAGE:
                documented = "/" + route.pattern.replace("<id:pk>", "{id}")
                operation = DOCUMENT["paths"][ALIASES.get(documented, documented)]["get"]
                lists[path] = {each["name"]: each for each in operation["parameters"] if each["in"] == "query"}
    assert len(lists) > 8
    return lists


def test_an_unknown_parameter_is_named_with_those_that_are_documented(owner_api: Any, lists: Lists) -> None:
    for path, parameters in lists.items():
        problem = refused(owner_api.get(f"{path}?emial=a@example.com"))["fields"]
        assert list(problem) == ["emial"]
        known = problem["emial"][0].removeprefix("Unknown here. Known are: ").removesuffix(".").split(", ")
        assert sorted(known) == sorted(parameters), path


@pytest.mark.parametrize("blank", ["", "%20"])
def test_a_blank_parameter_is_never_everybody(owner_api: Any, lists: Lists, blank: str) -> None:
    for path, name in ((path, name) for path, names in lists.items() for name in names):
        refused(owner_api.get(f"{path}?{name}={blank}"), name)


def test_a_parameter_that_is_there_twice_is_refused_where_it_is_no_list(owner_api: Any, lists: Lists) -> None:
    value = {"array": "link.clicked", "integer": "4", "boolean": "true"}
    for path, parameters in lists.items():
        for name, parameter in parameters.items():
            kind = parameter["schema"]["type"]
            answer = owner_api.get(f"{path}?{name}={value.get(kind, 'x')}&{name}={value.get(kind, 'x')}")
            if kind == "array":
                assert answer.status_code == 200, (path, name)
            else:
                assert "more than once" in refused(answer, name)["fields"][name][0]


def test_one_blank_among_several_values_is_refused(owner_api: Any) -> None:
    refused(owner_api.get("/api/v1/events?type=link.clicked&type="), "type")


def test_every_wrong_parameter_is_named_at_once(owner_api: Any) -> None:
    problems = refused(owner_api.get(f"/api/v1/contacts?emial=x&email=&page_size=1&page_size=2&{'n' * 500}=1"))
    assert set(problems["fields"]) == {"emial", "email", "page_size", "n" * 50}


def test_pages_have_the_size_that_is_asked_for_and_bad_ones_are_refused(owner_api: Any, lists: Lists) -> None:
    for path, size in product(lists, ["0", "-1", "1.5", "x", "²", "9" * 10]):
        refused(owner_api.get(f"{path}?page_size={size}"), "page_size")
    for path, cursor in product(lists, ["x", "cD14", "cj0xJnA9eA"]):
        refused(owner_api.get(f"{path}?cursor={cursor}"), "cursor")
    first = owner_api.get("/api/v1/contacts?page_size=1").json()
    second = owner_api.get(first["next"]).json()
    assert len(first["results"]) == len(second["results"]) == 1
    assert first["results"] != second["results"]
    assert "page_size=1" in first["next"]
    assert len(owner_api.get("/api/v1/contacts?page_size=1000").json()["results"]) > 1


def test_format_is_no_parameter(owner_api: Any) -> None:
    refused(owner_api.get("/api/v1/contacts?format=json"), "format")
