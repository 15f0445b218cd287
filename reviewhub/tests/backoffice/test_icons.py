"""The back-office's icon font holds the icons in use, and no others."""

from pathlib import Path
from typing import Any

import pytest

from reviewhub.backoffice import icons

pytestmark = pytest.mark.once


def test_the_font_has_exactly_the_icons_in_use() -> None:
    there, used = icons.icons_of(icons.FONT), icons.icons_in_use()
    assert there == used, f"`manage.py icons` writes it anew: lacks {used - there}, not in use are {there - used}"


def test_names_are_found_in_templates_modules_and_styles() -> None:
    used = icons.icons_in_use()
    assert {"unfold_more", "skip_next", "reviews", "check_small"} <= used
    assert "jsoneditor" not in used
    assert "abc" not in used, "an icon of the whole font, which nothing here names"


def test_the_font_is_small_and_made_the_same_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert icons.FONT.stat().st_size < 16_000
    monkeypatch.setattr(icons, "FONT", tmp_path / "icons.woff2")
    icons.write_font(icons.icons_in_use())
    assert icons.icons_of(icons.FONT) == icons.icons_in_use()


def test_a_new_name_in_a_template_is_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    (tmp_path / "page.html").write_text(
        '<span class="rh material-symbols-outlined">{% if abc %}rocket{% else %}{{ x|default:"alarm" }}{% endif %}'
        "</span>"
        '{% include "x.html" with icon="anchor" %}'
    )
    monkeypatch.setattr(icons, "_OUR_TEMPLATES", tmp_path)
    assert {"rocket", "alarm", "anchor"} <= icons.icons_in_use() - icons.icons_of(icons.FONT)
