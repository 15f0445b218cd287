"""Pages about long work: while it goes on they look again by themselves, and when it has ended they open anew."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

SECONDS = 2  # between two looks
PART = "progress"  # the id of the part of the page that is taken over at each look


def attributes(request: HttpRequest) -> SafeString:
    """Return the attributes of the element that is taken over from the page at each look."""
    words = 'id="{}" hx-get="{}" hx-trigger="every {}s" hx-select="#{}" hx-target="this" hx-swap="outerHTML"'
    return format_html(words, PART, request.get_full_path(), SECONDS, PART)


def progress_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, is_running: bool, status: int = 200
) -> HttpResponse:
    """Return the page; to its script, which looks for progress where none is any more, the word to open it anew.

    A page that is opened anew brings the scripts of what it shows at the end, such as a form. It is opened by its
    address: where it was the answer to a form, loading it again would send the form again.
    """
    if not is_running and request.headers.get("HX-Target") == PART:
        return HttpResponse(headers={"HX-Redirect": request.get_full_path()})
    context |= {"running": is_running, "again_after": SECONDS}
    return TemplateResponse(request, template, context, status=status)
