"""Signed documents: one form for one value, and a signature that anybody can check."""

import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from reviewhub.signatures import MOST, NoCanonicalForm, canonical, public_keys, sign

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-MOST, MOST) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcXYZ_0", max_size=5), inner, max_size=4),
    max_leaves=12,
)


def raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def is_genuine(signed: dict[str, Any], keys: list[dict[str, str]]) -> bool:
    (key,) = [key for key in keys if key["kid"] == signed["key_id"]]
    document = {name: value for name, value in signed.items() if name != "signature"}
    try:
        Ed25519PublicKey.from_public_bytes(raw(key["x"])).verify(raw(signed["signature"]), canonical(document))
    except InvalidSignature:
        return False
    return True


@given(VALUES)
def test_a_value_has_one_form_however_it_is_written(value: Any) -> None:
    form = canonical(value)
    assert json.loads(form) == value
    assert canonical(json.loads(json.dumps(value, indent=3))) == form


def test_the_form_is_that_of_rfc_8785() -> None:
    """Its §3.2.2.2 and §3.2.3, without numbers that have a fraction."""
    value = {"string": '\u20ac$\u000f\nA\'B"\\\\"/', "literals": [None, True, False], "number": 333333333, "A": "ö"}
    expected = '{"A":"ö","literals":[null,true,false],"number":333333333,"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    assert canonical(value) == expected.encode()


@pytest.mark.parametrize("value", [1.5, {"é": 1}, {1: 1}, MOST + 1, -MOST - 1, b"", {"a": [float("nan")]}, "\ud800"])
def test_what_other_programs_might_write_otherwise_is_refused(value: Any) -> None:
    with pytest.raises(NoCanonicalForm):
        canonical(value)


def test_a_signature_holds_for_the_document_as_it_is_and_no_other() -> None:
    signed = sign({"text": "Grüße", "count": 3})
    assert is_genuine(signed, public_keys())
    assert not is_genuine(signed | {"count": 4}, public_keys())
    assert not is_genuine(signed | {"more": None}, public_keys())


def test_a_document_of_a_former_key_is_checked_after_a_change(settings: Any) -> None:
    settings.EVIDENCE_KEY, settings.EVIDENCE_KEY_FALLBACKS = "one", []
    old = sign({"a": 1})
    settings.EVIDENCE_KEY, settings.EVIDENCE_KEY_FALLBACKS = "two", ["one"]
    new = sign({"a": 1})
    assert is_genuine(old, public_keys())
    assert is_genuine(new, public_keys())
    assert old["key_id"] != new["key_id"]
    assert public_keys()[0]["kid"] == new["key_id"]


def test_the_id_of_a_key_is_its_thumbprint(settings: Any) -> None:
    """RFC 8037, appendix A.3, gives the thumbprint of its example key."""
    from reviewhub import signatures

    key = signatures.Ed25519PrivateKey.from_private_bytes(raw("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"))
    public = signatures._public_key(key)
    assert public["x"] == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    assert public["kid"] == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_public_keys_have_no_private_half() -> None:
    assert all("d" not in key for key in public_keys())
    assert {frozenset(key) for key in public_keys()} == {frozenset(["alg", "crv", "kid", "kty", "use", "x"])}
