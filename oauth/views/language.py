"""Language of the signed-in person: chosen on the page of sign-in and security, or in the user's menu."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, gettext_lazy, override
from django.views.decorators.http import require_POST

from oauth.models import User
from reviewhub.languages import persons_language


class LanguageForm(forms.Form):
    """The languages that are here, each by its own name, and the browser's choice."""

    language = forms.ChoiceField(
        choices=[("", gettext_lazy("As your browser says")), *settings.LANGUAGES],
        required=False,
        label=gettext_lazy("Language"),
    )


@require_POST
@login_required
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the choice, and lead back to the page in `next`, if that is one of ours."""
    form = LanguageForm(request.POST)
    if not form.is_valid():
        raise BadRequest
    user: Any = request.user
    user.language = form.cleaned_data["language"]
    User.objects.filter(pk=user.pk).update(language=user.language)
    with override(persons_language(user.language, request.headers.get("Accept-Language", ""))):
        messages.success(request, gettext("This is your language now."))
    wanted = request.POST.get("next", "")
    return redirect(wanted if wanted and get_adapter().is_safe_url(wanted) else "mfa_index")


def languages_of(request: HttpRequest) -> LanguageForm:
    """Return the form with the person's present choice."""
    user: Any = request.user
    return LanguageForm(initial={"language": user.language})
