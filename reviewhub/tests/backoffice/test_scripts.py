"""Scripts of the back-office's pages."""

from typing import Any

import pytest
from django.forms import Media

from reviewhub.backoffice.scripts import FOR_PREPOPULATED_FIELDS, without

pytestmark = pytest.mark.once


def test_scripts_are_left_out_and_the_order_stays() -> None:
    media: Any = Media(js=["a.js", FOR_PREPOPULATED_FIELDS[0], "b.js"], css={"all": ["c.css"]}) + Media(
        js=["b.js", "d.js"]
    )
    fewer = without(media, FOR_PREPOPULATED_FIELDS)
    assert fewer._js == ["a.js", "b.js", "d.js"]
    assert fewer._css == {"all": ["c.css"]}
    assert FOR_PREPOPULATED_FIELDS[0] in media._js, "the page's own media is not changed"
