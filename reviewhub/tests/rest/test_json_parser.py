"""The parser of the API's bodies: any bytes become their JSON object, or an error that says they are none."""

import io
import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rest_framework.exceptions import ParseError

from reviewhub.rest.errors import MAX_BODY, PayloadTooLarge, StrictJSONParser

pytestmark = [pytest.mark.attack, pytest.mark.once]

often = settings(max_examples=300, deadline=None, derandomize=True, database=None)

values: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
    max_leaves=20,
)
objects = st.dictionaries(st.text(), values, max_size=6)
# Bytes that are nearly JSON: an object with something taken out, put in or changed.
nearly = st.builds(
    lambda raw, at, length, put: raw[: at % (len(raw) + 1)] + put + raw[at % (len(raw) + 1) + length :],
    objects.map(lambda value: json.dumps(value).encode()),
    st.integers(0, 10_000),
    st.integers(0, 3),
    st.binary(max_size=3) | st.sampled_from([b"NaN", b"Infinity", b"\\ud800", b"\\u0000", b",", b'"', b"[[", b"//"]),
)


def parsed(raw: bytes) -> dict[str, Any]:
    return StrictJSONParser().parse(io.BytesIO(raw))


@often
@given(objects, st.sampled_from([None, 0, 2]), st.booleans())
def test_an_object_comes_as_it_was_sent(value: dict[str, Any], indent: int | None, escaped: bool) -> None:
    assert parsed(json.dumps(value, indent=indent, ensure_ascii=escaped).encode()) == value


@often
@given(values)
def test_a_value_that_is_no_object_is_refused(value: Any) -> None:
    if not isinstance(value, dict):
        with pytest.raises(ParseError, match="must be a JSON object"):
            parsed(json.dumps(value).encode())


@often
@given(st.binary(max_size=200) | nearly)
@example(b"")
@example(b"\xef\xbb\xbf{}")
@example(b'{"a": NaN}')
@example(b'{"a": -Infinity}')
@example(b"[" * 100_000)
@example(b'{"a":' * 100_000)
@example(b'{"a": ' + b"9" * 5_000 + b"}")
@example(b'{"a": "\xed\xa0\x80"}')
def test_any_bytes_are_an_object_or_refused(raw: bytes) -> None:
    """Compare with the standard library, without the constants and encodings that it takes beyond JSON."""
    try:
        meant = json.loads(raw.decode("utf-8"), parse_constant=int)  # which no constant is
    except (ValueError, RecursionError):
        meant = None
    if isinstance(meant, dict):
        assert parsed(raw) == meant
    else:
        with pytest.raises(ParseError, match=r"The body (is not valid JSON: .+|must be a JSON object.*)\.$"):
            parsed(raw)


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_a_body_has_its_limit(more: int) -> None:
    raw = b'{"a": "' + b"x" * (MAX_BODY - 9 + more) + b'"}'
    assert len(raw) == MAX_BODY + more
    if more > 0:
        with pytest.raises(PayloadTooLarge):
            parsed(raw)
    else:
        assert parsed(raw)
