"""A request's page, to read: a sentence on how it stands, what can be done, what happened, and the details."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviewhub.templatetags.backoffice import moment
from reviews.admin import badges, reasons, story
from reviews.models import Delivery, ReviewRequest

_WAYS: dict[str, Any] = {
    ReviewRequest.ChannelRule.AUTO: gettext_lazy("E-mail or text message"),
    ReviewRequest.ChannelRule.EMAIL: gettext_lazy("E-mail only"),
    ReviewRequest.ChannelRule.SMS: gettext_lazy("Text message only"),
}
_FIRST = ("correct_address", "take_back")  # what mends a request stands before everything else


def page(admin_page: Any, request: HttpRequest, row: ReviewRequest) -> HttpResponse:
    """Answer with the page. What the person may not do has no button on it."""
    chapter = story.chapter(row)
    story.add_reports(chapter)
    buttons = admin_page.buttons(request, row)
    ordered = {name: buttons[name] for name in (*_FIRST, *buttons) if name in buttons}
    context = {
        **admin_page.admin_site.each_context(request),
        "title": _("Request to %(customer)s") % {"customer": row.contact},
        "opts": admin_page.opts,
        "original": row,
        "chapter": chapter,
        "buttons": ordered,
        "may_write": admin_page.has_write_permission(request, row),
        "why": reasons.why(row),
        "ending": badges.word_of(row),
        "facts": _facts(admin_page, request, row, [message.row for message in chapter.messages]),
    }
    return TemplateResponse(request, "admin/reviews/reviewrequest/page.html", context)


def _facts(
    admin_page: Any, request: HttpRequest, row: ReviewRequest, messages: list[Delivery]
) -> list[tuple[str, Any]]:
    """Return what else is known, with its names; what is not there is left out."""
    shown = [
        (_("Business"), row.account if admin_page._sees_several(request) else None),
        (_("Sequence"), row.sequence),
        (_("Sent by"), _WAYS[ReviewRequest.ChannelRule(row.channel)]),
        (_("Language"), row.language),
        (_("First message due"), moment(row.scheduled_for)),
        (badges.recorded() if badges.are_only_recorded(messages) else _("Sent"), moment(row.sent_at)),
        (_("Answered"), moment(row.responded_at)),
        (_("Ended"), moment(row.ended_at)),
        (_("Your id"), row.external_id),
        (_("Sent along"), _metadata(row)),
    ]
    return [(name, value) for name, value in shown if value]


def _metadata(row: ReviewRequest) -> str:
    """Return what a program sent along, a line for each name."""
    return format_html_join("\n", "{}: {}", row.metadata.items()) if isinstance(row.metadata, dict) else ""
