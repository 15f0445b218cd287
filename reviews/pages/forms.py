"""Forms of the recipient's pages."""

from typing import Any

from django import forms
from django.http import HttpRequest

from reviews.models import Feedback
from reviews.texts import Words

RATINGS = [(rating, str(rating)) for rating in range(1, 6)]
MOST = Feedback._meta.get_field("text").max_length


class FeedbackForm(forms.Form):
    """Feedback: a rating, a text, or both. Its problems are said in the page's words."""

    rating = forms.TypedChoiceField(
        choices=RATINGS, coerce=int, required=False, empty_value=None, widget=forms.RadioSelect
    )
    text = forms.CharField(
        max_length=MOST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args: Any, words: Words, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words
        self.fields["rating"].error_messages["invalid_choice"] = words.nothing_chosen
        self.fields["text"].error_messages["max_length"] = words.put("too_long", most=str(MOST))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and cleaned.get("rating") is None and not cleaned.get("text"):
            raise forms.ValidationError(self.words.nothing_chosen)
        return cleaned


def what_was_typed(request: HttpRequest) -> dict[str, str]:
    """Return rating and text as they stand in a form that is not sent yet; empty where both are."""
    typed = {name: request.POST.get(name, "") for name in ("rating", "text")}
    return typed if any(typed.values()) else {}
