"""Icons are words in a font: a screen reader passes over them."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

from reviewhub.backoffice.loader import hide_icons

pytestmark = pytest.mark.once

ICON = re.compile(r"<\w+[^>]*material-symbols-outlined[^>]*>")


@pytest.mark.parametrize("name", ["unfold/helpers/tab_action.html", "admin/search_form.html", "admin/submit_line.html"])
def test_the_themes_icons_are_hidden_from_screen_readers(name: str) -> None:
    icons = ICON.findall(get_template(name).template.source)  # type: ignore[attr-defined]
    assert icons
    assert [icon for icon in icons if 'aria-hidden="true"' not in icon] == []


def test_what_is_hidden_or_pressed_already_stays_as_it_is() -> None:
    for source in (
        '<span aria-hidden="true" class="material-symbols-outlined">add</span>',
        '<span class="material-symbols-outlined" x-on:click="open = true">add</span>',
        '<button class="material-symbols-outlined">add</button>',
        '<span class="icons">add</span> material-symbols-outlined',
    ):
        assert hide_icons(source) == source


@pytest.mark.parametrize(
    "path", sorted(Path(settings.BASE_DIR, "templates").rglob("*.html")), ids=lambda path: path.name
)
def test_our_own_templates_hide_their_icons(path: Path) -> None:
    assert [icon for icon in ICON.findall(path.read_text()) if 'aria-hidden="true"' not in icon] == []
