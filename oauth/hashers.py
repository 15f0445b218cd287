"""Hashes of secrets: a token or secret that opens an account is never stored as it was issued."""

import hashlib
import hmac
import secrets
from typing import Any

from django.contrib.auth.hashers import BasePasswordHasher

SECRET_PREFIX = "rhs_"  # noqa: S105 (the part that every client secret begins with)


def token_hash(token: str) -> str:
    """SHA-256 of a generated token, in hex: enough for 256 random bits, and an index can find it."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token(prefix: str) -> str:
    """A fresh token: its kind's prefix and 43 base64url characters (256 bits)."""
    return prefix + secrets.token_urlsafe(32)


class ClientSecretGenerator:
    """Generator that the library calls for a new app without a secret."""

    def hash(self) -> str:
        return new_token(SECRET_PREFIX)


class GeneratedSecretHasher(BasePasswordHasher):
    """Salted HMAC-SHA-256 for client secrets, 3,000 times faster than PBKDF2.

    Safe only for generated secrets of 128 bits or more, which cannot be guessed offline. People's
    passwords keep the slow hashers, which come first in PASSWORD_HASHERS.
    """

    algorithm = "generated_hmac_sha256"

    def encode(self, password: str, salt: str) -> str:
        digest = hmac.new(salt.encode(), password.encode(), hashlib.sha256).hexdigest()
        return f"{self.algorithm}${salt}${digest}"

    def decode(self, encoded: str) -> dict[str, str]:
        algorithm, salt, digest = encoded.split("$", 2)
        return {"algorithm": algorithm, "salt": salt, "hash": digest}

    def verify(self, password: str, encoded: str) -> bool:
        salt = self.decode(encoded)["salt"]
        return hmac.compare_digest(encoded, self.encode(password, salt))

    def safe_summary(self, encoded: str) -> dict[Any, Any]:
        decoded = self.decode(encoded)
        return {"algorithm": decoded["algorithm"], "salt": decoded["salt"][:4] + "…"}

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Do nothing: one HMAC takes the same time for every secret."""
