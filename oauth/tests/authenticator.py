"""An authenticator app for tests: RFC 6238 with the parameters that all apps have."""

import base64
import hashlib
import hmac
import time
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from oauth.models import User


class Phone:
    """Shows the codes of one secret, as the clock of the test goes."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def code(self, steps_ahead: int = 0) -> str:
        counter = int(time.time()) // 30 + steps_ahead
        digest = hmac.digest(base64.b32decode(self.secret), counter.to_bytes(8, "big"), hashlib.sha1)
        start = digest[-1] & 15
        return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"

    def wrong_code(self) -> str:
        right = {self.code(steps) for steps in range(-2, 3)}
        return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in right)


def give_phone(user: User) -> Phone:
    """A second factor for the person."""
    phone = Phone(generate_totp_secret())
    TOTP.activate(user, phone.secret)
    return phone


def confirm(client: Any, password: str = "correct horse") -> None:  # noqa: S107
    """Confirm that it is still the person, as they are asked to before they change their sign-in."""
    assert client.post("/security/confirm", {"password": password}).status_code == 302
