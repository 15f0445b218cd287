"""What allauth does our way."""

import base64
import hashlib
import threading
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from reviewhub.client_address import client_address


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up; mail has links to PUBLIC_URL, and takes as long to answer for as none."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_password": "That is not your password. Look at it once more.",
        "enter_current_password": "That is not your password. Look at it once more.",
        "too_many_login_attempts": "Too many wrong codes. Try again in ten minutes.",
        "rate_limited": "Too many wrong codes. Try again in ten minutes.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_ajax(self, request: HttpRequest) -> bool:
        return False

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        return redirect("account_login")

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        is_staff = getattr(request.user, "is_staff", False)
        return reverse("admin:index" if is_staff else "connections")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
        return f"{settings.PUBLIC_URL}{path}"

    def reauthenticate(self, user: Any, password: str) -> bool:
        return bool(user.check_password(password))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send from a thread of its own, so that the answer does not tell by its time, or by an error, who is known.

        An error is written to the log by what looks at uncaught ones.
        """
        mail = self.render_mail(template_prefix, email, context | {"public_url": settings.PUBLIC_URL})
        threading.Thread(target=mail.send, name="mail").start()


class SecondFactorAdapter(DefaultMFAAdapter):
    """What second factors are checked with is encrypted: the database alone does not sign in.

    Raises cryptography.fernet.InvalidToken where SECOND_FACTOR_KEY is not the one of then.
    """

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "That code is not right. An app shows a new one every 30 seconds, and each works once.",
    }

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _cipher() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(settings.SECOND_FACTOR_KEY.encode()).digest()))
