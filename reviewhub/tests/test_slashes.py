"""Slashes at the end of addresses."""

import pytest
from django.test import Client

from oauth.models import User


@pytest.mark.parametrize(
    ("typed", "page"),
    [
        ("/security/", "/security"),
        ("/connections/?a=1&b=%2F", "/connections?a=1&b=%2F"),
        ("/sign-in/", "/sign-in"),
        ("/r/some-token/", "/r/some-token"),
        ("/admin", "/admin/"),
        ("/admin/reviews/contact", "/admin/reviews/contact/"),
        ("/admin/operations?x=1", "/admin/operations/?x=1"),
    ],
)
def test_a_page_is_found_whatever_the_slash(operator: User, client: Client, typed: str, page: str) -> None:
    client.force_login(operator)
    answer = client.get(typed)
    assert (answer.status_code, answer.headers.get("Location")) == (302, page)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/contacts/",
        "/api/docs/",
        "/api/v1/openapi.json/",
        "/oauth/token/",
        "/oauth/authorize/",
        "/hooks/twilio/status/",
        "/.well-known/oauth-authorization-server/",
        "/healthz/",
        "/static/admin.css/",
        "/nothing-here",
        "/nothing-here/",
        "/admin/nothing-here",
        "/admin/nothing/here/",
        "/sign-in//",
    ],
)
def test_programs_and_addresses_of_nothing_are_told_so(operator: User, client: Client, path: str) -> None:
    client.force_login(operator)
    assert client.get(path).status_code == 404


def test_a_row_that_does_not_exist_stays_unknown(operator: User, client: Client) -> None:
    client.force_login(operator)
    path = "/admin/reviews/contact/00000000-0000-7000-8000-000000000000/"
    assert client.get(f"{path}change/").status_code == 302, "Django's own answer: the list, with a message"
    assert client.get("/r/unknown").status_code == 404


def test_what_is_sent_is_not_led_on(client: Client, db: None) -> None:
    assert client.post("/sign-in/", {"login": "x"}).status_code == 404
