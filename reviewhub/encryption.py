"""Secrets that have to be read again, encrypted for the database."""

import base64
import hashlib
from collections.abc import Iterable

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Undecipherable(Exception):
    """None of the keys is the one that it was encrypted with."""


class Cipher:
    """Encrypts with the first of the keys, any texts; deciphers what any of them has encrypted."""

    def __init__(self, keys: Iterable[str]) -> None:
        ciphers = [Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())) for key in keys]
        self._first, self._all = ciphers[0], MultiFernet(ciphers)

    def encrypt(self, text: str) -> str:
        return self._first.encrypt(text.encode()).decode()

    def decrypt(self, encrypted: str) -> str:
        """Raises Undecipherable."""
        try:
            return self._all.decrypt(encrypted.encode()).decode()
        except InvalidToken as error:
            raise Undecipherable from error

    def renewed(self, encrypted: str) -> str:
        """The same under the first key; unchanged where it is so already. Raises Undecipherable."""
        try:
            self._first.decrypt(encrypted.encode())
        except InvalidToken:
            return self.encrypt(self.decrypt(encrypted))
        return encrypted
