"""Forms of passkeys (Web Authentication Level 3): what a browser answers is checked here before allauth reads it."""

import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

LONGEST_NAME = 60
# Parts of an answer that are read, and kept of a new passkey. A browser, or whoever plays one, may send any others.
PARTS = ("id", "rawId")
RESPONSE_PARTS = ("clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle")
# What reading and checking an answer that is none raises, in fido2 and in what it calls.
NO_ANSWER = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError),
    *(NotImplementedError, RecursionError, TypeError, ValueError, struct.error),
)


class AnswerField(forms.CharField):
    """The answer of a browser: a dict of the parts that are read, made at an address of PUBLIC_URL.

    fido2 would take an answer that was made on a subdomain as well, which may be somebody else's.
    """

    widget = forms.HiddenInput
    WRONG: Any = _("That passkey does not sign in here. Try again, or use another way.")
    ELSEWHERE: Any = _("Passkeys work at the address {address} alone. Open this page there.")

    def __init__(self, kind: type[AuthenticationResponse | RegistrationResponse]) -> None:
        super().__init__(strip=False, error_messages={"required": self.WRONG})
        self._kind = kind

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            answer = _read(text)
            client = self._kind.from_dict(answer).response.client_data
        except NO_ANSWER as error:
            raise forms.ValidationError(self.WRONG) from error
        if client.origin != _public_origin() or client.cross_origin:
            raise forms.ValidationError(self.ELSEWHERE.format(address=settings.PUBLIC_URL))
        return answer


class AddForm(webauthn.AddWebAuthnForm):
    """A new passkey and its name."""

    passwordless = None  # every passkey may sign in alone
    name = forms.CharField(max_length=LONGEST_NAME, required=False, label=_("Its name"))
    credential = AnswerField(RegistrationResponse)

    def clean(self) -> dict[str, Any]:
        with _in_our_words():
            return dict(super().clean())


class RenameForm(webauthn.EditWebAuthnForm):
    """Another name for a passkey."""

    name = forms.CharField(max_length=LONGEST_NAME, label=_("Its name"))

    def save(self) -> Authenticator:
        """Write the name. Raises Authenticator.DoesNotExist if the passkey was removed meanwhile."""
        with transaction.atomic():
            passkey: Authenticator = Authenticator.objects.select_for_update().get(pk=self.instance.pk)
            passkey.wrap().name = self.cleaned_data["name"]
            passkey.save(update_fields=["data"])
        return passkey


class _Use(webauthn.AuthenticateWebAuthnForm):
    """A passkey that is used."""

    credential = AnswerField(AuthenticationResponse)

    def clean_credential(self) -> Authenticator:
        with _in_our_words():
            passkey: Authenticator = super().clean_credential()
            return passkey


class SecondStepForm(_Use):
    """The second step of signing in, by passkey."""


class ConfirmForm(_Use, webauthn.ReauthenticateWebAuthnForm):
    """The passkey of a person who is signed in already, to show that it is still them."""


class SignInForm(_Use, webauthn.LoginWebAuthnForm):
    """Signing in with a passkey alone."""


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Say of whatever is wrong with a passkey the same in words that do not speak of codes; too many tries stay."""
    try:
        yield
    except forms.ValidationError as error:
        is_limit = getattr(error, "code", None) == "too_many_login_attempts"
        raise error if is_limit else forms.ValidationError(AnswerField.WRONG) from error
    except NO_ANSWER as error:
        raise forms.ValidationError(AnswerField.WRONG) from error


def _read(text: str) -> dict[str, Any]:
    """Return the parts that are read, each a text. Raises one of NO_ANSWER."""
    answer = json.loads(text)
    parts = {name: answer[name] for name in PARTS}
    response = {name: answer["response"][name] for name in RESPONSE_PARTS if answer["response"].get(name) is not None}
    if not all(isinstance(part, str) for part in (*parts.values(), *response.values())):
        raise TypeError
    return parts | {"response": response}


def _public_origin() -> str:
    """Return the origin of PUBLIC_URL as browsers write it (RFC 6454, section 6.2)."""
    url = urlsplit(settings.PUBLIC_URL)
    port = "" if url.port in (None, {"https": 443, "http": 80}[url.scheme]) else f":{url.port}"
    return f"{url.scheme}://{url.hostname}{port}"
