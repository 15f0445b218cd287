"""Template filter for sentences that are stored in English."""

from django import template

from reviewhub import sentences

register = template.Library()


@register.filter
def said(text: object) -> str:
    """Return a stored sentence in the active language: `{{ request.reason|said }}`."""
    return sentences.said(text)
