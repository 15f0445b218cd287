"""The OpenAPI document as consumers use it: linted, made into clients that compile and call us, and held against calls.

All of it happens in one folder, which is made once: generators and compiler take most of the time.
"""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings as django_settings
from django.test import Client

from oauth.api_keys import create_api_key
from oauth.models import Account, User
from oauth.tests.flow import REDIRECT_URI, App, make_application
from reviews.api.openapi.published import FILE
from reviews.pages import actions
from reviews.tests.support import api_calls
from reviews.tests.support.mail import free_port
from reviews.tests.support.node import NODE
from reviews.tests.support.waiting import PATIENCE, until

FOLDER = Path(django_settings.BASE_DIR, "reviews", "tests", "generators")


def node_is_recent() -> bool:
    """Tell whether there is a Node that the generators start on: 20.19 is the first."""
    version = subprocess.run([NODE, "--version"], capture_output=True, text=True).stdout if NODE else "v0.0"
    return tuple(int(number) for number in version.strip("v\n").split(".")[:2]) >= (20, 19)


pytestmark = [
    pytest.mark.client,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not (FOLDER / "node_modules").is_dir() or not node_is_recent(),
        reason="needs Node 20.19 or later, and `npm ci` in reviews/tests/generators",
    ),
]

DOCUMENT: dict[str, Any] = json.loads(FILE.read_text())
PROGRAMS = {
    "openapi-fetch": api_calls.write_openapi_fetch,
    "hey-api": api_calls.write_hey_api,
    "orval": api_calls.write_orval,
}
# Nobody is told that tests run.
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1", "CI": "1"}


class Workspace:
    """A folder with the document and all that is made of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for path in FOLDER.iterdir():
            if path.name == "node_modules":
                (folder / path.name).symlink_to(path)
            elif path.is_file():
                shutil.copy(path, folder)
        shutil.copy(FILE, folder / "openapi.json")

    def start(self, command: str, **environment: str) -> subprocess.Popen[str]:
        """Start a program of the folder's packages, or of ours."""
        name, *arguments = command.split()
        program = [NODE, name] if name.endswith(".mjs") else [str(self.folder / "node_modules" / ".bin" / name)]
        pipe, both = subprocess.PIPE, subprocess.STDOUT
        surroundings = {**os.environ, **QUIET, **environment}
        return subprocess.Popen(
            [*program, *arguments], cwd=self.folder, env=surroundings, stdout=pipe, stderr=both, text=True
        )

    def run(self, *commands: str, **environment: str) -> str:
        """Run programs side by side and return what they printed. Raises AssertionError if one failed."""
        started = [self.start(command, **environment) for command in commands]
        printed = [program.communicate(timeout=PATIENCE * 5)[0] for program in started]
        for command, program, text in zip(commands, started, printed, strict=True):
            assert program.returncode == 0, f"{command}\n{text}"
        return "".join(printed)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The folder with the three clients and their programs, compiled."""
    made = Workspace(tmp_path_factory.mktemp("generators"))
    made.run("openapi-typescript openapi.json -o fetch/schema.ts", "openapi-ts", "orval --config orval.config.cjs")
    for name, write in PROGRAMS.items():
        (made.folder / f"{name}.ts").write_text(write(DOCUMENT))
    sources = " ".join(f"{name}.ts" for name in PROGRAMS)
    bundle = "--bundle --platform=node --format=esm --outdir=made --out-extension:.js=.mjs --log-level=error"
    made.run("tsc --project tsconfig.json", f"esbuild {sources} {bundle}")
    return made


@pytest.fixture
def environment(quick_server: Any, account: Account, owner: User, now: datetime) -> dict[str, str]:
    """What a program reads of its surroundings: where to call, with which key, code and app."""
    actions.record_scanned_feedback(account=account, rating=5, text="Fine.", now=now)
    _, key = create_api_key(account=account, user=owner, name="generated")
    app = App(owner, account, make_application())
    credentials = {name.upper(): value for name, value in app.credentials.items()}
    code = {"CODE": app.code(), "REDIRECT_URI": REDIRECT_URI}
    return {"BASE": quick_server.url, "KEY": key, **code, **credentials}


def test_linters_find_nothing(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.PUBLIC_URL = "https://reviews.shop.test"
    folder = Workspace(tmp_path)
    (tmp_path / "openapi.json").write_bytes(client.get("/api/v1/openapi.json").content)
    folder.run(
        "spectral lint openapi.json --ruleset spectral.yaml --fail-severity hint",
        "redocly lint openapi.json --config redocly.yaml --max-problems 1000",
    )


def test_a_linter_finds_what_is_wrong(tmp_path: Path) -> None:
    folder = Workspace(tmp_path)
    text = FILE.read_text().replace('"license"', '"licence"').replace('"#/components/schemas/Hook"', '"#/none"')
    (tmp_path / "openapi.json").write_text(text)
    for command in ("spectral lint openapi.json --ruleset spectral.yaml", "redocly lint openapi.json"):
        with pytest.raises(AssertionError, match="none"):
            folder.run(command)


def test_the_calls_are_all_that_there_are() -> None:
    operations = {operation["operationId"] for path in DOCUMENT["paths"].values() for operation in path.values()}
    assert {call.operation for call in api_calls.CALLS} == operations - {"authorize"}  # a page, for a browser


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_generated_client_makes_every_call(workspace: Workspace, environment: dict[str, str], program: str) -> None:
    printed = workspace.run(f"made/{program}.mjs", **environment)
    assert printed.split() == [call.operation for call in api_calls.CALLS]


def test_a_call_that_does_not_fit_does_not_compile(workspace: Workspace) -> None:
    """Else the compiler looks at nothing. A body that a schema of orval's reads first is checked when it runs."""
    delay = ('"delay_hours": 24', '"delay_hours": "24"')
    wrong = {"openapi-fetch": delay, "hey-api": delay, "orval": ("made.id", "made.number")}
    for name, (right, not_right) in wrong.items():
        program = (workspace.folder / f"{name}.ts").read_text().replace('"./', '"../')
        (workspace.folder / "fetch" / f"wrong-{name}.ts").write_text(program.replace(right, not_right))
    with pytest.raises(AssertionError) as failed:
        workspace.run("tsc --project tsconfig.json")
    for name in wrong:
        (workspace.folder / "fetch" / f"wrong-{name}.ts").unlink()
        assert f"fetch/wrong-{name}.ts" in str(failed.value)


