"""Tags of the back-office: `business_field`, `switcher`, `page_name`; filters: `moment`, `leaves`, `admin_list_of`."""

from datetime import datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from reviewhub.backoffice.business import ALL, FIELD, business_of
from reviewhub.backoffice.moments import time_tag
from reviewhub.backoffice.switcher import Switcher, switcher_of

register = template.Library()


@register.simple_tag(takes_context=True)
def business_field(context: Any) -> SafeString:
    """Return the hidden field by which a form carries the business that it is shown for; it stands in each one."""
    business = business_of(context["request"])
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, business.pk if business else ALL)


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


@register.filter
def moment(at: datetime | None) -> SafeString:
    """Return the time in few words, with the exact one as its title."""
    return time_tag(at)


@register.filter
def admin_list_of(opts: Any) -> str:
    """Return the name of the address of a model's list; the argument is the model's `_meta`."""
    return f"admin:{opts.app_label}_{opts.model_name}_changelist"
