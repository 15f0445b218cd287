"""Keys in a backup: fingerprints that say nothing, and the keys themselves behind a passphrase."""

from typing import Any

import pytest

from reviewhub.backups import keys

pytestmark = pytest.mark.once


def test_a_fingerprint_tells_the_same_key_and_holds_nothing_of_it(settings: Any) -> None:
    settings.WEBHOOK_KEY, settings.WEBHOOK_KEY_FALLBACKS = "a key of then", []
    then = keys.fingerprints()
    assert "a key of then" not in str(then)
    assert keys.differing(then) == []
    settings.WEBHOOK_KEY = "another one"
    assert keys.differing(then) == ["WEBHOOK_KEY"]
    settings.WEBHOOK_KEY_FALLBACKS = ["a key of then"]
    assert keys.differing(then) == []


def test_keys_come_out_with_their_passphrase_alone(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "COST", 2)
    settings.EVIDENCE_KEY = "signs evidence"
    closed = keys.encrypt("correct horse battery")
    assert "signs evidence" not in str(closed)
    opened = keys.decrypt(closed, "correct horse battery")
    assert opened["EVIDENCE_KEY"] == "signs evidence"
    assert list(opened) == list(keys.KEYS)
    with pytest.raises(keys.WrongPassphrase):
        keys.decrypt(closed, "correct horse batterz")
