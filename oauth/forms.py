"""What people fill in: signing in, and making an API key."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils import timezone

from oauth.scopes import SCOPES

LIFETIMES = {0: "Until I end it", 30: "30 days", 90: "90 days", 365: "A year"}


class SignInForm(AuthenticationForm):
    """E-mail address, in any case, and password."""

    error_messages = {
        "invalid_login": "That address and password do not go together. Look at both once more.",
        "inactive": "This person may not sign in any more.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail"
        self.fields["username"].widget.attrs |= {"type": "email", "autocomplete": "username email"}


def scopes_choice() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        choices=SCOPES.items(), initial=list(SCOPES), widget=forms.CheckboxSelectMultiple, label="It may"
    )


class KeyForm(forms.Form):
    """A new API key: what it is for, what it may do, how long it lives."""

    name = forms.CharField(max_length=100, label="What is it for?", help_text="A name to know it by, such as Website.")
    scopes = scopes_choice()
    days = forms.TypedChoiceField(choices=LIFETIMES.items(), coerce=int, label="It works for", initial=0)

    def expires_at(self) -> datetime | None:
        days: int = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=days) if days else None
