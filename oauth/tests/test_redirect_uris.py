"""Addresses that an app may be redirected to, and what is said of the others."""

from typing import Any

import pytest

from oauth.redirect_uris import problem_with

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
