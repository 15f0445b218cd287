"""Encryption of secrets that the database holds and that have to be read again."""

import base64
import hashlib
from collections.abc import Iterable

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Undecipherable(Exception):
    """No key of the cipher decrypts the text."""


class Cipher:
    """A cipher with several keys (any texts): encrypts with the first, decrypts with whichever fits.

    A key is changed by putting the new one first.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        ciphers = [Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())) for key in keys]
        self._first, self._all = ciphers[0], MultiFernet(ciphers)

    def encrypt(self, text: str) -> str:
        return self._first.encrypt(text.encode()).decode()

    def decrypt(self, encrypted: str) -> str:
        """Return the plain text. Raises Undecipherable."""
        try:
            return self._all.decrypt(encrypted.encode()).decode()
        except InvalidToken as error:
            raise Undecipherable from error

    def renew(self, encrypted: str) -> str:
        """Encrypt the same text with the first key, unless it is already. Raises Undecipherable."""
        try:
            self._first.decrypt(encrypted.encode())
        except InvalidToken:
            return self.encrypt(self.decrypt(encrypted))
        return encrypted
