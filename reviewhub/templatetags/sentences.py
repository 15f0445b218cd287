"""Template filter for sentences that are stored in English, and tag for texts with places."""

from typing import Any

from django import template

from reviewhub import sentences

register = template.Library()


@register.filter
def said(text: object) -> str:
    """Return a stored sentence in the active language: `{{ request.reason|said }}`."""
    return sentences.said(text)


@register.simple_tag
def put(words: Any, name: str, **values: object) -> str:
    """Return one of the words with values in its places: `{% put words "review_on" site=site.name %}`."""
    text: str = words.put(name, **{key: str(value) for key, value in values.items()})
    return text
