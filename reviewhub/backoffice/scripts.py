"""Scripts of Django's admin that a page does not need."""

from collections.abc import Collection
from typing import Any

from django.forms import Media

FOR_PREPOPULATED_FIELDS = (
    "admin/js/urlify.js",
    "admin/js/prepopulate.js",
    "admin/js/vendor/xregexp/xregexp.js",
    "admin/js/vendor/xregexp/xregexp.min.js",
)


def without(media: Any, scripts: Collection[str]) -> Any:
    """Return the media without these scripts, in the same order."""
    kept = [[script for script in scripts_of if script not in scripts] for scripts_of in media._js_lists]
    result: Any = Media()
    result._css_lists, result._js_lists = media._css_lists, [scripts_of for scripts_of in kept if scripts_of]
    return result
