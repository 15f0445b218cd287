"""Addresses that an app may be redirected to, and what is said of the others."""

from typing import Any

import pytest

from oauth.redirect_uris import is_registered, problem_with, problem_with_origin

GOOD = "https://app.example/callback"


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("http://app.example/cb", "not encrypted"),
        ("http://localhost:3000/cb", "not encrypted"),
        ("app.example/cb", "must begin with https://"),
        ("javascript:alert(1)", "must begin with https://"),
        ("com.example.app:/cb", "must begin with https://"),
        ("//app.example/cb", "must begin with https://"),
        ("https:///cb", "no host"),
        ("https:app.example", "no host"),
        ("https://app.example:0/cb", "no host"),
        ("https://app.example:port/cb", "is no address"),
        ("https://[::1/cb", "is no address"),
        ("https://ann:secret@app.example/cb", "user name or password"),
        ("https://app.example/cb#part", "behind #"),
        ("https://app.example/cb#", "behind #"),
        ("https://*.app.example/cb", "holds a *"),
        ("https://app.example/ä", "characters"),
        ("https://app.example/\x7f", "characters"),
        ("https://app.example\\@evil.example/", "user name or password"),
        ('https://app.example/"', "characters"),
        ("https://app.example/" + "x" * 2000, "longer than 2000"),
    ],
)
def test_an_address_that_must_not_be_redirected_to_is_refused_in_words(uri: str, words: str) -> None:
    assert words in problem_with(uri)


@pytest.mark.parametrize(
    "uri", [GOOD, "https://app.example", "https://app.example:8443/cb?a=b&c=%20", "https://[::1]/cb"]
)
def test_a_full_https_address_is_taken(uri: str) -> None:
    assert problem_with(uri) == ""


def test_plain_http_is_for_a_developers_own_machine(settings: Any) -> None:
    settings.OAUTH2_PROVIDER = {"ALLOWED_REDIRECT_URI_SCHEMES": ["https", "http"]}
    assert problem_with("http://localhost:3000/cb") == ""
    assert problem_with("http://[::1]:3000/cb") == ""
    assert "not encrypted" in problem_with("http://app.example/cb")


# --- Apps on people's devices (RFC 8252) ------------------------------------------------------------

NATIVE = ["http://127.0.0.1/cb", "http://[::1]/cb", "http://localhost:3000/cb", "com.example.app:/cb", "a.b-c:/x/y?z=1"]


@pytest.mark.parametrize("uri", NATIVE)
def test_an_app_on_a_device_has_addresses_of_its_own(uri: str) -> None:
    assert problem_with(uri, is_public=True) == ""
    assert problem_with(uri) != ""


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("http://app.example/cb", "not encrypted"),
        ("http://127.0.0.1.app.example/cb", "not encrypted"),
        ("http://ann@127.0.0.1/cb", "user name"),
        ("myapp:/cb", "that has a dot"),
        ("javascript:alert(1)", "that has a dot"),
        ("com.example.app:cb", "one slash and a path"),
        ("com.example.app:/", "one slash and a path"),
        ("com.example.app://host/cb", "one slash and a path"),
        ("com.example.app:///cb", "one slash and a path"),
        ("com.example.app:/cb#part", "behind #"),
        ("com.example.*:/cb", "must begin"),
    ],
)
def test_other_addresses_of_such_an_app_are_refused_in_words(uri: str, words: str) -> None:
    assert words in problem_with(uri, is_public=True)


@pytest.mark.parametrize(
    ("uri", "registered", "found"),
    [
        ("http://127.0.0.1:51004/cb", "http://127.0.0.1/cb", True),
        ("http://127.0.0.1:51004/cb", "http://127.0.0.1:3000/cb", True),
        ("http://127.0.0.1/cb", "http://127.0.0.1:3000/cb", True),
        ("http://[::1]:51004/cb?a=b", "http://[::1]/cb?a=b", True),
        ("http://localhost:51004/cb", "http://localhost/cb", True),
        ("com.example.app:/cb", "com.example.app:/cb", True),
        ("http://127.0.0.1:51004/other", "http://127.0.0.1/cb", False),
        ("http://127.0.0.1:51004/cb?a=b", "http://127.0.0.1/cb", False),
        ("http://localhost:51004/cb", "http://127.0.0.1/cb", False),
        ("https://127.0.0.1:51004/cb", "https://127.0.0.1/cb", False),
        ("http://ann@127.0.0.1:51004/cb", "http://127.0.0.1/cb", False),
        ("http://127.0.0.1:x/cb", "http://127.0.0.1/cb", False),
        ("http://127.0.0.1:0/cb", "http://127.0.0.1/cb", False),
        ("https://app.example:8443/cb", "https://app.example/cb", False),
        ("com.example.app:/cb/", "com.example.app:/cb", False),
    ],
)
def test_only_the_port_of_a_device_is_free(uri: str, registered: str, found: bool) -> None:
    assert is_registered(uri, [GOOD, registered], is_public=True) is found
    assert is_registered(uri, [GOOD, registered], is_public=False) is (uri == registered)


# --- Origins of pages -----------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", ["https://app.example", "https://app.example:8443", "https://[::1]"])
def test_an_origin_is_scheme_and_host(origin: str) -> None:
    assert problem_with_origin(origin) == ""


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        *((origin, "is no origin") for origin in ("*", "null", "app.example", "https://app.example/", "https://*.a.b")),
        *((origin, "is no origin") for origin in ("https://App.example", "https://ann@app.example", "ftp://a.example")),
        ("http://app.example", "not encrypted"),
        ("http://localhost:3000", "not encrypted"),
        ("https://app.example:443", "usual port"),
    ],
)
def test_what_is_no_origin_is_refused_in_words(origin: str, words: str) -> None:
    assert words in problem_with_origin(origin)


def test_a_page_of_a_developers_own_machine_is_an_origin_while_developing(settings: Any) -> None:
    settings.OAUTH2_PROVIDER = {"ALLOWED_REDIRECT_URI_SCHEMES": ["https", "http"]}
    assert problem_with_origin("http://localhost:3000") == ""
    assert "not encrypted" in problem_with_origin("http://app.example")
