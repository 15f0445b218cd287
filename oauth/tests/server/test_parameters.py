"""The bodies of OAuth calls: a form and a JSON object say the same, and whatever bytes come are read or refused."""

import base64
import json
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlencode

import pytest
from django.test import RequestFactory
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from oauth.server.parameters import (
    MAX_BYTES,
    MAX_FIELDS,
    MAX_LENGTH,
    READ,
    BadParameters,
    basic_credentials,
    body_parameters,
    parameters_of,
)

pytestmark = [pytest.mark.attack, pytest.mark.once]

often = settings(max_examples=300, deadline=None, derandomize=True, database=None)

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
letters = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
pairs = st.dictionaries(letters, letters, max_size=8)
# Bytes that are nearly a form: names and values with what is special to it between them.
nearly = st.lists(
    st.sampled_from(
        [b"&", b"=", b"%", b"%2", b"%zz", b"%00", b"%ff", b"%ed%a0%80", b"+", b"a", b"token", b"\xff", b"[]"]
    ),
    max_size=20,
).map(b"".join)


def body(raw: bytes, content_type: str) -> dict[str, str]:
    return body_parameters(RequestFactory().post("/oauth/token", raw, content_type=content_type))


@often
@given(pairs)
def test_a_form_and_json_say_the_same(given_pairs: dict[str, str]) -> None:
    assert body(urlencode(given_pairs).encode(), FORM) == given_pairs
    assert body(json.dumps(given_pairs).encode(), JSON) == given_pairs
    assert parameters_of(urlencode(given_pairs)) == given_pairs


@often
@given(pairs, letters)
def test_what_is_there_twice_is_refused(given_pairs: dict[str, str], value: str) -> None:
    assume(given_pairs)
    name = next(iter(given_pairs))
    with pytest.raises(BadParameters, match="twice"):
        body(urlencode([*given_pairs.items(), (name, value)]).encode(), FORM)
    twice = json.dumps(given_pairs)[:-1] + f", {json.dumps(name)}: {json.dumps(value)}}}"
    with pytest.raises(BadParameters, match="twice"):
        body(twice.encode(), JSON)


@often
@given(st.binary(max_size=100) | nearly)
@example(b"a=%ed%a0%80")
@example(b"a=b&a=b")
@example(b"%")
def test_a_form_is_read_as_browsers_write_it_or_refused(raw: bytes) -> None:
    try:
        found = body(raw, FORM)
    except BadParameters:
        return
    assert list(found.items()) == parse_qsl(raw.decode(), keep_blank_values=True, strict_parsing=False)


@often
@given(
    st.binary(max_size=100)
    | st.recursive(st.none() | st.integers() | letters, st.lists).map(json.dumps).map(str.encode)
)
@example(b"[" * 50_000)
@example(b'{"a": "\\ud800"}')
@example(b'{"a": {"b": "c"}}')
@example(b'{"token": {"b": "c"}}')
@example(b'{"token": null}')
def test_json_that_is_no_object_of_texts_is_refused(raw: bytes) -> None:
    try:
        found = body(raw, JSON)
    except BadParameters:
        return
    sent = json.loads(raw) if raw.strip() else {}
    assert found == {name: value or "" for name, value in sent.items() if name in READ or isinstance(value, str)}


def test_what_is_no_json_is_refused_wherever_it_stands() -> None:
    with pytest.raises(BadParameters, match="not valid JSON"):
        body(b'{"a": NaN}', JSON)


@pytest.mark.parametrize("content_type", [FORM, JSON])
def test_bodies_are_bounded(content_type: str) -> None:
    def written(values: dict[str, str]) -> bytes:
        return (urlencode(values) if content_type == FORM else json.dumps(values)).encode()

    assert len(body(written({f"n{number}": "" for number in range(MAX_FIELDS)}), content_type)) == MAX_FIELDS
    with pytest.raises(BadParameters, match="more than"):
        body(written({f"n{number}": "" for number in range(MAX_FIELDS + 1)}), content_type)
    assert body(written({"a": "x" * MAX_LENGTH}), content_type)
    with pytest.raises(BadParameters, match="too long"):
        body(written({"a": "x" * (MAX_LENGTH + 1)}), content_type)
    with pytest.raises(BadParameters) as refused:
        body(b"x" * (MAX_BYTES + 1), content_type)
    assert refused.value.status == 413


@often
@given(letters, letters, st.sampled_from(["Basic", "basic", "BASIC"]))
def test_name_and_secret_come_as_they_were_sent(name: str, secret: str, scheme: str) -> None:
    encoded = base64.b64encode(f"{quote_plus(name)}:{quote_plus(secret)}".encode()).decode()
    assert basic_credentials(f"{scheme} {encoded}") == (name, secret)


@often
@given(st.text(max_size=60) | st.binary(max_size=40).map(lambda raw: "Basic " + base64.b64encode(raw).decode()))
def test_any_header_names_somebody_or_nobody(header: str) -> None:
    found: Any = basic_credentials(header)
    assert found is None or all(isinstance(part, str) and "\x00" not in part for part in found)
