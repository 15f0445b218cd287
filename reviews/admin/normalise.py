"""The normal form of addresses that staff type, the same as the API's: both find the same contact."""

from typing import Any

from django import forms

from oauth.models import Account
from reviews.models.addresses import InvalidPhone, normalise_email, normalise_phone


def normalise(form: forms.Form | forms.ModelForm, cleaned: dict[str, Any], account: Account | None) -> list[str]:
    """Normalise `email` and `phone` in the cleaned data; return doubts about the number, in words.

    A number that nobody could call is an error of its field.
    """
    warning = ""
    cleaned["email"] = normalise_email(cleaned.get("email") or "")
    if account and cleaned.get("phone"):
        try:
            cleaned["phone"], warning = normalise_phone(cleaned["phone"], account.country)
        except InvalidPhone as error:
            form.add_error("phone", str(error))
    return [warning] if warning else []


def require_one(form: forms.Form | forms.ModelForm, cleaned: dict[str, Any]) -> None:
    """Raise ValidationError where there is no way to write to the person."""
    if not form.errors and not cleaned.get("email") and not cleaned.get("phone"):
        raise forms.ValidationError("Give an e-mail address or a mobile number.")
