"""Static files, before and after collectstatic."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from reviewhub.static import StaticFiles

pytestmark = pytest.mark.once


@pytest.fixture
def collected(settings: Any, tmp_path: Path) -> Path:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "reviewhub.static.StaticFiles"}}
    return tmp_path


def test_before_collectstatic_names_are_plain(collected: Path) -> None:
    assert StaticFiles().url("pages.css") == "/static/pages.css"


def test_after_collectstatic_names_carry_a_hash(collected: Path) -> None:
    (collected / "pages.css").write_text("body {}")
    storage = StaticFiles()
    list(storage.post_process({"pages.css": (storage, "pages.css")}))
    assert StaticFiles().url("pages.css") != "/static/pages.css"


def test_pages_and_their_files_are_served_without_collectstatic(collected: Path, client: Client, db: None) -> None:
    response = client.get("/r/nope")
    assert response.status_code == 404
    assert '"/static/pages.css"' in response.content.decode()
    served = client.get("/static/pages.css")
    served.close()
    assert served.status_code == 200


def test_everything_can_be_collected(collected: Path) -> None:
    call_command("collectstatic", interactive=False, verbosity=0)
    assert (collected / "staticfiles.json").exists()
    assert list(collected.glob("pages.*.css"))
