"""Tags and filters of the back-office: forms and their business, names of pages and lists, times in few words."""

from datetime import datetime
from typing import Any

from django import template
from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from reviewhub.backoffice import progress
from reviewhub.backoffice.business import ALL, FIELD, business_of, written_in_view
from reviewhub.backoffice.moments import time_tag
from reviewhub.backoffice.switcher import Switcher, switcher_of

register = template.Library()


@register.simple_tag(takes_context=True)
def business_field(context: Any) -> SafeString:
    """Return the hidden field by which a form carries the business that it is shown for; it stands in each one."""
    business = business_of(context["request"])
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, business.pk if business else ALL)


@register.simple_tag(takes_context=True)
def progress_part(context: Any) -> SafeString:
    """Return the attributes of the part of a page that shows how far long work is (`progress_page`)."""
    return progress.attributes(context["request"])


@register.simple_tag(takes_context=True)
def switcher(context: Any) -> Switcher:
    """Return the businesses that the header offers."""
    return switcher_of(context["request"])


@register.simple_tag(takes_context=True)
def page_name(context: Any, address: str, otherwise: Any) -> str:
    """Return the name that the menu has for the page: a way back is called as the way there was."""
    items = [item for group in context.get("sidebar_navigation") or () for item in group["items"]]
    pages = [page for item in items for page in (*item.get("tabs", ()), item)]
    return str(capfirst(next((page["title"] for page in pages if page["link"] == address), otherwise)))


@register.filter
def leaves(at: datetime | None) -> SafeString:
    """Do what `moment` does for a message that waits: what is due now has not happened "just now"."""
    return time_tag(at, ahead=True)


@register.simple_tag(takes_context=True)
def may_ask(context: dict[str, Any]) -> bool:
    """Return True if the person may change things in a business in view; who may not is offered no way to ask."""
    return written_in_view(context["request"]) != []


@register.filter
def moment(at: datetime | None) -> SafeString:
    """Return the time in few words, with the exact one as its title."""
    return time_tag(at)


@register.filter
def admin_title_of_list(opts: Any) -> str:
    """Return the title of a model's list, as its own page has it; the argument is the model's `_meta`."""
    listing = getattr(admin.site._registry.get(opts.model), "listing", None)
    return str(listing.title if listing else capfirst(opts.verbose_name_plural))


@register.filter
def admin_list_of(opts: Any) -> str:
    """Return the name of the address of a model's list; the argument is the model's `_meta`."""
    return f"admin:{opts.app_label}_{opts.model_name}_changelist"
