"""The stored form of addresses that staff type, the same as the API's: both find the same contact."""

from typing import Any

from django import forms
from django.utils.translation import gettext

from oauth.models import Account
from reviews.models.addresses import InvalidEmail, InvalidPhone, normalise_email, normalise_phone, show_email


class EmailField(forms.CharField):
    """A form field that holds an e-mail address in its stored form, and shows it as people read it.

    Django's own takes letters that fold to ASCII, and knows hosts by IDNA 2003.
    """

    widget = forms.EmailInput

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        try:
            return normalise_email(text) if text else ""
        except InvalidEmail as error:
            raise forms.ValidationError(str(error)) from error

    def prepare_value(self, value: Any) -> Any:
        return show_email(value) if isinstance(value, str) else value


def normalise(form: forms.Form | forms.ModelForm, cleaned: dict[str, Any], account: Account | None) -> list[str]:
    """Normalise `phone` in the cleaned data; return doubts about the number, in words. `email` is an EmailField.

    A number that nobody could call is an error of its field.
    """
    warning = ""
    if account and cleaned.get("phone"):
        try:
            cleaned["phone"], warning = normalise_phone(cleaned["phone"], account.country)
        except InvalidPhone as error:
            form.add_error("phone", str(error))
    return [warning] if warning else []


def require_one(form: forms.Form | forms.ModelForm, cleaned: dict[str, Any]) -> None:
    """Raise ValidationError where there is no way to write to the person."""
    if not form.errors and not cleaned.get("email") and not cleaned.get("phone"):
        raise forms.ValidationError(gettext("Give an e-mail address or a mobile number."))
