"""Adapters of allauth: our texts, addresses and encryption in place of its own."""

import logging
import threading
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from oauth.models import User
from oauth.sign_in import sessions
from reviewhub.client_address import client_address
from reviewhub.devices import describe_device
from reviewhub.encryption import Cipher, Undecipherable
from reviewhub.languages import in_language

logger = logging.getLogger(__name__)

# In an authenticator's data: an app's secret, and what recovery codes are made from. A passkey has a public key alone.
ENCRYPTED = ("secret", "seed")


class AccountAdapter(DefaultAccountAdapter):
    """Accounts without sign-up, and mail with links to PUBLIC_URL."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_password": _("That is not your password. Look at it once more."),
        "enter_current_password": _("That is not your password. Look at it once more."),
        "too_many_login_attempts": _("Too many wrong codes. Try again in ten minutes."),
        "rate_limited": _("Too many wrong codes. Try again in ten minutes."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        sessions.begin(request)
        # Who has proved a moment ago who they are, or set their first password, is not asked to prove it again.
        record_authentication(request, user, method="sign_in", reauthenticated=True)

    def is_ajax(self, request: HttpRequest) -> bool:
        return False

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        return redirect("account_login")

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def is_safe_url(self, url: str) -> bool:
        """Tell whether people may be led on to the address: a path here, or an address under PUBLIC_URL.

        No other host that is answered: an operator's second name may be somebody else's tomorrow, and what a browser
        calls localhost is another machine each time.
        """
        own = urlsplit(settings.PUBLIC_URL).netloc
        is_ours = url == settings.PUBLIC_URL or url.startswith(("/", f"{settings.PUBLIC_URL}/"))
        return is_ours and url_has_allowed_host_and_scheme(url, allowed_hosts={own})

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

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Tell of a change once it has taken place."""
        transaction.on_commit(partial(super().send_notification_mail, *args, **kwargs))

    def _language_of(self, email: str) -> AbstractContextManager[None]:
        """Return the context of the person's own language; without one, of the browser that asks for the mail."""
        chosen = User.objects.filter(email=email.lower()).values_list("language", flat=True).first()
        return in_language(chosen) if chosen else nullcontext()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send from a thread of its own: neither the answer's time nor an error shows whether an address is known.

        An error goes to the log, as every uncaught one does.
        """
        with self._language_of(email):
            mail = self.render_mail(template_prefix, email, context | {"public_url": settings.PUBLIC_URL})
        threading.Thread(target=mail.send, name="mail").start()


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors with encrypted secrets: the database alone does not let anybody sign in."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("That code is not right. An app shows a new one every 30 seconds, and each works once."),
    }

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the host of PUBLIC_URL, whatever host was asked."""
        return {"id": urlsplit(settings.PUBLIC_URL).hostname or "", "name": "ReviewHub"}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002 (allauth's name)
        """Suggest the device at which the passkey is made as its name."""
        return describe_device(context.request.headers.get("User-Agent", ""))

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Raises Undecipherable."""
        return _cipher().decrypt(encrypted_text)


def renew_encryption() -> int:
    """Encrypt with the first key all that a former key encrypted; return how many second factors that changed."""
    return sum(_renew(factor.pk) for factor in Authenticator.objects.all() if _data_to_store(factor) != factor.data)


def _renew(key: int) -> bool:
    """Renew one second factor under a lock: a recovery code that is used meanwhile is marked in the same column."""
    with transaction.atomic():
        factor = Authenticator.objects.select_for_update().filter(pk=key).first()
        if factor is None:
            return False
        factor.data = _data_to_store(factor)
        factor.save(update_fields=["data"])
        return True


def _data_to_store(factor: Authenticator) -> dict[str, Any]:
    """The data of a second factor, encrypted with the first key; unchanged if no key fits."""
    cipher, data = _cipher(), dict(factor.data)
    try:
        return data | {name: cipher.renew(data[name]) for name in ENCRYPTED if name in data}
    except Undecipherable:
        logger.error("a second factor cannot be read: SECOND_FACTOR_KEY is not the one of then")
        return data


def _cipher() -> Cipher:
    return Cipher([settings.SECOND_FACTOR_KEY, *settings.SECOND_FACTOR_KEY_FALLBACKS])
