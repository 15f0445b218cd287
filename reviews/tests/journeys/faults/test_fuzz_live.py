"""Schemathesis with its checks against a live server: examples, boundaries, random input, calls that follow calls.

Also whether a call without credentials is let in, and whether one account gets to see what is another's. A longer run
elsewhere: `FUZZ_CALLS=150 FUZZ_SEED=7 DATABASE_URL=postgres://… pytest -k test_fuzz_live`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as given
from django.utils import timezone

from oauth.api_keys import create_api_key
from oauth.calls import throttling
from oauth.models import Account, User
from oauth.tests.flow import SECRET, make_application
from reviews.api.openapi.published import FILE
from reviews.pages import actions
from reviews.tests.support.helpers import asked

pytestmark = [
    pytest.mark.attack,
    pytest.mark.fault,
    pytest.mark.postgres,
    pytest.mark.skipif(given.SQLITE, reason="needs PostgreSQL: once in CI is enough"),
    pytest.mark.django_db(transaction=True),
]

FOLDER = Path(__file__).with_name("fuzzing")
# At random of each operation, on top of those that the document suggests; `make trials` asks for more.
CALLS = int(os.environ.get("FUZZ_CALLS", "8"))
SEED = os.environ.get("FUZZ_SEED", "1")  # another one finds other things; CI must say the same about the same code


@pytest.fixture
def keys(account: Account, owner: User, other_account: Account, stranger: User, tmp_path: Path) -> Path:
    """Keys of two accounts, as schemathesis reads them."""
    users = []
    for name, whose, user in (("one", account, owner), ("other", other_account, stranger)):
        asked(whose, timezone.now())
        actions.record_scanned_feedback(account=whose, rating=5, text="Fine.", now=timezone.now())
        _, key = create_api_key(account=whose, user=user, name="fuzz")
        users.append({"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {key}"}]})
    kept = tmp_path / "keys.json"
    kept.write_text(json.dumps({"auth": users}))
    return kept


def test_no_call_is_answered_against_the_document(
    quick_server: Any, keys: Path, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    settings.PUBLIC_URL = quick_server.url  # which the document names as its server
    monkeypatch.setattr(throttling, "MOST_FROM_ADDRESS", 1_000_000)
    monkeypatch.setattr(throttling, "MOST_FOR_NAME", 1_000_000)
    app = make_application()
    environment = os.environ | {
        "FUZZ_KEYS": str(keys),
        "FUZZ_CLIENT": app.client_id,
        "FUZZ_SECRET": SECRET,
        "PYTHONPATH": str(given.BASE_DIR),
    }
    command = [str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(FOLDER / "schemathesis.toml")]
    options = f"--max-examples {CALLS} --no-color --seed {SEED}".split()
    done = subprocess.run(
        [*command, "run", f"{quick_server.url}/api/v1/openapi.json", *options],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    operations = sum(len(path) for path in json.loads(FILE.read_text())["paths"].values())
    assert f"Tested: {operations - 1}" in done.stdout, done.stdout  # every one but the page for a browser
