"""The commands and examples of the documents work: every block, in the order in which it stands there."""

import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from oauth.api_keys import create_api_key
from oauth.models import Account, User
from oauth.tests.flow import REDIRECT_URI, SECRET, VERIFIER, App, make_application, pkce
from reviews.api.openapi.published import FILE
from reviews.management.commands.up import BANNER, EXAMPLE
from reviews.pages import actions

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.once,
    pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl"),
]

ROOT = Path(settings.BASE_DIR)
NAMES = ["README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))]
NAMES += ["integrations/n8n/README.md", "integrations/zapier/README.md"]

# What no test runs here, by its first command, each with the reason. In the documents such a block begins with a line
# `# Needs …`; any other block is run.
NOT_RUN = {
    "python3 -m venv .venv": "takes the packages from an index, as every run of the suite has",
    ".venv/bin/gunicorn reviewhub.wsgi": "runs until it is stopped; faults/ starts both",
    ".venv/bin/python manage.py createsuperuser": "asks questions; a command of Django's",
    ".venv/bin/python manage.py remove_second_factor ann@harbour.example": "oauth/tests/sign_in runs it with one",
    ".venv/bin/python manage.py keys https://reviews.example.com > .env": "`.ci/hand-trial` does it, in `make trials`",
    "openapi-python-client generate --url http://localhost:8000/api/v1/openapi.json": "api/test_generated_client.py",
    ".venv/bin/python manage.py backup reviewhub.backup": "needs a database on disk; tests/backups does it",
    ".venv/bin/python manage.py restore reviewhub.backup": "the same; faults/test_restores.py does it in a fire",
    "sudo apt install ./reviewhub_*.deb": "needs Debian 12; `.ci/deb-trial` installs it, in `make trials`",
    "sudo reviewhub migrate": "the same",
    "npm ci": "Zapier's own command line, an account there, and a public address",
    "zapier-platform env:set 1.0.0 BASE_URL=https://reviews.example.com CLIENT_ID=… CLIENT_SECRET=…": "the same",
    "npm test": "needs npm; clients/test_zapier.py runs the app",
    "docker build -f packaging/Containerfile -t localhost/reviewhub:0.9.0 .": "no engine; `.ci/image` does it",
    "docker run --rm localhost/reviewhub:0.9.0 keys https://reviews.example.com > .env": "the same",
    "docker compose up -d": "the same; `.ci/image` runs web and worker",
    "docker compose run --rm web create_account Garage --owner ann@harbour.example --postal-address PLACE": "the same",
    "docker run -d --read-only --tmpfs /tmp --env-file .env --env-file sqlite.env -v reviewhub:/data IMAGE": "the same",
    "tar xf reviewhub-0.9.0.tar.gz && tar xf reviewhub-0.9.0-wheels.tar && cd reviewhub-0.9.0": "`.ci/release` does it",
    "npm ci --ignore-scripts": "needs npm and n8n's folder; `.ci/n8n` does it, in `make trials`",
}


@dataclass(frozen=True)
class Block:
    """One fenced block of a document that a reader types."""

    document: str
    kind: str  # sh or python
    text: str

    @property
    def lines(self) -> list[str]:
        """The commands, each on one line, whatever a quotation in it spans."""
        commands, begun = [], ""
        for line in self.text.replace("\\\n", " ").splitlines():
            begun += line
            if begun.startswith("#"):
                begun = ""
            elif begun.count("'") % 2 == 0:
                commands.append(begun)
                begun = ""
            else:
                begun += " "
        return [command for command in commands if command]

    @property
    def is_left_out(self) -> bool:
        return self.text.startswith("# Needs ")


def blocks_of(document: str) -> list[Block]:
    fences = re.findall(r"^( *)```(sh|python)\n(.*?)^ *```", (ROOT / document).read_text(), re.MULTILINE | re.DOTALL)
    return [
        Block(document, kind, "".join(line.removeprefix(indent) for line in text.splitlines(keepends=True)))
        for indent, kind, text in fences
    ]


BLOCKS = [block for document in NAMES for block in blocks_of(document)]


# --- Running one -------------------------------------------------------------------------------------


class Reader:
    """Somebody who types block after block of a document, with what the former ones printed."""

    def __init__(self, url: str, key: str, folder: Path) -> None:
        self.folder = folder
        self.environment = os.environ | {"REVIEWHUB_URL": url, "REVIEWHUB_KEY": key}
        self.values = {
            "http://localhost:8000": url,
            "https://reviews.example.com": url,
            "rh_…": key,
        }
        (folder / ".env.example").write_text((ROOT / ".env.example").read_text())

    def type(self, block: Block) -> str:
        if block.kind == "python":
            return self._run([sys.executable, "-c", block.text], block)
        runners = {_runner_of(line) for line in block.lines}
        assert len(runners) == 1, f"different kinds of commands in one block: {block.text}"
        (runner,) = runners
        if runner == "manage":
            return "".join(self._manage(line) for line in block.lines)
        if runner == "make":
            return "".join(self._plan(line, block) for line in block.lines)
        text = self._filled(block.text).replace("curl -s", "curl -s --fail-with-body")
        text = re.sub(r"(?m)^(\.venv/bin/python|python3)\b", shlex.quote(sys.executable), text)
        folder = ROOT if "-m pytest " in text else None
        return self._run(["bash", "-euo", "pipefail", "-c", text], block, folder)

    def _filled(self, text: str) -> str:
        """The text with what a reader puts in place of addresses, keys and names in capitals."""
        for name, value in self.values.items():
            text = re.sub(rf"(?<![A-Z_]){re.escape(name)}(?![A-Z_])", value, text)
        return text

    def _manage(self, line: str) -> str:
        words = shlex.split(self._filled(line))
        output = io.StringIO()
        call_command(*words[words.index("manage.py") + 1 :], stdout=output, stderr=output)
        if made := re.search(r"^account +(\S+)$", output.getvalue(), re.MULTILINE):
            self.values["ACCOUNT_ID"] = made[1]
        return output.getvalue()

    def _plan(self, line: str, block: Block) -> str:
        """What `make` would do: to do it takes minutes, and some of it is what runs this test."""
        return self._run([*shlex.split(line), "-n"], block, ROOT)

    def _run(self, command: list[str], block: Block, folder: Path | None = None) -> str:
        done = subprocess.run(
            command, env=self.environment, cwd=folder or self.folder, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, (block.document, block.text, done.stdout, done.stderr)
        return done.stdout


def _runner_of(line: str) -> str:
    """Who runs a command: this process, `make -n`, or a shell. An unknown command is a failure: say here what it is."""
    if re.match(r"\.venv/bin/python manage\.py [a-z_]+", line):
        return "manage"
    if re.match(r"make [a-zA-Z]", line):
        return "make"
    known = r"curl -s |ID=\$\(curl -s |export |cp \.env\.example |python3 -c |\.venv/bin/python -m pytest -q "
    assert re.match(known, line), f"no test knows how to run this: {line}"
    return "shell"


@pytest.fixture
def reader(
    live_server: Any, account: Account, owner: User, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Reader:
    _, key = create_api_key(account=account, user=owner, name="docs")
    actions.record_scanned_feedback(account=account, rating=5, text="Fine.", now=timezone.now())
    settings.STATIC_ROOT = str(tmp_path / "static")
    monkeypatch.chdir(tmp_path)  # where commands leave their files
    return Reader(live_server.url, key, tmp_path)


# --- The documents -----------------------------------------------------------------------------------


def typed(reader: Reader, document: str) -> list[str]:
    """What each block of the document prints."""
    return [reader.type(block) for block in blocks_of(document) if not block.is_left_out]


HAVE_THEIR_OWN = {"docs/api.md", "docs/oauth.md", "docs/simulator.md"}


@pytest.mark.parametrize("document", [name for name in NAMES if name not in HAVE_THEIR_OWN])
def test_every_command_works_as_it_stands(reader: Reader, document: str) -> None:
    typed(reader, document)


def test_every_example_of_the_api_works_as_it_stands(reader: Reader) -> None:
    outputs = typed(reader, "docs/api.md")
    assert len(outputs) > 12
    assert json.loads(outputs[1])["message"] == "Review request scheduled for jane@example.com"
    assert "Review request scheduled for bob@example.com" in outputs[2]
    assert any(output.startswith("Signed by ") for output in outputs)
    assert '"active":true' in outputs[-1]


def test_every_call_of_an_app_works_as_it_stands(reader: Reader, account: Account, owner: User) -> None:
    app = App(owner, account, make_application())
    first, *_ = outputs = [reader.type(block) for block in blocks_of("docs/oauth.md")[:1]]
    assert "client secret" in first
    reader.values["ID:SECRET"] = f"{app.application.client_id}:{SECRET}"
    reader.values["https://crm.example/callback"] = REDIRECT_URI
    reader.values |= {"CODE": app.code(**pkce()), "VERIFIER": VERIFIER}
    for block in blocks_of("docs/oauth.md")[1:]:
        answer = json.loads(reader.type(block))
        outputs.append(answer)
        if "access_token" in answer:
            reader.values |= {"rha_…": answer["access_token"], "rhr_…": answer["refresh_token"]}
    assert [sorted(answer)[:1] for answer in outputs[1:]] == [["access_token"], ["account_id"], ["access_token"]]


def test_the_readme_shows_the_call_that_make_run_prints() -> None:
    shown = next(block.text for block in blocks_of("README.md") if "curl" in block.text)
    banner = BANNER.format(
        url="http://localhost:8000", key="rh_…", email="", password="", channels="", body=json.dumps(EXAMPLE)
    )
    printed = banner[banner.index("curl") : banner.index("Read the messages")]
    assert shown.split() == printed.split()


def test_the_report_of_the_simulator_is_what_it_prints(reader: Reader) -> None:
    text = (ROOT / "docs" / "simulator.md").read_text()
    (shown,) = re.findall(r"^```text\n(.*?)\n…\n```", text, re.MULTILINE | re.DOTALL)
    printed, *_ = typed(reader, "docs/simulator.md")
    assert printed.startswith(shown)
    assert (reader.folder / "messages.csv").read_text().startswith("at,local,")


def test_every_call_of_the_api_has_an_example() -> None:
    shown = set()
    for block in (*blocks_of("docs/api.md"), *blocks_of("docs/webhooks.md")):
        for line in block.lines:
            if found := re.search(r"\$REVIEWHUB_URL(/api/v1/[^\"?]*)", line):
                method = re.search(r"-X (\w+)", line)
                default = "post" if " -d " in line else "get"
                path = re.sub(r"\$ID|external_id:[\w-]+", "{id}", found[1])
                shown.add((path, method[1].lower() if method else default))
    described = json.loads(FILE.read_text())["paths"]
    assert shown == {(path, method) for path in described if path.startswith("/api/") for method in described[path]}


# --- What is not run -----------------------------------------------------------------------------------


def test_what_is_not_run_is_marked_and_has_a_reason() -> None:
    marked = {block.lines[0] for block in BLOCKS if block.is_left_out}
    assert marked == set(NOT_RUN)


def test_a_command_that_nobody_knows_is_noticed(reader: Reader) -> None:
    with pytest.raises(AssertionError, match="no test knows how to run this"):
        reader.type(Block("README.md", "sh", "systemctl start reviewhub\n"))


def test_no_command_hides_in_an_indented_block() -> None:
    """What is typed stands in a fenced block: an indented one would be run by nobody."""
    hidden = re.compile(r"^\n    +(?:make|curl|npm|python|\.venv/|DATABASE_URL=)[ \w]", re.MULTILINE)
    assert [name for name in NAMES if hidden.search((ROOT / name).read_text())] == []
