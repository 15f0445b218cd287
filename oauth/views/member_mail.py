"""Mail to the signed-in person about the inbox of each business they work in: when they are told, and no more of it."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from oauth.member_mail import choose, find_by_token
from oauth.models import Membership
from reviewhub.languages import in_language

Tell = Membership.Tell


class MailForm(forms.Form):
    """When the member of a business is told what waits in its inbox."""

    tell = forms.ChoiceField(
        choices=[
            (Tell.AT_ONCE, gettext_lazy("At once; what follows within five minutes comes in one mail")),
            (Tell.DAILY, gettext_lazy("One mail in the morning, if there is anything")),
            (Tell.NEVER, gettext_lazy("Never")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, membership: Membership, data: Any = None) -> None:
        super().__init__(data, prefix=f"m{membership.pk}", initial={"tell": membership.told}, auto_id="%s")
        self.membership = membership


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def member_mail(request: HttpRequest) -> HttpResponse:
    """Show when the person is told, for each business they work in; keep their choices on POST."""
    user: Any = request.user
    rows = Membership.objects.filter(user=user.pk, account__is_active=True).select_related("account", "user", "mail")
    data = request.POST if request.method == "POST" else None
    chosen = [MailForm(row, data) for row in rows.order_by("account__name", "pk")]
    if data is None:
        context = {"forms": chosen, "sends_mail": settings.MAIL_PROVIDER}
        return render(request, "oauth/member_mail.html", context)
    shown = [form for form in chosen if form.add_prefix("tell") in data]  # a business may have come since
    if not all(form.is_valid() for form in shown):
        raise BadRequest
    for form in shown:
        choose(form.membership, Tell(form.cleaned_data["tell"]))
    messages.success(request, gettext("Kept."))
    return redirect("member-mail")


@csrf_exempt  # a mail program presses it without ever having seen a page of ours (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def stop_member_mail(request: HttpRequest, token: str) -> HttpResponse:
    """Say on GET what the link of a mail ends; end it on POST, without a sign-in, as often as it is pressed."""
    try:
        membership = find_by_token(token)
    except BadSignature as error:
        raise Http404 from error
    if request.method == "POST" and membership is not None:
        choose(membership, Tell.NEVER)
    is_done = membership is None or membership.told == Tell.NEVER
    language = (membership.user.language or membership.account.language) if membership is not None else ""
    context = {"membership": membership, "is_done": is_done}
    if not language:
        return render(request, "oauth/member_mail_stop.html", context)
    with in_language(language):
        return render(request, "oauth/member_mail_stop.html", context)
