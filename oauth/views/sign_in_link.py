"""Page behind a one-time link to sign in: a press signs in, so that no preview of a link uses it up."""

from allauth.account.utils import perform_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from oauth.sign_in.links import find_person, use_link


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def sign_in_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show whom the link signs in on GET, sign in on POST; 404 for a link that does not work, whatever the cause."""
    now = timezone.now()
    person = use_link(token, now) if request.method == "POST" else find_person(token, now)
    if person is None:
        return render(request, "oauth/sign_in_link.html", {}, status=404)
    if request.method == "POST":
        answer: HttpResponse = perform_login(request, person, redirect_url=reverse("admin:index"))
        return answer
    return render(request, "oauth/sign_in_link.html", {"person": person})
