"""The keys of an installation, in a backup: by their fingerprints, and themselves only where somebody asked for that.

Without the keys of then, what they encrypt or hash in the database is lost: second factors, secrets of webhooks, the
opt-outs of erased contacts, tokens of apps.
"""

import base64
import hashlib
import hmac
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.conf import settings

from reviewhub.first_settings import KEYS

# Of scrypt (RFC 7914): 128 MB and about half a second for each guess of the passphrase.
COST, BLOCK, LANES = 2**17, 8, 1


class WrongPassphrase(Exception):
    """The passphrase does not open the keys, or they have changed since."""


def fingerprints() -> dict[str, str]:
    """Return the fingerprint of each key: it tells whether a key is the same, and nothing else about it."""
    return {name: _fingerprint(getattr(settings, name)) for name in KEYS}


def differing(of_backup: dict[str, str]) -> list[str]:
    """Return the names of the keys of a backup that these settings have neither as the key nor as a former one."""
    return [name for name in KEYS if of_backup.get(name) not in {_fingerprint(key) for key in _keys(name)}]


def encrypt(passphrase: str) -> dict[str, str]:
    """Return the keys, encrypted with the passphrase."""
    salt, nonce = os.urandom(16), os.urandom(12)
    plain = json.dumps({name: getattr(settings, name) for name in KEYS}).encode()
    closed = AESGCM(_derive(passphrase, salt)).encrypt(nonce, plain, None)
    parts = {"salt": salt, "nonce": nonce, "closed": closed}
    return {name: base64.b64encode(part).decode() for name, part in parts.items()}


def decrypt(encrypted: dict[str, str], passphrase: str) -> dict[str, str]:
    """Return the keys by their names. Raises WrongPassphrase."""
    salt, nonce, closed = (base64.b64decode(encrypted[name]) for name in ("salt", "nonce", "closed"))
    try:
        plain: Any = json.loads(AESGCM(_derive(passphrase, salt)).decrypt(nonce, closed, None))
    except InvalidTag as error:
        raise WrongPassphrase from error
    return dict(plain)


def _keys(name: str) -> list[str]:
    return [getattr(settings, name), *getattr(settings, f"{name}_FALLBACKS", [])]


def _fingerprint(key: str) -> str:
    return hmac.new(key.encode(), b"ReviewHub backup: fingerprint", hashlib.sha256).hexdigest()[:16]


def _derive(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=COST, r=BLOCK, p=LANES).derive(passphrase.encode())
