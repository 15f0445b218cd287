"""Forms of the recipient's pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from reviews.models import Feedback

RATINGS = [
    (1, gettext_lazy("1 of 5")),
    (2, gettext_lazy("2 of 5")),
    (3, gettext_lazy("3 of 5")),
    (4, gettext_lazy("4 of 5")),
    (5, gettext_lazy("5 of 5")),
]


class FeedbackForm(forms.Form):
    """Feedback: a rating, a text, or both."""

    rating = forms.TypedChoiceField(
        choices=RATINGS, coerce=int, required=False, empty_value=None, widget=forms.RadioSelect
    )
    text = forms.CharField(
        max_length=Feedback._meta.get_field("text").max_length,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and cleaned.get("rating") is None and not cleaned.get("text"):
            raise forms.ValidationError(gettext_lazy("Choose a number or write a few words; then send it."))
        return cleaned
