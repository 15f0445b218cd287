"""What the documents tell people to type works: every example, in the order in which it stands there."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from oauth.api_keys import create_api_key
from oauth.models import Account, User
from reviews.api.openapi.published import FILE
from reviews.pages import actions

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl"),
]

API = Path(settings.BASE_DIR, "docs", "api.md").read_text()
EXAMPLES = re.findall(r"^```(sh|python)\n(.*?)^```", API, re.MULTILINE | re.DOTALL)[1:]  # the first sets the key


@pytest.fixture
def environment(live_server: Any, account: Account, owner: User) -> dict[str, str]:
    _, key = create_api_key(account=account, user=owner, name="docs")
    actions.record_scanned_feedback(account=account, rating=5, text="Fine.", now=timezone.now())
    return os.environ | {"REVIEWHUB_URL": live_server.url, "REVIEWHUB_KEY": key}


def run(kind: str, example: str, environment: dict[str, str]) -> str:
    shown_in_full = example.replace("curl -s", "curl -s --fail-with-body")
    command = ["bash", "-euo", "pipefail", "-c", shown_in_full] if kind == "sh" else [sys.executable, "-c", example]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, (example, done.stdout, done.stderr)
    return done.stdout


def test_every_example_of_the_api_works_as_it_stands(environment: dict[str, str]) -> None:
    outputs = [run(kind, example, environment) for kind, example in EXAMPLES]
    assert len(outputs) > 12
    assert json.loads(outputs[0])["message"] == "Review request scheduled for jane@example.com"
    assert "Review request scheduled for bob@example.com" in outputs[1]
    assert '"active":true' in outputs[-1]


def test_every_call_of_the_api_has_an_example() -> None:
    shown = set()
    for _, example in EXAMPLES:
        for line in example.replace("\\\n", " ").splitlines():
            if found := re.search(r"\$REVIEWHUB_URL(/api/v1/[^\"?]*)", line):
                method = re.search(r"-X (\w+)", line)
                default = "post" if " -d " in line else "get"
                shown.add((found[1].replace("$ID", "{id}"), method[1].lower() if method else default))
    described = json.loads(FILE.read_text())["paths"]
    assert shown == {(path, method) for path in described if path.startswith("/api/") for method in described[path]}
