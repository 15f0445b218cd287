"""Loader of the templates that apps bring: the theme's icons are words, which a screen reader then passes over."""

import re

from django.template import Origin
from django.template.loaders import app_directories

# A span that draws an icon: no button, since what is pressed has to be heard.
_ICON = re.compile(r"<(span|i)(?=\s[^>]*\bmaterial-symbols-outlined\b)(?![^>]*(?:aria-hidden|x-on:click))")


class Loader(app_directories.Loader):
    """The apps' templates, with their icons hidden from screen readers. They are read once a process."""

    def get_contents(self, origin: Origin) -> str:
        return hide_icons(super().get_contents(origin))


def hide_icons(source: str) -> str:
    return _ICON.sub(r'<\1 aria-hidden="true"', source)
