"""Programs for Node.js that tests run, each in a folder with packages of its own."""

import shutil
from pathlib import Path

import pytest
from django.conf import settings

NODE = shutil.which("node") or ""


def needs_packages(folder: Path, command: str = "npm ci") -> pytest.MarkDecorator:
    """Leave tests out where Node is missing, or the folder's packages, which the command installs."""
    place = folder.relative_to(settings.BASE_DIR)
    is_there = bool(NODE) and (folder / "node_modules").is_dir()
    return pytest.mark.skipif(not is_there, reason=f"needs Node and `{command}` in {place}")
