"""Forms for people: signing in, accepting an invitation, creating an API key."""

import re
import time
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.forms import AuthenticationForm
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from oauth.api_keys import NO_HOLDER, check_number, create_api_key, find_holder
from oauth.models import Account, ApiKey, User
from oauth.scopes import SCOPES
from reviewhub.encryption import Undecipherable
from reviewhub.refused import Refused
from reviewhub.sentences import said

LIFETIMES = {0: _("Until I end it"), 30: _("30 days"), 90: _("90 days"), 365: _("A year")}


class SignInForm(AuthenticationForm):
    """E-mail address, in any case, and password."""

    error_messages = {
        "invalid_login": _("That address and password do not go together. Look at both once more."),
        "inactive": _("This person may not sign in any more."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = gettext("E-mail")
        self.fields["username"].widget.attrs |= {"type": "email", "autocomplete": "username"}


class _Code:
    """A code of an authenticator app, good for one time (RFC 6238 §5.2), or a recovery code."""

    UNREADABLE = _("Your second factor cannot be checked any more. Ask the operator of this installation to remove it.")
    LONGEST_VALID = 120  # seconds: more than the three steps of a code

    fields: dict[str, forms.Field]
    user: User
    authenticator: Authenticator

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attributes = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        self.fields["code"].widget = forms.TextInput(attrs=attributes)

    def clean_code(self) -> str:
        try:
            code: str = super().clean_code()  # type: ignore[misc]
        except Undecipherable as error:
            raise forms.ValidationError(self.UNREADABLE) from error
        is_of_app = self.authenticator.type == Authenticator.Type.TOTP
        if is_of_app and not self._use_up(re.sub("[^0-9]", "", code)):
            raise forms.ValidationError(gettext("That code was used already. Wait for the next one."))
        return code

    def _use_up(self, digits: str) -> bool:
        """Note in the table that the code is used; return False if it was before. No cache that is lost forgets it."""
        now = time.time()
        with transaction.atomic():
            factor = Authenticator.objects.select_for_update().get(pk=self.authenticator.pk)
            used = {code: at for code, at in factor.data.get("used", {}).items() if at > now - self.LONGEST_VALID}
            if digits in used:
                return False
            factor.data["used"] = used | {digits: now}
            factor.save(update_fields=["data"])
        self.authenticator.data = factor.data
        return True


class CodeForm(_Code, AuthenticateForm):
    """The second step of signing in."""


class ConfirmingCodeForm(_Code, ReauthenticateForm):
    """The code of a person who is signed in already, to show that it is still them."""


class AcceptForm(forms.Form):
    """Name and password of an invited person who has none here yet."""

    name = forms.CharField(max_length=150, label=_("Your name"), widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        strip=False,
        label=_("A password"),
        help_text=_("At least eight characters, and none that everybody uses."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        strip=False, label=_("The password again"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._email = email

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        password, again = data.get("password"), data.get("again")
        if password and again and password != again:
            self.add_error("again", gettext("The two passwords are not the same."))
        if password:
            try:
                password_validation.validate_password(password, User(email=self._email, name=data.get("name", "")))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data


def scopes_choice() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        choices=SCOPES.items(), initial=list(SCOPES), widget=forms.CheckboxSelectMultiple, label=_("It may")
    )


class KeyForm(forms.Form):
    """A new API key: its purpose, its scopes, its lifetime."""

    name = forms.CharField(
        max_length=100, label=_("What is it for?"), help_text=_("A name to know it by, such as Website.")
    )
    scopes = scopes_choice()
    days = forms.TypedChoiceField(choices=LIFETIMES.items(), coerce=int, label=_("It works for"), initial=0)

    def expires_at(self) -> datetime | None:
        days: int = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=days) if days else None

    @sensitive_variables()
    def make_key(self, account: Account, user: Any) -> tuple[ApiKey, str] | None:
        """Make the key; return its row and its value, or None with the errors of the form."""
        holder = find_holder(account, user)
        if self.is_valid() and holder is None:
            self.add_error(None, said(NO_HOLDER))
        try:
            check_number(account, timezone.now())
        except Refused as refusal:
            self.add_error(None, refusal.reason)
        if not self.is_valid() or holder is None:
            return None
        return create_api_key(
            account=account,
            user=holder,
            name=self.cleaned_data["name"],
            scopes=self.cleaned_data["scopes"],
            expires_at=self.expires_at(),
        )