# --- Calls held against the document -----------------------------------------------------------------------


@contextmanager
def proxy_before(url: str, workspace: Workspace, file: str = "openapi.json") -> Iterator[str]:
    """Run Prism before a server: it passes calls on, and answers with a problem where one does not fit the document."""
    port = free_port()
    prism = workspace.start(f"prism proxy {file} {url} --errors --host 127.0.0.1 --port {port}")

    def answers() -> bool:
        with socket.socket() as attempt:
            return attempt.connect_ex(("127.0.0.1", port)) == 0

    try:
        until(lambda: prism.poll() is not None or answers())
        yield f"http://127.0.0.1:{port}"
    finally:
        prism.terminate()
        prism.communicate()


def test_a_proxy_that_checks_calls_and_answers_finds_no_mismatch(
    workspace: Workspace, environment: dict[str, str]
) -> None:
    with proxy_before(environment["BASE"], workspace) as url:
        printed = workspace.run("made/openapi-fetch.mjs", **(environment | {"BASE": url}))
    assert printed.split() == [call.operation for call in api_calls.CALLS]


def test_the_proxy_finds_a_mismatch(workspace: Workspace, environment: dict[str, str]) -> None:
    doctored = json.loads(FILE.read_text())
    doctored["components"]["schemas"]["Me"]["properties"]["business_name"]["type"] = "integer"
    (workspace.folder / "doctored.json").write_text(json.dumps(doctored))
    headers = {"Authorization": f"Bearer {environment['KEY']}"}
    with proxy_before(environment["BASE"], workspace, "doctored.json") as url:
        call = requests.post(f"{url}/api/v1/review-requests", json={"first_name": "Jane"}, headers=headers, timeout=60)
        answer = requests.get(f"{url}/api/v1/me", headers=headers, timeout=60)
    assert (call.status_code, "mobile_phone_number" in call.text) == (422, True)
    assert (answer.status_code, "business_name" in answer.text) == (500, True)
