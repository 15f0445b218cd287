"""Addresses typed by staff, brought into the form that the API's callers' are: both find the same contact."""

from typing import Any

from django import forms

from oauth.models import Account
from reviews.models.addresses import InvalidPhone, normalise_email, normalise_phone


def normalise(form: forms.Form | forms.ModelForm, cleaned: dict[str, Any], account: Account | None) -> list[str]:
    """Normalise `email` and `phone` in the cleaned data; a number nobody could call is said at its field.

    Returns what is doubtful about the number.
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
    """Say that there must be a way to write to the person."""
    if not form.errors and not cleaned.get("email") and not cleaned.get("phone"):
        raise forms.ValidationError("Give an e-mail address or a mobile number.")
