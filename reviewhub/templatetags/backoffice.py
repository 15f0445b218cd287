"""Tags and filters of the back-office: `business_field`, `switcher`, `moment`, `admin_list_of`."""

from datetime import datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

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


@register.filter
def moment(at: datetime | None) -> SafeString:
    """Return the time in few words, with the exact one as its title."""
    return time_tag(at)


@register.filter
def admin_list_of(opts: Any) -> str:
    """Return the name of the address of a model's list; the argument is the model's `_meta`."""
    return f"admin:{opts.app_label}_{opts.model_name}_changelist"
